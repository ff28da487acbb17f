"""Make small chains from a seed, in whole days and whole units, so that a day-indexed program loses nothing.

Up to eight item-locations on four levels, ten demands in three classes, lots, finite resources of one or two, fixed
and quantity-dependent run times, stock and receipts. Capacity is scarce on purpose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rantai.bench.formats.planning.columns import Rows
from rantai_engines.planning.problem import (
    PER_SCALE,
    UNIT,
    BomLines,
    Demands,
    ItemLocations,
    Loads,
    Operations,
    Problem,
    Receipts,
    ResourceKind,
    Resources,
    SourceKind,
    Sources,
    build,
    no_calendars,
)

DAY = 86_400
NOW = 20_000 * DAY
DAYS = 36
MOST_DEMANDS = 10
MOST_PLACES = 8
#: Longest a quantity-dependent order may be, in units: the program has one copy of it for each length.
MOST_PER_ORDER = 6


def make_instance(seed: int) -> Problem:
    """Return the chain of a seed."""
    random = np.random.default_rng(seed)
    places = int(random.integers(2, MOST_PLACES + 1))
    level = np.sort(random.integers(0, 4, places))
    resources = int(random.integers(1, 4))
    tables = {name: Rows() for name in ("sources", "lines", "steps", "loads")}
    for place in range(places):
        for rank in range(1 + int(random.random() < 0.25)):
            _add_source(tables, random, place, level, resources, rank=rank + 1)
    return Problem(
        now=NOW,
        horizon_end=NOW + DAYS * DAY,
        calendars=no_calendars(),
        item_locations=build(ItemLocations, _stock(random, places)),
        sources=tables["sources"].build(Sources),
        demands=build(Demands, _demands(random, level)),
        bom_lines=tables["lines"].build(BomLines),
        operations=tables["steps"].build(Operations),
        loads=tables["loads"].build(Loads),
        resources=build(Resources, _resources(random, resources)),
        receipts=build(Receipts, _receipts(random, places)),
    )


def _add_source(
    tables: dict[str, Rows], random: np.random.Generator, place: int, level: np.ndarray[Any, Any], resources: int,
    *, rank: int,
) -> None:  # fmt: skip
    below = np.flatnonzero(level > level[place])
    kind = SourceKind(int(random.choice([SourceKind.MAKE, SourceKind.MAKE, SourceKind.MOVE, SourceKind.BUY])))
    if not len(below):
        kind = SourceKind.BUY
    is_paced = kind == SourceKind.MAKE and random.random() < 0.3
    multiple = int(random.choice([1, 1, 1, 2, 3]))
    minimum = int(random.choice([0, 0, 1, 2, 5]))
    most = MOST_PER_ORDER // multiple * multiple if is_paced else int(random.choice([0, 0, 0, 8, 12]))
    maximum = most // multiple * multiple if most else 0
    source = tables["sources"].add(
        key=len(tables["sources"]) + 1,
        item_location=place,
        kind=int(kind),
        rank=rank,
        lead_time=0 if kind == SourceKind.MAKE else int(random.integers(1, 9)) * DAY,
        minimum=min(minimum, maximum or minimum) * UNIT,
        multiple=multiple * UNIT,
        maximum=maximum * UNIT,
        cost=float(random.integers(1, 6)),
        origin=int(random.choice(below)) if kind == SourceKind.MOVE else -1,
    )
    if kind != SourceKind.MAKE:
        return
    parts = random.choice(below, size=min(len(below), int(random.integers(1, 3))), replace=False)
    for part in parts:
        each = int(random.choice([1, 1, 2])) * PER_SCALE
        tables["lines"].add(source=source, component=int(part), quantity_per=each)
    fixed = int(random.integers(0 if is_paced else 1, 4))
    step = tables["steps"].add(
        source=source, sequence=1, fixed_seconds=fixed * DAY, unit_seconds=float(DAY) if is_paced else 0.0
    )
    if random.random() < 0.8:
        tables["loads"].add(operation=step, resource=int(random.integers(0, resources)), quantity=UNIT)


def _stock(random: np.random.Generator, places: int) -> dict[str, Any]:
    held = random.integers(0, 8, places) * (random.random(places) < 0.5)
    return {"key": np.arange(places) + 1, "on_hand": held * UNIT}


def _resources(random: np.random.Generator, count: int) -> dict[str, Any]:
    return {
        "key": np.arange(count) + 1,
        "kind": np.full(count, int(ResourceKind.FINITE)),
        "maximum": random.choice([1, 1, 1, 2], count) * UNIT,
        "max_early": np.full(count, 1000 * DAY),
    }


def _receipts(random: np.random.Generator, places: int) -> dict[str, Any]:
    count = int(random.integers(0, 4))
    return {
        "key": np.arange(count) + 1,
        "item_location": random.integers(0, places, count),
        "time": NOW + random.integers(1, 20, count) * DAY,
        "quantity": random.integers(1, 8, count) * UNIT,
    }


def _demands(random: np.random.Generator, level: np.ndarray[Any, Any]) -> dict[str, Any]:
    count = int(random.integers(2, MOST_DEMANDS + 1))
    places = len(level)
    quantity = random.integers(1, 9, count)
    return {
        "key": np.arange(count) + 1,
        "item_location": np.minimum(random.integers(0, places, count), random.integers(0, places, count)),
        "due": NOW + random.integers(1, 26, count) * DAY,
        "quantity": quantity * UNIT,
        "class_rank": random.integers(1, 4, count),
        "stake": quantity * random.integers(1, 10, count).astype(float),
        "partial": random.random(count) < 0.7,
    }
