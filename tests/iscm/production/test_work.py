"""The shop floor: parts before work, steps in turn, quantities that follow each other, and its pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm.inventory.models import StockBalance, StockMove
from rantai.iscm.production.actions import components, orders, steps
from rantai.iscm.production.models import ProductionComponent, ProductionOrder
from rantai.iscm.production.queries import open_orders
from rantai.iscm.production.queries.structure import Ways
from rantai.iscm.promising.models import SupplySlot
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transitions import IllegalTransition
from tests.factories import foundation
from tests.factories import iscm as make

pytestmark = pytest.mark.django_db
FLOOR = "user:8"


@pytest.fixture
def site() -> Location:
    return foundation.make_site("PLT", kind="plant")


@pytest.fixture
def parts(site: Location) -> tuple[Item, Item, Item]:
    """A table from a top and four legs, in two steps."""
    table, top, leg = (foundation.make_item(code) for code in ("TABLE", "TOP", "LEG"))
    foundation.make_bill(table, [(top, 1), (leg, 4)])
    foundation.make_routing(table, [("Glue", 3600), ("Paint", 1800)])
    foundation.make_source(table, kind="make", location=site)
    return table, top, leg


@transaction.atomic
def plan(item: Item, site: Location, units: int) -> ProductionOrder:
    """A proposal to make whole units by Friday."""
    draft = orders.ProductionDraft(
        company_id=foundation.make_company().pk, item_id=item.pk, location_id=site.pk, units=units * 10_000,
        due_on=date(2026, 11, 6), cause=DocRef("manual", 0),
    )  # fmt: skip
    return orders.plan_order(draft, Ways([item.pk], on=date(2026, 11, 2)), at=make.MONDAY, by="user:5")


def release(order: ProductionOrder) -> ProductionOrder:
    """Release and let the handlers hold the parts."""
    iscm.release_production(order.pk, by="user:5", as_of=make.MONDAY)
    make.drain()
    order.refresh_from_db()
    return order


def free(item: Item, site: Location) -> tuple[int, int]:
    """On hand and held."""
    rows = StockBalance.objects.filter(item=item, location=site)
    return sum(row.on_hand for row in rows) // 10_000, sum(row.reserved for row in rows) // 10_000


def test_bill_and_routing_are_copied(site, parts):
    order = plan(parts[0], site, 3)

    assert (order.state, order.number, order.start_on, order.due_on) == (
        "planned", "", date(2026, 11, 6), date(2026, 11, 6),
    )  # fmt: skip
    wanted = ProductionComponent.objects.filter(order=order).order_by("position", "id")
    assert [(row.item.code, row.needed) for row in wanted] == [("TOP", 30_000), ("LEG", 120_000)]
    assert [(step.position, step.of, step.planned_seconds) for step in order.steps.order_by("position")] == [
        (1, 2, 10_800), (2, 2, 5_400),
    ]  # fmt: skip


def test_parts_are_held_as_far_as_nobody_was_promised_them(site, parts):
    table, top, leg = parts
    make.make_stock(top, site, 5)
    make.make_stock(leg, site, 10)
    make.make_demand(top, 4, requested_on=date(2026, 11, 20), location_id=site.pk)

    order = release(plan(table, site, 2))

    # four tops are promised to a customer: one is left for the order
    assert (free(top, site), free(leg, site)) == ((5, 1), (10, 8))
    with pytest.raises(components.ComponentsShort, match="1 TOP are missing"):
        iscm.start_step(order.pk, 1, by=FLOOR, as_of=make.MONDAY)
    assert ProductionOrder.objects.get(pk=order.pk).state == "released"
    make.make_stock(top, site, 1)
    make.drain()


def test_steps_go_in_turn_and_their_units_follow(site, parts):
    table, top, leg = parts
    make.make_stock(top, site, 3)
    make.make_stock(leg, site, 12)
    order = release(plan(table, site, 3))

    with pytest.raises(steps.StepOutOfTurn):
        iscm.start_step(order.pk, 2, by=FLOOR, as_of=make.MONDAY)
    with pytest.raises(steps.StepsOpen):
        iscm.finish_production(order.pk, by=FLOOR, as_of=make.MONDAY)
    iscm.start_step(order.pk, 1, by=FLOOR, as_of=make.MONDAY)
    iscm.start_step(order.pk, 1, by=FLOOR, as_of=make.MONDAY)
    with pytest.raises(steps.WrongUnits):
        iscm.finish_step(order.pk, 1, good=Quantity.of(4), by=FLOOR, as_of=make.MONDAY)
    iscm.finish_step(order.pk, 1, good=Quantity.of(2), scrap=Quantity.of(1), by=FLOOR, as_of=make.MONDAY)
    with pytest.raises(steps.WrongUnits):
        iscm.finish_step(order.pk, 2, good=Quantity.of(3), by=FLOOR, as_of=make.MONDAY)
    iscm.finish_step(order.pk, 2, by=FLOOR, as_of=make.MONDAY)
    iscm.finish_production(order.pk, by=FLOOR, as_of=make.MONDAY)
    make.drain()

    order.refresh_from_db()
    assert (order.state, order.good, order.scrap) == ("finished", 20_000, 10_000)
    assert (free(table, site), free(top, site), free(leg, site)) == ((2, 0), (0, 0), (0, 0))
    assert SupplySlot.objects.get(item=table, kind="stock").available == 20_000
    assert SupplySlot.objects.get(kind="production").available == 0


def test_what_was_finished_by_mistake_is_taken_back(site, parts):
    table, top, leg = parts
    make.make_stock(top, site, 1)
    make.make_stock(leg, site, 4)
    order = release(plan(table, site, 1))
    for position in (1, 2):
        iscm.finish_step(order.pk, position, by=FLOOR, as_of=make.MONDAY)
    iscm.finish_production(order.pk, by=FLOOR, as_of=make.MONDAY)

    iscm.reverse_production(order.pk, by=FLOOR, as_of=make.MONDAY)
    make.drain()
    assert (free(table, site), ProductionOrder.objects.get().state) == ((0, 0), "started")
    iscm.finish_production(order.pk, by=FLOOR, as_of=make.MONDAY)
    make.drain()

    assert (free(table, site), ProductionOrder.objects.get().state) == ((1, 0), "finished")


def test_a_cancelled_order_gives_everything_back(site, parts):
    table, top, leg = parts
    make.make_stock(top, site, 2, lot="T-1")
    make.make_stock(leg, site, 8)
    order = release(plan(table, site, 2))
    iscm.start_step(order.pk, 1, by=FLOOR, as_of=make.MONDAY)
    assert free(top, site) == (0, 0)

    iscm.cancel_production(order.pk, by="user:5", as_of=make.MONDAY)
    make.drain()

    assert (free(top, site), free(leg, site)) == ((2, 0), (8, 0))
    assert StockMove.objects.filter(reason="reversal", lot__code="T-1").count() == 1
    with pytest.raises(IllegalTransition):
        iscm.release_production(order.pk, by="user:5", as_of=make.MONDAY) or orders.release_order(
            ProductionOrder.objects.get(), at=make.MONDAY, by="user:5"
        )


def test_the_planner_reads_open_orders_in_two_queries(site, parts, django_assert_num_queries):
    table, top, leg = parts
    make.make_stock(top, site, 1)
    order = release(plan(table, site, 2))
    proposal = plan(table, site, 5)

    with django_assert_num_queries(2):
        found = open_orders.load()

    assert found.order_ids.tolist() == [order.pk, proposal.pk]
    assert (found.units.tolist(), found.is_firm.tolist()) == ([20_000, 50_000], [True, False])
    wants = list(zip(found.component_items.tolist(), found.component_units.tolist(), strict=True))
    assert wants == [(top.pk, 10_000), (leg.pk, 80_000), (top.pk, 50_000), (leg.pk, 200_000)]


def test_the_shop_floor_works_on_its_pages(client: Client, site, parts):
    table, top, leg = parts
    make.make_stock(top, site, 2)
    make.make_stock(leg, site, 8)
    order, waiting = plan(table, site, 2), plan(table, site, 1)
    url = reverse("iscm_production:order", args=[order.pk])
    client.force_login(foundation.make_user(roles=["sales"]))
    assert client.post(reverse("iscm_production:release", args=[order.pk])).status_code == 403
    client.force_login(foundation.make_user(roles=["production"]))

    client.post(reverse("iscm_production:release", args=[order.pk]), {"revision": order.revision})
    make.drain()
    client.post(reverse("iscm_production:release", args=[waiting.pk]), {"revision": waiting.revision})
    make.drain()
    listed = client.get(reverse("iscm_production:orders")).content.decode()
    assert "1 order waits for parts" in listed
    assert "Step 1 of 2 is next: Glue" in client.get(url).content.decode()
    client.post(reverse("iscm_production:start_step", args=[order.pk, 1]))
    for position in (1, 2):
        client.post(reverse("iscm_production:finish_step", args=[order.pk, position]), {"good": "2", "scrap": "0"})
    assert "Quality passed, to stock" in client.get(url).content.decode()
    client.post(reverse("iscm_production:finish", args=[order.pk]))
    make.drain()

    assert ProductionOrder.objects.get(pk=order.pk).state == "finished"
    assert free(table, site) == (2, 0)
    stale = client.post(reverse("iscm_production:close", args=[order.pk]), {"revision": "1"})
    assert stale.status_code == 409


def test_the_warehouse_moves_goods_on_its_pages(client: Client, site, parts):
    other = foundation.make_site("OTH")
    make.make_stock(parts[1], site, 5)
    client.force_login(foundation.make_user(roles=["warehouse"]))
    typed = {
        "origin": site.pk, "destination": other.pk, "item": "TOP", "units": "4", "ship_on": "2026-11-03",
        "due_on": "2026-11-04",
    }  # fmt: skip

    page = client.post(reverse("iscm_fulfilment:new_transfer"), typed)
    transfer = int(page.headers["Location"].rstrip("/").rsplit("/", 1)[1])
    url = reverse("iscm_fulfilment:transfer", args=[transfer])
    client.post(reverse("iscm_fulfilment:release_transfer", args=[transfer]), {"revision": "1"})
    make.drain()
    client.post(reverse("iscm_fulfilment:ship_transfer", args=[transfer]), {"revision": "2"})
    make.drain()
    assert "1 transfer is on its way" in client.get(reverse("iscm_fulfilment:transfers")).content.decode()
    line = client.get(url).context["lines"][0]["id"]
    client.post(reverse("iscm_fulfilment:receive_transfer", args=[transfer]), {"revision": "3", f"line-{line}": "3"})
    make.drain()
    assert (free(parts[1], site), free(parts[1], other)) == ((1, 0), (3, 0))
    assert client.get(url).context["can_receive"]
    client.post(reverse("iscm_fulfilment:receive_transfer", args=[transfer]), {"revision": "4", f"line-{line}": "1"})
    make.drain()

    assert free(parts[1], other) == (4, 0)
    assert not client.get(url).context["can_receive"]
