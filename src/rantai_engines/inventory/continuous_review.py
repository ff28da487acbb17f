"""Find the cheapest order point and order quantity when stock is watched all the time."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from rantai_engines import arrays
from rantai_engines.inventory import safety_stock

Floats = NDArray[np.float64]

_HALVINGS = 100
_LARGEST_LOT = 1_000_000


def reorder_cost(
    reorder_point: ArrayLike,
    quantity: ArrayLike,
    *,
    demand_rate: ArrayLike,
    lead_time_mean: ArrayLike,
    lead_time_std: ArrayLike,
    order_cost: ArrayLike,
    holding_cost: ArrayLike,
    shortage_cost: ArrayLike,
) -> Floats:
    """Return the expected cost of ordering `quantity` whenever the position falls to `reorder_point`.

    Parameters
    ----------
    reorder_point, quantity : array_like
        r and Q, units.
    demand_rate : array_like
        d, units/bucket.
    lead_time_mean, lead_time_std : array_like
        Of the demand during a lead time, units; normal.
    order_cost, holding_cost, shortage_cost : array_like
        K money/order; h and p money/(unit bucket), p of a customer who waits.

    Returns
    -------
    ndarray
        (K d + integral of g from r to r + Q) / Q, money/bucket.

    Notes
    -----
    Source: Zheng (1992); Snyder & Shen (2019), section 5.3. g is the newsvendor's cost of lead-time demand.
    """
    r, q = np.asarray(reorder_point, dtype=np.float64), np.asarray(quantity, dtype=np.float64)
    costs = (lead_time_mean, lead_time_std, holding_cost, shortage_cost)
    area = _area_below(r + q, *costs) - _area_below(r, *costs)
    return np.asarray((np.multiply(order_cost, demand_rate) + area) / q)


def best_reorder_point(
    quantity: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    lead_time_std: ArrayLike,
    holding_cost: ArrayLike,
    shortage_cost: ArrayLike,
) -> Floats:
    """Return the cheapest order point of a quantity, at which g(r) = g(r + Q); parameters as in ``reorder_cost``.

    Notes
    -----
    Source: Zheng (1992), lemma on the optimal r for Q. By halving between the newsvendor's level less Q and that level.
    """
    q, h, p = (np.asarray(x, dtype=np.float64) for x in (quantity, holding_cost, shortage_cost))
    costs = (lead_time_mean, lead_time_std, h, p)
    top = np.asarray(lead_time_mean) + special.ndtri(p / (p + h)) * np.asarray(lead_time_std)
    high, low = np.broadcast_arrays(top, top - q)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = _newsvendor_cost(middle + q, *costs) > _newsvendor_cost(middle, *costs)
        low, high = np.where(rising, low, middle), np.where(rising, middle, high)
    return np.asarray((low + high) / 2)


def solve_order_point(
    demand_rate: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    lead_time_std: ArrayLike,
    order_cost: ArrayLike,
    holding_cost: ArrayLike,
    shortage_cost: ArrayLike,
) -> tuple[Floats, Floats, Floats]:
    """Return the cheapest order point, quantity and their cost; parameters as in ``reorder_cost``.

    Notes
    -----
    Source: Zheng (1992): at the best Q, Q g(r(Q)) less the integral of g is K d, and the left side rises with Q.
    """
    work = np.multiply(order_cost, demand_rate) * 1.0
    law = {"lead_time_mean": lead_time_mean, "lead_time_std": lead_time_std}
    prices = {"holding_cost": holding_cost, "shortage_cost": shortage_cost}

    def excess(q: Floats) -> Floats:
        r = best_reorder_point(q, **law, **prices)
        costs = (lead_time_mean, lead_time_std, holding_cost, shortage_cost)
        area = _area_below(r + q, *costs) - _area_below(r, *costs)
        return np.asarray(q * _newsvendor_cost(r, *costs) - area - work)

    low, high = np.zeros_like(work) + 1e-9, np.ones_like(work)
    for _ in range(_HALVINGS):
        if np.all(excess(high) > 0):
            break
        high = np.where(excess(high) > 0, high, 2 * high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        over = excess(middle) > 0
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    q = (low + high) / 2
    r = best_reorder_point(q, **law, **prices)
    return r, q, reorder_cost(r, q, demand_rate=demand_rate, order_cost=order_cost, **law, **prices)


def approximate_order_point(
    demand_rate: float,
    *,
    lead_time_mean: float,
    lead_time_std: float,
    order_cost: float,
    holding_cost: float,
    shortage_cost: float,
) -> tuple[float, float, float]:
    """Return order point, quantity and cost where a unit short costs once, whatever its wait.

    Parameters
    ----------
    demand_rate, lead_time_mean, lead_time_std, order_cost, holding_cost : float
        As in ``reorder_cost``.
    shortage_cost : float
        Money/unit short.

    Returns
    -------
    reorder_point, quantity, cost : float
        Units; money/bucket.

    Raises
    ------
    InvalidProblem
        If a lot would hold longer than a shortage is worth (Q h > p d): no order point is best then.

    Notes
    -----
    Source: Hadley & Whitin (1963), chapter 4; Snyder & Shen (2019), section 5.4 (expected-inventory-level
    approximation): Q = sqrt(2 d (K + p n(r)) / h) and 1 - F(r) = Q h / (p d), in turns.
    """
    quantity = float(np.sqrt(2 * order_cost * demand_rate / holding_cost))
    for _ in range(_HALVINGS):
        tail = quantity * holding_cost / (shortage_cost * demand_rate)
        if not 0 < tail < 1:
            raise arrays.InvalidProblem("shortage_cost", f"it is {shortage_cost}", "it must exceed what a lot costs")
        z = float(special.ndtri(1 - tail))
        short = lead_time_std * float(safety_stock.unit_normal_loss(z))
        following = float(np.sqrt(2 * demand_rate * (order_cost + shortage_cost * short) / holding_cost))
        settled = abs(following - quantity) < 1e-12 * following
        quantity = following
        if settled:
            break
    point = lead_time_mean + z * lead_time_std
    held = holding_cost * (point - lead_time_mean + quantity / 2)
    return point, quantity, held + (order_cost + shortage_cost * short) * demand_rate / quantity


def solve_order_point_poisson(
    demand_rate: float, *, lead_time: float, order_cost: float, holding_cost: float, shortage_cost: float
) -> tuple[int, int, float]:
    """Return the cheapest whole order point and quantity, and their cost, for Poisson demand.

    Parameters
    ----------
    demand_rate, lead_time : float
        Units/bucket, buckets; their product at most 1,000,000.
    order_cost, holding_cost, shortage_cost : float
        As in ``reorder_cost``.

    Returns
    -------
    reorder_point, quantity : int
        Units.
    cost : float
        Money/bucket.

    Notes
    -----
    Source: Federgruen & Zheng (1992), exact: positions are added on the cheaper side while they lower the mean cost.
    """
    mean = demand_rate * lead_time
    arrays.check_range(mean, field="demand over the lead time", low=0, high=1e6)

    def g(level: int) -> float:
        missing = mean - level if level < 0 else _poisson_shortage(mean, level)
        return holding_cost * (level - mean + missing) + shortage_cost * missing

    best = int(stats.poisson.ppf(shortage_cost / (shortage_cost + holding_cost), mean))
    low, high, total = best - 1, best + 1, g(best)
    cost = order_cost * demand_rate + total
    for quantity in range(2, _LARGEST_LOT):
        below, above = g(low), g(high)
        if min(below, above) >= cost:
            break
        total += min(below, above)
        low, high = (low - 1, high) if below <= above else (low, high + 1)
        cost = (order_cost * demand_rate + total) / quantity
    return low, high - low - 1, cost


def _poisson_shortage(mean: float, level: int) -> float:
    return float((mean - level) * stats.poisson.sf(level, mean) + mean * stats.poisson.pmf(level, mean))


def _newsvendor_cost(level: Floats, mean: ArrayLike, std: ArrayLike, holding: ArrayLike, shortage: ArrayLike) -> Floats:
    z = (level - np.asarray(mean)) / np.asarray(std)
    loss = np.asarray(std) * safety_stock.unit_normal_loss(z)
    return np.asarray(np.asarray(holding) * (level - np.asarray(mean)) + np.add(holding, shortage) * loss)


def _area_below(level: Floats, mean: ArrayLike, std: ArrayLike, holding: ArrayLike, shortage: ArrayLike) -> Floats:
    """Return an antiderivative of the newsvendor's cost."""
    away = level - np.asarray(mean)
    z = away / np.asarray(std)
    second = ((z * z + 1) * special.ndtr(-z) - z * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)) / 2
    return np.asarray(np.asarray(holding) * away**2 / 2 - np.add(holding, shortage) * np.square(std) * second)
