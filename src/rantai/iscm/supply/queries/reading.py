"""Read rows of a published plan out of its blocks, each block once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from rantai.iscm.supply.models import PlanBlock, PlanRun
from rantai.iscm.supply.queries import columns, keys, layout
from rantai.iscm.supply.queries.days import Ints

ON_HAND, RECEIPT, ORDER = 0, 1, 2
FOR_DEMAND, FOR_ORDER, FOR_STOCK = 0, 1, 2


class PlanReader:
    """The blocks of one run, loaded as they are asked for."""

    def __init__(self, run: PlanRun) -> None:
        self.run = run
        self._tables: dict[tuple[str, int], columns.Columns] = {}

    @cached_property
    def places(self) -> Ints:
        """Every item-location of the plan (keys), by row."""
        found: Ints = self._load("places", 0)["key"]
        return found

    def pair(self, row: int) -> int:
        """Return the item-location (key) of a row."""
        return int(self.places[row])

    def find_row(self, pair: int) -> int | None:
        """Return the row of an item-location, or None where the plan does not know it."""
        row = int(np.searchsorted(self.places, pair))
        return row if row < len(self.places) and self.places[row] == pair else None

    def table(self, name: str, pair: int) -> columns.Columns:
        """Return the rows of a table that stand in the block of an item-location."""
        return self._load(name, layout.block_of(keys.split(pair)[0], self.run.blocks))

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

    def of_place(self, name: str, pair: int) -> columns.Columns:
        """Return the rows of a table that belong to one item-location."""
        table = self.table(name, pair)
        if not table:
            return {}
        mine = table["place"] == pair if "place" in table else table["item_location"] == self.find_row(pair)
        return {column: values[mine] for column, values in table.items()}

    def whole(self, name: str) -> columns.Columns:
        """Return a table from all blocks."""
        rows = PlanBlock.objects.filter(run=self.run, table=name).order_by("block")
        found = [
            layout.Block(table=name, block=row.block, codec=row.codec, data=bytes(row.bytes))
            for row in rows.iterator(chunk_size=64)
        ]
        return layout.join(found, [name])[name]

    def _load(self, name: str, block: int) -> columns.Columns:
        if (name, block) not in self._tables:
            row = PlanBlock.objects.filter(run=self.run, table=name, block=block).first()
            self._tables[name, block] = columns.unpack(bytes(row.bytes), row.codec) if row else {}
        return self._tables[name, block]
