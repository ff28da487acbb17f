"""Cut the tables of a problem and its plan into blocks of items, and join them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rantai.iscm.supply.queries import columns, keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Tables

Pick = Callable[[str, str, Ints], Ints]
"""Gives of a table a column at the rows with some numbers."""

MOST_BLOCKS = 256
_PAIRS_IN_BLOCK = 128

LIMITS = ("loads", "resources", "setup_times", "step_functions", "occupations", "co_products")
"""What limits how much can run at once, and what comes besides; a plan of release 1 has none of it."""
RUNS = ("runs", "co_outputs")
PROBLEM = ("item_locations", "sources", "receipts", "demands", "bom_lines", "operations", "calendars", *LIMITS)
SOLUTION = (
    "orders", "consumption", "deliveries", "stock_fills", "pegs", "reasons", "delays", "shortages", "notices", *RUNS,
)  # fmt: skip
WHOLE = ("bom_lines", "operations", "calendars", "notices", "places", *LIMITS, *RUNS)
"""Tables that are not cut: their block is 0."""
_CONSUMER_ORDER = 1
_COLUMNS = {
    "runs": ("order", "operation", "resource", "start", "end", "quantity"),
    "co_outputs": ("order", "row", "item_location", "time", "quantity"),
    "loads": ("operation", "resource", "quantity", "quantity_per", "group", "rank", "setup"),
    "resources": ("key", "calendar", "kind", "maximum", "maximum_steps", "efficiency_ppm", "setup_matrix", "source_id"),
    "setup_times": ("matrix", "from_setup", "to_setup", "seconds"),
    "occupations": ("resource", "start", "end", "quantity", "setup", "order_key", "step", "place"),
    "step_functions": ("start", "value"),
}
"""What the tables hold that a plan of release 1 does not have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One packed table of one block."""

    table: str
    block: int
    codec: str
    data: bytes


def count_blocks(pairs: int) -> int:
    """Return into how many blocks a plan is cut: a power of two, 256 at most."""
    wanted = max(1, pairs // _PAIRS_IN_BLOCK)
    return int(min(MOST_BLOCKS, 1 << (wanted - 1).bit_length()))


def block_of(item_id: int, blocks: int) -> int:
    """Return the block in which everything about an item stands."""
    return item_id % blocks


def cut(problem: Tables, solution: Tables, *, blocks: int) -> Iterator[Block]:
    """Yield the blocks of a plan; rows carry their number, so that what cites them is found again."""
    places = problem["item_locations"]["key"]
    yield _pack("places", 0, {"key": places})
    for name in PROBLEM:
        yield from _cut_table(name, dict(problem[name]), problem, solution, blocks)
    for name in SOLUTION:
        table = dict(solution[name])
        if name == "pegs":
            table["consumer_place"] = find_consumers(problem, solution)
        yield from _cut_table(name, table, problem, solution, blocks)


def join(found: Iterable[Block], names: Iterable[str]) -> Tables:
    """Return whole tables from all their blocks, rows in their first order."""
    parts: dict[str, list[columns.Columns]] = {name: [] for name in names}
    for block in found:
        if block.table in parts:
            parts[block.table].append(columns.unpack(block.data, block.codec))
    return {name: _join(rows, name) for name, rows in parts.items()}


def empty(name: str) -> columns.Columns:
    """Return a table without rows, as one stands for what a former release did not write."""
    made = {column: np.zeros(0, np.int64) for column in _COLUMNS.get(name, ())}
    return made | {"offset": np.zeros(1, np.int64)} if name == "step_functions" else made


def find_consumers(problem: Tables, solution: Tables) -> Ints:
    """Return for each peg the item-location (row) of what takes the units."""
    pegs, orders = solution["pegs"], solution["orders"]
    found = pegs["item_location"].copy()
    by_order = pegs["consumer_kind"] == _CONSUMER_ORDER
    found[by_order] = orders["item_location"][pegs["consumer"][by_order]]
    return found


def find_pairs(name: str, table: dict[str, Any], places: Ints, pick: Pick) -> Ints:
    """Return the item-location (key) in whose block each row of a table stands; `places` are the keys by row."""
    found: Ints
    if name in ("deliveries", "delays", "shortages"):
        found = pick("demands", "place", table["demand"])
    elif name in ("consumption", "reasons", "runs"):
        found = places[pick("orders", "item_location", table["order"])]
    elif name == "item_locations":
        found = table["key"]
    elif name == "occupations" and "place" not in table:
        found = np.full(len(table["start"]), -1, np.int64)  # a plan of a former release: nothing lies over them
    else:
        found = table["place"] if "place" in table else places[table["item_location"]]
    return found


def pick_from(tables: Tables) -> Pick:
    """Return how rows are picked from whole tables, in which they stand at their number."""
    return lambda name, column, rows: tables[name][column][rows]


def _cut_table(name: str, table: dict[str, Any], problem: Tables, solution: Tables, blocks: int) -> Iterator[Block]:
    if name in WHOLE:
        yield _pack(name, 0, table)
        return
    if not len(next(iter(table.values()))):
        # An empty table still says which columns it has.
        yield _pack(name, 0, {**table, "row": np.zeros(0, np.int64)})
        return
    pick = pick_from({"demands": problem["demands"], "orders": solution["orders"]})
    of_row = keys.items_of(find_pairs(name, table, problem["item_locations"]["key"], pick)) % blocks
    order = np.argsort(of_row, kind="stable")
    table["row"] = np.arange(len(order), dtype=np.int64)
    sorted_table = {column: values[order] for column, values in table.items()}
    ends = np.searchsorted(of_row[order], np.arange(blocks + 1))
    for block in range(blocks):
        low, high = int(ends[block]), int(ends[block + 1])
        if low < high:
            yield _pack(name, block, {column: values[low:high] for column, values in sorted_table.items()})


def _pack(name: str, block: int, table: dict[str, Any]) -> Block:
    return Block(table=name, block=block, codec=columns.CODEC, data=columns.pack(table))


def _join(parts: list[columns.Columns], name: str) -> columns.Columns:
    joined = {column: np.concatenate([part[column] for part in parts]) for column in parts[0]} if parts else {}
    if not joined:
        return empty(name)
    if "row" in joined and name not in WHOLE:
        order = np.argsort(joined.pop("row"), kind="stable")
        joined = {column: values[order] for column, values in joined.items()}
    return joined
