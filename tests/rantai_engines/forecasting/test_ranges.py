"""Ranges hold as often as they say, at each step and for short histories; the error's deviation is the demand's."""

import numpy as np
import pytest

from .histories import demand, forecast


def test_quantiles_hold_out_of_sample() -> None:
    histories = [demand(k, n=80, mean=float(5 + k % 40)) for k in range(600)]

    found = forecast([history[:-8] for history in histories])

    tests = np.array([history[-8:] for history in histories])
    shares = [(tests <= found.quantiles[:, :, k]).mean() for k in range(9)]
    assert shares == pytest.approx(np.arange(1, 10) / 10, abs=0.035)


def test_error_std_is_that_of_the_demand_where_nothing_can_be_foretold() -> None:
    found = forecast([demand(k, n=100, mean=25.0) for k in range(200)])

    assert np.median(found.error_std) == pytest.approx(5.0, rel=0.1)


def test_quantiles_widen_with_the_step_of_a_walk() -> None:
    walks = [1e4 + np.cumsum(np.random.default_rng(k).normal(0, 20, 60)) for k in range(300)]

    found = forecast([walk[:-8] for walk in walks])

    width = (found.quantiles[:, :, 8] - found.quantiles[:, :, 0]).mean(axis=0)
    assert width[7] > 1.8 * width[0]
    tests = np.array([walk[-8:] for walk in walks])
    assert (tests <= found.quantiles[:, :, 7]).mean(axis=0) == pytest.approx(np.full(8, 0.8), abs=0.07)


def test_quantiles_go_on_beyond_the_window_of_a_short_history() -> None:
    """Windows of 4 and of 8 buckets share their errors; neither knows of more steps than it was tested on."""
    lengths = np.repeat([16, 60], 300)
    walks = [1e4 + np.cumsum(np.random.default_rng(k).normal(0, 20, n + 8)) for k, n in enumerate(lengths)]

    found = forecast([walk[:-8] for walk in walks])

    tests = np.array([walk[-8:] for walk in walks])
    met = tests <= found.quantiles[:, :, 7]
    assert [met[lengths == n].mean() for n in (16, 60)] == pytest.approx([0.8, 0.8], abs=0.05)
    assert met[lengths == 16, 4:].mean() == pytest.approx(0.8, abs=0.06)


def test_quantiles_of_new_series_widen_as_those_of_others_do() -> None:
    """Six buckets are tested one bucket ahead; how much further steps are off is told by those who know more."""
    lengths = np.repeat([6, 60], [80, 200])
    walks = [1e4 + np.cumsum(np.random.default_rng(k).normal(0, 20, n + 8)) for k, n in enumerate(lengths)]

    found = forecast([walk[:-8] for walk in walks])

    assert {found.class_names()[row] for row in range(80)} == {"new"}
    width = found.quantiles[:, :, 8] - found.quantiles[:, :, 0]
    assert (width[:80, 7] / width[:80, 0]).mean() == pytest.approx((width[80:, 7] / width[80:, 0]).mean(), rel=0.1)
    assert (width[80:, 7] / width[80:, 0]).mean() > 1.8


def test_quantiles_widen_where_nobody_tells_how_much() -> None:
    found = forecast([demand(3, n=40), demand(4, n=6)])

    width = found.quantiles[:, :, 8] - found.quantiles[:, :, 0]
    assert width[:, 7] == pytest.approx(width[:, 0] * 8**0.4)


def test_error_std_of_rare_demand_knows_of_demands_outside_the_tests() -> None:
    """Each orders its own quantity, all in one of ten buckets; some show none in the buckets tested."""
    chance = np.random.default_rng(7)
    histories = [chance.binomial(1, 0.1, 200) * (1.0 + k) for k in range(100)]

    found = forecast(histories)

    alive = np.array(found.class_names()) == "intermittent"
    ratio = (found.error_std / np.array([history.std() for history in histories]))[alive]
    assert alive.sum() > 90
    assert ratio.min() > 0.75
    assert ratio.max() < 1.35
