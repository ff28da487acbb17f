"""Columns that once nobody read: effective ranges of loads, rests of steps, hourly costs, safety stock by steps."""

from dataclasses import replace
from typing import Any

import numpy as np

from rantai_engines.planning.asking import Wanted
from rantai_engines.planning.held import HeldPlan
from rantai_engines.planning.problem import (
    PER_SCALE,
    PPM,
    UNIT,
    Calendars,
    Loads,
    Occupations,
    Problem,
    Resources,
    StepFunctions,
    build,
)
from rantai_engines.planning.solve import solve

from .chains import DAY, NOW, make_problem

DUE = NOW + 20 * DAY


def test_a_load_outside_its_effective_range_does_not_load() -> None:
    problem = _made(resources=1, maximum=[0], loads={"effective_from": [NOW + 300 * DAY]})

    solution = solve(problem)

    assert solution.deliveries.time.tolist() == [DUE]
    assert solution.runs.resource.tolist() == [-1]


def test_only_effective_alternates_are_choices() -> None:
    problem = _made(
        resources=2, maximum=[UNIT, UNIT],
        loads={"group": [0, 0], "rank": [1, 2], "effective_to": [NOW + DAY, 1 << 60]},
    )  # fmt: skip

    assert solve(problem).runs.resource.tolist() == [1]


def test_the_rests_of_a_routing_lie_before_the_need() -> None:
    problem = _made(resources=1, maximum=[UNIT], operations={"posttime": [3 * DAY]})

    assert solve(problem).orders.end.tolist() == [DUE - 3 * DAY]


def test_resource_hours_are_part_of_what_an_answer_costs() -> None:
    problem = _made(resources=1, maximum=[UNIT], operations={"fixed_seconds": [0], "unit_seconds": [1800.0]})
    problem = replace(problem, resources=replace(problem.resources, cost_per_hour=np.array([8.0])))

    answers = HeldPlan(problem).ask([Wanted(item_location=0, quantity=5 * UNIT, due=NOW + 60 * DAY)])

    assert answers.cost.tolist() == [5 * 8.0 / 2]


def test_safety_stock_that_rises_by_steps_is_filled_when_it_rises() -> None:
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [1], "lead_time": [DAY]},
        demands={"key": [1], "item_location": [0], "due": [NOW], "quantity": [0]},
    )
    steps = StepFunctions(
        offset=np.array([0, 3]), start=NOW + np.array([-5, 10, 30]) * DAY, value=np.array([2, 1, 5]) * UNIT
    )

    places = replace(problem.item_locations, safety_steps=np.array([0]))
    fills = solve(replace(problem, item_locations=places, step_functions=steps)).stock_fills

    assert list(zip(fills.time.tolist(), fills.quantity.tolist(), strict=True)) == [
        (NOW + DAY, 2 * UNIT), (NOW + 30 * DAY, 3 * UNIT),
    ]  # fmt: skip


def test_alternates_by_rank_take_the_first_that_fits_though_it_ends_earlier() -> None:
    busy = Occupations(
        resource=np.array([0]), start=np.array([DUE - DAY]), end=np.array([DUE]), quantity=np.array([UNIT]),
        setup=np.array([-1]),
    )  # fmt: skip
    loads = {"group": [0, 0], "rank": [1, 2]}
    late = replace(_made(resources=2, maximum=[UNIT, UNIT], loads=loads), occupations=busy)
    first = replace(_made(resources=2, maximum=[UNIT, UNIT], loads={**loads, "by_rank": [1, 1]}), occupations=busy)

    assert (solve(late).runs.resource.tolist(), solve(late).orders.end.tolist()) == ([1], [DUE])
    assert (solve(first).runs.resource.tolist(), solve(first).orders.end.tolist()) == ([0], [DUE - DAY])


def test_a_load_may_grow_with_the_order() -> None:
    """Five units at one each fit beside two that are taken, not beside three."""
    for taken, end in ((2, DUE), (3, DUE - DAY)):
        busy = Occupations(
            resource=np.array([0]), start=np.array([DUE - DAY]), end=np.array([DUE]), quantity=np.array([taken * UNIT]),
            setup=np.array([-1]),
        )  # fmt: skip
        problem = _made(resources=1, maximum=[7 * UNIT], loads={"quantity": [0], "quantity_per": [PER_SCALE]})

        assert solve(replace(problem, occupations=busy)).orders.end.tolist() == [end]


def test_what_is_held_stays_until_the_next_step() -> None:
    """The second step has one day to run. Its tool is taken in between, so it can only be used if it need not wait."""
    two = {"source": [0, 0], "sequence": [1, 2], "fixed_seconds": [DAY, DAY]}
    window = Calendars(offset=np.array([0, 1]), start=np.array([DUE - 2 * DAY]), end=np.array([DUE - DAY]))
    busy = Occupations(
        resource=np.array([0]), start=np.array([DUE - 3 * DAY]), end=np.array([DUE - 2 * DAY - 1]),
        quantity=np.array([UNIT]), setup=np.array([-1]),
    )  # fmt: skip
    for is_held, ends in ((0, [DUE - 3 * DAY]), (1, [])):
        problem = _made(resources=1, maximum=[UNIT], operations=two, loads={"group": [0], "is_held": [is_held]})
        operations = replace(problem.operations, calendar=np.array([-1, 0]))
        runs = solve(replace(problem, operations=operations, calendars=window, occupations=busy)).runs

        assert runs.end[runs.resource == 0].tolist() == ends


def test_a_bucket_may_be_charged_at_the_end_of_a_step() -> None:
    """Nothing is free from half a day before the due date on: charged at its end, the step ends before that."""
    steps = StepFunctions(
        offset=np.array([0, 3]), start=np.array([NOW, DUE - DAY // 2, DUE + DAY]), value=np.array([5, 0, 5]) * UNIT
    )
    for point, end in ((0, DUE), (PPM, DUE - DAY // 2 - 1)):
        problem = _made(resources=1, maximum=[0], loads={"point_ppm": [point]})
        resources = replace(problem.resources, kind=np.array([2]), maximum_steps=np.array([0]))
        solution = solve(replace(problem, resources=resources, step_functions=steps))

        assert solution.orders.end.tolist() == [end]


def _made(
    *, resources: int, maximum: list[int], loads: dict[str, Any] | None = None, operations: dict[str, Any] | None = None
) -> Problem:
    """One item made in one step of a day on some resources, and a demand for five."""
    problem = make_problem(
        places={"key": [1]},
        sources={"key": [1], "item_location": [0], "kind": [0]},
        demands={"key": [1], "item_location": [0], "due": [DUE], "quantity": [5 * UNIT]},
        operations={"source": [0], "sequence": [1], "fixed_seconds": [DAY], **(operations or {})},
    )
    return replace(
        problem,
        resources=build(Resources, {"key": range(resources), "kind": [1] * resources, "maximum": maximum}),
        loads=build(Loads, {"operation": [0] * resources, "resource": range(resources), **(loads or {})}),
    )
