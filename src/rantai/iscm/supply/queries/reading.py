"""Read rows of a published plan out of its blocks and of what changed since, each block once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from rantai.iscm.supply.models import PlanBlock, PlanRun
from rantai.iscm.supply.queries import changes, columns, keys, layout
from rantai.iscm.supply.queries.changes import Changes
from rantai.iscm.supply.queries.days import Ints

ON_HAND, RECEIPT, ORDER = 0, 1, 2
FOR_DEMAND, FOR_ORDER, FOR_STOCK = 0, 1, 2


class PlanReader:
    """The blocks of one run with its net changes laid over them, loaded as they are asked for."""

    def __init__(self, run: PlanRun) -> None:
        self.run = run
        self._changes = Changes(run)
        self._tables: dict[tuple[str, int], columns.Columns] = {}
        self._stored: dict[tuple[str, int], columns.Columns] = {}
        self._wholes: dict[str, columns.Columns] = {}
        self._indexes: dict[tuple[str, int, str], tuple[list[int], dict[str, list[Any]]]] = {}

    @cached_property
    def places(self) -> Ints:
        """Every item-location of the plan (keys), by row."""
        found: Ints = self._read("places", 0)["key"]
        return found

    def pair(self, row: int) -> int:
        """Return the item-location (key) of a row."""
        return int(self.places[row])

    def find_row(self, pair: int) -> int | None:
        """Return the row of an item-location, or None where the plan does not know it."""
        return keys.find_row(self.places, pair)

    def table(self, name: str, pair: int) -> columns.Columns:
        """Return the rows of a table that stand in the block of an item-location."""
        return self.of_block(name, layout.block_of(keys.split(pair)[0], self.run.blocks))

    def of_block(self, name: str, block: int) -> columns.Columns:
        """Return the rows of a table that stand in a block."""
        if (name, block) not in self._tables:
            base = self._read(name, block)
            if name in changes.CHANGED and self._changes.touches(block):
                base = self._changes.lay_over(name, base, self._find_pairs(name, base, block), block=block)
            self._tables[name, block] = base
        return self._tables[name, block]

    def preload(self, names: Iterable[str], pairs: Iterable[int]) -> None:
        """Read the blocks of many item-locations in one query; those that were read are not read again."""
        self.preload_blocks(names, {layout.block_of(keys.split(pair)[0], self.run.blocks) for pair in pairs})

    def preload_blocks(self, names: Iterable[str], blocks: Iterable[int]) -> None:
        """Read some tables of blocks in one query."""
        blocks = set(blocks)
        self._changes.preload(blocks)
        wanted = {(name, block) for name in names for block in blocks} - self._stored.keys()
        if not wanted:
            return
        rows = PlanBlock.objects.filter(
            run=self.run, table__in={name for name, _block in wanted}, block__in={block for _name, block in wanted}
        )
        self._stored |= {key: {} for key in wanted}
        for row in rows:
            self._stored[row.table, row.block] = columns.unpack(bytes(row.bytes), row.codec)

    def row_of(self, name: str, pair: int, row: int) -> dict[str, Any]:
        """Return one row of a table by its number in the plan."""
        table = self.table(name, pair)
        (at,) = np.flatnonzero(table["row"] == row)
        return {column: values[at].item() for column, values in table.items()}

    def select(self, name: str, pair: int, **wanted: int) -> list[dict[str, Any]]:
        """Return the rows of a block in which columns have given values."""
        table = self.table(name, pair)
        if not table:
            return []
        mask = np.ones(len(table["row"]), np.bool_)
        for column, value in wanted.items():
            mask &= table[column] == value
        return [{column: values[at].item() for column, values in table.items()} for at in np.flatnonzero(mask)]

    def lookup(self, name: str, pair: int, column: str, value: int, **wanted: int) -> list[dict[str, Any]]:
        """Return the same as `select`, from an index on one column: for who asks a block many times."""
        table = self.table(name, pair)
        if not table:
            return []
        key = (name, layout.block_of(keys.split(pair)[0], self.run.blocks), column)
        if key not in self._indexes:
            order = np.argsort(table[column], kind="stable")
            lists = {one: held[order].tolist() for one, held in table.items()}
            self._indexes[key] = (lists[column], lists)
        values, lists = self._indexes[key]
        low = bisect_left(values, value)
        high = bisect_right(values, value, lo=low)
        found = [{one: held[at] for one, held in lists.items()} for at in range(low, high)]
        return [row for row in found if all(row[one] == asked for one, asked in wanted.items())]

    def of_place(self, name: str, pair: int) -> columns.Columns:
        """Return the rows of a table that belong to one item-location."""
        table = self.table(name, pair)
        if not table:
            return {}
        mine = table["place"] == pair if "place" in table else table["item_location"] == self.find_row(pair)
        return {column: values[mine] for column, values in table.items()}

    def whole(self, name: str) -> columns.Columns:
        """Return a table from all blocks: its rows in their order, without their number."""
        base = self._read_whole(name)
        if name not in changes.CHANGED or not self._changes.touches(None):
            return base
        pick = layout.pick_from({part: self._read_whole(part) for part in ("demands", "orders")})
        held_at = layout.find_pairs(name, base, self.places, pick)
        return self._changes.lay_over(name, base, held_at, block=None)

    def _find_pairs(self, name: str, table: columns.Columns, block: int) -> Ints:
        """Return the item-location (key) of each row of a table as it stands in its block."""
        if not table:
            return np.zeros(0, np.int64)
        return layout.find_pairs(
            name, table, self.places, lambda other, column, rows: _pick(self._read(other, block), column, rows)
        )

    def _read_whole(self, name: str) -> columns.Columns:
        if name not in self._wholes:
            self._wholes[name] = self._join_blocks(name)
        return self._wholes[name]

    def _join_blocks(self, name: str) -> columns.Columns:
        rows = PlanBlock.objects.filter(run=self.run, table=name).order_by("block")
        found = [
            layout.Block(table=name, block=row.block, codec=row.codec, data=bytes(row.bytes))
            for row in rows.iterator(chunk_size=64)
        ]
        return layout.join(found, [name])[name]

    def _read(self, name: str, block: int) -> columns.Columns:
        if (name, block) not in self._stored:
            row = PlanBlock.objects.filter(run=self.run, table=name, block=block).first()
            self._stored[name, block] = columns.unpack(bytes(row.bytes), row.codec) if row else {}
        return self._stored[name, block]


def _pick(table: columns.Columns, column: str, rows: Ints) -> Ints:
    found: Ints = table[column][np.searchsorted(table["row"], rows)]
    return found
