"""Put the plans of parts together: rows of the parts become rows of the whole, in the order of one plan of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from rantai_engines.planning.parts import Ints, Part
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.solution import (
    SUBJECT_TABLE,
    ConsumerKind,
    Consumption,
    CoProducts,
    Delays,
    Deliveries,
    NoticeKind,
    Notices,
    Orders,
    Pegs,
    ReasonKind,
    Reasons,
    Runs,
    Shortages,
    Solution,
    StockFills,
    SupplyKind,
)
from rantai_engines.planning.tables import NEVER

Columns = dict[str, Ints]
Numbers = Mapping[str, Ints]
"""By table, the rows of the whole for the rows of a part; ``orders`` and ``outputs`` are rows of the joined plan."""

_SUPPLY = {
    SupplyKind.ON_HAND: "item_locations", SupplyKind.RECEIPT: "receipts", SupplyKind.ORDER: "orders",
    SupplyKind.CO_PRODUCT: "outputs",
}  # fmt: skip
_CONSUMER = {
    ConsumerKind.DEMAND: "demands", ConsumerKind.ORDER: "orders", ConsumerKind.STOCK_TARGET: "item_locations",
}  # fmt: skip
_REASON = {
    ReasonKind.DEMAND: "demands", ReasonKind.STOCK_TARGET: "item_locations", ReasonKind.LOT: "orders",
    ReasonKind.ORDER_UP_TO: "item_locations",
}  # fmt: skip
#: Resources are not cut: their rows stay.
_CAUSE = {cause: table for cause, table in SUBJECT_TABLE.items() if table != "resources"}
#: Column of a joined table that says which part a row is from.
_PART = "part"
_NOTICE = {
    NoticeKind.CIRCLE: "sources", NoticeKind.OVERDUE_RECEIPT: "receipts", NoticeKind.DUE_IN_PAST: "demands",
    NoticeKind.NO_SOURCE: "item_locations",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class _Join:
    """How a table of a plan is joined: what its columns index, always or by the kind of the row, and its sort."""

    kind: type
    sort: tuple[str, ...]
    indexes: Mapping[str, str]
    by_kind: Mapping[str, tuple[str, Mapping[Any, str]]] = field(default_factory=dict)


_ORDERS = _Join(kind=Orders, sort=(), indexes={"source": "sources", "item_location": "item_locations"})
_OUTPUTS = _Join(
    kind=CoProducts,
    sort=("order",),
    indexes={"order": "orders", "row": "co_products", "item_location": "item_locations"},
)
_OTHERS = {
    "consumption": _Join(
        kind=Consumption,
        sort=("order",),
        indexes={"order": "orders", "bom_line": "bom_lines", "item_location": "item_locations"},
    ),
    "deliveries": _Join(kind=Deliveries, sort=("demand", "time"), indexes={"demand": "demands"}),
    "stock_fills": _Join(kind=StockFills, sort=("item_location", "time"), indexes={"item_location": "item_locations"}),
    "pegs": _Join(
        kind=Pegs,
        sort=("item_location",),
        indexes={"item_location": "item_locations"},
        by_kind={"supply": ("supply_kind", _SUPPLY), "consumer": ("consumer_kind", _CONSUMER)},
    ),
    "reasons": _Join(
        kind=Reasons, sort=("order",), indexes={"order": "orders"}, by_kind={"subject": ("kind", _REASON)}
    ),
    "delays": _Join(
        kind=Delays, sort=("demand", "since"), indexes={"demand": "demands"}, by_kind={"subject": ("cause", _CAUSE)}
    ),
    "shortages": _Join(
        kind=Shortages, sort=("demand",), indexes={"demand": "demands"}, by_kind={"subject": ("cause", _CAUSE)}
    ),
    "notices": _Join(kind=Notices, sort=("kind", "subject"), indexes={}, by_kind={"subject": ("kind", _NOTICE)}),
    "runs": _Join(kind=Runs, sort=("order",), indexes={"order": "orders", "operation": "operations"}),
}


def gather(problem: Problem, parts: Sequence[Part], solutions: list[Solution]) -> Solution:
    """Return the plan of the whole from the plans of its parts, in their order; the list of these is emptied.

    A table of the parts is let go as it is joined, since a large plan twice is more than a machine has room for.
    """
    numbers: list[dict[str, Ints]] = [dict(part.rows) for part in parts]
    held = [{each.name: getattr(found, each.name) for each in fields(found)} for found in solutions]
    solutions.clear()
    orders = _sort_orders(problem, _join(_ORDERS, [found.pop("orders") for found in held], numbers), numbers)
    outputs = _sorted(_OUTPUTS, _join(_OUTPUTS, [found.pop("co_products") for found in held], numbers), numbers)
    tables = {
        name: _sorted(join, _join(join, [found.pop(name) for found in held], numbers)) for name, join in _OTHERS.items()
    }
    delivered = np.zeros(len(problem.demands.key), np.int64)
    last = np.full(len(problem.demands.key), NEVER, np.int64)
    for own, found in zip(numbers, held, strict=True):
        delivered[own["demands"]] = found["delivered"]
        last[own["demands"]] = found["last_delivery"]
    return Solution(orders=orders, co_products=outputs, delivered=delivered, last_delivery=last, **tables)


def _join(join: _Join, tables: list[Any], numbers: Sequence[Numbers]) -> Columns:
    """Return the rows of all parts, one part after the other, indexes in rows of the whole; empties the list."""
    parts = [_renumber(join, tables.pop(0), own) for own in numbers]
    counts = [len(next(iter(part.values()))) for part in parts]
    joined = {each.name: np.concatenate([part.pop(each.name) for part in parts]) for each in fields(join.kind)}
    return joined | {_PART: np.repeat(np.arange(len(counts), dtype=np.int16), counts)}


def _renumber(join: _Join, table: Any, numbers: Numbers) -> Columns:
    made = {each.name: getattr(table, each.name) for each in fields(join.kind)}
    for name, target in join.indexes.items():
        rows = made[name]
        made[name] = np.where(rows >= 0, numbers[target][np.maximum(rows, 0)], -1) if len(numbers[target]) else rows
    for name, (kind, targets) in join.by_kind.items():
        rows = made[name].copy()
        for value, target in targets.items():
            own = (made[kind] == value) & (rows >= 0)
            if own.any() and target in numbers:
                rows[own] = numbers[target][rows[own]]
        made[name] = rows
    return made


def _sort_orders(problem: Problem, joined: Columns, numbers: Sequence[dict[str, Ints]]) -> Orders:
    """Sort as one plan does: by start, then by source and end; tell each part what its orders have become."""
    sources, keys = problem.sources, problem.item_locations.key
    place = np.empty(len(sources.key), np.int64)
    place[np.lexsort((sources.key, sources.cost, sources.rank, keys[sources.item_location]))] = np.arange(len(place))
    order = np.lexsort((np.maximum(joined["end"], problem.now), place[joined["source"]], joined["start"]))
    _hand_out("orders", order, joined[_PART], numbers)
    return Orders(**{each.name: joined.pop(each.name)[order] for each in fields(Orders)})


def _sorted(join: _Join, joined: Columns, numbers: Sequence[dict[str, Ints]] = ()) -> Any:
    order = np.lexsort(tuple(joined[name] for name in reversed(join.sort)))
    if numbers:
        _hand_out("outputs", order, joined[_PART], numbers)
    return join.kind(**{each.name: joined.pop(each.name)[order] for each in fields(join.kind)})


def _hand_out(name: str, order: Ints, part: Ints, numbers: Sequence[dict[str, Ints]]) -> None:
    at = np.empty(len(order), np.int64)
    at[order] = np.arange(len(order))
    for number, own in enumerate(numbers):
        own[name] = at[part == number]
