"""Safety stock under guaranteed service stands where it costs least, and keeps every promise."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory import reference
from rantai_engines.inventory.placement.params import PlacementParams
from rantai_engines.inventory.placement.problem import ANY, PlacementProblem, accumulate_cost
from rantai_engines.inventory.placement.solution import PlacementSolution
from rantai_engines.inventory.placement.solve import solve

PARAMS = PlacementParams()
ONE_DEVIATION = float(special.ndtr(1.0))


def make_problem(arcs: list[tuple[int, int]], **choices: Any) -> PlacementProblem:
    lead = np.array(choices.pop("lead_time"), dtype=np.int64)
    n = lead.size
    usual: dict[str, Any] = {
        "holding_cost": np.ones(n),
        "demand_mean": np.zeros(n),
        "demand_std": np.zeros(n),
        "service_level": np.full(n, ONE_DEVIATION),
        "service_time": np.full(n, ANY),
        "inbound_time": np.zeros(n),
        "quantity": np.ones(len(arcs)),
    }
    whole = ("service_time", "inbound_time")
    columns = {
        name: np.array(values, dtype=np.int64 if name in whole else np.float64)
        for name, values in (usual | choices).items()
    }
    starts, ends = np.array(arcs, dtype=np.int64).reshape(-1, 2).T
    return PlacementProblem(lead_time=lead, origin=starts.copy(), destination=ends.copy(), **columns)


def check_promises(problem: PlacementProblem, found: PlacementSolution) -> None:
    slowest = problem.inbound_time.copy()
    np.maximum.at(slowest, problem.destination, found.service_time[problem.origin])
    assert (found.inbound_time == slowest).all()
    assert (found.covered_time == found.inbound_time + problem.lead_time - found.service_time).all()
    assert (found.covered_time >= 0).all()
    capped = problem.service_time != ANY
    assert (found.service_time[capped] <= problem.service_time[capped]).all()
    factor = special.ndtri(problem.service_level)
    assert found.safety_stock == pytest.approx(factor * found.demand_std * np.sqrt(found.covered_time))
    assert found.base_stock == pytest.approx(found.demand_mean * found.covered_time + found.safety_stock)
    assert found.cost == pytest.approx(float(problem.holding_cost @ found.safety_stock))


@st.composite
def list_networks(draw: st.DrawFn, *, is_tree: bool) -> PlacementProblem:
    n = draw(st.integers(2, 5 if is_tree else 4))
    arcs = []
    for stage in range(1, n):
        near = draw(st.integers(0, stage - 1))
        arcs.append((near, stage) if draw(st.booleans()) or not is_tree else (stage, near))
    if not is_tree:
        arcs += [(i, j) for i in range(n) for j in range(i + 1, n) if (i, j) not in arcs and draw(st.booleans())]
    ends = set(range(n)) - {start for start, _ in arcs}
    draws = st.lists(st.integers(0, 3), min_size=n, max_size=n)
    costs = st.lists(st.integers(1, 9), min_size=n, max_size=n)
    return make_problem(
        arcs,
        lead_time=draw(draws),
        holding_cost=draw(costs),
        demand_mean=[10.0 * (stage in ends) for stage in range(n)],
        demand_std=[float(draw(st.integers(1, 5))) * (stage in ends) for stage in range(n)],
        service_time=[draw(st.integers(0, 2)) if stage in ends else ANY for stage in range(n)],
        inbound_time=draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)),
        quantity=[float(draw(st.integers(1, 2))) for _ in arcs],
    )


@settings(max_examples=80, deadline=None)
@given(problem=list_networks(is_tree=True))
def test_a_tree_costs_as_little_as_any_promises(problem: PlacementProblem) -> None:
    found = solve(problem, params=PARAMS)

    check_promises(problem, found)
    assert found.cost == pytest.approx(reference.cheapest_placement(problem))
    assert found.bound == pytest.approx(found.cost)


@settings(max_examples=60, deadline=None)
@given(problem=list_networks(is_tree=False))
def test_a_network_with_rings_costs_as_little_as_any_promises(problem: PlacementProblem) -> None:
    found = solve(problem, params=PARAMS)

    check_promises(problem, found)
    assert found.cost == pytest.approx(reference.cheapest_placement(problem), rel=1e-5)
    assert found.bound <= found.cost + 1e-9


@settings(max_examples=40, deadline=None)
@given(problem=list_networks(is_tree=True), data=st.data())
def test_more_service_never_costs_less(problem: PlacementProblem, data: st.DataObject) -> None:
    names = ("lead_time", "holding_cost", "demand_mean", "demand_std", "service_time", "inbound_time", "quantity")
    columns = {name: getattr(problem, name) for name in names}
    arcs = list(zip(problem.origin.tolist(), problem.destination.tolist(), strict=True))
    level = problem.service_level + data.draw(st.floats(0, 0.15))
    shorter = np.where(problem.service_time > 0, problem.service_time - 1, problem.service_time)

    before = solve(problem, params=PARAMS).cost
    surer = solve(make_problem(arcs, **columns, service_level=level), params=PARAMS).cost
    sooner = solve(make_problem(arcs, **(columns | {"service_time": shorter})), params=PARAMS).cost

    assert surer >= before - 1e-9
    assert sooner >= before - 1e-9


def test_a_search_that_is_cut_says_how_far_it_may_be() -> None:
    chance = np.random.default_rng(2)
    arcs = sorted({(int(i), int(j)) for i, j in chance.integers(0, 12, (40, 2)) if i < j})
    ends = set(range(12)) - {start for start, _ in arcs}
    problem = make_problem(
        arcs,
        lead_time=chance.integers(1, 9, 12),
        holding_cost=np.arange(1.0, 13.0),
        demand_std=[4.0 * (stage in ends) for stage in range(12)],
        service_time=[0 if stage in ends else ANY for stage in range(12)],
    )

    cut, whole = (solve(problem, params=PlacementParams(nodes=nodes)) for nodes in (1, 2000))

    check_promises(problem, cut)
    assert cut.bound <= whole.bound + 1e-9 <= whole.cost + 2e-9
    assert whole.cost <= cut.cost
    assert whole.bound == pytest.approx(whole.cost, rel=1e-5)


def test_reasons_say_why_stock_stands_where_it_does() -> None:
    # Snyder & Shen (2019), example 6.5: a supplier, a plant, and two shops of which one lets customers wait a period.
    problem = make_problem(
        [(0, 1), (1, 2), (1, 3)],
        lead_time=[2, 1, 1, 1],
        holding_cost=[1, 2, 3, 3],
        demand_std=[0, 0, 1, 1],
        service_time=[ANY, ANY, 0, 1],
        inbound_time=[1, 0, 0, 0],
    )

    found = solve(problem, params=PlacementParams(explain=True))

    assert found.cost == pytest.approx(2 * math.sqrt(2) + math.sqrt(6) + 3)
    assert found.service_time.tolist() == [0, 0, 0, 1]
    assert found.reason_names() == ["decouples", "decouples", "customer_wait", "passes_on"]
    assert found.is_decoupling.tolist() == [True, True, True, False]
    assert np.isinf(found.saving[2])
    assert np.isnan(found.saving[3])
    assert (found.saving[:2] > 0).all()


def test_demand_that_comes_by_two_ways_adds_up_before_it_is_squared() -> None:
    problem = make_problem(
        [(0, 1), (0, 2), (1, 3), (2, 3)],
        lead_time=[1, 1, 1, 1],
        demand_mean=[0, 0, 0, 5],
        demand_std=[0, 0, 0, 3],
        service_time=[ANY, ANY, ANY, 0],
    )

    found = solve(problem, params=PARAMS)

    assert found.demand_mean.tolist() == [10, 5, 5, 5]
    assert found.demand_std.tolist() == [6, 3, 3, 3]


def test_cost_is_what_came_in_and_what_was_added() -> None:
    found = accumulate_cost(
        np.array([1.0, 2.0, 3.0]), origin=np.array([0, 1]), destination=np.array([1, 2]), quantity=np.array([2.0, 1.0])
    )

    assert found.tolist() == [1, 4, 7]


def test_bad_chains_are_named() -> None:
    with pytest.raises(InvalidProblem, match=r"origin of row 0: the stage supplies itself"):
        make_problem([(0, 1), (1, 0)], lead_time=[1, 1])
    with pytest.raises(InvalidProblem, match="longest wait"):
        make_problem([], lead_time=[1], demand_std=[1.0])
    with pytest.raises(InvalidProblem, match="destination of row 0"):
        make_problem([(0, 7)], lead_time=[1, 1])
    with pytest.raises(InvalidProblem, match="lead_time of row 0: the value is -1"):
        make_problem([], lead_time=[-1])


# Least cost, and promises from the customers upstream. Textbook: Snyder & Shen (2019); 6.14 is Graves & Willems (2000),
# figure of the digital camera. Figures: stockpyl's own tests and documentation of gsm_tree (MIT), which cite them.
KNOWN = {
    "example_6_3": (2 * math.sqrt(2), {1: 1, 2: 0, 3: 0}),
    "problem_6_7": (160 * math.sqrt(5), {1: 0, 2: 3, 3: 2}),
    "problem_6_8": (1378.3020369, {1: 3, 2: 10, 3: 0, 4: 28, 5: 13, 6: 5, 7: 0, 8: 18, 9: 13, 10: 12}),
    "problem_6_9": (15.6495302, {1: 3, 2: 3, 3: 0, 4: 0, 5: 0, 6: 2}),
    "example_6_5": (8.277916867529369, {1: 0, 2: 0, 3: 0, 4: 1}),
    "figure_6_14": (18.824004472592, {1: 0, 2: 3, 3: 5, 4: 4, 5: 7, 6: 0, 7: 0, 8: 0, 9: 0, 10: 2}),
}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", KNOWN)
def test_the_textbook_chain_costs_what_the_book_says(shared_data: Path, name: str) -> None:
    instances = json.loads((shared_data / "inventory" / "stockpyl_instances.json").read_text())["instances"]
    nodes = next(one["data"]["_nodes"] for one in instances if one["name"] == name)
    place = {node["_index"]: row for row, node in enumerate(nodes)}
    std = [(node["demand_source"] or {}).get("standard_deviation") or 0.0 for node in nodes]

    found = solve(
        make_problem(
            [(place[before], row) for row, node in enumerate(nodes) for before in node["_predecessor_indices"] or []],
            lead_time=[node["processing_time"] or 0 for node in nodes],
            holding_cost=[node["local_holding_cost"] for node in nodes],
            demand_mean=[(node["demand_source"] or {}).get("mean") or 0.0 for node in nodes],
            demand_std=std,
            service_level=special.ndtr([node["demand_bound_constant"] for node in nodes]),
            service_time=[
                (node["external_outbound_cst"] or 0) if each else ANY for node, each in zip(nodes, std, strict=True)
            ],
            inbound_time=[node["external_inbound_cst"] or 0 for node in nodes],
        ),
        params=PARAMS,
    )

    cost, promises = KNOWN[name]
    assert found.cost == pytest.approx(cost, rel=1e-8)
    assert {node["_index"]: int(found.service_time[row]) for row, node in enumerate(nodes)} == promises
