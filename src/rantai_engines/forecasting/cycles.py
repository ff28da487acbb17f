"""Expect each customer's next purchases of an item from the rhythm of its past ones.

NumPy and SciPy alone; nothing is compiled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from rantai_engines import arrays

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_OCCASIONS = 3
"""Two intervals are the least that show a rhythm."""
PRIOR_OCCASIONS = 4.0
"""A row's own spread of intervals weighs as its count does against so many of everybody's."""
LEAST_SPREAD, MOST_SPREAD = 0.03, 1.5
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class CycleProblem:
    """Purchases of many customer-items in CSR form, oldest first.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_rows + 1,)
        Row i owns purchases ``offsets[i]:offsets[i + 1]``: one a day, LEAST_OCCASIONS or more.
    days : ndarray of int64, shape (n_purchases,)
        Day numbers, rising within a row, none after `until_day`.
    quantities : ndarray, shape (n_purchases,)
        Units, above 0.
    alive : ndarray, shape (n_rows,)
        Probability that the customer still buys at all, 0 to 1.
    until_day : int
        Last day observed; the first week forecast begins the day after.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.
    """

    offsets: Longs
    days: Longs
    quantities: Floats
    alive: Floats
    until_day: int

    def __post_init__(self) -> None:
        days = arrays.check_vector(self.days, field="days", dtype=np.int64)
        offsets = arrays.check_offsets(self.offsets, field="offsets", n_values=days.size)
        n = offsets.size - 1
        quantities = arrays.check_vector(self.quantities, field="quantities", dtype=np.float64, size=days.size)
        alive = arrays.check_vector(self.alive, field="alive", dtype=np.float64, size=n)
        counts = np.diff(offsets)
        arrays.check_all(counts >= LEAST_OCCASIONS, counts, field="offsets", wanted="three purchases or more a row")
        arrays.check_all(quantities > 0, quantities, field="quantities", wanted="above 0 is allowed")
        arrays.check_all((alive >= 0) & (alive <= 1), alive, field="alive", wanted="0 to 1 is allowed")
        rises = np.ones(days.size, dtype=np.bool_)
        rises[1:] = days[1:] > days[:-1]
        rises[offsets[:-1]] = True
        arrays.check_all(rises & (days <= self.until_day), days, field="days", wanted="rising, none after until_day")
        for field, values in (("offsets", offsets), ("days", days), ("quantities", quantities), ("alive", alive)):
            object.__setattr__(self, field, values)


@dataclass(frozen=True, kw_only=True, slots=True)
class CycleForecast:
    """What is expected of each row.

    Attributes
    ----------
    mean, variance : ndarray, shape (n_rows, weeks)
        Units a week, and their variance.
    likely : ndarray, shape (n_rows, weeks)
        The usual quantity in the weeks in which the rhythm falls due, else 0: what a person would write down.
    interval, spread : ndarray, shape (n_rows,)
        Usual days from one purchase to the next, and their coefficient of variation as used.
    quantity : ndarray, shape (n_rows,)
        Usual units of a purchase.
    active : ndarray, shape (n_rows,)
        Probability that the row still buys, seen how long it has been silent.
    """

    mean: Floats
    variance: Floats
    likely: Floats
    interval: Floats
    spread: Floats
    quantity: Floats
    active: Floats


def forecast_cycles(problem: CycleProblem, *, weeks: int) -> CycleForecast:
    """Return expected purchases by week of a renewal process with gamma intervals.

    Parameters
    ----------
    problem : CycleProblem
    weeks : int
        Horizon, 1 or more.

    Returns
    -------
    CycleForecast

    Notes
    -----
    Intervals of a row are gamma with its mean and with its squared coefficient of variation, drawn to that of all
    rows as its count is small. The first purchase is conditioned on the silence since the last; later ones follow
    by renewal. A row may have ended after any purchase with the pooled chance of one purchase in those seen; how
    likely that is after its silence is Bayes' rule, times `alive`. Weeks are taken as points, so that rhythms far
    shorter than a week add up to their rate. Quantities are independent of intervals. Source: Cox (1962), "Renewal
    Theory", sections 1.3 and 4.1; Ehrenberg (1988), "Repeat-Buying", on regular intervals.

    Complexity: rows times weeks squared.
    """
    arrays.check_range(weeks, field="weeks", low=1, high=400)
    counts = np.diff(problem.offsets)
    interval, spread = _read_rhythm(problem, counts)
    quantity, deviation = _read_quantities(problem, counts)
    last = problem.days[problem.offsets[1:] - 1] if counts.size else np.zeros(0, dtype=np.int64)
    silent = (problem.until_day + 1 - last).astype(np.float64)
    shape = 1.0 / spread**2
    survival = 1.0 - gammainc(shape, shape * silent / interval)
    ended = _chance_of_end(counts)
    active = problem.alive * (1 - ended) * survival / ((1 - ended) * survival + ended)
    expected = _renew(shape, interval, silent, survival, weeks) * active[:, None]
    mean = expected * quantity[:, None]
    second = expected * (quantity**2 + deviation**2)[:, None]
    return CycleForecast(
        mean=mean,
        variance=np.maximum(second - mean * np.minimum(expected, 1.0) * quantity[:, None], 0.0),
        likely=_lay_likely(interval, silent, quantity, active, weeks),
        interval=interval,
        spread=spread,
        quantity=quantity,
        active=active,
    )


def _read_rhythm(problem: CycleProblem, counts: Longs) -> tuple[Floats, Floats]:
    """Return usual interval and its coefficient of variation, drawn to everybody's."""
    row = np.repeat(np.arange(counts.size), counts)
    inside = row[1:] == row[:-1]
    gaps, owner = np.diff(problem.days)[inside].astype(np.float64), row[1:][inside]
    n = (counts - 1).astype(np.float64)
    interval = np.bincount(owner, gaps, counts.size) / n
    squares = np.bincount(owner, (gaps - interval[owner]) ** 2, counts.size) / np.maximum(n - 1, 1)
    own = squares / interval**2
    pooled = float(np.average(own, weights=n)) if counts.size else 0.0
    drawn = (n * own + PRIOR_OCCASIONS * pooled) / (n + PRIOR_OCCASIONS)
    return interval, np.clip(np.sqrt(drawn), LEAST_SPREAD, MOST_SPREAD)


def _read_quantities(problem: CycleProblem, counts: Longs) -> tuple[Floats, Floats]:
    row = np.repeat(np.arange(counts.size), counts)
    mean = np.bincount(row, problem.quantities, counts.size) / counts
    squares = np.bincount(row, (problem.quantities - mean[row]) ** 2, counts.size) / np.maximum(counts - 1, 1)
    return mean, np.sqrt(squares)


def _chance_of_end(counts: Longs) -> float:
    """Return the chance that a purchase was the last of its row: one row's end in all purchases that were seen."""
    total = int(counts.sum())
    return counts.size / (total + counts.size) if total else 0.0


def _renew(shape: Floats, interval: Floats, silent: Floats, survival: Floats, weeks: int) -> Floats:
    """Return expected purchases of active rows, (n_rows, weeks)."""
    edges = _WEEK * np.arange(weeks + 1)
    rate = shape / interval
    passed = gammainc(shape[:, None], rate[:, None] * (silent[:, None] + edges[None, :]))
    known = np.maximum(survival, 1e-12)
    first = np.diff(passed, axis=1) / known[:, None]
    # So late that the gamma has no mass left: its hazard tends to the rate.
    overdue = survival < 1e-9
    first[overdue] = -np.diff(np.exp(-np.minimum(rate[overdue, None] * edges[None, :], 700.0)), axis=1)
    middles = np.concatenate([[0.0], _WEEK * (np.arange(weeks) + 0.5)])
    steps = np.diff(gammainc(shape[:, None], rate[:, None] * middles[None, :]), axis=1)
    found = np.zeros_like(first)
    for week in range(weeks):
        later = (found[:, :week] * steps[:, week:0:-1]).sum(axis=1) if week else 0.0
        found[:, week] = (first[:, week] + later) / np.maximum(1.0 - steps[:, 0], 1e-6)
    return found


def _lay_likely(interval: Floats, silent: Floats, quantity: Floats, active: Floats, weeks: int) -> Floats:
    """Return the usual quantity in the weeks in which a rhythm falls due; rows that have probably ended have none."""
    found = np.zeros((interval.size, weeks))
    rows = np.flatnonzero(active >= 0.5)
    for step in range(1, int(np.ceil(weeks * _WEEK / max(1.0, interval.min(initial=1.0)))) + 2):
        due = np.maximum(interval[rows] - silent[rows], 0.0) + (step - 1) * interval[rows]
        week = (due // _WEEK).astype(np.int64)
        inside = week < weeks
        if not inside.any():
            break
        np.add.at(found, (rows[inside], week[inside]), quantity[rows[inside]])
    return found
