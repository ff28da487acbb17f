"""A small company planned from the database to the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from rantai.iscm import facade as iscm
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.models import Promise
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import outlooks
from rantai.kernel.models import DecisionReason, DecisionRecord, Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


def plan(as_of: datetime = factory.MONDAY) -> PlanRun:
    return planning.make_plan(as_of, builder="test").run


def make_bought(units: int = 0, **facts: object):
    """A site, a supplier and an item bought in five days, with some stock."""
    site, item, supplier = foundation.make_site(), foundation.make_item(), foundation.make_party(role="supplier")
    foundation.make_source(item, supplier=supplier, **{"cost": 20_000, **facts})
    if units:
        factory.make_stock(item, site, units)
    return site, item, supplier


def reasons_of(order: PlannedOrder) -> set[tuple[str, int]]:
    rows = DecisionReason.objects.filter(decision=order.decision)
    return {(code, units // 10_000) for code, units in rows.values_list("code", "units")}


def test_a_plan_proposes_to_buy_what_stock_does_not_cover_and_says_for_whom() -> None:
    _site, item, supplier = make_bought(multiple=40_000)
    demand = factory.make_demand(item, 10, requested_on=date(2026, 11, 18))

    run = plan()

    outcome = PlanOutcome.objects.get(run=run)
    assert (outcome.demand_id, outcome.units, outcome.pegged, outcome.late_days) == (demand.pk, 100_000, 100_000, 0)
    assert (outcome.ship_on, outcome.planned_on) == (date(2026, 11, 17), date(2026, 11, 18))
    order = PlannedOrder.objects.get(run=run)
    assert (order.units, order.kind, order.state, order.supplier_id) == (120_000, "purchase", "proposed", supplier.pk)
    # leaves on Tuesday the 17th, so it must be in by the 16th; five days before is the 11th
    assert (order.start_on, order.due_on) == (date(2026, 11, 11), date(2026, 11, 16))
    assert reasons_of(order) == {("order", 10), ("multiple", 2)}
    assert order.amount == 12 * 20_000
    assert (run.state, run.revision, run.counts["orders"], run.counts["late"]) == ("current", 1, 1, 0)
    assert Event.objects.filter(kind="PlanPublished").count() == 1


def test_a_plan_takes_stock_before_it_buys() -> None:
    _site, item, _supplier = make_bought(units=12)
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))

    run = plan()

    assert run.counts["planned_orders"] == 0
    assert PlanOutcome.objects.get(run=run).pegged == 100_000


def test_what_is_reserved_is_neither_stock_nor_demand() -> None:
    site, item, _supplier = make_bought(units=10)
    offer = iscm.promise(factory.make_ask([(item, 6)]))
    factory.make_demand(item, 6, offer=offer)
    factory.release()

    run = plan()

    assert not PlanOutcome.objects.filter(run=run).exists()
    assert outlooks.list_stock_weeks(run, item.pk, site.pk)[0].opening == 40_000


def test_projected_stock_adds_up_week_by_week() -> None:
    site, item, _supplier = make_bought(units=3, multiple=40_000)
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))

    weeks = outlooks.list_stock_weeks(plan(), item.pk, site.pk)

    assert len(weeks) == 26
    for week in weeks:
        assert week.closing == week.opening + week.receipts + week.planned - week.orders - week.forecast - week.taken
    assert [(week.monday, week.planned, week.orders) for week in weeks if week.planned or week.orders] == [
        (date(2026, 11, 16), 80_000, 100_000)
    ]
    assert weeks[-1].closing == 10_000


def test_an_item_without_source_is_short_and_says_so() -> None:
    foundation.make_site()
    item = foundation.make_item()
    demand = factory.make_demand(item, 4)

    run = plan()

    outcome = PlanOutcome.objects.get(run=run)
    assert (outcome.pegged, outcome.short, outcome.cause, outcome.cause_item_id) == (0, 40_000, "no_source", item.pk)
    kinds = set(run.exceptions.values_list("kind", flat=True))
    assert kinds == {"short", "no_source"}
    (view,) = iscm.list_outcomes(DocRef("sales_order", demand.order_id))
    assert (view.short, view.planned_on) == (Quantity.of(4), None)


@pytest.mark.parametrize("as_of", [
    factory.MONDAY,
    datetime(2026, 11, 1, 17, 0, tzinfo=UTC),  # midnight with which Monday begins in Jakarta
    datetime(2026, 11, 2, 16, 59, 59, tzinfo=UTC),  # its last second
    datetime(2026, 11, 6, 9, 30, tzinfo=UTC),  # a Friday afternoon, after the cut-off
    datetime(2026, 11, 7, 3, 0, tzinfo=UTC),  # a Saturday
])  # fmt: skip
@pytest.mark.parametrize("lead_time_days", [1, 5, 12])
@pytest.mark.parametrize("has_calendar", [True, False])
def test_plan_and_promise_say_the_same_day(as_of: datetime, lead_time_days: int, has_calendar: bool) -> None:
    company = foundation.make_company()
    facts = {"calendar": company.calendar} if has_calendar else {}
    _site, item, _supplier = make_bought(lead_time_days=lead_time_days, **facts)
    offer = iscm.promise(factory.make_ask([(item, 5)], as_of=as_of))
    demand = factory.make_demand(item, 5, offer=offer, as_of=as_of)
    (part,) = offer.lines[0].slices
    Promise.objects.filter(demand=demand).update(promised_on=None)

    outcome = PlanOutcome.objects.get(run=plan(as_of))

    assert (outcome.ship_on, outcome.planned_on) == (part.ship_on, part.promised_on)
    Promise.objects.filter(demand=demand).update(promised_on=part.promised_on)


def test_a_given_promise_is_what_the_plan_aims_at() -> None:
    _site, item, _supplier = make_bought(lead_time_days=5)
    offer = iscm.promise(factory.make_ask([(item, 5)]))
    factory.make_demand(item, 5, offer=offer)

    outcome = PlanOutcome.objects.get(run=plan())

    assert outcome.due_on == outcome.planned_on == offer.lines[0].slices[0].promised_on
    assert outcome.late_days == 0


def test_a_second_plan_replaces_the_first_and_closes_its_proposals() -> None:
    _site, item, _supplier = make_bought()
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    first = plan()
    old = PlannedOrder.objects.get(run=first)

    second = plan()

    old.refresh_from_db()
    first.refresh_from_db()
    assert (first.state, second.state, second.revision) == ("past", "current", 2)
    assert (old.state, old.decision.state) == ("superseded", "superseded")
    assert PlannedOrder.objects.get(run=second).identity == old.identity
    assert second.solution_hash == first.solution_hash


def test_demand_after_the_watermark_awaits_a_plan() -> None:
    _site, item, _supplier = make_bought()
    assert iscm.count_awaiting_plan() == {"demands_awaiting_plan": 0}
    factory.make_demand(item, 1)
    assert iscm.count_awaiting_plan() == {"demands_awaiting_plan": 1}
    plan()
    assert iscm.count_awaiting_plan() == {"demands_awaiting_plan": 0}
    factory.make_demand(item, 2)
    assert iscm.count_awaiting_plan() == {"demands_awaiting_plan": 1}


def test_checks_see_a_plan_that_lost_a_unit() -> None:
    _site, item, _supplier = make_bought()
    factory.make_demand(item, 3)
    run = plan()
    PlanOutcome.objects.filter(run=run).update(pegged=20_000)

    found = factory.list_violations()

    assert [text.split(" ")[0] for text in found] == ["plan.every_unit_pegged_or_short"]
    PlanOutcome.objects.filter(run=run).update(pegged=30_000)


def test_accepted_purchases_become_requisitions_and_receipts_of_the_next_plan() -> None:
    _site, item, _supplier = make_bought()
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    plan()
    (view,) = iscm.list_proposals()
    assert [(reason.code, reason.units, reason.number[:3]) for reason in view.reasons] == [
        ("order", Quantity.of(10), "SO-")
    ]

    decided = iscm.decide_proposals([view.order_id], "accept", by="user:1", as_of=factory.MONDAY)

    assert decided == 1
    order = PlannedOrder.objects.get(pk=view.order_id)
    assert (order.state, order.decision.state, order.decided_by) == ("released", "accepted", "user:1")
    assert order.document_id
    second = plan()
    assert second.counts["planned_orders"] == 0
    assert PlanOutcome.objects.get(run=second).pegged == 100_000


def test_a_dismissed_proposal_stays_away_until_something_material_changed() -> None:
    _site, item, _supplier = make_bought()
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    plan()
    order = PlannedOrder.objects.get(state="proposed")
    iscm.decide_proposals([order.pk], "dismiss", by="user:1", as_of=factory.MONDAY)

    tomorrow = factory.MONDAY + timedelta(days=1)
    again = plan(tomorrow)

    assert again.counts["proposals"] == 0
    assert again.counts["dismissed"] == 1
    assert PlannedOrder.objects.get(run=again).state == "dismissed"
    factory.make_demand(item, 1, requested_on=date(2026, 11, 18))
    third = plan(tomorrow)
    assert third.counts["proposals"] == 1


def test_a_dismissal_taken_back_is_open_again_with_its_reasons() -> None:
    _site, item, _supplier = make_bought()
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    plan()
    order = PlannedOrder.objects.get()
    iscm.decide_proposals([order.pk], "dismiss", by="user:1", as_of=factory.MONDAY)

    iscm.decide_proposals([order.pk], "reopen", by="user:1", as_of=factory.MONDAY)

    order.refresh_from_db()
    assert order.state == "proposed"
    assert reasons_of(order) == {("order", 10)}
    assert plan().counts["proposals"] == 1


def test_the_planner_reads_its_plan_back_and_finds_it_whole() -> None:
    _site, item, _supplier = make_bought(units=2, multiple=30_000)
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    plan()

    read = planning.load_plan()

    assert read is not None
    assert planning.verify_plan(read) == {
        "revision": 1,
        "step": 0,
        "changes_since": 0,
        "problem_is_stored_as_planned": True,
        "solution_is_stored_as_planned": True,
        "solving_again_gives_the_same": True,
        "database_says_the_same": True,
    }


def test_trace_walks_from_an_order_through_a_bill_to_what_is_bought() -> None:
    site = foundation.make_site(kind="plant")
    product, part = foundation.make_item("MONITOR"), foundation.make_item("PANEL")
    bill = foundation.make_bill(product, [(part, 2)])
    foundation.make_source(product, kind="make", location=site, bill=bill, lead_time_days=2)
    foundation.make_source(part, supplier=foundation.make_party(role="supplier"), lead_time_days=5)
    factory.make_stock(part, site, 4)
    demand = factory.make_demand(product, 5, requested_on=date(2026, 11, 20))
    plan()

    chain = iscm.trace(DocRef("sales_order", demand.order_id, demand.line))

    assert chain is not None
    found = {(node.kind, node.label, node.tier) for node in chain.nodes}
    assert found == {
        ("demand", "MONITOR", 0), ("planned_order", "MONITOR", 1), ("planned_order", "PANEL", 2), ("stock", "PANEL", 2),
        ("opening", "PANEL", 3),
    }  # fmt: skip
    units = {(link.supplier.split(":")[0], link.consumer.split(":")[0]): link.units for link in chain.links}
    assert units["order", "demand"] == Quantity.of(5)
    assert sum(link.units.amount for link in chain.links if link.consumer.startswith("order:")) == 100_000
    assert sum(node.is_critical for node in chain.nodes) == 3

    panel = PlannedOrder.objects.get(item=part)
    up = iscm.trace(DocRef("planned_order", panel.pk))
    assert up is not None
    assert {node.kind for node in up.nodes} == {"demand", "planned_order"}
    assert any(node.ref == DocRef("sales_order", demand.order_id, demand.line) for node in up.nodes)


def test_a_dropshipped_line_becomes_one_proposal_for_its_customer() -> None:
    foundation.make_site()
    item = foundation.make_item(decoupling="dropship")
    partner = foundation.make_party(role="supplier")
    foundation.make_source(item, kind="dropship", supplier=partner, lead_time_days=4)
    first, second = factory.make_demand(item, 2), factory.make_demand(item, 3)

    run = plan()

    rows = PlannedOrder.objects.filter(run=run).order_by("demand_id")
    assert [(row.demand_id, row.units, row.kind, row.location_id) for row in rows] == [
        (first.pk, 20_000, "dropship", None), (second.pk, 30_000, "dropship", None),
    ]  # fmt: skip
    iscm.decide_proposals([row.pk for row in rows], "accept", by="user:1", as_of=factory.MONDAY)
    assert plan().counts["planned_orders"] == 0


def test_a_move_accepted_counts_as_on_its_way_and_takes_from_its_origin() -> None:
    company = foundation.make_company()
    near, far = foundation.make_site("NEAR"), foundation.make_site("FAR")
    item = foundation.make_item()
    foundation.make_source(item, kind="move", location=near, origin=far, lead_time_days=2, calendar=company.calendar)
    factory.make_stock(item, far, 10)
    with transaction.atomic():
        demand = factory.make_demand(item, 4, requested_on=date(2026, 11, 12), offer=None)
        type(demand).objects.filter(pk=demand.pk).update(location=near)
    run = plan()
    order = PlannedOrder.objects.get(run=run)
    assert (order.kind, order.units, order.origin_id, order.location_id) == ("transfer", 40_000, far.pk, near.pk)

    iscm.decide_proposals([order.pk], "accept", by="user:1", as_of=factory.MONDAY)

    order.refresh_from_db()
    assert (order.state, order.document_kind) == ("released", "transfer_order")
    second = plan()
    assert second.counts["planned_orders"] == 0
    assert PlanOutcome.objects.get(run=second).pegged == 40_000
    assert outlooks.list_stock_weeks(second, item.pk, far.pk)[-1].closing == 60_000


def test_made_goods_accepted_become_a_production_order_whose_parts_are_still_planned() -> None:
    site = foundation.make_site(kind="plant")
    product, part = foundation.make_item(), foundation.make_item()
    bill = foundation.make_bill(product, [(part, 2)])
    foundation.make_source(product, kind="make", location=site, bill=bill, lead_time_days=2)
    foundation.make_source(part, supplier=foundation.make_party(role="supplier"), lead_time_days=5)
    demand = factory.make_demand(product, 5, requested_on=date(2026, 11, 13))
    first = plan()
    order = PlannedOrder.objects.get(run=first, item=product)

    iscm.decide_proposals([order.pk], "accept", by="user:1", as_of=factory.MONDAY)

    order.refresh_from_db()
    assert (order.state, order.document_kind) == ("released", "production_order")
    made = ProductionOrder.objects.get(pk=order.document_id)
    assert (made.units, made.due_on, made.pegs.get().demand_id) == (50_000, order.due_on, demand.pk)
    second = plan()
    (bought,) = PlannedOrder.objects.filter(run=second)
    assert (bought.item_id, bought.units) == (part.pk, 100_000)
    assert PlanOutcome.objects.get(run=second).pegged == 50_000


def test_old_plans_are_cleared_away_but_not_those_that_somebody_decided_on() -> None:
    _site, item, _supplier = make_bought()
    factory.make_demand(item, 10, requested_on=date(2026, 11, 18))
    decided = plan()
    iscm.decide_proposals(
        list(PlannedOrder.objects.values_list("pk", flat=True)), "dismiss", by="user:1", as_of=factory.MONDAY
    )
    for _again in range(4):
        plan()

    kept = [run.pk for run in PlanRun.objects.filter(column_blocks__isnull=False).distinct().order_by("pk")]

    runs = list(PlanRun.objects.order_by("pk").values_list("pk", flat=True))
    assert kept == [decided.pk, *runs[-2:]]
    assert PlanOutcome.objects.values("run").distinct().count() == 2
    assert DecisionRecord.objects.filter(state="proposed").count() == 0
