"""What costs no capacity rides along: a fixed-time order grows before another of its kind is planned."""

from dataclasses import replace

import numpy as np
import pytest

from rantai_engines.planning.problem import (
    PER_SCALE,
    UNIT,
    Loads,
    Occupations,
    Problem,
    Resources,
    SourceKind,
    build,
)
from rantai_engines.planning.solution import Solution
from rantai_engines.planning.solve import Loop, Params, solve

from .audit import audit
from .chains import DAY, NOW, make_problem

OVEN_DAYS = 2


def _bakery(
    due_days: list[int], *, quantity: int = 5, unit_seconds: float = 0.0, maximum: int = 0, flour: int = 100,
    ranks: list[int] | None = None, max_early: int = 100,
) -> Problem:  # fmt: skip
    """Bread from flour in one oven that is busy two days whatever is in it; flour is there and nothing else comes."""
    count = len(due_days)
    problem = make_problem(
        places={"key": [1, 2], "on_hand": [0, flour * UNIT]},
        sources={
            "key": [1],
            "item_location": [0],
            "kind": [SourceKind.MAKE],
            "multiple": [UNIT],
            "maximum": [maximum * UNIT],
        },
        lines={"source": [0], "component": [1], "quantity_per": [PER_SCALE]},
        operations={
            "source": [0],
            "sequence": [1],
            "fixed_seconds": [OVEN_DAYS * DAY],
            "unit_seconds": [unit_seconds],
        },
        demands={
            "key": np.arange(count) + 1,
            "item_location": np.zeros(count, np.int64),
            "due": NOW + np.array(due_days) * DAY,
            "quantity": np.full(count, quantity * UNIT),
            "class_rank": ranks or [1] * count,
        },
    )
    tables = {
        "resources": build(Resources, {"key": [1], "kind": [1], "max_early": [max_early * DAY]}),
        "loads": build(Loads, {"operation": [0], "resource": [0]}),
    }
    return replace(problem, **tables)


def _orders(solution: Solution) -> list[tuple[float, int]]:
    o = solution.orders
    return [((int(end) - NOW) / DAY, int(quantity) // UNIT) for end, quantity in zip(o.end, o.quantity, strict=True)]


def _dates(solution: Solution) -> list[float]:
    return [(int(at) - NOW) / DAY for at in solution.last_delivery]


def test_two_needs_of_one_day_are_baked_together() -> None:
    problem = _bakery([4, 4])
    solution = solve(problem)
    audit(problem, solution)

    assert _orders(solution) == [(4.0, 10)]


def test_a_need_one_day_later_rides_in_the_order_that_stands_in_its_way() -> None:
    problem = _bakery([4, 5])
    solution = solve(problem)
    audit(problem, solution)

    assert _orders(solution) == [(4.0, 10)]
    assert _dates(solution) == [4, 5]


def test_a_need_that_has_the_oven_for_itself_is_baked_just_in_time() -> None:
    solution = solve(_bakery([4, 9]))

    assert _orders(solution) == [(4.0, 5), (9.0, 5)]


def test_the_day_before_opening_rides_with_a_lower_class_need() -> None:
    """Day 2 is the first that can be; of three needs there the oven gives all, for it is full only once."""
    problem = _bakery([2, 2, 2], ranks=[3, 1, 2])
    solution = solve(problem)
    audit(problem, solution)

    assert _orders(solution) == [(2.0, 15)]
    assert _dates(solution) == [2, 2, 2]


def test_an_order_does_not_grow_over_its_maximum() -> None:
    problem = _bakery([4, 4], maximum=8)
    solution = solve(problem)
    audit(problem, solution)

    assert max(quantity for _, quantity in _orders(solution)) <= 8
    assert sum(quantity for _, quantity in _orders(solution)) == 10


def test_an_order_does_not_grow_without_its_components() -> None:
    problem = _bakery([4, 5], flour=7)
    solution = solve(problem)
    audit(problem, solution)

    assert sum(quantity for _, quantity in _orders(solution)) == 7
    assert int(solution.delivered.sum()) == 7 * UNIT


def test_an_order_that_takes_longer_for_more_does_not_grow() -> None:
    problem = _bakery([4, 9], unit_seconds=3600.0)
    solution = solve(problem)
    audit(problem, solution)

    assert len(_orders(solution)) == 2


@pytest.mark.parametrize(
    ("max_early", "dates", "orders"), [(4, [4, 7], [(4.0, 10)]), (3, [4, 9], [(4.0, 5), (9.0, 5)])]
)
def test_a_need_rides_no_further_ahead_than_the_oven_may_be_used_early(
    max_early: int, dates: list[float], orders: list[tuple[float, int]]
) -> None:
    """Somebody else has the oven from day 4 to 7: what is due on day 7 can only ride in the order of day 4."""
    problem = replace(
        _bakery([4, 7], max_early=max_early),
        occupations=build(Occupations, {"resource": [0], "start": [NOW + 4 * DAY], "end": [NOW + 7 * DAY]}),
    )
    solution = solve(problem)
    audit(problem, solution)

    assert _dates(solution) == dates
    assert _orders(solution) == orders


def test_the_faithful_loop_plans_an_order_for_each() -> None:
    solution = solve(_bakery([6, 6]), params=Params(loop=Loop.FAITHFUL))

    assert sorted(quantity for _, quantity in _orders(solution)) == [5, 5]
