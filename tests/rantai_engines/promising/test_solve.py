"""Available-to-promise: the textbook table, the definition, and what must never happen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.planning.tables import NEVER, InvalidProblem, build
from rantai_engines.promising.problem import AtpProblem, Committed, Lateness, Lines, Slots
from rantai_engines.promising.reference import promise_dates
from rantai_engines.promising.solve import quantile_dates, solve

DAY = 86_400
WEEK = 7 * DAY
seeds = st.integers(0, 1_000_000)


def _random(seed: int, *, lines: int = 6) -> AtpProblem:
    rng = np.random.default_rng(seed)
    slots, committed = int(rng.integers(0, 8)), int(rng.integers(0, 5))
    available = rng.integers(0, 10, slots)
    return AtpProblem(
        now=0,
        slots=build(
            Slots,
            {
                "key": rng.permutation(slots),
                "item_location": rng.integers(0, 2, slots),
                "time": rng.integers(-2, 10, slots),
                "available": available,
                "promised": (available * rng.random(slots)).astype(int),
            },
        ),
        committed=build(
            Committed,
            {
                "item_location": rng.integers(0, 2, committed),
                "time": rng.integers(-1, 12, committed),
                "quantity": rng.integers(0, 6, committed),
            },
        ),
        lines=build(
            Lines,
            {
                "key": rng.permutation(lines),
                "item_location": rng.integers(0, 2, lines),
                "wanted_at": rng.integers(-1, 12, lines),
                "quantity": rng.integers(1, 9, lines),
                "rank": rng.integers(0, 3, lines),
                "partial": rng.random(lines) < 0.5,
            },
        ),
    )


def test_look_back_takes_a_later_shortage_off_earlier_supply() -> None:
    # Stock 10, receipts of 5 in weeks 2 and 4; 12 are committed in week 2 and 7 in week 5: 20 come, 19 are held, so 1
    # is free, and it is free now: week 2 looks back for 7 of the 10, week 5 takes week 4's 5 and 2 more of the 10.
    problem = AtpProblem(
        now=0,
        slots=build(Slots, {"key": [1, 2, 3], "item_location": [0, 0, 0], "time": [0, 2 * WEEK, 4 * WEEK],
                            "available": [10, 5, 5]}),
        committed=build(Committed, {"item_location": [0, 0], "time": [2 * WEEK, 5 * WEEK], "quantity": [12, 7]}),
        lines=build(Lines, {"key": [1, 2], "item_location": [0, 0], "wanted_at": [0, 0], "quantity": [1, 1]}),
    )  # fmt: skip

    answer = solve(problem)

    assert answer.promised_at.tolist() == [0, NEVER]
    assert answer.take_slot.tolist() == [0]
    assert answer.free.tolist() == [0, 0, 0]


def test_a_line_that_takes_slices_gets_them_as_they_come() -> None:
    slots = {"key": [1, 2, 3], "item_location": [0, 0, 0], "time": [0, DAY, 3 * DAY], "available": [4, 3, 9]}
    ask = {"key": [1], "item_location": [0], "wanted_at": [0], "quantity": [10], "partial": [True]}
    problem = AtpProblem(now=0, slots=build(Slots, slots), committed=build(Committed, {}), lines=build(Lines, ask))

    answer = solve(problem)

    assert answer.promised_at.tolist() == [3 * DAY]
    assert answer.slice_time.tolist() == [0, DAY, 3 * DAY]
    assert answer.slice_quantity.tolist() == [4, 3, 3]
    assert answer.on_wanted_quantity.tolist() == [4]


@given(seeds)
@settings(max_examples=400, deadline=None)
def test_it_promises_what_the_definition_says(seed: int) -> None:
    problem = _random(seed)
    if _is_over_committed(problem):
        return

    answer = solve(problem)

    assert list(zip(answer.promised_at.tolist(), answer.on_wanted_quantity.tolist(), strict=True)) == promise_dates(
        problem
    )


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_no_unit_is_promised_twice(seed: int) -> None:
    problem = _random(seed, lines=10)

    answer = solve(problem)

    free = problem.slots.available - problem.slots.promised
    taken = np.zeros(len(free), np.int64)
    np.add.at(taken, answer.take_slot, answer.take_quantity)
    assert (taken + answer.free <= free).all()
    line = np.repeat(np.arange(len(problem.lines.key)), np.diff(answer.take_offset))
    assert (np.maximum(problem.slots.time[answer.take_slot], 0) <= answer.take_time).all()
    assert (problem.slots.item_location[answer.take_slot] == problem.lines.item_location[line]).all()
    units = np.zeros(len(problem.lines.key), np.int64)
    np.add.at(units, line, answer.take_quantity)
    assert (units[answer.promised_at < NEVER] == problem.lines.quantity[answer.promised_at < NEVER]).all()
    assert (units <= problem.lines.quantity).all()
    assert answer.slice_quantity.sum() == units.sum()


@given(seeds, st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_asking_later_never_answers_earlier(seed: int, wait: int) -> None:
    problem = _random(seed, lines=1)
    later = replace(problem, lines=replace(problem.lines, wanted_at=problem.lines.wanted_at + wait))

    assert solve(later).promised_at[0] >= solve(problem).promised_at[0]


def test_the_order_of_rows_changes_nothing() -> None:
    problem = _random(5, lines=9)
    order = np.random.default_rng(1).permutation(9)
    names = ("key", "item_location", "wanted_at", "quantity", "rank", "partial")
    shuffled = replace(problem, lines=Lines(**{name: getattr(problem.lines, name)[order] for name in names}))

    assert solve(shuffled).promised_at.tolist() == solve(problem).promised_at[order].tolist()


def test_many_takes_need_no_guess_of_their_number() -> None:
    n = 500
    slots = {"key": np.arange(n), "item_location": np.zeros(n, int), "time": np.arange(n), "available": np.ones(n, int)}
    ask = {"key": [1], "item_location": [0], "wanted_at": [0], "quantity": [n], "partial": [True]}
    problem = AtpProblem(now=0, slots=build(Slots, slots), committed=build(Committed, {}), lines=build(Lines, ask))

    assert len(solve(problem).take_slot) == n


def test_a_slot_promised_over_is_named() -> None:
    slots = build(Slots, {"key": [4], "item_location": [0], "time": [0], "available": [3], "promised": [4]})

    with pytest.raises(InvalidProblem, match=r"Slots.promised, row 0: 4 is over the 3 available"):
        AtpProblem(now=0, slots=slots, committed=build(Committed, {}), lines=build(Lines, {}))


def test_dates_with_confidence_count_working_days() -> None:
    # Ten deliveries, five on time, three a day late, one two, one five. Promised on a Friday at noon.
    friday = 1 * DAY  # 1970-01-02
    days = np.array([d for d in range(60) if (d + 3) % 7 < 5]) * DAY
    lateness = Lateness(
        offset=np.array([0, 10, 10]),
        days=np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 5.0]),
        calendar=np.array([0, -1]),
        day_offset=np.array([0, len(days)]),
        day_start=days,
    )
    at = np.full(3, friday + DAY // 2)

    dates = quantile_dates(at, source=np.array([0, 1, -1]), lateness=lateness)

    assert ((dates[0] - at[0]) // DAY).tolist() == [0, 3, 4]
    assert (dates[1:] == at[0]).all()


def _is_over_committed(problem: AtpProblem) -> bool:
    """What nobody can cover is dropped by ``solve``; the definition keeps it as debt against later receipts."""
    s, c = problem.slots, problem.committed
    for place in (0, 1):
        for t in range(-2, 14):
            come = (s.available - s.promised)[(s.item_location == place) & (s.time <= t)].sum()
            gone = c.quantity[(c.item_location == place) & (c.time <= t)].sum()
            if gone > come:
                return True
    return False
