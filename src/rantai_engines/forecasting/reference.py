"""Forecast one history at a time by the plainest form of each method, for the tests to compare with."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ses(y: Sequence[float], *, alphas: Sequence[float]) -> float:
    """Return the last level of simple exponential smoothing, its first level found by least squares."""
    best = (math.inf, 0.0)
    for alpha in alphas:

        def run(first: float, alpha: float = alpha) -> tuple[Floats, float]:
            level, errors = first, []
            for value in y:
                errors.append(value - level)
                level += alpha * errors[-1]
            return np.array(errors), level

        at_nought, _ = run(0.0)
        slope = run(1.0)[0] - at_nought
        first = -float(slope @ at_nought) / float(slope @ slope)
        errors, level = run(first)
        sse = float(errors @ errors)
        if sse < best[0] * (1 - 1e-9):
            best = (sse, level)
    return best[1]


def theta(y: Sequence[float], *, horizon: int, alphas: Sequence[float]) -> Floats:
    """Return the Theta forecast: the mean of the straight line and of the smoothed line of twice the curvature."""
    t = np.arange(len(y))
    slope, intercept = np.polyfit(t, np.array(y), 1)
    second = 2 * np.array(y) - (intercept + slope * t)
    ahead = intercept + slope * (len(y) + np.arange(horizon))
    return np.asarray(0.5 * ses(list(second), alphas=alphas) + 0.5 * ahead, dtype=np.float64)


def damped_trend(y: Sequence[float], *, horizon: int, grid: Sequence[Sequence[float]]) -> Floats:
    """Return the damped trend with the least squared error, its first states found by least squares."""
    best: tuple[float, Floats] = (math.inf, np.zeros(horizon))
    for alpha, beta, phi in grid:

        def run(
            first: float, trend: float, data: Sequence[float], c: tuple[float, float, float] = (alpha, beta, phi)
        ) -> tuple[Floats, float, float]:
            level, errors = first, []
            for value in data:
                expected = level + c[2] * trend
                errors.append(value - expected)
                level = expected + c[0] * errors[-1]
                trend = c[2] * trend + c[0] * c[1] * errors[-1]
            return np.array(errors), level, trend

        nothing = [0.0] * len(y)
        base = run(0, 0, y)[0]
        matrix = -np.stack([run(1, 0, nothing)[0], run(0, 1, nothing)[0]], axis=1)
        first, trend = np.linalg.lstsq(matrix, base, rcond=None)[0]
        errors, level, slope = run(float(first), float(trend), y)
        sse = float(errors @ errors)
        if sse < best[0] * (1 - 1e-9):
            best = (sse, level + slope * np.cumsum(phi ** np.arange(1, horizon + 1)))
    return best[1]


def croston_sba(y: Sequence[float], *, alpha: float) -> float:
    """Return the forecast of Syntetos & Boylan (2005) for one constant, begun at the first size and the mean gap."""
    size, interval = next(value for value in y if value > 0), len(y) / sum(value > 0 for value in y)
    since = 1
    for value in y:
        if value > 0:
            size, interval, since = size + alpha * (value - size), interval + alpha * (since - interval), 1
        else:
            since += 1
    return (1 - alpha / 2) * size / interval


def tsb(y: Sequence[float], *, alpha: float, beta: float) -> float:
    """Return the forecast of Teunter, Syntetos & Babai (2011) for given constants, begun at the means."""
    sizes = [value for value in y if value > 0]
    size, chance = sum(sizes) / len(sizes), len(sizes) / len(y)
    for value in y:
        if value > 0:
            size += alpha * (value - size)
            chance += beta * (1 - chance)
        else:
            chance -= beta * chance
    return size * chance


def describe(y: Sequence[float]) -> tuple[float, float]:
    """Return ADI and CV squared (population) of a history with demand."""
    sizes = np.array([value for value in y if value > 0])
    return len(y) / sizes.size, float(sizes.var() / sizes.mean() ** 2)


def seasonal_indices(y: Sequence[float], *, season: int) -> Floats:
    """Return classical multiplicative indices by the ratio to a centred moving average, not shrunk."""
    half = season // 2
    weights = np.ones(season) if season % 2 else np.array([0.5, *np.ones(season - 1), 0.5])
    ratios: list[list[float]] = [[] for _ in range(season)]
    for t in range(half, len(y) - half):
        window = np.array(y[t - half : t + half + 1])
        ratios[t % season].append(y[t] / float(weights @ window / season))
    means = np.array([np.mean(found) for found in ratios])
    return np.asarray(means / means.mean(), dtype=np.float64)


def measures(
    actual: Sequence[float], forecast: Sequence[float], *, history: Sequence[float], lag: int
) -> tuple[float, float, float]:
    """Return MASE, WMAPE and bias of one forecast (GLOSSARY 4.3)."""
    a, f, y = np.array(actual), np.array(forecast), np.array(history)
    naive = np.abs(y[lag:] - y[:-lag]).mean()
    return float(np.abs(a - f).mean() / naive), float(np.abs(a - f).sum() / a.sum()), float((f - a).sum() / a.sum())


def keep_schedule(days: Sequence[int], *, period: float, phase: float, tolerance: int) -> dict[int, int]:
    """Return for each date of a schedule that was kept the place of the purchase nearest to it, the earlier of two."""
    kept: dict[int, int] = {}
    for place, day in enumerate(days):
        date = round((day - phase) / period)
        off = abs(day - phase - date * period)
        if off <= min(tolerance, period / 2) and (
            date not in kept or off < abs(days[kept[date]] - phase - date * period)
        ):
            kept[date] = place
    return kept


def score_schedule(days: Sequence[int], *, period: float, phase: float, tolerance: int) -> float:
    """Return the log-likelihood of dates kept or not, of days around them and of other purchases, no penalty taken."""
    kept = keep_schedule(days, period=period, phase=phase, tolerance=tolerance)
    dates = max(kept) - min(kept) + 1
    share = (len(kept) + 0.5) / (dates + 1)
    off = [abs(days[place] - phase - date * period) for date, place in kept.items()]
    scatter = (sum(off) + 0.5) / (len(kept) + 1)
    decay = (math.sqrt(1 + scatter**2) - 1) / scatter
    total = sum(math.log(share if date in kept else 1 - share) for date in range(min(kept), max(kept) + 1))
    total += sum(math.log((1 - decay) / (1 + decay)) + each * math.log(decay) for each in off)
    others, span = len(days) - len(kept), max(days[-1] - days[0], 1)
    return total + (others * math.log(others / span) if others else 0.0) - others
