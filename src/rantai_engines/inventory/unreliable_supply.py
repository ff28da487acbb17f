"""Order from a supplier who stops at times, or delivers other quantities than ordered."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from rantai_engines import arrays

Floats = NDArray[np.float64]

_LONGEST = 100_000


def order_under_disruptions(
    demand_rate: float,
    *,
    order_cost: float,
    holding_cost: float,
    shortage_cost: float,
    disruption_rate: float,
    recovery_rate: float,
) -> tuple[float, float]:
    """Return the economic order quantity from a supplier who fails and recovers, and its cost.

    Parameters
    ----------
    demand_rate : float
        Units/bucket.
    order_cost, holding_cost : float
        Money/order; money/(unit bucket).
    shortage_cost : float
        Money/unit lost.
    disruption_rate, recovery_rate : float
        Failures a bucket while working; recoveries a bucket while failed; exponential, above 0.

    Returns
    -------
    quantity, cost : float
        Units; money/bucket.

    Notes
    -----
    Source: Berk & Arreola-Risa (1994); Snyder & Shen (2019), section 9.2. By bounded search, the cost being
    quasi-convex.
    """
    rates = disruption_rate + recovery_rate

    def cost_of(quantity: float) -> float:
        cycle = quantity / demand_rate
        down = disruption_rate / rates * -np.expm1(-rates * cycle) / recovery_rate
        spent = order_cost + holding_cost * quantity * cycle / 2 + shortage_cost * demand_rate * down
        return float(spent / (cycle + down))

    reliable = np.sqrt(2 * order_cost * demand_rate / holding_cost)
    top = 2 * reliable + 4 * demand_rate / recovery_rate + 4 * shortage_cost * demand_rate / holding_cost
    guess = np.geomspace(reliable / 100, top, 400)
    at = int(np.argmin([cost_of(float(q)) for q in guess]))
    bounds = guess[max(0, at - 1)], guess[min(guess.size - 1, at + 1)]
    found = optimize.minimize_scalar(cost_of, bounds=bounds, method="bounded", options={"xatol": 1e-10 * top})
    return float(found.x), float(found.fun)


def stock_against_disruptions(
    demand: float, *, holding_cost: float, shortage_cost: float, disruption_chance: float, recovery_chance: float
) -> tuple[float, float]:
    """Return the base stock for steady demand from a supplier who may be down for whole periods, and its cost.

    Parameters
    ----------
    demand : float
        Units/period.
    holding_cost, shortage_cost : float
        Money for each unit left, and missing, at a period's end.
    disruption_chance, recovery_chance : float
        That a working supplier fails, and a failed one works, in the next period; above 0, at most 1.

    Returns
    -------
    base_stock, cost : float
        Units, a whole number of periods' demand; money/period.

    Notes
    -----
    Source: Tomlin (2006); Snyder & Shen (2019), section 9.2.
    """
    for name, value in (("disruption_chance", disruption_chance), ("recovery_chance", recovery_chance)):
        arrays.check_range(value, field=name, low=1e-9, high=1)
    share = disruption_chance / (disruption_chance + recovery_chance)
    wanted, periods = shortage_cost / (shortage_cost + holding_cost), 0
    while 1 - share * (1 - recovery_chance) ** periods < wanted - 1e-12 and periods < _LONGEST:
        periods += 1
    level = (periods + 1) * demand
    down = np.arange(1, _LONGEST)
    chance = np.concatenate([[1 - share], share * recovery_chance * (1 - recovery_chance) ** (down - 1.0)])
    left = level - demand * np.arange(1, chance.size + 1)
    cost = chance @ (holding_cost * np.maximum(left, 0) + shortage_cost * np.maximum(-left, 0))
    return level, float(cost)


def order_with_additive_yield(
    demand_rate: ArrayLike,
    *,
    order_cost: ArrayLike,
    holding_cost: ArrayLike,
    yield_mean: ArrayLike,
    yield_std: ArrayLike,
) -> tuple[Floats, Floats]:
    """Return what to order, and its cost, where a delivery is off by a number of units of given mean and deviation.

    Parameters
    ----------
    demand_rate, order_cost, holding_cost : array_like
        Units/bucket, money/order, money/(unit bucket).
    yield_mean, yield_std : array_like
        Of the units by which a delivery differs from its order; negative where less comes.

    Notes
    -----
    Source: Snyder & Shen (2019), section 9.3, economic order quantity with additive yield.
    """
    k, h = np.asarray(order_cost), np.asarray(holding_cost)
    comes = np.sqrt(2 * np.multiply(k, demand_rate) / h + np.square(yield_std))
    cost = k * demand_rate / comes + h * (comes + np.square(yield_std) / comes) / 2
    return np.asarray(comes - yield_mean), np.asarray(cost)


def order_with_multiplicative_yield(
    demand_rate: ArrayLike,
    *,
    order_cost: ArrayLike,
    holding_cost: ArrayLike,
    yield_mean: ArrayLike,
    yield_std: ArrayLike,
) -> tuple[Floats, Floats]:
    """Return what to order, and its cost, where a random share of the order comes.

    Parameters
    ----------
    demand_rate, order_cost, holding_cost : array_like
        Units/bucket, money/order, money/(unit bucket).
    yield_mean, yield_std : array_like
        Of the share that comes, the mean above 0.

    Notes
    -----
    Source: Snyder & Shen (2019), section 9.3, economic order quantity with multiplicative yield.
    """
    k, h, mean = np.asarray(order_cost), np.asarray(holding_cost), np.asarray(yield_mean)
    square = np.square(yield_std) + mean**2
    quantity = np.sqrt(2 * np.multiply(k, demand_rate) / (h * square))
    return quantity, np.asarray(k * demand_rate / (quantity * mean) + h * quantity * square / (2 * mean))


def order_with_uniform_yield(
    demand: ArrayLike, *, holding_cost: ArrayLike, shortage_cost: ArrayLike, low: ArrayLike, high: ArrayLike
) -> tuple[Floats, Floats]:
    """Return what to order once for a known demand where a delivery is off by a uniform number of units.

    Parameters
    ----------
    demand : array_like
        Units.
    holding_cost, shortage_cost : array_like
        Money for each unit left, and missing.
    low, high : array_like
        Least and most by which a delivery differs from its order, units; low below high.

    Returns
    -------
    quantity, cost : ndarray
        Units; money.

    Notes
    -----
    Source: Snyder & Shen (2019), section 9.3, newsvendor with additive yield: the delivery reaches demand with chance
    p / (p + h).
    """
    h, p, width = np.asarray(holding_cost), np.asarray(shortage_cost), np.subtract(high, low)
    quantity = demand - (low + width * h / (h + p))
    left, missing = np.asarray(quantity + high - demand), np.asarray(demand - quantity - low)
    return np.asarray(quantity), np.asarray((h * left**2 + p * missing**2) / (2 * width))
