"""Choose what the plan of the months is about: what touches a limited resource or what a supplier can do a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rantai.iscm.supply.queries import sourcing
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.limits import FINITE, INFINITE

MOST_PLACES = 3_000
"""Item-locations of one plan of the months: what the busiest resources need comes first."""
_LEVELS = 64
_MILLION = 1_000_000

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Tables = dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """What one unit of a source takes: rows of sources and item-locations, units in one unit."""

    source: Ints
    component: Ints
    per: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Masks of item-locations, sources and resources that are planned by the week."""

    places: Bools
    sources: Bools
    resources: Bools
    needed: Floats
    """By item-location: units that demand takes of it over all weeks, down the bills."""


def read_lines(tables: Tables, *, now: int) -> Lines:
    """Return what sources take: of alternates the first that holds now, and the origin of what is moved."""
    lines, sources = tables["bom_lines"], tables["sources"]
    holds = (lines["effective_from"] <= now) & (lines["effective_to"] > now) & (lines["quantity_per"] > 0)
    rows = np.flatnonzero(holds)
    rows = rows[np.lexsort((lines["rank"][rows], lines["group"][rows], lines["source"][rows]))]
    same = np.zeros(len(rows), np.bool_)
    for name in ("source", "group"):
        values = lines[name][rows]
        equal = np.concatenate((np.zeros(min(1, len(rows)), np.bool_), values[1:] == values[:-1]))
        same = equal if name == "source" else same & equal
    rows = rows[~(same & (lines["group"][rows] >= 0))]
    moved = np.flatnonzero(sources["origin"] >= 0) if len(sources["place"]) else np.zeros(0, np.int64)
    per = lines["quantity_per"][rows] / (_MILLION - lines["scrap_ppm"][rows])
    return Lines(
        source=np.concatenate((lines["source"][rows], moved)).astype(np.int64),
        component=np.concatenate((lines["component"][rows], sources["origin"][moved])).astype(np.int64),
        per=np.concatenate((per, np.ones(len(moved)))).astype(np.float64),
    )


def find_first_sources(tables: Tables, brings: Ints) -> Bools:
    """Return which source each item-location uses first; `brings` is the row that a source brings to."""
    sources = tables["sources"]
    first = np.zeros(len(brings), np.bool_)
    if len(brings):
        order = np.lexsort((sources["key"], sources["rank"], brings))
        first[order[np.concatenate((np.ones(1, np.bool_), brings[order][1:] != brings[order][:-1]))]] = True
    return first


def explode(own: Floats, lines: Lines, brings: Ints, first: Bools) -> Floats:
    """Return the units that are needed of each item-location, by itself and through what is made of it first."""
    kept = first[lines.source] if len(lines.source) else np.zeros(0, np.bool_)
    parents, components, per = brings[lines.source[kept]], lines.component[kept], lines.per[kept]
    needed = own.astype(np.float64)
    for _level in range(_LEVELS):
        below = own.astype(np.float64)
        np.add.at(below, components, per * needed[parents])
        if np.array_equal(below, needed):
            break
        needed = below
    return needed


def rows_of_sources(tables: Tables) -> Ints:
    """Return the item-location (row) that each source brings to."""
    found: Ints = np.searchsorted(
        tables["item_locations"]["key"], np.asarray(tables["sources"]["place"], np.int64)
    ).astype(np.int64)
    return found


def choose(tables: Tables, lines: Lines, *, now: int) -> Scope:
    """Return what is planned by the week; where that is too much, what the busiest resources need."""
    keys, sources, loads = tables["item_locations"]["key"], tables["sources"], tables["loads"]
    brings = rows_of_sources(tables)
    own = np.zeros(len(keys))
    demands = tables["demands"]
    np.add.at(own, np.searchsorted(keys, demands["place"]), demands["quantity"].astype(np.float64))
    needed = explode(own, lines, brings, find_first_sources(tables, brings))
    usable = (sources["effective_to"] > now) & (sources["kind"] != sourcing.DROPSHIP)
    limited = tables["resources"]["kind"] != INFINITE
    of_load = tables["operations"]["source"][loads["operation"]] if len(loads["operation"]) else loads["operation"]
    of_load = of_load.astype(np.int64)
    chosen, places = np.zeros(len(limited), np.bool_), np.zeros(len(keys), np.bool_)
    for resource in _rank(tables, needed[brings], of_load, limited):
        mine = of_load[loads["resource"] == resource]
        core = np.unique(brings[mine[usable[mine]]])
        if not needed[core].any():
            continue
        more = places | _reach(core, lines, brings, len(keys))
        if places.any() and more.sum() > MOST_PLACES:
            continue
        chosen[resource], places = True, more
    return Scope(places=places, sources=usable & _mask(places, brings), resources=chosen, needed=needed)


def count_levels(lines: Lines, brings: Ints, scope: Scope) -> Ints:
    """Return by item-location of the scope how many levels of it lie upstream."""
    levels = np.zeros(len(scope.places), np.int64)
    parents = brings[lines.source] if len(lines.source) else np.zeros(0, np.int64)
    for _level in range(_LEVELS):
        higher = levels.copy()
        np.maximum.at(higher, parents, np.minimum(levels[lines.component] + 1, _LEVELS))
        if np.array_equal(higher, levels):
            break
        levels = higher
    return levels[scope.places]


def _rank(tables: Tables, made: Floats, of_load: Ints, limited: Bools) -> list[int]:
    """Return limited resources, those that the most of what is needed loads first, in their own measure."""
    loads, resources = tables["loads"], tables["resources"]
    work = np.zeros(len(limited))
    seconds = tables["operations"]["unit_seconds"]
    is_place, per = resources["kind"][loads["resource"]] == FINITE, loads["quantity_per"].astype(float)
    each = np.where(is_place, seconds[loads["operation"]], per) if len(per) else per
    np.add.at(work, loads["resource"], each * made[of_load])
    share = work / np.maximum(resources["maximum"], 1)
    return [int(row) for row in np.lexsort((resources["key"], -share)) if limited[row]]


def _reach(core: Ints, lines: Lines, brings: Ints, count: int) -> Bools:
    """Return item-locations, what is made of them, and what they are made of."""
    parents = brings[lines.source] if len(lines.source) else np.zeros(0, np.int64)
    up, down = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    up[core], down[core] = True, True
    for mask, here, there in ((down, lines.component, parents), (up, parents, lines.component)):
        for _level in range(_LEVELS):
            before = int(mask.sum())
            mask[there[mask[here]]] = True
            if int(mask.sum()) == before:
                break
    return up | down


def _mask(places: Bools, brings: Ints) -> Bools:
    return places[brings] if len(brings) else np.zeros(0, np.bool_)
