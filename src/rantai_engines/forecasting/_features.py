"""Compiled features of the global model: what one history looked like before a bucket, in units of its own level."""

import math

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_LAGS = 6
_LONGEST_LEVEL = 52
N_FEATURES = _LAGS + 13


@compiled
def mean_before(y: Floats, t: int, width: int) -> float:
    """Return the mean of the `width` buckets before t, of fewer where history is shorter."""
    start = max(0, t - width)
    total = 0.0
    for k in range(start, t):
        total += y[k]
    return total / max(1, t - start)


@compiled
def own_level(y: Floats, t: int, m: int) -> float:
    """Return what a history's values before t are divided by: its recent mean or, at 0, its whole mean."""
    found = mean_before(y, t, min(max(m, 8), _LONGEST_LEVEL))
    return found if found > 0.0 else mean_before(y, t, t)


@compiled
def describe(y: Floats, t: int, step: int, m: int, level: float, x: Floats) -> None:
    """Write the features of bucket t + step as seen from t (buckets before t are known).

    The latest six buckets; means of 3, 8, 13, 26 and all; the same bucket one and two seasons before, its neighbours'
    mean and how far it stood above that season; growth on the season before; share of empty buckets, variation, step
    and length of history. NaN where history is too short, which falls in the last bin.
    """
    for k in range(_LAGS):
        x[k] = y[t - 1 - k] / level if t - 1 - k >= 0 else math.nan
    x[_LAGS] = mean_before(y, t, 3) / level
    x[_LAGS + 1] = mean_before(y, t, 8) / level
    x[_LAGS + 2] = mean_before(y, t, 13) / level
    x[_LAGS + 3] = mean_before(y, t, 26) / level
    x[_LAGS + 4] = mean_before(y, t, t) / level
    x[_LAGS + 5 : _LAGS + 9] = math.nan
    if m > 1:
        same = t + step - m * (1 + step // m)
        if same >= 0:
            x[_LAGS + 5] = y[same] / level
            near = mean_before(y, min(t, same + 3), 5)
            x[_LAGS + 7] = near / level
            whole = mean_before(y, t, m)
            x[_LAGS + 8] = y[same] / whole if whole > 0.0 else math.nan
        if same - m >= 0:
            x[_LAGS + 6] = y[same - m] / level
    width = max(m, 8)
    before = mean_before(y, t - width, width) if t >= 2 * width else math.nan
    x[_LAGS + 9] = mean_before(y, t, width) / before if before > 0.0 else math.nan
    start = max(0, t - 26)
    empty = squares = 0.0
    for k in range(start, t):
        empty += 1.0 if y[k] == 0.0 else 0.0
        squares += (y[k] / level) ** 2
    x[_LAGS + 10] = empty / max(1, t - start)
    x[_LAGS + 11] = squares / max(1, t - start)
    x[_LAGS + 12] = float(step)


@compiled
def fill_training(
    offsets: Longs,
    values: Floats,
    ends: Longs,
    m: int,
    horizon: int,
    origins: int,
    stride: int,
    x: Floats,
    target: Floats,
) -> int:
    """Write rows to learn from; return how many.

    Series i is known for its first ``ends[i]`` buckets. Its latest `origins` origins lie half a horizon apart, and of
    each every `stride`-th step is taken, begun at another for each series. The target is the bucket in units of the
    level at its origin, 10 at most.
    """
    count = 0
    apart = max(1, horizon // 2)
    for row in range(ends.size):
        y = values[offsets[row] : offsets[row] + ends[row]]
        for k in range(origins):
            t = ends[row] - horizon - k * apart
            if t < 4:
                break
            level = own_level(y, t, m)
            if level <= 0.0:
                continue
            for step in range((row + k) % stride, horizon, stride):
                if count >= target.size:
                    return count
                describe(y, t, step, m, level, x[count])
                target[count] = min(10.0, y[t + step] / level)
                count += 1
    return count


@compiled
def fill_questions(offsets: Longs, values: Floats, ends: Longs, m: int, x: Floats, levels: Floats) -> None:
    """Write the features of every step after the known end, shape (n_series, steps, n_features), and the levels."""
    for row in range(ends.size):
        y = values[offsets[row] : offsets[row] + ends[row]]
        levels[row] = own_level(y, ends[row], m) if ends[row] > 0 else 0.0
        x[row] = 0.0
        if levels[row] > 0.0:
            for step in range(x.shape[1]):
                describe(y, ends[row], step, m, levels[row], x[row, step])
