"""Expect purchases by the dates of a calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting import _quantities, _renewal, schedules
from rantai_engines.forecasting.schedules import TOLERANCE_DAYS, WINDOW_DAYS, Schedules

if TYPE_CHECKING:
    from rantai_engines.forecasting.cycles import CycleProblem

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_SHARE = 0.98
"""However reliable: one date in fifty may be left out before anybody thinks of an end."""
LATELY = 6
"""Purchases on schedule from which mean and variance of quantities are taken."""
_WEEK = 7


def expect_dates(problem: CycleProblem, dated: Schedules, trust: Floats, *, weeks: int) -> dict[str, Floats]:
    """Return the columns of a CycleForecast for rows with a schedule.

    Each date is kept with the row's own share, drawn to everybody's, or with its `trust` where that is known; dates
    left out since the last kept one make an end more likely, by Bayes' rule. Days scatter around their dates as
    everybody's do. What was bought beside the schedule goes on evenly.
    """
    counts = np.diff(problem.offsets)
    row = np.repeat(np.arange(counts.size), counts)
    taken, owner = problem.quantities[dated.kept], row[dated.kept]
    first, last, filled = dated.read_dates(row)
    # a date within the last days may still be kept
    passed = np.maximum(np.floor((problem.until_day - TOLERANCE_DAYS - dated.phase) / dated.period), last)
    share = schedules.draw_share(first, last, filled, among=np.ones(counts.size, dtype=np.bool_))
    share = np.minimum(np.where(np.isnan(trust), share, trust), MOST_SHARE)
    silence, ended = (1 - share) ** (passed - last), _renewal.chance_of_end(filled)
    active = problem.alive * (1 - ended) * silence / ((1 - ended) * silence + ended)
    usual = _quantities.find_usual(taken, owner, n_rows=counts.size)
    near = _quantities.count_back(owner, n_rows=counts.size) < LATELY
    quantity, deviation = _quantities.measure(taken[near], owner[near], n_rows=counts.size)
    often, due = _lay_dates(dated, passed, problem.until_day, weeks)
    expected = often * (share * active)[:, None]
    beside, squares = _measure_beside(problem, dated, row)
    return {
        "mean": expected * quantity[:, None] + (active * beside)[:, None],
        "variance": _renewal.spread_out(expected, quantity, deviation) + (active * squares)[:, None],
        "likely": np.where((share * active >= 0.5)[:, None], due * usual[:, None], 0.0),
        "interval": dated.period,
        "spread": np.zeros(counts.size),
        "quantity": usual,
        "active": active,
    }


def _lay_dates(dated: Schedules, passed: Floats, until_day: int, weeks: int) -> tuple[Floats, Floats]:
    """Return coming dates by week: as they scatter, and as they stand in the calendar; `(n_rows, weeks)` both."""
    late = np.rint(dated.late[dated.kept]).astype(np.int64) + TOLERANCE_DAYS
    scatter = np.bincount(late, minlength=2 * TOLERANCE_DAYS + 1) / max(1, late.size)
    often, due = np.zeros((2, passed.size, weeks))
    steps = int(np.ceil((weeks * _WEEK + TOLERANCE_DAYS) / dated.period.min(initial=WINDOW_DAYS))) + 1
    for step in range(1, steps + 1):
        date = dated.phase + (passed + step) * dated.period
        _count(due, date, until_day, 1.0)
        for place, weight in enumerate(scatter.tolist()):
            _count(often, date + place - TOLERANCE_DAYS, until_day, weight)
    return often, due


def _count(found: Floats, day: Floats, until_day: int, weight: float) -> None:
    """Add weight in the week of each row's day, in place; what is overdue is expected at once."""
    week = np.maximum(np.rint(day) - until_day - 1, 0).astype(np.int64) // _WEEK
    rows = np.flatnonzero(week < found.shape[1])
    found[rows, week[rows]] += weight


def _measure_beside(problem: CycleProblem, dated: Schedules, row: Longs) -> tuple[Floats, Floats]:
    """Return units a week beside the schedule in the last year, and the variance of their sum."""
    other = ~dated.kept & (problem.days > problem.until_day - WINDOW_DAYS)
    units, size = problem.quantities[other], problem.offsets.size - 1
    weeks = WINDOW_DAYS / _WEEK
    return np.bincount(row[other], units, size) / weeks, np.bincount(row[other], units**2, size) / weeks
