"""Rules of release, price breaks and rhythms do what their books say, and cost no more than any other choice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory import joint_orders, lot_sizing, price_breaks, release

NUMBERS = st.floats(0.5, 5000)


def order(function: object, steps: list[tuple[float, float]], *, rate: float, fixed: float, share: float) -> tuple:  # type: ignore[type-arg]
    found = function(  # type: ignore[operator]
        np.array([rate]),
        order_cost=np.array([fixed]),
        holding_rate=np.array([share]),
        offsets=np.array([0, len(steps)]),
        from_quantity=np.array([step[0] for step in steps], dtype=np.float64),
        price=np.array([step[1] for step in steps], dtype=np.float64),
    )
    return tuple(float(column[0]) for column in found)


@settings(max_examples=100, deadline=None)
@given(rate=NUMBERS, fixed=NUMBERS, hold=st.floats(0.01, 50))
def test_no_other_quantity_is_cheaper_than_the_economic_one(rate: float, fixed: float, hold: float) -> None:
    quantity, cost = lot_sizing.economic_order_quantity(rate, order_cost=fixed, holding_cost=hold)

    tried = float(quantity) * np.geomspace(0.05, 20, 401)
    assert (fixed * rate / tried + hold * tried / 2 >= float(cost) * (1 - 1e-9)).all()


@settings(max_examples=100, deadline=None)
@given(
    rate=NUMBERS,
    fixed=NUMBERS,
    share=st.floats(0.05, 1),
    gaps=st.lists(st.tuples(st.integers(1, 400), st.floats(0.7, 0.99)), min_size=0, max_size=3),
)
def test_no_other_quantity_is_cheaper_under_price_breaks(
    rate: float, fixed: float, share: float, gaps: list[tuple[int, float]]
) -> None:
    steps = [(0.0, 10.0)]
    for width, cut in gaps:
        steps.append((steps[-1][0] + width, steps[-1][1] * cut))
    starts = np.array([step[0] for step in steps])
    prices = np.array([step[1] for step in steps])
    tried = np.concatenate([np.geomspace(0.01, 20 * (starts[-1] + 1000), 4000), starts[1:]])
    at = np.searchsorted(starts, tried, side="right") - 1
    whole = fixed * rate / tried + prices[at] * rate + share * prices[at] * tried / 2
    paid = np.concatenate([[0.0], np.cumsum(np.diff(starts) * prices[:-1])])[at] + prices[at] * (tried - starts[at])
    parts = fixed * rate / tried + paid / tried * rate + share * paid / 2

    for function, costs in (
        (price_breaks.order_with_all_units_discount, whole),
        (price_breaks.order_with_incremental_discount, parts),
    ):
        quantity, cost, step = order(function, steps, rate=rate, fixed=fixed, share=share)
        assert cost <= costs.min() * (1 + 1e-9)
        assert cost >= costs.min() * (1 - 0.01)
        assert starts[int(step)] <= quantity


def test_rows_with_other_steps_do_not_see_each_other() -> None:
    both = price_breaks.order_with_all_units_discount(
        np.array([1300.0, 500]),
        order_cost=np.array([8.0, 20]),
        holding_rate=np.array([0.3, 0.2]),
        offsets=np.array([0, 3, 4]),
        from_quantity=np.array([0.0, 400, 800, 0]),
        price=np.array([0.75, 0.72, 0.68, 5]),
    )

    assert both[2].tolist() == [2, 0]
    assert float(both[0][1]) == pytest.approx(np.sqrt(2 * 20 * 500 / 1.0))


def test_steps_that_do_not_rise_are_named() -> None:
    with pytest.raises(InvalidProblem, match=r"from_quantity of row 0: the value is 3\.0; steps begin at 0 and rise"):
        order(price_breaks.order_with_all_units_discount, [(0, 2.0), (5, 1.5), (3, 1)], rate=1.0, fixed=1.0, share=0.1)


@settings(max_examples=60, deadline=None)
@given(rate=NUMBERS, fixed=NUMBERS, hold=st.floats(0.01, 50), base=st.floats(0.1, 30))
def test_a_power_of_two_costs_at_most_six_percent_more(rate: float, fixed: float, hold: float, base: float) -> None:
    interval, cost, exponent = joint_orders.order_by_power_of_two(
        np.array([rate]), order_cost=np.array([fixed]), holding_cost=np.array([hold]), base_period=base
    )

    _, best = lot_sizing.economic_order_quantity(rate, order_cost=fixed, holding_cost=hold)
    assert float(interval[0]) == pytest.approx(base * 2.0 ** int(exponent[0]))
    assert 1 - 1e-9 <= float(cost[0]) / float(best) <= 1.0607
    powers = base * 2.0 ** np.arange(-30, 31)
    assert float(cost[0]) <= (fixed / powers + hold * rate * powers / 2).min() * (1 + 1e-9)


def test_cards_are_demand_over_the_loop_in_containers() -> None:
    # 100 a day, half a day's loop, a tenth more, twelve in a container: 55 units are five containers.
    found = release.count_kanban_cards([100.0, 0.0, 1.0], lead_time=0.5, container=12, safety_share=0.1)

    assert found.tolist() == [5, 0, 1]
    with pytest.raises(InvalidProblem, match="a container holds something"):
        release.count_kanban_cards(1.0, lead_time=1.0, container=0.0)


def test_the_vendors_band_holds_lead_time_safety_and_cover() -> None:
    least, most = release.set_min_max(10.0, protection_std=4.0, lead_time=3.0, cover=7.0, factor=1.5)

    assert (float(least), float(most)) == (36, 106)


def test_each_policy_releases_by_its_own_rule() -> None:
    n = len(release.POLICIES)
    found = release.release_quantity(
        np.arange(n, dtype=np.int8),
        position=np.full(n, 15.0),
        requirement=np.full(n, 40.0),
        low=np.full(n, 20.0),
        high=np.full(n, 68.0),
        lot=np.full(n, 12.0),
        cards_out=np.full(n, 3),
    )

    assert found.tolist() == [25, 12, 60, 36, 48]


def test_nothing_is_released_before_its_time() -> None:
    n = len(release.POLICIES)
    found = release.release_quantity(
        np.arange(n, dtype=np.int8),
        position=np.full(n, 70.0),
        requirement=np.full(n, 40.0),
        low=np.full(n, 20.0),
        high=np.full(n, 68.0),
        lot=np.zeros(n),
        cards_out=np.zeros(n, dtype=np.int64),
    )

    assert found.tolist() == [0] * n


@settings(max_examples=80, deadline=None)
@given(
    position=st.floats(-100, 200), low=st.floats(0, 100), band=st.floats(0, 100), lot=st.sampled_from([0.0, 1.0, 24.0])
)
def test_a_release_brings_the_position_where_its_policy_wants_it(
    position: float, low: float, band: float, lot: float
) -> None:
    n = len(release.POLICIES)
    columns = {
        "position": np.full(n, position), "requirement": np.zeros(n), "low": np.full(n, low),
        "high": np.full(n, low + band), "lot": np.full(n, lot),
    }  # fmt: skip
    after = position + release.release_quantity(
        np.arange(n, dtype=np.int8), cards_out=np.zeros(n, dtype=np.int64), **columns
    )

    assert after[release.ORDER_POINT] > low or lot == 0
    assert after[release.ORDER_UP_TO] >= min(low + band, max(position, low + band)) - 1e-6
    assert after[release.MIN_MAX] <= max(position, low + band) + 1e-6


def test_a_wrong_code_is_named() -> None:
    one = np.ones(1)
    with pytest.raises(InvalidProblem, match="policy of row 0: the value is 9"):
        release.release_quantity(
            np.array([9], dtype=np.int8), position=one, requirement=one, low=one, high=one, lot=one,
            cards_out=np.ones(1, dtype=np.int64),
        )  # fmt: skip
