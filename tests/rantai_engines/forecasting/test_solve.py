"""A forecast holds for any history: each phenomenon, any scale, any order, any start, stock-outs, bad input."""

import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rantai.bench.formats import rdata
from rantai_engines import spreading
from rantai_engines.arrays import InvalidProblem
from rantai_engines.forecasting import _parts, reference
from rantai_engines.forecasting.params import ForecastParams
from rantai_engines.forecasting.solution import METHODS, ForecastSolution
from rantai_engines.forecasting.solve import solve

from .histories import demand, forecast, make_problem

Floats = NDArray[np.float64]
THETA = METHODS.index("theta")


def test_it_continues_a_trend() -> None:
    found = forecast([10.0 + 2.0 * np.arange(60)])

    assert found.mean[0] == pytest.approx(10 + 2 * np.arange(60, 68), rel=0.02)
    assert found.class_names() == ["smooth"]


def test_it_continues_a_season_of_weeks_seen_twice() -> None:
    t = np.arange(112)
    wave = 100 * (1 + 0.5 * np.sin(2 * np.pi * t / 52))

    found = forecast([wave[:104]], season_length=52)

    assert found.seasonal[0]
    assert found.mean[0] == pytest.approx(wave[104:], rel=0.1)


def test_it_continues_a_season_of_days_exactly() -> None:
    week = np.array([5.0, 7, 9, 11, 13, 2, 1])

    found = forecast([np.tile(week, 12)], horizon=14, season_length=7)

    assert found.mean[0] == pytest.approx(np.tile(week, 2), rel=1e-6)
    assert found.method_names() == ["seasonal_naive"]


def test_it_forecasts_the_mean_of_an_intermittent_item() -> None:
    found = forecast([np.array([0.0, 0, 0, 8.0] * 30)])

    assert found.class_names() == ["intermittent"]
    assert found.mean[0].mean() == pytest.approx(2.0, rel=0.15)
    assert not np.isnan(found.score[0, METHODS.index("tsb")])


def test_it_forecasts_nothing_for_the_dead() -> None:
    found = forecast([np.array([5.0, 6, 4, 5, 7, 5] + [0.0] * 40), np.zeros(30)])

    assert found.class_names() == ["dead", "dead"]
    assert found.method_names() == ["zero", "zero"]
    assert (found.mean == 0).all()
    assert (found.quantiles[1] == 0).all()


def test_one_point_two_points_and_none_are_answered() -> None:
    found = forecast([np.array([7.0]), np.array([4.0, 6.0]), np.array([])])

    assert found.method_names() == ["ses", "ses", "zero"]
    assert found.class_names() == ["new", "new", "new"]
    assert (found.mean[0] == 7.0).all()
    assert (found.mean[2] == 0).all()
    assert found.cuts_used.tolist() == [0, 1, 0]
    assert np.isfinite(found.quantiles).all()


def test_a_constant_stays_constant_without_error() -> None:
    found = forecast([np.full(40, 3.0)])

    assert found.mean[0] == pytest.approx(np.full(8, 3.0))
    assert found.wmape[0, found.method[0]] == pytest.approx(0, abs=1e-9)


def test_values_of_1e12_are_no_harder() -> None:
    small, large = forecast([demand(3)]), forecast([demand(3) * 1e12])

    assert large.mean == pytest.approx(small.mean * 1e12, rel=1e-6)
    assert large.method_names() == small.method_names()


def test_no_series_at_all_is_answered() -> None:
    found = forecast([])

    assert found.mean.shape == (0, 8)
    assert found.quantiles.shape == (0, 8, 9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), power=st.integers(-20, 30))
def test_scale_passes_through(seed: int, power: int) -> None:
    histories = [demand(seed), demand(seed + 1, mean=0.4), demand(seed + 2, n=9)]

    plain, scaled = forecast(histories), forecast([history * 2.0**power for history in histories])

    assert scaled.mean == pytest.approx(plain.mean * 2.0**power, rel=1e-9)
    assert scaled.quantiles == pytest.approx(plain.quantiles * 2.0**power, rel=1e-9)
    assert (scaled.method == plain.method).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_series_changes_nothing_but_the_order(seed: int) -> None:
    chance = np.random.default_rng(seed)
    histories = [
        demand(int(chance.integers(0, 99)), n=int(chance.integers(1, 70)), mean=float(m)) for m in (0.2, 3, 40, 9)
    ]
    order = chance.permutation(4)

    found, moved = forecast(histories, season_length=12), forecast([histories[k] for k in order], season_length=12)

    assert (moved.mean == found.mean[order]).all()
    assert (moved.quantiles == found.quantiles[order]).all()


@settings(max_examples=40, deadline=None)
@given(
    history=st.lists(st.one_of(st.just(0.0), st.floats(0, 1e9)), min_size=1, max_size=80),
    season=st.sampled_from([1, 4, 12, 52]),
)
@example(history=[1e-200], season=1)
def test_forecasts_are_finite_and_quantiles_rise(history: list[float], season: int) -> None:
    found = forecast([np.array(history)], season_length=season)

    assert np.isfinite(found.mean).all()
    assert (found.mean >= 0).all()
    assert np.isfinite(found.quantiles).all()
    assert (found.quantiles >= 0).all()
    assert (np.diff(found.quantiles, axis=2) >= 0).all()
    assert found.weights.sum(axis=1) == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_bytes() -> None:
    histories = [demand(k) for k in range(20)]

    first, second = forecast(histories), forecast(histories)

    assert first.quantiles.tobytes() == second.quantiles.tobytes()


def test_every_method_that_could_run_is_measured_on_every_series() -> None:
    found = forecast([demand(1, n=120), demand(2, n=4)], season_length=12)

    assert found.mase.shape == (2, len(METHODS))
    # Waves are the one method that may decline a long history: noise has none. The global model is for best effort.
    other = [METHODS.index("harmonic_theta"), METHODS.index("global_boosting")]
    assert not np.isnan(np.delete(found.mase[0], other)).any()
    assert np.isnan(found.mase[1, [METHODS.index("damped_trend"), METHODS.index("seasonal_naive")]]).all()


def test_the_measures_of_the_naive_are_those_of_the_glossary() -> None:
    y = demand(8, n=40)

    found = forecast([y], horizon=10, cuts=1)

    mase, wmape, bias = reference.measures(list(y[30:]), [y[29]] * 10, history=list(y[:30]), lag=1)
    assert (found.mase[0, 0], found.wmape[0, 0], found.bias[0, 0]) == pytest.approx((mase, wmape, bias))
    assert found.wmape_terms[0, 0] == pytest.approx([np.abs(y[30:] - y[29]).sum(), (y[29] - y[30:]).sum()])
    assert found.actual_total[0] == y[30:].sum()


def test_a_stock_out_is_no_fall_in_demand() -> None:
    y = demand(4, n=60)
    hidden = np.zeros(60, dtype=np.bool_)
    hidden[48:56] = True
    y[48:56] = 0.0

    blind = forecast([y]).mean.mean()
    told = solve(make_problem([y], censored=hidden), params=ForecastParams(horizon=8, season_length=1), seed=1)

    assert told.mean.mean() == pytest.approx(20, rel=0.15)
    assert blind < told.mean.mean()
    assert told.actual_total[0] < y[-30:].sum() * 3


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 1e16])
def test_a_bad_value_is_named_with_its_series(value: float) -> None:
    with pytest.raises(InvalidProblem, match=r"values of row 1: the value is .*; demand is a finite number from 0"):
        make_problem([np.ones(3), np.array([1.0, value])])


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidProblem, match="horizon: it is 0; allowed is 1 to 400"):
        ForecastParams(horizon=0)
    with pytest.raises(InvalidProblem, match="effort: it is 'worst'"):
        ForecastParams(effort="worst")  # type: ignore[arg-type]


def test_best_effort_tries_more_and_answers_too() -> None:
    histories = [demand(k, n=80) for k in range(6)]

    assert forecast(histories, effort="best").mean == pytest.approx(forecast(histories).mean, rel=0.2)


def test_best_effort_asks_the_global_model_where_there_is_enough_to_learn_from() -> None:
    t = np.arange(96)
    histories = [(20 + k) * (1 + 0.4 * np.sin(2 * np.pi * (t + k) / 12)) + demand(k, n=96, mean=5) for k in range(30)]

    found = forecast(histories, season_length=12, effort="best")

    pooled = METHODS.index("global_boosting")
    assert not np.isnan(found.mase[:, pooled]).any()
    assert (found.weights[:, pooled] > 0).mean() > 0.9
    assert found.weights.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("spread", [spreading.in_threads(3), spreading.in_processes(2)])
@pytest.mark.parametrize("effort", ["operational", "best"])
def test_whoever_works_on_the_parts_the_answer_is_the_same(spread, effort, monkeypatch) -> None:
    monkeypatch.setattr(_parts.cut, "__kwdefaults__", {"points": 400})
    histories = [demand(k, n=40 + k % 9, mean=float(1 + k % 7)) for k in range(60)]
    problem, params = make_problem(histories), ForecastParams(horizon=8, season_length=7, effort=effort)

    alone = solve(problem, params=params, seed=0)
    beside = solve(problem, params=params, seed=0, spread=spread)

    for field in fields(ForecastSolution):
        assert getattr(alone, field.name).tobytes() == getattr(beside, field.name).tobytes()


@pytest.mark.parametrize("points", [1, 100, 10_000])
def test_parts_hold_every_series_once(points) -> None:
    problem = make_problem([demand(k, n=1 + 17 * k % 60) for k in range(40)] + [np.zeros(0)] * 3)
    seen = []

    def spread(work, parts):
        seen.extend(parts)
        return [work(part) for part in parts]

    whole = solve(problem, params=ForecastParams(horizon=4, season_length=1), seed=0, spread=spread)

    parts = _parts.cut(seen[0], points=points)
    assert whole.mean.shape == (43, 4)
    assert sum(part.windows.size for part in parts) == 43
    assert np.concatenate([part.filled for part in parts]).tobytes() == problem.values.tobytes()
    assert all(part.offsets[-1] == part.filled.size for part in parts)


def test_ten_years_of_days_are_answered() -> None:
    week = np.array([5.0, 7, 9, 11, 13, 2, 1])
    chance = np.random.default_rng(4)

    found = forecast([chance.poisson(np.tile(week, 521)).astype(float)], horizon=14, season_length=7)

    assert found.mean[0] == pytest.approx(np.tile(week, 2), rel=0.25, abs=0.8)


def test_a_season_seen_twice_is_followed_as_far_as_it_shows() -> None:
    # Two years of months are too few for M4's test of a season, which asks for three.
    shape = 1 + 0.5 * np.sin(2 * np.pi * np.arange(12) / 12)

    found = forecast([np.tile(100 * shape, 3)[:34]], horizon=6, season_length=12)

    assert found.mean[0] == pytest.approx(100 * shape[(34 + np.arange(6)) % 12], rel=0.1)


def test_bad_company_leaves_the_forecasts_of_others_as_they_were() -> None:
    good = [demand(k, n=40 + k, mean=float(3 + k)) for k in range(60)]
    odd = [np.array([7.0]), np.zeros(90), np.zeros(0), np.full(60, 1e12), np.r_[demand(2), 1e12], demand(1, n=3_653)]

    alone, beside = forecast(good, season_length=12), forecast([*good, *odd], season_length=12)

    assert beside.mean[:60].tobytes() == alone.mean.tobytes()
    assert beside.quantiles[:60] == pytest.approx(alone.quantiles, rel=0.25, abs=0.5)
    assert np.isfinite(beside.quantiles).all()


def _smape(actual: Floats, found: Floats) -> float:
    return float(np.mean(200 * np.abs(actual - found) / np.maximum(np.abs(actual) + np.abs(found), 1e-300)))


def _owa(trains: list[Floats], tests: list[Floats], found: list[Floats]) -> float:
    """Return the overall weighted average of M4 with the naive as its yardstick (no season: weekly)."""
    scales = [np.abs(np.diff(train)).mean() for train in trains]
    naive = [np.full(test.size, train[-1]) for train, test in zip(trains, tests, strict=True)]

    def both(forecasts: list[Floats]) -> tuple[float, float]:
        pairs = list(zip(tests, forecasts, scales, strict=True))
        return float(np.mean([_smape(a, f) for a, f, _ in pairs])), float(
            np.mean([np.abs(a - f).mean() / scale for a, f, scale in pairs])
        )

    (own_smape, own_mase), (smape, mase) = both(found), both(naive)
    return 0.5 * (own_smape / smape + own_mase / mase)


@pytest.mark.shared_data
@pytest.mark.slow
def test_the_tournament_beats_theta_on_m4_weekly(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    polars = pytest.importorskip("polars")
    table = polars.read_parquet(shared_data / "m4" / "weekly_train.parquet")
    rows = [np.array([float(v) for v in row[1:] if v not in (None, "")]) for row in table.iter_rows()]
    trains, tests = [row[:-13] for row in rows], [row[-13:] for row in rows]

    found = forecast(trains, horizon=13, season_length=52)

    theta = _owa(trains, tests, [reference.theta(list(y), horizon=13, alphas=[0.2, 0.5, 0.8, 0.99]) for y in trains])
    ours = _owa(trains, tests, list(found.mean))
    covered = float(np.mean(np.array(tests) <= found.quantiles[:, :, 7]))
    with capsys.disabled():
        print(f"\nM4 weekly, last 13 held out: OWA {ours:.3f}, Theta {theta:.3f}; P80 met {covered:.3f}")
    assert ours < 0.9 * theta
    assert 0.76 < covered < 0.86


@pytest.mark.shared_data
def test_the_tournament_beats_theta_on_m1(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (listed,) = rdata.read_rdata(shared_data / "m1" / "M1.rda").values()
    series = [one.named() for one in listed.named().values()]
    for period, season, horizon in (("MONTHLY", 12, 18), ("QUARTERLY", 4, 8), ("YEARLY", 1, 6)):
        chosen = [one for one in series if one["period"].data[0] == period]
        trains = [np.asarray(one["x"].data, dtype=float) for one in chosen]
        tests = [np.asarray(one["xx"].data, dtype=float)[:horizon] for one in chosen]

        found = forecast(trains, horizon=horizon, season_length=season)
        alone = _owa(
            trains, tests, [reference.theta(list(y), horizon=horizon, alphas=[0.2, 0.5, 0.8, 0.99]) for y in trains]
        )

        ours = _owa(trains, tests, list(found.mean))
        with capsys.disabled():
            print(f"\nM1 {period.lower()}: OWA {ours:.3f}, Theta without season {alone:.3f}")
        assert ours < 0.95 * alone
