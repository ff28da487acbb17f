"""Rows that are made without the ORM are the rows that it would have made."""

from datetime import UTC, datetime

import pytest

from rantai.iscm.promising.models import Promise, PromiseRevision
from rantai.kernel import rows
from rantai.kernel.models import AuditEntry, Delivery, Event

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)


def tell(row):
    return {name: value for name, value in vars(row).items() if name != "_state"}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Event, {"stream": "kettle:1", "stream_seq": 1, "kind": "Boiled", "recorded_at": AT, "payload": {}}),
        (Delivery, {"event_id": 7, "handler": "tea", "stream": "kettle:1", "next_at": AT}),
        (Promise, {"demand_id": 3}),
        (PromiseRevision, {"demand_id": 3, "revision": 1, "promised_units": 5, "cause": "first", "at": AT}),
        (AuditEntry, {"at": AT, "actor": "us", "ref_kind": "party", "ref_id": 1, "action": "named"}),
    ],
)
def test_a_row_says_what_the_orms_own_says(model, values):
    made, own = rows.make(model, **values), model(**values)

    assert tell(made) == tell(own)
    assert (made._state.adding, made._state.db) == (own._state.adding, own._state.db)


def test_no_two_rows_share_what_is_made_anew():
    first, second = (rows.make(PromiseRevision, demand_id=3) for _each in range(2))

    first.slices.append("mine")

    assert second.slices == []


def test_a_row_that_was_read_reads_the_rest_when_it_is_asked(django_assert_num_queries):
    event = Event.objects.create(stream="kettle:1", stream_seq=1, kind="Boiled", recorded_at=AT, payload={"cups": 2})
    row = rows.load(Event, ("id", "kind"), (event.pk, "Boiled"), "default")

    with django_assert_num_queries(1):
        assert (row.kind, row.payload) == ("Boiled", {"cups": 2})
    row.version = 2
    row.save(update_fields=["version"])

    assert Event.objects.get().version == 2
