"""Place safety stock on a spanning tree by dynamic programme."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """What the programme needs of each stage; arrays of shape (n_stages,).

    `weight` is what covering one bucket costs (h z sigma); `longest` the longest time to the stage's end; `most` the
    longest promise; `least` the shortest inbound time; `bare` marks stages that must hold nothing.
    """

    lead: Ints
    weight: Floats
    longest: Ints
    most: Ints
    least: Ints
    bare: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A stage in the tree: the stage it hangs on (-1 for a root), on which side, and what hangs on it."""

    parent: int
    is_upstream: bool
    suppliers: list[int] = field(default_factory=list)
    customers: list[int] = field(default_factory=list)


def span_tree(n_stages: int, *, origin: Ints, destination: Ints, order: Ints) -> tuple[list[Link], list[int], Ints]:
    """Return the links of a spanning forest, its stages from the leaves to the roots, and the arcs left out.

    Arcs are taken in `order` while they close no ring.
    """
    group = list(range(n_stages))

    def find(stage: int) -> int:
        while group[stage] != stage:
            group[stage] = group[group[stage]]
            stage = group[stage]
        return stage

    beside: list[list[tuple[int, bool]]] = [[] for _ in range(n_stages)]
    left_out = []
    for arc in order.tolist():
        start, end = int(origin[arc]), int(destination[arc])
        one, other = find(start), find(end)
        if one == other:
            left_out.append(arc)
            continue
        group[one] = other
        beside[start].append((end, True))
        beside[end].append((start, False))
    links: list[Link | None] = [None] * n_stages
    visited: list[int] = []
    for root in range(n_stages):
        if links[root] is not None:
            continue
        links[root] = Link(parent=-1, is_upstream=False)
        stack = [root]
        while stack:
            stage = stack.pop()
            visited.append(stage)
            for near, is_customer in beside[stage]:
                link = links[stage]
                assert link is not None
                if near == link.parent:
                    continue
                links[near] = Link(parent=stage, is_upstream=not is_customer)
                (link.customers if is_customer else link.suppliers).append(near)
                stack.append(near)
    return [link for link in links if link is not None], visited[::-1], np.array(sorted(left_out), dtype=np.int64)


def solve_tree(stages: Stages, *, links: list[Link], upwards: list[int]) -> tuple[float, Ints, Ints]:
    """Return the least cost, with the service and the inbound time of each stage; infinite where nothing is allowed.

    Source: Graves & Willems (2000), section on the dynamic programme for spanning trees, with the erratum (2003): a
    stage hands on to the one it hangs on its least cost for each promise (if it supplies that one) or for each inbound
    time (if it is supplied). Promises need not equal the inbound time that they allow, so the least cost is running.

    Complexity: the sum over stages of their longest time squared.
    """
    n = stages.lead.size
    handed: list[Floats] = [np.zeros(0)] * n
    tables: list[Floats] = [np.zeros((0, 0))] * n
    for stage in upwards:
        table = _price_stage(stages, stage)
        for supplier in links[stage].suppliers:
            table = table + _at_most(handed[supplier], table.shape[1])[None, :]
        for customer in links[stage].customers:
            table = table + _at_least(handed[customer], table.shape[0])[:, None]
        tables[stage] = table
        handed[stage] = table.min(axis=1) if links[stage].is_upstream else table.min(axis=0)
    service, inbound, cost = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), 0.0
    for stage in reversed(upwards):
        table, link = tables[stage], links[stage]
        if link.parent < 0:
            service[stage], inbound[stage] = np.unravel_index(int(table.argmin()), table.shape)
            cost += float(table.min())
        elif link.is_upstream:
            limit = min(int(inbound[link.parent]) + 1, table.shape[0])
            service[stage] = int(handed[stage][:limit].argmin())
            inbound[stage] = int(table[service[stage]].argmin())
        else:
            first = min(int(service[link.parent]), table.shape[1] - 1)
            inbound[stage] = first + int(handed[stage][first:].argmin())
            service[stage] = int(table[:, inbound[stage]].argmin())
    return cost, service, inbound


def _price_stage(stages: Stages, stage: int) -> Floats:
    """Return what covering costs by service time (rows) and inbound time (columns), infinite where not allowed."""
    lead, longest = int(stages.lead[stage]), int(stages.longest[stage])
    service, inbound = np.arange(longest + 1)[:, None], np.arange(longest - lead + 1)[None, :]
    covered = inbound + lead - service
    allowed = (covered >= 0) & (service <= stages.most[stage]) & (inbound >= stages.least[stage])
    if stages.bare[stage]:
        allowed &= covered == 0
    return np.where(allowed, stages.weight[stage] * np.sqrt(np.maximum(covered, 0)), np.inf)


def _at_most(cost: Floats, size: int) -> Floats:
    """Return the least cost of a promise of at most 0, 1, … size - 1."""
    running = np.minimum.accumulate(cost)[:size]
    return np.concatenate([running, np.full(size - running.size, running[-1])])


def _at_least(cost: Floats, size: int) -> Floats:
    """Return the least cost of an inbound time of at least 0, 1, … size - 1."""
    running = np.minimum.accumulate(cost[::-1])[::-1][:size]
    return np.concatenate([running, np.full(size - running.size, np.inf)])
