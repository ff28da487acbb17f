"""Work that begins, gets on and ends reaches the held plan: its own hours and what these touch, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from rantai.foundation.items.actions import resources, routings
from rantai.foundation.items.models import Item, Resource
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.iscm.production.actions import components, orders
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.production.queries.structure import Ways
from rantai.iscm.supply.management import planning, stepping
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.models import PlanOutcome, PlanRun
from rantai.iscm.supply.queries import loads
from rantai.iscm.supply.queries.snapshot import take_snapshot
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.supply.finite import HOUR, make_made, make_resource
from tests.iscm.supply.test_following import assert_knows_all, change

pytestmark = pytest.mark.django_db

SOON, LATER = date(2026, 11, 6), date(2026, 11, 20)
_KINDS = {
    "one at a time": {},
    "two at a time": {"capacity": 20_000},
    "hours of a day": {"kind": "day", "capacity": 60_000},
    "with change-overs": {},
}


class Shop:
    """A saw and a press: chairs need both, stools the press, tables a saw of their own."""

    def __init__(self, kind: str) -> None:
        self.site = foundation.make_site()
        self.saw = make_resource(self.site, "SAW", **_KINDS[kind])
        self.press = make_resource(self.site, "PRESS", **_KINDS[kind])
        if kind == "with change-overs":
            changes = [("", "chair", HOUR), ("", "stool", HOUR)]
            run_atomic(lambda: resources.set_setup_times(self.press.pk, changes=changes, by="test"))
        self.leg = foundation.make_item("LEG")
        factory.make_stock(self.leg, self.site, 100)
        self.chair = foundation.make_item("CHAIR")
        foundation.make_bill(self.chair, [(self.leg, 2)])
        steps = [_step(10, self.saw), _step(20, self.press, setup_family="chair")]
        run_atomic(lambda: routings.add_routing(self.chair.pk, steps=steps))
        foundation.make_source(self.chair, kind="make", location=self.site, lead_time_days=0)
        self.stool = make_made(self.site, resource=self.press, setup_family="stool")
        self.table = make_made(self.site, resource=make_resource(self.site, "SAW-2"))
        self.demands = [factory.make_demand(item, 9, requested_on=SOON) for item in (self.chair, self.stool)]
        self.other = factory.make_demand(self.table, 9, requested_on=SOON)

    @transaction.atomic
    def plan(self, item: Item, units: int, number: int) -> ProductionOrder:
        draft = orders.ProductionDraft(
            company_id=parties.get_company().pk, item_id=item.pk, location_id=self.site.pk, units=units * 10_000,
            due_on=date(2026, 11, 5), cause=DocRef("planned_order", number),
        )  # fmt: skip
        return orders.plan_order(draft, Ways([item.pk], on=date(2026, 11, 2)), at=factory.MONDAY, by="test")


def _step(number: int, resource: Resource, **facts: Any) -> routings.Step:
    name = {"en": resource.code}
    return routings.Step(
        step=number, name=name, resource_id=resource.pk, seconds_per_unit=HOUR * 10_000, **facts
    )  # fmt: skip


def work(shop: Shop) -> Iterator[str]:
    """Bring a chair's order from its plan to stock, and one of stools to nothing, saying what was done."""
    chairs = shop.plan(shop.chair, 8, 1)
    yield "planned"
    iscm.release_production(chairs.pk, by="test", as_of=factory.MONDAY)
    hold(chairs)
    yield "released"
    stools = shop.plan(shop.stool, 8, 2)
    iscm.release_production(stools.pk, by="test", as_of=factory.MONDAY)
    yield "another released"
    iscm.start_step(chairs.pk, 1, by="test", as_of=factory.MONDAY)
    yield "started"
    iscm.finish_step(chairs.pk, 1, scrap=Quantity.of(2), by="test", as_of=factory.MONDAY)
    yield "sawn, one of them wrongly"
    iscm.start_step(chairs.pk, 2, by="test", as_of=factory.MONDAY)
    yield "pressed"
    iscm.cancel_production(stools.pk, by="test", as_of=factory.MONDAY)
    yield "the other cancelled"
    iscm.finish_step(chairs.pk, 2, by="test", as_of=factory.MONDAY)
    iscm.finish_production(chairs.pk, by="test", as_of=factory.MONDAY)
    yield "on stock"


@transaction.atomic
def hold(order: ProductionOrder) -> None:
    """Hold the parts of an order, as who hears of its release does."""
    for component in order.components.all():
        components.hold_component(component, units=component.needed, at=factory.MONDAY)


def follow() -> Follower:
    return Follower(planning.make_plan(factory.MONDAY, builder="test"))


def list_occupied(follower: Follower) -> list[tuple[int, ...]]:
    table = follower.held.facts.problem().occupations
    columns = (table.resource, table.start, table.end, table.quantity, table.setup)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def assert_same_hours(follower: Follower) -> dict[str, Any]:
    """A whole plan at the plan's present would lay the same works on the same hours; return these."""
    fresh = take_snapshot(factory.MONDAY).tables["occupations"]
    assert list_occupied(follower) == list_rows(fresh, "resource", "start", "end", "quantity", "setup")
    return fresh


def list_rows(table: dict[str, Any], *names: str) -> list[tuple[int, ...]]:
    return sorted(zip(*(table[name].tolist() for name in names), strict=True))


def assert_has_room(follower: Follower) -> None:
    """Nothing is planned where open orders work, on resources that do one thing at a time."""
    runs, table = follower.held.solution().runs, follower.held.facts.problem().occupations
    kinds, most = follower.problem["resources"]["kind"], follower.problem["resources"]["maximum"]
    for resource, start, end in zip(runs.resource.tolist(), runs.start.tolist(), runs.end.tolist(), strict=True):
        if kinds[resource] == 1 and most[resource] == 10_000:
            there = (table.resource == resource) & (table.start < end) & (table.end > start)
            assert not there.any()


def list_published(shop: Shop) -> list[tuple[int, ...]]:
    """The works of open orders that pages show."""
    run = PlanRun.objects.get(state="current")
    book = loads.read(run)
    runs = [one for line in book.resources for one in book.list_runs(line.resource_id, run.now, run.horizon_end)]
    return sorted((one.order_key, one.step, one.start, one.end) for one in runs if one.order < 0)


def tell_other(follower: Follower, shop: Shop) -> tuple[Any, ...]:
    """What the plan says of the product line that nobody works on."""
    row = follower.find_row((shop.table.pk << 24) | shop.site.pk)
    part = follower.held.account([row])
    outcome = PlanOutcome.objects.values().get(run__state="current", demand=shop.other)
    return part.orders.number.tolist(), part.orders.start.tolist(), part.orders.quantity.tolist(), outcome


@pytest.mark.parametrize("kind", ["one at a time", "hours of a day", "with change-overs"])
def test_work_is_followed_in_place_and_lays_the_hours_that_a_whole_plan_would(kind: str) -> None:
    shop = Shop(kind)
    follower = follow()
    other = tell_other(follower, shop)

    for done in work(shop):
        told = follower.follow()
        stepping.publish(follower)

        assert (told["why"], told["is_behind"]) == ("", False), done
        # a promise that is given anew changes no demand: it is heard of with the next change of one
        assert_knows_all(follower, besides=("promised_at",))
        hours = assert_same_hours(follower)
        assert_has_room(follower)
        assert tell_other(follower, shop) == other
        assert list_published(shop) == list_rows(hours, "order_key", "step", "start", "end"), done
        again = follower.follow()
        assert (again["demand_ids"], again["orders"], again["item_locations"]) == ([], 0, 0)

    plan = planning.load_plan()
    assert plan is not None
    second = Follower(plan)
    second.follow()
    assert list_occupied(second) == list_occupied(follower) == []
    assert factory.list_violations() == []


def test_what_runs_comes_first_whatever_is_due_first() -> None:
    shop = Shop("one at a time")
    due_first, begun = shop.plan(shop.stool, 3, 1), shop.plan(shop.stool, 3, 2)
    for order in (due_first, begun):
        iscm.release_production(order.pk, by="test", as_of=factory.MONDAY)
    with transaction.atomic():
        change(ProductionOrder.objects.get(pk=begun.pk), due_on=LATER)
    follower = follow()
    before = list_occupied(follower)

    iscm.start_step(begun.pk, 1, by="test", as_of=factory.MONDAY)
    follower.follow()

    assert_same_hours(follower)
    held = follower._occupying.select([(shop.stool.pk << 24) | shop.site.pk])
    first = held["order_key"][held["start"].argmin()]
    assert int(first) >> 3 == begun.pk
    assert len(list_occupied(follower)) == len(before) == 2


def test_another_press_lays_the_work_that_waits_beside_the_other() -> None:
    shop = Shop("two at a time")
    for number in range(3):
        order = shop.plan(shop.stool, 5, number + 1)
        iscm.release_production(order.pk, by="test", as_of=factory.MONDAY)
    follower = follow()

    with transaction.atomic():
        change(Resource.objects.get(pk=shop.press.pk), capacity=30_000)
    told = follower.follow()

    assert told["why"] == ""
    assert_same_hours(follower)
    starts = [start for _resource, start, *_rest in list_occupied(follower)]
    assert len(set(starts)) == 1


def test_a_finished_order_that_was_not_moves_back_to_the_machine() -> None:
    shop = Shop("one at a time")
    stools = shop.plan(shop.stool, 4, 1)
    iscm.release_production(stools.pk, by="test", as_of=factory.MONDAY)
    follower = follow()
    with transaction.atomic():
        change(ProductionOrder.objects.get(pk=stools.pk), start_on=date(2026, 11, 3))
    follower.follow()

    (row,) = list_occupied(follower)
    assert row[1] >= follower.run.now + timedelta(hours=12).total_seconds()
    assert_same_hours(follower)
