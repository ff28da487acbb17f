"""KPI formulas of the glossary on numbers worked out by hand: what stands here was not computed by the code."""

import numpy as np
import pytest

from rantai_engines.forecasting import metrics

ASKED = np.array([100.0, 80.0, 0.0, 120.0])
SAID = np.array([90.0, 100.0, 10.0, 120.0])
# |A−F| = 10, 20, 10, 0 = 40; F−A = −10, +20, +10, 0 = +20; ΣA = 300


def sides(ratio):
    return float(ratio.numerator), float(ratio.denominator)


def test_wmape_is_40_of_300():
    assert sides(metrics.measure_wmape(ASKED, SAID)) == (40, 300)
    assert float(metrics.measure_accuracy(ASKED, SAID)) == pytest.approx(0.8666667, abs=1e-7)


def test_bias_is_20_too_many_of_300():
    assert sides(metrics.measure_bias(ASKED, SAID)) == (20, 300)


def test_tracking_signal_is_minus_20_over_a_mean_deviation_of_10():
    found = metrics.measure_tracking_signal(ASKED, SAID)

    assert sides(found) == (-20, 10)
    assert float(found.value) == -2.0


def test_mase_is_an_error_of_10_against_naive_steps_of_20():
    history = np.array([50.0, 70.0, 40.0, 50.0])  # steps of 20, 30 and 10: 20 on average

    assert sides(metrics.measure_mase(ASKED, SAID, history=history)) == (10, 20)


def test_seasonal_mase_compares_with_the_same_bucket_a_season_before():
    history = np.array([10.0, 40.0, 20.0, 60.0])  # against two before: 10 and 20, 15 on average

    assert sides(metrics.measure_mase(ASKED, SAID, history=history, season_length=2)) == (10, 15)


def test_value_added_is_error_before_less_error_after():
    asked = np.array([100.0, 100.0])
    steps = np.array([[60.0, 100.0], [80.0, 100.0], [110.0, 100.0], [110.0, 130.0]])
    # errors of 40, 20, 10 and 40 units of 200: 20 %, 10 %, 5 %, 20 %

    assert metrics.measure_value_added(asked, steps) == pytest.approx([0.10, 0.05, -0.15])


def test_bullwhip_is_variance_of_orders_over_variance_of_demand():
    demand = np.array([9.0, 11.0, 9.0, 11.0])  # mean 10, squares of 1: 4 ÷ 3
    orders = np.array([6.0, 14.0, 6.0, 14.0])  # mean 10, squares of 16: 64 ÷ 3

    assert float(metrics.measure_bullwhip(orders, demand).value) == pytest.approx(16.0)


def test_nervousness_is_what_moved_over_what_is_planned():
    before = np.array([100.0, 50.0, 50.0])
    now = np.array([80.0, 70.0, 50.0])  # moved 20 and 20, planned 200

    assert sides(metrics.measure_nervousness(now, before)) == (40, 200)


def test_explained_share_allows_a_quarter_or_one_unit():
    asked = np.array([100.0, 100.0, 2.0, 2.0])
    said = np.array([125.0, 126.0, 3.0, 3.5])  # 25 is a quarter, 26 is not; one unit is, 1.5 is not

    assert sides(metrics.measure_explained_share(asked, said)) == (102, 204)


def test_no_activity_gives_nothing_rather_than_0_or_1():
    nothing = np.zeros(3)

    for found in (
        metrics.measure_wmape(nothing, nothing),
        metrics.measure_bias(nothing, nothing),
        metrics.measure_bullwhip(nothing, nothing),
        metrics.measure_nervousness(nothing, nothing),
    ):
        assert np.isnan(found.value)
