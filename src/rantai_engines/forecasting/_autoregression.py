"""Compiled autoregression on the last buckets and the last season, its order chosen by BIC.

Letters of the books: y history, m season length, p order, x the regressors of a bucket, beta their weights.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MOST = 4
_LONGEST = 700


@njit("int64(float64[::1], int64, int64, int64, int64, float64[::1])", cache=True, nogil=True)
def fill_row(z: Floats, t: int, m: int, most: int, with_season: int, x: Floats) -> int:
    """Write the regressors of bucket t: one, the season's lags m to m + 2, then lags 1 to `most`; return how many."""
    x[0] = 1.0
    size = 1
    if with_season:
        for lag in (m, m + 1, m + 2):
            x[size] = z[t - lag]
            size += 1
    for lag in range(1, most + 1):
        x[size] = z[t - lag]
        size += 1
    return size


@njit("boolean(float64[::1], int64, float64[::1])", cache=True, nogil=True)
def forecast_autoregression(y: Floats, m: int, out: Floats) -> bool:
    """Write the forecast of an autoregression on levels or on first differences, whichever BIC prefers.

    Parameters
    ----------
    m : int
        Season length; its lags enter from three seasons on.

    Notes
    -----
    Least squares with a ridge of a thousandth, one Gram matrix for every order; no moving-average part, so it is
    ARIMA(p, d, 0) with seasonal lags. Forecasts stay within one range of the latest 700 buckets beyond them. False
    below twelve buckets or where demand never moves. Source: Hyndman & Athanasopoulos (2021), sections 9.3 and 9.9;
    Schwarz (1978).
    """
    if y.size > max(_LONGEST, 4 * m):
        y = y[y.size - max(_LONGEST, 4 * m) :]
    n = y.size
    low, high = y.min(), y.max()
    if n < 12 or high <= low:
        return False
    with_season = 1 if m > 3 and n >= 3 * m + 6 else 0
    start = (m + 3 if with_season else _MOST) + 1
    if n - start < 8:
        return False
    fixed = 1 + 3 * with_season
    size = fixed + _MOST
    scale = high - low
    x = np.empty(size)
    best, best_size, best_d = math.inf, 0, 0
    best_beta = np.zeros(size)
    for d in range(2):
        z = np.empty(n)
        z[0] = 0.0
        for t in range(n):
            z[t] = (y[t] - low) / scale if d == 0 else ((y[t] - y[t - 1]) / scale if t > 0 else 0.0)
        gram = np.zeros((size, size))
        right = np.zeros(size)
        total = 0.0
        for t in range(start, n):
            fill_row(z, t, m, _MOST, with_season, x)
            for i in range(size):
                right[i] += x[i] * z[t]
                for j in range(i + 1):
                    gram[i, j] += x[i] * x[j]
            total += z[t] * z[t]
        for i in range(size):
            for j in range(i):
                gram[j, i] = gram[i, j]
        for i in range(size):
            gram[i, i] += 1e-3 * gram[i, i] + 1e-9
        rows = n - start
        for used in range(fixed + (1 - d), size + 1):
            beta = np.linalg.solve(gram[:used, :used].copy(), right[:used].copy())
            sse = total
            for i in range(used):
                sse -= beta[i] * right[i]
            found = rows * math.log(max(sse / rows, 1e-14)) + math.log(rows) * used
            if found < best:
                best, best_size, best_d = found, used, d
                best_beta[:used] = beta
    z = np.empty(n + out.size)
    z[0] = 0.0
    for t in range(n):
        z[t] = (y[t] - low) / scale if best_d == 0 else ((y[t] - y[t - 1]) / scale if t > 0 else 0.0)
    level = (y[n - 1] - low) / scale
    for k in range(out.size):
        fill_row(z, n + k, m, _MOST, with_season, x)
        value = 0.0
        for i in range(best_size):
            value += best_beta[i] * x[i]
        if best_d == 0:
            value = min(2.0, max(-1.0, value))
            z[n + k] = value
            level = value
        else:
            reached = min(2.0, max(-1.0, level + value))
            z[n + k] = reached - level
            level = reached
        out[k] = low + scale * level
    return True
