"""Compiled seasonal profiles: find a season in one history, take it out, put it back."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import forecast_theta

Floats = NDArray[np.float64]

_FLOOR = 0.05
_HARMONICS = 3
LONGEST_CLASSICAL = 24


@njit(cache=True, nogil=True)
def has_season(y: Floats, m: int) -> bool:
    """Tell whether the autocorrelation at one season stands out at the 90 % level.

    Source: the M4 competition's benchmark code (Makridakis, Spiliotis & Assimakopoulos 2020, appendix), which asks
    for three whole seasons.
    """
    n = y.size
    if m < 2 or n < 3 * m:
        return False
    d = y - y.mean()
    whole = (d * d).sum()
    if whole <= 1e-20 * (y * y).sum():
        return False
    limit = 1.0
    found = 0.0
    for lag in range(1, m + 1):
        found = (d[lag:] * d[: n - lag]).sum() / whole
        if lag < m:
            limit += 2.0 * found * found
    return abs(found) > 1.645 * math.sqrt(limit / n)


@njit(cache=True, nogil=True)
def classical_profile(y: Floats, m: int, profile: Floats) -> bool:
    """Write multiplicative indices by the ratio to a centred moving average; index k is for t = k modulo m.

    Source: Hyndman & Athanasopoulos (2021), section 3.4. Indices average 1, are drawn to 1 by the share of their
    variance that their noise explains (James-Stein), and are kept at .05 or more, so a season may be nearly empty.
    False where there is nothing to divide by, or noise alone.
    """
    n = y.size
    half = m // 2
    sums = np.zeros(m)
    counts = np.zeros(m)
    squares = 0.0
    for t in range(half, n - half):
        window = y[t - half : t + half + 1].sum()
        if m % 2 == 0:
            window -= 0.5 * (y[t - half] + y[t + half])
        if window > 0.0:
            ratio = y[t] / (window / m)
            sums[t % m] += ratio
            squares += ratio * ratio
            counts[t % m] += 1.0
    if counts.min() == 0.0 or sums.sum() <= 0.0:
        return False
    found = sums / counts
    noise = (squares - (sums * found).sum()) / max(1.0, counts.sum() - m)
    power = ((found - found.mean()) ** 2).sum()
    if power <= 1e-18:
        return False
    kept = max(0.0, 1.0 - noise * (1.0 / counts).sum() * (1.0 - 1.0 / m) / power)
    profile[:m] = np.maximum(1.0 + kept * (found / found.mean() - 1.0), _FLOOR)
    return bool(kept > 0.0)


@njit(cache=True, nogil=True)
def harmonic_profile(y: Floats, m: int, profile: Floats) -> bool:
    """Write multiplicative indices as three waves fitted beside a straight line, shrunk by their own evidence.

    A long season (52 weeks) seen once or twice cannot carry 52 free indices; six numbers it can. The shrinkage is
    James-Stein's positive part, 1 - 6 s^2 / (n mean(S^2)). Source: Hyndman & Athanasopoulos (2021), section 7.4
    (Fourier terms). False where nothing is left of the waves or the level is not positive.
    """
    n = y.size
    waves = min(_HARMONICS, (m - 1) // 2)
    level = y.mean()
    if waves < 1 or level <= 0.0 or 4 * n < 5 * m or n < 2 * waves + 6:
        return False
    size = 2 + 2 * waves
    x = np.empty((n, size))
    for t in range(n):
        x[t, 0] = 1.0
        x[t, 1] = (t - (n - 1) / 2.0) / n
        for k in range(waves):
            angle = 2.0 * math.pi * (k + 1) * (t % m) / m
            x[t, 2 + 2 * k] = math.cos(angle)
            x[t, 3 + 2 * k] = math.sin(angle)
    target = y / level
    gram = x.T @ x
    for k in range(size):
        gram[k, k] += 1e-6 * n
    beta = np.linalg.solve(gram, x.T @ target)
    left = target - x @ beta
    noise = (left * left).sum() / max(1, n - size)
    power = 0.0
    for k in range(m):
        angle = 2.0 * math.pi * k / m
        profile[k] = 0.0
        for j in range(waves):
            profile[k] += beta[2 + 2 * j] * math.cos((j + 1) * angle) + beta[3 + 2 * j] * math.sin((j + 1) * angle)
        power += profile[k] * profile[k] / m
    kept = 1.0 - 2.0 * waves * noise / (n * power) if power > 1e-12 else 0.0
    if kept <= 0.0:
        return False
    for k in range(m):
        profile[k] = max(_FLOOR, 1.0 + kept * profile[k])
    return True


@njit(cache=True, nogil=True)
def take_out(y: Floats, m: int, profile: Floats) -> Floats:
    """Return the history without its season."""
    flat = np.empty(y.size)
    for t in range(y.size):
        flat[t] = y[t] / profile[t % m]
    return flat


@njit(cache=True, nogil=True)
def put_back(out: Floats, n: int, m: int, profile: Floats) -> None:
    """Multiply a forecast that starts at bucket n by its season."""
    for k in range(out.size):
        out[k] *= profile[(n + k) % m]


@njit(cache=True, nogil=True)
def forecast_harmonic_theta(y: Floats, m: int, alphas: Floats, out: Floats) -> bool:
    """Write the Theta forecast of a history freed of three seasonal waves; False where no wave is found."""
    profile = np.empty(m)
    if not harmonic_profile(y, m, profile):
        return False
    forecast_theta(take_out(y, m, profile), alphas, out)
    put_back(out, y.size, m, profile)
    return True
