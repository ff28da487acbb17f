"""Promotions and events: added ahead, taken out of the past, never both."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse

from rantai.iscm.demand.actions import events as actions
from rantai.iscm.demand.models.changes import DemandEvent
from rantai.iscm.demand.queries import events, forecasts, history, outlook, weeks
from tests.factories import forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def plan(kind="promotion", starts=0, ends=1, *, factor=None, units=None, items=(), locations=(), **words):
    return actions.plan_event(
        actions.EventTerms(
            name="Fair", kind=kind, starts_on=FIRST_WEEK + timedelta(weeks=starts),
            ends_on=FIRST_WEEK + timedelta(weeks=ends), reason="yearly", factor=factor,
            quantity=None if units is None else units * 10_000, item_ids=[item.pk for item in items],
            location_ids=[site.pk for site in locations], **words,
        ),
        by="user:1",
        at=MONDAY,
    )  # fmt: skip


def make(demand=(10,) * 60, sites=1):
    foundation.make_company()
    places = [foundation.make_site(f"S{at}") for at in range(sites)]
    item = foundation.make_item("CUP")
    for site in places:
        forecasting.make_history({item: list(demand)}, location=site)
    forecasting.forecast()
    return item, places


def expected(item, site=None):
    found = outlook.find_outlook(item.pk, site.pk if site else None)
    return found.events, found.final


def test_a_promotion_lifts_its_weeks_as_a_step_of_its_own():
    item, _sites = make()

    plan(factor=15_000, starts=1, ends=3, items=[item])

    step, final = expected(item)
    assert step[:4] == pytest.approx([10, 15, 15, 10], rel=1e-4)
    assert final == step
    assert outlook.find_outlook(item.pk).statistical[1] == pytest.approx(10, rel=1e-4)


def test_units_of_an_event_are_shared_over_its_rows_and_weeks():
    item, (one, _two) = make(sites=2)

    plan("event", 0, 2, units=40)

    step, _final = expected(item)
    assert step[:3] == pytest.approx([40, 40, 20], rel=1e-4)
    assert expected(item, one)[0][0] == pytest.approx(20, rel=1e-4)


def test_events_of_one_week_add_up_and_a_location_stays_alone():
    item, (one, two) = make(sites=2)

    plan(factor=12_000, items=[item])
    plan(factor=13_000, locations=[one])

    assert expected(item, one)[0][0] == pytest.approx(15, rel=1e-4)
    assert expected(item, two)[0][0] == pytest.approx(12, rel=1e-4)


def test_an_event_called_off_moves_nothing_and_can_be_restored():
    item, _sites = make()
    event = plan(factor=20_000)

    with transaction.atomic():
        actions.end_event(event.pk, by="user:1", at=MONDAY)
    assert expected(item)[0][0] == pytest.approx(10, rel=1e-4)
    with transaction.atomic():
        actions.restore_event(event.pk, by="user:1")

    assert expected(item)[0][0] == pytest.approx(20, rel=1e-4)


def load():
    return history.load_history(last_week=weeks.number_of(FIRST_WEEK) - 1, most_weeks=60)


def test_past_lifts_and_one_off_orders_leave_the_history():
    make((10,) * 57 + (30, 10, 510))
    plan(starts=-3, ends=-2, factor=30_000)
    plan("one_off", -1, 0, units=500)

    causes = events.clean(load(), events.list_live())

    assert causes.values[-4:] == pytest.approx([10, 10, 10, 10])
    assert causes.figures == {"cleaned_weeks": 2, "censored_weeks": 0}


def test_weeks_without_stock_are_a_lower_bound():
    item, _sites = make((10,) * 56 + (0, 0, 0, 0))
    before = outlook.find_outlook(item.pk).statistical[0]
    plan("stock_out", -4, 0)

    causes = events.clean(load(), events.list_live())
    forecasting.forecast()

    assert causes.censored[-5:].tolist() == [False, True, True, True, True]
    assert outlook.find_outlook(item.pk).statistical[0] > before
    assert forecasts.find_run().figures["censored_weeks"] == 4


def test_the_statistics_no_longer_take_a_one_off_order_for_usual():
    item, _sites = make((10,) * 59 + (1010,))
    before = sum(outlook.find_outlook(item.pk).statistical)

    plan("one_off", -1, 0, units=1000)
    forecasting.forecast()

    after = outlook.find_outlook(item.pk).statistical
    assert after == pytest.approx([10] * 26, rel=0.02)
    assert sum(after) < before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"factor": 1, "units": 1}, "not both"),
        ({}, "not both"),
        ({"kind": "stock_out", "factor": 12_000}, "leave the figure empty"),
        ({"kind": "party", "factor": 12_000}, "no kind of event"),
        ({"factor": 12_000, "ends": 0}, "before the first"),
        ({"factor": 12_000, "ends": 105}, "104 weeks"),
        ({"factor": 0}, "above 0"),
        ({"factor": 12_000, "category_ids": [10**9]}, "category is not known"),
    ],
)
def test_what_cannot_be_planned_is_refused(words, said):
    foundation.make_company()
    with pytest.raises(actions.BadEvent, match=said):
        plan(**words)

    assert not DemandEvent.objects.exists()


def test_cleaning_touches_only_series_that_lived_then():
    make((10,) * 5)
    plan("stock_out", -40, 0)

    assert events.clean(load(), events.list_live()).censored.sum() == 5
    assert np.isfinite(events.clean(load(), events.list_live()).values).all()


def test_a_planner_plans_an_event_and_calls_it_off(client):
    _item, _sites = make()
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    typed = {"name": "Fair", "kind": "promotion", "starts_on": "2026-11-04", "ends_on": "2026-11-10", "lift": "percent",
             "value": "30", "items": "CUP", "reason": "yearly"}  # fmt: skip

    assert client.post(reverse("iscm_demand:new_event"), typed | {"items": "CUP, NONE"}).status_code == 422
    assert client.post(reverse("iscm_demand:new_event"), typed).status_code == 302

    event = DemandEvent.objects.get()
    assert (event.starts_on, event.ends_on, event.factor) == (FIRST_WEEK, date(2026, 11, 16), 13_000)
    assert "+30" in client.get(reverse("iscm_demand:events")).content.decode()
    client.post(reverse("iscm_demand:end_event", args=[event.pk]))
    event.refresh_from_db()
    assert event.ended_at is not None
