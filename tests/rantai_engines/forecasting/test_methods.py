"""Each compiled method agrees with its plainest form and with the books."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rantai_engines.forecasting import (
    _autoregression,
    _dynamic_theta,
    _histories,
    _kernels,
    _rare,
    _seasons,
    _smoothing,
    reference,
)
from rantai_engines.forecasting.solve import make_grids

Floats = NDArray[np.float64]
ALPHAS, DAMPED, WINDOWS, CONSTANTS, SIZES, CHANCES = make_grids("operational")

histories = st.lists(st.floats(0, 1e6).map(lambda v: round(v, 3)), min_size=5, max_size=60).filter(any)
gappy = st.lists(st.one_of(st.just(0.0), st.integers(1, 500).map(float)), min_size=3, max_size=60).filter(any)


def ahead(method: str, y: Floats, *args: object, horizon: int = 6) -> Floats:
    out = np.zeros(horizon)
    getattr(_kernels, method)(y, *args, out)
    return out


def rare(method: str, y: Floats, *args: object) -> float:
    out = np.zeros(6)
    assert getattr(_rare, method)(y, *args, out)
    assert (out == out[0]).all()
    return float(out[0])


def describe(y: Floats) -> Floats:
    facts = np.zeros((1, 4))
    _histories.describe_all(np.array([0, y.size]), y, np.zeros(y.size, dtype=np.bool_), facts)
    return facts


@settings(max_examples=80, deadline=None)
@given(history=histories)
def test_ses_equals_the_reference(history: list[float]) -> None:
    y = np.array(history)
    close = pytest.approx(reference.ses(history, alphas=ALPHAS), rel=1e-6, abs=1e-6 * y.max())

    errors = [
        abs(_kernels.fit_ses(y, np.array([alpha]))[0] - reference.ses(history, alphas=[alpha])) for alpha in ALPHAS
    ]

    assert max(errors) <= 1e-7 * y.max()
    assert ahead("forecast_ses", y, ALPHAS)[0] == close or np.ptp(y) < 1e-3 * y.max()


@settings(max_examples=60, deadline=None)
@given(history=histories, k=st.integers(0, len(DAMPED) - 1))
def test_damped_trend_equals_the_reference(history: list[float], k: int) -> None:
    y = np.array(history)

    found = ahead("forecast_damped", y, DAMPED[k : k + 1])

    assert found == pytest.approx(
        reference.damped_trend(history, horizon=6, grid=DAMPED[k : k + 1]), rel=1e-4, abs=1e-4 * y.max()
    )


@settings(max_examples=60, deadline=None)
@given(history=histories, alpha=st.sampled_from(ALPHAS))
def test_theta_equals_the_reference(history: list[float], alpha: float) -> None:
    y = np.array(history)

    found = ahead("forecast_theta", y, np.array([alpha]))

    assert found == pytest.approx(reference.theta(history, horizon=6, alphas=[alpha]), rel=1e-6, abs=1e-6 * y.max())


@settings(max_examples=60, deadline=None)
@given(history=gappy, alpha=st.sampled_from(CONSTANTS), beta=st.sampled_from(CHANCES))
def test_croston_and_tsb_equal_the_reference(history: list[float], alpha: float, beta: float) -> None:
    y = np.array(history)

    sba = rare("forecast_croston", y, np.array([alpha]), _rare.SBA)
    tsb = rare("forecast_tsb", y, np.array([alpha]), np.array([beta]))

    assert sba == pytest.approx(reference.croston_sba(history, alpha=alpha))
    assert tsb == pytest.approx(reference.tsb(history, alpha=alpha, beta=beta))


@settings(max_examples=60, deadline=None)
@given(history=gappy)
def test_demand_is_described_as_by_the_reference(history: list[float]) -> None:
    facts = describe(np.array(history))

    assert facts[0, :2] == pytest.approx(reference.describe(history), abs=1e-9)


@pytest.mark.parametrize("season", [4, 7, 12])
def test_a_strong_season_is_found_with_the_indices_of_the_reference(season: int) -> None:
    shape = 1 + 0.4 * np.sin(2 * np.pi * np.arange(season) / season)
    y = np.tile(100 * shape, 5)
    profile = np.ones(season)

    assert _seasons.classical_profile(y, season, profile)
    assert profile == pytest.approx(reference.seasonal_indices(list(y), season=season), rel=1e-6)
    assert profile == pytest.approx(shape, rel=1e-6)


def test_a_season_of_noise_is_drawn_to_one() -> None:
    shrunk, raw = [], []
    for seed in range(40):
        y, profile = np.random.default_rng(seed).gamma(4, 25, 60), np.ones(12)
        _seasons.classical_profile(y, 12, profile)
        shrunk.append(profile.std())
        raw.append(reference.seasonal_indices(list(y), season=12).std())

    assert np.mean(shrunk) < 0.4 * np.mean(raw)


def test_three_waves_are_found_in_a_year_and_a_half_of_weeks() -> None:
    t = np.arange(78)
    y = 200 + 80 * np.cos(2 * np.pi * t / 52)
    profile = np.ones(52)

    assert _seasons.harmonic_profile(y, 52, profile)
    assert np.argmax(profile) in (0, 1, 51)
    assert profile[26] == pytest.approx(0.6, abs=0.08)


# Hyndman & Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), section 8.1, prints for Algerian exports
# what any text does for SES: with alpha 1 it is the naive, with alpha near 0 the mean.
def test_ses_is_the_naive_for_alpha_one_and_the_mean_for_alpha_nought() -> None:
    y = np.array([3.0, 9.0, 4.0, 8.0])

    assert _kernels.fit_ses(y, np.array([1.0]))[0] == pytest.approx(8.0)
    assert _kernels.fit_ses(y, np.array([1e-9]))[0] == pytest.approx(6.0)


def test_theta_adds_half_the_slope_to_ses() -> None:
    # Hyndman & Billah (2003), "Unmasking the Theta method", equation 6: SES with drift of half the slope.
    y = np.array([12.0, 15.0, 11.0, 18.0, 20.0, 17.0, 23.0])
    slope = np.polyfit(np.arange(7), y, 1)[0]

    assert np.diff(ahead("forecast_theta", y, ALPHAS)) == pytest.approx(np.full(5, slope / 2))


def test_sba_forecasts_a_regular_gap_by_the_textbook() -> None:
    # Syntetos & Boylan (2005): size 6 every third bucket, alpha .1 gives .95 x 6 / 3 in the steady state.
    y = np.array([0.0, 0.0, 6.0] * 40)

    assert rare("forecast_croston", y, np.array([0.1]), _rare.SBA) == pytest.approx(0.95 * 2)


def test_tsb_falls_while_nothing_is_asked_for_and_croston_does_not() -> None:
    alive, dying = np.array([0.0, 0.0, 6.0] * 10), np.array([0.0, 0.0, 6.0] * 10 + [0.0] * 10)

    tenth = np.array([0.1])
    assert rare("forecast_tsb", dying, tenth, tenth) < 0.4 * rare("forecast_tsb", alive, tenth, tenth)
    assert rare("forecast_croston", dying, tenth, 0.5) > 0.7 * rare("forecast_croston", alive, tenth, 0.5)


@pytest.mark.parametrize(
    ("demand", "name"),
    [
        ([10, 11, 9, 10, 12, 10, 9, 10], _histories.SMOOTH),
        ([1, 40, 2, 90, 1, 3, 70, 2], _histories.ERRATIC),
        ([0, 5, 0, 5, 0, 0, 5, 0], _histories.INTERMITTENT),
        ([0, 1, 0, 40, 0, 0, 2, 0], _histories.LUMPY),
        ([3, 4] + [0] * 20, _histories.DEAD),
        ([0, 0, 0], _histories.DEAD),
        ([4, 5], _histories.NEW),
    ],
)
def test_demand_is_classed_by_interval_and_variation(demand: list[int], name: int) -> None:
    # Syntetos, Boylan & Croston (2005), figure 1: limits 1.32 and .49.
    facts = describe(np.array(demand, dtype=float))

    assert _histories.classify(np.array([len(demand)]), facts) == [name]


def test_cuts_lie_half_a_window_apart_and_leave_history_to_learn_from() -> None:
    windows, origins = _histories.place_cuts(np.array([54, 1, 4, 0]), 26, 3)

    assert windows[0] == 13
    assert origins.tolist() == [[29, 35, 41], [0, 0, 0], [1, 2, 3], [0, 0, 0]]


def test_a_stock_out_is_filled_with_recent_demand_and_never_below_what_was_seen() -> None:
    values = np.array([0.0, 8.0, 10.0, 0.0, 12.0, 50.0, 6.0])
    hidden = np.array([True, False, False, True, False, True, False])

    filled = np.zeros(7)
    _histories.fill_all(np.array([0, 7]), values, hidden, filled)

    assert filled.tolist() == [9.0, 8.0, 10.0, 9.0, 12.0, 50.0, 6.0]


def test_croston_is_the_textbooks_size_over_interval() -> None:
    # Croston (1972): size 6 every third bucket is 2 a bucket in the steady state, without Syntetos and Boylan's .95.
    y = np.array([0.0, 0.0, 6.0] * 40)

    assert rare("forecast_croston", y, np.array([0.1]), _rare.CROSTON) == pytest.approx(2.0)


def test_adida_smooths_blocks_of_the_mean_interval() -> None:
    # Demand every third bucket: blocks of three, each of 6, and a third of 6 to each bucket.
    out = np.zeros(3)

    assert _rare.forecast_adida(np.array([9.0] + [0.0, 6.0, 0.0] * 10), ALPHAS, out)
    assert out == pytest.approx(np.full(3, 2.0), rel=1e-3)
    assert not _rare.forecast_adida(np.zeros(9), ALPHAS, out)


def _run_dynamic_theta(y: Floats, alpha: float, first: float, omega: float) -> Floats:
    """Return the one-step forecasts of the dynamic Theta by its book: A and B from plain least squares each time."""
    level, found = y[0] + (1 - alpha) * first, []
    for n in range(1, y.size):
        slope, height = (np.polyfit(np.arange(1, n + 1), y[:n], 1)) if n > 1 else (0.0, y[0])
        shrunk = 1 - alpha
        share = (shrunk**n) * height + (1 - shrunk ** (n + 1)) / alpha * slope
        found.append(level + omega * share)
        level += alpha * (y[n] - level)
    return np.array(found)


@settings(max_examples=40, deadline=None)
@given(history=st.lists(st.floats(0, 1000), min_size=6, max_size=30).filter(lambda h: len(set(h)) > 2))
def test_dynamic_theta_sums_the_squares_of_the_book(history: list[float]) -> None:
    y = np.array(history)
    sse, first, omega = _dynamic_theta.try_dynamic_theta(y, 0.4)

    # The book's line passes through A and B of the raw history; ours runs less the first value.
    found = _run_dynamic_theta(y - y[0], 0.4, first, omega)

    errors = (y - y[0])[1:] - found
    assert sse == pytest.approx(float(errors[2:] @ errors[2:]), rel=1e-5, abs=1e-6 * y.max() ** 2)
    assert 0 <= omega <= 1


def test_dynamic_theta_follows_a_line_and_a_constant() -> None:
    out = np.zeros(4)

    assert _dynamic_theta.forecast_dynamic_theta(10.0 + 3.0 * np.arange(60), ALPHAS, out)
    assert out == pytest.approx(10 + 3.0 * np.arange(60, 64), rel=0.02)
    assert _dynamic_theta.forecast_dynamic_theta(np.full(20, 7.0), ALPHAS, out)
    assert out == pytest.approx(np.full(4, 7.0))


@pytest.mark.parametrize("season", [_smoothing.ADDED_SEASON, _smoothing.MULTIPLIED_SEASON])
def test_ets_continues_a_line_with_either_season(season: int) -> None:
    t = np.arange(72)
    shape = np.array([1.3, 1.0, 0.7, 0.8, 1.0, 1.2])
    y = (100.0 + t) * shape[t % 6] if season == _smoothing.MULTIPLIED_SEASON else 100.0 + t + 60 * (shape[t % 6] - 1)
    out = np.zeros(6)

    assert _smoothing.forecast_smoothing(y[:66], 6, True, out)
    assert out == pytest.approx(y[66:], rel=0.03)


def test_ets_likelihood_is_that_of_the_book_without_trend() -> None:
    # Hyndman et al. (2008), equation 5.3 with ETS(A,N,N): n log of the sum of squares, errors worked by hand.
    y, last = np.array([4.0, 6.0, 5.0]), np.zeros(3)
    x, states, seasons = np.array([0.5, 0.1, 0.1, 0.9]), np.array([4.0, 0.0]), np.zeros(1)

    found = _smoothing.run_smoothing(y, 1, _smoothing.NO_TREND, _smoothing.NO_SEASON, x, states, seasons, last)

    added = 3 * np.log(0.0 + 4.0 + 0.0)
    multiplied = 3 * np.log(0.0 + (2 / 4) ** 2 + 0.0) + 2 * np.log(4.0 * 4.0 * 5.0)
    assert found == pytest.approx(min(added, multiplied))
    assert last[0] == pytest.approx(5.0)


def test_a_factorised_matrix_answers_for_every_leading_part_of_it() -> None:
    root = np.random.default_rng(3).normal(size=(7, 5))
    whole, right, found = root.T @ root, np.arange(1.0, 6.0), np.zeros(5)
    factor = whole.copy()
    _kernels.factorise(factor)

    for size in range(1, 6):
        _kernels.solve_leading(factor, size, right, found)

        assert found[:size] == pytest.approx(np.linalg.solve(whole[:size, :size], right[:size]))


def test_autoregression_continues_what_it_was_made_by() -> None:
    chance = np.random.default_rng(1)
    y = np.full(400, 50.0)
    for t in range(2, 400):
        y[t] = 50 + 1.2 * (y[t - 1] - 50) - 0.5 * (y[t - 2] - 50) + chance.normal(0, 0.5)
    out = np.zeros(2)
    wanted = 50 + 1.2 * (y[-1] - 50) - 0.5 * (y[-2] - 50)

    assert _autoregression.forecast_autoregression(y, 1, out)
    assert out[0] == pytest.approx(wanted, abs=0.3)
    assert not _autoregression.forecast_autoregression(np.full(60, 3.0), 1, out)
