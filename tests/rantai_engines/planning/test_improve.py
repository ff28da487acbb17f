"""Inside a class of a small component the planner looks for the order in which most stake is on time."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.planning import _improve
from rantai_engines.planning._improve import find_components
from rantai_engines.planning.problem import PER_SCALE, UNIT, Loads, Problem, Resources, SourceKind, build
from rantai_engines.planning.solution import Solution
from rantai_engines.planning.solve import Params, solve

from .chains import DAY, NOW, make_problem
from .finite_chains import random_finite_problem

seeds = st.integers(0, 1_000_000)


def _machine(demands: list[tuple[int, int, float]], *, ranks: list[int] | None = None) -> Problem:
    """One machine that makes a unit a day; (due, quantity, stake) of each demand, which ships whole."""
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [SourceKind.MAKE], "multiple": [UNIT]},
        operations={"source": [0], "sequence": [1], "unit_seconds": [float(DAY)]},
        demands={
            "key": np.arange(len(demands)) + 1,
            "item_location": np.zeros(len(demands), np.int64),
            "due": NOW + np.array([due for due, _, _ in demands]) * DAY,
            "quantity": np.array([quantity for _, quantity, _ in demands]) * UNIT,
            "stake": [stake for _, _, stake in demands],
            "class_rank": ranks or [1] * len(demands),
            "partial": [False] * len(demands),
        },
    )
    return replace(
        problem,
        resources=build(Resources, {"key": [1], "kind": [1], "max_early": [100 * DAY]}),
        loads=build(Loads, {"operation": [0], "resource": [0]}),
    )


def _on_time(problem: Problem, solution: Solution) -> list[bool]:
    return [bool(last <= due) for last, due in zip(solution.last_delivery, problem.demands.due, strict=True)]


def _stake_on_time(problem: Problem, solution: Solution) -> float:
    d, demands = solution.deliveries, problem.demands
    weight = demands.stake / np.maximum(demands.quantity, 1)
    own = d.time <= demands.due[d.demand]
    return float((d.quantity[own] * weight[d.demand[own]]).sum())


def test_the_one_with_more_at_stake_is_on_time_though_the_other_is_due_first() -> None:
    problem = _machine([(3, 3, 10.0), (4, 4, 90.0)])

    assert _on_time(problem, solve(problem, params=Params(search_orders=False))) == [True, False]
    assert _on_time(problem, solve(problem)) == [False, True]


def test_two_small_ones_are_worth_more_than_a_large_one() -> None:
    problem = _machine([(4, 4, 50.0), (4, 2, 40.0), (4, 2, 40.0)])

    assert _on_time(problem, solve(problem)) == [False, True, True]


def test_stake_never_speaks_against_class() -> None:
    problem = _machine([(3, 3, 1.0), (4, 4, 1e6)], ranks=[1, 2])

    assert _on_time(problem, solve(problem)) == [True, False]


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_the_first_class_never_has_less_at_stake_on_time_than_without_the_search(seed: int) -> None:
    problem = random_finite_problem(seed)
    demands = problem.demands
    one = replace(
        problem,
        demands=replace(
            demands,
            class_rank=np.ones_like(demands.class_rank),
            kind=np.zeros_like(demands.kind),
            promised_at=np.full_like(demands.promised_at, 1 << 60),
            max_lateness=np.zeros_like(demands.max_lateness),
        ),
    )

    searched, plain = solve(one), solve(one, params=Params(search_orders=False))

    assert _stake_on_time(one, searched) >= _stake_on_time(one, plain) - 1e-9


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_a_neighbour_that_shares_nothing_changes_nothing(seed: int) -> None:
    problem, other = random_finite_problem(seed), _machine([(3, 3, 10.0), (4, 4, 90.0)])
    both = _side_by_side(problem, other)

    alone, together = solve(problem), solve(both)

    own = together.deliveries.demand < len(problem.demands.key)
    assert sorted(
        zip(alone.deliveries.demand, alone.deliveries.time, alone.deliveries.quantity, strict=True)
    ) == sorted(
        zip(together.deliveries.demand[own], together.deliveries.time[own], together.deliveries.quantity[own],
            strict=True)
    )  # fmt: skip


def test_components_share_bills_origins_and_machines() -> None:
    problem = make_problem(
        places={"key": [1, 2, 3, 4, 5, 6]},
        sources={
            "key": [1, 2, 3],
            "item_location": [0, 2, 4],
            "kind": [SourceKind.MAKE, SourceKind.MOVE, SourceKind.MAKE],
            "lead_time": [0, DAY, 0],
            "origin": [-1, 3, -1],
        },
        lines={"source": [0], "component": [1], "quantity_per": [PER_SCALE]},
        operations={"source": [0, 2], "sequence": [1, 1]},
        demands={"key": [1], "item_location": [0], "due": [NOW], "quantity": [1]},
    )
    shared = replace(
        problem,
        resources=build(Resources, {"key": [1], "kind": [1]}),
        loads=build(Loads, {"operation": [0, 1], "resource": [0, 0]}),
    )

    apart, joined = find_components(problem), find_components(shared)

    assert apart[0] == apart[1]
    assert apart[2] == apart[3]
    assert len(set(apart.tolist())) == 4
    assert joined[0] == joined[4]
    assert len(set(joined.tolist())) == 3


def test_a_large_component_is_left_as_it_is(monkeypatch) -> None:
    monkeypatch.setattr(_improve, "MOST_PLACES", 0)
    problem = _machine([(3, 3, 10.0), (4, 4, 90.0)])

    assert _on_time(problem, solve(problem)) == [True, False]


def _side_by_side(one: Problem, other: Problem) -> Problem:
    """Put a machine of its own beside a chain: later keys, no shared row."""
    places, sources = len(one.item_locations.key), len(one.sources.key)
    steps, resources = len(one.operations.source), len(one.resources.key)
    shifts = {
        "item_locations": {"key": 10_000},
        "sources": {"key": 10_000, "item_location": places},
        "operations": {"source": sources},
        "resources": {"key": 10_000},
        "loads": {"operation": steps, "resource": resources},
        "demands": {"key": 10_000, "item_location": places},
    }
    tables = {}
    for name, moved in shifts.items():
        left, right = getattr(one, name), getattr(other, name)
        columns = {
            column: np.concatenate(
                (
                    getattr(left, column),
                    getattr(right, column) + moved[column] if column in moved else getattr(right, column),
                )
            )
            for column in left.__slots__
        }
        tables[name] = type(left)(**columns)
    return replace(one, **tables)
