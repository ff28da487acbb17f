"""Compiled autoregression on the last buckets and the last season, its order chosen by BIC.

Letters of the books: y history, m season length, p order, x the regressors of a bucket, beta their weights.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled, factorise, solve_leading

Floats = NDArray[np.float64]

_MOST = 4
_LONGEST = 700


@compiled
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


@compiled
def scale_to(z: Floats, y: Floats, low: float, scale: float, differenced: bool) -> None:
    """Write a history, or its first differences, in units of its range."""
    z[0] = 0.0 if differenced else (y[0] - low) / scale
    for t in range(1, y.size):
        z[t] = (y[t] - y[t - 1]) / scale if differenced else (y[t] - low) / scale


@compiled
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
    low = high = y[0]
    for v in y:
        low, high = min(low, v), max(high, v)
    if n < 12 or high <= low:
        return False
    with_season = 1 if m > 3 and n >= 3 * m + 6 else 0
    start = (m + 3 if with_season else _MOST) + 1
    if n - start < 8:
        return False
    fixed = 1 + 3 * with_season
    size = fixed + _MOST
    scale = high - low
    x, right, beta, best_beta = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    z = np.empty(n + out.size)
    gram = np.empty((size, size))
    best, best_size, best_d = math.inf, 0, 0
    rows = n - start
    for d in range(2):
        scale_to(z, y, low, scale, d == 1)
        for i in range(size):
            right[i] = 0.0
            for j in range(i + 1):
                gram[i, j] = 0.0
        total = 0.0
        for t in range(start, n):
            fill_row(z, t, m, _MOST, with_season, x)
            for i in range(size):
                right[i] += x[i] * z[t]
                for j in range(i + 1):
                    gram[i, j] += x[i] * x[j]
            total += z[t] * z[t]
        for i in range(size):
            gram[i, i] += 1e-3 * gram[i, i] + 1e-9
        factorise(gram)
        for used in range(fixed + (1 - d), size + 1):
            solve_leading(gram, used, right, beta)
            sse = total
            for i in range(used):
                sse -= beta[i] * right[i]
            found = rows * math.log(max(sse / rows, 1e-14)) + math.log(rows) * used
            if found < best:
                best, best_size, best_d = found, used, d
                for i in range(used):
                    best_beta[i] = beta[i]
    scale_to(z, y, low, scale, best_d == 1)
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
