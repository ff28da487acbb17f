"""Plans whose machines can be too busy: from master data to what people read of the plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from rantai.foundation.items.actions import bills, planning_rules, resources, substitutes
from rantai.iscm.supply import bridge
from rantai.iscm.supply.actions import proposals
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome
from rantai.iscm.supply.queries import layout
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.supply.finite import HOUR, assert_one_at_a_time, make_made, make_resource, plan, runs_of, worked

pytestmark = pytest.mark.django_db


def test_a_machine_makes_one_thing_at_a_time_and_the_late_order_names_it() -> None:
    site = foundation.make_site()
    press = make_resource(site)
    items = [make_made(site, resource=press) for _number in range(3)]
    for item in items:
        factory.make_demand(item, 8, requested_on=date(2026, 11, 4))

    made = plan()

    assert sum(worked(made, start, end) for _key, start, end in runs_of(made)) == 24 * HOUR
    assert_one_at_a_time(made)
    late = PlanOutcome.objects.filter(run=made.run, late_days__gt=0)
    assert late.count() >= 1
    assert {(row.cause, row.cause_resource_id) for row in late} == {("capacity", press.pk)}


def test_without_a_limit_all_is_made_at_once() -> None:
    site = foundation.make_site()
    press = make_resource(site, kind="infinite")
    items = [make_made(site, resource=press) for _number in range(3)]
    for item in items:
        factory.make_demand(item, 8, requested_on=date(2026, 11, 4))

    made = plan()

    assert runs_of(made) == []
    assert len(set(made.solution["orders"]["end"].tolist())) == 1


def test_an_alternate_takes_what_the_first_machine_has_no_room_for() -> None:
    site = foundation.make_site()
    press, other = make_resource(site), make_resource(site, "PRESS-2")
    items = [make_made(site, resource=press, alternates=(other.pk,)) for _number in range(2)]
    for item in items:
        factory.make_demand(item, 8, requested_on=date(2026, 11, 4))

    made = plan()

    assert {resource for resource, _start, _end in runs_of(made)} == {press.pk, other.pk}


def test_efficiency_shortens_the_work_on_a_machine() -> None:
    site = foundation.make_site()
    item = make_made(site, resource=make_resource(site, efficiency=20_000), hours=2)
    factory.make_demand(item, 2, requested_on=date(2026, 11, 10))

    made = plan()

    ((_key, start, end),) = runs_of(made)
    assert worked(made, start, end) == 2 * HOUR


def test_a_day_has_so_many_hours_of_work_and_no_more() -> None:
    site = foundation.make_site()
    team = make_resource(site, "TEAM", kind="day", capacity=4 * 10_000)
    items = [make_made(site, resource=team, hours=1) for _number in range(3)]
    for item in items:
        factory.make_demand(item, 3, requested_on=date(2026, 11, 12))

    made = plan()

    started = [datetime.fromtimestamp(start + 7 * HOUR, UTC).date() for _key, start, _end in runs_of(made)]
    assert len(started) == 3 == len(set(started))


def test_capacity_that_comes_later_is_not_used_before() -> None:
    site = foundation.make_site()
    press = make_resource(site, capacity=0)
    run_atomic(lambda: resources.set_capacities(press.pk, capacities=[(date(2026, 11, 16), 10_000)], by="test"))
    factory.make_demand(make_made(site, resource=press), 4, requested_on=date(2026, 11, 10))

    made = plan()

    ((_key, start, _end),) = runs_of(made)
    assert datetime.fromtimestamp(start + 7 * HOUR, UTC).date() >= date(2026, 11, 16)
    outcome = PlanOutcome.objects.get(run=made.run)
    assert (outcome.cause, outcome.cause_resource_id, outcome.short) == ("capacity", press.pk, 0)


def test_a_change_over_takes_its_time_between_families() -> None:
    site = foundation.make_site()
    press = make_resource(site)
    run_atomic(lambda: resources.set_setup_times(press.pk, changes=[("", "red", 2 * HOUR)], by="test"))
    for family in ("red", "blue"):
        item = make_made(site, resource=press, setup_family=family)
        factory.make_demand(item, 3, requested_on=date(2026, 11, 4))

    made = plan()

    names = {"blue": 0, "red": 1}
    assert made.problem["setup_times"]["seconds"].max() == 2 * HOUR
    loads, runs = made.problem["loads"], made.solution["runs"]
    order = np.argsort(runs["start"])
    families = loads["setup"][[int(np.flatnonzero(loads["operation"] == runs["operation"][row])[0]) for row in order]]
    if families.tolist() == [names["blue"], names["red"]]:
        assert runs["start"][order[1]] - runs["end"][order[0]] >= 2 * HOUR
    assert_one_at_a_time(made)


def test_the_wait_after_a_step_leaves_the_machine_free() -> None:
    site = foundation.make_site()
    press = make_resource(site)
    item = make_made(site, resource=press, wait_seconds=4 * HOUR)
    factory.make_demand(item, 2, requested_on=date(2026, 11, 10))

    made = plan()

    ((_key, start, end),) = runs_of(made)
    assert worked(made, start, end) == 2 * HOUR
    assert made.problem["operations"]["fixed_seconds"].tolist() == [0, 4 * HOUR]


def test_open_orders_occupy_what_they_still_have_to_do() -> None:
    site = foundation.make_site()
    press = make_resource(site)
    first, second = make_made(site, resource=press), make_made(site, resource=press)
    factory.make_demand(first, 8, requested_on=date(2026, 11, 4))
    plan()
    (row,) = PlannedOrder.objects.filter(item=first, state="proposed")
    run_atomic(lambda: proposals.accept_proposals([row.pk], by="test", at=factory.MONDAY))
    factory.make_demand(second, 8, requested_on=date(2026, 11, 4))

    made = plan(factory.MONDAY + timedelta(minutes=1))

    held = made.problem["occupations"]
    (since,), (until,) = held["start"].tolist(), held["end"].tolist()
    assert worked(made, since, until) == 8 * HOUR
    assert all(end <= since or start >= until for _key, start, end in runs_of(made))
    assert made.run.counts["late"] == 1


def test_asking_counts_what_others_take_of_the_machine() -> None:
    site = foundation.make_site()
    press = make_resource(site)
    busy, asked = make_made(site, resource=press), make_made(site, resource=press)
    factory.make_demand(busy, 40, requested_on=date(2026, 11, 4))
    factory.make_demand(asked, 1, requested_on=date(2027, 2, 1))
    made = plan()
    places = made.problem["item_locations"]["key"].tolist()
    wanted = [bridge.Wanted(place=key, quantity=50_000, due=made.run.now) for key in places if key >> 24 == asked.pk]
    when = {"now": made.run.now, "horizon_end": made.run.horizon_end}

    (answer,) = bridge.promise(made.problem, made.solution, wanted, newer=[], **when)
    free = dict(made.solution, runs=layout.empty("runs"))
    (sooner,) = bridge.promise(made.problem, free, wanted, newer=[], **when)

    assert answer.time > sooner.time


def test_a_supplier_takes_so_many_units_a_week() -> None:
    foundation.make_site()
    item, supplier = foundation.make_item(), foundation.make_party(role="supplier")
    source = foundation.make_source(item, supplier=supplier, weekly_capacity=50_000)
    factory.make_demand(item, 12, requested_on=date(2026, 11, 11))

    made = plan()

    orders = made.solution["orders"]
    by_week: dict[int, int] = {}
    for start, units in zip(orders["start"].tolist(), orders["quantity"].tolist(), strict=True):
        monday = datetime.fromtimestamp(start + 7 * HOUR, UTC).isocalendar().week
        by_week[monday] = by_week.get(monday, 0) + units
    assert max(by_week.values()) <= 50_000
    assert sum(by_week.values()) == 120_000
    outcome = PlanOutcome.objects.get(run=made.run)
    assert (outcome.cause, outcome.cause_source_id, outcome.cause_resource_id) == (
        "supplier_maximum", source.pk, None,
    )  # fmt: skip
    assert set(PlannedOrder.objects.filter(run=made.run).values_list("kind", flat=True)) == {"purchase"}


def test_an_order_of_a_fixed_quantity_is_of_no_other() -> None:
    foundation.make_site()
    item, supplier = foundation.make_item(), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=supplier, fixed_quantity=50_000)
    factory.make_demand(item, 12, requested_on=date(2026, 12, 11))

    made = plan()

    assert made.solution["orders"]["quantity"].sum() == 150_000
    assert (made.solution["orders"]["quantity"] % 50_000 == 0).all()


def test_sources_share_what_a_place_needs() -> None:
    foundation.make_site()
    item = foundation.make_item()
    for share in (3, 1):
        foundation.make_source(item, supplier=foundation.make_party(role="supplier"), share=share)
    run_atomic(lambda: planning_rules.set_planning_rule(item.pk, search="split"))
    for week in range(8):
        factory.make_demand(item, 4, requested_on=date(2026, 11, 23) + timedelta(weeks=week))

    made = plan()

    orders = made.solution["orders"]
    weights = made.problem["sources"]["weight"][orders["source"]]
    by_weight = {share: int(orders["quantity"][weights == share].sum()) for share in (3, 1)}
    assert by_weight == {3: 240_000, 1: 80_000}


def test_nothing_new_comes_within_the_time_fence() -> None:
    foundation.make_site()
    item, supplier = foundation.make_item(), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=supplier, lead_time_days=1)
    run_atomic(lambda: planning_rules.set_planning_rule(item.pk, fence_days=10))
    factory.make_demand(item, 4, requested_on=date(2026, 11, 6))

    made = plan()

    outcome = PlanOutcome.objects.get(run=made.run)
    assert outcome.cause == "fence"
    assert outcome.ship_on is not None
    assert outcome.ship_on >= date(2026, 11, 16)


def test_an_alternate_component_is_taken_when_the_first_has_run_out() -> None:
    site = foundation.make_site()
    item, first, second = (foundation.make_item() for _number in range(3))
    factory.make_stock(first, site, 3)
    factory.make_stock(second, site, 10)
    parts = [
        bills.Component(item_id=part.pk, quantity=10_000, choice=1, rank=rank)
        for rank, part in enumerate((first, second), 1)
    ]
    run_atomic(lambda: bills.add_bill(item.pk, components=parts))
    foundation.make_source(item, kind="make", location=site, lead_time_days=1)
    factory.make_demand(item, 3, requested_on=date(2026, 11, 10))
    factory.make_demand(item, 5, requested_on=date(2026, 11, 12))

    made = plan()

    taken, places = made.solution["consumption"], made.problem["item_locations"]["key"]
    by_item: dict[int, int] = {}
    for place, units in zip(taken["item_location"].tolist(), taken["quantity"].tolist(), strict=True):
        key = int(places[place]) >> 24
        by_item[key] = by_item.get(key, 0) + units
    assert by_item == {first.pk: 30_000, second.pk: 50_000}
    assert not PlanOutcome.objects.filter(run=made.run, late_days__gt=0).exists()


def test_what_may_stand_in_for_a_component_does() -> None:
    site = foundation.make_site()
    item, part, other = (foundation.make_item() for _number in range(3))
    factory.make_stock(other, site, 10)
    foundation.make_bill(item, [(part, 1)])
    run_atomic(lambda: substitutes.add_substitute(part.pk, substitute_id=other.pk, scope="bill"))
    foundation.make_source(item, kind="make", location=site, lead_time_days=1)
    factory.make_demand(item, 5, requested_on=date(2026, 11, 12))

    made = plan()

    assert PlanOutcome.objects.get(run=made.run).pegged == 50_000


def test_a_component_that_is_not_taken_yet_is_not_planned() -> None:
    site = foundation.make_site()
    item, old, new = (foundation.make_item() for _number in range(3))
    for part in (old, new):
        factory.make_stock(part, site, 10)
    change = date(2026, 12, 1)
    parts = [
        bills.Component(item_id=old.pk, quantity=10_000, valid_to=change),
        bills.Component(item_id=new.pk, quantity=10_000, valid_from=change),
    ]
    run_atomic(lambda: bills.add_bill(item.pk, components=parts))
    foundation.make_source(item, kind="make", location=site, lead_time_days=1)
    factory.make_demand(item, 2, requested_on=date(2026, 11, 12))
    factory.make_demand(item, 3, requested_on=date(2026, 12, 16))

    made = plan()

    taken, places = made.solution["consumption"], made.problem["item_locations"]["key"]
    by_item = {
        int(places[place]) >> 24: int(taken["quantity"][taken["item_location"] == place].sum())
        for place in set(taken["item_location"].tolist())
    }
    assert by_item == {old.pk: 20_000, new.pk: 30_000}
