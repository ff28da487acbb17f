"""Keep pieces whole: nobody sells, holds or buys a part of one."""

from __future__ import annotations

import numpy as np

from rantai.foundation.items.models import Item
from rantai.iscm.supply import rules
from rantai.iscm.supply.queries.days import Ints

_UNIT = 10_000


def are_whole(item_ids: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each item whether its base unit is counted in whole."""
    found = Item.objects.filter(base_unit__code__in=rules.WHOLE_UNITS).order_by().values_list("pk", flat=True)
    return np.isin(item_ids, np.array(list(found), np.int64))


def carry(units: Ints, *, whole: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    """Round weeks (rows × weeks, 1/10,000 units) to whole units, each week taking over what the last left.

    The sum up to any week is at most half a unit away from what it was; rows that are not whole stay as they are.
    """
    reached = (np.cumsum(units, axis=1) + _UNIT // 2) // _UNIT * _UNIT
    return np.where(whole[:, None], np.diff(reached, axis=1, prepend=0), units)


def lift(units: Ints, *, whole: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    """Round levels of stock (1/10,000 units) up to whole units."""
    return np.where(whole, -(-units // _UNIT) * _UNIT, units)
