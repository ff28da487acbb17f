"""Every test of the suppliers' door begins as if nobody had knocked."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def quiet_door():
    cache.clear()
