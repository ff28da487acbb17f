"""Forecast every series by the method that would have served it best."""

import functools
import itertools

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays
from rantai_engines.forecasting import _boosting, _entrants, _histories, _parts, _spread
from rantai_engines.forecasting.params import Effort, ForecastParams
from rantai_engines.forecasting.problem import ForecastProblem
from rantai_engines.forecasting.solution import ForecastSolution
from rantai_engines.spreading import Spread, in_turn

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

MAX_CELLS = 50_000_000
_BY_SEASON = [_entrants.SEASONAL_NAIVE, _entrants.HARMONIC]
_BY_SHORT_SEASON = [
    _entrants.SES, _entrants.DAMPED, _entrants.THETA, _entrants.DYNAMIC_THETA, _entrants.ETS,
]  # fmt: skip


def solve(problem: ForecastProblem, *, params: ForecastParams, seed: int, spread: Spread = in_turn) -> ForecastSolution:
    """Forecast all series of a problem.

    Parameters
    ----------
    problem : ForecastProblem
        Histories in CSR form, units/bucket, all ending at the same bucket.
    params : ForecastParams
        Horizon, season, cuts, effort.
    seed : int
        Unused: nothing is drawn. It is part of every engine's door.
    spread : callable
        How parts of the series are worked on; it never changes the answer.

    Returns
    -------
    ForecastSolution
        Mean and quantiles of shape (n_series, horizon[, 9]) and the tournament's figures.

    Raises
    ------
    InvalidProblem
        If n_series x horizon is above 50,000,000.

    Notes
    -----
    Rolling origin: up to `cuts` origins half a window apart, the window being the horizon or a quarter of the
    history (from twelve buckets on a third, up to eight). A method's score is, summed over its cuts and divided by
    that of simple exponential smoothing in the same cuts, the mean absolute error (root mean square for
    intermittent and lumpy demand) plus half the absolute error of the window's mean. The winner is the combination
    of the methods that fit the demand class, weighted by score^-4, unless the best alone scores at most .8 of it.
    Stock-outs are replaced by recent demand when fitting and left out when testing.
    Effort ``best`` tries all structures of ETS on any length and lets a model learnt from all series together
    compete (``_boosting``), learnt anew for every cut from what lay before it; sums then run over all series, so
    that another order of them moves its forecasts by rounding.
    Quantiles are split conformal: the error of a choice made without the last window stands to the scale known
    then as an error to come stands to the scale known now. Their shape is that of the winners' errors in all cuts,
    pooled over a class, growing with a power of the step, half as high again beyond the window. How often they hold
    is in docs/explanation/forecast-ranges.md. Rare demand has many buckets of nought, so that its P80 is met more
    often than in 80 of 100 where the chance of nought is itself above that.
    Complexity: linear in points x (cuts + 1) x tries of smoothing constants.

    Examples
    --------
    >>> history = ForecastProblem(offsets=np.array([0, 6]), values=np.array([3.0, 3, 3, 3, 3, 3]))
    >>> solve(history, params=ForecastParams(horizon=2), seed=0).mean
    array([[3., 3.]])
    """
    n, horizon = problem.n_series, params.horizon
    arrays.check_size(n * horizon, field="series x horizon", limit=MAX_CELLS)
    censored = problem.censored if problem.censored is not None else _never(problem.values.size)
    lengths = np.diff(problem.offsets)
    filled, facts = np.empty(problem.values.size), np.zeros((n, 4))
    _histories.fill_all(problem.offsets, problem.values, censored, filled)
    _histories.describe_all(problem.offsets, problem.values, censored, facts)
    kinds = _histories.classify(lengths, facts)
    windows, origins = _histories.place_cuts(lengths, horizon, params.cuts)
    ends = np.column_stack([lengths, origins])
    thorough = params.effort == "best"
    whole = _parts.Part(
        offsets=problem.offsets,
        filled=filled,
        censored=censored,
        ends=ends,
        windows=windows,
        kinds=kinds,
        pooled=_learn(problem.offsets, filled, ends, params) if thorough and n else None,
        widest=int(windows.max(initial=1)),
        horizon=horizon,
        season_length=params.season_length,
        thorough=thorough,
        grids=make_grids(params.effort),
    )
    found = _parts.join(spread(_parts.compete, _parts.cut(whole)))
    mean, told, weights = found.mean, found.told, found.weights
    demand_class = kinds.astype(np.int8)
    unit = _spread.measure_units(problem.offsets, problem.values, mean=mean, demand_class=demand_class)
    error_std = _spread.estimate_error_std(found.residuals, unit=unit, demand_class=demand_class)
    return ForecastSolution(
        mean=mean,
        quantiles=_spread.spread_quantiles(
            mean,
            residuals=found.residuals,
            blind=found.blind,
            scales=found.scales,
            windows=windows,
            unit=unit,
            demand_class=demand_class,
        ),
        method=found.winners.astype(np.int8),
        parts=_heaviest(weights),
        weights=weights,
        demand_class=demand_class,
        adi=facts[:, 0].copy(),
        cv2=facts[:, 1].copy(),
        mase=told[:, :, 0].copy(),
        wmape=told[:, :, 1].copy(),
        bias=told[:, :, 2].copy(),
        wmape_terms=told[:, :, 3:].copy(),
        actual_total=found.actuals,
        score=found.score,
        error_std=error_std,
        seasonal=_follow_season(weights, found.seasonal),
        cuts_used=(origins > 0).sum(axis=1).astype(np.int8),
        window=np.where(lengths > 0, windows, 0).astype(np.int32),
    )


def _learn(offsets: Longs, filled: Floats, ends: Longs, params: ForecastParams) -> Floats:
    """Return the global model's forecasts from every end, each by a model that saw no more.

    Shape (n_series, cuts + 1, horizon).
    """
    ask = functools.partial(_boosting.forecast_globally, season_length=params.season_length, steps=params.horizon)
    found = [ask(offsets, filled, np.ascontiguousarray(each)) for each in ends.T]
    return np.stack(found, axis=1)


def make_grids(effort: Effort) -> _entrants.Grids:
    """Return the smoothing constants that a tournament tries.

    Parameters
    ----------
    effort : str
        ``operational`` or ``best``.

    Returns
    -------
    tuple of ndarray
        SES constants; (alpha, beta, phi) of damped trend, shape (n, 3); windows (buckets); constants of
        Croston-SBA; TSB constants of size and of chance.
    """
    windows = np.array([2, 3, 4, 6, 8, 13, 26, 52], dtype=np.int64)
    if effort == "operational":
        alphas = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
        trends = itertools.product(
            [0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.95], [0.02, 0.05, 0.1, 0.2, 0.4], [0.8, 0.9, 0.98]
        )
        constants, chances = np.array([0.05, 0.1, 0.15, 0.2, 0.3]), np.array([0.02, 0.05, 0.1, 0.2, 0.3])
    else:
        alphas = np.concatenate([[0.01, 0.02, 0.03], np.arange(0.05, 1.0, 0.03), [0.995]])
        trends = itertools.product(
            np.linspace(0.04, 0.98, 14), [0.01, 0.03, 0.06, 0.1, 0.2, 0.35, 0.6], [0.8, 0.86, 0.92, 0.98]
        )
        constants, chances = np.arange(0.03, 0.4, 0.03), np.arange(0.02, 0.4, 0.04)
    return alphas, np.array(list(trends)), windows, constants, constants, chances


def _follow_season(weights: Floats, short: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell whether half of each forecast follows a season; a short one is taken out before, and put back."""
    season = weights[:, _BY_SEASON].sum(axis=1)
    put_back = weights[:, _BY_SHORT_SEASON].sum(axis=1)
    found: NDArray[np.bool_] = season + np.where(short, put_back, 0.0) >= 0.5
    return found


def _never(size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask.flags.writeable = False
    return mask


def _heaviest(weights: Floats) -> NDArray[np.int8]:
    """Return the two methods of most weight, -1 where there is no second."""
    order = np.argsort(-weights, axis=1, kind="stable")[:, :2]
    there = np.take_along_axis(weights, order, axis=1) > 0
    return np.where(there, order, -1).astype(np.int8)
