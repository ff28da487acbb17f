"""Compiled seasonal profiles: find a season in one history, take it out, put it back."""

import math

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled, factorise, mean_of, solve_leading

Floats = NDArray[np.float64]

_FLOOR = 0.05
_HARMONICS = 3
LONGEST_CLASSICAL = 24


@compiled
def classical_profile(y: Floats, m: int, profile: Floats) -> bool:
    """Write multiplicative indices by the ratio to a centred moving average; index k is for t = k modulo m.

    Source: Hyndman & Athanasopoulos (2021), section 3.4. Indices average 1, are drawn to 1 by the share of their
    variance that their noise explains (James-Stein), and are kept at .05 or more, so a season may be nearly empty.
    False where there is nothing to divide by, or noise alone.
    """
    n = y.size
    half = m // 2
    sums, counts = np.empty(m), np.empty(m)
    for k in range(m):
        sums[k] = counts[k] = 0.0
    squares = 0.0
    for t in range(half, n - half):
        window = 0.0
        for u in range(t - half, t + half + 1):
            window += y[u]
        if m % 2 == 0:
            window -= 0.5 * (y[t - half] + y[t + half])
        if window > 0.0:
            ratio = y[t] / (window / m)
            sums[t % m] += ratio
            squares += ratio * ratio
            counts[t % m] += 1.0
    count = total = explained = inverse = mean = power = 0.0
    for k in range(m):
        if counts[k] == 0.0:
            return False
        count += counts[k]
        total += sums[k]
        explained += sums[k] * (sums[k] / counts[k])
        inverse += 1.0 / counts[k]
        mean += sums[k] / counts[k]
    mean /= m
    for k in range(m):
        power += (sums[k] / counts[k] - mean) ** 2
    if total <= 0.0 or power <= 1e-18:
        return False
    noise = (squares - explained) / max(1.0, count - m)
    kept = max(0.0, 1.0 - noise * inverse * (1.0 - 1.0 / m) / power)
    for k in range(m):
        profile[k] = max(1.0 + kept * (sums[k] / counts[k] / mean - 1.0), _FLOOR)
    return kept > 0.0


@compiled
def harmonic_profile(y: Floats, m: int, profile: Floats) -> bool:
    """Write multiplicative indices as three waves fitted beside a straight line, shrunk by their own evidence.

    A long season (52 weeks) seen once or twice cannot carry 52 free indices; six numbers it can. The shrinkage is
    James-Stein's positive part, 1 - 6 s^2 / (n mean(S^2)). Source: Hyndman & Athanasopoulos (2021), section 7.4
    (Fourier terms). False where nothing is left of the waves or the level is not positive.
    """
    n = y.size
    waves = min(_HARMONICS, (m - 1) // 2)
    level = mean_of(y)
    if waves < 1 or level <= 0.0 or 4 * n < 5 * m or n < 2 * waves + 6:
        return False
    size = 2 + 2 * waves
    x, right, beta, gram = np.empty((n, size)), np.empty(size), np.empty(size), np.empty((size, size))
    for i in range(size):
        right[i] = 0.0
        for j in range(i + 1):
            gram[i, j] = 1e-6 * n if i == j else 0.0
    for t in range(n):
        x[t, 0] = 1.0
        x[t, 1] = (t - (n - 1) / 2.0) / n
        for k in range(waves):
            angle = 2.0 * math.pi * (k + 1) * (t % m) / m
            x[t, 2 + 2 * k] = math.cos(angle)
            x[t, 3 + 2 * k] = math.sin(angle)
        for i in range(size):
            right[i] += x[t, i] * (y[t] / level)
            for j in range(i + 1):
                gram[i, j] += x[t, i] * x[t, j]
    factorise(gram)
    solve_leading(gram, size, right, beta)
    noise = 0.0
    for t in range(n):
        left = y[t] / level
        for i in range(size):
            left -= x[t, i] * beta[i]
        noise += left * left
    noise /= max(1, n - size)
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


@compiled
def take_out(y: Floats, m: int, profile: Floats) -> Floats:
    """Return the history without its season."""
    flat = np.empty(y.size)
    for t in range(y.size):
        flat[t] = y[t] / profile[t % m]
    return flat


@compiled
def put_back(out: Floats, n: int, m: int, profile: Floats) -> None:
    """Multiply a forecast that starts at bucket n by its season."""
    for k in range(out.size):
        out[k] *= profile[(n + k) % m]
