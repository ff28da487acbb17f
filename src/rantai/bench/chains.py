"""A supply chain of five levels made from a seed: parts, assemblies, a plant, distribution centres, work centres.

Families share nothing with each other, as product lines do not. Within one, raw parts are bought, made into
components, these into subassemblies, these into finished goods, which are moved to where they are sold. Work centres
are loaded to a given share of the horizon, so that capacity decides who waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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

SEED = 20261122
DAY = 86_400
NOW = 20_454 * DAY
HORIZON = 180
#: Demands for each item-location.
DEMANDS_EACH = 3
#: Share of the work centres' time that the demand needs, if none is in stock.
LOAD = 0.85
#: Item-locations of a whole family, and how they divide over the levels: sold, finished, assemblies, components, raw.
FAMILY = 1_000
SHARES = (0.4, 0.2, 0.15, 0.15, 0.1)
SOLD, FINISHED, ASSEMBLY, COMPONENT, RAW = range(5)
#: Work centres of each making level in a family; the smallest lot, in units, by level.
CENTRES = 4
LOTS = (0, 1, 20, 40, 50)

Ints = NDArray[np.int64]


@dataclass
class _Tables:
    """Columns of each table, family by family."""

    columns: dict[str, dict[str, list[NDArray[np.generic]]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, **columns: NDArray[np.generic]) -> Ints:
        """Add rows and return their numbers."""
        known = self.columns.setdefault(table, {name: [] for name in columns})
        for name, values in columns.items():
            known[name].append(values)
        first = self.counts.get(table, 0)
        size = len(next(iter(columns.values())))
        self.counts[table] = first + size
        return np.arange(first, first + size)

    def stack(self, table: str) -> dict[str, NDArray[np.generic]]:
        """Return the whole columns of a table, keyed where it has keys."""
        whole = {name: np.concatenate(values) for name, values in self.columns.get(table, {}).items()}
        if table in ("item_locations", "sources", "resources", "demands"):
            whole["key"] = np.arange(1, self.counts.get(table, 0) + 1)
        return whole


def make_problem(*, item_locations: int, seed: int = SEED) -> Problem:
    """Return a chain of about so many item-locations; it is a function of size and seed alone."""
    random = np.random.default_rng(seed)
    tables = _Tables()
    families = max(1, round(item_locations / FAMILY))
    for size in np.diff(np.linspace(0, item_locations, families + 1).round()).astype(int):
        _add_family(tables, random, max(int(size), 20))
    return Problem(
        now=NOW,
        horizon_end=NOW + 2 * 366 * DAY,
        calendars=no_calendars(),
        item_locations=build(ItemLocations, tables.stack("item_locations")),
        sources=build(Sources, tables.stack("sources")),
        demands=build(Demands, tables.stack("demands")),
        bom_lines=build(BomLines, tables.stack("bom_lines")),
        operations=build(Operations, tables.stack("operations")),
        loads=build(Loads, tables.stack("loads")),
        resources=build(Resources, tables.stack("resources")),
        receipts=build(Receipts, {}),
    )


def _add_family(tables: _Tables, random: np.random.Generator, size: int) -> None:
    counts = np.maximum((np.array(SHARES) * size).astype(int), 2)
    stock = (random.integers(0, 21, counts.sum()) * UNIT).astype(np.int64)
    rows = tables.add("item_locations", on_hand=stock)
    levels = np.split(rows, np.cumsum(counts)[:-1])
    wanted = _add_demands(tables, random, levels[SOLD], count=size * DEMANDS_EACH)
    needed = np.zeros(len(rows))
    origins = levels[FINISHED][np.arange(len(levels[SOLD])) % len(levels[FINISHED])]
    _add_moves(tables, random, levels[SOLD], origins)
    np.add.at(needed, origins - rows[0], wanted)
    for level in (FINISHED, ASSEMBLY, COMPONENT):
        _add_makes(tables, random, levels, level, needed, first=int(rows[0]))
    _add_purchases(tables, random, levels[RAW])


def _add_demands(tables: _Tables, random: np.random.Generator, sold: Ints, *, count: int) -> NDArray[np.float64]:
    """Add demands of one to twenty units and return the units wanted of each item-location."""
    place = random.integers(0, len(sold), count)
    quantity = random.integers(1, 21, count)
    tables.add(
        "demands",
        item_location=sold[place],
        due=NOW + random.integers(15, HORIZON, count) * DAY,
        quantity=quantity * UNIT,
        class_rank=random.integers(1, 6, count),
        stake=quantity * random.lognormal(3.0, 0.6, count),
    )
    return np.bincount(place, weights=quantity, minlength=len(sold)).astype(np.float64)


def _add_moves(tables: _Tables, random: np.random.Generator, sold: Ints, origins: Ints) -> None:
    lead = random.integers(2, 4, len(sold)) * DAY
    _add_sources(tables, sold, SourceKind.MOVE, lead=lead, lot=1, origin=origins)


def _add_purchases(tables: _Tables, random: np.random.Generator, raw: Ints) -> None:
    lead = random.integers(3, 26, len(raw)) * DAY
    _add_sources(tables, raw, SourceKind.BUY, lead=lead, lot=LOTS[RAW], origin=np.full(len(raw), -1))


def _add_makes(
    tables: _Tables, random: np.random.Generator, levels: list[Ints], level: int, needed: NDArray[np.float64],
    *, first: int,
) -> None:  # fmt: skip
    """Add the makes of one level: two parts each, on one work centre whose pace makes it busy for LOAD of the time."""
    own, parts = levels[level], levels[level + 1]
    count = len(own)
    sources = _add_sources(
        tables, own, SourceKind.MAKE, lead=np.zeros(count, np.int64), lot=LOTS[level], origin=np.full(count, -1)
    )
    one = np.arange(count) % len(parts)
    other = (one + 1 + random.integers(0, len(parts) - 1, count)) % len(parts)
    for part, each in ((parts[one], 1), (parts[other], 1 + (level == COMPONENT))):
        tables.add("bom_lines", source=sources, component=part, quantity_per=np.full(count, each * PER_SCALE))
        np.add.at(needed, part - first, each * needed[own - first])
    centre = np.arange(count) % CENTRES
    busy = np.bincount(centre, weights=needed[own - first], minlength=CENTRES)
    pace = LOAD * (HORIZON - 20) * DAY / np.maximum(busy, 1.0)
    steps = tables.add("operations", source=sources, sequence=np.ones(count, np.int64), unit_seconds=pace[centre])
    finite, month = int(ResourceKind.FINITE), 30 * DAY
    centres = tables.add("resources", kind=np.full(CENTRES, finite), max_early=np.full(CENTRES, month))
    tables.add("loads", operation=steps, resource=centres[centre])


def _add_sources(
    tables: _Tables, places: Ints, kind: SourceKind, *, lead: Ints, lot: int, origin: NDArray[np.generic]
) -> Ints:
    count = len(places)
    return tables.add(
        "sources",
        item_location=places,
        kind=np.full(count, int(kind)),
        lead_time=lead,
        minimum=np.full(count, lot * UNIT),
        multiple=np.full(count, UNIT),
        origin=origin,
    )
