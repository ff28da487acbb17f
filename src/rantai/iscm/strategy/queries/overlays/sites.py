"""Add a plant or a warehouse: a copy of what another one can do, with its own cost and time, that serves it."""

from __future__ import annotations

import numpy as np

from rantai.iscm.strategy.queries.overlays import patches
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Tables

MOVE = 2
_PLACES = 1 << 24


def new_location(number: int) -> int:
    """Return a location id that no real place has: counted down from the last one that keys have room for."""
    return _PLACES - 1 - number


def add_site(
    tables: Tables, *, like: int, location: int, items: Ints | None, days: int, extra_cost: float, is_first: bool
) -> Tables:
    """Copy the sources, bills, steps and capacity of a site to a new one, which serves the site that it is like.

    The way between the two takes `days` working days; each unit costs `extra_cost` (currency) more. The new site
    begins without stock. `is_first`: it is asked before the other one's own sources, else after them.
    """
    places = tables["item_locations"]["key"]
    mine = places[patches.in_scope(places, items=None, location=like)]
    served = mine[patches.in_scope(mine, items=items, location=like)]
    tables = patches.insert_places(tables, keys.pair(keys.items_of(mine), np.full(len(mine), location, np.int64)))
    tables, copied, first_copy = _copy_sources(tables, mine, location, extra_cost=extra_cost)
    tables = _copy_structure(tables, copied, first_copy, like=like, location=location)
    return _add_lanes(tables, served, location, days=days, is_first=is_first)


def _copy_sources(tables: Tables, mine: Ints, location: int, *, extra_cost: float) -> tuple[Tables, Ints, int]:
    table = tables["sources"]
    rows = np.flatnonzero(np.isin(table["place"], mine))
    first = len(table["key"])
    more = patches.take(table, rows)
    more["place"] = keys.pair(keys.items_of(more["place"]), np.full(len(rows), location, np.int64))
    more["key"] = patches.new_keys(table["key"], len(rows))
    more["cost"] = more["cost"] + extra_cost
    more["extra_cost"] = patches.read(table, "extra_cost")[rows] + extra_cost
    return patches.append(tables, "sources", more), rows, first


def _copy_structure(tables: Tables, copied: Ints, first_copy: int, *, like: int, location: int) -> Tables:
    """Copy steps, loads, resources and bill lines of copied sources; components are taken at the new site."""
    row_of = {int(row): first_copy + number for number, row in enumerate(copied)}
    steps = tables["operations"]
    mine = np.flatnonzero(np.isin(steps["source"], copied)) if len(steps["source"]) else np.zeros(0, np.int64)
    first_step = len(steps["source"])
    step_of = {int(row): first_step + number for number, row in enumerate(mine)}
    if len(mine):
        more = patches.take(steps, mine)
        more["source"] = np.array([row_of[int(row)] for row in more["source"]], np.int64)
        tables = patches.append(tables, "operations", more)
        tables = _copy_loads(tables, step_of)
    lines = tables["bom_lines"]
    if len(lines["source"]) and (wanted := np.isin(lines["source"], copied)).any():
        more = patches.take(lines, np.flatnonzero(wanted))
        more["source"] = np.array([row_of[int(row)] for row in more["source"]], np.int64)
        more["operation"] = np.array([step_of.get(int(row), -1) for row in more["operation"]], np.int64)
        pairs = tables["item_locations"]["key"][more["component"]]
        there = keys.pair(keys.items_of(pairs), np.full(len(pairs), location, np.int64))
        is_like = keys.places_of(pairs) == like
        more["component"] = patches.find_rows(tables, np.where(is_like, there, pairs))
        tables = patches.append(tables, "bom_lines", more)
    return tables


def _copy_loads(tables: Tables, step_of: dict[int, int]) -> Tables:
    """Give the new site machines of its own: what the copied steps load, once more."""
    loads, resources = tables.get("loads", {}), tables.get("resources", {})
    if not loads or not len(loads["operation"]):
        return tables
    mine = np.flatnonzero(np.isin(loads["operation"], list(step_of)))
    used = np.unique(loads["resource"][mine])
    machine_of = {int(row): len(resources["key"]) + number for number, row in enumerate(used)}
    machines = patches.take(resources, used)
    machines["key"] = patches.new_keys(resources["key"], len(used))
    more = patches.take(loads, mine)
    more["operation"] = np.array([step_of[int(row)] for row in more["operation"]], np.int64)
    more["resource"] = np.array([machine_of[int(row)] for row in more["resource"]], np.int64)
    return patches.append(patches.append(tables, "resources", machines), "loads", more)


def _add_lanes(tables: Tables, served: Ints, location: int, *, days: int, is_first: bool) -> Tables:
    """Let the new site send to the one that it is like, on the calendar by which that one's sources count."""
    table = tables["sources"]
    has_source = np.isin(served, table["place"])
    served = served[has_source]
    if not len(served):
        return tables
    order = np.argsort(table["place"], kind="stable")
    example = order[np.searchsorted(table["place"][order], served)]
    more = patches.take(table, example)
    ranks = table["rank"][np.isin(table["place"], served)]
    never = 1 << 60
    fixed = {
        "kind": MOVE, "lead_time": days, "minimum": 0, "maximum": 0, "effective_from": 0, "effective_to": never,
        "supplier": -1, "source_id": -1, "limit": never, "planned": True,
        "rank": int(ranks.min()) - 1 if is_first else int(ranks.max()) + 1,
    }  # fmt: skip
    for name, value in fixed.items():
        if name in more:
            more[name] = np.full(len(served), value, more[name].dtype)
    more["cost"] = np.zeros(len(served))
    more["extra_cost"] = np.zeros(len(served))
    more["place"] = served
    more["key"] = patches.new_keys(table["key"], len(served))
    there = keys.pair(keys.items_of(served), np.full(len(served), location, np.int64))
    more["origin"] = patches.find_rows(tables, there)
    return patches.append(tables, "sources", more)
