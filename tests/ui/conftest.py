"""Thirty orders to list, and ui's own addresses."""

import pytest
from django.utils import translation

from tests.ui import orders


@pytest.fixture
def thirty_orders(db: None) -> None:
    orders.create_table()
    orders.insert_orders(30)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def own_addresses(settings):
    settings.ROOT_URLCONF = "tests.ui.urls"
    # what the shell says around a page leads to pages that are not mounted here
    settings.UI_STATUS = ""
    settings.UI_SAVED_VIEWS = ""
