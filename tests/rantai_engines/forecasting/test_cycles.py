"""A customer's rhythm says when it buys again and how much."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.arrays import InvalidProblem
from rantai_engines.forecasting.cycles import CycleProblem, forecast_cycles


def make_problem(rows, *, until_day, alive=None, customers=None):
    """Rows of (day, units) pairs."""
    counts = [len(row) for row in rows]
    return CycleProblem(
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        days=np.array([day for row in rows for day, _units in row], dtype=np.int64),
        quantities=np.array([units for row in rows for _day, units in row], dtype=np.float64),
        alive=np.array(alive if alive is not None else [1.0] * len(rows), dtype=np.float64),
        until_day=until_day,
        customers=None if customers is None else np.array(customers, dtype=np.int64),
    )


def test_a_weekly_buyer_buys_every_week():
    rows = [[(7 * week + 2, 10.0) for week in range(30)]]

    found = forecast_cycles(make_problem(rows, until_day=7 * 30 - 1), weeks=8)

    assert found.interval[0] == 7
    np.testing.assert_allclose(found.mean[0], 10 * found.active[0], rtol=0.05)
    assert found.active[0] > 0.95
    assert found.likely[0].tolist() == [10.0] * 8


def test_a_monthly_buyer_buys_in_the_week_its_rhythm_falls_due():
    rows = [[(28 * turn, 40.0) for turn in range(12)]]
    last = 28 * 11

    found = forecast_cycles(make_problem(rows, until_day=last + 6), weeks=9)

    # the next falls due 28 days after the last: on the edge of the third and fourth week ahead
    assert found.mean[0, 2:4].sum() == pytest.approx(40 * found.active[0], rel=0.05)
    assert found.mean[0, :2].sum() < 1
    assert found.likely[0].tolist() == [0, 0, 0, 40, 0, 0, 0, 40, 0]


def test_who_has_been_silent_for_long_has_probably_ended():
    regular = [(14 * turn, 5.0) for turn in range(10)]

    soon = forecast_cycles(make_problem([regular], until_day=14 * 9 + 13), weeks=4)
    late = forecast_cycles(make_problem([regular], until_day=14 * 9 + 90), weeks=4)

    assert soon.active[0] > 0.8
    assert late.active[0] < 0.05
    assert late.mean.sum() < 0.2 * soon.mean.sum()
    assert not late.likely.any()


def test_a_customer_who_is_probably_gone_is_expected_less():
    row = [(7 * week, 3.0) for week in range(20)]

    found = forecast_cycles(make_problem([row, row], until_day=7 * 20 - 1, alive=[1.0, 0.25]), weeks=6)

    np.testing.assert_allclose(found.mean[1], found.mean[0] / 4)


def test_a_calendar_is_kept_by_who_was_late_left_one_out_and_bought_something_else_in_between():
    row = [(14 * turn, 20.0) for turn in range(12) if turn != 7]
    row[-1] = (row[-1][0] + 2, 20.0)
    row = sorted([*row, (14 * 4 + 6, 1.0), (14 * 9 + 5, 2.0)])

    found = forecast_cycles(make_problem([row], until_day=14 * 11 + 6), weeks=6)

    assert (found.interval[0], found.quantity[0]) == (14, 20)
    assert found.likely[0].tolist() == [0, 20, 0, 20, 0, 20]
    # one date of twelve was left out, and of the other purchases three units were seen in a year
    assert found.mean[0, 1::2].mean() == pytest.approx(20 * 11 / 12 * found.active[0], rel=0.05)
    assert 0 < found.mean[0, 0] < 3


def test_an_item_new_to_an_agreement_follows_it():
    old = [(28 * turn, 10.0) for turn in range(9)]
    new = [(28 * 8, 7.0)]

    alone = forecast_cycles(make_problem([old, new], until_day=28 * 8 + 20), weeks=5)
    together = forecast_cycles(make_problem([old, new], until_day=28 * 8 + 20, customers=[4, 4]), weeks=5)

    assert alone.regular.tolist() == [True, False]
    assert not alone.mean[1].any()
    assert together.regular.all()
    assert together.likely.tolist() == [[0, 10, 0, 0, 0], [0, 7, 0, 0, 0]]


def test_two_alike_orders_are_a_beginning_where_beginnings_have_held():
    held = [[(7 * row + 28 * turn, 30.0) for turn in range(4)] for row in range(6)]
    broken = [[(7 * row, 30.0), (7 * row + 28, 30.0)] for row in range(6)]
    begun = [(280, 30.0), (308, 31.0)]

    after_held = forecast_cycles(make_problem([*held, begun], until_day=314), weeks=4)
    after_broken = forecast_cycles(make_problem([*broken, begun], until_day=314), weeks=4)

    assert after_held.regular[-1]
    assert after_held.likely[-1].tolist() == [0, 0, 0, 30.5]
    assert not after_broken.regular[-1]


def test_who_buys_at_random_is_given_no_calendar():
    rng = np.random.default_rng(11)
    rows = []
    for _each in range(300):
        days = np.cumsum(np.maximum(1, np.rint(rng.gamma(4, 40 / 4, size=10)))).astype(int)
        rows.append([(int(day), 5.0) for day in days])
    last = max(row[-1][0] for row in rows)

    found = forecast_cycles(make_problem(rows, until_day=last), weeks=2)

    assert (found.spread == 0).mean() < 0.1
    assert found.regular.all()


def test_the_usual_quantity_is_the_new_one_after_two_orders():
    row = [(14 * turn, 10.0 if turn < 10 else 15.0) for turn in range(12)]

    found = forecast_cycles(make_problem([row], until_day=14 * 11 + 6), weeks=2)

    assert found.likely[0].tolist() == [0, 15]


def test_the_long_run_is_quantity_over_interval():
    rng = np.random.default_rng(7)
    rows = []
    for _each in range(200):
        days = np.cumsum(np.maximum(1, np.rint(rng.gamma(9, 30 / 9, size=30)))).astype(int)
        rows.append([(int(day), float(units)) for day, units in zip(days, rng.integers(5, 15, 30), strict=True)])
    last = max(row[-1][0] for row in rows)
    # every row as if seen up to its own last purchase, so that none is overdue
    shifted = [[(day + last - row[-1][0], units) for day, units in row] for row in rows]

    found = forecast_cycles(make_problem(shifted, until_day=last), weeks=26)

    rate = (found.quantity / found.interval * 7 * found.active).sum()
    # a renewal that has just happened is behind its long run by half an interval less what spread gives back
    assert found.mean[:, 10:].sum(axis=0).mean() == pytest.approx(rate, rel=0.03)


def test_nobody_is_nothing():
    found = forecast_cycles(make_problem([], until_day=10), weeks=3)

    assert found.mean.shape == (0, 3)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ([], "offsets"),
        ([(1, 1.0), (1, 1.0), (3, 1.0)], "days"),
        ([(1, 1.0), (2, 0.0), (3, 1.0)], "quantities"),
        ([(1, 1.0), (2, 1.0), (300, 1.0)], "days"),
    ],
)
def test_bad_input_is_named(row, field):
    with pytest.raises(InvalidProblem, match=field):
        make_problem([row], until_day=100)


ROWS = st.lists(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0.1, 1e4)), min_size=1, max_size=12), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, silence=st.integers(0, 400))
def test_expectations_are_finite_and_rows_of_any_order_get_the_same(rows, silence):
    laid = []
    for row in rows:
        day, found = 0, []
        for gap, units in row:
            day += gap
            found.append((day, units))
        laid.append(found)
    until = max(row[-1][0] for row in laid) + silence

    one = forecast_cycles(make_problem(laid, until_day=until), weeks=13)
    two = forecast_cycles(make_problem(laid[::-1], until_day=until), weeks=13)

    for values in (one.mean, one.variance, one.likely):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    np.testing.assert_allclose(two.mean[::-1], one.mean, rtol=1e-9, atol=1e-12)
