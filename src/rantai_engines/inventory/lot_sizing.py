"""Decide how much to order at a time."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rantai_engines import arrays
from rantai_engines.inventory import _kernels

Floats = NDArray[np.float64]

MAX_PERIODS = 10_000


def economic_order_quantity(
    demand_rate: ArrayLike, *, order_cost: ArrayLike, holding_cost: ArrayLike
) -> tuple[Floats, Floats]:
    """Return sqrt(2 K d / h) and its cost sqrt(2 K d h).

    Parameters
    ----------
    demand_rate : array_like
        d, units/bucket.
    order_cost : array_like
        K, money/order.
    holding_cost : array_like
        h, money/(unit bucket), above 0.

    Returns
    -------
    quantity : ndarray
        Units.
    cost : ndarray
        Of ordering and holding, money/bucket.

    Notes
    -----
    Source: Harris (1913); Snyder & Shen (2019), equations 3.4 and 3.5.

    Examples
    --------
    Snyder & Shen, example 3.1.

    >>> quantity, cost = economic_order_quantity(1300, order_cost=8, holding_cost=0.225)
    >>> float(quantity.round(2)), float(cost.round(2))
    (304.05, 68.41)
    """
    twice = 2 * np.multiply(order_cost, demand_rate)
    return np.asarray(np.sqrt(twice / holding_cost)), np.asarray(np.sqrt(twice * holding_cost))


def economic_order_quantity_with_backorders(
    demand_rate: ArrayLike, *, order_cost: ArrayLike, holding_cost: ArrayLike, shortage_cost: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return quantity, share backordered and cost where customers wait at a price.

    Parameters
    ----------
    demand_rate, order_cost, holding_cost : array_like
        As in ``economic_order_quantity``.
    shortage_cost : array_like
        p, money/(unit bucket) of waiting, above 0.

    Returns
    -------
    quantity, share_backordered, cost : ndarray
        Units; h / (h + p); money/bucket.

    Notes
    -----
    Source: Snyder & Shen (2019), equations 3.27 to 3.29.
    """
    h, p = np.asarray(holding_cost, dtype=np.float64), np.asarray(shortage_cost, dtype=np.float64)
    quantity, cost = economic_order_quantity(demand_rate, order_cost=order_cost, holding_cost=h)
    return np.asarray(quantity * np.sqrt((h + p) / p)), np.asarray(h / (h + p)), np.asarray(cost * np.sqrt(p / (h + p)))


def economic_production_quantity(
    demand_rate: ArrayLike, *, production_rate: ArrayLike, order_cost: ArrayLike, holding_cost: ArrayLike
) -> tuple[Floats, Floats]:
    """Return quantity and cost where a lot arrives at a finite rate.

    Parameters
    ----------
    demand_rate, order_cost, holding_cost : array_like
        As in ``economic_order_quantity``.
    production_rate : array_like
        Units/bucket, above the demand rate.

    Returns
    -------
    quantity, cost : ndarray
        Units; money/bucket.

    Raises
    ------
    InvalidProblem
        If a production rate is not above its demand rate.

    Notes
    -----
    Source: Snyder & Shen (2019), equations 3.31 and 3.32.
    """
    rate, d = np.asarray(production_rate, dtype=np.float64), np.asarray(demand_rate, dtype=np.float64)
    if not np.all(rate > d):
        raise arrays.InvalidProblem("production_rate", "it is not above demand", "a plant must outrun its demand")
    slowed = np.asarray(holding_cost) * (1 - d / rate)
    return economic_order_quantity(d, order_cost=order_cost, holding_cost=slowed)


def solve_dynamic_lots(
    offsets: NDArray[np.int64],
    demand: Floats,
    *,
    order_cost: Floats,
    holding_cost: Floats,
    unit_cost: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Return the cheapest lots for known demand that varies over periods (Wagner-Whitin).

    Parameters
    ----------
    offsets : ndarray of int64, shape (n_rows + 1,)
        Row i owns periods ``offsets[i]:offsets[i + 1]``, at most 10,000.
    demand : ndarray, shape (n_points,)
        Units/period, 0 or more.
    order_cost, holding_cost : ndarray, shape (n_rows,)
        Money/order; money/(unit period), charged on what is left at a period's end.
    unit_cost : ndarray, shape (n_points,), optional
        Money/unit bought in the period; none where absent.

    Returns
    -------
    quantity : ndarray, shape (n_points,)
        Units ordered in each period, there at its start.
    cost : ndarray, shape (n_rows,)
        Money.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.

    Notes
    -----
    Source: Wagner & Whitin (1958); Snyder & Shen (2019), equation 3.39 and algorithm 3.1. No capacity.
    Complexity: periods squared in the worst case; a search from a period stops where holding one period's demand
    costs more than ordering again, so usually far less.

    Examples
    --------
    Snyder & Shen, example 3.9.

    >>> lots, cost = solve_dynamic_lots(
    ...     np.array([0, 4]),
    ...     np.array([90.0, 120, 80, 70]),
    ...     order_cost=np.array([500.0]),
    ...     holding_cost=np.array([2.0]),
    ... )
    >>> lots, cost
    (array([210.,   0., 150.,   0.]), array([1380.]))
    """
    needs = arrays.check_vector(demand, field="demand", dtype=np.float64)
    rows = arrays.check_offsets(offsets, field="offsets", n_values=needs.size)
    lengths = np.diff(rows)
    wanted = f"at most {MAX_PERIODS:,} periods are allowed"
    arrays.check_all(lengths <= MAX_PERIODS, lengths, field="length", wanted=wanted)
    fixed = arrays.check_vector(order_cost, field="order_cost", dtype=np.float64, size=lengths.size)
    hold = arrays.check_vector(holding_cost, field="holding_cost", dtype=np.float64, size=lengths.size)
    price = np.zeros(needs.size) if unit_cost is None else unit_cost
    buy = arrays.check_vector(price, field="unit_cost", dtype=np.float64, size=needs.size)
    for name, array in (("demand", needs), ("order_cost", fixed), ("holding_cost", hold), ("unit_cost", buy)):
        wanted = "a finite number of 0 or more is wanted"
        cut = rows if array.size == needs.size and name in ("demand", "unit_cost") else None
        arrays.check_all((array >= 0) & (array <= 1e15), array, field=name, wanted=wanted, offsets=cut)
    quantity, cost = np.zeros(needs.size), np.zeros(lengths.size)
    _kernels.place_lots(rows, needs, fixed, hold, buy, unit_cost is not None, quantity, cost)
    return quantity, cost
