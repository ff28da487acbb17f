"""What one item is expected to sell, beside what it sold: as people look at it, at one place or at all together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun, ForecastSeries
from rantai.iscm.demand.queries import consumption, forecasts, history, steps, weeks
from rantai.kernel.quantities import SCALE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

P10, P90 = 0, 8
COLUMNS = ("mase", "wmape", "bias", "abs_error", "net_error", "score", "weight")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contestant:
    """How one method did on the weeks it was tested on; None where it could not run."""

    method: str
    mase: float | None
    wmape: float | None
    bias: float | None
    abs_error: float | None
    net_error: float | None
    score: float | None
    weight: float
    is_chosen: bool = False


class _Means(NamedTuple):
    """Rows `(places, horizon)` of one item after each step."""

    places: Ints
    statistical: Floats
    terms: Floats
    events: Floats
    final: Floats
    plan: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """Past and expected demand of an item in base units a week."""

    run: ForecastRun
    past_weeks: tuple[date, ...]
    past: tuple[float, ...]
    weeks: tuple[date, ...]
    statistical: tuple[float, ...]
    terms: tuple[float, ...]
    """With customers' terms."""
    events: tuple[float, ...]
    """With promotions and events."""
    final: tuple[float, ...]
    """With what people changed."""
    plan: tuple[float, ...]
    """What the plan counts on: as agreed, else `final`."""
    low: tuple[float, ...]
    """One week in ten is lower."""
    high: tuple[float, ...]
    """One week in ten is higher."""
    orders: tuple[float, ...]
    """What our own orders ask for in these weeks."""
    consumed: tuple[float, ...]
    """What orders have used up of these weeks' forecast: of their own week, and of those around it by policy."""
    series: tuple[ForecastSeries, ...]
    location_id: int | None
    """None: every location together."""

    @property
    def main_series(self) -> ForecastSeries | None:
        """The series that carries most of the item, whose tournament is shown."""
        return max(self.series, key=lambda row: row.expected_units, default=None)


def find_outlook(item_id: int, location_id: int | None = None, *, past_weeks: int = 104) -> Outlook | None:
    """Return the outlook of an item, or None before anything was forecast.

    Over several locations means add up and deviations do as if locations did not depend on each other.
    """
    run = forecasts.find_run()
    if run is None:
        return None
    rows = ForecastSeries.objects.filter(run=run, item_id=item_id).select_related("location").order_by("location_id")
    series = tuple(row for row in rows if location_id in (None, row.location_id))
    means = _read_means(run, item_id, location_id)
    own = {place: row for row, place in enumerate(means.places.tolist())}
    with_series = [own[row.location_id or history.NOWHERE] for row in series]
    low, high = _spread(run, series, means.final[with_series])
    above = means.final.sum(axis=0) - means.final[with_series].sum(axis=0)
    first = weeks.number_of(run.first_week)
    past_numbers, past = _read_past(item_id, location_id, first, past_weeks)
    return Outlook(
        run=run,
        past_weeks=tuple(weeks.monday_of(number) for number in past_numbers),
        past=tuple(past.tolist()),
        weeks=forecasts.list_weeks(run),
        statistical=tuple(means.statistical.sum(axis=0).tolist()),
        terms=tuple(means.terms.sum(axis=0).tolist()),
        events=tuple(means.events.sum(axis=0).tolist()),
        final=tuple(means.final.sum(axis=0).tolist()),
        plan=tuple(means.plan.sum(axis=0).tolist()),
        low=tuple((low + above).tolist()),
        high=tuple((high + above).tolist()),
        orders=tuple(_read_orders(item_id, location_id, first, run.horizon).tolist()),
        consumed=tuple(_read_consumed(item_id, location_id, run).tolist()),
        series=series,
        location_id=location_id,
    )


def list_contestants(series: ForecastSeries) -> list[Contestant]:
    """Return every method that could run, the best first."""
    run = series.run
    told = forecasts.unpack(series.tournament, run.codec).reshape(-1, len(COLUMNS))
    found = [_to_contestant(method, row, series.method) for method, row in zip(run.methods, told, strict=True)]
    ran = [one for one in found if one.wmape is not None or one.score is not None or one.is_chosen]
    return sorted(ran, key=lambda one: (not one.is_chosen, one.score is None, one.score or 0.0, one.method))


def _to_contestant(method: str, row: Floats, chosen: str) -> Contestant:
    mase, wmape, bias, off, net, score = (float(value) if np.isfinite(value) else None for value in row[:6])
    return Contestant(
        method=method,
        mase=mase,
        wmape=wmape,
        bias=bias,
        abs_error=off,
        net_error=net,
        score=score,
        weight=float(row[6]),
        is_chosen=method == chosen,
    )


def _read_means(run: ForecastRun, item_id: int, location_id: int | None) -> _Means:
    """Return the item's rows of every step, those without a series of their own too."""
    found = steps.load(run)
    low, high = np.searchsorted(found.item_ids, [item_id, item_id + 1])
    rows = np.arange(low, high)
    if location_id is not None:
        rows = rows[found.location_ids[low:high] == location_id]
    places = found.location_ids[rows]
    return _Means(
        places, found.statistical[rows], found.terms[rows], found.events[rows], found.final[rows], found.plan[rows]
    )


def _spread(run: ForecastRun, series: tuple[ForecastSeries, ...], final: Floats) -> tuple[Floats, Floats]:
    """Return what one week in ten falls below and above, moved with what people changed."""
    mean, below, above = (np.zeros(run.horizon) for _part in range(3))
    for row, changed in zip(series, final, strict=True):
        own = forecasts.unpack(row.mean, run.codec)
        quantiles = forecasts.unpack(row.quantiles, run.codec).reshape(run.horizon, -1)
        ratio = np.divide(changed, own, out=np.ones_like(own), where=own > 0)
        below += np.square((own - quantiles[:, P10]) * ratio)
        above += np.square((quantiles[:, P90] - own) * ratio)
        mean += changed
    return np.maximum(mean - np.sqrt(below), 0.0), mean + np.sqrt(above)


def _read_past(item_id: int, location_id: int | None, first: int, count: int) -> tuple[range, Floats]:
    found = history.load_item(item_id, last_week=first - 1, most_weeks=count)
    lengths = np.diff(found.offsets)
    longest = int(lengths.max(initial=0))
    total = np.zeros(longest)
    for row, place in enumerate(found.location_ids.tolist()):
        if location_id in (None, place):
            values = found.values[found.offsets[row] : found.offsets[row + 1]]
            total[longest - values.size :] += values
    return range(first - longest, first), total


def _read_orders(item_id: int, location_id: int | None, first: int, horizon: int) -> Floats:
    cells = history.load_orders(first_week=first, horizon=horizon, item_id=item_id)
    total = np.zeros(horizon)
    mine = (
        np.isin(cells.location_ids, [location_id]) if location_id is not None else np.ones(cells.units.size, dtype=bool)
    )
    np.add.at(total, cells.weeks[mine], cells.units[mine] / SCALE)
    return total


def _read_consumed(item_id: int, location_id: int | None, run: ForecastRun) -> Floats:
    cells = consumption.load_consumed(run.first_week, run.horizon, item_id=item_id)
    total = np.zeros(run.horizon)
    mine = np.ones(cells.week.size, dtype=bool) if location_id is None else cells.location_ids == location_id
    np.add.at(total, cells.week[mine], cells.units[mine] / SCALE)
    return total


def list_places(item_id: int) -> list[tuple[int, str]]:
    """Return the locations at which an item is forecast now, by name."""
    rows = ForecastSeries.objects.filter(run__state="current", item_id=item_id, location__isnull=False)
    return list(rows.order_by("location__name").values_list("location_id", "location__name"))
