"""Each measure is the glossary's formula, worked by hand; no activity is no figure."""

import numpy as np
import pytest

from rantai_engines.arrays import InvalidProblem
from rantai_engines.forecasting import metrics

A = np.array([10.0, 0.0, 20.0, 30.0])
F = np.array([8.0, 1.0, 25.0, 24.0])


def test_wmape_is_the_sum_of_misses_over_demand() -> None:
    found = metrics.measure_wmape(A, F)

    assert (found.numerator, found.denominator) == (14.0, 60.0)
    assert found.value == pytest.approx(14 / 60)
    assert metrics.measure_accuracy(A, F) == pytest.approx(46 / 60)
    assert metrics.measure_accuracy(A, 10 * F) == 0.0


def test_bias_is_positive_for_too_much() -> None:
    assert metrics.measure_bias(A, F).value == pytest.approx(-2 / 60)
    assert metrics.measure_bias(A, A + 3).value == pytest.approx(12 / 60)


def test_the_tracking_signal_is_the_lean_in_mean_deviations() -> None:
    # 2 units under-forecast in all, mean absolute deviation 14 / 4.
    assert metrics.measure_tracking_signal(A, F).value == pytest.approx(2 / 3.5)
    assert metrics.measure_tracking_signal(A, A - 1).value == pytest.approx(4.0)
    assert np.isnan(metrics.measure_tracking_signal(A, A).value)


def test_mase_is_one_for_the_naive_on_a_regular_walk() -> None:
    history = np.array([1.0, 3, 1, 3, 1])

    found = metrics.measure_mase(np.array([3.0, 1.0]), np.array([1.0, 1.0]), history=history)

    assert (found.numerator, found.denominator) == (1.0, 2.0)
    assert metrics.measure_mase(
        np.array([4.0]), np.array([2.0]), history=np.array([1.0, 5, 2, 7]), season_length=2
    ).value == pytest.approx(2 / 1.5)
    assert np.isnan(metrics.measure_mase(np.array([4.0]), np.array([2.0]), history=np.full(5, 2.0)).value)


def test_value_added_is_the_error_that_each_step_took_off() -> None:
    steps = np.stack([np.full(4, 15.0), F, A])

    found = metrics.measure_value_added(A, steps)

    assert found == pytest.approx([(5 + 15 + 5 + 15) / 60 - 14 / 60, 14 / 60])


def test_value_added_compares_equal_buckets_only() -> None:
    steps = np.stack([np.array([np.nan, 1, 1, 1]), np.array([9.0, 1, 1, 1])])

    assert metrics.measure_value_added(np.array([99.0, 2, 2, 2]), steps) == pytest.approx([0.0])


def test_a_bucket_is_explained_within_a_quarter_or_a_unit() -> None:
    found = metrics.measure_explained_share(np.array([1.0, 100, 100, 0]), np.array([2.0, 125, 126, 1]))

    assert (found.numerator, found.denominator) == (101.0, 201.0)


def test_coverage_counts_buckets_at_or_below() -> None:
    found = metrics.measure_coverage(np.array([1.0, 2, 3, np.nan]), np.array([1.0, 1, 4, 4]))

    assert (found.numerator, found.denominator) == (2.0, 3.0)


def test_bullwhip_and_nervousness() -> None:
    assert metrics.measure_bullwhip(np.array([0.0, 20, 0, 20]), np.array([5.0, 15, 5, 15])).value == pytest.approx(4.0)
    assert metrics.measure_nervousness(np.array([10.0, 20]), np.array([12.0, 15])).value == pytest.approx(7 / 30)


def test_measures_sum_over_the_axis_that_is_asked_for() -> None:
    both = metrics.measure_wmape(np.stack([A, 2 * A]), np.stack([F, 2 * A]), axis=1)

    assert both.numerator.tolist() == [14.0, 0.0]
    assert both.value == pytest.approx([14 / 60, 0.0])


def test_no_demand_is_no_figure() -> None:
    nothing = np.zeros(3)

    assert np.isnan(metrics.measure_wmape(nothing, nothing).value)
    assert np.isnan(metrics.measure_bias(nothing, nothing + 1).value)
    assert np.isnan(metrics.measure_explained_share(nothing, nothing).value)


def test_shapes_that_differ_are_named() -> None:
    with pytest.raises(InvalidProblem, match=r"forecast: its shape is \(3,\); pass the shape of the actuals, \(4,\)"):
        metrics.measure_wmape(A, F[:3])
    with pytest.raises(InvalidProblem, match="steps: their shape is"):
        metrics.measure_value_added(A, F[None])
