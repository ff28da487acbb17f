"""What stock and confirmed receipts do not cover is asked of the planner, and what it gives is given once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import close_old_connections, connections

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm.messages import Offer
from rantai.iscm.promising import planner_client
from rantai.iscm.promising.models import SlotTake
from rantai.iscm.supply.management import listening, planning
from rantai.iscm.supply.management.answering import Planner
from rantai.kernel import sockets
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 6


@pytest.fixture
def url(settings, rantai_home) -> str:
    settings.PLANNER_URL = f"unix://{rantai_home}/run/planner.sock"
    return settings.PLANNER_URL


@pytest.fixture
def bought() -> tuple[Location, Item]:
    """An item that comes in lots of ten within five days, of which there are three."""
    site, item, supplier = foundation.make_site(), foundation.make_item(), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=supplier, lead_time_days=5, cost=20_000, minimum=100_000, multiple=100_000)
    factory.make_stock(item, site, 3)
    return site, item


@pytest.fixture(params=["ping", "follow"])
def planner(bought, url, request) -> Iterator[None]:
    """The planner answers from a plan of Monday: as it was solved, or as it is followed."""
    planning.make_plan(factory.MONDAY, builder="test")
    held = Planner("test")
    held.answer({"op": request.param})
    server = listening.listen(held, url)
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def mute(bought, url) -> Iterator[list[socket.socket]]:
    """Somebody who takes calls and says nothing; the calls are counted."""
    calls: list[socket.socket] = []
    place = sockets.find_place(url)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    Path(str(place)).parent.mkdir(parents=True, exist_ok=True)
    server.bind(str(place))
    server.listen()
    stopped = threading.Event()

    def take_calls() -> None:
        while not stopped.is_set():
            try:
                calls.append(server.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take_calls, daemon=True)
    thread.start()
    yield calls
    stopped.set()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(timeout=5)


def parts(offer: Offer) -> list[tuple[int, str, date]]:
    """Whole units, basis and day of each slice of all lines."""
    return [(part.units.amount // 10_000, part.basis, part.promised_on) for line in offer.lines for part in line.slices]


def test_the_plan_says_when_the_rest_comes(planner, bought) -> None:
    _site, item = bought

    offer = iscm.promise(factory.make_ask([(item, 8)]))

    # five days after Monday the 2nd is Saturday the 7th: it leaves on Monday the 9th
    assert parts(offer) == [(3, "stock", date(2026, 11, 3)), (5, "plan", date(2026, 11, 10))]
    assert (offer.plan_revision, offer.basis) == (1, "stock, confirmed supply and the published plan")


def test_what_others_hold_of_stock_is_not_offered_by_the_plan(planner, bought) -> None:
    _site, item = bought
    factory.make_demand(item, 3, requested_on=date(2026, 11, 20))

    assert parts(iscm.promise(factory.make_ask([(item, 3)]))) == [(3, "plan", date(2026, 11, 10))]


def test_lines_of_one_order_get_different_units(planner, bought) -> None:
    _site, item = bought

    offer = iscm.promise(factory.make_ask([(item, 8), (item, 8)]))

    assert parts(offer) == [
        (3, "stock", date(2026, 11, 3)), (5, "plan", date(2026, 11, 10)), (8, "plan", date(2026, 11, 10)),
    ]  # fmt: skip


def test_two_who_were_offered_the_same_do_not_both_get_it(planner, bought) -> None:
    _site, item = bought
    factory.make_demand(item, 3)
    first, second = (iscm.promise(factory.make_ask([(item, 8)])) for _customer in range(2))
    assert parts(first) == parts(second) == [(8, "plan", date(2026, 11, 10))]

    one = factory.make_demand(item, 8, offer=first)
    other = factory.make_demand(item, 8, offer=second)
    third = factory.make_demand(item, 8, offer=iscm.promise(factory.make_ask([(item, 8)])))

    assert [SlotTake.objects.get(demand=row).basis for row in (one, other, third)] == ["plan", "lead_time", "plan"]
    assert factory.list_violations() == []


def test_an_offer_of_an_older_plan_is_not_taken(planner, bought) -> None:
    _site, item = bought
    offer = iscm.promise(factory.make_ask([(item, 8)]))
    planning.make_plan(factory.MONDAY, builder="test")

    demand = factory.make_demand(item, 8, offer=offer)

    bases = SlotTake.objects.filter(demand=demand).order_by("basis").values_list("basis", flat=True)
    assert list(bases) == ["lead_time", "stock"]


def test_nobody_is_asked_where_stock_covers(mute, bought) -> None:
    _site, item = bought

    assert parts(iscm.promise(factory.make_ask([(item, 3)]))) == [(3, "stock", date(2026, 11, 3))]

    assert mute == []


def test_a_planner_that_says_nothing_is_not_waited_for(mute, bought) -> None:
    _site, item = bought
    begun = time.perf_counter()

    offer = iscm.promise(factory.make_ask([(item, 8)]))

    # Whoever says nothing says nothing for ever; a slow machine is slow by less than this.
    assert time.perf_counter() - begun < 5
    assert planner_client.BUDGET_SECONDS <= 0.3
    assert [(units, basis) for units, basis, _day in parts(offer)] == [(3, "stock"), (5, "lead_time")]
    assert (len(mute), offer.plan_revision, offer.basis) == (1, None, "stock and confirmed supply")


def test_nobody_is_asked_inside_a_transaction(mute, bought) -> None:
    _site, item = bought

    demand = factory.make_demand(item, 8)

    assert mute == []
    assert {take.basis for take in SlotTake.objects.filter(demand=demand)} == {"stock", "lead_time"}


def test_a_late_receipt_does_not_take_over_what_the_plan_brings_in_time(planner, bought) -> None:
    _site, item = bought
    demand = factory.make_demand(item, 8, offer=iscm.promise(factory.make_ask([(item, 8)])))
    take = SlotTake.objects.get(demand=demand, basis="plan")
    assert (take.units, take.slot_id) == (Quantity.of(5).amount, None)

    for day in (date(2026, 12, 1), date(2026, 11, 6)):
        order = srm.make_sent(srm.make_supplier(), [(item, 10)], due_on=day)
        srm.answer(order, (10, day))
        factory.drain()
        bases = sorted(SlotTake.objects.filter(demand=demand).values_list("basis", flat=True))
        assert bases == (["plan", "stock"] if day.month == 12 else ["receipt", "stock"])
    assert factory.list_violations() == []


def test_a_crowd_that_was_offered_the_same_gets_it_once(planner, bought) -> None:
    _site, item = bought
    factory.make_demand(item, 3)
    party = foundation.make_party()
    offer = iscm.promise(factory.make_ask([(item, 8)]))
    orders = [factory.make_demand_order([(item, 8)], party=party, offer=offer) for _number in range(CROWD)]
    gate = threading.Barrier(CROWD)
    errors: list[str] = []

    def buy(place: int) -> None:
        close_old_connections()
        gate.wait()
        try:
            run_atomic(lambda: iscm.record_demand(orders[place]), tries=20)
        except Exception as error:  # the test shows what went wrong in a thread
            errors.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=buy, args=(place,)) for place in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    bases = SlotTake.objects.filter(slot=None, demand__order_id__in=[row.ref.id for row in orders])
    assert sorted(bases.values_list("basis", flat=True)) == ["lead_time"] * (CROWD - 1) + ["plan"]
    assert factory.list_violations() == []
