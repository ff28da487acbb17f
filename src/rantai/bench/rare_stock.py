"""What rare demand's forecasts cost in stock, against Croston's method as corrected by Syntetos and Boylan (SBA).

Both set a base stock for the days until the next order is in, reviewed every bucket: forecast x (lead time + 1), and a
factor times the error's deviation. The factor is moved until both fill the same share of demand, so that stock-outs
cost the same and what is left to compare is the stock held. Demand counts in usual orders of its series, so that no
series outweighs the rest. Source: Syntetos & Boylan (2006), "On the stock control performance of intermittent demand
estimators", on comparing estimators by stock at equal service.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting.solution import CLASSES, ForecastSolution

Floats = NDArray[np.float64]
SERVICES = (0.8, 0.9, 0.95)
LEAD_TIME = 2
_CONSTANT = 0.1
_MOST = 2_000
_FACTORS = np.linspace(-1.5, 8.0, 96)
_RARE = CLASSES.index("intermittent"), CLASSES.index("lumpy")


def compare(trains: list[Floats], tests: Floats, solution: ForecastSolution) -> dict[str, float | int]:
    """Return series compared (2,000 at most) and, for each service that both reach, our stock over SBA's."""
    rows = np.flatnonzero(np.isin(solution.demand_class, _RARE))[:_MOST]
    if not rows.size or not tests[rows].any():
        return {"series": 0}
    usual = np.array([trains[row][trains[row] > 0].mean() for row in rows])
    demand = tests[rows] / usual[:, None]
    theirs = np.array([forecast_sba(trains[row]) for row in rows]).T
    own = _trace(demand, solution.mean[rows].mean(axis=1) / usual, solution.error_std[rows] / usual)
    other = _trace(demand, *(theirs / usual))
    reached = min(own[0].max(), other[0].max())
    shares = {f"at_{service}": _read(own, service) / _read(other, service) for service in SERVICES if service < reached}
    return {"series": int(rows.size), **{name: round(share, 4) for name, share in shares.items()}}


def forecast_sba(history: Floats) -> tuple[float, float]:
    """Return the forecast with the usual constant of a tenth, and the root mean square of its error so far."""
    kept = 1 - _CONSTANT / 2
    size, interval = float(history[np.argmax(history > 0)]), history.size / max(1, int((history > 0).sum()))
    since, squares = 1.0, 0.0
    for value in history.tolist():
        squares += (value - kept * size / interval) ** 2
        if value > 0:
            size += _CONSTANT * (value - size)
            interval += _CONSTANT * (since - interval)
            since = 1.0
        else:
            since += 1.0
    return kept * size / interval, float(np.sqrt(squares / history.size))


def hold(demand: Floats, base: Floats) -> tuple[float, float]:
    """Return the share of demand filled from a base stock by series, lost otherwise, and the mean stock of all."""
    hand, filled, stock = base.copy(), 0.0, 0.0
    coming = [np.zeros(base.size) for _ in range(LEAD_TIME)]
    for step in range(demand.shape[1]):
        hand += coming.pop(0)
        sold = np.minimum(hand, demand[:, step])
        hand -= sold
        coming.append(sold)
        filled, stock = filled + float(sold.sum()), stock + float(hand.sum())
    return filled / float(demand.sum()), stock / demand.shape[1]


def _trace(demand: Floats, mean: Floats, deviation: Floats) -> tuple[Floats, Floats]:
    """Return service and stock for every factor, both rising."""
    until = LEAD_TIME + 1
    bases = [np.maximum(mean * until + factor * deviation * np.sqrt(until), 0.0) for factor in _FACTORS]
    service, stock = np.array([hold(demand, base) for base in bases]).T
    return service, stock


def _read(traced: tuple[Floats, Floats], service: float) -> float:
    return float(np.interp(service, *traced))
