"""Cut a problem along what nothing joins, plan the parts one by one or side by side, and put the plans together.

Item-locations that share sources, parts, resources, pools or a shipment form a component; what happens in one cannot
touch another. Components are dealt out to parts of about equal work. How many parts there are depends on the problem
alone, so the plan is the same whoever plans the parts.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rantai_engines.planning.problem import Problem, SourceKind
from rantai_engines.planning.tables import Rule

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Fewer demands and item-locations than this are not worth cutting.
LEAST_WORK = 20_000
MOST_PARTS = 16

#: Tables that are cut, in an order in which each refers to tables before it; the others are shared whole.
_OWNED_BY = (
    ("item_locations", ""), ("sources", "item_location"), ("operations", "source"), ("bom_lines", "source"),
    ("co_products", "source"), ("loads", "operation"), ("receipts", "item_location"), ("demands", "item_location"),
)  # fmt: skip
_TABLE = {
    "ItemLocations": "item_locations", "Sources": "sources", "BomLines": "bom_lines", "Operations": "operations",
    "CoProducts": "co_products", "Loads": "loads", "Receipts": "receipts", "Demands": "demands",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Part:
    """A problem of its own, and which rows of the whole stand in its tables."""

    problem: Problem
    rows: dict[str, Ints]


def cut(problem: Problem, *, least_work: int = LEAST_WORK, most_parts: int = MOST_PARTS) -> list[Part]:
    """Return the parts of a problem, the one with most work first; one part where nothing is gained by cutting."""
    component = find_components(problem, with_shipments=True)
    work = np.bincount(component) + np.bincount(
        component[problem.demands.item_location], minlength=int(component.max(initial=-1)) + 1
    )
    count = min(most_parts, len(work), int(work.sum()) // least_work)
    if count < 2:
        return [Part(problem=problem, rows=_every_row(problem))]
    part_of = _deal(work, count, first_key=_first_keys(problem, component))
    return [take(problem, part_of[component] == part) for part in range(count)]


def find_components(problem: Problem, *, with_shipments: bool = False) -> Ints:
    """Number the components: item-locations joined by bills, origins, by-products, resources and pools.

    Demands that ship together join theirs only where that is asked for: for the order of service they do not, whose
    class would decide who else is in it?
    """
    n, sources, pools = len(problem.item_locations.key), problem.sources, problem.item_locations.pool
    parent, n_resources = sources.item_location, len(problem.resources.key)
    bom, steps, loads, co = problem.bom_lines, problem.operations, problem.loads, problem.co_products
    moved = np.flatnonzero((sources.kind == SourceKind.MOVE) | (sources.kind == SourceKind.SUBSTITUTE))
    pooled = np.flatnonzero(pools >= 0)
    one = [parent[bom.source], parent[moved], parent[co.source], parent[steps.source[loads.operation]], pooled]
    other = [
        bom.component,
        sources.origin[moved],
        co.item_location,
        n + loads.resource,
        n + n_resources + pools[pooled],
    ]
    size = n + n_resources + int(pools.max(initial=-1)) + 1
    if with_shipments:
        demands = problem.demands
        together, fed = np.flatnonzero(demands.group >= 0), np.flatnonzero(demands.receipt >= 0)
        one += [demands.item_location[together], demands.item_location[fed]]
        other += [size + demands.group[together], problem.receipts.item_location[demands.receipt[fed]]]
        size += int(demands.group.max(initial=-1)) + 1
    links = np.concatenate(one), np.concatenate(other)
    graph = coo_array((np.ones(len(links[0]), np.int8), links), shape=(size, size))
    labels = np.asarray(connected_components(graph, directed=False)[1][:n], np.int64)
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _first_keys(problem: Problem, component: Ints) -> Ints:
    keys = np.full(int(component.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(keys, component, problem.item_locations.key)
    return keys


def _deal(work: Ints, count: int, *, first_key: Ints) -> Ints:
    """Give each component to the part with least work, the heaviest first (Graham's longest processing time, 1969)."""
    part_of, held = np.empty(len(work), np.int64), np.zeros(count, np.int64)
    for component in np.lexsort((first_key, -work)).tolist():
        part = int(held.argmin())
        part_of[component] = part
        held[part] += work[component]
    return part_of


def take(problem: Problem, inside: Bools) -> Part:
    """Return the part that plans the item-locations ``inside``; what they lean on must be inside as well."""
    rows: dict[str, Ints] = {}
    numbers: dict[str, Ints] = {}
    tables: dict[str, Any] = {}
    for name, owner in _OWNED_BY:
        table = getattr(problem, name)
        kept = inside if not owner else numbers[_refers_to(table, owner)][getattr(table, owner)] >= 0
        rows[name] = np.flatnonzero(kept)
        numbers[name] = np.where(kept, np.cumsum(kept) - 1, -1)
        tables[name] = _renumbered(table, rows[name], numbers)
    return Part(problem=replace(problem, **tables), rows=rows)


def _every_row(problem: Problem) -> dict[str, Ints]:
    return {name: np.arange(_length(getattr(problem, name))) for name, _owner in _OWNED_BY}


def _length(table: Any) -> int:
    return len(getattr(table, fields(table)[0].name))


def _refers_to(table: Any, name: str) -> str:
    rule = next(cast(Rule, each.metadata["rule"]) for each in fields(table) if each.name == name)
    return _TABLE.get(rule.refers_to, "")


def _renumbered(table: Any, rows: Ints, numbers: dict[str, Ints]) -> Any:
    """Return rows of a table whose indexes name rows of the cut tables."""
    made = {}
    for each in fields(table):
        values = getattr(table, each.name)[rows]
        target = numbers.get(_refers_to(table, each.name))
        if target is not None:
            known = values >= 0
            values = np.where(known, target[np.where(known, values, 0)], -1) if len(target) else values
        made[each.name] = values
    return type(table)(**made)
