"""Lay what net changes moved over the blocks of a plan: of each item-location what its latest change says."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np
from django.db.models import QuerySet

from rantai.iscm.supply.models import ChangedPlace, PlanChange, PlanRun
from rantai.iscm.supply.queries import columns, layout
from rantai.iscm.supply.queries.columns import Columns
from rantai.iscm.supply.queries.days import Ints

Tables = Mapping[str, Columns]

NUMBERED = ("item_locations", "sources", "receipts", "demands", "orders")
"""Tables whose rows others name by their number, which they keep for as long as their plan is current."""
CHANGED = (
    *NUMBERED,
    "occupations",
    *(name for name in layout.SOLUTION if name not in (*NUMBERED, "notices", "co_outputs")),
)
"""Tables that a change holds, each with the item-location of its rows (`at`)."""
UNNUMBERED = 1 << 40
"""Rows that nobody names are numbered from here on, behind those of the whole plan."""


def pack(tables: Tables) -> bytes:
    """Return the tables of a change as bytes: their sizes as JSON, then one after the other."""
    packed = {name: columns.pack(table) for name, table in tables.items()}
    head = json.dumps([[name, len(data)] for name, data in packed.items()], separators=(",", ":")).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(packed.values())


class Packed(Mapping[str, Columns]):
    """What `pack` was given; a table is unpacked when somebody asks for it. Raises UnknownCodec then."""

    def __init__(self, packed: bytes, codec: str) -> None:
        self._codec, data = codec, memoryview(packed)
        start = 4 + int.from_bytes(data[:4], "little")
        self._packed: dict[str, memoryview] = {}
        for name, size in json.loads(bytes(data[4:start])):
            self._packed[name] = data[start : start + size]
            start += size
        self._tables: dict[str, Columns] = {}

    def __getitem__(self, name: str) -> Columns:
        if name not in self._tables:
            self._tables[name] = columns.unpack(self._packed[name], self._codec)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def list_latest(rows: QuerySet[ChangedPlace]) -> dict[int, tuple[int, int, int]]:
    """Return of each item-location (key) its latest change: block, step and change."""
    found = rows.order_by("step").values_list("place", "block", "step", "change_id")
    return {place: (block, step, change) for place, block, step, change in found}


def read_parts(change_ids: Collection[int]) -> dict[int, Tables]:
    """Return what changes say, by change."""
    rows = PlanChange.objects.filter(pk__in=change_ids).iterator(chunk_size=200)
    return {row.pk: Packed(bytes(row.bytes), row.codec) for row in rows}


def select_places(table: Columns, places: Ints) -> Columns:
    """Return the rows of a change's table that stand at some item-locations."""
    return _select(table, np.isin(table["at"], places))


class Changes:
    """The net changes of one run up to the step that it had when it was read; each is read once."""

    def __init__(self, run: PlanRun) -> None:
        self.run = run
        self._parts: dict[int, Tables] = {}
        self._latest: dict[int | None, list[tuple[Ints, Tables]]] = {}

    def lay_over(self, name: str, base: Columns, at: Ints, *, block: int | None) -> Columns:
        """Return a table of a block with the rows of changed item-locations as they are now; `at` says whose rows.

        Without a block the table is the whole plan's: rows stand at their number, orders that are gone have no units.
        """
        latest = self._list_latest(block)
        if not latest:
            return base
        found = [select_places(part[name], places) for places, part in latest if name in part]
        gone = np.isin(at, np.concatenate([places for places, _part in latest]))
        if block is None and name in NUMBERED:
            return _put(name, base, gone, found)
        kept = _select(base, ~gone) if base else {}
        names = [column for column in base or (found[0] if found else {}) if column != "at"]
        joined = {column: np.concatenate([part[column] for part in (kept, *found) if part]) for column in names}
        by = "order" if name == "reasons" else "row"
        if by not in joined:
            return joined
        order = np.argsort(joined[by], kind="stable")
        return {column: values[order] for column, values in joined.items()}

    def touches(self, block: int | None) -> bool:
        """Tell whether anything lies over a block, or over any."""
        return bool(self._list_latest(block))

    def preload(self, blocks: Collection[int]) -> None:
        """Read what lies over blocks in two queries; those that were read are not read again."""
        missing = set(blocks) - self._latest.keys()
        if self.run.step and missing:
            self._latest |= {block: [] for block in missing}
            rows = ChangedPlace.objects.filter(run=self.run, block__in=missing, step__lte=self.run.step)
            self._note(rows, lambda block: block)

    def _list_latest(self, block: int | None) -> list[tuple[Ints, Tables]]:
        if not self.run.step:
            return []
        if block is not None:
            self.preload([block])
        elif block not in self._latest:
            self._latest[None] = []
            self._note(ChangedPlace.objects.filter(run=self.run, step__lte=self.run.step), lambda _block: None)
        return self._latest[block]

    def _note(self, rows: QuerySet[ChangedPlace], name: Callable[[int], int | None]) -> None:
        """Keep of each item-location its latest change, under the name of its block."""
        latest = {place: (name(block), change) for place, (block, _step, change) in list_latest(rows).items()}
        self._parts |= read_parts({change for _block, change in latest.values()} - self._parts.keys())
        places: dict[tuple[int | None, int], list[int]] = {}
        for place, key in latest.items():
            places.setdefault(key, []).append(place)
        for (block, change), own in places.items():
            self._latest[block].append((np.array(own, np.int64), self._parts[change]))


def _put(name: str, base: Columns, gone: Any, found: list[Columns]) -> Columns:
    """Put changed rows at their number, in tables with room for those that came besides."""
    size = max([len(gone), *(int(part["row"].max(initial=-1)) + 1 for part in found)])
    table = {}
    for column, values in base.items():
        table[column] = np.zeros(size, values.dtype)
        table[column][: len(values)] = values
    if name == "orders":
        table["quantity"][: len(gone)][gone] = 0
    for part in found:
        for column, values in table.items():
            values[part["row"]] = part[column]
    return table


def _select(table: Columns, mask: Any) -> Columns:
    return {name: values[mask] for name, values in table.items()}
