"""Find the cheapest levels (s, S) when stock is looked at once a period."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rantai_engines import arrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_LEVELS = 1_000_000


def solve_levels(
    chances: Floats, *, order_cost: float, holding_cost: float, shortage_cost: float
) -> tuple[int, int, float]:
    """Return the cheapest s and S for whole demand of a period, and their cost: order up to S at s or below.

    Parameters
    ----------
    chances : ndarray, shape (n_values,)
        Chance of a demand of 0, 1, 2, … units; summing to 1, the first below 1.
    order_cost : float
        Money/order.
    holding_cost, shortage_cost : float
        Money for each unit left, and missing, at a period's end; both above 0. Orders are there at once.

    Returns
    -------
    reorder_point, order_up_to : int
        Units.
    cost : float
        Money/period.

    Raises
    ------
    InvalidProblem
        If the chances are none, or a cost is outside the above.

    Notes
    -----
    Source: Zheng & Federgruen (1991), algorithm; exact.
    """
    law = arrays.check_vector(chances, field="chances", dtype=np.float64)
    if law.size == 0 or (law < 0).any() or abs(law.sum() - 1) > 1e-6 or law[0] >= 1 - 1e-12:
        raise arrays.InvalidProblem("chances", "they are no law of demand", "0 or more, summing to 1, not all at 0")
    for name, value in (("holding_cost", holding_cost), ("shortage_cost", shortage_cost)):
        arrays.check_range(value, field=name, low=1e-12, high=1e15)
    arrays.check_range(order_cost, field="order_cost", low=0, high=1e15)
    below, mean = np.cumsum(law), float(law @ np.arange(law.size))
    partial = np.cumsum(law * np.arange(law.size))

    def g(level: int) -> float:
        if level < 0:
            return shortage_cost * (mean - level)
        at = min(level, law.size - 1)
        left = level * below[at] - partial[at]
        return float(holding_cost * left + shortage_cost * (mean - level + left))

    renewal = _Renewal(law)

    def cost_of(s: int, top: int) -> float:
        held = sum(renewal.visits(j) * g(top - j) for j in range(top - s))
        return float((order_cost + held) / renewal.time(top - s))

    start = 0
    while start < _MOST_LEVELS and below[min(start, law.size - 1)] < shortage_cost / (shortage_cost + holding_cost):
        start += 1
    s = start - 1
    while cost_of(s, start) > g(s):
        s -= 1
    best_s, best_top, best, top = s, start, cost_of(s, start), start + 1
    while g(top) <= best:
        found = cost_of(best_s, top)
        if found < best:
            best_top = top
            while cost_of(best_s, top) <= g(best_s + 1):
                best_s += 1
            best = cost_of(best_s, top)
        top += 1
    return best_s, best_top, best


class _Renewal:
    """How often, and for how long, the stock stays near S before an order (m and M of Zheng & Federgruen)."""

    def __init__(self, law: Floats) -> None:
        self._law = law
        self._visits = [1 / (1 - law[0])]
        self._times = [0.0]

    def visits(self, j: int) -> float:
        while len(self._visits) <= j:
            at = len(self._visits)
            reach = min(at, self._law.size - 1)
            past = np.array(self._visits[at - reach : at])[::-1]
            self._visits.append(float(self._law[1 : reach + 1] @ past / (1 - self._law[0])))
        return self._visits[j]

    def time(self, j: int) -> float:
        while len(self._times) <= j:
            self._times.append(self._times[-1] + self.visits(len(self._times) - 1))
        return self._times[j]


def approximate_lot(
    demand_mean: Floats, *, demand_std: Floats, order_cost: Floats, holding_cost: Floats, shortage_cost: Floats
) -> tuple[Floats, Floats]:
    """Return order point and lot of the power approximation, for orders that are there at once.

    Parameters
    ----------
    demand_mean, demand_std : ndarray
        Of a period, units, above 0.
    order_cost, holding_cost, shortage_cost : ndarray
        Money/order; money for each unit left, and missing, at a period's end; above 0.

    Returns
    -------
    reorder_point, lot : ndarray
        Units.

    Notes
    -----
    Source: Ehrhardt & Mosier (1984); Snyder & Shen (2019), section 4.4.
    """
    ratio = order_cost / holding_cost
    lot = 1.30 * demand_mean**0.494 * ratio**0.506 * (1 + (demand_std / demand_mean) ** 2) ** 0.116
    z = np.sqrt(lot * holding_cost / (demand_std * shortage_cost))
    return 0.973 * demand_mean + demand_std * (0.183 / z + 1.063 - 2.192 * z), lot


def approximate_levels(
    demand_mean: Floats, *, demand_std: Floats, order_cost: Floats, holding_cost: Floats, shortage_cost: Floats
) -> tuple[Floats, Floats]:
    """Return s and S by the power approximation; parameters and source as in ``approximate_lot``.

    Notes
    -----
    Where the lot is under one and a half periods' demand, neither level exceeds the newsvendor's (as Ehrhardt &
    Mosier have it): an order nearly every period stocks for that period.
    """
    costs = {"order_cost": order_cost, "holding_cost": holding_cost, "shortage_cost": shortage_cost}
    point, lot = approximate_lot(demand_mean, demand_std=demand_std, **costs)
    factor = special.ndtri(shortage_cost / (shortage_cost + holding_cost))
    most = np.where(lot / demand_mean < 1.5, demand_mean + factor * demand_std, np.inf)
    return np.minimum(point, most), np.minimum(point + lot, most)


def solve_finite_horizon(
    demand_mean: Floats,
    *,
    demand_std: Floats,
    order_cost: float,
    unit_cost: float,
    holding_cost: float,
    shortage_cost: float,
    end_holding_cost: float,
    end_shortage_cost: float,
    discount: float,
    stock: int,
    lowest: int,
    highest: int,
) -> tuple[Ints, Ints, float]:
    """Return s and S of each period of a finite horizon, and the least expected discounted cost.

    Parameters
    ----------
    demand_mean, demand_std : ndarray, shape (n_periods,)
        Of normal demand, rounded to whole units, units.
    order_cost, unit_cost : float
        Money/order; money/unit.
    holding_cost, shortage_cost, end_holding_cost, end_shortage_cost : float
        Money for each unit left, and missing, at a period's end; and once more at the horizon's end.
    discount : float
        Worth of a period's money one period earlier, above 0, at most 1.
    stock : int
        Units at the start.
    lowest, highest : int
        Range of stock that is looked at, units; demand beyond the lowest is taken to end there.

    Returns
    -------
    reorder_point, order_up_to : ndarray of int64, shape (n_periods,)
        Units; equal where ordering has no fixed cost.
    cost : float
        Money of the first period.

    Notes
    -----
    Source: Snyder & Shen (2019), algorithm 4.1; Scarf (1960) for the form of the policy.
    Complexity: periods times the range squared.
    """
    arrays.check_range(stock, field="stock", low=lowest, high=highest)
    arrays.check_range(discount, field="discount", low=1e-9, high=1)
    levels = np.arange(lowest, highest + 1)
    future = end_holding_cost * np.maximum(levels, 0.0) + end_shortage_cost * np.maximum(-levels, 0.0)
    n = demand_mean.size
    point, top = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for t in range(n - 1, -1, -1):
        value = _value_levels(levels, float(demand_mean[t]), float(demand_std[t]), future, discount)
        mean, std = float(demand_mean[t]), max(float(demand_std[t]), 1e-12)
        z = (levels - mean) / std
        loss = std * (np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) - z * special.ndtr(-z))
        whole = holding_cost * (levels - mean + loss) + shortage_cost * loss + unit_cost * levels + value
        best = int(whole.argmin())
        # Ordering pays below s: the first level, from S down, from which the order's fixed cost is worth it.
        worth = np.flatnonzero(whole[: best + 1] > whole[best] + order_cost)
        at = best if order_cost == 0 else int(worth[-1]) if worth.size else 0
        point[t], top[t] = levels[at], levels[best]
        orders = np.arange(levels.size) <= (at if order_cost > 0 else best)
        future = np.where(orders, order_cost * (levels < top[t]) + whole[best], whole) - unit_cost * levels
    return point, top, float(future[stock - lowest])


def _value_levels(levels: Ints, mean: float, std: float, future: Floats, discount: float) -> Floats:
    """Return the discounted cost to come after a period's demand, for each level after ordering."""
    most = int(np.ceil(mean + 8 * std)) + 1
    demand = np.arange(most + 1)
    chance = special.ndtr((demand + 0.5 - mean) / max(std, 1e-12)) - special.ndtr(
        (demand - 0.5 - mean) / max(std, 1e-12)
    )
    chance = chance / chance.sum()
    after = np.maximum(np.arange(levels.size)[:, None] - demand[None, :], 0)
    return np.asarray(discount * (future[after] @ chance))
