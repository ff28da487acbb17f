"""The exact program agrees with plans that can be computed by hand, and with the planner's own rules."""

import numpy as np
import pytest

from rantai.bench.exact.instances import DAY, NOW, make_instance
from rantai.bench.exact.program import best_on_time, keep_deliveries, state_program
from rantai.bench.exact.quality import Gap, describe, list_gaps
from rantai.bench.formats.planning.columns import Rows
from rantai_engines.planning.problem import (
    PER_SCALE,
    UNIT,
    BomLines,
    Demands,
    ItemLocations,
    Loads,
    Operations,
    Problem,
    Receipts,
    Resources,
    SourceKind,
    Sources,
    build,
    no_calendars,
)
from rantai_engines.planning.solve import solve

SEEDS = range(1, 25)


def _machine(demands: list[tuple[int, int, int]], *, minimum: int = 0) -> Problem:
    """One machine that needs two days for an order of any size; its part is bought in three. (due, quantity, class)."""
    rows = Rows()
    for key, (due, quantity, rank) in enumerate(demands):
        rows.add(key=key, item_location=0, due=NOW + due * DAY, quantity=quantity * UNIT, class_rank=rank,
                 stake=float(quantity), partial=True)  # fmt: skip
    return Problem(
        now=NOW,
        horizon_end=NOW + 30 * DAY,
        calendars=no_calendars(),
        item_locations=build(ItemLocations, {"key": [1, 2], "on_hand": [0, 3 * UNIT]}),
        sources=build(
            Sources,
            {"key": [1, 2], "item_location": [0, 1], "kind": [SourceKind.MAKE, SourceKind.BUY],
             "lead_time": [0, 3 * DAY], "multiple": [UNIT, UNIT], "minimum": [minimum * UNIT, 0]},
        ),
        bom_lines=build(BomLines, {"source": [0], "component": [1], "quantity_per": [PER_SCALE]}),
        operations=build(Operations, {"source": [0], "sequence": [1], "fixed_seconds": [2 * DAY]}),
        loads=build(Loads, {"operation": [0], "resource": [0]}),
        resources=build(Resources, {"key": [1], "kind": [1], "max_early": [100 * DAY]}),
        receipts=build(Receipts, {}),
        demands=rows.build(Demands),
    )  # fmt: skip


def _best(problem: Problem, rank: int) -> float:
    own = np.flatnonzero(problem.demands.class_rank == rank)
    return best_on_time(state_program(problem), own, np.ones(len(problem.demands.key))).value


def test_stock_of_a_part_is_what_can_be_made_in_two_days() -> None:
    assert _best(_machine([(2, 5, 1)]), 1) == pytest.approx(3)


def test_with_five_days_the_rest_is_bought_and_made() -> None:
    assert _best(_machine([(5, 5, 1)]), 1) == pytest.approx(5)


def test_a_minimum_that_the_stock_does_not_reach_makes_nothing() -> None:
    assert _best(_machine([(2, 5, 1)], minimum=4), 1) == pytest.approx(0)


def test_two_dates_within_one_run_share_the_machine() -> None:
    # One order of both by day 2 would need five parts, and three are there: day 2 has 3, day 3 nothing more.
    assert _best(_machine([(2, 3, 1), (3, 2, 1)]), 1) == pytest.approx(3)


def test_what_the_classes_above_were_given_stays_given() -> None:
    problem = _machine([(2, 3, 1), (2, 3, 2)])
    program = state_program(problem)
    keep_deliveries(program, solve(problem), np.array([0]))

    best = best_on_time(program, np.array([1]), np.ones(2))

    assert best.is_proved
    assert best.value == pytest.approx(0)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_planner_never_beats_the_best_plan(seed: int) -> None:
    problem = make_instance(seed)

    gaps = list_gaps(seed, problem, solve(problem))

    assert all(gap.is_proved for gap in gaps)
    assert all(gap.ours <= gap.best + 1e-6 for gap in gaps)


def test_gaps_are_described_by_median_percentile_and_worst() -> None:
    gaps = [Gap(seed=n, rank=1, ours=ours, best=10.0, is_proved=True) for n, ours in enumerate((10.0, 10.0, 9.0))]

    found = describe(gaps)

    assert (found["classes"], found["median"], found["worst"]) == (3, 0.0, 0.1)
    assert found["best_share"] == pytest.approx(2 / 3, abs=1e-3)


def test_the_worst_of_a_thousand_is_known() -> None:
    """Of seeds 1 to 1,000 this is the class that lacks most: nothing of 54.

    Its cause: three runs of one part for class 1 stand behind each other on the only machine, each sized when the next
    was not yet known, though one batch would have done. What frees the machine would move orders of a higher class.
    Who makes this better writes the new worst here.
    """
    problem = make_instance(78)

    gaps = {gap.rank: (gap.ours, gap.best) for gap in list_gaps(78, problem, solve(problem))}

    assert gaps[3] == (pytest.approx(0), pytest.approx(54))
    assert gaps[1][0] == pytest.approx(gaps[1][1])
