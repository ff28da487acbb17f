"""The months are planned by the week; what they build ahead is handed down to the detailed plan once taken over."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from django.urls import reverse

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm.demand.actions import forecasts
from rantai.iscm.demand.models import ForecastSeries
from rantai.iscm.demand.queries import forecasts as reading
from rantai.iscm.supply.actions import aggregates
from rantai.iscm.supply.management import aggregating
from rantai.iscm.supply.models import AggregatePlan, PlannedOrder
from rantai.iscm.supply.queries import aggregate_plans, days, loads
from rantai.kernel import clock
from rantai.kernel.models import DecisionReason, Job
from rantai.kernel.transactions import run_atomic
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.iscm.supply.finite import make_made, make_resource, plan

pytestmark = pytest.mark.django_db
SHORT = 8
"""The ninth week, counted from the running one: its Monday is that of 28 December."""


def make_short_press() -> tuple[Location, Item]:
    """A press of 40 hours a week, 60 hours wanted in the ninth week; the detailed plan sees eight weeks."""
    company = foundation.make_company()
    company.settings = {**company.settings, "plan_horizon_weeks": SHORT}
    company.save(update_fields=["settings"])
    site = foundation.make_site()
    item = make_made(site, resource=make_resource(site, kind="week", capacity=40 * 10_000))
    Item.objects.filter(pk=item.pk).update(standard_cost=100 * 10_000)
    return site, item


def foresee(item: Item, site: Location, units: dict[int, int]) -> None:
    """A published forecast: units by week, counted from the running one."""
    mean = np.zeros(26)
    for week, amount in units.items():
        mean[week] = amount

    def write() -> None:
        run = forecasts.begin_run(
            as_of=factory.MONDAY, first_week=date(2026, 11, 2), horizon=26, methods=[], engine="test", key=""
        )
        packed = reading.pack(mean)
        row = ForecastSeries(
            run=run, item=item, location=site, method="mean", demand_class="smooth", mean=packed, quantiles=b"",
            tournament=b"",
        )  # fmt: skip
        forecasts.stage_series([row])
        forecasts.publish_run(run, series_count=1, figures={}, seconds=0)

    run_atomic(write)


def propose() -> AggregatePlan:
    found = aggregating.make(factory.MONDAY)
    company = foundation.make_company()
    return run_atomic(
        lambda: aggregates.propose(found, company_id=company.pk, as_of=factory.MONDAY, by="test", at=clock.now())
    )


def test_what_the_months_build_ahead_is_built_once_a_person_took_it_over_and_not_before() -> None:
    site, item = make_short_press()
    foresee(item, site, {SHORT: 60})
    before = plan()
    months = propose()
    assert plan().solution["orders"]["quantity"].sum() == 0

    run_atomic(lambda: aggregates.take_over(months.pk, by="user:1", at=clock.now()))
    after = plan()

    assert not len(before.solution["orders"]["quantity"])
    orders = after.solution["orders"]
    assert int(orders["quantity"].sum()) == 20 * 10_000
    assert [_monday_of(end) for end in orders["end"].tolist()] == [date(2026, 12, 14)] * len(orders["end"])
    run_atomic(lambda: aggregates.give_back(months.pk, by="user:1", at=clock.now()))
    assert not len(plan().solution["orders"]["quantity"])


def _monday_of(instant: int) -> date:
    day = days.day_of(instant, "Asia/Jakarta")
    return day - timedelta(days=day.weekday())


def test_the_months_say_what_is_built_ahead_why_and_what_an_hour_more_saves() -> None:
    site, item = make_short_press()
    foresee(item, site, {SHORT: 60})

    months = propose()

    ahead = months.stocks.get(ahead__gt=0)
    assert (ahead.item, ahead.ahead, ahead.week) == (item, 20 * 10_000, date(2026, 12, 14))
    assert ahead.short_week == date(2026, 12, 21)
    assert ahead.resource is not None
    assert ahead.resource.code == "PRESS"
    week = months.loads.get(week=date(2026, 12, 21))
    assert (week.hours, week.load) == (40 * 10_000, 40 * 10_000)
    # an hour more keeps a unit of 100 from lying for a week at 20 % a year
    assert week.hour_value == pytest.approx(100 * 0.2 / 52 * 10_000, abs=2)
    assert ahead.holding == pytest.approx(20 * 100 * 0.2 / 52 * 10_000, abs=20)
    # without building ahead twenty units wait a week, at a tenth of half their cost
    assert months.cost_waiting == pytest.approx(20 * 100 * 0.5 * 0.1 * 10_000, rel=0.01)
    assert months.gap_ppm == 0


def test_a_week_that_is_not_short_is_left_to_the_detailed_plan() -> None:
    site, item = make_short_press()
    foresee(item, site, {SHORT: 30, 2: 30})
    bought = foundation.make_item("BOUGHT")
    foundation.make_source(bought, supplier=foundation.make_party(role="supplier"))
    factory.make_demand(bought, 5)

    months = propose()

    assert not months.stocks.exists()
    assert (months.places, months.left_out) == (1, 1)


def test_the_detailed_plan_builds_nothing_twice_that_it_sees_itself() -> None:
    site, item = make_short_press()
    foresee(item, site, {6: 60})
    months = propose()
    assert months.stocks.filter(ahead__gt=0).exists()
    run_atomic(lambda: aggregates.take_over(months.pk, by="user:1", at=clock.now()))

    made = plan()

    assert int(made.solution["orders"]["quantity"].sum()) == 60 * 10_000
    assert (made.problem["item_locations"]["safety_steps"] == -1).all()


def test_orders_for_weeks_that_are_short_take_what_is_built_ahead_for_them() -> None:
    site, item = make_short_press()
    foresee(item, site, {SHORT: 60})
    months = propose()
    run_atomic(lambda: aggregates.take_over(months.pk, by="user:1", at=clock.now()))
    factory.make_demand(item, 60, requested_on=date(2026, 12, 30))

    made = plan()

    assert int(made.solution["orders"]["quantity"].sum()) == 60 * 10_000


def test_a_proposal_says_that_it_is_built_ahead() -> None:
    site, item = make_short_press()
    company = foundation.make_company()
    company.settings = {**company.settings, "plan_release_days": 90}
    company.save(update_fields=["settings"])
    foresee(item, site, {SHORT: 60})
    months = propose()
    run_atomic(lambda: aggregates.take_over(months.pk, by="user:1", at=clock.now()))

    made = plan()

    order = PlannedOrder.objects.get(run=made.run)
    reasons = DecisionReason.objects.filter(decision=order.decision)
    assert list(reasons.values_list("code", "units")) == [("built_ahead", 20 * 10_000)]


def test_the_plan_that_stands_is_renewed_as_a_proposal_once_a_week_and_never_by_itself() -> None:
    site, item = make_short_press()
    foresee(item, site, {SHORT: 60})
    months = propose()
    week = timedelta(days=7)
    assert not aggregate_plans.is_renewal_due(factory.MONDAY + week)

    run_atomic(lambda: aggregates.take_over(months.pk, by="user:1", at=clock.now()))

    assert not aggregate_plans.is_renewal_due(factory.MONDAY + week - timedelta(hours=1))
    assert aggregate_plans.is_renewal_due(factory.MONDAY + week)
    newer = propose()
    assert aggregate_plans.find_standing() == months
    run_atomic(lambda: aggregates.take_over(newer.pk, by="user:1", at=clock.now()))
    months.refresh_from_db()
    assert (aggregate_plans.find_standing(), months.state) == (newer, "replaced")


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_the_page_answers_planners_in_three_languages(client, language: str) -> None:
    site, item = make_short_press()
    foresee(item, site, {SHORT: 60})
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    address = reverse("iscm_supply:aggregate")
    assert client.get(address, headers={"Accept-Language": language}).status_code == 200

    months = propose()

    page = client.get(address, headers={"Accept-Language": language})
    assert page.context["rows"][0]["code"] == item.code
    assert page.context["rows"][0]["handed"] == 20 * 10_000
    assert client.get(address + f"?plan={months.pk}&export=csv").status_code == 200


def test_a_planner_takes_over_and_gives_back_and_nobody_else(client) -> None:
    site, item = make_short_press()
    foresee(item, site, {SHORT: 60})
    months = propose()
    take = reverse("iscm_supply:aggregate_take", args=[months.pk])
    back = reverse("iscm_supply:aggregate_return", args=[months.pk])
    client.force_login(
        foundation.make_user("sales@example.com", roles=["sales"]),
        backend="rantai.foundation.access.backends.RoleBackend",
    )
    for address in (take, back, reverse("iscm_supply:aggregate_now")):
        assert client.post(address).status_code == 403
    assert not Job.objects.exists()
    client.force_login(
        foundation.make_user("planner@example.com", roles=["planner"]),
        backend="rantai.foundation.access.backends.RoleBackend",
    )

    assert client.post(take).status_code == 302

    assert aggregate_plans.find_standing() == months
    assert Job.objects.get().task == "iscm.solve_plan"
    client.post(back)
    assert aggregate_plans.find_standing() is None
    months.refresh_from_db()
    assert months.state == "returned"


def test_what_a_supplier_can_do_in_a_week_is_bought_ahead_too() -> None:
    site, _item = make_short_press()
    part = foundation.make_item("PANEL")
    supplier = foundation.make_party(role="supplier")
    source = foundation.make_source(part, supplier=supplier, lead_time_days=0, weekly_capacity=40 * 10_000)
    foresee(part, site, {SHORT: 60})

    months = propose()

    ahead = months.stocks.get(ahead__gt=0)
    assert (ahead.item, ahead.ahead, ahead.source, ahead.resource) == (part, 20 * 10_000, source, None)


def test_hours_are_those_of_the_calendar_for_each_that_works_in_parallel() -> None:
    site = foundation.make_site()
    item = make_made(site, resource=make_resource(site, kind="finite", capacity=20_000))
    foresee(item, site, {SHORT: 10})

    months = propose()

    book = loads.read(plan().run)
    room = book.list_weeks(book.resources[0].resource_id, date(2026, 11, 9), 3)
    hours = months.loads.filter(week__gt=date(2026, 11, 2)).order_by("week").values_list("hours", flat=True)[:3]
    assert [one * 3600 // 10_000 for one in hours] == [week.capacity_seconds for week in room]
    assert room[0].capacity_seconds > 0
