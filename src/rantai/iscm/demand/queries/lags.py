"""How long an item takes from its leaves up: the lag at which its forecast has to be right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rantai.foundation.items.models import BomLine, Source
from rantai.iscm.inventory.queries import targets

Ints = NDArray[np.int64]

DAYS_A_WEEK = 5
"""Lead times are in working days."""


def read_components_weeks() -> dict[int, float]:
    """Return for each item that is made how many weeks its slowest component takes, down all bills.

    By the first source of each item by rank; of components that stand for each other the first counts. A circle
    adds nothing a second time.
    """
    days: dict[int, int] = {}
    bills: dict[int, int | None] = {}
    rows = Source.objects.order_by("item_id", "rank", "id").values_list("item_id", "kind", "lead_time_days", "bill_id")
    for item, kind, lead_time, bill in rows:
        if item not in days:
            days[item] = lead_time
            bills[item] = bill if kind == "make" else None
    parts: dict[int, list[int]] = {}
    for bill, component in BomLine.objects.filter(rank=1).values_list("bill_id", "component_id"):
        parts.setdefault(bill, []).append(component)
    known: dict[int, float] = {}
    return {
        item: _longest(item, days, bills, parts, known, frozenset()) / DAYS_A_WEEK
        for item, bill in bills.items()
        if bill in parts
    }


def _longest(
    item: int, days: dict[int, int], bills: dict[int, int | None], parts: dict[int, list[int]],
    known: dict[int, float], above: frozenset[int],
) -> float:  # fmt: skip
    """Return the days of the slowest component of an item, its own components included."""
    if item in known:
        return known[item]
    below = [part for part in parts.get(bills.get(item) or 0, ()) if part not in above and part != item]
    found = max(
        (days.get(part, 0) + _longest(part, days, bills, parts, known, above | {item}) for part in below), default=0.0
    )
    known[item] = found
    return found


def read(item_ids: Ints, location_ids: Ints) -> Ints:
    """Return the lag of item-locations in whole weeks, at least one: own lead time and its slowest component's."""
    found = np.ones(item_ids.size, dtype=np.int64)
    current = targets.load_current()
    if current is None or not current.item_ids.size:
        return found
    wanted, known = _to_keys(item_ids, location_ids), _to_keys(current.item_ids, current.location_ids)
    place = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    below = read_components_weeks()
    parts = np.array([below.get(item, 0.0) for item in item_ids.tolist()], dtype=np.float64)
    own = np.maximum(1, np.ceil(current.lead_time_weeks[place] + parts - 1e-9).astype(np.int64))
    return np.where(known[place] == wanted, own, found)


def read_items(item_ids: Ints) -> Ints:
    """Return the longest lag of items over their locations, in whole weeks, at least one."""
    current = targets.load_current()
    if current is None:
        return np.ones(item_ids.size, dtype=np.int64)
    longest: dict[int, int] = {}
    pairs = read(current.item_ids, current.location_ids)
    for item, lag in zip(current.item_ids.tolist(), pairs.tolist(), strict=True):
        longest[item] = max(lag, longest.get(item, 1))
    return np.array([longest.get(item, 1) for item in item_ids.tolist()], dtype=np.int64)


def _to_keys(item_ids: Ints, location_ids: Ints) -> Ints:
    return (item_ids << 31) + location_ids
