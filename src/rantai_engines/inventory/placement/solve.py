"""Place safety stock along a chain so that every promise is kept at the least cost."""

import heapq
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rantai_engines.inventory.placement import _tree
from rantai_engines.inventory.placement.params import PlacementParams
from rantai_engines.inventory.placement.problem import ANY, PlacementProblem, list_longest_times, sort_stages
from rantai_engines.inventory.placement.solution import (
    COVERS_PART,
    CUSTOMER_WAIT,
    DECOUPLES,
    NO_TIME,
    PASSES_ON,
    PlacementSolution,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def solve(problem: PlacementProblem, *, params: PlacementParams) -> PlacementSolution:
    """Choose what each stage promises, and so where stock stands and how much.

    Parameters
    ----------
    problem : PlacementProblem
        Stages (n_stages,) and arcs (n_arcs,), in units, buckets and money.
    params : PlacementParams
        Limits of the search on networks that are no tree, and whether to explain.

    Returns
    -------
    PlacementSolution
        Arrays of shape (n_stages,), cost and its bound.

    Notes
    -----
    Demand over t buckets is taken to stay within mu t + z sigma sqrt(t); beyond it something else than stock helps
    (overtime, expediting). Demands of different customers' stages are independent: deviations add as squares.
    Source: Simpson (1958), Graves & Willems (2000); for networks that are no tree, branch and bound on the promises
    of a spanning tree (after Humair & Willems 2011): an arc left out of the tree is broken where its supplier promises
    more than its customer allows, and the two ways to mend it are the branches.
    Where it fails: lead times that vary (give a high one, or its quantile), capacity, lots, correlated demand.
    Complexity: stages times their longest time squared for a tree; times at most `nodes` for other networks.
    """
    mean, std = roll_up_demand(problem)
    weight = problem.holding_cost * special.ndtri(problem.service_level) * std
    longest = list_longest_times(problem)
    stages = _tree.Stages(
        lead=problem.lead_time,
        weight=weight,
        longest=longest,
        most=np.where(problem.service_time == ANY, longest, np.minimum(problem.service_time, longest)),
        least=problem.inbound_time,
        bare=np.zeros(problem.n_stages, dtype=np.bool_),
    )
    cost, bound, service, inbound = _search(problem, stages, params)
    saving = np.full(problem.n_stages, np.nan)
    covered = inbound + problem.lead_time - service
    if params.explain:
        for stage in np.flatnonzero((covered > 0) & (weight > 0)).tolist():
            bare = stages.bare.copy()
            bare[stage] = True
            saving[stage] = _search(problem, replace(stages, bare=bare), params)[0] - cost
    return _describe(problem, mean, std, (cost, bound, service, inbound), saving)


def roll_up_demand(problem: PlacementProblem) -> tuple[Floats, Floats]:
    """Return mean and std of all demand that reaches each stage, units/bucket, from the customers upstream.

    Demand of one stage's customers that comes by several ways adds up before it is squared.
    """
    mean = problem.demand_mean.copy()
    reached = [{stage: 1.0} if std > 0 else {} for stage, std in enumerate(problem.demand_std.tolist())]
    place = np.argsort(sort_stages(problem.n_stages, origin=problem.origin, destination=problem.destination))
    for arc in np.argsort(-place[problem.destination], kind="stable").tolist():
        start, end, each = int(problem.origin[arc]), int(problem.destination[arc]), float(problem.quantity[arc])
        mean[start] += each * mean[end]
        for stage, units in reached[end].items():
            reached[start][stage] = reached[start].get(stage, 0.0) + each * units
    variance = [sum((units * problem.demand_std[stage]) ** 2 for stage, units in needed.items()) for needed in reached]
    return mean, np.sqrt(np.array(variance, dtype=np.float64))


def _search(
    problem: PlacementProblem, stages: _tree.Stages, params: PlacementParams
) -> tuple[float, float, Ints, Ints]:
    """Return cost, bound, service and inbound times; best first over the mends of broken arcs."""
    n = problem.n_stages
    order = np.argsort(-stages.weight[problem.destination] - stages.weight[problem.origin], kind="stable")
    links, upwards, open_arcs = _tree.span_tree(
        n, origin=problem.origin, destination=problem.destination, order=order.astype(np.int64)
    )
    first = _tree.solve_tree(stages, links=links, upwards=upwards)
    best_cost, best_service = np.inf, np.zeros(n, dtype=np.int64)
    heap = [(first[0], 0, stages, first)]
    solved, bound = 1, first[0]
    while heap:
        bound, _, limits, (low, service, inbound) = heapq.heappop(heap)
        if not np.isfinite(low) or bound >= best_cost - params.gap * abs(best_cost):
            break
        cost, _ = _price(problem, stages, service)
        if cost < best_cost:
            best_cost, best_service = cost, service
        broken = service[problem.origin[open_arcs]] - inbound[problem.destination[open_arcs]]
        if broken.size == 0 or broken.max() <= 0:
            continue
        if solved + 2 > params.nodes:
            heap.append((bound, -1, limits, (low, service, inbound)))
            break
        arc = open_arcs[int(broken.argmax())]
        for branch in _mend(limits, problem, int(arc), service, inbound):
            solved += 1
            found = _tree.solve_tree(branch, links=links, upwards=upwards)
            if found[0] < best_cost:
                heapq.heappush(heap, (found[0], solved, branch, found))
    left = min((item[0] for item in heap), default=best_cost)
    _, inbound = _price(problem, stages, best_service)
    return best_cost, float(min(best_cost, max(bound, left) if heap else best_cost)), best_service, inbound


def _mend(
    limits: _tree.Stages, problem: PlacementProblem, arc: int, service: Ints, inbound: Ints
) -> tuple[_tree.Stages, _tree.Stages]:
    """Return the limits with the supplier promising less, and with the customer allowing more."""
    start, end = problem.origin[arc], problem.destination[arc]
    middle = (service[start] + inbound[end]) // 2
    most, least = limits.most.copy(), limits.least.copy()
    most[start], least[end] = middle, middle + 1
    return replace(limits, most=most), replace(limits, least=least)


def _price(problem: PlacementProblem, stages: _tree.Stages, service: Ints) -> tuple[float, Ints]:
    """Return what promises cost when each stage waits for its slowest supplier, and those waits; infinite if broken."""
    inbound = problem.inbound_time.copy()
    np.maximum.at(inbound, problem.destination, service[problem.origin])
    covered = inbound + stages.lead - service
    if covered.min() < 0 or (stages.bare & (covered > 0)).any():
        return np.inf, inbound
    return float(stages.weight @ np.sqrt(covered)), inbound


def _describe(
    problem: PlacementProblem,
    mean: Floats,
    std: Floats,
    found: tuple[float, float, Ints, Ints],
    saving: Floats,
) -> PlacementSolution:
    cost, bound, service, inbound = found
    covered = inbound + problem.lead_time - service
    safety = special.ndtri(problem.service_level) * std * np.sqrt(covered)
    holds = safety > 0
    capped = (problem.service_time != ANY) & (service >= problem.service_time)
    reason = np.select(
        [~holds & (inbound + problem.lead_time == 0), ~holds, capped, service == 0],
        [NO_TIME, PASSES_ON, CUSTOMER_WAIT, DECOUPLES],
        COVERS_PART,
    )
    return PlacementSolution(
        service_time=service,
        inbound_time=inbound,
        covered_time=covered,
        base_stock=mean * covered + safety,
        safety_stock=safety,
        stage_cost=problem.holding_cost * safety,
        demand_mean=mean,
        demand_std=std,
        cost=cost,
        bound=bound,
        is_decoupling=holds,
        reason=reason.astype(np.int8),
        saving=saving,
    )
