"""What another site would send is promised by what that site has or gets, and kept there until it goes."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import close_old_connections, connection, connections
from django.test.utils import CaptureQueriesContext

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Address, Party
from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.inventory.actions import counts
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.messages import Ask, OfferLine, TransferRequest
from rantai.iscm.promising.models import PromiseRevision, SlotTake, SupplySlot
from rantai.iscm.promising.queries import moving
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
MONDAY = factory.MONDAY.date()
SOON, LATER = date(2026, 11, 6), date(2026, 11, 11)
"""What leaves the store today is here on Wednesday the 4th, leaves on the next day and is there on Friday."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A shop that serves the customer and gets an item in two days from a store that serves nobody."""

    shop: Location
    store: Location
    item: Item
    customer: Party

    def ask(self, *units: int) -> Ask:
        at = Address.objects.get(party=self.customer).pk
        return factory.make_ask([(self.item, count) for count in units], address_id=at)

    def demand(self, units: int) -> Demand:
        return factory.make_demand(self.item, units, party=self.customer)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def make_scene() -> Scene:
    served = foundation.make_territory()
    shop = foundation.make_site("SHOP", serves=served)
    store = foundation.make_site("STORE", serves=foundation.make_territory("NOWHERE"))
    item = foundation.make_item()
    foundation.make_source(item, kind="move", location=shop, origin=store, lead_time_days=2)
    return Scene(shop=shop, store=store, item=item, customer=foundation.make_party(territory=served))


def promise(ask: Ask) -> OfferLine:
    return iscm.promise(ask).lines[0]


def list_parts(line: OfferLine) -> list[tuple[int, date]]:
    return [(part.units.amount // 10_000, part.promised_on) for part in line.slices]


def slots() -> dict[str, tuple[int, int, int]]:
    """Available, promised and to be moved, in whole units."""
    rows = SupplySlot.objects.filter(available__gt=0).order_by("id")
    return {
        f"{row.kind} {row.location.code}": (row.available // 10_000, row.promised // 10_000, row.moving // 10_000)
        for row in rows
    }


def test_an_origin_that_has_none_and_gets_none_promises_nothing(scene: Scene) -> None:
    line = promise(scene.ask(4))

    assert (line.slices, line.unpromised, line.reason) == ((), Quantity.of(4), "no_source")


def test_no_more_is_promised_than_the_origin_can_send(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)

    line = promise(scene.ask(8))

    assert (list_parts(line), line.unpromised) == ([(5, SOON)], Quantity.of(3))
    assert [str(ref) for ref in line.slices[0].relies_on] == [f"stock:{scene.store.pk}/{scene.item.pk}"]


def test_what_the_origin_lacks_comes_by_its_own_source(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    foundation.make_source(scene.item, location=scene.store, lead_time_days=5)

    # bought until Saturday the 7th, in the shop on Monday the 9th, leaves on the 10th
    assert list_parts(promise(scene.ask(8))) == [(5, SOON), (3, LATER)]


def test_what_the_origin_cannot_send_comes_by_the_next_source_of_the_site(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    bought = foundation.make_source(scene.item, location=scene.shop, lead_time_days=3, rank=2)

    parts = promise(scene.ask(8)).slices

    assert [(part.units, part.source_id == bought.pk) for part in parts] == [
        (Quantity.of(5), False), (Quantity.of(3), True),
    ]  # fmt: skip


def test_a_receipt_of_the_origin_is_moved_on_when_it_is_there(scene: Scene) -> None:
    order = srm.make_sent(
        srm.make_supplier(), [(scene.item, 10)], due_on=date(2026, 11, 10), location_id=scene.store.pk
    )
    srm.answer(order, (10, date(2026, 11, 10)))
    factory.drain()

    # there on Tuesday the 10th, in the shop on the 12th, leaves on the 13th, at the customer's on Monday
    assert list_parts(promise(scene.ask(4))) == [(4, date(2026, 11, 16))]


def test_units_are_looked_for_through_levels_and_in_no_circle(scene: Scene) -> None:
    plant = foundation.make_site("PLANT", serves=foundation.make_territory("NOWHERE"))
    foundation.make_source(scene.item, kind="move", location=scene.store, origin=plant, lead_time_days=1)
    foundation.make_source(scene.item, kind="move", location=plant, origin=scene.shop, lead_time_days=1)
    assert promise(scene.ask(4)).unpromised == Quantity.of(4)

    factory.make_stock(scene.item, plant, 3)

    # a day to the store, two to the shop
    assert list_parts(promise(scene.ask(4))) == [(3, date(2026, 11, 9))]


def test_what_is_too_far_away_is_not_promised(scene: Scene) -> None:
    nowhere, at = foundation.make_territory("NOWHERE"), scene.store
    for level in range(2, moving.LEVELS + 2):
        origin = foundation.make_site(f"FAR{level}", serves=nowhere)
        foundation.make_source(scene.item, kind="move", location=at, origin=origin, lead_time_days=1)
        at = origin
        if level == moving.LEVELS:
            factory.make_stock(scene.item, at, 3)
    factory.make_stock(scene.item, at, 5)

    assert promise(scene.ask(8)).unpromised == Quantity.of(5)


def test_two_lines_of_an_ask_do_not_share_units(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)

    first, second = iscm.promise(scene.ask(4, 4)).lines

    assert (first.unpromised, second.unpromised) == (Quantity.of(0), Quantity.of(3))


def test_what_is_to_be_moved_is_kept_where_it_stands(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    offer = iscm.promise(scene.ask(4))
    order = factory.make_demand_order([(scene.item, 4)], party=scene.customer, offer=offer)
    late = factory.make_demand_order([(scene.item, 4)], party=scene.customer, offer=offer)
    here = foundation.make_party(territory=foundation.make_territory("NOWHERE"))
    at_the_store = iscm.promise(factory.make_ask([(scene.item, 3)], address_id=Address.objects.get(party=here).pk))

    (taken,) = run_atomic(lambda: iscm.record_demand(order))
    (other,) = run_atomic(lambda: iscm.record_demand(late))
    direct = factory.make_demand_order([(scene.item, 3)], party=here, offer=at_the_store)
    (near,) = run_atomic(lambda: iscm.record_demand(direct))

    # who had the same offer in hand gets what is left, and so does a customer of the store itself
    assert (taken.unpromised, other.unpromised, near.unpromised) == tuple(map(Quantity.of, (0, 3, 3)))
    assert slots() == {"stock STORE": (5, 0, 5)}
    assert factory.list_violations() == []


def test_who_lets_go_leaves_it_to_those_who_wait_at_the_origin(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    mine = scene.demand(5)
    here = foundation.make_party(territory=foundation.make_territory("NOWHERE"))
    waiting = factory.make_demand(scene.item, 2, party=here)
    assert waiting.promise.unpromised == 20_000

    run_atomic(lambda: iscm.cancel_demands(DocRef(mine.kind, mine.order_id), "user:1", as_of=factory.MONDAY))
    factory.drain()

    waiting.promise.refresh_from_db()
    assert waiting.promise.unpromised == 0
    assert slots() == {"stock STORE": (5, 2, 0)}
    assert factory.list_violations() == []


def test_a_count_that_finds_less_takes_it_from_the_last_to_leave(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    first, last = scene.demand(3), scene.demand(2)
    balance = StockBalance.objects.get(item=scene.item, location=scene.store)

    line = counts.CountedLine(item_id=scene.item.pk, balance_id=balance.pk, seen=50_000, counted=30_000)
    counts.count_stock(
        scene.store.pk, company_id=first.company_id, lines=[line], reason="count", at=factory.MONDAY, by="user:1"
    )
    factory.drain()

    assert SlotTake.objects.get().demand_id == first.pk
    last.promise.refresh_from_db()
    assert last.promise.unpromised == 20_000
    assert factory.list_violations() == []


def move(scene: Scene, units: int, *, origin: Location | None = None, destination: Location | None = None) -> int:
    """A released transfer that leaves today and is there in two days."""
    request = TransferRequest(
        company_id=foundation.make_company().pk, origin_id=(origin or scene.store).pk,
        destination_id=(destination or scene.shop).pk, ship_on=MONDAY, due_on=MONDAY + timedelta(days=2),
        lines=((scene.item.pk, Quantity.of(units)),), cause=DocRef("manual", 0),
    )  # fmt: skip
    transfer = iscm.plan_transfer(request, by="user:1", as_of=factory.MONDAY)
    iscm.release_transfer(transfer, by="user:1", as_of=factory.MONDAY)
    factory.drain()
    assert factory.list_violations() == []
    return transfer


def arrive(transfer: int) -> None:
    iscm.ship_transfer(transfer, by="user:1", as_of=factory.MONDAY)
    factory.drain()
    iscm.receive_transfer(transfer, by="user:1", as_of=factory.MONDAY + timedelta(days=2))
    factory.drain()
    assert factory.list_violations() == []


def test_a_promise_goes_with_the_transfer_to_where_it_ships_from(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    demand = scene.demand(4)
    elsewhere = foundation.make_site("ELSE", serves=foundation.make_territory("NOWHERE"))

    # for another site only what nobody was promised is held
    other = move(scene, 5, destination=elsewhere)
    assert slots() == {"stock STORE": (4, 0, 4), "transfer ELSE": (1, 0, 0)}
    transfer = move(scene, 4)
    assert slots() == {"transfer ELSE": (1, 0, 0), "transfer SHOP": (4, 4, 0)}
    arrive(transfer)
    arrive(other)

    assert slots() == {"stock ELSE": (1, 0, 0), "stock SHOP": (4, 4, 0)}
    take = SlotTake.objects.get(demand=demand)
    assert (take.basis, take.location_id, take.moved_from_id, take.promised_on) == ("stock", scene.shop.pk, None, SOON)
    assert list(PromiseRevision.objects.filter(demand=demand).values_list("promised_on", flat=True).distinct()) == [
        SOON
    ]


def test_a_transfer_that_is_cancelled_leaves_its_units_where_they_stand(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    demand = scene.demand(4)
    transfer = move(scene, 4)

    run_atomic(lambda: transfers.cancel_transfer(transfers.lock_transfer(transfer), at=factory.MONDAY, by="user:1"))
    factory.drain()

    assert slots() == {"stock STORE": (5, 0, 4)}
    demand.promise.refresh_from_db()
    assert (demand.promise.unpromised, demand.promise.promised_on) == (0, SOON)
    assert factory.list_violations() == []


def test_a_promise_through_two_sites_moves_up_with_its_goods(scene: Scene) -> None:
    plant = foundation.make_site("PLANT", serves=foundation.make_territory("NOWHERE"))
    foundation.make_source(scene.item, kind="move", location=scene.store, origin=plant, lead_time_days=1)
    factory.make_stock(scene.item, plant, 4)
    demand = scene.demand(4)
    assert slots() == {"stock PLANT": (4, 0, 4)}

    first = move(scene, 4, origin=plant, destination=scene.store)
    assert slots() == {"transfer STORE": (4, 0, 4)}
    arrive(first)
    assert slots() == {"stock STORE": (4, 0, 4)}
    arrive(move(scene, 4))

    assert slots() == {"stock SHOP": (4, 4, 0)}
    assert SlotTake.objects.get(demand=demand).basis == "stock"


def test_a_receipt_that_is_late_at_the_origin_is_late_for_whom_it_is_moved(scene: Scene) -> None:
    order = srm.make_sent(
        srm.make_supplier(), [(scene.item, 10)], due_on=date(2026, 11, 10), location_id=scene.store.pk
    )
    srm.answer(order, (10, date(2026, 11, 10)))
    factory.drain()
    demand = scene.demand(4)
    assert slots() == {"purchase STORE": (10, 0, 4)}

    srm.answer(order, (10, date(2026, 11, 17)))
    factory.drain()

    demand.promise.refresh_from_db()
    assert demand.promise.promised_on == date(2026, 11, 23)
    assert factory.list_violations() == []
    factory.receive(order, 10)
    factory.drain()
    assert slots() == {"stock STORE": (10, 0, 4)}
    assert factory.list_violations() == []


def test_own_goods_that_come_to_the_site_free_what_was_to_be_moved(scene: Scene) -> None:
    factory.make_stock(scene.item, scene.store, 5)
    scene.demand(4)
    order = srm.make_sent(srm.make_supplier(), [(scene.item, 3)], due_on=date(2026, 11, 3), location_id=scene.shop.pk)
    srm.answer(order, (3, date(2026, 11, 3)))
    factory.drain()

    assert slots() == {"stock STORE": (5, 0, 1), "purchase SHOP": (3, 3, 0)}
    assert factory.list_violations() == []


def test_lines_do_not_cost_queries_and_neither_do_levels(scene: Scene) -> None:
    plant = foundation.make_site("PLANT", serves=foundation.make_territory("NOWHERE"))
    foundation.make_source(scene.item, kind="move", location=scene.store, origin=plant, lead_time_days=1)
    factory.make_stock(scene.item, plant, 40)

    promise(scene.ask(1))

    with CaptureQueriesContext(connection) as one:
        promise(scene.ask(1))
    with CaptureQueriesContext(connection) as many:
        iscm.promise(scene.ask(*[1] * 20))

    assert len(many) == len(one)


THREADS = 6


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_not_promised_what_the_origin_has_once() -> None:
    scene = make_scene()
    factory.make_stock(scene.item, scene.store, 10)
    offer = iscm.promise(scene.ask(4))
    orders = [
        factory.make_demand_order([(scene.item, 4)], party=scene.customer, offer=offer) for _number in range(THREADS)
    ]
    gate = threading.Barrier(THREADS)
    outcomes: Counter[str] = Counter()

    def buy(place: int) -> None:
        close_old_connections()
        gate.wait()
        try:
            (row,) = run_atomic(lambda: iscm.record_demand(orders[place]), tries=20)
            outcomes[str(row.unpromised)] += 1
        except Exception as error:  # the test counts what went wrong in a thread
            outcomes[repr(error)] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=buy, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == {"0": 2, "2": 1, "4": THREADS - 3}
    assert slots() == {"stock STORE": (10, 0, 10)}
    assert factory.list_violations() == []
