"""What holds of every plan, on random small chains."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.planning.network import lay_out
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.reference import Reference
from rantai_engines.planning.solution import ReasonKind, Solution, SupplyKind
from rantai_engines.planning.solve import Params, solve
from rantai_engines.planning.tables import NEVER
from rantai_engines.planning.trace import PegIndex, trace, who_is_served

from .audit import audit
from .chains import random_problem

seeds = st.integers(0, 1_000_000)


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_every_plan_passes_the_audit(seed: int) -> None:
    problem = random_problem(seed)

    solution = solve(problem)

    audit(problem, solution)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_a_plan_without_merging_passes_the_audit(seed: int) -> None:
    problem = random_problem(seed)

    solution = solve(problem, params=Params(merge_orders=False))

    audit(problem, solution)


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_the_kernels_plan_what_the_reference_plans(seed: int) -> None:
    problem = random_problem(seed)
    network = lay_out(problem, max_pieces=50)

    solution = solve(problem, params=Params(merge_orders=False, max_pieces=50, search_orders=False))
    plan = Reference(problem, circles=set(network.circles.tolist()), level=network.level.tolist(), max_pieces=50).run()

    orders, n = solution.orders, len(problem.demands.key)
    d, f, s = solution.deliveries, solution.stock_fills, solution.shortages
    assert sorted(zip(orders.source.tolist(), orders.end.tolist(), orders.quantity.tolist(), strict=True)) == sorted(
        order[:3] for order in plan.orders
    )
    assert sorted(
        [
            *zip(d.demand.tolist(), d.time.tolist(), d.quantity.tolist(), strict=True),
            *zip((f.item_location + n).tolist(), f.time.tolist(), f.quantity.tolist(), strict=True),
        ]
    ) == sorted(plan.deliveries)
    assert sorted(
        zip(s.demand.tolist(), s.quantity.tolist(), s.cause.tolist(), s.subject.tolist(), strict=True)
    ) == sorted(row[:4] for row in plan.shortages if row[0] < n)


@given(seeds, seeds)
@settings(max_examples=80, deadline=None)
def test_the_order_of_rows_changes_nothing(seed: int, shuffle: int) -> None:
    problem = random_problem(seed)
    other = _shuffled(problem, np.random.default_rng(shuffle))

    assert _by_key(problem, solve(problem)) == _by_key(other, solve(other))


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_the_same_problem_gives_the_same_plan(seed: int) -> None:
    problem = random_problem(seed)

    one, two = solve(problem, seed=1), solve(problem, seed=1)

    for table in fields(one):
        left, right = getattr(one, table.name), getattr(two, table.name)
        if isinstance(left, np.ndarray):
            assert (left == right).all()
        else:
            assert all((getattr(left, c.name) == getattr(right, c.name)).all() for c in fields(left))


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_a_lower_class_never_makes_a_higher_one_worse(seed: int) -> None:
    problem = random_problem(seed)
    demands = replace(
        problem.demands,
        promised_at=np.full_like(problem.demands.promised_at, NEVER),
        kind=np.minimum(problem.demands.kind, 1),
    )
    full = replace(problem, demands=demands)
    upper = replace(full, demands=_rows(demands, np.flatnonzero(demands.class_rank < 3)))

    got, got_alone = _slices_by_key(full, solve(full)), _slices_by_key(upper, solve(upper))

    assert all(got[key] == slices for key, slices in got_alone.items())


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_every_trace_ends_in_leaves_and_everyone_served_is_found_again(seed: int) -> None:
    problem = random_problem(seed)
    solution = solve(problem)
    index = PegIndex.of(solution)
    pegs = solution.pegs

    for demand in range(len(problem.demands.key)):
        tree = trace(solution, demand, index=index, problem=problem)
        top = tree.parent < 0
        assert tree.share[top].sum() == solution.delivered[demand]
        assert (tree.slack >= 0).all()
        assert not top.any() or tree.critical[top].sum() == 1
        for row in np.flatnonzero(~top):
            assert pegs.consumer[tree.peg[row]] == pegs.supply[tree.peg[tree.parent[row]]]
        for row in np.flatnonzero(top)[:3]:
            peg = tree.peg[row]
            served = who_is_served(
                solution, kind=SupplyKind(pegs.supply_kind[peg]), supply=int(pegs.supply[peg]), index=index
            )
            assert demand in served.demand


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_who_is_served_agrees_with_the_reasons(seed: int) -> None:
    problem = random_problem(seed)
    solution = solve(problem)
    index, r = PegIndex.of(solution), solution.reasons

    for order in range(len(solution.orders.source)):
        served = who_is_served(solution, kind=SupplyKind.ORDER, supply=order, index=index)
        for demand, units in zip(served.demand, served.quantity, strict=True):
            own = (r.order == order) & (r.kind == ReasonKind.DEMAND) & (r.subject == demand)
            assert r.quantity[own].sum() == pytest.approx(units, abs=20)
        assert served.quantity.sum() + served.stock_quantity.sum() + served.spare == pytest.approx(
            solution.orders.quantity[order]
        )


def _rows(table: Any, order: "np.ndarray[Any, Any]") -> Any:
    return type(table)(**{f.name: getattr(table, f.name)[order] for f in fields(table)})


def _shuffled(problem: Problem, rng: np.random.Generator) -> Problem:
    """Permute every table and renumber what points at it."""
    orders = {
        name: rng.permutation(len(getattr(getattr(problem, name), column)))
        for name, column in (
            ("item_locations", "key"),
            ("sources", "key"),
            ("demands", "key"),
            ("bom_lines", "source"),
            ("operations", "source"),
            ("receipts", "key"),
        )
    }
    new = {name: np.argsort(order) for name, order in orders.items()}

    def moved(name: str, **pointers: str) -> Any:
        table = _rows(getattr(problem, name), orders[name])
        columns = {c: np.where(getattr(table, c) >= 0, new[t][getattr(table, c)], -1) if len(new[t]) else
                   getattr(table, c) for c, t in pointers.items()}  # fmt: skip
        return replace(table, **columns)

    return replace(
        problem,
        item_locations=moved("item_locations"),
        sources=moved("sources", item_location="item_locations", origin="item_locations"),
        demands=moved("demands", item_location="item_locations", receipt="receipts"),
        bom_lines=moved("bom_lines", source="sources", component="item_locations", operation="operations"),
        operations=moved("operations", source="sources"),
        receipts=moved("receipts", item_location="item_locations", source="sources"),
    )


def _slices_by_key(problem: Problem, solution: Solution) -> dict[int, list[tuple[int, int]]]:
    slices: dict[int, list[tuple[int, int]]] = {int(key): [] for key in problem.demands.key}
    d = solution.deliveries
    for demand, at, quantity in zip(d.demand, d.time, d.quantity, strict=True):
        slices[int(problem.demands.key[demand])].append((int(at), int(quantity)))
    return slices


def _by_key(problem: Problem, solution: Solution) -> tuple[object, ...]:
    """Everything a plan says, in keys instead of rows."""
    o, p, r = solution.orders, solution.pegs, solution.reasons
    place, demand = problem.item_locations.key, problem.demands.key
    source, receipt = problem.sources.key, problem.receipts.key
    orders = list(zip(source[o.source].tolist(), o.start.tolist(), o.end.tolist(), o.quantity.tolist(), strict=True))
    supply = {0: place, 1: receipt, 2: np.arange(len(orders))}
    consumer = {0: demand, 1: np.arange(len(orders)), 2: place}
    subject = {0: demand, 1: place, 2: np.arange(len(orders)), 3: place}
    pegs = sorted(
        (int(p.supply_kind[k]), int(supply[int(p.supply_kind[k])][p.supply[k]]), int(p.consumer_kind[k]),
         int(consumer[int(p.consumer_kind[k])][p.consumer[k]]), int(p.quantity[k]), int(p.need_time[k]))
        for k in range(len(p.supply))
    )  # fmt: skip
    reasons = sorted(
        (int(r.order[k]), int(r.kind[k]), int(subject[int(r.kind[k])][r.subject[k]]), int(r.quantity[k]))
        for k in range(len(r.order))
    )
    return _slices_by_key(problem, solution), orders, pegs, reasons
