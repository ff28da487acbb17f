"""A problem that is cut gives the plan of the whole, whoever plans the parts."""

from dataclasses import fields, replace
from functools import partial

import numpy as np
import pytest

from rantai.bench import chains
from rantai_engines import spreading
from rantai_engines.planning import _improve, parts
from rantai_engines.planning.problem import UNIT
from rantai_engines.planning.side_by_side import solve_in_parts
from rantai_engines.planning.solve import Params, solve

from .finite_chains import random_finite_problem

PLAIN = Params(search_orders=False)
IN_THREE = partial(solve_in_parts, params=PLAIN, least_work=1, most_parts=3)


def list_differences(one, other):
    """Return the columns in which two plans differ."""
    found = []
    for each in fields(one):
        left, right = getattr(one, each.name), getattr(other, each.name)
        pairs = (
            [
                (f"{each.name}.{column.name}", getattr(left, column.name), getattr(right, column.name))
                for column in fields(left)
            ]
            if hasattr(left, "__dataclass_fields__")
            else [(each.name, left, right)]
        )
        found += [name for name, a, b in pairs if not np.array_equal(a, b)]
    return found


def list_chains(count):
    """Return chains of several components of which all have limited resources, or none."""
    found = []
    for seed in range(150):
        problem = random_finite_problem(seed, demands=14)
        pieces = parts.cut(problem, least_work=1, most_parts=3)
        if len(pieces) > 1 and len({len(piece.problem.loads.resource) > 0 for piece in pieces}) == 1:
            found.append((seed, problem))
    return found[:count]


@pytest.mark.parametrize(("seed", "problem"), list_chains(30))
def test_parts_give_the_plan_of_the_whole(seed, problem):
    assert list_differences(IN_THREE(problem), solve(problem, params=PLAIN)) == []


def test_threads_give_the_same_plan_as_one_after_the_other():
    problem = chains.make_problem(item_locations=3_000)

    alone = solve_in_parts(problem, params=Params(), least_work=500)
    beside = solve_in_parts(problem, params=Params(), least_work=500, spread=spreading.in_threads(2))

    assert list_differences(alone, beside) == []


@pytest.mark.parametrize("is_small", [True, False])
def test_parts_are_searched_for_better_orders_where_their_whole_would_be(monkeypatch, is_small):
    (_seed, problem), *_others = list_chains(1)
    monkeypatch.setattr(_improve, "_MOST_CUTTING", 1_000 if is_small else 0)
    told = []

    def spread(plan, problems):
        told.append(plan.keywords["params"].search_orders)
        return [plan(each) for each in problems]

    solve_in_parts(problem, params=Params(), least_work=1, most_parts=3, spread=spread)

    assert told == [is_small]


def test_a_shuffled_problem_is_cut_alike():
    problem = chains.make_problem(item_locations=3_000)
    order = np.random.default_rng(3).permutation(len(problem.demands.key))
    demands = replace(
        problem.demands, **{each.name: getattr(problem.demands, each.name)[order] for each in fields(problem.demands)}
    )

    one = parts.cut(problem, least_work=500)
    other = parts.cut(replace(problem, demands=demands), least_work=500)

    assert len(one) > 1
    for left, right in zip(one, other, strict=True):
        assert np.array_equal(left.rows["item_locations"], right.rows["item_locations"])
        assert np.array_equal(np.sort(left.problem.demands.key), np.sort(right.problem.demands.key))


def test_every_row_stands_in_one_part():
    problem = chains.make_problem(item_locations=3_000)

    pieces = parts.cut(problem, least_work=500)

    for name in pieces[0].rows:
        rows = np.concatenate([piece.rows[name] for piece in pieces])
        assert np.array_equal(np.sort(rows), np.arange(len(rows)))
    assert sum(piece.problem.demands.quantity.sum() for piece in pieces) == problem.demands.quantity.sum()


def test_a_small_problem_stays_whole():
    problem = chains.make_problem(item_locations=1_000)

    assert len(parts.cut(problem)) == 1


def test_demands_that_ship_together_stay_together():
    problem = chains.make_problem(item_locations=3_000)
    component = parts.find_components(problem)
    far = np.flatnonzero(component[problem.demands.item_location] != component[problem.demands.item_location[0]])[0]
    group = np.full(len(problem.demands.key), -1)
    group[[0, far]] = 7
    problem = replace(problem, demands=replace(problem.demands, group=group))

    pieces = parts.cut(problem, least_work=500)

    assert sorted(int((piece.problem.demands.group == 7).sum()) for piece in pieces)[-1] == 2


@pytest.mark.parametrize("spread", [spreading.in_turn, spreading.in_threads(2), spreading.in_processes(2)])
def test_results_keep_the_order_of_the_parts(spread):
    assert spread(abs, [-3, -1, -2]) == [3, 1, 2]


@pytest.mark.parametrize("spread", [spreading.in_turn, spreading.in_threads(2), spreading.in_processes(2)])
def test_a_part_that_fails_is_heard(spread):
    with pytest.raises(ZeroDivisionError):
        spread(partial(divmod, UNIT), [1, 0])
