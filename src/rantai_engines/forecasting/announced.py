"""Expect what deals that sales people speak of bring: how likely, when and how much, by how earlier ones came.

NumPy alone; nothing is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

EARLIEST_DAYS, LATEST_DAYS = -28, 84
"""Days later than was named by which a purchase may still be what was spoken of."""
PRIOR_DEALS = 4.0
"""Deals as which it weighs, before any was seen, that half keep their day and half come within four weeks after it."""
_PRIOR_LATE = 28
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class DealProblem:
    """Open deals by item, and how earlier ones came.

    Attributes
    ----------
    days : ndarray of int64, shape (n_lines,)
        Day numbers that were named.
    units, chance : ndarray, shape (n_lines,)
        Units above 0, and the probability that the deal is won, 0 to 1.
    late : ndarray of int64, shape (n_came,)
        Days by which deals that came were later than was named.
    ratio : ndarray, shape (n_came,)
        Units that came, in those that were named; above 0.
    until_day : int
        Last day observed; the first week forecast begins the day after.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.
    """

    days: Longs
    units: Floats
    chance: Floats
    late: Longs
    ratio: Floats
    until_day: int

    def __post_init__(self) -> None:
        days = arrays.check_vector(self.days, field="days", dtype=np.int64)
        units = arrays.check_vector(self.units, field="units", dtype=np.float64, size=days.size)
        chance = arrays.check_vector(self.chance, field="chance", dtype=np.float64, size=days.size)
        late = arrays.check_vector(self.late, field="late", dtype=np.int64)
        ratio = arrays.check_vector(self.ratio, field="ratio", dtype=np.float64, size=late.size)
        arrays.check_all(units > 0, units, field="units", wanted="above 0 is allowed")
        arrays.check_all((chance >= 0) & (chance <= 1), chance, field="chance", wanted="0 to 1 is allowed")
        arrays.check_all(ratio > 0, ratio, field="ratio", wanted="above 0 is allowed")


@dataclass(frozen=True, kw_only=True, slots=True)
class DealForecast:
    """What is expected of each line.

    Attributes
    ----------
    mean, variance, likely : ndarray, shape (n_lines, weeks)
        Units a week, their variance, and all units in the most likely week of a deal that more likely comes than not.
    chance : ndarray, shape (n_lines,)
        Probability that it still comes.
    """

    mean: Floats
    variance: Floats
    likely: Floats
    chance: Floats


def forecast_deals(problem: DealProblem, *, weeks: int) -> DealForecast:
    """Return what open deals bring by week.

    Notes
    -----
    Days late and ratios of units are those of all deals that came; before there are many, the days are drawn to a plain
    prior. A deal whose day went by still comes with what is left of them, less likely by Bayes' rule the longer it is
    silent: probability of a deal times units at its day, as sales forecasts weigh it (Jobber & Lancaster 2019,
    "Selling and Sales Management", chapter 16), with the day as a distribution.

    Complexity: lines times days late.
    """
    arrays.check_range(weeks, field="weeks", low=1, high=400)
    n = problem.days.size
    lates = np.arange(EARLIEST_DAYS, LATEST_DAYS + 1)
    scatter = _spread(problem.late, lates)
    coming = (problem.days[:, None] + lates[None, :] > problem.until_day) * scatter[None, :]
    left = np.maximum(coming.sum(axis=1), 1e-12)
    chance = np.minimum(problem.chance * left / np.maximum(problem.chance * left + 1 - problem.chance, 1e-12), 1.0)
    week = (problem.days[:, None] + lates[None, :] - problem.until_day - 1) // _WEEK
    share = np.zeros((n, weeks))
    rows, places = np.nonzero((coming > 0) & (week < weeks))
    np.add.at(share, (rows, week[rows, places]), coming[rows, places] / left[rows])
    known = problem.ratio.size > 0
    usual, middle = (float(problem.ratio.mean()), float(np.median(problem.ratio))) if known else (1.0, 1.0)
    spread = float(problem.ratio.std()) / usual if known else 0.0
    often = share * chance[:, None]
    units = (problem.units * usual)[:, None]
    likely = np.zeros((n, weeks))
    due = np.flatnonzero((chance > 0.5) & (share.sum(axis=1) > 0.5))
    likely[due, share[due].argmax(axis=1)] = problem.units[due] * middle
    return DealForecast(
        mean=often * units,
        variance=np.maximum(often * units**2 * (1 + spread**2) - (often * units) ** 2, 0.0),
        likely=likely,
        chance=chance,
    )


def _spread(late: Longs, lates: Longs) -> Floats:
    """Return the probability of each number of days late."""
    inside = np.clip(late, EARLIEST_DAYS, LATEST_DAYS) - EARLIEST_DAYS
    counts = np.bincount(inside, minlength=lates.size).astype(np.float64)
    prior = np.where(lates == 0, 0.5, np.where((lates > 0) & (lates <= _PRIOR_LATE), 0.5 / _PRIOR_LATE, 0.0))
    found: Floats = (counts + PRIOR_DEALS * prior) / (counts.sum() + PRIOR_DEALS)
    return found
