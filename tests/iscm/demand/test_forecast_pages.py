"""The planners' pages: the list, an item with its changes."""

import re
from datetime import date

import pytest
from django.urls import reverse

from rantai.iscm.demand.models import ForecastOverride, ForecastRun
from rantai.kernel.models import Job, KpiValue
from rantai.ui import formats
from tests.factories import forecasting, foundation, iscm
from tests.factories.forecasting import FIRST_WEEK

pytestmark = pytest.mark.django_db(transaction=True)

SMOOTH = [20, 24, 19, 22, 21, 25, 18, 23] * 6


@pytest.fixture
def planner(client):
    foundation.make_company()
    client.force_login(foundation.make_user(roles=["planner"]), backend="rantai.foundation.access.backends.RoleBackend")
    return client


@pytest.fixture
def item():
    site = foundation.make_site()
    found = foundation.make_item("CUP", name="Blue cup", standard_cost=30_000)
    foundation.make_source(found, lead_time_days=14, lead_time_sd_days=3.5)
    forecasting.make_history({found: SMOOTH}, location=site)
    forecasting.forecast()
    forecasting.set_targets()
    found.site = site
    return found


def read(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page_of(item):
    return reverse("iscm_demand:forecast", args=[item.pk])


def change(**facts):
    return {"first": "2026-11-02", "last": "2026-11-09", "kind": "percent", "value": "150", "reason": "fair"} | facts


def test_the_list_says_what_carries_demand_and_how_far_off_it_was(planner, item):
    rare = foundation.make_item("RARE")
    forecasting.make_history({rare: [0] * 40 + [1]}, location=item.site)
    forecasting.forecast()

    text = read(planner.get(reverse("iscm_demand:forecasts")))

    assert "1 of 2 items carries four fifths of what we expect" in text
    assert "units in tested weeks" in text
    assert "no forecast is a lead time old yet" in text
    assert "Blue cup" in text


@pytest.mark.parametrize("query", ["?q=CU", "?off=1", "?changed=1", "?pattern=dead", "?export=csv", "?sort=-abs_error"])
def test_the_list_filters_sorts_and_exports(planner, item, query):
    assert planner.get(reverse("iscm_demand:forecasts") + query).status_code == 200


def test_the_list_says_that_nothing_is_forecast_yet(planner):
    assert "Nothing is forecast yet" in read(planner.get(reverse("iscm_demand:forecasts")))


def test_pages_read_a_fixed_number_of_rows(planner, item, django_assert_max_num_queries):
    planner.get(page_of(item))
    with django_assert_max_num_queries(32):
        planner.get(page_of(item))
    with django_assert_max_num_queries(14):
        planner.get(reverse("iscm_demand:forecasts"))


def test_an_items_page_shows_forecast_tournament_and_the_sum_behind_its_safety_stock(planner, item):
    iscm.make_demand(item, 7, requested_on=date(2026, 11, 4))

    text = read(planner.get(page_of(item)))

    assert re.search(r"\d+ this week, \d+ over the next 13", text)
    assert "in use" in text
    assert re.search(r"1\.64 × √\( 2\.14 × [\d.]+² \+ [\d.]+² × 0\.5² \) = 1\.64 × [\d.]+ ≈ \d+", text)
    assert re.search(r"7 / 2\d", text)
    assert "as its source says" in text


@pytest.mark.parametrize(("language", "word"), [("id", "Adu metode"), ("zh-hans", "方法评比")])
def test_pages_speak_the_readers_language(planner, item, language, word):
    answer = planner.get(page_of(item), headers={"accept-language": language})

    assert word in read(answer)


def test_a_planner_changes_the_forecast_and_takes_it_back(planner, item):
    answer = planner.post(page_of(item), change())

    assert answer.status_code == 302
    row = ForecastOverride.objects.get()
    assert (row.starts_on, row.ends_on, row.factor, row.location_id) == (FIRST_WEEK, date(2026, 11, 16), 15_000, None)
    assert "fair" in read(planner.get(page_of(item)))

    planner.post(reverse("iscm_demand:end_override", args=[row.pk]))
    row.refresh_from_db()
    assert row.ended_at is not None
    assert "taken back" in read(planner.get(page_of(item)))
    planner.post(reverse("iscm_demand:restore_override", args=[row.pk]))
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_change_at_one_location_counts_units(planner, item):
    address = reverse("iscm_demand:forecast_at", args=[item.pk, item.site.pk])

    assert planner.post(address, change(kind="units", value="1,250")).status_code == 302

    row = ForecastOverride.objects.get()
    assert (row.quantity, row.factor, row.location_id) == (12_500_000, None, item.site.pk)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"reason": ""}, "required"),
        ({"last": "2026-10-26"}, "valid choice"),
        ({"first": "2026-11-16"}, "before the first"),
        ({"value": "10001"}, "between 0 and 10,000"),
        ({"value": "many"}, "digits"),
        ({"value": "-5"}, "at least 0"),
    ],
)
def test_a_wrong_change_is_said_and_changes_nothing(planner, item, facts, said):
    answer = planner.post(page_of(item), change(**facts))

    assert answer.status_code == 422
    assert said in read(answer)
    assert not ForecastOverride.objects.exists()


def test_who_may_only_look_changes_nothing(client, item):
    client.force_login(foundation.make_user(roles=["sales"]), backend="rantai.foundation.access.backends.RoleBackend")

    assert "Keep the change" not in read(client.get(page_of(item)))
    client.post(page_of(item), change())
    assert client.post(reverse("iscm_demand:forecast_now")).status_code == 403
    assert not ForecastOverride.objects.exists()
    assert not Job.objects.filter(task="iscm.forecast_demand", state="queued").exists()


def test_a_new_item_can_be_forecast_by_hand(planner, item):
    new = foundation.make_item("NEW")

    assert "Nobody has asked for it yet" in read(planner.get(page_of(new)))
    assert planner.post(page_of(new), change(kind="units", value="40")).status_code == 302
    assert "40 this week" in read(planner.get(page_of(new)))


def test_an_item_has_a_page_before_the_first_forecast(planner):
    new = foundation.make_item("NEW")

    assert "Nothing is forecast yet" in read(planner.get(page_of(new)))


def test_a_location_that_is_no_site_has_no_page(planner, item):
    assert planner.get(reverse("iscm_demand:forecast_at", args=[item.pk, 10**9])).status_code == 404
    assert planner.get(reverse("iscm_demand:forecast", args=[10**9])).status_code == 404


def test_forecast_now_queues_one_job(planner, item):
    for _time in range(2):
        assert planner.post(reverse("iscm_demand:forecast_now")).status_code == 302

    assert Job.objects.filter(task="iscm.forecast_demand", state="queued").count() == 1


def test_the_headline_says_what_stock_feels_and_what_was_gained_on_last_years_weeks(client):
    site, item = foundation.make_site(), foundation.make_item("LUMPY-1")
    forecasting.make_history({item: [0, 0, 3, 0, 0, 1, 0, 0, 0, 2] * 12}, location=site)
    forecasting.forecast()
    told = ForecastRun.objects.get(state="current").figures
    client.force_login(foundation.make_user(roles=["planner"]))

    page = client.get(reverse("iscm_demand:forecasts")).content.decode()

    # the same weeks, the same units: only the bucket and the rival differ
    assert 0 <= told["window_error"] <= told["abs_error"]
    assert abs(told["net_error"]) == told["window_error"]
    assert told["benchmark_units"] == told["tested_units"]
    assert told["benchmark_own_error"] == told["abs_error"]
    together, weekly = (told[name] / told["tested_units"] for name in ("window_error", "abs_error"))
    assert f"items were off by {formats.percent(together, 0)} of their demand" in page
    assert f"week by week by {formats.percent(weekly, 0)}" in page
    gained = told["benchmark_error"] - told["benchmark_own_error"]
    kept = KpiValue.objects.get(code="forecast_value_added")
    assert (kept.numerator, kept.denominator) == (gained, told["benchmark_units"])
    assert "Gained on last year" in page
