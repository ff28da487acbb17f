"""What holds of every finite plan, on random small chains with scarce resources."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.planning.problem import UNIT, Problem, ResourceKind
from rantai_engines.planning.solution import CauseKind, Solution
from rantai_engines.planning.solve import Loop, Params, solve
from rantai_engines.planning.tables import NEVER

from .audit import audit
from .finite_chains import random_finite_problem

seeds = st.integers(0, 1_000_000)


@pytest.mark.parametrize("loop", list(Loop))
@given(seed=seeds)
@settings(max_examples=150, deadline=None)
def test_every_finite_plan_passes_the_audit(loop: Loop, seed: int) -> None:
    problem = random_finite_problem(seed)

    solution = solve(problem, params=Params(loop=loop))

    audit(problem, solution)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_a_lower_class_never_makes_a_higher_one_worse(seed: int) -> None:
    problem = _only_orders(random_finite_problem(seed))
    upper = replace(problem, demands=_rows(problem.demands, np.flatnonzero(problem.demands.class_rank < 3)))

    got, alone = _slices(problem, solve(problem)), _slices(upper, solve(upper))

    assert all(got[key] == slices for key, slices in alone.items())


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_the_same_problem_gives_the_same_plan(seed: int) -> None:
    problem = random_finite_problem(seed)

    one, two = solve(problem, seed=3), solve(problem, seed=3)

    for table in fields(one):
        left, right = getattr(one, table.name), getattr(two, table.name)
        if isinstance(left, np.ndarray):
            assert (left == right).all()
        else:
            assert all((getattr(left, c.name) == getattr(right, c.name)).all() for c in fields(left))


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_the_order_of_demands_changes_nothing(seed: int) -> None:
    problem = random_finite_problem(seed)
    order = np.random.default_rng(seed).permutation(len(problem.demands.key))

    assert _slices(problem, solve(problem)) == _slices(
        replace(problem, demands=_rows(problem.demands, order)),
        solve(replace(problem, demands=_rows(problem.demands, order))),
    )


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_a_resource_without_limit_changes_nothing(seed: int) -> None:
    problem = random_finite_problem(seed)
    free = replace(problem.resources, kind=np.full_like(problem.resources.kind, ResourceKind.INFINITE))
    without = _rows(problem.loads, np.zeros(0, np.int64))

    unlimited, unloaded = replace(problem, resources=free), replace(problem, loads=without)

    assert _slices(unlimited, solve(unlimited)) == _slices(unloaded, solve(unloaded))


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_a_capacity_cause_names_a_resource_that_limits(seed: int) -> None:
    problem = random_finite_problem(seed)
    solution = solve(problem)

    for causes in (solution.delays, solution.shortages):
        named = causes.subject[causes.cause == CauseKind.CAPACITY]
        assert (problem.resources.kind[named] != ResourceKind.INFINITE).all()
        assert (problem.resources.maximum[named] + UNIT > 0).all()


def _only_orders(problem: Problem) -> Problem:
    """Leave out promises, requirements and forecasts: the right is the class alone."""
    demands = problem.demands
    plain = replace(demands, promised_at=np.full_like(demands.promised_at, NEVER), kind=np.zeros_like(demands.kind))
    return replace(problem, demands=plain)


def _rows(table: Any, order: "np.ndarray[Any, Any]") -> Any:
    return type(table)(**{each.name: getattr(table, each.name)[order] for each in fields(table)})


def _slices(problem: Problem, solution: Solution) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {int(key): [] for key in problem.demands.key}
    d = solution.deliveries
    for demand, at, quantity in zip(d.demand, d.time, d.quantity, strict=True):
        found[int(problem.demands.key[demand])].append((int(at), int(quantity)))
    return {key: sorted(rows) for key, rows in found.items()}
