"""Expect purchases by the time since the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from rantai_engines.forecasting import _quantities, schedules

if TYPE_CHECKING:
    from rantai_engines.forecasting.cycles import CycleProblem

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

_WEEK = 7


def expect_renewals(problem: CycleProblem, *, weeks: int) -> dict[str, Floats]:
    """Return the columns of a CycleForecast for rows of two purchases or more.

    Intervals of a row are gamma with its mean and with its squared coefficient of variation, drawn to that of all
    rows as its count is small. The first purchase is conditioned on the silence since the last; later ones follow
    by renewal. A row may have ended after any purchase with the pooled chance of one purchase in those seen; how
    likely that is after its silence is Bayes' rule, times `alive`. Weeks are taken as points, so that rhythms far
    shorter than a week add up to their rate. Quantities are independent of intervals. The likely week is the median
    of each coming purchase's day. Source: Cox (1962), "Renewal Theory", sections 1.3 and 4.1; Ehrenberg (1988),
    "Repeat-Buying", on regular intervals.

    Complexity: rows times weeks squared.
    """
    counts = np.diff(problem.offsets)
    row = np.repeat(np.arange(counts.size), counts)
    interval, spread = _read_rhythm(problem.days, row, counts)
    quantity, deviation = _quantities.measure(problem.quantities, row, n_rows=counts.size)
    usual = _quantities.find_usual(problem.quantities, row, n_rows=counts.size)
    last = problem.days[problem.offsets[1:] - 1] if counts.size else np.zeros(0, dtype=np.int64)
    # days are whole, intervals are not: one of so many days stands for half a day less to half a day more
    silent = problem.until_day + 0.5 - last.astype(np.float64)
    shape = 1.0 / spread**2
    survival = 1.0 - gammainc(shape, shape * silent / interval)
    ended = chance_of_end(counts)
    active = problem.alive * (1 - ended) * survival / ((1 - ended) * survival + ended)
    coming = _renew(shape, interval, silent, survival, weeks)
    expected = coming * active[:, None]
    mean = expected * quantity[:, None]
    return {
        "mean": mean,
        "variance": spread_out(expected, quantity, deviation),
        "likely": _lay_likely(coming, usual, active),
        "interval": interval,
        "spread": spread,
        "quantity": quantity,
        "active": active,
    }


def chance_of_end(counts: NDArray[np.number]) -> float:
    """Return the chance that a purchase was the last of its row: one row's end in all purchases that were seen."""
    total = float(counts.sum())
    return counts.size / (total + counts.size) if total else 0.0


def spread_out(expected: Floats, quantity: Floats, deviation: Floats) -> Floats:
    """Return the variance of units a week, expected purchases being few and independent of their quantities."""
    second = expected * (quantity**2 + deviation**2)[:, None]
    return np.maximum(second - expected * np.minimum(expected, 1.0) * (quantity**2)[:, None], 0.0)


def _read_rhythm(days: Longs, row: Longs, counts: Longs) -> tuple[Floats, Floats]:
    """Return usual interval and its coefficient of variation, drawn to everybody's."""
    inside = row[1:] == row[:-1]
    gaps, owner = np.diff(days)[inside].astype(np.float64), row[1:][inside]
    interval = np.bincount(owner, gaps, counts.size) / (counts - 1)
    return interval, schedules.draw_spread(owner, gaps, interval)


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


def _lay_likely(coming: Floats, usual: Floats, active: Floats) -> Floats:
    """Return the usual quantity in the week by which each next purchase has more likely come than not.

    Rows that have probably ended have none.
    """
    reached = np.floor(np.cumsum(coming, axis=1) + 0.5)
    often = np.diff(reached, axis=1, prepend=0.0)
    return np.where(active[:, None] >= 0.5, often * usual[:, None], 0.0)
