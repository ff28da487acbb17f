"""Many hands on the shop floor and in the warehouse, and hands that vanish: no component is issued twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import OperationalError, connections, transaction

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.fulfilment.models import TransferOrder
from rantai.iscm.inventory.models import StockBalance, StockMove
from rantai.iscm.production.actions import components, orders
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.production.queries.structure import Ways
from rantai.kernel import clock, relay, transactions
from rantai.kernel.models import Delivery
from rantai.kernel.refs import DocRef
from rantai.kernel.transitions import IllegalTransition
from tests import forks
from tests.factories import foundation
from tests.factories import iscm as make
from tests.iscm.production import floor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = "user:8"


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A table from a top and four legs, made in a plant in two steps and kept in a warehouse."""

    plant: Location
    warehouse: Location
    table: Item
    top: Item
    leg: Item


@pytest.fixture
def shop() -> Shop:
    make.wire()
    plant, warehouse = foundation.make_site("PLT", kind="plant"), foundation.make_site("WHS")
    table, top, leg = (foundation.make_item(code) for code in ("TABLE", "TOP", "LEG"))
    foundation.make_bill(table, [(top, 1), (leg, 4)])
    foundation.make_routing(table, [("Glue", 3600), ("Paint", 1800)])
    foundation.make_source(table, kind="make", location=plant)
    return Shop(plant=plant, warehouse=warehouse, table=table, top=top, leg=leg)


@transaction.atomic
def plan(shop: Shop) -> ProductionOrder:
    draft = orders.ProductionDraft(
        company_id=foundation.make_company().pk, item_id=shop.table.pk, location_id=shop.plant.pk, units=10_000,
        due_on=floor.DUE, cause=DocRef("manual", 0),
    )  # fmt: skip
    return orders.plan_order(draft, Ways([shop.table.pk], on=make.MONDAY.date()), at=make.MONDAY, by=BY)


@transaction.atomic
def plan_transfer(shop: Shop, number: int) -> int:
    draft = transfers.TransferDraft(
        company_id=foundation.make_company().pk, origin_id=shop.plant.pk, destination_id=shop.warehouse.pk,
        ship_on=floor.DUE, due_on=floor.DUE, lines=((shop.top.pk, 20_000),), cause=DocRef("planned_order", number),
    )  # fmt: skip
    return transfers.plan_transfer(draft, at=make.MONDAY, by=BY).pk


def at_once(*acts: Callable[[], object]) -> Counter[str]:
    """Do everything at the same moment; return how often each ended well or with which refusal."""
    gate = threading.Barrier(len(acts))
    ended: Counter[str] = Counter()

    def work(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            persist(act)
            ended["well"] += 1
        except Exception as error:  # the test counts what went wrong in a thread
            ended[type(error).__name__] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def persist(act: Callable[[], object]) -> None:
    """Try again where another writer was in the way, as a person does."""
    for _try in range(20):
        try:
            act()
        except OperationalError as error:
            if not transactions.is_passing(error):
                raise
            time.sleep(0.02)
        else:
            return


def on_hand(item: Item, site: Location) -> tuple[int, int]:
    rows = StockBalance.objects.filter(item=item, location=site)
    assert all(0 <= row.reserved <= row.on_hand for row in rows)
    return sum(row.on_hand for row in rows) // 10_000, sum(row.reserved for row in rows) // 10_000


def count_moved(item: Item, reason: str) -> int:
    moves = StockMove.objects.filter(item=item, reason=reason)
    return sum(moves.values_list("units", flat=True)) // 10_000


def list_broken() -> list[str]:
    """Tell every fact, those again whose handler met another writer, and check every rule."""
    relay.drain()
    again = Delivery.objects.exclude(state="done")
    odd = [row.error for row in again if row.error and "eadlock" not in row.error and "locked" not in row.error]
    assert odd == []
    again.update(next_at=clock.now())
    relay.drain()
    assert not Delivery.objects.exclude(state="done").exists()
    return make.list_violations()


def test_many_orders_for_few_parts_are_worked_as_far_as_parts_go(shop: Shop) -> None:
    make.make_stock(shop.top, shop.plant, 3)
    make.make_stock(shop.leg, shop.plant, 40)
    planned = [plan(shop).pk for _number in range(8)]

    released = at_once(
        *(lambda pk=pk: iscm.release_production(pk, by=BY, as_of=make.MONDAY) for pk in planned), relay.drain
    )
    at_once(relay.drain, relay.drain)
    begun = at_once(*(lambda pk=pk: iscm.start_step(pk, 1, by=BY, as_of=make.MONDAY) for pk in planned), relay.drain)

    assert released == {"well": 9}
    assert begun == {"well": 4, components.ComponentsShort.__name__: 5}
    assert on_hand(shop.top, shop.plant) == (0, 0)
    assert on_hand(shop.leg, shop.plant)[0] == 40 - 3 * 4
    assert count_moved(shop.top, "issue") == 3
    assert list_broken() == []


def test_one_order_is_finished_once_however_many_finish_it(shop: Shop) -> None:
    make.make_stock(shop.top, shop.plant, 5)
    make.make_stock(shop.leg, shop.plant, 20)
    order = plan(shop)
    iscm.release_production(order.pk, by=BY, as_of=make.MONDAY)
    relay.drain()

    for position in (1, 2):
        at_once(*[lambda position=position: iscm.finish_step(order.pk, position, by=BY, as_of=make.MONDAY)] * 4)
    finished = at_once(*[lambda: iscm.finish_production(order.pk, by=BY, as_of=make.MONDAY)] * 4)

    assert finished == {"well": 1, IllegalTransition.__name__: 3}
    assert (on_hand(shop.table, shop.plant), on_hand(shop.top, shop.plant)) == ((1, 0), (4, 0))
    assert (count_moved(shop.top, "issue"), count_moved(shop.leg, "issue")) == (1, 4)
    assert list_broken() == []


def test_transfers_and_work_share_no_unit(shop: Shop) -> None:
    make.make_stock(shop.top, shop.plant, 6)
    make.make_stock(shop.leg, shop.plant, 40)
    moved = [plan_transfer(shop, number) for number in range(1, 5)]
    made = [plan(shop).pk for _number in range(4)]

    at_once(
        *(lambda pk=pk: iscm.release_transfer(pk, by=BY, as_of=make.MONDAY) for pk in moved),
        *(lambda pk=pk: iscm.release_production(pk, by=BY, as_of=make.MONDAY) for pk in made),
        relay.drain,
    )
    relay.drain()
    # each transfer is sent by two at once, each order begun by two
    at_once(
        *[lambda pk=pk: iscm.ship_transfer(pk, by=BY, as_of=make.MONDAY) for pk in moved for _hand in range(2)],
        *[lambda pk=pk: iscm.start_step(pk, 1, by=BY, as_of=make.MONDAY) for pk in made for _hand in range(2)],
        relay.drain,
    )
    at_once(*[lambda pk=pk: iscm.receive_transfer(pk, by=BY, as_of=make.MONDAY) for pk in moved for _hand in range(2)])

    sent, used = count_moved(shop.top, "transfer_out"), count_moved(shop.top, "issue")
    assert sent + used + on_hand(shop.top, shop.plant)[0] == 6
    assert sent > 0
    assert on_hand(shop.top, shop.warehouse)[0] == sent
    assert list_broken() == []


def run_floor(shop: Shop, count: int) -> forks.Program:
    return forks.Program(floor.main, shop.table.pk, shop.plant.pk, shop.warehouse.pk, count)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_floor_goes_on_where_it_stood(shop: Shop, seed: int) -> None:
    make.make_stock(shop.top, shop.plant, 5)
    make.make_stock(shop.leg, shop.plant, 20)
    chance = random.Random(seed)

    kills = [forks.kill_somewhere(run_floor(shop, 4), chance) for _kill in range(3)]
    code, said = run_floor(shop, 4).finish()

    assert (code, said[-1]) == (0, "done")
    assert any(kills)
    assert Counter(ProductionOrder.objects.values_list("state", flat=True)) == {"finished": 4}
    assert Counter(TransferOrder.objects.values_list("state", flat=True)) == {"received": 4}
    assert (on_hand(shop.table, shop.plant), on_hand(shop.table, shop.warehouse)) == ((0, 0), (4, 0))
    assert (on_hand(shop.top, shop.plant), on_hand(shop.leg, shop.plant)) == ((1, 0), (4, 0))
    assert (count_moved(shop.top, "issue"), count_moved(shop.leg, "issue")) == (4, 16)
    assert list_broken() == []
