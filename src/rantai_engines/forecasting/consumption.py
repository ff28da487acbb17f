"""Let order lines consume the forecast that foresaw them, and give it back exactly when they are cancelled.

Quantities are whole numbers of the smallest unit, so that nothing is lost to rounding. This module needs NumPy alone,
so that an order can consume in its own transaction; many lines at once are for ``consumption_batch``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

Longs = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsumableForecast:
    """Forecast buckets of many series, in CSR form, with the policy of each series.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_series + 1,)
        Series i (an account's item at a location, or the item's rest) owns buckets ``offsets[i]:offsets[i + 1]``.
    starts, ends : ndarray of int64, shape (n_buckets,)
        First day of a bucket, and the day after its last; rising within a series and not overlapping.
    gross : ndarray of int64, shape (n_buckets,)
        Forecast, smallest units, 0 or more.
    backward, forward : ndarray of int64, shape (n_series,)
        Days before and after an order's day within which it may consume, 0 or more.
    spill : ndarray of int64, shape (n_series,)
        Series that is consumed with what its own has not; -1 for none. It is what lets an account's order fall on
        the item's forecast for accounts without one of their own. It may not spill on.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.
    """

    offsets: Longs
    starts: Longs
    ends: Longs
    gross: Longs
    backward: Longs
    forward: Longs
    spill: Longs

    def __post_init__(self) -> None:
        starts = arrays.check_vector(self.starts, field="starts", dtype=np.int64)
        offsets = arrays.check_offsets(self.offsets, field="offsets", n_values=starts.size)
        n = offsets.size - 1
        found = {"offsets": offsets, "starts": starts}
        for field, size in (("ends", starts.size), ("gross", starts.size)):
            found[field] = arrays.check_vector(getattr(self, field), field=field, dtype=np.int64, size=size)
        for field in ("backward", "forward", "spill"):
            found[field] = arrays.check_vector(getattr(self, field), field=field, dtype=np.int64, size=n)
        for field in ("gross", "backward", "forward"):
            values = found[field]
            arrays.check_all(values >= 0, values, field=field, wanted="0 or more is allowed")
        arrays.check_all(found["ends"] > starts, found["ends"], field="ends", wanted="a bucket ends after it starts")
        follows = np.ones(starts.size, dtype=np.bool_)
        follows[1:] = starts[1:] >= found["ends"][:-1]
        follows[offsets[:-1][np.diff(offsets) > 0]] = True
        arrays.check_all(follows, starts, field="starts", wanted="a bucket starts where the one before has ended")
        spill = found["spill"]
        own = np.arange(n)
        on = np.where((spill >= 0) & (spill < n), spill, own)
        good = (spill == -1) | ((spill >= 0) & (spill < n) & (spill != own) & (spill[on] == -1))
        arrays.check_all(good, spill, field="spill", wanted="-1 or another series that spills on none is allowed")
        for field, values in found.items():
            object.__setattr__(self, field, values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Takes:
    """What lines took of which buckets, in the order of taking.

    Attributes
    ----------
    line, bucket, quantity : ndarray of int64, shape (n_takes,)
        Row of the line, row of the bucket, smallest units above 0.
    beyond : ndarray of int64, shape (n_lines,)
        What each line found no forecast for, smallest units: demand that was not foreseen.
    """

    line: Longs
    bucket: Longs
    quantity: Longs
    beyond: Longs

    def sum_by_bucket(self, n_buckets: int) -> Longs:
        """Return consumed of each bucket, exactly."""
        found = np.zeros(n_buckets, dtype=np.int64)
        np.add.at(found, self.bucket, self.quantity)
        return found


def consume_line(forecast: ConsumableForecast, consumed: Longs, *, series: int, day: int, quantity: int) -> Takes:
    """Return what one order line takes: its day's bucket first, then backward, nearest first, then forward.

    Parameters
    ----------
    forecast : ConsumableForecast
    consumed : ndarray of int64, shape (n_buckets,)
        Taken before, between 0 and gross; it is left as it is, add the takes to it to keep them.
    series : int
        The line's series, -1 where nothing was forecast for it.
    day : int
        Day it is wanted, as in `starts`.
    quantity : int
        Smallest units, 0 or more.

    Returns
    -------
    Takes
        Of one line, row 0.

    Notes
    -----
    A bucket is in the window if any of its days lies within `backward` days before or `forward` days after the
    day. The spill series follows by its own window with what is left. Source: Vollmann, Berry, Whybark & Jacobs
    (2005), chapter 6, forecast consumption.

    Examples
    --------
    >>> weeks = np.array([0, 7, 14])
    >>> weekly = ConsumableForecast(
    ...     offsets=np.array([0, 3]),
    ...     starts=weeks,
    ...     ends=weeks + 7,
    ...     gross=np.array([5, 5, 5]),
    ...     backward=np.array([7]),
    ...     forward=np.array([7]),
    ...     spill=np.array([-1]),
    ... )
    >>> consume_line(weekly, np.zeros(3, dtype=np.int64), series=0, day=8, quantity=12).quantity
    array([5, 5, 2])
    """
    left = quantity
    buckets: list[Longs] = []
    quantities: list[Longs] = []
    for own in (series, int(forecast.spill[series]) if series >= 0 else -1):
        if own < 0 or left <= 0:
            break
        order = list_buckets(forecast, series=own, day=day)
        free = forecast.gross[order] - consumed[order]
        before = np.cumsum(free) - free
        taken = np.clip(left - before, 0, free)
        buckets.append(order[taken > 0])
        quantities.append(taken[taken > 0])
        left -= int(taken.sum())
    bucket = np.concatenate([np.zeros(0, dtype=np.int64), *buckets])
    return Takes(
        line=np.zeros(bucket.size, dtype=np.int64),
        bucket=bucket,
        quantity=np.concatenate([np.zeros(0, dtype=np.int64), *quantities]),
        beyond=np.array([left], dtype=np.int64),
    )


def list_buckets(forecast: ConsumableForecast, *, series: int, day: int) -> Longs:
    """Return the buckets that a day's order may consume, in order: its own, backward, forward."""
    low, high = int(forecast.offsets[series]), int(forecast.offsets[series + 1])
    starts, ends = forecast.starts[low:high], forecast.ends[low:high]
    first = int(np.searchsorted(ends, day - int(forecast.backward[series]), side="right"))
    last = int(np.searchsorted(starts, day + int(forecast.forward[series]), side="right"))
    here = int(np.searchsorted(starts, day, side="right"))
    earlier, later = np.arange(first, here)[::-1], np.arange(max(first, here), last)
    found: Longs = low + np.concatenate([earlier, later])
    return found


def give_back(takes: Takes, *, line: int, quantity: int) -> Takes:
    """Return what a cancelled quantity of a line gives back, the last taken first; beyond comes back before all.

    Parameters
    ----------
    takes : Takes
        All that the lines hold now.
    line : int
        Row of the line.
    quantity : int
        Cancelled, smallest units.

    Returns
    -------
    Takes
        Quantities to take off the consumed of their buckets, and off the line's beyond.

    Raises
    ------
    InvalidProblem
        If more is cancelled than the line holds.
    """
    rows = np.flatnonzero(takes.line == line)[::-1]
    held = takes.quantity[rows]
    unforeseen = int(takes.beyond[line])
    whole = int(held.sum()) + unforeseen
    if not 0 <= quantity <= whole:
        raise arrays.InvalidProblem("quantity", f"it is {quantity}", f"the line holds {whole}", row=line)
    beyond = np.zeros(takes.beyond.size, dtype=np.int64)
    beyond[line] = min(unforeseen, quantity)
    left = quantity - int(beyond[line])
    back = np.clip(left - (np.cumsum(held) - held), 0, held)
    rows, back = rows[back > 0], back[back > 0]
    return Takes(line=takes.line[rows], bucket=takes.bucket[rows], quantity=back, beyond=beyond)
