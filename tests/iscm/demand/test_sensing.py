"""An item whose orders leave its band is raised with the accounts behind it, and clears itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rantai.iscm import facade as iscm_door
from rantai.iscm.demand.actions import sensing as actions
from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.models.consumption import ForecastBalance
from rantai.iscm.demand.models.sensing import DemandDeviation
from rantai.iscm.demand.queries import consumption, deviations, sensing
from rantai.iscm.demand.queries.sensing import Finding, Span, list_spans
from rantai.kernel import jobs
from rantai.kernel.models import Job
from rantai.kernel.needs import Answer
from tests.factories import forecasting, foundation, iscm
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)

WEDNESDAY = MONDAY + timedelta(days=2)
STEADY = [30, 31, 29, 30, 32, 28, 30, 31, 29, 30, 30, 31] * 3


def sense(at: datetime = WEDNESDAY) -> dict[str, int]:
    job = jobs.run_here(
        "iscm.sense_demand",
        {"as_of": at.isoformat()},
        worker="test",
        key="",
        actor="test",
        listener=lambda *_told: None,
    )
    assert isinstance(job.result, dict)
    return job.result


@pytest.fixture
def monitor():
    """A 15-inch monitor that sells thirty a week, and a 17-inch one that does too."""
    site = foundation.make_site()
    small, large = foundation.make_item("MON-15"), foundation.make_item("MON-17")
    for item in (small, large):
        iscm.make_stock(item, site, 10_000)
    forecasting.make_history({small: STEADY, large: STEADY}, location=site)
    forecasting.forecast()
    return small


@pytest.fixture
def scene(monitor):
    """Orders triple in one week: three customers want ninety by Wednesday."""
    for name, units in (("Surya", 50), ("Melati", 30), ("Kencana", 10)):
        party = foundation.make_party(name)
        iscm.make_demand(monitor, units, requested_on=date(2026, 11, 4), party=party)
    return monitor


def make(units: int, item, on: date = date(2026, 11, 4)):
    return iscm.make_demand(item, units, requested_on=on)


def test_orders_that_triple_are_raised_with_the_three_accounts_behind_them(scene):
    assert sense() == {"raised": 1, "standing": 0, "cleared": 0}

    row = DemandDeviation.objects.get()
    assert (row.item, row.direction, row.ordered, row.order_lines) == (scene, "above", 900_000, 3)
    names = sensing.name_parties(party for party, _units in row.accounts)
    assert [(names[party], units) for party, units in row.accounts] == [
        ("Surya", 500_000), ("Melati", 300_000), ("Kencana", 100_000),
    ]  # fmt: skip
    for shares in (row.accounts, row.classes, row.places):
        assert sum(units for _name, units in shares) == row.ordered
    assert row.low < row.expected < row.high < row.ordered


def test_a_week_as_foreseen_raises_nothing(monitor):
    make(16, monitor)

    assert sense() == {"raised": 0, "standing": 0, "cleared": 0}


def test_orders_for_coming_weeks_are_seen_before_their_days_come(monitor):
    make(20, monitor)
    make(150, monitor, on=date(2026, 11, 12))

    sense()

    row = DemandDeviation.objects.get()
    assert (row.is_whole, row.ends_on, row.ordered) == (True, date(2026, 11, 16), 1_700_000)


def test_too_few_orders_are_told_when_most_of_the_week_is_gone(monitor):
    make(30, monitor, on=date(2026, 11, 2))
    late = MONDAY + timedelta(days=11)

    assert sense(MONDAY)["raised"] <= 1
    DemandDeviation.objects.all().delete()
    sense(late)

    below = DemandDeviation.objects.get(item=monitor)
    assert (below.direction, below.ordered) == ("below", 300_000)
    assert below.suggested_factor < 10_000


def test_accepting_changes_the_forecast_and_nets_it_and_taking_back_undoes_it(scene):
    sense()
    row = DemandDeviation.objects.get()
    before = sum(one.gross for one in consumption.list_weeks(scene.pk))

    with transaction.atomic():
        actions.accept(row.pk, by="user:1", at=WEDNESDAY)

    override = ForecastOverride.objects.get()
    assert (override.factor, override.starts_on) == (row.suggested_factor, FIRST_WEEK)
    assert override.factor > 15_000
    after = sum(one.gross for one in consumption.list_weeks(scene.pk))
    assert after - before == pytest.approx(row.suggested_units, rel=1e-3)
    assert ForecastBalance.objects.filter(item=scene).exists()

    with transaction.atomic():
        actions.reopen(row.pk, by="user:1", at=WEDNESDAY)
    row.refresh_from_db()
    assert row.state == "open"
    assert ForecastOverride.objects.get().ended_at is not None
    assert sum(one.gross for one in consumption.list_weeks(scene.pk)) == before


def test_what_was_dismissed_is_quiet_this_week_unless_it_moves_much_further(scene):
    sense()
    with transaction.atomic():
        actions.dismiss(DemandDeviation.objects.get().pk, by="user:1", at=WEDNESDAY)

    assert sense() == {"raised": 0, "standing": 0, "cleared": 0}
    make(100, scene)
    assert sense()["raised"] == 1


def test_what_somebody_decided_is_decided_once(scene):
    sense()
    pk = DemandDeviation.objects.get().pk
    with transaction.atomic():
        actions.dismiss(pk, by="user:1", at=WEDNESDAY)

    with pytest.raises(actions.NothingSuggested, match="MON-15"), transaction.atomic():
        actions.accept(pk, by="user:2", at=WEDNESDAY)

    assert not ForecastOverride.objects.exists()


def test_it_clears_itself_when_the_next_forecast_takes_orders_in(scene):
    sense()
    next_week = MONDAY + timedelta(days=7)

    forecasting.forecast(next_week)
    assert sense(next_week)["cleared"] == 1
    assert DemandDeviation.objects.get().state == "cleared"


def test_comparing_costs_the_same_queries_for_one_item_and_for_many(scene):
    run = ForecastBalance.objects.first().run
    with CaptureQueriesContext(connection) as one:
        sensing.read_behind(sensing.find_deviations(run, today=WEDNESDAY.date()))
    for item in {row.item for row in ForecastBalance.objects.all()}:
        make(200, item)
    with CaptureQueriesContext(connection) as many:
        sensing.read_behind(sensing.find_deviations(run, today=WEDNESDAY.date()))

    assert len(many) == len(one)


def test_a_suggestion_grows_with_what_chance_cannot_explain():
    span = Span(starts_on=FIRST_WEEK, ends_on=FIRST_WEEK, shares=None, is_whole=True)  # type: ignore[arg-type]

    def factor(ordered: int, expected: int = 100) -> float | None:
        return Finding(item_id=1, span=span, ordered=ordered, expected=expected, low=87, high=113).factor

    # σ = 13 ÷ 1.2816 = 10.14; an excess of 14: 1 − (10.14 ÷ 14)² = .475 of it is kept
    assert factor(114) == pytest.approx(1.0665, abs=1e-3)
    assert factor(300) == pytest.approx(2.9949, abs=1e-3)
    assert factor(300, expected=0) is None


def test_one_heap_of_a_rare_item_moves_its_forecast_little():
    week = Span(starts_on=FIRST_WEEK, ends_on=FIRST_WEEK, shares=np.array([1.0, 0.0]), is_whole=True)

    rare = Finding(item_id=1, span=week, ordered=300, expected=100, low=87, high=113, is_rare=True)

    # 1 ÷ (1 + 13) of what a steady item would be raised by
    assert rare.factor == pytest.approx(1 + 1.9949 / 14, abs=1e-3)


def test_spans_end_with_the_forecast():
    foundation.make_company()

    assert len(list_spans(FIRST_WEEK, 26, today=FIRST_WEEK)) == 5
    assert len(list_spans(FIRST_WEEK, 26, today=FIRST_WEEK + timedelta(weeks=25))) == 2
    assert list_spans(FIRST_WEEK, 26, today=FIRST_WEEK + timedelta(weeks=26)) == []
    assert list_spans(FIRST_WEEK, 26, today=FIRST_WEEK - timedelta(days=1)) == []


def test_confirming_has_orders_compared_once_for_many():
    with transaction.atomic():
        iscm_door.sense_demand_soon(as_of=MONDAY)
        iscm_door.sense_demand_soon(as_of=MONDAY)

    job = Job.objects.get(task="iscm.sense_demand")
    assert job.run_at == MONDAY + timedelta(minutes=10)


def test_it_waits_for_a_person_who_may_answer_it(scene):
    sense()
    row = DemandDeviation.objects.get()
    (need,) = [need for need in iscm_door.list_needs(WEDNESDAY) if need.kind == deviations.KIND]

    assert need.title == "MON-15 sells more than foreseen"
    assert need.why.startswith("Orders ask for 90\xa0pcs; 18 were expected")
    assert "Surya 56" in need.why
    sheet = iscm_door.describe_need(need.key, as_of=WEDNESDAY)
    assert [part.label for part in sheet.parts] == ["Surya", "Melati", "Kencana", "In all"]
    done = iscm_door.decide_need(need.key, Answer(code="accept", by="user:1"), as_of=WEDNESDAY)
    row.refresh_from_db()
    assert (done.count, row.state) == (1, "accepted")
    iscm_door.decide_need(need.key, Answer(code="reopen", by="user:1", ids=(row.pk,)), as_of=WEDNESDAY)
    row.refresh_from_db()
    assert row.state == "open"


def test_many_are_one_thing_to_look_through(monitor):
    site = foundation.Location.objects.first()
    items = [foundation.make_item() for _each in range(4)]
    for item in items:
        iscm.make_stock(item, site, 1_000)
    forecasting.make_history(dict.fromkeys(items, STEADY), location=site)
    forecasting.forecast()
    for item in items:
        make(200, item)
    sense()

    (need,) = [need for need in iscm_door.list_needs(WEDNESDAY) if need.kind == deviations.KIND]

    assert (need.count, need.title) == (4, "4 items have left their band")
    assert len(iscm_door.describe_need(need.key, as_of=WEDNESDAY).rows) == 4


def test_pages_show_shares_that_add_up_and_take_the_decision(scene, client):
    sense()
    row = DemandDeviation.objects.get()
    client.force_login(foundation.make_user(roles=("planner",)))

    page = client.get(reverse("iscm_demand:deviations"))
    assert "MON-15" in page.content.decode()
    text = client.get(reverse("iscm_demand:deviation", args=[row.pk])).content.decode()
    assert all(name in text for name in ("Surya", "Melati", "Kencana"))

    answer = client.post(reverse("iscm_demand:accept_deviation", args=[row.pk]))
    assert answer.status_code == 302
    assert ForecastOverride.objects.filter(ended_at=None).count() == 1
    client.post(reverse("iscm_demand:accept_deviation", args=[row.pk]))
    assert ForecastOverride.objects.count() == 1


def test_who_may_not_change_the_forecast_decides_nothing(scene, client):
    sense()
    row = DemandDeviation.objects.get()
    client.force_login(foundation.make_user(roles=("sales",)))

    answer = client.post(reverse("iscm_demand:accept_deviation", args=[row.pk]))

    assert answer.status_code == 403
    assert not ForecastOverride.objects.exists()
    assert client.get(reverse("iscm_demand:deviation", args=[row.pk])).status_code == 200
