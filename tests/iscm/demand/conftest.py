"""A small world that is forecast, and a planner in it."""

import pytest

from rantai.foundation.items.models import Category, Item
from tests.factories import forecasting, foundation


@pytest.fixture
def world():
    """Two items of one category and one of another, ten, twenty and thirty a week, at two sites alike."""
    foundation.make_company()
    sites = [foundation.make_site("A"), foundation.make_site("B")]
    screens, cables = (Category.objects.create(code=code, name={"en": code}) for code in ("SCR", "CBL"))
    items = [foundation.make_item(code) for code in ("MON-15", "MON-17", "HDMI")]
    for item, category in zip(items, (screens, screens, cables), strict=True):
        Item.objects.filter(pk=item.pk).update(category=category)
    for site in sites:
        forecasting.make_history({item: [10 * (at + 1)] * 60 for at, item in enumerate(items)}, location=site)
    forecasting.forecast()
    return sites, (screens, cables), items


@pytest.fixture
def planner(client, world):
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    return client
