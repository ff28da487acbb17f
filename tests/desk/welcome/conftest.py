"""The first day begins with nothing, unlike every other day of the desk."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Hold nothing from the test before; no company."""
    cache.clear()
    yield
    cache.clear()
