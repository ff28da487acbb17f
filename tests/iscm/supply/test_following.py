"""What is committed after a plan reaches the plan in memory: all of it, once, and nothing else moves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from rantai.foundation.items.models import Source
from rantai.foundation.locations.models import Location
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.management import planning, stepping
from rantai.iscm.supply.management.answering import Planner
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.models import PlanOutcome, PlanRun
from rantai.iscm.supply.queries.snapshot import take_snapshot
from rantai.kernel import changes
from rantai.kernel.quantities import Quantity
from rantai.srm.buying.models import PurchaseScheduleLine
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db

LATER = date(2026, 11, 25)


@pytest.fixture
def bought():
    """An item with ten on stock and twenty on order, wanted by two customers."""
    site, item, supplier = foundation.make_site(), foundation.make_item(), srm.make_supplier()
    foundation.make_source(item, supplier=supplier, cost=20_000)
    factory.make_stock(item, site, 10)
    order = srm.make_sent(supplier, [(item, 20)])
    demands = [factory.make_demand(item, units, requested_on=LATER) for units in (6, 30)]
    return item, order, demands


def follow() -> Follower:
    return Follower(planning.make_plan(factory.MONDAY, builder="test"))


def ask_for(demand: Demand, units: int, on: date = LATER) -> None:
    """The customer wants something else."""
    row = Demand.objects.get(pk=demand.pk)
    key = messages.DemandKey(
        kind=row.kind, order_id=row.order_id, line=row.line, schedule=row.schedule, generation=row.generation
    )
    wanted = messages.DemandChange(
        key=key, expected_revision=row.revision, units=Quantity.of(units), requested_on=on
    )  # fmt: skip
    with transaction.atomic():
        iscm.change_demand((wanted,), as_of=factory.MONDAY)


def change(row: Any, **values: Any) -> None:
    """Write what an action of its house would: other values, and the next number."""
    for name, value in values.items():
        setattr(row, name, value)
    row.changed_seq = changes.next_change()
    row.save()


_NAMES = {
    "demands": ("due", "quantity", "kind", "class_rank", "promised_at", "partial"),
    "receipts": ("time", "quantity", "kind"),
}


def list_facts(problem: Any, places: list[int], besides: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what a problem says of demands, receipts and stock, by key."""
    found: dict[str, Any] = {}
    for table, names in _NAMES.items():
        rows, columns = problem[table], [name for name in names if name not in besides]
        keys, held_at = rows["key"].tolist(), rows["place"].tolist()
        values = zip(*(rows[name].tolist() for name in columns), strict=True)
        found[table] = {key: (place, *row) for key, place, row in zip(keys, held_at, values, strict=True) if row[1] > 0}
    stock = problem["item_locations"]
    rows = zip(stock["key"].tolist(), stock["on_hand"].tolist(), strict=True)
    found["stock"] = {key: units for key, units in rows if key in places}
    return found


def assert_knows_all(follower: Follower, *, besides: tuple[str, ...] = ()) -> None:
    """Compare what is held with a fresh look at the database at the plan's instant."""
    held = follower.held.facts.problem()
    keys = held.item_locations.key
    tables = {
        name: {column: getattr(table, column) for column in ("key", "quantity", *extra)}
        | {"place": keys[table.item_location]}
        for name, table, extra in (
            ("demands", held.demands, ("due", "kind", "class_rank", "promised_at", "partial")),
            ("receipts", held.receipts, ("time", "kind")),
        )
    }
    tables["item_locations"] = {"key": keys, "on_hand": held.item_locations.on_hand}
    fresh = take_snapshot(factory.MONDAY).tables
    places = keys.tolist()
    assert list_facts(tables, places, besides) == list_facts(fresh, places, besides)


def test_orders_receipts_and_stock_that_change_reach_the_plan_and_looking_again_changes_nothing(bought) -> None:
    item, order, (small, large) = bought
    follower = follow()
    (schedule,) = srm.list_schedules(order)

    ask_for(small, 8)
    told = follower.follow()
    assert small.pk in told["demand_ids"]
    assert not told["is_provisional"]
    assert_knows_all(follower)

    with transaction.atomic():
        change(PurchaseScheduleLine.objects.get(pk=schedule.pk), expected_on=LATER + timedelta(days=9))
        newcomer = factory.make_demand(item, 3, requested_on=LATER)
    assert newcomer.pk in follower.follow()["demand_ids"]
    assert_knows_all(follower)

    ask_for(large, 0)
    factory.make_stock(item, foundation.Location.objects.get(code="JKT"), 5)
    follower.follow()
    assert_knows_all(follower)

    again = follower.follow()
    assert (again["demand_ids"], again["orders"], again["item_locations"]) == ([], 0, 0)


def test_one_that_was_killed_begins_again_from_the_published_plan_and_has_lost_and_doubled_nothing(bought) -> None:
    item, _order, (small, _large) = bought
    follower = follow()
    with transaction.atomic():
        factory.make_demand(item, 4, requested_on=LATER)
    ask_for(small, 5, LATER + timedelta(days=2))
    follower.follow()
    with transaction.atomic():
        factory.make_demand(item, 7, requested_on=LATER)

    plan = planning.load_plan()
    assert plan is not None
    second = Follower(plan)
    second.follow()
    follower.follow()

    assert_knows_all(second)
    assert_knows_all(follower)
    assert second.watermark == follower.watermark


def test_one_that_was_killed_takes_in_parts_what_would_be_too_much_for_one_event(bought) -> None:
    _item, _order, (small, large) = bought
    first = Follower(planning.make_plan(factory.MONDAY, builder="test"), most=1)
    for demand in (small, large):
        ask_for(demand, 7)
        assert not first.follow()["is_provisional"]
        stepping.publish(first)
    ask_for(small, 8)

    plan = planning.load_plan()
    assert plan is not None
    second = Follower(plan, most=1)
    told = second.follow()
    stepping.publish(second)
    stepping.publish(first)

    assert (told["why"], set(told["demand_ids"])) == ("", {small.pk, large.pk})
    assert_knows_all(second)
    first.follow()
    stepping.publish(first)
    assert first.is_overtaken
    run = PlanRun.objects.get(state="current")
    assert (run.step, run.watermark) == (second.step, second.known) == (3, Demand.objects.get(pk=small.pk).changed_seq)
    assert dict(PlanOutcome.objects.values_list("demand_id", "units")) == {small.pk: 80_000, large.pk: 70_000}
    assert factory.list_violations() == []


def test_another_lead_time_moves_what_is_bought(bought) -> None:
    item, _order, (_small, large) = bought
    follower = follow()
    with transaction.atomic():
        change(Source.objects.get(item=item), lead_time_days=40)

    assert follower.follow()["demand_ids"] == [large.pk]
    assert follower.held.facts.sources.lead_time.tolist() == [40]


@pytest.mark.parametrize(
    ("what", "why"),
    [("item", "does not know item"), ("bill", "bills, routings"), ("source", "more than its lead time")],
)
def test_what_only_a_whole_plan_can_follow_is_provisional_and_says_why(bought, what: str, why: str) -> None:
    item, _order, _demands = bought
    follower = follow()
    if what == "item":
        factory.make_demand(foundation.make_item(), 1, requested_on=LATER)
    elif what == "bill":
        foundation.make_bill(foundation.make_item(), [(item, 1)])
    else:
        with transaction.atomic():
            change(Source.objects.get(item=item), minimum=70_000)

    told = follower.follow()

    assert told["is_provisional"]
    assert why in told["why"]
    later = follower.follow()
    assert (later["is_provisional"], later["is_behind"]) == (False, True)


def test_an_event_that_touches_too_many_demands_changes_nothing(bought) -> None:
    _item, _order, (small, _large) = bought
    plan = planning.make_plan(factory.MONDAY, builder="test")
    follower = Follower(plan, most=0)
    ask_for(small, 9)

    assert follower.follow()["is_provisional"]
    assert 60_000 in follower.held.facts.problem().demands.quantity.tolist()


def test_the_planner_follows_when_it_is_asked_to(bought) -> None:
    _item, _order, (small, _large) = bought
    planner = Planner("test")
    assert planner.answer({"op": "follow"}) == {"revision": None}

    planner.solve(factory.MONDAY)
    assert planner.answer({"op": "follow"})["demand_ids"] == []
    ask_for(small, 7)

    told = planner.answer({"op": "follow"})
    assert (told["revision"], told["demand_ids"]) == (1, [small.pk])


def test_a_question_is_answered_from_what_was_committed_a_moment_ago(bought) -> None:
    _item, _order, (_small, large) = bought
    item, near, far = foundation.make_item(), Location.objects.get(code="JKT"), foundation.make_site("SUB")
    for site, days in ((near, 9), (far, 4)):
        supplier = foundation.make_party(role="supplier")
        foundation.make_source(item, supplier=supplier, location=site, lead_time_days=days)
        factory.make_stock(item, site, 1)
    planner = Planner("test")
    planner.solve(factory.MONDAY)
    planner.answer({"op": "follow"})
    question = {
        "op": "ask", "as_of": factory.MONDAY.isoformat(),
        "lines": [
            {"line": 0, "item_id": item.pk, "units": 30_000, "wanted_on": "2026-11-03",
             "location_ids": [near.pk, far.pk]},
        ],
    }  # fmt: skip

    told = planner.answer(question)
    ask_for(large, 300)
    later = planner.answer(question)

    assert told["held_seconds"] is not None
    (line,) = told["lines"]
    assert {part["location_id"] for part in line["parts"]} == {far.pk}
    assert sum(part["units"] for part in line["parts"]) == 30_000
    assert later["held_seconds"] is not None
    assert planner.answer({"op": "follow"})["watermark"] >= Demand.objects.get(pk=large.pk).changed_seq


@pytest.mark.parametrize(("hours", "is_held"), [(13, True), (-3, True), (14, False), (-11, False)])
def test_the_plan_that_is_held_answers_on_its_own_day_in_the_companys_zone(bought, hours: int, is_held: bool) -> None:
    item, _order, _demands = bought
    planner = Planner("test")
    planner.solve(factory.MONDAY)  # ten in the morning in Jakarta
    planner.answer({"op": "follow"})

    told = planner.answer(
        {
            "op": "ask", "as_of": (factory.MONDAY + timedelta(hours=hours)).isoformat(),
            "lines": [{"line": 0, "item_id": item.pk, "units": 10_000, "wanted_on": "2026-11-20",
                       "location_ids": [Location.objects.get(code="JKT").pk]}],
        }
    )  # fmt: skip

    assert (told["held_seconds"] is not None) == is_held


def test_what_waits_for_a_whole_plan_holds_up_neither_the_rest_nor_a_question(bought) -> None:
    item, _order, (small, _large) = bought
    follower = follow()
    foundation.make_bill(foundation.make_item(), [(item, 1)])
    factory.make_demand(foundation.make_item(), 1, requested_on=LATER)
    ask_for(small, 9)

    told = follower.follow()

    assert "bills, routings" in told["why"]
    assert "does not know item" in told["why"]
    assert told["demand_ids"] == [small.pk]
    assert follower.ask([], at=follower.run.now, patience=1.0) is not None


def test_a_question_counts_on_what_an_order_is_about_to_let_go(bought) -> None:
    item, _order, (_small, large) = bought
    planner = Planner("test")
    planner.solve(factory.MONDAY)
    planner.answer({"op": "follow"})
    question = {
        "op": "ask", "as_of": factory.MONDAY.isoformat(),
        "lines": [{"line": 0, "item_id": item.pk, "units": 300_000, "wanted_on": "2026-11-26",
                   "location_ids": [Location.objects.get(code="JKT").pk]}],
    }  # fmt: skip

    alone, instead = planner.answer(question), planner.answer(question | {"without": [large.pk]})

    assert instead["held_seconds"] is not None
    planned = [
        sum(part["units"] for part in told["lines"][0]["parts"] if part["basis"] == "plan") for told in (alone, instead)
    ]
    assert planned[0] == 300_000
    assert planned[1] < planned[0]


def test_a_question_goes_elsewhere_where_too_much_happened_to_be_followed(bought) -> None:
    _item, _order, (small, _large) = bought
    follower = Follower(planning.make_plan(factory.MONDAY, builder="test"), most=0)
    ask_for(small, 9)

    assert follower.ask([], at=follower.run.now, patience=1.0) is None
