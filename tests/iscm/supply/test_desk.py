"""The planner's desk: loads by resource, the plan in time, a move with its preview, lead times by what they cost."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import time_machine
from django.urls import reverse

from rantai.foundation.items.models import Operation, Resource
from rantai.iscm import facade as iscm
from rantai.iscm.inventory.models import StockTarget, StockTargetRun
from rantai.iscm.messages import Stake
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome
from rantai.iscm.supply.queries import levers, loads, moving, timelines
from rantai.iscm.supply.views import gantt, resources
from rantai.kernel.models import Job
from tests.factories import foundation, production
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(factory.MONDAY, tick=False):
        yield


@pytest.fixture
def planner(client):
    foundation.make_company()
    user = foundation.make_user(roles=["planner"])
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    return user


@pytest.fixture
def bought():
    """One purchase proposed for a customer's order of the 18th."""
    site, supplier, item = suppliers.make_site(), suppliers.make_supplier("Batam Power"), foundation.make_item("PANEL")
    foundation.make_source(item, supplier=supplier, lead_time_days=5, cost=20_000)
    demand = factory.make_demand(item, 10, requested_on=date(2026, 11, 18), stake=Stake(margin_per_unit=50_000))
    planning.make_plan(factory.MONDAY, builder="test")
    return site, item, demand


@pytest.fixture
def made():
    """A computer made to order, over two levels with resources."""
    site = suppliers.make_site()
    computer = production.make_computer(site)
    bench = Resource.objects.create(code="BENCH", name={"en": "Bench"}, location=site, kind="finite", capacity=10_000)
    Operation.objects.update(resource=bench)
    demand = factory.make_demand(computer.computer, 5, requested_on=date(2026, 11, 20))
    run = planning.make_plan(factory.MONDAY, builder="test").run
    return run, computer, demand


def test_a_later_day_makes_the_order_late_by_what_its_slack_does_not_hold(bought):
    order = PlannedOrder.objects.get()
    outcome = PlanOutcome.objects.get()
    assert outcome.late_days == 0

    found = moving.judge_move(order, due_on=order.due_on + timedelta(days=9), today=TODAY)

    (slip,) = found.slips
    assert slip.planned_on == outcome.planned_on + timedelta(days=9)
    assert slip.days_late == 9 - (outcome.due_on - outcome.planned_on).days
    assert found.stake == outcome.stake
    assert found.start_on == order.start_on + timedelta(days=9)


def test_a_move_of_nothing_moves_nothing(bought):
    order = PlannedOrder.objects.get()

    found = moving.judge_move(order, due_on=order.due_on, today=TODAY)

    assert (found.slips, found.gains, found.gaps, found.full, found.pushed) == ([], [], [], [], 0)


def test_an_earlier_day_may_lie_in_the_past(bought):
    order = PlannedOrder.objects.get()

    found = moving.judge_move(order, due_on=order.start_on - timedelta(days=30), today=TODAY)

    assert found.is_past
    assert not found.slips


def test_the_preview_writes_nothing_and_pinning_makes_a_firm_order_and_a_new_plan(client, planner, bought):
    order = PlannedOrder.objects.get()
    url = reverse("iscm_supply:move", args=[order.pk])

    page = client.get(f"{url}?days=9").content.decode()
    assert "1 order line would be late" in page
    assert "Judged by the plan as it stands" in page
    order.refresh_from_db()
    assert order.state == "proposed"
    assert not Job.objects.filter(task="iscm.solve_plan").exists()

    wanted = order.due_on + timedelta(days=9)
    assert client.post(url, {"due_on": wanted.isoformat(), "revision": order.revision}).status_code == 302

    order.refresh_from_db()
    assert (order.state, order.due_on, order.decision.state) == ("released", wanted, "changed")
    assert Job.objects.filter(task="iscm.solve_plan").count() == 1
    assert "decided already" in client.get(url).content.decode()


def test_a_stale_or_foolish_move_is_refused(client, planner, bought):
    order = PlannedOrder.objects.get()
    url = reverse("iscm_supply:move", args=[order.pk])

    assert client.post(url, {"due_on": "2026-11-30", "revision": 7}).status_code == 409
    assert client.post(url, {"due_on": "9999-01-01", "revision": order.revision}).status_code == 422
    assert client.get(f"{url}?days=xyz").status_code == 200
    planner.roles.clear()
    assert client.get(url).status_code == 403
    assert client.post(url, {"due_on": "2026-11-30", "revision": order.revision}).status_code == 403
    order.refresh_from_db()
    assert order.state == "proposed"


def test_an_order_is_followed_from_its_purchases_to_its_delivery(made):
    run, _computer, demand = made
    rows = list(PlanOutcome.objects.filter(run=run).select_related("demand__party", "item"))

    (lane,) = timelines.list_deliveries(run, rows)

    kinds = [bar.kind for bar in lane.bars]
    assert lane.label == demand.number
    assert {"purchase", "production", "ship"} <= set(kinds)
    assert kinds[-1] == "ship"
    assert all(bar.starts_on <= bar.ends_on for bar in lane.bars)


def test_deliveries_cost_the_same_queries_whatever_their_number(made, django_assert_max_num_queries):
    run, computer, _demand = made
    rows = list(PlanOutcome.objects.filter(run=run).select_related("demand__party", "item"))
    with django_assert_max_num_queries(60) as few:
        timelines.list_deliveries(run, rows)
    for _order in range(5):
        factory.make_demand(computer.computer, 2, requested_on=date(2026, 11, 24))
    newer = planning.make_plan(factory.MONDAY, builder="test").run
    rows = list(PlanOutcome.objects.filter(run=newer).select_related("demand__party", "item"))

    with django_assert_max_num_queries(len(few)):
        assert len(timelines.list_deliveries(newer, rows)) == 6


def test_bars_stand_inside_the_picture_and_do_not_cover_each_other(made):
    run, _computer, _demand = made
    lanes = timelines.list_resources(loads.read(run), first=TODAY, count=42)
    assert lanes

    picture = gantt.draw(
        lanes, gantt.Span(first=TODAY, count=42), today=TODAY, names={}, movable={}, hrefs={}, lane_hrefs={}
    )

    for row in picture["lanes"]:
        for bar in row["bars"]:
            assert gantt.LABELS <= bar["x"] <= bar["x"] + bar["width"] <= gantt.WIDTH
            assert row["y"] <= bar["y"] <= bar["y"] + bar["height"] <= row["y"] + row["height"]


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_every_page_answers_in_every_language(client, planner, made, language):
    type(planner).objects.filter(pk=planner.pk).update(language=language)
    resource = timelines.list_resources(loads.read(made[0]), first=TODAY, count=60)[0].key
    order = PlannedOrder.objects.filter(run=made[0]).first()
    pages = [
        reverse("iscm_supply:resources"),
        reverse("iscm_supply:resources") + "?export=xlsx",
        reverse("iscm_supply:resource", args=[resource]),
        reverse("iscm_supply:resource", args=[resource]) + "?from=2026-11-02&at=2026-11-12",
        reverse("iscm_supply:resource", args=[resource]) + "?export=csv",
        reverse("iscm_supply:timeline"),
        reverse("iscm_supply:timeline") + "?from=2026-11-09",
        reverse("iscm_supply:timeline") + "?by=orders&q=SO",
        # No calendar reaches these days: the page stands at its usual one.
        reverse("iscm_supply:timeline") + "?from=9999-12-31",
        reverse("iscm_supply:resource", args=[resource]) + "?from=0001-01-01",
        reverse("iscm_supply:exceptions") + "?export=pdf",
        reverse("iscm_supply:move", args=[order.pk]) + "?days=-3",
        reverse("iscm_supply:move", args=[order.pk]) + "?days=5",
        reverse("iscm_supply:levers"),
        reverse("iscm_supply:levers") + "?export=csv",
    ]

    for url in pages:
        assert client.get(url).status_code == 200, url
    assert client.get(reverse("iscm_supply:resource", args=[999])).status_code == 404
    planner.roles.clear()
    assert {client.get(url).status_code for url in pages} == {403}


def test_the_runs_of_a_resource_name_the_orders_behind_them(client, planner, made):
    run, _computer, demand = made
    resource = timelines.list_resources(loads.read(run), first=TODAY, count=60)[0].key

    text = client.get(reverse("iscm_supply:resource", args=[resource])).content.decode()

    assert demand.number in text


@pytest.mark.parametrize(("share", "heat"), [(0, 0), (0.01, 1), (0.3, 2), (0.79, 4), (0.94, 4), (0.95, 5), (1.4, 5)])
def test_heat_says_idle_busy_and_full(share, heat):
    assert resources.heat_of(share) == heat


def make_target(item, site, **facts) -> StockTarget:
    run = StockTargetRun.objects.create(
        state="current", as_of=factory.MONDAY, forecast_run_id=1, started_at=factory.MONDAY
    )
    known = {
        "safety_stock": 1_000_000, "lot_size": 600_000, "method": "normal", "service_level": 9_500,
        "demand_mean": 70.0, "demand_std": 14.0, "lead_time_weeks": 4.0, "lead_time_std_weeks": 0.5,
        "lead_time_basis": "source", "review_weeks": 1 / 7,
    }  # fmt: skip
    return StockTarget.objects.create(run=run, item=item, location=site, **(known | facts))


def test_a_day_and_a_batch_free_what_the_formula_says():
    site, supplier, item = suppliers.make_site(), suppliers.make_supplier(), foundation.make_item("PANEL")
    source = foundation.make_source(item, supplier=supplier, lead_time_days=20, cost=250_000, multiple=200_000)
    spread = (4 + 1 / 7) * 14.0**2 + 70.0**2 * 0.5**2
    make_target(item, site, protection_std=float(np.sqrt(spread)), source_id=source.pk)

    row = levers.list_levers().get()

    freed = 100 * (1 - np.sqrt((spread - 14.0**2 / 7) / spread))
    assert row.freed_day == round(freed, 1) * 10_000
    assert row.money_day == round(row.freed_day / 10_000 * 25) * 10_000
    assert (row.batch, row.freed_batch, row.money_batch) == (200_000, 100_000, 250 * 10_000)
    assert row.lead_days == 20


def test_nothing_is_freed_where_there_is_nothing_to_take():
    site, supplier, item = suppliers.make_site(), suppliers.make_supplier(), foundation.make_item("PANEL")
    source = foundation.make_source(item, supplier=supplier, lead_time_days=0)
    make_target(item, site, protection_std=0.0, demand_std=0.0, lead_time_weeks=0.0, lot_size=0, source_id=source.pk)

    row = levers.list_levers().get()

    assert (row.freed_day, row.freed_batch, row.money_day) == (0, 0, 0)


def test_orders_that_wait_for_a_lead_time_are_counted_at_their_source(bought):
    site, item, demand = bought
    outcome = PlanOutcome.objects.get()
    source = item.sources.get()
    PlanOutcome.objects.filter(pk=outcome.pk).update(cause="lead_time", cause_source=source, late_days=3)
    make_target(item, site, protection_std=40.0, source_id=source.pk)

    assert levers.list_levers().get().waiting == 1
    assert demand.pk == outcome.demand_id


def test_lines_promised_by_a_lead_time_later_than_wanted_are_its_promise_days(planner):
    site, item, supplier = foundation.make_site(), foundation.make_item("PANEL"), foundation.make_party(role="supplier")
    source = foundation.make_source(item, supplier=supplier, lead_time_days=20)
    for day in (date(2026, 11, 9), date(2026, 11, 10), date(2027, 1, 15)):
        offer = iscm.promise(factory.make_ask([(item, 4)], requested_on=day))
        factory.make_demand(item, 4, requested_on=day, offer=offer)
    planning.make_plan(factory.MONDAY, builder="test")
    make_target(item, site, protection_std=40.0, source_id=source.pk)

    assert not PlanOutcome.objects.filter(late_days__gt=0).exists()
    assert levers.list_levers().get().waiting == 2
