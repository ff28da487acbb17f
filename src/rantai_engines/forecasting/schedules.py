"""Find rows of purchases that keep a calendar: every so many weeks or months, whatever else comes in between.

Who calls off under an agreement or orders on a fixed day keeps the phase: an order that was left out, came some days
late or was placed for something else moves none of the later ones. NumPy and SciPy alone; nothing is compiled.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MONTH = 365.25 / 12
PERIODS = (*(7.0 * weeks for weeks in (1, 2, 3, 4, 5, 6, 8, 10, 12, 13)), *(MONTH * n for n in (1, 2, 3, 6)))
"""Days: what people's calendars are made of."""
WINDOW_DAYS = 371
"""A year and a week: what lies before tells of other times."""
TOLERANCE_DAYS = 3
"""By so much holidays and week-ends shift a day; farther off is another purchase."""
LEAST_FILLED = 3
LEAST_SHARE = 0.5
"""Dates of which more are left out than kept are no schedule, and so are few among more purchases that keep none."""
PRIOR_DATES = 2.0
"""A row's own share of kept dates weighs as its dates do against so many of everybody's."""
PRIOR_OCCASIONS = 4.0
"""A row's own spread of intervals weighs as its count does against so many of everybody's."""
LEAST_SPREAD, MOST_SPREAD = 0.03, 1.5
_MORE_PARAMETERS = 3
"""A schedule has period, phase, share of dates kept, scatter and rate of other purchases; a renewal has two."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedules:
    """A schedule for each row, and where each purchase stands in it.

    Attributes
    ----------
    period : ndarray, shape (n_rows,)
        Days from date to date, NaN where there is no schedule.
    phase : ndarray, shape (n_rows,)
        Day number of the date that is counted 0.
    slot : ndarray of int64, shape (n_purchases,)
        The date that is nearest to the purchase.
    late : ndarray, shape (n_purchases,)
        Days after that date.
    kept : ndarray of bool, shape (n_purchases,)
        Purchases that keep the schedule: the nearest one of each date.
    """

    period: Floats
    phase: Floats
    slot: Longs
    late: Floats
    kept: Flags

    def take(self, rows: Flags, counts: Longs) -> Schedules:
        """Return some rows; counts are the purchases of each."""
        inside = np.repeat(rows, counts)
        return Schedules(
            period=self.period[rows],
            phase=self.phase[rows],
            slot=self.slot[inside],
            late=self.late[inside],
            kept=self.kept[inside],
        )

    def read_dates(self, row: Longs) -> tuple[Floats, Floats, Floats]:
        """Return each row's first and last kept date, and how many it kept; 0 and 0 where none."""
        first, last = np.full(self.period.size, np.inf), np.full(self.period.size, -np.inf)
        np.minimum.at(first, row[self.kept], self.slot[self.kept])
        np.maximum.at(last, row[self.kept], self.slot[self.kept])
        filled = np.bincount(row[self.kept], minlength=self.period.size).astype(np.float64)
        return np.where(filled > 0, first, 0.0), np.where(filled > 0, last, 0.0), filled


def find_schedules(offsets: Longs, days: Longs) -> Schedules:
    """Return the schedule that explains a row's days better than time since the last purchase, where one does.

    Parameters
    ----------
    offsets : ndarray of int64, shape (n_rows + 1,)
        Row i owns days ``offsets[i]:offsets[i + 1]``, rising.
    days : ndarray of int64, shape (n_purchases,)
        Day numbers.

    Notes
    -----
    For each period the phase is the mean direction of the days on a circle of that circumference, taken again of
    those near it (Fisher 1993, "Statistical Analysis of Circular Data", section 2.3). A schedule's likelihood: each
    date is kept with one chance, days scatter around it by a two-sided geometric law, other purchases fall at random;
    cf. Ma & Hellerstein (2001), "Mining partially periodic event patterns with unknown periods". It must beat gamma
    intervals, of the row's mean and of its spread drawn to everybody's, by the difference of parameters in the
    criterion of Schwarz (1978), "Estimating the dimension of a model".

    Complexity: periods times purchases.
    """
    counts = np.diff(offsets)
    owner = np.repeat(np.arange(counts.size), counts)
    ends = days[np.repeat(np.maximum(offsets[1:] - 1, 0), counts)]
    seen = np.repeat(counts >= LEAST_FILLED, counts) & (days > ends - WINDOW_DAYS)
    row, on = owner[seen], days[seen]
    best = _score_renewal(row, on, counts.size)
    found = _lay(row, on, np.full(counts.size, np.nan), np.zeros(counts.size))
    for period in PERIODS:
        laid = _turn(row, on, np.full(counts.size, period))
        score = _score(row, on, laid)
        found = _merge(found, laid, score > best, row)
        best = np.maximum(best, score)
    whole = _lay(owner, days, np.full(counts.size, np.nan), np.zeros(counts.size))
    for column in ("slot", "late", "kept"):
        getattr(whole, column)[seen] = getattr(found, column)
    return replace(whole, period=found.period, phase=found.phase)


def inherit(own: Schedules, offsets: Longs, days: Longs, customers: Longs) -> Schedules:
    """Return each row's own schedule, else the one that all purchases of its customer keep, where it keeps it too.

    Joint replenishment: what is looked through on one day is ordered on one day, and an item that was just added to
    an agreement follows the agreement. `customers` has shape (n_rows,).
    """
    counts = np.diff(offsets)
    row = np.repeat(np.arange(counts.size), counts)
    named, groups = np.unique(customers, return_inverse=True)
    pairs = np.unique(np.stack([groups[row], days], axis=1), axis=0)
    ends = np.searchsorted(pairs[:, 0], np.arange(named.size + 1)).astype(np.int64)
    theirs = find_schedules(ends, np.ascontiguousarray(pairs[:, 1]))
    laid = _lay(row, days, theirs.period[groups], theirs.phase[groups])
    first, last, filled = laid.read_dates(row)
    near = filled > counts * LEAST_SHARE
    taken = np.isnan(own.period) & near & (draw_share(first, last, filled, among=near) >= LEAST_SHARE)
    return _merge(own, laid, taken, row)


def begin(found: Schedules, rows: Flags, offsets: Longs, days: Longs) -> Schedules:
    """Return schedules where some rows, of two purchases or more, go on as from the last but one to the last."""
    last = offsets[1:][rows] - 1
    period, phase, slot, late, kept = (getattr(found, column.name).copy() for column in fields(Schedules))
    period[rows], phase[rows] = days[last] - days[last - 1], days[last]
    for place, number in ((last, 0), (last - 1, -1)):
        slot[place], late[place], kept[place] = number, 0.0, True
    return Schedules(period=period, phase=phase, slot=slot, late=late, kept=kept)


def draw_share(first: Floats, last: Floats, filled: Floats, *, among: Flags) -> Floats:
    """Return the share of dates after its first that each row keeps, drawn to that of rows `among` together."""
    dates, kept = np.where(among, last - first, 0.0), np.where(among, filled - 1, 0.0)
    pooled = float(kept.sum() / max(1.0, dates.sum()))
    share: Floats = (kept + PRIOR_DATES * pooled) / (dates + PRIOR_DATES)
    return share


def draw_spread(row: Longs, gaps: Floats, mean: Floats) -> Floats:
    """Return each row's coefficient of variation of intervals, drawn to that of all rows as its count is small."""
    n = np.bincount(row, minlength=mean.size).astype(np.float64)
    squares = np.bincount(row, (gaps - mean[row]) ** 2, mean.size) / np.maximum(n - 1, 1)
    own = squares / np.maximum(mean, 1e-9) ** 2
    pooled = float(np.average(own, weights=n)) if n.any() else 0.0
    drawn = (n * own + PRIOR_OCCASIONS * pooled) / (n + PRIOR_OCCASIONS)
    return np.clip(np.sqrt(drawn), LEAST_SPREAD, MOST_SPREAD)


def _merge(found: Schedules, other: Schedules, rows: Flags, row: Longs) -> Schedules:
    """Return schedules with some rows of another."""
    moved = rows[row]
    return Schedules(
        period=np.where(rows, other.period, found.period),
        phase=np.where(rows, other.phase, found.phase),
        slot=np.where(moved, other.slot, found.slot),
        late=np.where(moved, other.late, found.late),
        kept=np.where(moved, other.kept, found.kept),
    )


def _turn(row: Longs, days: Longs, period: Floats) -> Schedules:
    """Return all rows on a period, each at the phase that most of its days are near, wherever days are counted from."""
    origin = int(days.min()) if days.size else 0
    since = days - origin
    angle = 2 * np.pi * (since % period[row]) / period[row]
    sines, cosines = (np.bincount(row, part, period.size) for part in (np.sin(angle), np.cos(angle)))
    phase = np.arctan2(sines, cosines) % (2 * np.pi) * period / (2 * np.pi)
    laid = _lay(row, since, period, phase)
    near = np.maximum(np.bincount(row[laid.kept], minlength=period.size), 1)
    phase += np.bincount(row[laid.kept], laid.late[laid.kept], period.size) / near
    turned = _lay(row, since, period, np.floor(phase + 0.5))
    return replace(turned, phase=turned.phase + origin)


def _lay(row: Longs, days: Longs, period: Floats, phase: Floats) -> Schedules:
    """Return purchases laid on the dates of their rows; days rise within a row, rows stand together."""
    wide = np.nan_to_num(period, nan=1.0)[row]
    slot = np.rint((days - phase[row]) / wide).astype(np.int64)
    late = days - phase[row] - slot * wide
    places = np.flatnonzero((np.abs(late) <= np.minimum(TOLERANCE_DAYS, wide / 2)) & np.isfinite(period)[row])
    kept = np.zeros(days.size, dtype=np.bool_)
    if places.size:
        # purchases of one date stand together, too: the first of those nearest to it
        begins = np.ones(places.size, dtype=np.bool_)
        begins[1:] = (np.diff(row[places]) != 0) | (np.diff(slot[places]) != 0)
        off, date = np.abs(late[places]), np.cumsum(begins) - 1
        nearest = np.flatnonzero(off == np.minimum.reduceat(off, np.flatnonzero(begins))[date])
        kept[places[nearest[np.unique(date[nearest], return_index=True)[1]]]] = True
    return Schedules(period=period, phase=phase, slot=slot, late=late, kept=kept)


def _score(row: Longs, days: Longs, laid: Schedules) -> Floats:
    """Return the penalised log-likelihood of schedules; minus infinity for what is none."""
    size, kept = laid.period.size, laid.kept
    first, last, filled = laid.read_dates(row)
    rest = np.bincount(row[~kept], minlength=size).astype(np.float64)
    dates = last - first + 1
    valid = (filled >= LEAST_FILLED) & (filled >= LEAST_SHARE * dates) & (filled >= rest)
    share = (np.minimum(filled, dates) + 0.5) / (dates + 1)
    off = np.bincount(row[kept], np.abs(laid.late[kept]), size)
    scatter = (off + 0.5) / (filled + 1)
    decay = (np.sqrt(1 + scatter**2) - 1) / scatter
    likelihood = filled * np.log(share) + (dates - filled) * np.log1p(-share)
    likelihood += filled * np.log((1 - decay) / (1 + decay)) + off * np.log(decay)
    likelihood += rest * np.log(np.maximum(rest, 1.0) / _measure_span(row, days, size)) - rest
    penalty = 0.5 * _MORE_PARAMETERS * np.log(np.maximum(filled + rest, 2.0))
    return np.where(valid, likelihood - penalty, -np.inf)


def _measure_span(row: Longs, days: Longs, size: int) -> Floats:
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, row, days)
    np.maximum.at(high, row, days)
    return np.maximum(np.where(np.isfinite(low), high, 1.0) - np.where(np.isfinite(low), low, 0.0), 1.0)


def _score_renewal(row: Longs, days: Longs, size: int) -> Floats:
    """Return the log-likelihood of gamma intervals."""
    inside = np.diff(row) == 0
    gaps, owner = np.diff(days)[inside].astype(np.float64), row[1:][inside]
    mean = np.bincount(owner, gaps, size) / np.maximum(np.bincount(owner, minlength=size), 1)
    shape = 1 / draw_spread(owner, gaps, mean) ** 2
    rate = shape / np.maximum(mean, 1e-9)
    # a gap of whole days stands for half a day less to half a day more; a density would beat any chance
    chance = np.diff([gammainc(shape[owner], rate[owner] * (gaps + edge)) for edge in (-0.5, 0.5)], axis=0)[0]
    return np.bincount(owner, np.log(np.maximum(chance, 1e-12)), size).astype(np.float64)
