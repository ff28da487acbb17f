"""Tables of a very small company, as the planner sees it, for overlays."""

from __future__ import annotations

from typing import Any

import numpy as np

from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import NEVER

DAY = 86_400
NOW = 1_793_577_600
UNIT = 10_000
PLANT, SHOP = 1, 2
GOODS, PART, OTHER = 11, 12, 13
SUPPLIER, SECOND = 501, 502


def ints(*values: int) -> Any:
    return np.array(values, np.int64)


def place(item: int, location: int) -> int:
    return keys.pair_of(item, location)


PLACES = tuple(sorted((place(GOODS, PLANT), place(GOODS, SHOP), place(PART, PLANT), place(OTHER, SHOP))))


def row(item: int, location: int) -> int:
    return PLACES.index(place(item, location))


def make_tables() -> dict[str, dict[str, Any]]:
    """Goods are made of two parts at the plant and moved to the shop; parts and another item are bought."""
    demands = [
        # key, item, place, day, units, kind
        (1 << 3, GOODS, SHOP, 10, 4, 0), (2 << 3, OTHER, SHOP, 12, 6, 0), (100, GOODS, SHOP, 14, 5, 1),
        (101, GOODS, SHOP, 21, 5, 1), (102, GOODS, SHOP, 28, 5, 1), (103, OTHER, SHOP, 14, 3, 1),
    ]  # fmt: skip
    sources = [
        # key, item, place, kind, lead, minimum, multiple, cost, supplier, origin, rank
        (1, GOODS, PLANT, 0, 0, 0, UNIT, 0.0, -1, -1, 1), (2, GOODS, SHOP, 2, 2, 0, UNIT, 0.0, -1, PLANT, 1),
        (3, PART, PLANT, 1, 5, 0, UNIT, 2.0, SUPPLIER, -1, 1), (4, PART, PLANT, 1, 8, 0, UNIT, 3.0, SECOND, -1, 2),
        (5, OTHER, SHOP, 1, 3, 0, UNIT, 7.0, SUPPLIER, -1, 1),
    ]  # fmt: skip
    columns = list(zip(*sources, strict=True))
    wanted = list(zip(*demands, strict=True))
    return {
        "item_locations": {
            "key": ints(*PLACES), "on_hand": ints(*[2 * UNIT] * 4), "safety_stock": ints(*[3 * UNIT] * 4),
            "reorder_level": ints(*[3 * UNIT] * 4), "order_up_to": ints(*[8 * UNIT] * 4),
        },
        "sources": {
            "key": ints(*columns[0]), "kind": ints(*columns[3]), "rank": ints(*columns[10]),
            "lead_time": ints(*columns[4]), "calendar": ints(0, 0, 0, 0, 0), "minimum": ints(*columns[5]),
            "multiple": ints(*columns[6]), "maximum": ints(0, 0, 0, 0, 0), "cost": np.array(columns[7]),
            "effective_from": ints(0, 0, 0, 0, 0), "effective_to": ints(*[NEVER] * 5),
            "supplier": ints(*columns[8]), "source_id": ints(*[key + 1000 for key in columns[0]]),
            "place": ints(*[place(item, where) for item, where in zip(columns[1], columns[2], strict=True)]),
            "origin": ints(-1, row(GOODS, PLANT), -1, -1, -1),
        },
        "bom_lines": {
            "source": ints(0), "component": ints(row(PART, PLANT)), "quantity_per": ints(2_000_000),
            "scrap_ppm": ints(0), "operation": ints(0),
        },
        "operations": {
            "source": ints(0), "sequence": ints(1), "fixed_seconds": ints(3600), "unit_seconds": np.array([0.36]),
            "calendar": ints(1),
        },
        "calendars": _make_calendars(),
        "receipts": {
            "key": ints(8), "place": ints(place(PART, PLANT)), "time": ints(NOW + 3 * DAY), "quantity": ints(10 * UNIT),
            "kind": ints(0), "firm": np.array([True]),
        },
        "demands": {
            "key": ints(*wanted[0]),
            "place": ints(*[place(item, where) for item, where in zip(wanted[1], wanted[2], strict=True)]),
            "due": ints(*[NOW + day * DAY for day in wanted[3]]), "quantity": ints(*[n * UNIT for n in wanted[4]]),
            "kind": ints(*wanted[5]), "class_rank": ints(0, 1, 0, 0, 0, 0),
            "stake": np.array([5.0, 90.0, 0.0, 0.0, 0.0, 0.0]), "partial": np.array([True] * 6),
            "promised_at": ints(*[NEVER] * 6), "receipt": ints(*[-1] * 6),
        },
        "loads": {"operation": ints(0), "resource": ints(0)},
        "resources": {"key": ints(77), "calendar": ints(1), "maximum": ints(UNIT), "kind": ints(1)},
    }  # fmt: skip


def _make_calendars() -> dict[str, Any]:
    """Calendar 0 has a second for each day, calendar 1 eight hours of each."""
    days = NOW + np.arange(60, dtype=np.int64) * DAY
    start = np.concatenate((days, days + 8 * 3600))
    end = np.concatenate((days + 1, days + 16 * 3600))
    return {"offset": ints(0, 60, 120), "start": start, "end": end}
