"""Rows are written as the ORM writes them: keys, defaults, days, instants, JSON."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from rantai.kernel import inserts
from rantai.kernel.models import AuditEntry, ChangeCounter, Event, StreamHead

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 1, 2, 3, 456_789, tzinfo=UTC)


def make_event(place: int) -> Event:
    payload = {"名": [place, None, "é"], "deep": {"yes": True}}
    return Event(stream="kettle:1", stream_seq=place, kind="Boiled", recorded_at=AT, payload=payload)


def test_it_gives_keys_in_the_order_of_the_rows():
    events = [make_event(place) for place in range(1, 8)]

    with transaction.atomic():
        inserts.add(events)

    stored = {event.stream_seq: event for event in Event.objects.all()}
    assert [stored[event.stream_seq].pk for event in events] == [event.pk for event in events]
    assert stored[3].payload == {"名": [3, None, "é"], "deep": {"yes": True}}
    assert stored[3].recorded_at == AT
    assert stored[3].version == 1
    assert not events[0]._state.adding


def test_it_writes_what_the_orm_would_have_written(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        inserts.add([make_event(1)])
    make_event(2).save()

    ours, theirs = Event.objects.order_by("id").values("payload", "recorded_at", "version", "txid", "kind")
    assert {**ours, "payload": 0} == {**theirs, "payload": 0}


def test_it_writes_more_rows_than_one_statement_takes(monkeypatch):
    monkeypatch.setattr(inserts, "PARAMETERS", 20)
    events = [make_event(place) for place in range(1, 30)]

    with transaction.atomic():
        inserts.add(events)

    assert sorted(event.pk for event in events) == list(Event.objects.order_by("id").values_list("pk", flat=True))


def test_it_keeps_keys_that_a_row_brings_and_nulls():
    with transaction.atomic():
        inserts.add([StreamHead(stream="kettle:1", seq=4)])
        inserts.add([AuditEntry(at=AT, actor="us", ref_kind="kettle", ref_id=1, action="boiled", changes={})])

    assert StreamHead.objects.get().pk == "kettle:1"
    entry = AuditEntry.objects.get()
    assert (entry.sealed, entry.sealed_for, entry.changes) == (None, None, {})


def test_it_writes_bytes():
    with transaction.atomic():
        inserts.add(
            [
                AuditEntry(
                    at=AT, actor="us", ref_kind="party", ref_id=1, action="named", sealed=b"\x00\xff", sealed_for=1
                )
            ]
        )

    assert bytes(AuditEntry.objects.get().sealed) == b"\x00\xff"


def test_a_row_that_breaks_a_constraint_is_refused_and_nothing_is_written():
    with pytest.raises(IntegrityError), transaction.atomic():
        inserts.add([make_event(1), make_event(1)])

    assert not Event.objects.exists()


def test_missing_rows_are_added_and_known_ones_left_alone():
    with transaction.atomic():
        inserts.add([make_event(1)])
        inserts.add_missing([make_event(1), make_event(2), make_event(2)])
        inserts.add_missing([])

    assert list(Event.objects.order_by("stream_seq").values_list("stream_seq", flat=True)) == [1, 2]


def test_no_rows_ask_nothing(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(0):
        assert list(inserts.add([])) == []


def test_it_needs_the_transaction_of_an_edge(transactional_db):
    with pytest.raises(RuntimeError, match="transaction"):
        inserts.add([ChangeCounter(name="other", value=1)])


def test_many_rows_are_written_as_few_are(django_assert_num_queries):
    events = [make_event(place) for place in range(1, 120)]
    events[70].kind = 'a "quoted" \\ {brace}, 名'

    with transaction.atomic(), django_assert_num_queries(1):
        inserts.add(events)

    stored = list(Event.objects.order_by("id"))
    assert [event.pk for event in events] == [event.pk for event in stored]
    assert [event.stream_seq for event in stored] == list(range(1, 120))
    assert (stored[70].kind, stored[70].recorded_at, stored[70].payload["deep"]) == (events[70].kind, AT, {"yes": True})


def test_nulls_and_truths_among_many_rows_stay_what_they_are():
    entries = [
        AuditEntry(at=AT, actor="us", ref_kind="kettle", ref_id=place, action="boiled", changes={}, sealed=None)
        for place in range(60)
    ]

    with transaction.atomic():
        inserts.send(entries)

    assert AuditEntry.objects.filter(sealed=None, ref_kind="kettle").count() == 60


def test_of_many_rows_only_those_that_are_missing_are_added():
    with transaction.atomic():
        inserts.add([StreamHead(stream="kettle:3", seq=4)])
        inserts.add_missing([StreamHead(stream=f"kettle:{place}", seq=1) for place in range(80)])

    assert StreamHead.objects.count() == 80
    assert StreamHead.objects.get(stream="kettle:3").seq == 4
