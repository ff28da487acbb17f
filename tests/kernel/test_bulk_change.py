"""Many rows are changed by one statement, each to its own values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rantai.kernel import bulk
from rantai.kernel.models import Lease

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


@pytest.fixture
def leases() -> list[Lease]:
    return [Lease.objects.create(name=f"role {number}", holder="nobody", until=UNTIL) for number in range(5)]


def test_each_row_gets_its_own_values_and_the_others_stay(leases):
    keys = [leases[1].pk, leases[3].pk]
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        changed = bulk.change(Lease, keys, {"holder": ["one", "three"], "until": UNTIL + timedelta(hours=1)})

    assert changed == 2
    assert len([row for row in asked if row["sql"].lstrip().startswith("UPDATE")]) == 1
    rows = dict(Lease.objects.values_list("pk", "holder"))
    assert [rows[lease.pk] for lease in leases] == ["nobody", "one", "nobody", "three", "nobody"]
    assert {row.until for row in Lease.objects.filter(pk__in=keys)} == {UNTIL + timedelta(hours=1)}


def test_no_rows_ask_nothing(leases):
    with transaction.atomic():
        assert bulk.change(Lease, [], {"holder": []}) == 0
