"""Forecast value added of steps, people and changes, judged at the item's cumulative lead time."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from rantai.iscm.demand.actions import overrides
from rantai.iscm.demand.queries import value_added, weeks
from rantai.kernel.models import KpiValue
from tests.factories import forecasting, foundation
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def item():
    foundation.make_company()
    site = foundation.make_site()
    found = foundation.make_item("CUP")
    forecasting.make_history({found: [10] * 60}, location=site)
    found.site = site
    return found


@transaction.atomic
def set_units(item, units, by, week=1):
    return overrides.set_override(
        item_id=item.pk, location_id=None, starts_on=FIRST_WEEK + timedelta(weeks=week),
        ends_on=FIRST_WEEK + timedelta(weeks=week + 1), quantity=units * 10_000, factor=None, reason="tender", by=by,
        at=MONDAY - timedelta(hours=1),
    )  # fmt: skip


def live_two_weeks(item, sold):
    """The weeks after the run come to pass, the next run judges them."""
    forecasting.make_history({item: {FIRST_WEEK + timedelta(weeks=at): units for at, units in enumerate(sold)}},
                             location=item.site)  # fmt: skip
    forecasting.forecast(MONDAY + timedelta(weeks=len(sold)))


def kept(code, subject=""):
    row = KpiValue.objects.filter(code=code, subject=subject).order_by("-day").first()
    return (pytest.approx(row.numerator, abs=0.01), pytest.approx(row.denominator, abs=0.01))


def test_each_step_and_person_is_charged_with_what_it_did_to_the_error(item):
    good = set_units(item, 26, "user:1")
    bad = set_units(item, 38, "user:2")
    forecasting.forecast()

    live_two_weeks(item, [10, 30])

    # only the second week is a lead time old: 30 asked for; statistics said 10, user:1 26, user:2 38
    assert kept("wmape_naive") == (20, 30)
    assert kept("wmape_statistics") == (20, 30)
    assert kept("wmape_overrides") == (8, 30)
    assert kept("fva_overrides") == (12, 30)
    assert kept("fva_person", "user:1") == (16, 30)
    assert kept("fva_person", "user:2") == (-4, 30)
    assert (kept("fva_change", str(good.pk)), kept("fva_change", str(bad.pk))) == ((16, 30), (-4, 30))


def test_a_change_taken_back_before_the_freeze_is_charged_to_nobody(item):
    change = set_units(item, 26, "user:1")
    with transaction.atomic():
        overrides.end_override(change.pk, by="user:1", at=MONDAY)
    forecasting.forecast()

    live_two_weeks(item, [10, 30])

    assert not KpiValue.objects.filter(code="fva_person").exists()
    assert kept("fva_overrides") == (0, 30)


def test_nothing_judged_gives_no_figure(item):
    forecasting.forecast()

    row = KpiValue.objects.get(code="wmape_statistics")
    assert (row.numerator, row.denominator) == (None, None)


def test_the_page_says_who_improved_the_forecast(client, item):
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    page = reverse("iscm_demand:value_added")
    assert "No forecast is a lead time old yet" in client.get(page).content.decode()
    set_units(item, 26, "user:1")
    forecasting.forecast()
    live_two_weeks(item, [10, 30])

    text = client.get(page).content.decode()

    assert "Changes by hand gained 53.3 points" in text
    assert "16 units nearer, of 30" in text
    assert "tender" in text


def test_a_quarter_without_runs_is_not_judged(item):
    assert value_added.judge(last_week=weeks.number_of(FIRST_WEEK) - 1, count=13).volume == 0
