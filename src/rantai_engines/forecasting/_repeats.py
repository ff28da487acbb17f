"""Tell from two purchases whether a third will follow: the same quantity a whole number of weeks or months later.

How far that may be trusted is learnt from what followed on such beginnings before. NumPy alone; nothing is compiled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting.schedules import MONTH, TOLERANCE_DAYS

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_GAP_DAYS = 184
LIKE = 0.25
"""Quantities that differ by no more are the same order again."""
SIZES = 6
"""Classes of quantities, each up to twice the last one: that two large ones are alike is seldom chance."""
PRIOR = 4.0


def find_repeats(offsets: Longs, days: Longs, quantities: Floats, *, until_day: int) -> Floats:
    """Return how likely each row's last two purchases are followed by a third after as many days; NaN where unlike.

    Notes
    -----
    A beginning is a row's first pair of alike purchases a whole number of weeks, or one to six months, apart. It held
    if the next purchase came as many days later, TOLERANCE_DAYS more or less. By size of quantity, the share that held
    is drawn to that of all sizes (empirical Bayes, beta-binomial: Casella 1985, "An introduction to empirical Bayes
    data analysis"); pairs whose third purchase is not due yet teach nothing.
    """
    counts = np.diff(offsets)
    row = np.repeat(np.arange(counts.size), counts)
    second = np.flatnonzero(np.diff(row, prepend=-1) == 0)
    if not second.size:
        return np.full(counts.size, np.nan)
    gap = days[second] - days[second - 1]
    alike = is_whole(gap) & _is_like(quantities[second - 1], quantities[second])
    size = np.minimum(np.log2(np.maximum(quantities[second], 1.0)).astype(np.int64), SIZES - 1)
    pairs, gap, size = second[alike], gap[alike], size[alike]
    found = np.full(counts.size, np.nan)
    begins = np.ones(pairs.size, dtype=np.bool_)
    begins[1:] = np.diff(row[pairs]) != 0
    taught = begins & (days[pairs] + gap + TOLERANCE_DAYS <= until_day)
    after = np.minimum(pairs + 1, days.size - 1)
    held = (row[after] == row[pairs]) & (after > pairs) & (np.abs(days[after] - days[pairs] - gap) <= TOLERANCE_DAYS)
    pooled = (held[taught].sum() + 0.5) / (taught.sum() + PRIOR)
    known = np.bincount(size[taught], minlength=SIZES)
    share = (np.bincount(size[taught & held], minlength=SIZES) + PRIOR * pooled) / (known + PRIOR)
    last = pairs == offsets[1:][row[pairs]] - 1
    found[row[pairs[last]]] = share[size[last]]
    return found


def is_whole(gap: Longs) -> Flags:
    """Tell which numbers of days are whole weeks or, to a day, whole months."""
    months = np.rint(gap / MONTH)
    monthly = (months >= 1) & (np.abs(gap - months * MONTH) <= 1.0)
    whole: Flags = ((gap % 7 == 0) | monthly) & (gap <= MOST_GAP_DAYS)
    return whole


def _is_like(one: Floats, other: Floats) -> Flags:
    like: Flags = np.abs(one - other) <= LIKE * np.maximum(one, other)
    return like
