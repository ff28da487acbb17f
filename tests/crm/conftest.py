"""Every test of the house hears its facts, and ends with nothing wrong in the books."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from rantai.crm import facade
from tests import conftest as shared
from tests.factories import crm


@pytest.fixture(autouse=True)
def wired() -> None:
    crm.wire()


@pytest.fixture(autouse=True)
def books_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check every invariant after each test that touched the database."""
    if not shared.uses_database(request.node):
        yield
        return
    if not request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
    yield
    if not connection.needs_rollback:
        assert [f"{found.rule} {found.subject}: {found.message}" for found in facade.list_violations()] == []
