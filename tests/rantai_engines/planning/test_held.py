"""A held plan is the plan that was solved; what it is asked changes nothing."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.planning.asking import LeanKind, Wanted
from rantai_engines.planning.changes import AddDemand
from rantai_engines.planning.held import HeldPlan
from rantai_engines.planning.problem import UNIT
from rantai_engines.planning.solve import solve

from .chains import DAY, NOW, make_problem
from .changing import list_deliveries, list_differences, tell_both
from .finite_chains import random_finite_problem

seeds = st.integers(0, 1_000_000)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_held_plan_is_the_plan_that_solve_gives(seed: int) -> None:
    problem = random_finite_problem(seed)

    assert list_differences(HeldPlan(problem).solution(), solve(problem)) == []


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_asking_leaves_the_state_as_it_was(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed)), np.random.default_rng(seed)
    before = tell_both(held)

    for _ in range(4):
        wanted = [_draw(rng, held) for _ in range(int(rng.integers(1, 4)))]
        keys = held.facts.demands.view().key
        answers = held.ask(wanted, without=rng.choice(keys, min(2, len(keys)), replace=False).tolist())

        assert tell_both(held) == before
        got = np.zeros(len(wanted), np.int64)
        np.add.at(got, answers.slices.line, answers.slices.quantity)
        np.add.at(got, answers.shortages.line, answers.shortages.quantity)
        assert got.tolist() == [each.quantity for each in wanted]
        _check_leans(answers, wanted)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_an_order_gets_what_was_told(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed)), np.random.default_rng(seed)
    wanted = _draw(rng, held)
    told = held.ask([wanted])

    held.apply(
        [
            AddDemand(
                key=10_000, item_location=wanted.item_location, due=wanted.due, quantity=wanted.quantity,
                partial=wanted.partial, class_rank=99,
            )
        ]
    )  # fmt: skip

    row = held.facts.demands.rows[10_000]
    got = list_deliveries(held.firm).get(row, [])
    assert got == [list(pair) for pair in zip(told.slices.time, told.slices.quantity, strict=True)]


def test_a_forecast_gives_its_units_to_a_customer() -> None:
    problem = make_problem(
        places={"key": [1], "on_hand": [10 * UNIT], "safety_stock": [2 * UNIT]},
        sources={"key": [1], "item_location": [0], "kind": [1], "lead_time": [20 * DAY]},
        demands={
            "key": [1, 2], "item_location": [0, 0], "due": [NOW + 5 * DAY] * 2, "quantity": [6 * UNIT, 3 * UNIT],
            "kind": [1, 0],
        },
    )  # fmt: skip

    answers = HeldPlan(problem).ask([Wanted(item_location=0, quantity=9 * UNIT, due=NOW + 5 * DAY)])

    # 10 on hand, 3 of them somebody's: 7 at once, whatever is expected or kept for safety.
    assert answers.slices.quantity.tolist() == [7 * UNIT, 2 * UNIT]
    assert answers.slices.time.tolist() == [NOW + 5 * DAY, NOW + 20 * DAY]
    assert answers.leans.kind.tolist() == [LeanKind.ON_HAND, LeanKind.NEW_ORDER]


def test_lines_of_one_question_share_what_there_is() -> None:
    problem = make_problem(
        places={"key": [1], "on_hand": [10 * UNIT]},
        sources={"key": [1], "item_location": [0], "kind": [1], "lead_time": [20 * DAY], "cost": [2.5]},
        demands={"key": [1], "item_location": [0], "due": [NOW], "quantity": [0]},
    )
    held, line = HeldPlan(problem), Wanted(item_location=0, quantity=6 * UNIT, due=NOW, partial=False)

    answers = held.ask([line, line])

    assert answers.slices.time.tolist() == [NOW, NOW + 20 * DAY]
    assert answers.orders.line.tolist() == [1]
    assert answers.cost.tolist() == [0.0, 2.5 * 2] or answers.cost.tolist() == [0.0, 2.5 * 6]
    assert held.ask([]).cost.tolist() == []


def test_of_places_the_first_in_time_is_taken_else_the_soonest() -> None:
    problem = make_problem(
        places={"key": [1, 2, 3], "on_hand": [0, 0, 10 * UNIT]},
        sources={"key": [1, 2], "item_location": [0, 1], "kind": [1, 1], "lead_time": [20 * DAY, 9 * DAY]},
        demands={"key": [1], "item_location": [0], "due": [NOW], "quantity": [0]},
    )
    held, due = HeldPlan(problem), NOW + DAY
    soonest = Wanted(item_location=0, quantity=6 * UNIT, due=due, others=((1, due), (0, due)))
    in_time = Wanted(item_location=0, quantity=6 * UNIT, due=due, others=((1, due), (2, due)))
    before = tell_both(held)

    answers = held.ask([soonest, in_time, in_time])

    assert answers.item_location.tolist() == [1, 2, 1]
    assert answers.slices.line.tolist() == [0, 1, 2]
    assert answers.slices.time.tolist() == [NOW + 9 * DAY, due, NOW + 9 * DAY]
    assert tell_both(held) == before


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_one_of_several_places_gets_what_it_would_get_alone(seed: int) -> None:
    held, rng = HeldPlan(random_finite_problem(seed)), np.random.default_rng(seed)
    alone = [_draw(rng, held) for _ in range(3)]
    wanted = replace(alone[0], others=tuple((row.item_location, alone[0].due) for row in alone[1:]))

    answers = held.ask([wanted])

    told = held.ask([replace(alone[0], item_location=int(answers.item_location[0]))])
    assert answers.slices.time.tolist() == told.slices.time.tolist()
    assert answers.slices.quantity.tolist() == told.slices.quantity.tolist()
    sums = [held.ask([replace(alone[0], item_location=row.item_location)]).slices for row in alone]
    assert answers.slices.quantity.sum() == max(int(found.quantity.sum()) for found in sums)


def test_who_asks_later_is_told_of_nothing_that_would_have_begun_before() -> None:
    problem = make_problem(
        places={"key": [1], "on_hand": [2 * UNIT]},
        sources={"key": [1], "item_location": [0], "kind": [1], "lead_time": [20 * DAY]},
        demands={"key": [1], "item_location": [0], "due": [NOW], "quantity": [0]},
    )
    held, wanted = HeldPlan(problem), Wanted(item_location=0, quantity=6 * UNIT, due=NOW)

    assert held.ask([wanted], at=NOW + DAY).slices.time.tolist() == [NOW + DAY, NOW + 21 * DAY]
    assert held.ask([wanted]).slices.time.tolist() == [NOW, NOW + 20 * DAY]


def test_who_keeps_gets_nothing_that_is_somebodys_until_it_is_made_up() -> None:
    problem = make_problem(
        places={"key": [1], "on_hand": [6 * UNIT]},
        sources={"key": [1], "item_location": [0], "kind": [1], "lead_time": [5 * DAY]},
        demands={"key": [1], "item_location": [0], "due": [NOW + 20 * DAY], "quantity": [6 * UNIT]},
    )
    held, wanted = HeldPlan(problem), Wanted(item_location=0, quantity=6 * UNIT, due=NOW)

    assert held.ask([wanted]).slices.time.tolist() == [NOW]
    kept = held.ask([replace(wanted, keeps=True)])
    assert kept.slices.time.tolist() == kept.orders.end.tolist() == [NOW + 5 * DAY]


def test_what_a_demand_is_about_to_let_go_is_free_for_the_question() -> None:
    problem = make_problem(
        places={"key": [1], "on_hand": [6 * UNIT]},
        sources={"key": [1], "item_location": [0], "kind": [1], "lead_time": [5 * DAY]},
        demands={
            "key": [7, 8], "item_location": [0, 0], "due": [NOW + 3 * DAY, NOW + 9 * DAY],
            "quantity": [6 * UNIT, 4 * UNIT],
        },
    )  # fmt: skip
    held = HeldPlan(problem)
    wanted = Wanted(item_location=0, quantity=4 * UNIT, due=NOW, keeps=True)

    assert held.ask([wanted], without=[8]).slices.time.tolist() == [NOW + 5 * DAY]
    assert held.ask([wanted], without=[7]).slices.time.tolist() == [NOW]
    assert held.ask([replace(wanted, quantity=11 * UNIT)], without=[7, 8, 99]).slices.quantity.sum() == 11 * UNIT


def _draw(rng: np.random.Generator, held: HeldPlan) -> Wanted:
    return Wanted(
        item_location=int(rng.integers(len(held.facts.places.key))),
        quantity=int(rng.integers(1, 9)) * UNIT,
        due=NOW + int(rng.integers(-2, 60)) * DAY,
        partial=bool(rng.random() < 0.7),
    )


def _check_leans(answers, wanted) -> None:  # type: ignore[no-untyped-def]
    """What a line gets comes from named supplies that are there in time."""
    leans, slices = answers.leans, answers.slices
    assert (leans.quantity > 0).all()
    for line, each in enumerate(wanted):
        own = (leans.line == line) & (leans.item_location == each.item_location)
        assert leans.quantity[own].sum() >= slices.quantity[slices.line == line].sum()
        last = slices.time[slices.line == line].max(initial=0)
        direct = own & (leans.kind == LeanKind.ON_HAND)
        assert (leans.time[direct] <= max(last, NOW + 10 * DAY)).all()
