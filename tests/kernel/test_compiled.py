"""A query that is compiled once finds what the ORM finds, with whatever values."""

from datetime import UTC, datetime

import pytest
from django.db.models import F

from rantai.kernel.compiled import LONGEST, Compiled
from rantai.kernel.models import DecisionRecord, Delivery, Event

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def events() -> list[Event]:
    """Six facts of two streams, each with a delivery."""
    rows = [
        Event.objects.create(
            stream=f"kettle:{place % 2}", stream_seq=place, kind="Boiled", recorded_at=AT, payload={"cups": [place]}
        )
        for place in range(6)
    ]
    for row in rows:
        Delivery.objects.create(event=row, handler="tea", stream=row.stream, next_at=AT)
    return rows


def test_it_finds_rows_by_lists_of_any_length_in_few_statements(events, django_assert_num_queries):
    query = Compiled(lambda ids: Event.objects.filter(pk__in=ids).order_by("id"))

    for count in range(1, 7):
        ids = [event.pk for event in events[:count]]
        with django_assert_num_queries(1):
            assert query.read(ids) == list(events[:count])

    assert len(query._plans) == 4
    assert query.read([events[2].pk])[0].payload == {"cups": [2]}
    assert query.read([events[2].pk])[0].recorded_at == AT


def test_values_enter_as_values_and_are_never_remembered(events):
    query = Compiled(lambda stream, least: Event.objects.filter(stream=stream, stream_seq__gte=least, version=1))

    assert {row.stream_seq for row in query.read("kettle:1", 2)} == {3, 5}
    assert {row.stream_seq for row in query.read("kettle:0", 0)} == {0, 2, 4}
    Event.objects.filter(stream_seq=4).update(stream_seq=40)
    assert {row.stream_seq for row in query.read("kettle:0", 0)} == {0, 2, 40}


def test_it_brings_related_rows_and_leaves_the_rest_unread(events, django_assert_num_queries):
    query = Compiled(
        lambda stream: (
            Delivery.objects.filter(stream=stream).select_related("event").only("handler", "event__kind").order_by("id")
        )
    )

    rows = query.read("kettle:1")

    with django_assert_num_queries(0):
        assert [(row.handler, row.event.kind, row.event.pk) for row in rows] == [
            ("tea", "Boiled", event.pk) for event in events if event.stream == "kettle:1"
        ]
    with django_assert_num_queries(1):
        assert rows[0].state == "waiting"


def test_a_foreign_key_without_a_row_stays_empty():
    DecisionRecord.objects.create(kind="purchase", subject_kind="x", subject_id=1, units=1, proposed_at=AT)
    query = Compiled(lambda subject: DecisionRecord.objects.filter(subject_id=subject).select_related("policy"))

    assert query.read(1)[0].policy is None


def test_a_constant_is_never_taken_for_a_value_and_a_small_column_takes_one(events):
    query = Compiled(
        lambda version, place: Event.objects.filter(version=version, stream_seq=place).exclude(stream_seq=30_000)
    )

    assert [row.stream_seq for row in query.read(1, 4)] == [4]
    assert query.read(2, 4) == []
    Event.objects.filter(stream_seq=4).update(stream_seq=30_000)
    assert query.read(1, 30_000) == []


def test_it_returns_values_where_values_were_asked(events):
    query = Compiled(
        lambda streams: (
            Event.objects.filter(stream__in=streams).order_by("id").values_list("stream_seq", "payload", F("version"))
        )
    )

    assert query.read(["kettle:1"])[0] == (1, {"cups": [1]}, 1)


def test_an_empty_list_asks_nothing_and_a_long_one_is_asked_the_usual_way(events, django_assert_num_queries):
    query = Compiled(lambda ids: Event.objects.filter(pk__in=ids))

    with django_assert_num_queries(0):
        assert query.read([]) == []
    assert len(query.read([*range(-LONGEST, 0), events[0].pk])) == 1
    assert not query._plans
