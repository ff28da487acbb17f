"""Compiled dynamic optimised Theta: the line is refitted as history grows, its share found in closed form.

Letters of the book: y history, alpha smoothing constant, l level, A and B the line's height and slope so far, omega
1 - 1 / theta, the line's share; mu the one-step forecast.
"""

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled

Floats = NDArray[np.float64]

_SKIPPED = 3
_PRIOR = 4.0


@compiled
def try_dynamic_theta(y: Floats, alpha: float) -> tuple[float, float, float]:
    """Return squared error, first level (less the first value) and omega of one constant.

    The error is e_t = y_t - L_t - (1 - alpha)^t l_0 - omega g_t, linear in the first level and in omega, so both
    are least squares in closed form and one pass suffices. A prior of four average errors draws omega to 1/2
    (theta 2, the classical method) where history is short. Source: Fiorucci, Pellegrini, Louzada, Petropoulos &
    Koehler (2016), "Models for optimising the theta method", equations 15 to 20.
    """
    n = y.size
    origin = y[0]
    mean = slope = height = 0.0
    level, left = 0.0, 1.0 - alpha
    ee = ew = eg = ww = wg = gg = 0.0
    for i in range(1, n):
        v = y[i] - origin
        g = left * height + (1.0 - left * (1.0 - alpha)) / alpha * slope
        e = v - level
        if i >= _SKIPPED:
            ee += e * e
            ew += e * left
            eg += e * g
            ww += left * left
            wg += left * g
            gg += g * g
        slope = ((i - 1.0) * slope + 6.0 * (v - mean) / (i + 1.0)) / (i + 2.0)
        mean = (i * mean + v) / (i + 1.0)
        height = mean - slope * (i + 2.0) / 2.0
        level += alpha * e
        left *= 1.0 - alpha
    ww += 1e-9
    ridge = _PRIOR * gg / max(1.0, n - _SKIPPED)
    a, b = gg + ridge, eg + 0.5 * ridge
    determinant = ww * a - wg * wg
    omega = (b * ww - ew * wg) / determinant if determinant > 1e-12 * ww * a else 0.5
    omega = min(1.0, max(0.0, omega))
    first = (ew - omega * wg) / ww
    sse = ee + first * first * ww + omega * omega * gg + 2.0 * (first * omega * wg - first * ew - omega * eg)
    return sse, first, omega


@compiled
def forecast_dynamic_theta(y: Floats, alphas: Floats, out: Floats) -> bool:
    """Write the forecast with the constant of least squared error; False below five buckets."""
    n = y.size
    if n < 5:
        return False
    best_sse, alpha, first, omega = np.inf, alphas[0], 0.0, 0.5
    for tried in alphas:
        sse, level, share = try_dynamic_theta(y, tried)
        if sse < best_sse * (1.0 - 1e-9):
            best_sse, alpha, first, omega = sse, tried, level, share
    origin = y[0]
    mean = slope = height = 0.0
    level, left = (1.0 - alpha) * first, 1.0 - alpha
    for i in range(1, n + out.size):
        mu = level + omega * (left * height + (1.0 - left * (1.0 - alpha)) / alpha * slope)
        v = y[i] - origin if i < n else mu
        if i >= n:
            out[i - n] = origin + mu
        slope = ((i - 1.0) * slope + 6.0 * (v - mean) / (i + 1.0)) / (i + 2.0)
        mean = (i * mean + v) / (i + 1.0)
        height = mean - slope * (i + 2.0) / 2.0
        level += alpha * (v - level)
        left *= 1.0 - alpha
    return True
