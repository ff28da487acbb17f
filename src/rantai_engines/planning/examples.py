"""Make companies of any size from a seed, for benchmarks, tests and first steps."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rantai_engines.planning.problem import (
    PER_SCALE,
    UNIT,
    BomLines,
    Calendars,
    Demands,
    Floats,
    Ints,
    ItemLocations,
    Loads,
    Operations,
    Problem,
    Receipts,
    Resources,
    SourceKind,
    Sources,
    build,
)

_DAY = 86_400
_NOW = 1_767_225_600  # 2026-01-01, a Thursday
_HORIZON_DAYS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """How many item-locations stand on each level, from warehouses down to bought parts."""

    sizes: Ints
    first: Ints


def make_company(item_locations: int, *, demands: int, seed: int, levels: int = 5, busy: float = 0.0) -> Problem:
    """Make a company: warehouses fed along lanes, made items, sub-assemblies, components, bought parts.

    Parameters
    ----------
    item_locations : about how many, split over the levels 30, 20, 20, 15 and 15 % (fewer levels: renormalised).
    demands : orders and forecasts at the warehouses over 180 days, in five classes with stakes.
    seed : the same seed gives the same problem.
    busy : share of the 180 days' working time that demands occupy machines, one machine for each 25 made items of one
        level; 0 leaves capacity infinite.
    levels : 2 to 5; level 0 is moved, the last is bought, those between are made of two components, now and then three.
    """
    rng = np.random.default_rng(seed)
    shape = _shape(item_locations, levels)
    n = int(shape.sizes.sum())
    places = build(
        ItemLocations,
        {
            "key": rng.permutation(n) + 1,
            "on_hand": rng.integers(0, 40, n) * UNIT * (rng.random(n) < 0.6),
            "safety_stock": rng.integers(1, 10, n) * UNIT * (rng.random(n) < 0.3),
        },
    )
    sources, lines = _sources(shape, levels, rng), _lines(shape, levels, rng)
    operations, calendars = _operations(sources, rng), _weeks()
    machines, loads = build(Resources, {}), build(Loads, {})
    receipts = _receipts(n, rng)
    asked = _demands(shape, demands, rng)
    if busy > 0.0:
        units = _units_made(shape, sources, lines, asked, levels=levels)
        machine = _machines_of(shape, levels)[sources.item_location[operations["source"]]]
        machines = build(Resources, {"key": np.arange(machine.max() + 1), "kind": np.full(machine.max() + 1, 1)})
        loads = build(Loads, {"operation": np.arange(len(machine)), "resource": machine})
        work = calendars.end - calendars.start
        seconds = busy * float(work[(calendars.start >= _NOW) & (calendars.end <= _NOW + 180 * _DAY)].sum())
        total = np.bincount(machine, weights=units[sources.item_location[operations["source"]]])
        operations["fixed_seconds"] = np.zeros(len(machine), np.int64)
        operations["unit_seconds"] = np.minimum(seconds / np.maximum(total, 1.0), 3600.0)[machine]
    return Problem(
        now=_NOW,
        horizon_end=_NOW + _HORIZON_DAYS * _DAY,
        calendars=calendars,
        item_locations=places,
        sources=sources,
        bom_lines=lines,
        operations=build(Operations, operations),
        loads=loads,
        resources=machines,
        receipts=receipts,
        demands=asked,
    )


def _operations(sources: Sources, rng: np.random.Generator) -> dict[str, Any]:
    makes = np.flatnonzero(sources.kind == SourceKind.MAKE)
    return {
        "source": makes,
        "sequence": np.ones(len(makes), np.int64),
        "fixed_seconds": rng.integers(1, 3, len(makes)) * 8 * 3600,
        "unit_seconds": rng.integers(0, 2, len(makes)) * 60.0,
        "calendar": np.zeros(len(makes), np.int64),
    }


def _units_made(shape: _Shape, sources: Sources, lines: BomLines, asked: Demands, *, levels: int) -> Floats:
    """Explode the demands through the first source of each item-location: base units needed of each."""
    units: Floats = np.zeros(int(shape.sizes.sum()))
    np.add.at(units, asked.item_location, asked.quantity / UNIT)
    moved = np.flatnonzero(sources.kind == SourceKind.MOVE)
    np.add.at(units, sources.origin[moved], units[sources.item_location[moved]])
    parent = sources.item_location[lines.source]
    for level in range(1, levels - 1):
        own = (parent >= shape.first[level]) & (parent < shape.first[level] + shape.sizes[level])
        np.add.at(units, lines.component[own], units[parent[own]] * (lines.quantity_per[own] / PER_SCALE))
    return units


def _machines_of(shape: _Shape, levels: int) -> Ints:
    """Give the machine of each item-location: 25 neighbours of a level share one."""
    found, first = np.zeros(int(shape.sizes.sum()), np.int64), 0
    for level in range(1, levels - 1):
        own = np.arange(shape.sizes[level]) // 25
        found[shape.first[level] : shape.first[level] + shape.sizes[level]] = first + own
        first += int(own.max()) + 1
    return found


def _shape(item_locations: int, levels: int) -> _Shape:
    share = np.array([0.30, 0.20, 0.20, 0.15, 0.15])[5 - levels :]
    sizes = np.maximum((share / share.sum() * item_locations).astype(np.int64), 2)
    return _Shape(sizes=sizes, first=np.cumsum(sizes) - sizes)


def _weeks() -> Calendars:
    """Monday to Friday, 8 to 16, from four weeks before now."""
    days = np.arange(-28, _HORIZON_DAYS)
    days = days[(days + 3) % 7 < 5]
    start = _NOW + days * _DAY + 8 * 3600
    return Calendars(offset=np.array([0, len(start)]), start=start, end=start + 8 * 3600)


def _sources(shape: _Shape, levels: int, rng: np.random.Generator) -> Sources:
    """One source each, and a dearer second supplier for a third of the bought parts."""
    level = np.repeat(np.arange(levels), shape.sizes)
    own = np.arange(len(level))
    bought = own[level == levels - 1]
    second = bought[rng.random(len(bought)) < 0.33]
    place = np.concatenate((own, second))
    at = level[place]
    n, rank = len(place), np.where(np.arange(len(place)) < len(own), 1, 2)
    is_buy, is_move = at == levels - 1, at == 0
    kind = np.where(is_buy, SourceKind.BUY, np.where(is_move, SourceKind.MOVE, SourceKind.MAKE))
    lead = np.where(is_buy, rng.integers(3, 30, n), np.where(is_move, rng.integers(1, 5, n), 0)) * _DAY
    lot = np.select([at < 2, at == 2, at == 3], [1, 20, 40], default=50)
    below = shape.first[1] + rng.integers(0, shape.sizes[1], n)
    return build(
        Sources,
        {
            "key": rng.permutation(n) + 1,
            "item_location": place,
            "kind": kind,
            "rank": rank,
            "lead_time": np.where(rank == 2, lead // 2, lead),
            "cost": rng.random(n) * 10,
            "minimum": lot * UNIT,
            "multiple": np.where(is_buy, 10, 1) * UNIT,
            "origin": np.where(is_move, below, -1),
        },
    )


def _lines(shape: _Shape, levels: int, rng: np.random.Generator) -> BomLines:
    """Two components, now and then three, one level down, for each made item-location."""
    sources: list[Ints] = []
    components: list[Ints] = []
    for level in range(1, levels - 1):
        own = shape.first[level] + np.arange(shape.sizes[level])
        base = rng.integers(0, shape.sizes[level + 1], len(own))
        for step in range(3):
            some = rng.random(len(own)) < (1.0 if step < 2 else 0.1)
            sources.append(own[some])
            components.append((shape.first[level + 1] + (base + step * 7 + step) % shape.sizes[level + 1])[some])
    source = np.concatenate([*sources, np.zeros(0, np.int64)]).astype(np.int64)
    component = np.concatenate([*components, np.zeros(0, np.int64)]).astype(np.int64)
    per = np.where(rng.random(len(source)) < 0.2, 2, 1) * PER_SCALE
    return build(BomLines, {"source": source, "component": component, "quantity_per": per})


def _receipts(n: int, rng: np.random.Generator) -> Receipts:
    where = np.flatnonzero(rng.random(n) < 0.15)
    return build(
        Receipts,
        {
            "key": rng.permutation(len(where)) + 1,
            "item_location": where,
            "time": _NOW + rng.integers(0, 30, len(where)) * _DAY,
            "quantity": rng.integers(5, 60, len(where)) * UNIT,
        },
    )


def _demands(shape: _Shape, demands: int, rng: np.random.Generator) -> Demands:
    return build(
        Demands,
        {
            "key": rng.permutation(demands) + 1,
            "item_location": rng.integers(0, shape.sizes[0], demands),
            "due": _NOW + rng.integers(10, 180, demands) * _DAY,
            "quantity": rng.integers(1, 21, demands) * UNIT,
            "kind": (rng.random(demands) < 0.4).astype(np.int64),
            "class_rank": rng.integers(1, 6, demands),
            "stake": np.round(rng.random(demands) * 1000),
        },
    )
