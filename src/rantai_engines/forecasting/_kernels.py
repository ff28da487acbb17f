"""Compiled forecasting methods for one history each.

Letters of the books: y history (units/bucket), n its length, h horizon, l level, b trend, e one-step error,
alpha, beta, phi smoothing constants of level, trend and damping.

The kernels of this package are plain loops: one that copies, sums or solves through NumPy brings half a second of
generic code to compile, for whoever starts a company waits for it.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a kernel when it is first called, cached, without the interpreter's lock.

    A division by nought is infinite, as in NumPy: looking for it costs a branch at each.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    made: F = njit(**options)(function)
    return made


@compiled
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


@compiled
def forecast_ses(y: Floats, alphas: Floats, out: Floats) -> None:
    """Write the flat forecast of simple exponential smoothing."""
    level, _ = fit_ses(y, alphas)
    out[:] = level


@compiled
def mean_of(y: Floats) -> float:
    """Return the mean of a history that is not empty."""
    total = 0.0
    for v in y:
        total += v
    return total / y.size


@compiled
def fit_line(y: Floats) -> tuple[float, float]:
    """Return intercept (at t = 0) and slope of the least-squares line through a history."""
    n = y.size
    if n < 2:
        return y[0], 0.0
    centre = (n - 1) / 2.0
    mean = mean_of(y)
    top = 0.0
    for t in range(n):
        top += (t - centre) * (y[t] - mean)
    slope = top * 12.0 / (n * (n * n - 1.0))
    return mean - slope * centre, slope


@compiled
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


@compiled
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


@compiled
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


@compiled
def forecast_moving_average(y: Floats, windows: NDArray[np.int64], out: Floats) -> None:
    """Write the mean of the last buckets, as many as foretold the next bucket best so far."""
    n = y.size
    sums = np.empty(n + 1)
    sums[0] = 0.0
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


@compiled
def factorise(a: Floats) -> None:
    """Turn the lower half of a positive definite matrix into Cholesky's factor; the upper half is not read.

    Source: Golub & Van Loan (2013), algorithm 4.2.1.
    """
    for i in range(a.shape[0]):
        for j in range(i + 1):
            total = a[i, j]
            for k in range(j):
                total -= a[i, k] * a[j, k]
            a[i, j] = math.sqrt(total) if i == j else total / a[j, j]


@compiled
def solve_leading(factor: Floats, size: int, right: Floats, x: Floats) -> None:
    """Write the solution of the leading `size` equations of a factorised matrix: its factor is theirs too."""
    for i in range(size):
        x[i] = right[i]
        for k in range(i):
            x[i] -= factor[i, k] * x[k]
        x[i] /= factor[i, i]
    for i in range(size - 1, -1, -1):
        for k in range(i + 1, size):
            x[i] -= factor[k, i] * x[k]
        x[i] /= factor[i, i]
