"""Compiled forecasting methods for one history each.

Letters of the books: y history (units/bucket), n its length, h horizon, l level, b trend, e one-step error,
alpha, beta, phi smoothing constants of level, trend and damping, z demand size, q interval, p chance of demand.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NAIVE, SEASONAL_NAIVE, MOVING_AVERAGE, SES, DAMPED, THETA, SBA, TSB, ZERO, HARMONIC, COMBINATION = range(11)
NEW_BELOW = 8


@njit(cache=True, nogil=True)
def fit_ses(y: Floats, alphas: Floats) -> tuple[float, float]:
    """Return the level and the constant of simple exponential smoothing with the least squared error.

    The error is linear in the first level, e_t = a_t - (1 - alpha)^t l_0, so that l_0 is least squares in closed
    form for each alpha and one pass suffices. Source: Hyndman, Koehler, Ord & Snyder (2008), section 5.1 (initial
    states) with model ETS(A,N,N), equation 3.3.
    """
    n = y.size
    origin = y[0]
    best_sse, best_level, best_alpha = np.inf, origin, alphas[0]
    for alpha in alphas:
        level, weight = 0.0, 1.0
        ee = ew = ww = 0.0
        for t in range(n):
            e = y[t] - origin - level
            ee += e * e
            ew += e * weight
            ww += weight * weight
            level += alpha * e
            weight *= 1.0 - alpha
        first = ew / ww
        sse = ee - ew * first
        if sse < best_sse * (1.0 - 1e-9):
            best_sse, best_level, best_alpha = sse, level + weight * first + origin, alpha
    return best_level, best_alpha


@njit(cache=True, nogil=True)
def forecast_ses(y: Floats, alphas: Floats, out: Floats) -> None:
    """Write the flat forecast of simple exponential smoothing."""
    level, _ = fit_ses(y, alphas)
    out[:] = level


@njit(cache=True, nogil=True)
def fit_line(y: Floats) -> tuple[float, float]:
    """Return intercept (at t = 0) and slope of the least-squares line through a history."""
    n = y.size
    if n < 2:
        return y[0], 0.0
    centre = (n - 1) / 2.0
    mean = y.mean()
    top = 0.0
    for t in range(n):
        top += (t - centre) * (y[t] - mean)
    slope = top * 12.0 / (n * (n * n - 1.0))
    return mean - slope * centre, slope


@njit(cache=True, nogil=True)
def forecast_theta(y: Floats, alphas: Floats, out: Floats) -> None:
    """Write the forecast of the Theta method with lines 0 and 2 in equal parts.

    Source: Assimakopoulos & Nikolopoulos (2000), section 3; the season is taken out before.
    """
    n = y.size
    a, b = fit_line(y)
    line = np.empty(n)
    for t in range(n):
        line[t] = 2.0 * y[t] - (a + b * t)
    level, _ = fit_ses(line, alphas)
    for k in range(out.size):
        out[k] = 0.5 * level + 0.5 * (a + b * (n + k))


@njit(cache=True, nogil=True)
def _try_damped(y: Floats, alpha: float, beta: float, phi: float) -> tuple[float, float, float]:
    """Return squared error, last level and last trend of one damped trend with the best first states.

    As in ``fit_ses``, the error is linear in the first level and the first trend; (l, b) runs three times beside
    itself: on the data from nought, and from a unit level and a unit trend on no data.
    """
    origin = y[0]
    l0 = b0 = l1 = b2 = l2 = b1 = 0.0
    l1 = 1.0
    b2 = 1.0
    ee = e1 = e2 = s11 = s12 = s22 = 0.0
    for t in range(y.size):
        f0, f1, f2 = l0 + phi * b0, l1 + phi * b1, l2 + phi * b2
        e = y[t] - origin - f0
        ee += e * e
        e1 += e * f1
        e2 += e * f2
        s11 += f1 * f1
        s12 += f1 * f2
        s22 += f2 * f2
        l0, b0 = f0 + alpha * e, phi * b0 + alpha * beta * e
        l1, b1 = f1 - alpha * f1, phi * b1 - alpha * beta * f1
        l2, b2 = f2 - alpha * f2, phi * b2 - alpha * beta * f2
    s22 += 1e-9 * s11
    determinant = s11 * s22 - s12 * s12
    if determinant <= 1e-12 * s11 * s22:
        first, trend = e1 / s11, 0.0
    else:
        first = (e1 * s22 - e2 * s12) / determinant
        trend = (e2 * s11 - e1 * s12) / determinant
    sse = ee - first * e1 - trend * e2
    return sse, l0 + first * l1 + trend * l2 + origin, b0 + first * b1 + trend * b2


@njit(cache=True, nogil=True)
def forecast_damped(y: Floats, grid: Floats, out: Floats) -> None:
    """Write the forecast of the additive damped trend ETS(A,Ad,N) with the least squared error on a grid.

    Parameters
    ----------
    grid : ndarray, shape (n_tries, 3)
        alpha, beta, phi. Source: Hyndman & Athanasopoulos (2021), section 8.2, damped trend.
    """
    best_sse, level, trend, phi = np.inf, y[-1], 0.0, 0.0
    for k in range(grid.shape[0]):
        sse, last, slope = _try_damped(y, grid[k, 0], grid[k, 1], grid[k, 2])
        if sse < best_sse * (1.0 - 1e-9):
            best_sse, level, trend, phi = sse, last, slope, grid[k, 2]
    damping, ahead = 1.0, 0.0
    for k in range(out.size):
        damping *= phi
        ahead += damping
        out[k] = level + ahead * trend


@njit(cache=True, nogil=True)
def forecast_moving_average(y: Floats, windows: NDArray[np.int64], out: Floats) -> None:
    """Write the mean of the last buckets, as many as foretold the next bucket best so far."""
    n = y.size
    sums = np.zeros(n + 1)
    for t in range(n):
        sums[t + 1] = sums[t] + (y[t] - y[0])
    best_error = np.inf
    longest = best = 1
    for window in windows:
        if 2 * window <= n:
            longest = int(window)
    for window in windows:
        if window > longest:
            break
        error = 0.0
        for t in range(longest, n):
            e = y[t] - y[0] - (sums[t] - sums[t - window]) / window
            error += e * e
        if error < best_error * (1.0 - 1e-9):
            best_error, best = error, int(window)
    best = min(best, n)
    out[:] = y[0] + (sums[n] - sums[n - best]) / best


@njit(cache=True, nogil=True)
def forecast_sba(y: Floats, alphas: Floats, out: Floats) -> bool:
    """Write Croston's forecast with the correction of Syntetos & Boylan (2005), equation 10.

    Sizes and intervals share one constant, the one with the least squared one-step error. False without demand.
    """
    positive = np.flatnonzero(y > 0.0)
    if positive.size == 0:
        return False
    best_error, best = np.inf, 0.0
    for alpha in alphas:
        z, q = y[positive[0]], y.size / positive.size
        since, error = 1.0, 0.0
        for t in range(y.size):
            e = y[t] - (1.0 - alpha / 2.0) * z / q
            error += e * e
            if y[t] > 0.0:
                z += alpha * (y[t] - z)
                q += alpha * (since - q)
                since = 1.0
            else:
                since += 1.0
        if error < best_error * (1.0 - 1e-9):
            best_error, best = error, (1.0 - alpha / 2.0) * z / q
    out[:] = best
    return True


@njit(cache=True, nogil=True)
def forecast_tsb(y: Floats, sizes: Floats, chances: Floats, out: Floats) -> bool:
    """Write the forecast of Teunter, Syntetos & Babai (2011), equations 1 and 2: chance times size of demand.

    Unlike Croston's, the chance falls while nothing is asked for, so that it fits items that die. False without
    demand.
    """
    positive = np.flatnonzero(y > 0.0)
    if positive.size == 0:
        return False
    mean = y[positive].mean()
    best_error, best = np.inf, 0.0
    for alpha in sizes:
        for beta in chances:
            z, p = mean, positive.size / y.size
            error = 0.0
            for t in range(y.size):
                e = y[t] - p * z
                error += e * e
                if y[t] > 0.0:
                    z += alpha * (y[t] - z)
                    p += beta * (1.0 - p)
                else:
                    p -= beta * p
            if error < best_error * (1.0 - 1e-9):
                best_error, best = error, p * z
    out[:] = best
    return True


@njit(cache=True, nogil=True)
def fill_censored(values: Floats, censored: NDArray[np.bool_]) -> Floats:
    """Return a history in which a stock-out holds what was likely asked for: at least what was seen.

    It is the mean of the four latest uncensored buckets before it (of the first four after it where none is
    before), so that no future enters the tests but at the very start.
    """
    filled = values.copy()
    recent = np.zeros(4)
    count = 0
    for t in range(values.size):
        if not censored[t] and count < 4:
            recent[count] = values[t]
            count += 1
    start = min(count, 4)
    mean = recent[:start].mean() if start > 0 else 0.0
    seen = 0
    for t in range(values.size):
        if censored[t]:
            filled[t] = max(values[t], mean)
            continue
        recent[seen % 4] = values[t]
        seen += 1
        mean = recent[: min(seen, 4)].mean()
    return filled


@njit(cache=True, nogil=True)
def describe_demand(values: Floats, censored: NDArray[np.bool_], out: Floats) -> None:
    """Write ADI, CV squared, the buckets since the last demand, and how many of those are no sign of death.

    That is the most of 12 buckets, four mean intervals while it lived, and the longest earlier gap.

    Source: Syntetos, Boylan & Croston (2005), figure 1 (limits 1.32 and .49). NaN for ADI and CV squared without
    demand.
    """
    buckets = count = 0
    total = squares = 0.0
    idle = gap = 0
    scale = values.max() if values.size else 0.0
    for t in range(values.size):
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
    out[0] = buckets / count if count > 0 else math.nan
    out[1] = max(0.0, squares / count / (total / count) ** 2 - 1.0) if count > 0 else math.nan
    out[2] = idle
    out[3] = max(12.0, 4.0 * (buckets - idle) / count, float(gap)) if count > 0 else 0.0
