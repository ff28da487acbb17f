"""Hand weekly history and the demands that consume a forecast to the forecasting engine; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastRun, ForecastSeries
from rantai.iscm.demand.models.consumption import ForecastBalance
from rantai.iscm.demand.queries import consumption, forecasts
from rantai.iscm.demand.queries.events import Causes
from rantai.iscm.demand.queries.history import WeeklyHistory
from rantai.kernel.money import MAX_AMOUNT
from rantai.kernel.quantities import SCALE
from rantai_engines import spreading
from rantai_engines.forecasting.consumption import ConsumableForecast, Takes, consume_line
from rantai_engines.forecasting.params import ForecastParams
from rantai_engines.forecasting.problem import LARGEST_VALUE, ForecastProblem
from rantai_engines.forecasting.solution import CLASSES, METHODS, ForecastSolution

Floats = NDArray[np.float64]

BENCHMARKS = ("seasonal_naive", "naive")
"""Against which forecasts are measured: last year's same weeks, else the last week's demand."""

ENGINE = "forecasting 1"
SEASON = 52
WORTH_WEEKS = 13
"""Weeks whose expected demand ranks items in lists: a quarter."""
CARRIED = 0.8
"""Share of expected demand that a title speaks of."""
_LARGEST_UNITS = 9 * 10**18


def forecast(history: WeeklyHistory, *, horizon: int, causes: Causes | None = None) -> ForecastSolution:
    """Return what the engine expects; weeks beyond what it can hold are cut to its largest.

    With causes it sees history without what events explain, and weeks without stock as a lower bound.
    """
    values = history.values if causes is None else causes.values
    censored = causes.censored if causes is not None and causes.censored.any() else None
    # The engine is compiled: actions import this module to consume a forecast, and only workers pay for numba.
    from rantai_engines.forecasting.solve import solve

    problem = ForecastProblem(offsets=history.offsets, values=np.minimum(values, LARGEST_VALUE), censored=censored)
    # Parts of many series go side by side; who works on them never shows in the forecast.
    spread = spreading.choose(settings.CLUSTER)
    return solve(problem, params=ForecastParams(horizon=horizon, season_length=SEASON), seed=0, spread=spread)


def list_methods() -> list[str]:
    """Return the names of the tournament's rows."""
    return list(METHODS)


def to_rows(
    run: ForecastRun, history: WeeklyHistory, solution: ForecastSolution, costs: Mapping[int, int], *, at_once: int
) -> Iterator[list[ForecastSeries]]:
    """Yield the rows of a run in chunks, in the order of the history."""
    units, worth = weigh(history, solution, costs)
    told = tournament(solution)
    for start in range(0, history.size, at_once):
        rows = range(start, min(start + at_once, history.size))
        yield [_to_row(run, history, solution, told[i], i, int(units[i]), int(worth[i])) for i in rows]


def weigh(history: WeeklyHistory, solution: ForecastSolution, costs: Mapping[int, int]) -> tuple[Floats, Floats]:
    """Return the demand of the next quarter in 1/10,000 units, and at standard cost in 1/10,000 of money."""
    units = np.minimum(solution.mean[:, :WORTH_WEEKS].sum(axis=1) * SCALE, _LARGEST_UNITS)
    cost = np.array([costs.get(item, 0) for item in history.item_ids.tolist()], dtype=np.float64)
    worth = np.minimum(units / SCALE * cost, MAX_AMOUNT)
    # Figures that rank and are read: decimals beyond a tenth of a unit would pretend to be known.
    return np.where(units < 100 * SCALE, np.round(units, -3), np.round(units, -4)), np.round(worth, -4)


def summarise(history: WeeklyHistory, solution: ForecastSolution, costs: Mapping[int, int]) -> dict[str, Any]:
    """Return the figures that people read first: how few series carry most, and how far off the methods were."""
    units, worth = weigh(history, solution, costs)
    chosen = np.arange(history.size), solution.method.astype(np.int64)
    terms = solution.wmape_terms[chosen]
    tested = np.isfinite(terms).all(axis=1)
    names = solution.class_names()
    return {
        **history.figures,
        **{f"class_{name}": names.count(name) for name in sorted(set(names))},
        "weeks_read": int(history.values.size),
        "is_worth_known": bool(worth.any()),
        "carriers": count_carriers(worth if worth.any() else units),
        "expecting": int((units > 0).sum()),
        "tested_units": float(solution.actual_total[tested].sum()),
        "abs_error": float(terms[tested, 0].sum()),
        "net_error": float(terms[tested, 1].sum()),
        # each series' tested weeks as one bucket: what a stock that lasts for weeks feels
        "window_error": float(np.abs(terms[tested, 1]).sum()),
        **_compare(solution, terms, tested),
    }


def _compare(solution: ForecastSolution, terms: Floats, tested: Any) -> dict[str, float]:
    """Return how far off the benchmark was on the same weeks, last year's or else the last week's demand (FVA)."""
    seasonal, plain = (solution.wmape_terms[:, METHODS.index(name), 0] for name in BENCHMARKS)
    benchmark = np.where(np.isfinite(seasonal), seasonal, plain)
    both = tested & np.isfinite(benchmark)
    return {
        "benchmark_units": float(solution.actual_total[both].sum()),
        "benchmark_error": float(benchmark[both].sum()),
        "benchmark_own_error": float(terms[both, 0].sum()),
    }


def count_carriers(worth: Floats, share: float = CARRIED) -> int:
    """Return how many of the largest add up to a share of all."""
    total = worth.sum()
    if not total:
        return 0
    reached = np.cumsum(np.sort(worth)[::-1]) >= share * total * (1 - 1e-12)
    return int(np.argmax(reached)) + 1


def tournament(solution: ForecastSolution) -> Floats:
    """Return `(n, methods, 7)`: MASE, WMAPE, bias, their numerators, score and weight of every method."""
    terms = solution.wmape_terms
    columns = [
        solution.mase,
        solution.wmape,
        solution.bias,
        terms[:, :, 0],
        terms[:, :, 1],
        solution.score,
        solution.weights,
    ]
    return np.stack(columns, axis=2)


def _to_row(
    run: ForecastRun, history: WeeklyHistory, solution: ForecastSolution, told: Floats, i: int, units: int, worth: int
) -> ForecastSeries:
    chosen = told[solution.method[i]]
    return ForecastSeries(
        run=run,
        item_id=int(history.item_ids[i]),
        location_id=int(history.location_ids[i]) or None,
        method=METHODS[solution.method[i]],
        demand_class=CLASSES[solution.demand_class[i]],
        mean=forecasts.pack(solution.mean[i]),
        quantiles=forecasts.pack(solution.quantiles[i]),
        tournament=forecasts.pack(told),
        mase=_or_none(chosen[0]),
        wmape=_or_none(chosen[1]),
        bias=_or_none(chosen[2]),
        abs_error=_or_none(chosen[3]),
        net_error=_or_none(chosen[4]),
        tested_units=float(solution.actual_total[i]),
        tested_weeks=int(solution.window[i]),
        origins=int(solution.cuts_used[i]),
        error_std=float(solution.error_std[i]),
        is_seasonal=bool(solution.seasonal[i]),
        history_weeks=int(history.offsets[i + 1] - history.offsets[i]),
        expected_units=units,
        expected_amount=worth,
    )


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Units of a demand that consume forecast, at the site where they count."""

    demand_id: int
    item_id: int
    location_id: int
    party_id: int
    on: date
    units: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What one demand consumes of one week of one balance: places in the lists that were handed in."""

    wanted: int
    balance: int
    week: int
    units: int


def consume(balances: Sequence[ForecastBalance], wanted: Sequence[Wanted]) -> list[Taken]:
    """Return what demands consume in their order: of their own week first, then backward, then forward.

    A customer's own forecast goes first, what it has not is taken of everybody's. A day before the first week that
    a balance knows consumes nothing of it.
    """
    forecast, taken, ends = _to_consumable(balances)
    found: list[Taken] = []
    for place, (series, one) in enumerate(zip(_find_series(balances, wanted), wanted, strict=True)):
        takes = consume_line(forecast, taken, series=series, day=one.on.toordinal(), quantity=one.units)
        np.add.at(taken, takes.bucket, takes.quantity)
        found += _to_taken(takes, ends, [place] * takes.bucket.size)
    return found


def consume_many(balances: Sequence[ForecastBalance], wanted: Sequence[Wanted]) -> list[Taken]:
    """Return what `consume` returns, compiled: for workers, who net everything anew."""
    from rantai_engines.forecasting.consumption_batch import consume_lines

    forecast, taken, ends = _to_consumable(balances)
    takes = consume_lines(
        forecast,
        taken,
        series=np.array(_find_series(balances, wanted), dtype=np.int64),
        day=np.array([one.on.toordinal() for one in wanted], dtype=np.int64),
        quantity=np.array([one.units for one in wanted], dtype=np.int64),
    )
    return _to_taken(takes, ends, takes.line.tolist())


def _to_consumable(
    balances: Sequence[ForecastBalance],
) -> tuple[ConsumableForecast, NDArray[np.int64], NDArray[np.int64]]:
    """Return balances as the engine's arrays, what is consumed of them, and where each ends (exclusive)."""
    gross = [consumption.read_units(row.gross) for row in balances]
    taken = [consumption.read_units(row.consumed) for row in balances]
    ends = np.cumsum([part.size for part in gross], dtype=np.int64)
    starts = [row.first_week.toordinal() + 7 * np.arange(part.size) for row, part in zip(balances, gross, strict=True)]
    others = {(row.item_id, row.location_id): place for place, row in enumerate(balances) if row.party_id is None}
    days = _join(starts)
    return (
        ConsumableForecast(
            offsets=np.concatenate([np.zeros(1, dtype=np.int64), ends]),
            starts=days,
            ends=days + 7,
            gross=_join(gross),
            backward=np.array([7 * row.weeks_back for row in balances], dtype=np.int64),
            forward=np.array([7 * row.weeks_forward for row in balances], dtype=np.int64),
            spill=np.array(
                [others.get((row.item_id, row.location_id), -1) if row.party_id else -1 for row in balances],
                dtype=np.int64,
            ),
        ),
        _join(taken),
        ends,
    )


def _join(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _find_series(balances: Sequence[ForecastBalance], wanted: Sequence[Wanted]) -> list[int]:
    """Return for each demand its customer's balance, else everybody's, -1 where nothing was foreseen."""
    places = {(row.item_id, row.location_id, row.party_id): place for place, row in enumerate(balances)}
    found = []
    for one in wanted:
        place = places.get((one.item_id, one.location_id, one.party_id))
        if place is None:
            place = places.get((one.item_id, one.location_id, None), -1)
        found.append(place if place >= 0 and one.on >= balances[place].first_week else -1)
    return found


def _to_taken(takes: Takes, ends: NDArray[np.int64], lines: Sequence[int]) -> list[Taken]:
    balance = np.searchsorted(ends, takes.bucket, side="right")
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends])
    week = takes.bucket - starts[balance]
    return [Taken(*row) for row in zip(lines, balance.tolist(), week.tolist(), takes.quantity.tolist(), strict=True)]
