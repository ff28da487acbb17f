"""Put orders into a rhythm: powers of two of a period, and items that share the cost of an order."""

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def order_by_power_of_two(
    demand_rate: Floats, *, order_cost: Floats, holding_cost: Floats, base_period: float
) -> tuple[Floats, Floats, Ints]:
    """Return order interval, cost and exponent where intervals are a base period times a power of two.

    Parameters
    ----------
    demand_rate, order_cost, holding_cost : ndarray, shape (n_rows,)
        Units/bucket, money/order, money/(unit bucket); all above 0.
    base_period : float
        Buckets, above 0.

    Returns
    -------
    interval, cost : ndarray, shape (n_rows,)
        Buckets; money/bucket, at most 6.1 % above that of the economic order quantity.
    exponent : ndarray of int64, shape (n_rows,)
        Of two; negative where an item is ordered more often than once in a base period.

    Notes
    -----
    Source: Roundy (1985); Snyder & Shen (2019), section 3.3: the smallest power whose interval is at least the best
    one over the square root of two.
    """
    for name, array in (("demand_rate", demand_rate), ("order_cost", order_cost), ("holding_cost", holding_cost)):
        view = arrays.check_vector(array, field=name, dtype=np.float64, size=np.asarray(demand_rate).size)
        arrays.check_all(np.isfinite(view) & (view > 0), view, field=name, wanted="a finite number above 0 is wanted")
    arrays.check_range(base_period, field="base_period", low=1e-9, high=1e9)
    best = np.sqrt(2 * order_cost / (holding_cost * demand_rate))
    exponent = np.ceil(np.log2(best / (np.sqrt(2) * base_period)) - 1e-12).astype(np.int64)
    interval = base_period * np.exp2(exponent.astype(np.float64))
    return interval, order_cost / interval + holding_cost * demand_rate * interval / 2, exponent


def order_jointly(
    demand_rate: Floats, *, shared_cost: float, own_cost: Floats, holding_cost: Floats
) -> tuple[Floats, Ints, float, float]:
    """Return quantities, multiples, interval and cost of items that share an order's fixed cost.

    Parameters
    ----------
    demand_rate, own_cost, holding_cost : ndarray, shape (n_items,)
        Units/bucket; money for each order that includes the item; money/(unit bucket); above 0.
    shared_cost : float
        Money for each order, 0 or more.

    Returns
    -------
    quantity : ndarray, shape (n_items,)
        Units each time that the item is ordered.
    multiple : ndarray of int64, shape (n_items,)
        The item is in every so manieth order.
    interval, cost : float
        Buckets between two orders; money/bucket.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.

    Notes
    -----
    Source: Silver (1976), heuristic for the joint replenishment problem; Silver, Pyke & Thomas (2017), chapter 10.
    Multiples are those of the best real ones against the most frequent item, rounded.
    """
    for name, array in (("demand_rate", demand_rate), ("own_cost", own_cost), ("holding_cost", holding_cost)):
        view = arrays.check_vector(array, field=name, dtype=np.float64, size=np.asarray(demand_rate).size)
        arrays.check_all(np.isfinite(view) & (view > 0), view, field=name, wanted="a finite number above 0 is wanted")
    arrays.check_range(shared_cost, field="shared_cost", low=0, high=1e15)
    ratio = own_cost / (holding_cost * demand_rate)
    first = int(ratio.argmin())
    real = np.sqrt(ratio * holding_cost[first] * demand_rate[first] / (shared_cost + own_cost[first]))
    multiple = np.maximum(np.rint(real), 1).astype(np.int64)
    multiple[first] = 1
    fixed, held = shared_cost + (own_cost / multiple).sum(), (holding_cost * demand_rate * multiple).sum()
    interval = float(np.sqrt(2 * fixed / held))
    return demand_rate * multiple * interval, multiple, interval, float(np.sqrt(2 * fixed * held))
