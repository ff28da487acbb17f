"""Lots on one machine keep to its capacity, cost what they say, and are nearly the cheapest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory import reference
from rantai_engines.inventory.capacitated.params import CapacitatedParams
from rantai_engines.inventory.capacitated.problem import CapacitatedProblem
from rantai_engines.inventory.capacitated.solution import CapacitatedSolution
from rantai_engines.inventory.capacitated.solve import solve

QUICK = CapacitatedParams(search_work=1e5, rounds=1)


def make_problem(demand: list[list[float]], *, capacity: float = 100.0, **choices: list[float]) -> CapacitatedProblem:
    n = len(demand)
    usual = {"unit_time": [1.0] * n, "setup_time": [5.0] * n, "setup_cost": [40.0] * n, "holding_cost": [1.0] * n}
    columns = {name: np.array(values, dtype=np.float64) for name, values in (usual | choices).items()}
    table = np.array(demand, dtype=np.float64)
    return CapacitatedProblem(demand=table, capacity=np.full(table.shape[1], float(capacity)), **columns)


def check_plan(problem: CapacitatedProblem, found: CapacitatedSolution) -> None:
    """The plan's own arrays must tell its load, its stock and its cost anew."""
    assert (found.quantity >= 0).all()
    assert not (found.quantity > 0)[~found.setups].any()
    stock = np.cumsum(found.quantity - problem.demand, axis=1)
    assert (stock >= -1e-6).all()
    assert found.stock == pytest.approx(stock, abs=1e-5)
    load = problem.unit_time @ found.quantity + problem.setup_time @ found.setups
    assert found.load == pytest.approx(load, abs=1e-5)
    assert found.overtime == pytest.approx(np.maximum(load - problem.capacity, 0), abs=1e-4)
    cost = (problem.setup_cost @ found.setups).sum() + (problem.holding_cost @ stock).sum()
    assert found.cost == pytest.approx(cost, rel=1e-6, abs=1e-4)
    assert found.cost == pytest.approx(found.setup_cost + found.holding_cost)


@st.composite
def list_problems(draw: st.DrawFn) -> CapacitatedProblem:
    n, periods = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    cells = st.lists(st.sampled_from([0, 5, 8, 12, 20]), min_size=periods, max_size=periods)
    whole = {
        "unit_time": st.sampled_from([0.5, 1.0, 2.0]),
        "setup_time": st.sampled_from([0.0, 2.0, 6.0]),
        "setup_cost": st.sampled_from([0.0, 10.0, 60.0]),
        "holding_cost": st.sampled_from([0.0, 1.0, 3.0]),
    }
    choices = {name: draw(st.lists(values, min_size=n, max_size=n)) for name, values in whole.items()}
    return make_problem([draw(cells) for _ in range(n)], capacity=draw(st.sampled_from([20, 40, 90])), **choices)


@settings(max_examples=60, deadline=None)
@given(problem=list_problems())
def test_a_plan_is_what_it_says_and_nearly_the_cheapest(problem: CapacitatedProblem) -> None:
    found = solve(problem, params=QUICK, seed=3)

    check_plan(problem, found)
    best = reference.cheapest_capacitated_lots(problem)
    if np.isfinite(best):
        assert found.is_feasible
        assert found.bound <= best + 1e-6 * max(best, 1)
        assert best - 1e-6 <= found.cost <= 1.02 * best + 1e-6
    else:
        assert not found.is_feasible


def test_the_same_seed_gives_the_same_plan() -> None:
    chance = np.random.default_rng(5)
    problem = make_problem(chance.integers(0, 40, (4, 8)).astype(float).tolist(), capacity=130)

    first, again = (solve(problem, params=QUICK, seed=9) for _ in range(2))

    assert first.quantity.tobytes() == again.quantity.tobytes()
    assert not first.was_cut
    assert first.cost == again.cost


def test_one_item_with_room_is_wagner_and_whitins() -> None:
    # Snyder & Shen (2019), example 3.9.
    problem = make_problem([[90, 120, 80, 70]], capacity=1000, setup_cost=[500.0], holding_cost=[2.0])

    found = solve(problem, params=QUICK, seed=1)

    assert found.cost == 1380
    assert found.bound == pytest.approx(1380)
    assert found.quantity.tolist() == [[210, 0, 150, 0]]


def test_set_up_times_take_capacity() -> None:
    # 2 x 45 units and two set-ups of 5 fill the machine in each period; 4 less are 4 too few in each.
    roomy = make_problem([[45, 45], [45, 45]], capacity=100)
    tight = make_problem([[45, 45], [45, 45]], capacity=96)

    assert solve(roomy, params=QUICK, seed=1).is_feasible
    found = solve(tight, params=QUICK, seed=1)
    assert not found.is_feasible
    assert found.overtime.sum() == pytest.approx(8.0)


def test_a_limit_of_time_is_said() -> None:
    chance = np.random.default_rng(6)
    problem = make_problem(chance.integers(20, 40, (6, 15)).astype(float).tolist(), capacity=230)

    found = solve(problem, params=CapacitatedParams(search_work=1e5, rounds=50, seconds=0.05), seed=1)

    assert found.was_cut
    check_plan(problem, found)


def test_bad_input_is_named_with_its_row() -> None:
    with pytest.raises(InvalidProblem, match="demand of row 1: the value is nan"):
        make_problem([[1.0, 2.0], [1.0, float("nan")]])
    with pytest.raises(InvalidProblem, match="unit_time of row 0"):
        make_problem([[1.0]], unit_time=[0.0])
    with pytest.raises(InvalidProblem, match="it is no table"):
        CapacitatedProblem(
            demand=np.ones(3), unit_time=np.ones(1), setup_time=np.ones(1), setup_cost=np.ones(1),
            holding_cost=np.ones(1), capacity=np.ones(3),
        )  # fmt: skip


def test_chains_that_meet_overtime_only_do_not_leave_a_lot_for_each_demand() -> None:
    """A tight machine with dear set-ups: the first plan keeps to the capacity and costs nearly twice the bound."""
    draw, items, periods = np.random.default_rng(1), 24, 30
    demand = np.maximum(draw.normal(100, 35, (periods, items)).round(), 0)
    demand[draw.random((periods, items)) < 0.2] = 0
    setup_time, setup_cost, holding = (draw.integers(*span, items) for span in ((10, 60), (200, 2500), (1, 6)))
    problem = make_problem(
        demand.T.tolist(), capacity=round((demand.sum() / periods + setup_time.sum() * 0.6) / 0.9),
        setup_time=setup_time.tolist(), setup_cost=setup_cost.tolist(), holding_cost=holding.tolist(),
    )  # fmt: skip

    found = solve(problem, params=CapacitatedParams(rounds=0), seed=1)

    check_plan(problem, found)
    assert found.is_feasible
    assert found.gap < 0.04
