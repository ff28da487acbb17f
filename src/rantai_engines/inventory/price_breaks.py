"""Decide how much to order where a larger order is cheaper by the unit."""

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def order_with_all_units_discount(
    demand_rate: Floats,
    *,
    order_cost: Floats,
    holding_rate: Floats,
    offsets: Ints,
    from_quantity: Floats,
    price: Floats,
) -> tuple[Floats, Floats, Ints]:
    """Return quantity, cost and price step where the price reached holds for every unit of the order.

    Parameters
    ----------
    demand_rate, order_cost : ndarray, shape (n_rows,)
        Units/bucket; money/order.
    holding_rate : ndarray, shape (n_rows,)
        Share of the price that holding a unit for a bucket costs, above 0.
    offsets : ndarray of int64, shape (n_rows + 1,)
        Row i owns the steps ``offsets[i]:offsets[i + 1]``, at least one.
    from_quantity, price : ndarray, shape (n_steps,)
        Units from which a step's price holds, rising in each row from 0; money/unit, above 0.

    Returns
    -------
    quantity, cost : ndarray, shape (n_rows,)
        Units; money/bucket with the goods themselves.
    step : ndarray of int64, shape (n_rows,)
        Which of the row's steps, from 0.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.

    Notes
    -----
    Source: Hadley & Whitin (1963), chapter 2; Snyder & Shen (2019), section 3.4. Each step's economic quantity, or the
    step's first unit where that is larger, is a candidate; one beyond the step is dearer than the next step's.

    Examples
    --------
    Snyder & Shen, example 3.6.

    >>> quantity, cost, step = order_with_all_units_discount(
    ...     np.array([1300.0]),
    ...     order_cost=np.array([8.0]),
    ...     holding_rate=np.array([0.3]),
    ...     offsets=np.array([0, 3]),
    ...     from_quantity=np.array([0.0, 400, 800]),
    ...     price=np.array([0.75, 0.72, 0.68]),
    ... )
    >>> quantity, cost.round(2), step
    (array([800.]), array([978.6]), array([2]))
    """
    rows = _check(demand_rate, order_cost, holding_rate, offsets, from_quantity, price)
    rate, fixed = demand_rate[rows], order_cost[rows]
    hold = holding_rate[rows] * price
    quantity = np.maximum(np.sqrt(2 * fixed * rate / hold), from_quantity)
    return _choose(quantity, _price(quantity, rate, fixed, hold) + price * rate, offsets)


def order_with_incremental_discount(
    demand_rate: Floats,
    *,
    order_cost: Floats,
    holding_rate: Floats,
    offsets: Ints,
    from_quantity: Floats,
    price: Floats,
) -> tuple[Floats, Floats, Ints]:
    """Return quantity, cost and price step where a lower price holds for the units beyond its step only.

    Parameters, returned values and errors are those of ``order_with_all_units_discount``; prices fall in each row.

    Notes
    -----
    Source: Hadley & Whitin (1963), chapter 2; Snyder & Shen (2019), section 3.4. What the units before a step cost
    more than its price is a part of the cost of ordering; a step whose economic quantity lies outside it is never best.
    """
    rows = _check(demand_rate, order_cost, holding_rate, offsets, from_quantity, price)
    rate, hold = demand_rate[rows], holding_rate[rows] * price
    extra = np.concatenate([np.zeros(1), from_quantity[1:] * (price[:-1] - price[1:])])
    extra[offsets[:-1]] = 0.0
    total = np.cumsum(extra)
    extra = total - (total - extra)[offsets[:-1]][rows]
    fixed = order_cost[rows] + extra
    quantity = np.sqrt(2 * fixed * rate / hold)
    upper = np.concatenate([from_quantity[1:], [np.inf]])
    upper[offsets[1:] - 1] = np.inf
    # An order below its step buys at the step before: the line of this step would undersell it.
    inside = (quantity >= from_quantity) & (quantity <= upper)
    cost = _price(quantity, rate, fixed, hold) + price * rate + holding_rate[rows] * extra / 2
    return _choose(quantity, np.where(inside | (rate == 0), cost, np.inf), offsets)


def _price(quantity: Floats, rate: Floats, fixed: Floats, hold: Floats) -> Floats:
    orders = np.divide(rate, quantity, out=np.zeros(rate.size), where=quantity > 0)
    return np.asarray(fixed * orders + hold * quantity / 2)


def _choose(quantity: Floats, cost: Floats, offsets: Ints) -> tuple[Floats, Floats, Ints]:
    """Return each row's cheapest candidate; the first of equals."""
    rows = np.repeat(np.arange(offsets.size - 1), np.diff(offsets))
    order = np.lexsort((np.arange(cost.size), cost, rows))
    best = order[offsets[:-1]]
    return quantity[best], cost[best], best - offsets[:-1]


def _check(
    demand_rate: Floats, order_cost: Floats, holding_rate: Floats, offsets: Ints, from_quantity: Floats, price: Floats
) -> Ints:
    """Return the row of each step; raises InvalidProblem."""
    arrays.check_vector(price, field="price", dtype=np.float64)
    arrays.check_vector(from_quantity, field="from_quantity", dtype=np.float64, size=price.size)
    cut = arrays.check_offsets(offsets, field="offsets", n_values=price.size)
    n = cut.size - 1
    arrays.check_all(np.diff(cut) > 0, np.diff(cut), field="offsets", wanted="a row has at least one step")
    for name, array in (("demand_rate", demand_rate), ("order_cost", order_cost), ("holding_rate", holding_rate)):
        view = arrays.check_vector(array, field=name, dtype=np.float64, size=n)
        good = np.isfinite(view) & (view > 0 if name == "holding_rate" else view >= 0)
        arrays.check_all(good, view, field=name, wanted="a finite number of 0 or more is wanted, a rate above 0")
    arrays.check_all(np.isfinite(price) & (price > 0), price, field="price", wanted="above 0 is wanted", offsets=cut)
    rises = np.concatenate([[True], np.diff(from_quantity) > 0])
    rises[cut[:-1]] = from_quantity[cut[:-1]] == 0
    wanted = "steps begin at 0 and rise"
    arrays.check_all(
        rises & np.isfinite(from_quantity), from_quantity, field="from_quantity", wanted=wanted, offsets=cut
    )
    return np.repeat(np.arange(n), np.diff(cut))
