"""How right the forecast was: figures with numerator and denominator (GLOSSARY 4.3)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Sum
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun, ForecastSeries, ForecastSnapshot
from rantai.iscm.demand.queries import accounts, figures, history, lags, weeks
from rantai.iscm.demand.queries.forecasts import CODEC, unpack
from rantai.kernel.measures import Kpi
from rantai.kernel.models import KpiValue

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TOLERANCE = 0.25
WEEKS = 4
"""Full weeks that the figures of a day look back on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """A snapshot of one run: sorted item-locations with the mean of each week as it was published."""

    first_week: int
    keys: Ints
    final: Floats

    def look_up(self, keys: Ints, week: int) -> Floats:
        """Return what was expected of item-locations in a week, 0 where nothing was, NaN beyond the horizon."""
        column = week - self.first_week
        if column >= self.final.shape[1]:
            return np.full(keys.size, np.nan)
        place = np.minimum(np.searchsorted(self.keys, keys), max(0, self.keys.size - 1))
        found = (self.keys[place] == keys) if self.keys.size else np.zeros(keys.size, dtype=np.bool_)
        expected: Floats = np.where(found, self.final[place, column] if self.keys.size else 0.0, 0.0)
        return expected


def measure_tested(run: ForecastRun) -> Kpi:
    """Return WMAPE of the chosen methods over the weeks on which they were tested: Σ|A−F| ÷ ΣA, in base units."""
    sums = ForecastSeries.objects.filter(run=run, abs_error__isnull=False).aggregate(
        off=Sum("abs_error"), tested=Sum("tested_units")
    )
    return Kpi(code="forecast_wmape_tested", numerator=sums["off"], denominator=sums["tested"])


def measure_value_added(run: ForecastRun) -> Kpi:
    """Return forecast value added: the benchmark's Σ|A−F| less ours, ÷ ΣA of the same tested weeks."""
    told = run.figures
    units = told.get("benchmark_units") or None
    return Kpi(
        code="forecast_value_added",
        numerator=None if units is None else told["benchmark_error"] - told["benchmark_own_error"],
        denominator=units,
    )


def measure_frozen(*, last_week: int, count: int = WEEKS) -> tuple[Kpi, Kpi, Kpi]:
    """Return explained share by item, WMAPE and bias of the last full weeks against the forecast frozen at lag.

    The lag is the item's lead time cumulated down its bills, in whole weeks, at least one. A week of an
    item-location is explained if |A−F| ≤ max(1 unit, 25 % of A). It is counted by item-location, not yet by account.
    Weeks for which no frozen forecast is old enough are not judged.
    """
    judged = _judge(last_week, count)
    actual, expected = judged[:, 0], judged[:, 1]
    off = np.abs(actual - expected)
    explained = off <= np.maximum(1.0, TOLERANCE * actual)
    volume = float(actual.sum()) if judged.size else None
    parts = {
        "explained_demand_items": float(actual[explained].sum()),
        "forecast_wmape": float(off.sum()),
        "forecast_bias": float((expected - actual).sum()),
    }
    first, second, third = (
        Kpi(code=code, numerator=None if volume is None else numerator, denominator=volume)
        for code, numerator in parts.items()
    )
    return first, second, third


def measure_explained(*, last_week: int, count: int = WEEKS) -> Kpi:
    """Return the explained demand share of the last full weeks: by customer, item and week (GLOSSARY 4.3).

    Volume of our own orders in explained buckets ÷ volume; a bucket is explained if |A−F| ≤ max(1 unit, 25 % of A), F
    being what was expected of the customer, frozen at the item's cumulative lead time: what a person said of him then,
    else what his signals did. Weeks for which no frozen
    forecast is old enough are not judged; a customer without a forecast of its own was expected to take nothing.
    """
    cells = history.load_customers(first_week=last_week - count + 1, last_week=last_week)
    actual, expected = _judge_customers(cells)
    explained = is_explained(actual, expected)
    judged = np.isfinite(expected)
    volume = float(actual[judged].sum()) if judged.any() else None
    numerator = None if volume is None else float(actual[judged & explained].sum())
    return Kpi(code="explained_demand", numerator=numerator, denominator=volume)


def is_explained(actual: Floats, expected: Floats) -> Any:
    """Tell which buckets were foretold: |A−F| ≤ max(1 unit, 25 % of A); what was not foretold at all was not."""
    with np.errstate(invalid="ignore"):
        return np.abs(actual - expected) <= np.maximum(1.0, TOLERANCE * actual)


def _judge_customers(cells: history.CustomerCells) -> tuple[Floats, Floats]:
    """Return what customers asked for of items by week, and what was expected at lag; NaN where nothing is frozen."""
    runs = dict(_list_frozen_weeks())
    waits = lags.read_items(cells.item_ids)
    expected = np.full(cells.units.size, np.nan)
    keys = to_keys(cells.item_ids, cells.party_ids)
    kept: dict[int, Frozen] = {}
    for week, lag in sorted(set(zip(cells.weeks.tolist(), waits.tolist(), strict=True))):
        first_week = max((number for number in runs if number <= week - lag), default=None)
        if first_week is None:
            continue
        if first_week not in kept:
            kept[first_week] = load_frozen_customers(runs[first_week], first_week)
        rows = (cells.weeks == week) & (waits == lag)
        expected[rows] = kept[first_week].look_up(keys[rows], week)
    return cells.units, expected


def load_frozen_customers(run_id: int, first_week: int) -> Frozen:
    """Return what a run expected of customers by item, as it was published: what people said of one counts for him."""
    run = ForecastRun.objects.get(pk=run_id)
    keys, likely = accounts.read_likely(run.pk, run.horizon)
    named, told = figures.read_figures(run)
    every = np.union1d(keys, named)
    final, place = accounts.look_up(keys, likely, every), np.searchsorted(every, named)
    final[place] = np.where(np.isnan(told), final[place], told)
    return Frozen(first_week=first_week, keys=every, final=final)


def _judge(last_week: int, count: int) -> Floats:
    """Return `(buckets, 2)`: what was asked for and what had been expected of it at lag."""
    past = history.load_history(last_week=last_week, most_weeks=count)
    keys = to_keys(past.item_ids, past.location_ids)
    waits = lags.read(past.item_ids, past.location_ids)
    found = [np.zeros((0, 2))]
    kept: dict[int, Frozen] = {}
    runs = dict(_list_frozen_weeks())
    for week in range(last_week - count + 1, last_week + 1):
        place = past.offsets[1:] - 1 - (last_week - week)
        alive = place >= past.offsets[:-1]
        for lag in np.unique(waits[alive]):
            first_week = max((number for number in runs if number <= week - lag), default=None)
            if first_week is None:
                continue
            if first_week not in kept:
                kept[first_week] = load_frozen(runs[first_week], first_week)
            rows = alive & (waits == lag)
            expected = kept[first_week].look_up(keys[rows], week)
            cells = np.stack([past.values[place[rows]], expected], axis=1)
            found.append(cells[np.isfinite(expected)])
    return np.concatenate(found)


def to_keys(item_ids: Ints, location_ids: Ints) -> Ints:
    """Return one sortable number for each item-location; ids stay far below 2^31."""
    return (item_ids << 31) + location_ids


def load_frozen(run_id: int, first_week: int) -> Frozen:
    """Return a run's means as the plan counted on them when they were published."""
    horizon = ForecastRun.objects.values_list("horizon", flat=True).get(pk=run_id)
    blocks = list(ForecastSnapshot.objects.filter(run_id=run_id).order_by("block"))
    items = np.concatenate([np.frombuffer(block.item_ids, dtype="<i8") for block in blocks])
    places = np.concatenate([np.frombuffer(block.location_ids, dtype="<i8") for block in blocks])
    counted = [block.consensus or block.final for block in blocks]
    final = np.concatenate([unpack(zlib.decompress(packed), CODEC) for packed in counted]).reshape(-1, horizon)
    keys = to_keys(items, places)
    order = np.argsort(keys)
    return Frozen(first_week=first_week, keys=keys[order], final=final[order])


def _list_frozen_weeks() -> list[tuple[int, int]]:
    """Return (number of the first week, run) of every frozen copy."""
    rows = ForecastRun.objects.filter(snapshots__block=0).exclude(state="staged")
    found: list[tuple[date, int]] = list(rows.order_by("id").values_list("first_week", "id"))
    return [(weeks.number_of(first_week), run_id) for first_week, run_id in found]


def find_latest(code: str) -> Kpi | None:
    """Return the newest figure of a code that was kept, or None."""
    row = KpiValue.objects.filter(code=code, subject="").order_by("-day").first()
    return Kpi(code=code, numerator=row.numerator, denominator=row.denominator) if row else None
