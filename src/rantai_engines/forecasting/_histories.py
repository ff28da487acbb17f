"""Look at every history before it is forecast: fill its stock-outs, class it, choose where to test."""

import math

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled
from rantai_engines.forecasting.solution import CLASSES

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

SMOOTH, ERRATIC, INTERMITTENT, LUMPY, DEAD, NEW = range(len(CLASSES))
_NEW_BELOW = 8


@compiled
def describe_all(offsets: Longs, values: Floats, censored: Bools, out: Floats) -> None:
    """Write ADI, CV squared, the buckets since the last demand, and how many of those are no sign of death.

    That is the most of 12 buckets, four mean intervals while it lived, and the longest earlier gap.

    Source: Syntetos, Boylan & Croston (2005), figure 1 (limits 1.32 and .49). NaN for ADI and CV squared without
    demand.
    """
    for row in range(offsets.size - 1):
        low, high = offsets[row], offsets[row + 1]
        buckets = count = 0
        total = squares = scale = 0.0
        idle = gap = 0
        for t in range(low, high):
            scale = max(scale, values[t])
        for t in range(low, high):
            if censored[t] and values[t] == 0.0:
                continue
            buckets += 1
            if values[t] > 0.0:
                gap = max(gap, idle) if count > 0 else 0
                idle = 0
                count += 1
                part = values[t] / scale
                total += part
                squares += part * part
            else:
                idle += 1
        mean = total / count
        out[row, 0] = buckets / count if count > 0 else math.nan
        out[row, 1] = max(0.0, squares / count / (mean * mean) - 1.0) if count > 0 else math.nan
        out[row, 2] = idle
        out[row, 3] = max(12.0, 4.0 * (buckets - idle) / count, float(gap)) if count > 0 else 0.0


def classify(lengths: Longs, facts: Floats) -> Longs:
    """Return the class of demand of each history from its description, an index into ``CLASSES``.

    Dead: no demand at all, or none for longer than is usual.
    """
    adi, cv2, idle, usual = facts[:, :4].T
    leaps = cv2 >= 0.49
    never = np.isnan(adi)
    found: Longs = np.select(
        [never & (lengths == 0), never | (idle > usual), lengths < _NEW_BELOW, adi >= 1.32],
        [NEW, DEAD, NEW, np.where(leaps, LUMPY, INTERMITTENT)],
        np.where(leaps, ERRATIC, SMOOTH),
    )
    return found


@compiled
def fill_all(offsets: Longs, values: Floats, censored: Bools, filled: Floats) -> None:
    """Write histories in which a stock-out holds what was likely asked for: at least what was seen.

    It is the mean of the four latest uncensored buckets before it (of the first four after it where none is
    before), so that no future enters the tests but at the very start.
    """
    recent = np.empty(4)
    for row in range(offsets.size - 1):
        low, high = offsets[row], offsets[row + 1]
        count = 0
        total = 0.0
        for t in range(low, high):
            if not censored[t] and count < 4:
                total += values[t]
                count += 1
        mean = total / count if count > 0 else 0.0
        seen = 0
        for t in range(low, high):
            if censored[t]:
                filled[t] = max(values[t], mean)
                continue
            filled[t] = recent[seen % 4] = values[t]
            seen += 1
            known = min(seen, 4)
            total = 0.0
            for k in range(known):
                total += recent[k]
            mean = total / known


def place_cuts(lengths: Longs, horizon: int, cuts: int) -> tuple[Longs, Longs]:
    """Return the tested window of each history and its origins, oldest first, shape (n_series, cuts).

    The window is the horizon but at most a quarter of the history (from twelve buckets on a third, up to eight);
    origins lie half a window apart, the last a window before the end. Fewer where the history is short, none below
    two buckets; 0 stands behind the last of those with fewer.
    """
    third = np.where(lengths >= 12, np.minimum(lengths // 3, 8), 0)
    window = np.maximum(1, np.minimum(horizon, np.maximum(lengths // 4, third)))
    step, latest = np.maximum(1, window // 2), lengths - window
    least = np.maximum(1, np.minimum(lengths // 3, 5))
    back = np.arange(cuts)
    count = (latest[:, None] - back * step[:, None] >= least[:, None]).sum(axis=1)
    origins: Longs = latest[:, None] - (count[:, None] - 1 - back) * step[:, None]
    return window, np.where(back < count[:, None], origins, 0)
