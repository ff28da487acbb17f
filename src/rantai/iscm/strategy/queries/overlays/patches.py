"""Lay changes over the planner's tables without copying them: what is not touched stays the very same array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import NEVER, Ints
from rantai.iscm.supply.queries.snapshot import Tables

Bools = NDArray[np.bool_]
Columns = dict[str, Any]

WHOLE_UNIT = 10_000
_FILLS = {
    # what a column that the tables do not have yet says of every row
    "limit": NEVER, "weight": 1.0, "planned": True, "search": 0, "extra_cost": 0.0, "calendar": -1, "maximum_steps": -1,
}  # fmt: skip


def read(table: Mapping[str, Any], name: str, otherwise: Any = None) -> Any:
    """Return a column, or what it would say where the tables leave it out."""
    if name in table:
        return table[name]
    if otherwise is not None:
        return otherwise
    rows = len(next(iter(table.values()))) if table else 0
    return np.full(rows, _FILLS[name])


def replace(tables: Tables, name: str, **columns: Any) -> Tables:
    """Return tables in which some columns of one table are others."""
    return {**tables, name: {**tables.get(name, {}), **columns}}


def append(tables: Tables, name: str, rows: Mapping[str, Any]) -> Tables:
    """Return tables in which one table has more rows; columns that only the new rows have are filled up."""
    table = tables[name]
    count = len(next(iter(rows.values())))
    if not count:
        return tables
    longer = {column: np.concatenate((read(table, column), values)) for column, values in rows.items()}
    missing = set(table) - set(rows)
    if missing:
        raise KeyError(f"Rows for {name} lack {', '.join(sorted(missing))}.")
    return {**tables, name: longer}


def take(table: Mapping[str, Any], rows: Any) -> Columns:
    """Return some rows of a table."""
    return {name: values[rows] for name, values in table.items()}


def new_keys(known: Ints, count: int) -> Ints:
    """Return keys that no row has yet, the same ones each time."""
    first = int(known.max()) + 1 if len(known) else 1
    return np.arange(first, first + count, dtype=np.int64)


def find_rows(tables: Tables, places: Ints) -> Ints:
    """Return the rows of item-locations by their keys."""
    return np.searchsorted(tables["item_locations"]["key"], places).astype(np.int64)


def in_scope(places: Ints, *, items: Ints | None, location: int | None) -> Bools:
    """Tell which item-locations are meant: of some items or all, at one place or all."""
    mask = np.ones(len(places), np.bool_)
    if items is not None:
        mask &= np.isin(keys.items_of(places), items)
    if location is not None:
        mask &= keys.places_of(places) == location
    return mask


def insert_places(tables: Tables, added: Ints) -> Tables:
    """Return tables with more item-locations, empty and without targets; rows that cite others are renumbered."""
    table = tables["item_locations"]
    added = np.setdiff1d(added, table["key"])
    if not len(added):
        return tables
    joined = np.concatenate((table["key"], added))
    order = np.argsort(joined, kind="stable")
    moved = np.empty(len(joined), np.int64)
    moved[order] = np.arange(len(joined))
    columns: Columns = {"key": joined[order]}
    for name, values in table.items():
        if name != "key":
            columns[name] = np.concatenate((values, np.full(len(added), _empty(name), values.dtype)))[order]
    tables = {**tables, "item_locations": columns}
    for name, column in (("sources", "origin"), ("bom_lines", "component")):
        cited = tables[name][column]
        if len(cited):
            tables = replace(tables, name, **{column: np.where(cited >= 0, moved[np.maximum(cited, 0)], -1)})
    return tables


def diff(before: Tables, after: Tables) -> Tables:
    """Return the columns that are not the very same arrays: what a scenario is, as data."""
    found: Tables = {}
    for name, table in after.items():
        old = before.get(name, {})
        changed = {column: values for column, values in table.items() if values is not old.get(column)}
        if changed:
            found[name] = changed
    return found


def measure(tables: Tables) -> int:
    """Return the bytes of all columns."""
    return sum(int(np.asarray(values).nbytes) for table in tables.values() for values in table.values())


def _empty(column: str) -> int:
    return -1 if column in ("safety_steps", "pool") else 0
