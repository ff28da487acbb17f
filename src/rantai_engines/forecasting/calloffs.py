"""Expect what customers call off under agreements: planned dates and units, with how each keeps to them.

NumPy alone; nothing is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays
from rantai_engines.forecasting.schedules import TOLERANCE_DAYS

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LATEST_DAYS = 10
"""A purchase so long after a planned date, and nearer to no other, is still that call-off."""
PRIOR_DATES = 4.0
"""A line's own share of kept dates and its own quantities weigh as its dates do against so many of everybody's."""
PRIOR_SHARE = 0.9
"""Before anything was seen a signed plan is believed, weighing as much."""
MOST_SHARE = 0.98
"""However reliable: one date in fifty may be left out before anybody thinks of an end."""
GONE_AFTER = 2
"""So many dates left out in a row: those whose agreements are counted as left."""
LAPSED_DAYS = 28
"""So long after its end nobody renews an agreement any more: what is bought then is a rhythm like any other."""
_WEEK = 7
_WIDE = 1 << 21
"""More than any day number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOffProblem:
    """Planned dates of the lines of agreements, and all that their customers bought of their items, in CSR form.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_lines + 1,)
        Line i (an item of an agreement) owns dates ``offsets[i]:offsets[i + 1]``, rising; one or more.
    days, units : ndarray of int64, of float64, shape (n_dates,)
        Day numbers, and planned units above 0.
    agreements : ndarray of int64, shape (n_lines,)
        To which agreement a line belongs, 0 to n_agreements - 1.
    ends : ndarray of int64, shape (n_agreements,)
        First day that it does not cover.
    ahead : ndarray, shape (n_agreements,)
        Days before its end at which its renewal was signed, NaN where none is.
    bought_offsets, bought_days, bought_units
        Purchases of each line's customer and item, likewise; at most one a day, none after `until_day`.
    from_day, until_day : int
        First and last day observed: dates before the first are not held against anybody, and the first week forecast
        begins the day after the last.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.
    """

    offsets: Longs
    days: Longs
    units: Floats
    agreements: Longs
    ends: Longs
    ahead: Floats
    bought_offsets: Longs
    bought_days: Longs
    bought_units: Floats
    from_day: int
    until_day: int

    def __post_init__(self) -> None:
        days = arrays.check_vector(self.days, field="days", dtype=np.int64)
        offsets = arrays.check_offsets(self.offsets, field="offsets", n_values=days.size)
        n = offsets.size - 1
        units = arrays.check_vector(self.units, field="units", dtype=np.float64, size=days.size)
        agreements = arrays.check_vector(self.agreements, field="agreements", dtype=np.int64, size=n)
        ends = arrays.check_vector(self.ends, field="ends", dtype=np.int64)
        bought = arrays.check_vector(self.bought_days, field="bought_days", dtype=np.int64)
        arrays.check_offsets(self.bought_offsets, field="bought_offsets", n_values=bought.size, rows=n)
        arrays.check_vector(self.bought_units, field="bought_units", dtype=np.float64, size=bought.size)
        if self.ahead.shape != ends.shape:
            raise arrays.InvalidProblem("ahead", f"has {self.ahead.size} values", "one for each agreement is needed")
        arrays.check_all(np.diff(offsets) >= 1, np.diff(offsets), field="offsets", wanted="one date or more a line")
        arrays.check_all(units > 0, units, field="units", wanted="above 0 is allowed")
        inside = (agreements >= 0) & (agreements < ends.size)
        arrays.check_all(inside, agreements, field="agreements", wanted="a row of ends")
        arrays.check_all(bought <= self.until_day, bought, field="bought_days", wanted="none after until_day")


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOffForecast:
    """What is expected of each line.

    Attributes
    ----------
    mean, variance, likely : ndarray, shape (n_lines, weeks)
        Units a week, their variance, and the planned units where they more likely come than not.
    taken : ndarray of bool, shape (n_purchases,)
        Purchases that were call-offs.
    active : ndarray, shape (n_agreements,)
        Probability that the customer still calls off.
    renewal : ndarray, shape (n_agreements,)
        Probability that it goes on after its end; 0 where that is signed already, and tells itself.
    """

    mean: Floats
    variance: Floats
    likely: Floats
    taken: Flags
    active: Floats
    renewal: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class _Habits:
    """How dates are kept: `share` (n_lines,), `ratio` of called to planned units (n_lines,), `scatter` by days late."""

    share: Floats
    ratio: Floats
    deviation: float
    scatter: Floats
    usual_late: int
    active: Floats


def forecast_call_offs(problem: CallOffProblem, *, weeks: int) -> CallOffForecast:
    """Return expected call-offs by week.

    Notes
    -----
    A purchase is the call-off of the planned date that is nearest to it. Each date is kept with the line's own share,
    in the line's own ratio of units, both drawn to everybody's (empirical Bayes, Casella 1985, "An introduction to
    empirical Bayes data analysis"); days late are everybody's. Dates left out since the last kept one make an end more
    likely, by Bayes' rule, against how often customers were seen to stop before their agreement ended. After its end
    it goes on in the same rhythm with the share of ended agreements that were renewed (Laplace's rule of succession),
    less what its silence says so late: renewals are signed ahead.

    Complexity: dates times days late, and lines times weeks.
    """
    arrays.check_range(weeks, field="weeks", low=1, high=400)
    n = problem.agreements.size
    line = np.repeat(np.arange(n), np.diff(problem.offsets))
    date, late = _match(problem, line)
    habits = _measure(problem, line, date, late)
    renewal = _expect_renewal(problem)
    kept = np.zeros(line.size, dtype=np.bool_)
    kept[date[date >= 0]] = True
    chance = (habits.share * habits.active[problem.agreements])[line]
    mean, second, squares, likely = np.zeros((4, n, weeks))
    open_dates = ~kept & (problem.days > problem.until_day - LATEST_DAYS)
    on, wanted, owner = _go_on(problem, line)
    parts = (
        (problem.days[open_dates], problem.units[open_dates], line[open_dates], chance[open_dates]),
        (on, wanted, owner, (habits.share * (habits.active * renewal)[problem.agreements])[owner]),
    )
    for days, units, rows, chances in parts:
        _lay(
            problem.until_day, days, units * habits.ratio[rows], rows, chances, habits, (mean, second, squares, likely)
        )
    return CallOffForecast(
        mean=mean,
        variance=np.maximum(second * (1 + habits.deviation**2) - squares, 0.0),
        likely=likely,
        taken=date >= 0,
        active=habits.active,
        renewal=renewal,
    )


def _match(problem: CallOffProblem, line: Longs) -> tuple[Longs, Longs]:
    """Return for each purchase the planned date that it keeps, -1 for none, and its days late."""
    owner = np.repeat(np.arange(problem.agreements.size), np.diff(problem.bought_offsets))
    found = np.full(owner.size, -1, dtype=np.int64)
    late = np.zeros(owner.size, dtype=np.int64)
    if not owner.size:
        return found, late
    dates = line * _WIDE + problem.days
    asked = owner * _WIDE + problem.bought_days
    after = np.searchsorted(dates, asked)
    best = np.full(owner.size, _WIDE, dtype=np.int64)
    for place in (np.maximum(after - 1, 0), np.minimum(after, dates.size - 1)):
        off = asked - dates[place]
        fits = (line[place] == owner) & (off >= -TOLERANCE_DAYS) & (off <= LATEST_DAYS)
        nearer = fits & (np.abs(off) < np.abs(best))
        found[nearer], best[nearer] = place[nearer], off[nearer]
    # of two purchases about one date the nearer one keeps it
    order = np.lexsort((np.abs(best), found))
    again = np.zeros(owner.size, dtype=np.bool_)
    again[order[1:]] = found[order[1:]] == found[order[:-1]]
    found[again] = -1
    late[found >= 0] = best[found >= 0]
    return found, late


def _measure(problem: CallOffProblem, line: Longs, date: Longs, late: Longs) -> _Habits:
    n, n_agreements = problem.agreements.size, problem.ends.size
    whose = problem.agreements[line]
    kept = np.zeros(line.size, dtype=np.bool_)
    kept[date[date >= 0]] = True
    last = np.full(n_agreements, -1, dtype=np.int64)
    np.maximum.at(last, whose[kept], problem.days[kept])
    observed = (problem.days >= problem.from_day) & (problem.days <= problem.until_day - TOLERANCE_DAYS)
    passed = kept | observed
    within = passed & (problem.days <= last[whose])
    dates, filled = (np.bincount(line[rows], minlength=n).astype(np.float64) for rows in (within, kept))
    pooled = (filled.sum() + PRIOR_DATES * PRIOR_SHARE) / (dates.sum() + PRIOR_DATES)
    share = np.minimum((filled + PRIOR_DATES * pooled) / (dates + PRIOR_DATES), MOST_SHARE)
    took, planned = problem.bought_units[date >= 0], problem.units[date[date >= 0]]
    owner = line[date[date >= 0]]
    usual = took.sum() / planned.sum() if took.size else 1.0
    called, meant = np.bincount(owner, took, n), np.bincount(owner, planned, n)
    prior = PRIOR_DATES * np.bincount(line, problem.units, n) / np.diff(problem.offsets)
    ratio = (called + usual * prior) / (meant + prior)
    deviation = float(np.sqrt(np.mean((took / planned / ratio[owner] - 1) ** 2))) if took.size else 0.0
    scatter = np.bincount(late[date >= 0] + TOLERANCE_DAYS, minlength=TOLERANCE_DAYS + LATEST_DAYS + 1).astype(float)
    if not took.size:
        scatter[TOLERANCE_DAYS] = 1.0
    silent = _count_silent(problem, line, passed, last)
    return _Habits(
        share=share,
        ratio=ratio,
        deviation=deviation,
        scatter=scatter / scatter.sum(),
        usual_late=int(np.median(late[date >= 0])) if took.size else 0,
        active=_expect_alive(share, silent, problem, float(filled.sum())),
    )


def _count_silent(problem: CallOffProblem, line: Longs, passed: Flags, last: Longs) -> Longs:
    """Return the days of each agreement that passed since its last call-off of anything."""
    whose = problem.agreements[line]
    since = passed & (problem.days > last[whose])
    pairs = np.unique(whose[since] * _WIDE + problem.days[since])
    return np.bincount(pairs // _WIDE, minlength=problem.ends.size)


def _expect_alive(share: Floats, silent: Longs, problem: CallOffProblem, kept: float) -> Floats:
    """Return how likely each agreement's customer still calls off, seen the dates it has left out."""
    size = problem.ends.size
    lines = np.maximum(np.bincount(problem.agreements, minlength=size), 1)
    usual = np.bincount(problem.agreements, share, size) / lines
    left = float((silent >= GONE_AFTER).sum())
    # dates of an agreement are kept together: lines are no independent witnesses
    ending = (left + 0.5) / (kept / max(1.0, float(lines.mean())) + left + 1.0)
    going_on = (1 - ending) * (1 - usual) ** silent
    found: Floats = going_on / (going_on + np.where(silent > 0, ending, 0.0))
    return found


def _expect_renewal(problem: CallOffProblem) -> Floats:
    """Return how likely each agreement without a signed renewal goes on after its end."""
    over, renewed = problem.ends <= problem.until_day, np.isfinite(problem.ahead)
    rate = ((over & renewed).sum() + 1.0) / (over.sum() + 2.0)
    remaining = problem.ends - problem.until_day
    ahead = np.sort(problem.ahead[renewed])
    later = (np.searchsorted(ahead, remaining, side="left") + 0.5) / (ahead.size + 1.0)
    chance = rate * later / (rate * later + 1 - rate)
    return np.where(renewed | (remaining < -LAPSED_DAYS), 0.0, chance)


def _go_on(problem: CallOffProblem, line: Longs) -> tuple[Longs, Floats, Longs]:
    """Return days, units and lines of the dates that a renewal would plan like those before."""
    counts = np.diff(problem.offsets)
    first = problem.days[problem.offsets[:-1]]
    last = problem.days[problem.offsets[1:] - 1]
    interval = np.maximum((last - first) // np.maximum(counts - 1, 1), 1)
    ends = problem.ends[problem.agreements]
    shift = -(-(ends - first) // interval) * interval
    days = problem.days + shift[line]
    ahead = (counts[line] > 1) & (days > problem.until_day)
    return days[ahead], problem.units[ahead], line[ahead]


def _lay(
    until_day: int, days: Longs, units: Floats, rows: Longs, chance: Floats, habits: _Habits,
    found: tuple[Floats, Floats, Floats, Floats],
) -> None:  # fmt: skip
    """Add dates to weeks as they scatter, in place; of those overdue, what may still come."""
    mean, second, squares, likely = found
    weeks = mean.shape[1]
    lates = np.arange(-TOLERANCE_DAYS, LATEST_DAYS + 1)
    coming = (days[:, None] + lates[None, :] > until_day) * habits.scatter[None, :]
    left = coming.sum(axis=1)
    kept = np.minimum(chance * left / np.maximum(chance * left + 1 - chance, 1e-12), 1.0)
    for place, late in enumerate(lates.tolist()):
        week = (days + late - until_day - 1) // _WEEK
        some = np.flatnonzero((coming[:, place] > 0) & (week < weeks))
        part = kept[some] * coming[some, place] / left[some]
        at = rows[some], week[some]
        np.add.at(mean, at, part * units[some])
        np.add.at(second, at, part * units[some] ** 2)
        np.add.at(squares, at, (part * units[some]) ** 2)
    week = np.maximum(days + habits.usual_late - until_day - 1, 0) // _WEEK
    some = np.flatnonzero((kept > 0.5) & (week < weeks))
    np.add.at(likely, (rows[some], week[some]), units[some])
