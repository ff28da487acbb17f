"""Stock beyond its use is found lot by lot, as if it were played day by day."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory import reference
from rantai_engines.inventory.excess import (
    FEFO,
    FIFO,
    NO_LIMIT,
    ExcessSolution,
    age_stock,
    find_excess,
    measure_days_of_supply,
    measure_turns,
)


def find(
    lots: list[tuple[float, int, int]], *, rate: float, cover: float, rule: int = FEFO, today: int = 100
) -> ExcessSolution:
    """Lots are (units, day received, last useful day)."""
    return find_excess(
        np.array([0, len(lots)]),
        np.array([lot[0] for lot in lots], dtype=np.float64),
        received_day=np.array([lot[1] for lot in lots], dtype=np.int64),
        last_useful_day=np.array([lot[2] for lot in lots], dtype=np.int64),
        demand_rate=np.array([float(rate)]),
        cover_days=np.array([float(cover)]),
        today=today,
        rule=rule,
    )


def test_what_stands_beyond_the_cover_is_excess() -> None:
    found = find([(30, 90, NO_LIMIT), (50, 95, NO_LIMIT)], rate=4, cover=10)

    assert found.excess.tolist() == [0, 40]
    assert found.expiring.tolist() == [0, 0]
    assert found.rank.tolist() == [0, 1]
    assert found.exhausted_day.tolist() == [107, 119]


def test_an_older_lot_in_front_lets_a_shorter_one_expire() -> None:
    lots = [(20.0, 90, 200), (20.0, 95, 104)]

    first_in, first_expired = (find(lots, rate=4, cover=30, rule=rule) for rule in (FIFO, FEFO))

    assert first_in.expiring.tolist() == [0, 20]
    assert first_expired.expiring.tolist() == [0, 0]
    assert first_expired.rank.tolist() == [1, 0]


def test_without_demand_all_is_excess() -> None:
    found = find([(5, 90, 120), (5, 90, NO_LIMIT)], rate=0, cover=30)

    assert found.excess.tolist() == [5, 5]
    assert found.expiring.tolist() == [5, 0]
    assert found.exhausted_day.tolist() == [99, 99]


def test_a_lot_past_its_day_is_lost() -> None:
    found = find([(5, 90, 99), (5, 95, 100)], rate=3, cover=30)

    assert found.used_by_expiry.tolist() == [0, 3]
    assert found.expiring.tolist() == [5, 2]


LOTS = st.lists(st.tuples(st.integers(0, 30), st.integers(80, 100), st.integers(98, 125)), min_size=1, max_size=6)


@settings(max_examples=120, deadline=None)
@given(lots=LOTS, rate=st.integers(0, 8), cover=st.integers(0, 30), rule=st.sampled_from([FIFO, FEFO]))
def test_days_played_one_by_one_give_the_same(
    lots: list[tuple[int, int, int]], rate: int, cover: int, rule: int
) -> None:
    found = find(lots, rate=rate, cover=cover, rule=rule)

    order = np.argsort(found.rank).tolist()
    taken, early = reference.play_lots(
        [lot[0] for lot in lots], [lot[2] - 100 for lot in lots], order=order, rate=rate, cover=cover
    )
    assert found.used_by_expiry == pytest.approx(taken)
    units = np.array([lot[0] for lot in lots])
    assert found.expiring == pytest.approx(units - taken)
    assert found.excess == pytest.approx(units - early)


@settings(max_examples=60, deadline=None)
@given(lots=LOTS, rate=st.integers(0, 8), cover=st.integers(0, 20))
def test_expiry_first_loses_least_and_more_demand_never_more(
    lots: list[tuple[int, int, int]], rate: int, cover: int
) -> None:
    first_expired, first_in = (find(lots, rate=rate, cover=cover, rule=rule) for rule in (FEFO, FIFO))
    faster = find(lots, rate=rate + 1, cover=cover)

    assert first_expired.expiring.sum() <= first_in.expiring.sum() + 1e-9
    assert faster.excess.sum() <= first_expired.excess.sum() + 1e-9
    assert faster.expiring.sum() <= first_expired.expiring.sum() + 1e-9


def test_item_locations_do_not_see_each_other() -> None:
    found = find_excess(
        np.array([0, 1, 1, 3]),
        np.array([10.0, 10, 10]),
        received_day=np.array([1, 1, 2]),
        last_useful_day=np.full(3, NO_LIMIT),
        demand_rate=np.array([1.0, 5, 2]),
        cover_days=np.array([4.0, 4, 6]),
        today=100,
        rule=FIFO,
    )

    assert found.excess.tolist() == [6, 0, 8]


def test_ages_are_classed_and_sum_up() -> None:
    found = age_stock(np.array([5.0, 7, 9]), received_day=np.array([99, 70, 10]), today=100, edges=np.array([30, 90]))

    assert found.tolist() == [5, 7, 9]


def test_measures_follow_the_glossary_and_are_null_without_activity() -> None:
    days = measure_days_of_supply(
        np.array([50.0, 50]), forward_demand=np.array([70.0, 0]), forward_days=np.array([7.0, 7])
    )
    turns = measure_turns(np.array([120.0, 1]), average_stock_value=np.array([30.0, 0]))

    assert days[0] == 5
    assert turns[0] == 4
    assert np.isnan(days[1])
    assert np.isnan(turns[1])


def test_bad_lots_are_named() -> None:
    with pytest.raises(InvalidProblem, match=r"quantity of row 0: the value is -1\.0"):
        find([(-1, 90, 120)], rate=1, cover=1)
    with pytest.raises(InvalidProblem, match="rule"):
        find([(1, 90, 120)], rate=1, cover=1, rule=7)
