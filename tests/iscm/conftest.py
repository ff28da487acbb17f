"""Every test of the house hears its facts alone, on a Monday, and ends with nothing wrong in the books."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection

from rantai.kernel import outbox
from tests import conftest as shared
from tests.factories import iscm


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell facts to this house only: the houses above have no orders here."""
    monkeypatch.setattr(outbox, "_subscribers", {})
    iscm.wire()


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(iscm.MONDAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def books_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check every invariant after each test that touched the database."""
    if not shared.uses_database(request.node):
        yield
        return
    request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
    yield
    if not connection.needs_rollback:
        assert iscm.list_violations() == []
