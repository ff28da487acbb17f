"""Say which stock will not be used in time: ageing, excess over a cover, days of supply, turns."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_LIMIT: Final = 2**31 - 1
FIFO, FEFO = 0, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ExcessSolution:
    """What of each lot stands beyond its use; arrays have shape (n_lots,) unless said.

    Attributes
    ----------
    used_by_expiry : ndarray
        Units that demand takes while the lot may still be used.
    expiring : ndarray
        Units that will be left on the last useful day.
    excess : ndarray
        Units beyond the cover: not taken within it, expiring ones included; candidates for promotion.
    last_useful_day : ndarray of int64
        Day until which the lot can be sold; ``NO_LIMIT`` where it does not expire.
    exhausted_day : ndarray of int64
        Day on which the last unit that will be used is taken; before the first day where none is.
    rank : ndarray of int64
        Place in which the item-location takes the lot, from 0.
    """

    used_by_expiry: Floats
    expiring: Floats
    excess: Floats
    last_useful_day: Ints
    exhausted_day: Ints
    rank: Ints


def find_excess(
    offsets: Ints,
    quantity: Floats,
    *,
    received_day: Ints,
    last_useful_day: Ints,
    demand_rate: Floats,
    cover_days: Floats,
    today: int,
    rule: int,
) -> ExcessSolution:
    """Match the lots of each item-location with its demand, and return what of them is beyond use.

    Parameters
    ----------
    offsets : ndarray of int64, shape (n_rows + 1,)
        Item-location i owns the lots ``offsets[i]:offsets[i + 1]``, in any order.
    quantity : ndarray, shape (n_lots,)
        Units on hand, 0 or more.
    received_day, last_useful_day : ndarray of int64, shape (n_lots,)
        Day numbers of one epoch; ``NO_LIMIT`` for a lot that does not expire.
    demand_rate : ndarray, shape (n_rows,)
        Units/day that one may count on: the quantile of demand that the policy names, 0 or more.
    cover_days : ndarray, shape (n_rows,)
        Days of demand beyond which stock is excess, 0 or more.
    today : int
        Day number; demand of today is still to come.
    rule : int
        ``FIFO`` takes the lot received first, ``FEFO`` the one that expires first.

    Returns
    -------
    ExcessSolution
        Arrays of shape (n_lots,).

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.

    Notes
    -----
    GLOSSARY 4.3, excess: stock above x days of forward demand. A lot is taken from the day when those before it are
    used up (or expire) to its last useful day; what is left then is expiring. Under ``FEFO`` no other order of the
    same lots lets less expire (earliest due date first; Jackson 1955).
    Complexity: lots log lots.

    Examples
    --------
    >>> found = find_excess(
    ...     np.array([0, 2]),
    ...     np.array([50.0, 30.0]),
    ...     received_day=np.array([90, 95]),
    ...     last_useful_day=np.array([104, 120]),
    ...     demand_rate=np.array([4.0]),
    ...     cover_days=np.array([10.0]),
    ...     today=100,
    ...     rule=FEFO,
    ... )
    >>> found.expiring, found.excess
    (array([30.,  0.]), array([30., 10.]))
    """
    cut, lots = _check(offsets, quantity, received_day, last_useful_day, demand_rate, cover_days, rule)
    rows = np.repeat(np.arange(cut.size - 1), np.diff(cut))
    first, second = (received_day, last_useful_day) if rule == FIFO else (last_useful_day, received_day)
    order = np.lexsort((np.arange(lots.size), second, first, rows))
    rank = np.empty(lots.size, dtype=np.int64)
    rank[order] = np.arange(lots.size) - cut[rows]
    used, covered, ends = np.zeros(lots.size), np.zeros(lots.size), np.full(lots.size, today - 1, dtype=np.int64)
    rate, begin = demand_rate[rows], np.zeros(cut.size - 1)
    limit = np.maximum(np.minimum(last_useful_day, NO_LIMIT) - today + 1, 0).astype(np.float64)
    # Lots of equal rank, one of each item-location, are taken together: as many rounds as the longest row has lots.
    for place in range(int(np.diff(cut).max(initial=0))):
        now = order[cut[:-1][np.diff(cut) > place] + place]
        row = rows[now]
        start = begin[row]
        used[now] = np.minimum(lots[now], rate[now] * np.maximum(limit[now] - start, 0.0))
        days = np.divide(used[now], rate[now], out=np.zeros(now.size), where=rate[now] > 0)
        begin[row] = start + days
        covered[now] = np.minimum(used[now], rate[now] * np.maximum(cover_days[row] - start, 0.0))
        ends[now] = np.where(used[now] > 0, today - 1 + np.ceil(np.minimum(begin[row], NO_LIMIT) - 1e-9), today - 1)
    useless = lots - used
    return ExcessSolution(
        used_by_expiry=used,
        expiring=np.where(last_useful_day < NO_LIMIT, useless, 0.0),
        excess=lots - covered,
        last_useful_day=last_useful_day,
        exhausted_day=ends,
        rank=rank,
    )


def age_stock(quantity: Floats, *, received_day: Ints, today: int, edges: Ints) -> Floats:
    """Return units by age class.

    Parameters
    ----------
    quantity : ndarray, shape (n_lots,)
        Units.
    received_day : ndarray of int64, shape (n_lots,)
        Day numbers.
    today : int
        Day number.
    edges : ndarray of int64, shape (n_edges,)
        Days, rising: class k holds ages from ``edges[k - 1]`` to below ``edges[k]``.

    Returns
    -------
    ndarray, shape (n_edges + 1,)
        Units of each class; they sum to the quantity.
    """
    classes = np.searchsorted(edges, today - received_day, side="right")
    return np.bincount(classes, quantity, edges.size + 1).astype(np.float64)


def measure_days_of_supply(on_hand: Floats, *, forward_demand: Floats, forward_days: Floats) -> Floats:
    """Return on-hand over average daily forward demand (GLOSSARY 4.3); NaN without demand.

    Parameters
    ----------
    on_hand, forward_demand : ndarray, shape (n,)
        Units; units over the days ahead.
    forward_days : ndarray, shape (n,)
        Days ahead, above 0.
    """
    daily = forward_demand / forward_days
    return np.divide(on_hand, daily, out=np.full(on_hand.size, np.nan), where=daily > 0)


def measure_turns(cost_of_goods: Floats, *, average_stock_value: Floats) -> Floats:
    """Return cost of goods sold over average stock at cost (GLOSSARY 4.3); NaN without stock.

    Parameters
    ----------
    cost_of_goods, average_stock_value : ndarray, shape (n,)
        Money over a period; money, of the same valuation. Turns are of that period.
    """
    held = average_stock_value > 0
    return np.divide(cost_of_goods, average_stock_value, out=np.full(held.size, np.nan), where=held)


def _check(
    offsets: Ints,
    quantity: Floats,
    received_day: Ints,
    last_useful_day: Ints,
    demand_rate: Floats,
    cover_days: Floats,
    rule: int,
) -> tuple[Ints, Floats]:
    lots = arrays.check_vector(quantity, field="quantity", dtype=np.float64)
    cut = arrays.check_offsets(offsets, field="offsets", n_values=lots.size)
    arrays.check_vector(received_day, field="received_day", dtype=np.int64, size=lots.size)
    arrays.check_vector(last_useful_day, field="last_useful_day", dtype=np.int64, size=lots.size)
    wanted = "a finite number of 0 or more is wanted"
    arrays.check_all((lots >= 0) & np.isfinite(lots), lots, field="quantity", wanted=wanted, offsets=cut)
    for name, array in (("demand_rate", demand_rate), ("cover_days", cover_days)):
        view = arrays.check_vector(array, field=name, dtype=np.float64, size=cut.size - 1)
        arrays.check_all((view >= 0) & np.isfinite(view), view, field=name, wanted=wanted)
    if rule not in (FIFO, FEFO):
        raise arrays.InvalidProblem("rule", f"it is {rule}", "0 (FIFO) or 1 (FEFO) is wanted")
    return cut, lots
