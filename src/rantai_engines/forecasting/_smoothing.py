"""Compiled exponential smoothing in state space: nine structures with either error, chosen by AIC.

Letters of the books: y history, m season length, l level, b trend, s seasonal states, mu the one-step forecast,
e its error; alpha, beta, gamma, phi smoothing constants of level, trend, season and damping.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled, fit_line, mean_of

Floats = NDArray[np.float64]

NO_TREND, ADDED, DAMPED = range(3)
NO_SEASON, ADDED_SEASON, MULTIPLIED_SEASON = range(3)
_LOW = (0.02, 0.01, 0.01, 0.8)
_HIGH = (0.98, 0.9, 0.9, 0.98)
_LONGEST = 320
_RICH_BELOW = 160


@compiled
def run_smoothing(
    y: Floats, m: int, trend: int, season: int, x: Floats, states: Floats, seasons: Floats, last: Floats
) -> float:
    """Return -2 log likelihood of the better of both errors; leave the last states in `last`.

    Parameters
    ----------
    x : ndarray, shape (4,)
        alpha, beta / alpha, gamma / (1 - alpha), phi.
    states, seasons : ndarray, shapes (2,) and (m,)
        First level and trend; first seasonal states, of bucket t modulo m.
    last : ndarray, shape (m + 2,), out
        Last level, trend and seasonal states.

    Notes
    -----
    With an added trend the recursions of both errors are the same, so that one pass gives both likelihoods.
    Source: Hyndman, Koehler, Ord & Snyder (2008), tables 2.2 and 2.3, equation 5.3. Infinite where a multiplied
    form meets a forecast that is not positive.
    """
    alpha, beta, gamma = x[0], x[0] * x[1], x[2] * (1.0 - x[0])
    phi = 0.0 if trend == NO_TREND else (1.0 if trend == ADDED else x[3])
    level, slope = states[0], states[1]
    for k in range(m):
        last[2 + k] = seasons[k]
    n = y.size
    added = multiplied = logs = 0.0
    positive = True
    for t in range(n):
        base = level + phi * slope
        k = 2 + t % m
        mu = base
        if season == ADDED_SEASON:
            mu = base + last[k]
        elif season == MULTIPLIED_SEASON:
            mu = base * last[k]
        e = y[t] - mu
        added += e * e
        if mu > 1e-9 and base > 1e-9:
            multiplied += (e / mu) * (e / mu)
            logs += math.log(mu)
        else:
            positive = False
        if season == MULTIPLIED_SEASON:
            if not positive:
                return math.inf
            pull = e / last[k]
            last[k] = max(1e-6, last[k] + gamma * e / base)
        else:
            pull = e
            if season == ADDED_SEASON:
                last[k] += gamma * e
        level = base + alpha * pull
        slope = phi * slope + beta * pull
    last[0], last[1] = level, slope
    found = n * math.log(max(added, 1e-300))
    if positive and multiplied > 0.0:
        found = min(found, n * math.log(multiplied) + 2.0 * logs)
    return found


@compiled
def first_states(y: Floats, m: int, trend: int, season: int, states: Floats, seasons: Floats) -> None:
    """Write first states from the head of a history: seasonal means about a moving average, a line through the rest.

    Source: Hyndman et al. (2008), section 2.6.1.
    """
    n = y.size
    divided = season == MULTIPLIED_SEASON
    head = min(n, max(10, 2 * m) if season != NO_SEASON else 10)
    flat = np.empty(head)
    for k in range(m):
        seasons[k] = 1.0 if divided else 0.0
    if season != NO_SEASON:
        a, b = fit_line(y[: min(n // m, 3) * m])
        mean = 0.0
        for k in range(m):
            total = 0.0
            for t in range(k, min(n // m, 3) * m, m):
                total += y[t] / max(a + b * t, 1e-9) if divided else y[t] - (a + b * t)
            seasons[k] = total / min(n // m, 3)
            mean += seasons[k]
        mean /= m
        for k in range(m):
            if divided:
                seasons[k] = max(0.02, seasons[k] / mean) if mean > 0.0 else 1.0
            else:
                seasons[k] -= mean
    for t in range(head):
        flat[t] = y[t] / seasons[t % m] if divided else y[t] - seasons[t % m]
    if trend == NO_TREND:
        states[0], states[1] = mean_of(flat[: min(head, max(m, 4))]), 0.0
    else:
        a, b = fit_line(flat)
        states[0], states[1] = a - b, b


@compiled
def search(
    y: Floats, m: int, trend: int, season: int, finest: float, x: Floats, states: Floats, seasons: Floats, last: Floats
) -> float:
    """Walk the constants and first states downhill in shrinking steps; return the least -2 log likelihood.

    Compass search (Kolda, Lewis & Torczon 2003, section 3), each constant in its box; the first level and trend
    move in steps of the history's own one-step change. `x`, `states` and `last` hold the best found.
    """
    x[0], x[1], x[2], x[3] = 0.3, 0.15, 0.15, 0.92
    first_states(y, m, trend, season, states, seasons)
    moved = 0.0
    for t in range(1, y.size):
        moved += abs(y[t] - y[t - 1])
    unit = moved / max(1, y.size - 1)
    best = run_smoothing(y, m, trend, season, x, states, seasons, last)
    step = 0.25
    while step >= finest:
        better = False
        for axis in range(6):
            if (axis == 1 and trend == NO_TREND) or (axis == 2 and season == NO_SEASON):
                continue
            if (axis == 3 and trend != DAMPED) or (axis == 5 and trend == NO_TREND):
                continue
            for sign in (1.0, -1.0):
                if axis < 4:
                    kept = x[axis]
                    span = _HIGH[axis] - _LOW[axis]
                    x[axis] = min(_HIGH[axis], max(_LOW[axis], kept + sign * step * span))
                    if x[axis] == kept:
                        continue
                else:
                    kept = states[axis - 4]
                    states[axis - 4] = kept + sign * step * unit * (4.0 if axis == 4 else 1.0)
                found = run_smoothing(y, m, trend, season, x, states, seasons, last)
                if found < best - 1e-7 * abs(best):
                    best = found
                    better = True
                    break
                if axis < 4:
                    x[axis] = kept
                else:
                    states[axis - 4] = kept
        if not better:
            step *= 0.5
    run_smoothing(y, m, trend, season, x, states, seasons, last)
    return best


@compiled
def forecast_smoothing(y: Floats, m: int, thorough: bool, out: Floats) -> bool:
    """Write the forecast of the structure with the least corrected AIC.

    Parameters
    ----------
    m : int
        Season length, 1 to 24, 1 for none; a season is tried from two seasons and five buckets on.
    thorough : bool
        Tries all nine structures in fine steps on any length; else histories from 160 buckets on try four in
        coarse ones. The latest 320 buckets, or four seasons, are used.

    Notes
    -----
    False below six buckets. Source: Hyndman & Athanasopoulos (2021), section 8.6; corrected AIC of Hurvich & Tsai
    (1989).
    """
    longest = max(_LONGEST, 4 * m)
    if y.size > longest:
        y = y[y.size - longest :]
    n = y.size
    scale = mean_of(y)
    if n < 6 or scale <= 0.0:
        return False
    scaled = np.empty(n)
    least = math.inf
    for t in range(n):
        scaled[t] = y[t] / scale
        least = min(least, y[t])
    with_season = m > 1 and n >= 2 * m + 5
    cycle = m if with_season else 1
    x = np.empty(4)
    states = np.empty(2)
    seasons = np.empty(cycle)
    last = np.empty(cycle + 2)
    kept = np.empty(cycle + 2)
    rich = thorough or n < _RICH_BELOW
    finest = 0.03 if rich else 0.06
    best, best_phi, best_season = math.inf, 0.0, NO_SEASON
    for season in range(3):
        if (season != NO_SEASON and not with_season) or (season == NO_SEASON and with_season and not rich):
            continue
        if season == MULTIPLIED_SEASON and least <= 0.0:
            continue
        for trend in range(3):
            if trend == ADDED and not rich:
                continue
            size = 3.0 + 2.0 * min(trend, 1) + (1.0 if trend == DAMPED else 0.0)
            if season != NO_SEASON:
                size += float(cycle)
            if size + 2.0 >= n:
                continue
            found = search(scaled, cycle, trend, season, finest, x, states, seasons, last)
            found += 2.0 * size + 2.0 * size * (size + 1.0) / (n - size - 1.0)
            if found < best:
                best, best_season = found, season
                best_phi = 0.0 if trend == NO_TREND else (1.0 if trend == ADDED else x[3])
                for k in range(cycle + 2):
                    kept[k] = last[k]
    if best == math.inf:
        return False
    damping, ahead = 1.0, 0.0
    for k in range(out.size):
        damping *= best_phi
        ahead += damping
        out[k] = kept[0] + ahead * kept[1]
        place = kept[2 + (n + k) % cycle]
        if best_season == ADDED_SEASON:
            out[k] += place
        elif best_season == MULTIPLIED_SEASON:
            out[k] *= place
        out[k] *= scale
    return True
