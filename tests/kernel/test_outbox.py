"""Facts commit with their cause and reach each handler once, in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction

from rantai.kernel import invariants, outbox, relay
from rantai.kernel.facts import Fact
from rantai.kernel.models import Delivery, Event, KpiValue

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True, slots=True)
class KettleBoiled(Fact):
    """A fact of these tests."""

    kettle_id: int
    litres: int
    on: date | None = None
    cups: tuple[int, ...] = ()


heard: list[KettleBoiled] = []


def on_kettle_boiled(fact: KettleBoiled) -> None:
    """Write something, remember, and fail for kettle 13."""
    KpiValue.objects.create(code="boiled", subject=f"{fact.kettle_id}/{fact.litres}", day=date(2026, 1, 1))
    if fact.kettle_id == 13:
        raise RuntimeError("no tea")
    heard.append(fact)


@pytest.fixture(autouse=True)
def subscription() -> Iterator[None]:
    """Subscribe for the test's time only."""
    outbox.subscribe(KettleBoiled, on_kettle_boiled)
    heard.clear()
    yield
    outbox.unsubscribe(KettleBoiled, on_kettle_boiled)


def boil(kettle: int, *litres: int) -> None:
    with transaction.atomic():
        outbox.record(*(KettleBoiled(kettle_id=kettle, litres=litre) for litre in litres))


def test_a_fact_keeps_its_shape_through_the_table() -> None:
    fact = KettleBoiled(kettle_id=1, litres=2, on=date(2026, 2, 3), cups=(1, 2))

    with transaction.atomic():
        (event,) = outbox.record(fact)

    assert outbox.read(Event.objects.get(pk=event.pk)) == fact
    assert event.stream == "kettle:1"


def test_handlers_hear_a_stream_in_order_and_once() -> None:
    boil(1, 1, 2, 3)
    boil(2, 1)

    relay.drain()
    relay.drain()

    assert [fact.litres for fact in heard if fact.kettle_id == 1] == [1, 2, 3]
    assert len(heard) == 4
    assert list(invariants.list_violations()) == []


def test_places_in_a_stream_have_no_gap() -> None:
    boil(1, 1, 2)
    boil(1, 3)

    assert list(Event.objects.filter(stream="kettle:1").order_by("id").values_list("stream_seq", flat=True)) == [
        1,
        2,
        3,
    ]


def test_a_failure_leaves_nothing_of_the_handler_and_stops_its_stream_only() -> None:
    boil(13, 1, 2)
    boil(4, 1)

    relay.drain()

    assert [fact.kettle_id for fact in heard] == [4]
    assert not KpiValue.objects.filter(subject__startswith="13/").exists()
    first, second = Delivery.objects.filter(stream="kettle:13").order_by("id")
    assert (first.attempts, first.state, second.attempts) == (1, "waiting", 0)


def test_ten_failures_park_the_stream_until_somebody_looks() -> None:
    boil(13, 1)
    for _attempt in range(relay.MAX_ATTEMPTS):
        Delivery.objects.update(next_at=Event.objects.get().recorded_at - timedelta(seconds=1))
        relay.drain()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.error) == ("parked", 10, "RuntimeError: no tea")
    relay.retry_parked(delivery.pk)
    assert Delivery.objects.get().state == "waiting"


def test_a_forgotten_subscriber_and_a_gap_are_found() -> None:
    boil(1, 1, 2, 3)
    Delivery.objects.filter(event__stream_seq=2).delete()
    Event.objects.filter(stream_seq=2).delete()
    Delivery.objects.filter(event__stream_seq=3).delete()

    rules = {violation.rule for violation in invariants.list_violations()}

    assert rules == {"outbox.stream_without_gap", "outbox.every_subscriber"}


def test_old_payloads_are_read_through_their_upcaster() -> None:
    outbox.upcast("KettleBoiled", 0, lambda payload: {**payload, "litres": payload["gallons"] * 4})
    event = Event(kind="KettleBoiled", version=0, payload={"kettle_id": 1, "gallons": 2})

    assert outbox.read(event) == KettleBoiled(kettle_id=1, litres=8)


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="needs the transaction"):
        outbox.record(KettleBoiled(kettle_id=1, litres=1))
