"""Ask the inventory engine where safety stock should stand along the network, chain by chain; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rantai.iscm.inventory.models import PlacementChoice, PlacementRun, StockTarget
from rantai.iscm.inventory.queries.network import Network, Pair
from rantai.kernel.quantities import SCALE
from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory.placement.params import PlacementParams
from rantai_engines.inventory.placement.problem import ANY, MAX_STAGES, MAX_TIME, PlacementProblem, sort_stages
from rantai_engines.inventory.placement.solution import REASONS, PlacementSolution
from rantai_engines.inventory.placement.solve import solve

Floats = NDArray[np.float64]

LEVEL = 0.95
"""Service level where nothing is asked for today."""
EXPLAINED = 0.5
SLIGHT = 0.01
"""Less than this share of what is asked of a place is a rounding, not somebody who asks there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What placement is judged by."""

    network: Network
    targets: dict[Pair, StockTarget]
    cost: dict[int, int]
    """Standard cost by item, 1/10,000 of the company's currency."""
    rate: float
    """Share of the cost of a unit, a year."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """What was left out, for the run's figures."""

    cost_alone: int = 0
    """A year if each place covered its own wait, 1/10,000 of the company's currency."""
    chains: int = 0
    alone: int = 0
    refused: int = 0


def place(
    ground: Ground, run: PlacementRun, tally: Tally, *, tell: Callable[[int, int], None]
) -> Iterator[list[PlacementChoice]]:
    """Yield the choices of each chain; item-locations that nothing of ours supplies or takes stand alone."""
    chains, pairs = _list_chains(ground.network)
    for number, members in enumerate(chains, start=1):
        tell(number, len(chains))
        if len(members) < 2:
            tally.alone += 1
            continue
        try:
            stages = [pairs[row] for row in members]
            problem = _to_problem(ground, stages)
            found = solve(problem, params=PlacementParams())
        except InvalidProblem:
            # a circle, or ways longer than the engine holds: named in the figures, the rest is placed
            tally.refused += 1
            continue
        tally.chains += 1
        yield list(_to_choices(ground, run, tally, number, stages, problem, found))


def _list_chains(network: Network) -> tuple[list[list[int]], list[Pair]]:
    """Return the connected parts of the network, so that each is placed by itself."""
    pairs = sorted(network.waits)
    row = {pair: place for place, pair in enumerate(pairs)}
    start = [row[taken] for taken, _for in network.arcs]
    end = [row[maker] for _taken, maker in network.arcs]
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(len(pairs), len(pairs)))
    count, labels = connected_components(graph, directed=False) if pairs else (0, np.zeros(0, np.int64))
    order = np.argsort(labels, kind="stable")
    cuts = np.searchsorted(labels[order], np.arange(1, count))
    return [part.tolist() for part in np.split(order, cuts)] if count else [], pairs


def _to_problem(ground: Ground, stages: Sequence[Pair]) -> PlacementProblem:
    if len(stages) > MAX_STAGES:
        raise InvalidProblem("stages", f"it has {len(stages)}", f"at most {MAX_STAGES:,} places of one chain")
    row = {pair: place for place, pair in enumerate(stages)}
    arcs = [(row[taken], row[maker], per) for (taken, maker), per in ground.network.arcs.items() if maker in row]
    mean, std = _read_demand(ground, stages, arcs)
    levels = [ground.targets[pair].service_level / 10_000 if pair in ground.targets else LEVEL for pair in stages]
    return PlacementProblem(
        lead_time=np.array([_count_days(ground, pair) for pair in stages], dtype=np.int64),
        holding_cost=np.array([_hold(ground, pair[0]) for pair in stages], dtype=np.float64),
        demand_mean=mean,
        demand_std=std,
        service_level=np.clip(np.array(levels), 0.5, 0.9999),
        service_time=np.where(mean > 0, 0, ANY).astype(np.int64),
        inbound_time=np.zeros(len(stages), dtype=np.int64),
        origin=np.array([start for start, _end, _per in arcs], dtype=np.int64),
        destination=np.array([end for _start, end, _per in arcs], dtype=np.int64),
        quantity=np.array([per for _start, _end, per in arcs], dtype=np.float64),
    )


def _read_demand(
    ground: Ground, stages: Sequence[Pair], arcs: Sequence[tuple[int, int, float]]
) -> tuple[Floats, Floats]:
    """Return mean and deviation a day of what is asked of each place beyond what the places that it supplies ask for.

    A target counts all that is asked of a place, and how much of it is for making other things. Where the arcs explain
    less than half of that (a part for what is made elsewhere), the rest is asked there, so that no place is left
    without; means of places differ a little, for each is taken over its own wait. The variance is shared as the means.
    """
    origin, destination = (np.array([arc[side] for arc in arcs], dtype=np.int64) for side in (0, 1))
    takers: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for start, end, per in arcs:
        takers[start].append((end, per))
    mean, own_mean, own_std = np.zeros((3, len(stages)))
    for stage in reversed(sort_stages(len(stages), origin=origin, destination=destination).tolist()):
        mean[stage] = sum(per * mean[end] for end, per in takers[stage])
        target = ground.targets.get(stages[stage])
        if target is None or target.demand_mean <= 0:
            continue
        asked, for_making = target.demand_mean / 7, min(target.dependent_mean, target.demand_mean) / 7
        here = asked - for_making
        if mean[stage] < EXPLAINED * for_making:
            here += for_making - mean[stage]
        if here > SLIGHT * asked:
            own_mean[stage], own_std[stage] = here, target.demand_std * sqrt(here / asked / 7)
        mean[stage] += own_mean[stage]
    return own_mean, own_std


def _count_days(ground: Ground, pair: Pair) -> int:
    """Return the mean days until arrivals are there, with the days between two looks; at least one where it waits."""
    wait, target = ground.network.waits[pair], ground.targets.get(pair)
    days = 7 * (wait.mean_weeks + (target.review_weeks if target else 0.0))
    return min(MAX_TIME, max(round(days), 1 if days > 0 else 0))


def _cover(
    ground: Ground, problem: PlacementProblem, found: PlacementSolution, pair: Pair, i: int, *, days: int
) -> int:
    """Return the safety stock of a place that covers days: it absorbs what its own lead time strays as well.

    The search takes lead times as certain; what they stray is added where stock stands (both variances).
    """
    if days <= 0:
        return 0
    late = float(found.demand_mean[i]) * 7 * ground.network.waits[pair].std_weeks
    spread = sqrt(days * float(found.demand_std[i]) ** 2 + late**2)
    factor = NormalDist().inv_cdf(float(problem.service_level[i]))
    return ceil(factor * spread - 1e-6) * SCALE


def _hold(ground: Ground, item_id: int) -> float:
    """Return what holding a unit a year costs, in money."""
    return ground.cost.get(item_id, 0) / 10_000 * ground.rate


def _to_choices(
    ground: Ground, run: PlacementRun, tally: Tally, number: int, stages: Sequence[Pair], problem: PlacementProblem,
    found: PlacementSolution,
) -> Iterator[PlacementChoice]:  # fmt: skip
    for i, (item, location) in enumerate(stages):
        target = ground.targets.get((item, location))
        now = target.safety_stock if target else 0
        covered = int(found.covered_time[i])
        then = _cover(ground, problem, found, (item, location), i, days=covered)
        alone = _cover(ground, problem, found, (item, location), i, days=int(problem.lead_time[i]))
        each = _hold(ground, item)
        tally.cost_alone += round(alone * each)
        yield PlacementChoice(
            run=run,
            item_id=item,
            location_id=location,
            chain=number,
            reason=REASONS[found.reason[i]],
            inbound_days=int(found.inbound_time[i]),
            lead_days=int(problem.lead_time[i]),
            service_days=int(found.service_time[i]),
            covered_days=covered,
            is_stocked=target is not None,
            safety_now=now,
            safety_then=then,
            cost_now=round(now * each),
            cost_then=round(then * each),
        )
