"""A forecast run reads weekly demand, is published whole, and survives being killed."""

import signal
import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from rantai.foundation.items.models import Item
from rantai.iscm.demand import bridge, measures
from rantai.iscm.demand import tasks as demand_tasks
from rantai.iscm.demand.actions import forecasts as actions
from rantai.iscm.demand.models import ForecastRun, ForecastSeries, ForecastSnapshot
from rantai.iscm.demand.queries import forecasts, history, weeks
from rantai.iscm.inventory.queries import targets
from rantai.kernel.jobs import JobCancelled
from rantai.kernel.models import KpiValue
from tests.factories import forecasting, foundation, iscm
from tests.factories.forecasting import FIRST_WEEK, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)

LAST_WEEK = weeks.number_of(FIRST_WEEK) - 1


def read_history(**facts):
    return history.load_history(last_week=LAST_WEEK, most_weeks=facts.pop("most_weeks", 156))


def test_weeks_begin_on_monday_in_python_and_in_sql():
    assert weeks.monday_of(weeks.number_of(date(2026, 11, 8))) == date(2026, 11, 2)
    kind = "date" if connection.vendor == "postgresql" else "text"
    for day in (date(1900, 1, 1), date(2010, 12, 5), date(2026, 11, 1), date(2026, 11, 2), date(2028, 2, 29)):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {weeks.sql_number('x.day')} FROM (SELECT CAST(%s AS {kind}) AS day) x", [day])
            assert cursor.fetchone()[0] == weeks.number_of(day)


def test_history_is_summed_by_week_from_the_first_demand_on():
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history(
        {item: {date(2026, 10, 5): 3, date(2026, 10, 11): 4, date(2026, 10, 25): 5, date(2026, 11, 2): 99}},
        location=site,
    )

    found = read_history()

    assert (found.item_ids.tolist(), found.location_ids.tolist()) == ([item.pk], [site.pk])
    assert found.values.tolist() == [7, 0, 5, 0]


def test_days_with_more_returns_than_demand_count_as_none():
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: {date(2026, 10, 19): 5, date(2026, 10, 20): -8}}, location=site)

    assert read_history().values.tolist() == [5, 0]


def test_our_own_orders_count_in_the_week_that_they_ask_for():
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: [10, 10]}, location=site)
    iscm.make_demand(item, 6, requested_on=date(2026, 10, 28))
    iscm.make_demand(item, 7, requested_on=date(2026, 11, 4))

    assert read_history().values.tolist() == [10, 16]
    orders = forecasts.load_weekly_orders(FIRST_WEEK, 4)
    assert (orders.item_ids.tolist(), orders.week.tolist(), orders.units.tolist()) == ([item.pk], [0], [70_000])


def test_demand_without_a_place_counts_at_the_first_site():
    first, _second = foundation.make_site("A1"), foundation.make_site("B2")
    item = foundation.make_item()
    forecasting.make_history({item: [4]}, location=None)

    assert read_history().location_ids.tolist() == [first.pk]


def test_without_any_site_demand_is_forecast_nowhere():
    foundation.make_company()
    item = foundation.make_item()
    forecasting.make_history({item: [4, 4, 4]}, location=None)

    assert forecasting.forecast()["series"] == 1
    assert forecasts.load_current().location_ids.tolist() == [0]
    assert {name: forecasting.set_targets()[name] for name in ("targets", "left_out")} == {"targets": 0, "left_out": 1}


def test_archived_items_are_left_out_and_counted():
    site, item, old = foundation.make_site(), foundation.make_item(), foundation.make_item()
    forecasting.make_history({item: [1, 2, 3], old: [1, 2, 3]}, location=site)
    Item.objects.filter(pk=old.pk).update(archived_at=timezone.now())

    assert forecasting.forecast()["items_archived_left_out"] == 1
    assert forecasts.load_current().item_ids.tolist() == [item.pk]


def test_a_run_keeps_every_methods_figures_with_their_parts():
    site, item = foundation.make_site(), foundation.make_item(standard_cost=20_000)
    forecasting.make_history({item: [20, 24, 19, 22, 21, 25, 18, 23] * 6}, location=site)

    answer = forecasting.forecast()

    row = ForecastSeries.objects.get(run_id=answer["run_id"])
    told = forecasts.unpack(row.tournament, "f4le").reshape(-1, 7)
    chosen = told[row.run.methods.index(row.method)]
    assert told.shape[0] == len(bridge.list_methods()) == len(row.run.methods)
    assert row.wmape == pytest.approx(row.abs_error / row.tested_units)
    assert (chosen[1], chosen[3]) == (pytest.approx(row.wmape), pytest.approx(row.abs_error))
    assert told[:, 6].sum() == pytest.approx(1)
    current = forecasts.load_current()
    assert current.mean.shape == (1, 26)
    assert 15 < current.mean.mean() < 30
    assert row.expected_units == pytest.approx(current.mean[0, :13].sum() * 10_000, abs=10_000)
    assert row.expected_amount == pytest.approx(2 * row.expected_units, abs=10_000)
    quantiles = forecasts.unpack(row.quantiles, "f4le").reshape(26, 9)
    assert (np.diff(quantiles, axis=1) >= 0).all()


@pytest.mark.parametrize(
    "demand", [[7], [1], [0, 0, 1] + [0] * 60, [10**12], [10**12] * 30, [1] * 200], ids=lambda demand: f"{demand[:3]}"
)
def test_odd_histories_are_forecast(demand):
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: demand}, location=site)

    forecasting.forecast()
    forecasting.set_targets()

    assert np.isfinite(forecasts.load_current().mean).all()


def test_the_newest_run_is_current_and_old_rows_go():
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: [5] * 10}, location=site)

    runs = [forecasting.forecast()["run_id"] for _time in range(3)]

    assert list(ForecastRun.objects.order_by("id").values_list("state", flat=True)) == ["past", "past", "current"]
    assert set(ForecastSeries.objects.values_list("run_id", flat=True)) == set(runs[1:])
    assert list(ForecastSnapshot.objects.values_list("run_id", flat=True)) == runs[2:]


def test_the_same_key_twice_runs_once():
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: [5] * 10}, location=site)

    first, second = forecasting.forecast(key="turn 1"), forecasting.forecast(key="turn 1")

    assert second["run_id"] == first["run_id"]
    assert second["already_done"]
    assert ForecastRun.objects.count() == 1


@pytest.mark.parametrize("place", ["stage_series", "freeze_block", "publish_run"])
def test_a_killed_run_leaves_the_old_one_current_and_is_swept(monkeypatch, place):
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: [5] * 10}, location=site)
    before = forecasting.forecast()["run_id"]

    def fall(*_args, **_facts):
        raise JobCancelled

    with monkeypatch.context() as patch:
        patch.setattr(actions, place, fall)
        with pytest.raises(JobCancelled):
            demand_tasks.forecast_demand(Silent(), as_of=MONDAY.isoformat())

    assert forecasts.load_current().run_id == before
    assert ForecastRun.objects.filter(state="staged").count() == 1
    ForecastRun.objects.filter(state="staged").update(started_at=MONDAY - timedelta(hours=2))
    after = forecasting.forecast()["run_id"]
    assert forecasts.load_current().run_id == after
    assert not ForecastRun.objects.filter(state="staged").exists()


KILLED = """
import os, signal
import django
django.setup()
from rantai.iscm.demand import tasks
from rantai.iscm.demand.actions import forecasts
tasks.ROWS_AT_ONCE = 1
stage, staged = forecasts.stage_series, []
def stage_twice(rows):
    stage(rows)
    staged.append(rows)
    if len(staged) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
forecasts.stage_series = stage_twice
class Silent:
    actor = ""
    def progress(self, *told):
        pass
tasks.forecast_demand(Silent(), as_of="2026-11-02T03:00:00+00:00", key="turn 7")
"""


def test_a_process_killed_while_it_writes_leaves_the_old_forecast_whole():
    site, items = foundation.make_site(), [foundation.make_item() for _count in range(4)]
    forecasting.make_history({item: [5] * 10 for item in items}, location=site)
    before = forecasting.forecast()["run_id"]

    died = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, check=False)

    assert died.returncode == -signal.SIGKILL, died.stderr
    assert forecasts.load_current().run_id == before
    assert forecasts.load_current().mean.shape == (4, 26)
    assert ForecastSeries.objects.filter(run__state="staged").count() == 1
    again = forecasting.forecast(key="turn 7")
    assert (again["series"], forecasts.load_current().run_id) == (4, again["run_id"])


def test_a_run_that_was_swept_cannot_be_published():
    run = ForecastRun.objects.create(as_of=MONDAY, first_week=FIRST_WEEK, horizon=26, started_at=MONDAY)
    ForecastRun.objects.filter(pk=run.pk).delete()

    with pytest.raises(actions.RunWithdrawn), transaction.atomic():
        actions.publish_run(run, series_count=0, figures={}, seconds=0)


def test_explained_share_judges_last_weeks_by_the_forecast_frozen_at_lag():
    site, steady, jumpy = foundation.make_site(), foundation.make_item(), foundation.make_item()
    forecasting.make_history({steady: [10] * 30, jumpy: [10] * 30}, location=site)
    forecasting.forecast()
    forecasting.make_history({steady: [11] * 4, jumpy: [40] * 4}, location=site, until=FIRST_WEEK + timedelta(weeks=4))

    explained, wmape, bias = measures.measure_frozen(last_week=LAST_WEEK + 4)

    # The forecast of the first week was made in that week, so no copy is frozen a week before it.
    assert (explained.numerator, explained.denominator) == (pytest.approx(33), pytest.approx(153))
    assert wmape.numerator == pytest.approx(3 * (1 + 30), rel=0.02)
    assert bias.numerator == pytest.approx(-3 * (1 + 30), rel=0.02)


def test_without_a_frozen_forecast_the_share_is_null():
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: [5] * 10}, location=site)

    forecasting.forecast()

    assert KpiValue.objects.get(code="explained_demand").denominator is None
    kept = KpiValue.objects.get(code="explained_demand_items")
    assert (kept.numerator, kept.denominator, kept.day) == (None, None, date(2026, 11, 2))
    assert KpiValue.objects.get(code="forecast_wmape_tested").denominator == 30


class Silent:
    """A run that nobody watches."""

    def progress(self, *_told):
        pass


def test_an_empty_company_is_forecast_too():
    foundation.make_company()

    assert forecasting.forecast()["series"] == 0
    assert forecasting.set_targets()["targets"] == 0
    assert forecasts.load_current().mean.shape == (0, 26)
    assert targets.load_current().item_ids.size == 0
    assert forecasting.forecast()["series"] == 0
