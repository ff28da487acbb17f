"""Give every row that the planner sees one number that says what it is in the database."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_PLACE_BITS = 24
DIRECT = 0
"""The place of what a partner sends straight to the customer."""

ORDER, FORECAST, REQUIREMENT = 0, 1, 2
SCHEDULE, REQUISITION, PLANNED, PRODUCTION, TRANSFER = 0, 1, 2, 3, 4
_KIND_BITS = 3
_FORECAST_WEEKS = 1024


class TooManyPlaces(OverflowError):
    """More locations than the planner's keys have room for."""

    def __init__(self, location_id: int) -> None:
        self.location_id = location_id
        super().__init__(f"Location {location_id} is above {1 << _PLACE_BITS}; the planner's keys have no room for it.")


def pair(item_ids: Ints, location_ids: Ints) -> Ints:
    """Return the key of item-locations; location 0 is the direct way to the customer."""
    if len(location_ids) and int(location_ids.max()) >= 1 << _PLACE_BITS:
        raise TooManyPlaces(int(location_ids.max()))
    return (item_ids << _PLACE_BITS) | location_ids


def pair_of(item_id: int, location_id: int | None) -> int:
    """Return the key of one item-location."""
    return (item_id << _PLACE_BITS) | (location_id or DIRECT)


def items_of(pairs: Ints) -> Ints:
    """Return the items of item-locations."""
    return pairs >> _PLACE_BITS


def places_of(pairs: Ints) -> Ints:
    """Return the locations of item-locations."""
    return pairs & ((1 << _PLACE_BITS) - 1)


def split(key: int) -> tuple[int, int]:
    """Return item and location of one item-location."""
    return key >> _PLACE_BITS, key & ((1 << _PLACE_BITS) - 1)


def find_row(pairs: Ints, pair: int) -> int | None:
    """Return where an item-location stands among sorted ones, or None where it does not."""
    row = int(np.searchsorted(pairs, pair))
    return row if row < len(pairs) and pairs[row] == pair else None


def tag(ids: Any, kind: int) -> Any:
    """Return the key of rows of one kind among rows of several."""
    return (ids << _KIND_BITS) | kind


def untag(key: int) -> tuple[int, int]:
    """Return id and kind."""
    return key >> _KIND_BITS, key & ((1 << _KIND_BITS) - 1)


def forecast(pairs: Ints, weeks: Ints) -> Ints:
    """Return the key of forecast demand: item-location and week since the horizon's first.

    Raises nothing for real ids: an item's id may have 25 bits.
    """
    return tag(pairs * _FORECAST_WEEKS + weeks, FORECAST)
