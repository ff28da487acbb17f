"""How good forecasts are by the M4 competition's definitions, against its own Naive 2.

Source: Makridakis, Spiliotis & Assimakopoulos (2020), "The M4 Competition", section 2.4 and its benchmark code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CRITICAL = 1.645


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Mean errors over series; OWA is 1 for Naive 2 itself."""

    owa: float
    smape: float
    mase: float
    smape_naive2: float
    mase_naive2: float


def naive2(history: Floats, *, season: int, horizon: int) -> Floats:
    """Return the last value with the season of the classical decomposition put back, where there is a season."""
    if not has_season(history, season):
        return np.full(horizon, history[-1])
    indices = seasonal_indices(history, season)
    n = history.size
    ahead = (n + np.arange(horizon)) % season
    found: Floats = history[-1] / indices[(n - 1) % season] * indices[ahead]
    return found


def has_season(history: Floats, season: int) -> bool:
    """Tell whether M4's test finds a season: three seasons of history, autocorrelation beyond its 90 % limit."""
    n = history.size
    if season < 2 or n < 3 * season:
        return False
    centred = history - history.mean()
    power = float(centred @ centred)
    if power <= 0:
        return False
    found = [float(centred[lag:] @ centred[: n - lag]) / power for lag in range(1, season + 1)]
    limit = _CRITICAL * np.sqrt((1 + 2 * np.sum(np.square(found[:-1]))) / n)
    return abs(found[-1]) > float(limit)


def seasonal_indices(history: Floats, season: int) -> Floats:
    """Return multiplicative indices by the ratio to a centred moving average, averaging 1."""
    half = season // 2
    window = np.ones(season) if season % 2 else np.array([0.5, *np.ones(season - 1), 0.5])
    trend = np.convolve(history, window / season, mode="valid")
    place = np.arange(half, half + trend.size)
    ratio = np.divide(history[place], trend, out=np.ones(trend.size), where=trend > 0)
    indices = np.array([ratio[place % season == k].mean() for k in range(season)])
    found: Floats = np.maximum(indices / indices.mean(), 1e-6)
    return found


def smape(actual: Floats, forecast: Floats) -> float:
    """Return the symmetric mean absolute percentage error, 0 to 200; a bucket of 0 forecast as 0 counts 0."""
    size = np.abs(actual) + np.abs(forecast)
    return float(np.mean(np.divide(200 * np.abs(actual - forecast), size, out=np.zeros(size.size), where=size > 0)))


def naive_scale(history: Floats, season: int) -> float:
    """Return the in-sample mean absolute error of the seasonal naive; NaN where there is none."""
    lag = season if history.size > season else 1
    found = float(np.abs(history[lag:] - history[:-lag]).mean()) if history.size > lag else 0.0
    return found if found > 0 else float("nan")


def measure(trains: list[Floats], tests: list[Floats], forecasts: list[Floats], *, season: int) -> Accuracy:
    """Return the accuracy over series; one without a naive error (constant) is left out of MASE."""
    scales = np.array([naive_scale(train, season) for train in trains])
    naive = [naive2(y, season=season, horizon=test.size) for y, test in zip(trains, tests, strict=True)]
    smapes, mases = _both(tests, forecasts, scales)
    smapes2, mases2 = _both(tests, naive, scales)
    owa = 0.5 * (smapes / smapes2 + mases / mases2) if smapes2 > 0 and mases2 > 0 else float("nan")
    return Accuracy(owa=owa, smape=smapes, mase=mases, smape_naive2=smapes2, mase_naive2=mases2)


def _both(tests: list[Floats], forecasts: list[Floats], scales: Floats) -> tuple[float, float]:
    pairs = list(zip(tests, forecasts, strict=True))
    errors = np.array([np.abs(test - found).mean() for test, found in pairs])
    scaled = (errors / scales)[~np.isnan(scales)]
    mase = float(scaled.mean()) if scaled.size else float("nan")
    return float(np.mean([smape(test, found) for test, found in pairs])), mase
