"""Say what to order or make now, by the rule that an item-location follows."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rantai_engines import arrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POLICIES: Final = ("just_in_time", "order_point", "order_up_to", "kanban", "min_max")
JUST_IN_TIME, ORDER_POINT, ORDER_UP_TO, KANBAN, MIN_MAX = range(5)


def count_kanban_cards(
    demand_rate: ArrayLike, *, lead_time: ArrayLike, container: ArrayLike, safety_share: ArrayLike = 0.0
) -> Ints:
    """Return how many cards circulate, ceil(d L (1 + a) / C), at least one where there is demand.

    Parameters
    ----------
    demand_rate : array_like
        d, units/bucket, 0 or more.
    lead_time : array_like
        L, from a card's detachment to its return with a full container, buckets, 0 or more.
    container : array_like
        C, units, above 0.
    safety_share : array_like
        a, what is added against variation, 0 or more.

    Returns
    -------
    ndarray of int64
        Cards; shape by broadcasting.

    Raises
    ------
    InvalidProblem
        If a value is outside the above.

    Notes
    -----
    Source: Monden, Toyota Production System (1983), number of kanbans in a constant-quantity system.

    Examples
    --------
    >>> count_kanban_cards([100.0, 0.0], lead_time=0.5, container=12, safety_share=0.1)
    array([5, 0])
    """
    d, lead, size, share = (np.asarray(x, dtype=np.float64) for x in (demand_rate, lead_time, container, safety_share))
    for name, array in (("demand_rate", d), ("lead_time", lead), ("safety_share", share)):
        if not np.all((array >= 0) & (array < np.inf)):
            raise arrays.InvalidProblem(name, "a value is negative or not finite", "a number of 0 or more is wanted")
    if not np.all((size > 0) & (size < np.inf)):
        raise arrays.InvalidProblem("container", "a value is not above 0", "a container holds something")
    cards = np.ceil(d * lead * (1 + share) / size - 1e-9)
    return np.asarray(np.where(d > 0, np.maximum(cards, 1), 0)).astype(np.int64)


def set_min_max(
    demand_mean: ArrayLike, *, protection_std: ArrayLike, lead_time: ArrayLike, cover: ArrayLike, factor: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the least and the most stock that a vendor keeps at a customer.

    Parameters
    ----------
    demand_mean : array_like
        Units/bucket.
    protection_std : array_like
        Deviation of demand over the lead time, units.
    lead_time, cover : array_like
        Buckets until a delivery is there; buckets of demand between the least and the most.
    factor : array_like
        Safety factor z.

    Returns
    -------
    least, most : ndarray
        d L + z s, and d cover more; units.

    Notes
    -----
    The band of a vendor-managed agreement: an order point and an order-up-to level in the customer's own stock
    (Silver, Pyke & Thomas 2017, chapter 6, (s, S) control).
    """
    d = np.asarray(demand_mean, dtype=np.float64)
    least = np.maximum(d * np.asarray(lead_time) + np.multiply(factor, protection_std), 0.0)
    return np.asarray(least), np.asarray(least + d * np.asarray(cover))


def release_quantity(
    policy: NDArray[np.int8],
    *,
    position: Floats,
    requirement: Floats,
    low: Floats,
    high: Floats,
    lot: Floats,
    cards_out: Ints,
) -> Floats:
    """Return what each item-location releases now.

    Parameters
    ----------
    policy : ndarray of int8, shape (n,)
        Index into ``POLICIES``: ``just_in_time`` releases what is required beyond the position and no unit more;
        ``order_point`` whole lots until the position is above `low`; ``order_up_to`` up to `high` whenever it is below;
        ``kanban`` a container for each card that is out; ``min_max`` up to `high` (in whole lots that do not pass it)
        once the position is below `low`.
    position : ndarray, shape (n,)
        On hand and on order less what is owed, units; may be negative.
    requirement : ndarray, shape (n,)
        Demand to be met by this release, units, 0 or more; used by ``just_in_time`` only.
    low, high : ndarray, shape (n,)
        Order point or least; order-up-to level or most; units.
    lot : ndarray, shape (n,)
        Lot or container, units; 0 for no lot (one order to just above the order point, or any quantity).
    cards_out : ndarray of int64, shape (n,)
        Cards detached and not yet ordered.

    Returns
    -------
    ndarray, shape (n,)
        Units, 0 or more.

    Raises
    ------
    InvalidProblem
        If a shape, dtype, code or value is outside the above, or `high` is below `low`.
    """
    named = {"position": position, "requirement": requirement, "low": low, "high": high, "lot": lot}
    codes, cards = _check_release(policy, named, cards_out)
    size = np.where(lot > 0, lot, 1.0)
    due = position <= low
    short = np.maximum(low - position, 0.0)
    lots = (np.floor(short / size + 1e-9) + 1) * size
    room = np.maximum(high - position, 0.0)
    whole = np.where(lot > 0, np.floor(room / size + 1e-9) * size, room)
    return np.select(
        [codes == JUST_IN_TIME, codes == ORDER_POINT, codes == ORDER_UP_TO, codes == KANBAN],
        [
            np.maximum(requirement - position, 0.0),
            np.where(due, np.where(lot > 0, lots, short), 0.0),
            np.where(lot > 0, np.ceil(room / size - 1e-9) * size, room),
            cards * lot,
        ],
        np.where(position < low, whole, 0.0),
    )


def _check_release(
    policy: NDArray[np.int8], named: dict[str, Floats], cards_out: Ints
) -> tuple[NDArray[np.int8], Ints]:
    """Return policies and cards after checking all columns; raises InvalidProblem."""
    codes = arrays.check_vector(policy, field="policy", dtype=np.int8)
    n = codes.size
    arrays.check_all(
        (codes >= 0) & (codes < len(POLICIES)), codes, field="policy", wanted="a code of POLICIES is wanted"
    )
    for name, array in named.items():
        view = arrays.check_vector(array, field=name, dtype=np.float64, size=n)
        good = np.isfinite(view) & ((view >= 0) | (name in ("position", "low")))
        arrays.check_all(good, view, field=name, wanted="a finite number is wanted, 0 or more but for the position")
    cards = arrays.check_vector(cards_out, field="cards_out", dtype=np.int64, size=n)
    arrays.check_all(cards >= 0, cards, field="cards_out", wanted="0 or more is wanted")
    banded = (codes == MIN_MAX) | (codes == ORDER_UP_TO)
    arrays.check_all(
        ~banded | (named["high"] >= named["low"]),
        named["high"],
        field="high",
        wanted="at least the low level is wanted",
    )
    return codes, cards
