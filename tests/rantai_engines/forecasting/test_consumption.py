"""Orders consume the forecast that foresaw them, no unit twice, and a cancellation leaves no trace."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rantai_engines.arrays import InvalidProblem
from rantai_engines.forecasting.consumption import ConsumableForecast, Takes, consume_line, give_back, list_buckets
from rantai_engines.forecasting.consumption_batch import consume_lines

Longs = NDArray[np.int64]
WEEKS = 6


def make_forecast(
    gross: list[list[int]], *, backward: int = 7, forward: int = 7, spill: list[int] | None = None
) -> ConsumableForecast:
    starts = np.concatenate([np.arange(len(row)) * 7 for row in gross])
    n = len(gross)
    return ConsumableForecast(
        offsets=np.cumsum([0, *map(len, gross)]).astype(np.int64),
        starts=starts,
        ends=starts + 7,
        gross=np.array([value for row in gross for value in row], dtype=np.int64),
        backward=np.full(n, backward),
        forward=np.full(n, forward),
        spill=np.array(spill or [-1] * n, dtype=np.int64),
    )


def consume(forecast: ConsumableForecast, lines: list[tuple[int, int, int]]) -> Takes:
    series, day, quantity = (np.array([line[k] for line in lines], dtype=np.int64) for k in range(3))
    return consume_lines(forecast, np.zeros_like(forecast.gross), series=series, day=day, quantity=quantity)


forecasts = st.builds(
    make_forecast,
    st.lists(st.lists(st.integers(0, 20), min_size=WEEKS, max_size=WEEKS), min_size=3, max_size=3),
    backward=st.integers(0, 30),
    forward=st.integers(0, 30),
    spill=st.sampled_from([[-1, -1, -1], [2, 2, -1], [-1, 0, 0]]),
)
orders = st.lists(st.tuples(st.integers(-1, 2), st.integers(-10, 60), st.integers(0, 40)), max_size=12)


def test_a_line_takes_its_own_week_then_the_past_then_the_future() -> None:
    forecast = make_forecast([[5, 5, 5, 5, 5]])

    takes = consume(forecast, [(0, 17, 18)])

    assert takes.bucket.tolist() == [2, 1, 3]
    assert takes.quantity.tolist() == [5, 5, 5]
    assert takes.beyond.tolist() == [3]


def test_a_window_of_nought_is_the_own_bucket_alone() -> None:
    forecast = make_forecast([[5, 5, 5]], backward=0, forward=0)

    assert list_buckets(forecast, series=0, day=7).tolist() == [1]
    assert list_buckets(forecast, series=0, day=13).tolist() == [1]
    assert list_buckets(forecast, series=0, day=99).tolist() == []


def test_an_account_falls_on_the_items_forecast_when_its_own_is_used_up() -> None:
    forecast = make_forecast([[4, 0], [10, 10]], spill=[1, -1])

    takes = consume(forecast, [(0, 0, 9)])

    assert takes.bucket.tolist() == [0, 2]
    assert takes.quantity.tolist() == [4, 5]


def test_two_accounts_never_take_the_same_unit() -> None:
    forecast = make_forecast([[0], [0], [6]], spill=[2, 2, -1])

    takes = consume(forecast, [(0, 1, 4), (1, 1, 4)])

    assert takes.sum_by_bucket(3).tolist() == [0, 0, 6]
    assert takes.beyond.tolist() == [0, 2]


def test_an_order_for_what_nobody_forecast_is_beyond() -> None:
    assert consume(make_forecast([[5]]), [(-1, 0, 3)]).beyond.tolist() == [3]


@settings(max_examples=150, deadline=None)
@given(forecast=forecasts, lines=orders)
def test_many_lines_take_what_one_after_another_would(
    forecast: ConsumableForecast, lines: list[tuple[int, int, int]]
) -> None:
    consumed = np.zeros_like(forecast.gross)
    one_by_one = []
    for row, (series, day, quantity) in enumerate(lines):
        takes = consume_line(forecast, consumed, series=series, day=day, quantity=quantity)
        np.add.at(consumed, takes.bucket, takes.quantity)
        one_by_one += [(row, int(b), int(q)) for b, q in zip(takes.bucket, takes.quantity, strict=True)]

    found = consume(forecast, lines)

    assert list(zip(found.line.tolist(), found.bucket.tolist(), found.quantity.tolist(), strict=True)) == one_by_one


@settings(max_examples=150, deadline=None)
@given(forecast=forecasts, lines=orders)
def test_units_add_up_and_none_is_taken_twice(forecast: ConsumableForecast, lines: list[tuple[int, int, int]]) -> None:
    takes = consume(forecast, lines)
    consumed = takes.sum_by_bucket(forecast.gross.size)

    assert (consumed >= 0).all()
    assert (consumed <= forecast.gross).all()
    assert (takes.quantity > 0).all()
    by_line = takes.beyond.copy()
    np.add.at(by_line, takes.line, takes.quantity)
    assert by_line.tolist() == [quantity for _series, _day, quantity in lines]


@settings(max_examples=150, deadline=None)
@given(forecast=forecasts, lines=orders.filter(bool), data=st.data())
def test_a_cancellation_gives_back_exactly(
    forecast: ConsumableForecast, lines: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    takes = consume(forecast, lines)
    line = data.draw(st.integers(0, len(lines) - 1))
    part = data.draw(st.integers(0, lines[line][2]))

    back = give_back(takes, line=line, quantity=part)

    assert int(back.quantity.sum() + back.beyond.sum()) == part
    left = takes.sum_by_bucket(forecast.gross.size) - back.sum_by_bucket(forecast.gross.size)
    assert (left >= 0).all()
    whole = give_back(takes, line=line, quantity=lines[line][2])
    others = takes.line != line
    alone = np.zeros_like(forecast.gross)
    np.add.at(alone, takes.bucket[others], takes.quantity[others])
    after = takes.sum_by_bucket(forecast.gross.size) - whole.sum_by_bucket(forecast.gross.size)
    assert after.tolist() == alone.tolist()


def test_the_last_line_cancelled_leaves_what_was_before() -> None:
    forecast = make_forecast([[5, 5, 5]])
    before, after = consume(forecast, [(0, 8, 6)]), consume(forecast, [(0, 8, 6), (0, 9, 7)])

    back = give_back(after, line=1, quantity=7)

    assert (after.sum_by_bucket(3) - back.sum_by_bucket(3)).tolist() == before.sum_by_bucket(3).tolist()


def test_more_than_a_line_holds_cannot_come_back() -> None:
    takes = consume(make_forecast([[5]]), [(0, 0, 3)])

    with pytest.raises(InvalidProblem, match="quantity of row 0: it is 4; the line holds 3"):
        give_back(takes, line=0, quantity=4)


def test_bad_input_is_named() -> None:
    with pytest.raises(InvalidProblem, match="gross of row 1: the value is -1"):
        make_forecast([[5, -1]])
    with pytest.raises(InvalidProblem, match="spill of row 0"):
        make_forecast([[5], [5]], spill=[0, -1])
    with pytest.raises(InvalidProblem, match="series of row 0: the value is 7"):
        consume(make_forecast([[5]]), [(7, 0, 1)])
