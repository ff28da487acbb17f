"""Statements that come again and again: with whatever values, in their order, all or nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.db.models import F

from rantai.kernel import inserts, statements, updates
from rantai.kernel.models import AuditEntry, ChangeCounter, Delivery, Event, StreamHead

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 1, 2, 3, 456_789, tzinfo=UTC)
SUM = f"WITH given(units) AS ({statements.list_values(3, 'bigint')}) SELECT SUM(units) FROM given"
needs_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


def make_event(place: int, *, kind: str = "Boiled") -> Event:
    return Event(stream="kettle:1", stream_seq=place, kind=kind, recorded_at=AT, payload={})


def list_places() -> list[int]:
    return list(Event.objects.order_by("stream_seq").values_list("stream_seq", flat=True))


def commit(*acts: Callable[[], object]) -> None:
    """Do these in a transaction of their own."""
    with transaction.atomic(durable=True):
        for act in acts:
            act()


def attempt(*acts: Callable[[], object]) -> None:
    """Do these within the transaction that is open, and fail."""
    with transaction.atomic():
        for act in acts:
            act()
        raise ZeroDivisionError


def send(*places: int) -> None:
    inserts.send([make_event(place) for place in places])


def count_kept(part: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{part}%"])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("largest", [2, 2**31 - 1, 2**61])
def test_sums_hold_whatever_a_column_holds(largest: int) -> None:
    for _time in range(4):
        assert int(statements.read(SUM, [largest, 1, largest - 1])[0][0]) == 2 * largest


def test_values_come_back_as_they_were() -> None:
    text = "%s 100% 'quoted' \\ $1 名 \n"
    for name in (text, "", "NULL"):
        with transaction.atomic():
            inserts.add([StreamHead(stream=name, seq=2**62)])
        assert statements.read("SELECT stream, seq FROM kernel_streamhead WHERE stream = %s", [name]) == [(name, 2**62)]
    assert statements.read("SELECT 'a' LIKE 'a%%', %s = 'b'", ["b"]) in ([(True, True)], [(1, 1)])


@needs_postgresql
def test_one_plan_serves_small_large_and_no_values() -> None:
    seen = "SELECT kind FROM kernel_event WHERE stream_seq = %s AND recorded_at = %s AND version = %s"
    for place in (1, 2**40, None, 3):
        statements.read(seen, [place, AT if place else None, 1])
        statements.read(seen, [place, date(2026, 11, 22), 1])

    assert count_kept("SELECT kind FROM kernel_event WHERE stream_seq") == 1


@needs_postgresql
def test_a_value_without_a_type_is_refused_rather_than_guessed() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        statements.read("SELECT %s + %s", [1, 2])


@needs_postgresql
def test_what_a_column_cannot_hold_is_refused_and_never_cut() -> None:
    for event in (make_event(1, kind="x" * 1000), make_event(2**70)):
        with pytest.raises(DataError), transaction.atomic():
            inserts.add([event])


@needs_postgresql
def test_plans_outlive_a_rollback() -> None:
    for _time in range(6):
        with pytest.raises(ZeroDivisionError):
            attempt(lambda: statements.read(SUM, [1, 2, 3]))
    assert statements.read(SUM, [1, 2, 4]) == [(7,)]


def test_what_was_sent_is_there_for_whatever_is_asked_next() -> None:
    with transaction.atomic():
        inserts.send([make_event(1)])
        assert list_places() == [1]
        inserts.send([make_event(2)])
        assert statements.read("SELECT count(*) FROM kernel_event") == [(2,)]
        statements.send("UPDATE kernel_event SET stream_seq = %s WHERE stream_seq = %s", [3, 2])
        statements.send("UPDATE kernel_event SET stream_seq = %s WHERE stream_seq = %s", [4, 3])

    assert list_places() == [1, 4]


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_last_is_in_the_commit_or_refuses_it() -> None:
    orphan = Delivery(event_id=10**9, handler="tea", stream="kettle:1", next_at=AT)

    commit(lambda: send(1))
    connection.close()
    assert list_places() == [1]
    with pytest.raises(IntegrityError):
        commit(lambda: inserts.add([make_event(2)]), lambda: send(1))
    with pytest.raises(IntegrityError):
        commit(lambda: inserts.send([orphan]))

    assert list_places() == [1]
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_goes_with_its_transaction() -> None:
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: send(1))
    with transaction.atomic(durable=True):
        send(2)
        with pytest.raises(ZeroDivisionError):
            attempt(lambda: send(3))
        with transaction.atomic():
            send(4)

    assert list_places() == [2, 4]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_within_a_savepoint_leaves_the_rest() -> None:
    with transaction.atomic(durable=True):
        send(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            send(1)
        send(2)

    assert list_places() == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_what_a_lost_connection_was_sent_never_reaches_the_next() -> None:
    commit(lambda: send(1), connection.close)
    commit(lambda: send(2))

    assert list_places() == [2]


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_the_server_keeps_is_refused_as_the_first_time() -> None:
    ask = "SELECT count(*) FROM kernel_event WHERE stream_seq < %s"
    for place in range(1, 6):
        commit(lambda place=place: send(place), lambda: statements.read(ask, [99]))
        with pytest.raises(IntegrityError):
            commit(lambda place=place: send(place))
        with pytest.raises(IntegrityError):
            commit(lambda place=place: send(place), lambda: statements.read(ask, [99]))
        with pytest.raises(IntegrityError):
            commit(lambda place=place: send(place, place + 50), list_places)
        with pytest.raises(ZeroDivisionError):
            attempt(lambda place=place: send(place + 50), lambda: statements.read(ask, [99]))

    assert list_places() == [1, 2, 3, 4, 5]
    assert statements.read(ask, [4]) == [(3,)]
    assert statements.write("UPDATE kernel_event SET kind = %s WHERE stream_seq > %s", ["Cold", 3]) == 2


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_kept_goes_in_one_packet_and_a_lost_connection_is_noticed() -> None:
    ask = "SELECT stream_seq, kind FROM kernel_event WHERE stream_seq = %s"
    for place in range(1, 4):
        commit(lambda place=place: send(place), lambda place=place: statements.read(ask, [place]))
    wire = connection.connection

    with pytest.raises(DatabaseError):
        commit(lambda: statements.read(ask, [1]), wire.pgconn.finish, lambda: statements.read(ask, [2]))
    connection.close()

    assert statements.read(ask, [3]) == [(3, "Boiled")]
    assert list_places() == [1, 2, 3]


def test_a_change_is_what_the_orm_would_have_made(django_assert_num_queries) -> None:
    event = Event.objects.create(stream="kettle:1", stream_seq=1, kind="Boiled", recorded_at=AT, payload={})
    other = Event.objects.create(stream="kettle:1", stream_seq=2, kind="Boiled", recorded_at=AT, payload={})
    row = Delivery.objects.create(event=event, handler="tea", stream="kettle:1", next_at=AT)

    with django_assert_num_queries(1):
        values = {"event": other, "delivered_at": AT, "error": "'%s'", "next_at": AT}
        assert updates.change(Delivery, where={"id": row.pk, "state": "waiting"}, to=values) == 1
    assert updates.change(Delivery, where={"id": row.pk, "state": "done"}, to={"error": ""}) == 0
    updates.change(Event, where={"id": other.pk}, to={"payload": {"名": [1, None]}})
    updates.change(Delivery, where={"id": row.pk}, to={"attempts": F("attempts") + 2, "delivered_at": None})

    row.refresh_from_db()
    assert (row.event_id, row.error, row.attempts, row.delivered_at) == (other.pk, "'%s'", 2, None)
    assert Event.objects.get(pk=other.pk).payload == {"名": [1, None]}


def test_bytes_and_nothing_are_sent_too() -> None:
    with transaction.atomic():
        inserts.send(
            [
                AuditEntry(
                    at=AT, actor="us", ref_kind="party", ref_id=1, action="named", sealed=b"\x00\xff", sealed_for=1
                )
            ]
        )
        inserts.send([])
        inserts.send([ChangeCounter(name="other", value=1)])

    assert bytes(AuditEntry.objects.get().sealed) == b"\x00\xff"
    assert ChangeCounter.objects.get(name="other").value == 1
