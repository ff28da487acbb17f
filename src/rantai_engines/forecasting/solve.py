"""Forecast every series by the method that would have served it best."""

import functools
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays
from rantai_engines.forecasting import _boosting, _entrants, _histories, _spread, _tournament
from rantai_engines.forecasting.params import Effort, ForecastParams
from rantai_engines.forecasting.problem import ForecastProblem
from rantai_engines.forecasting.solution import METHODS, ForecastSolution

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

MAX_CELLS = 50_000_000
_BLOCK = 64
_BY_SEASON = [_entrants.SEASONAL_NAIVE, _entrants.HARMONIC]
_BY_SHORT_SEASON = [
    _entrants.SES, _entrants.DAMPED, _entrants.THETA, _entrants.DYNAMIC_THETA, _entrants.ETS,
]  # fmt: skip


def solve(problem: ForecastProblem, *, params: ForecastParams, seed: int) -> ForecastSolution:
    """Forecast all series of a problem.

    Parameters
    ----------
    problem : ForecastProblem
        Histories in CSR form, units/bucket, all ending at the same bucket.
    params : ForecastParams
        Horizon, season, cuts, effort.
    seed : int
        Unused: nothing is drawn. It is part of every engine's door.

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
    then as an error to come stands to the scale known now, pooled over the series of a class by steps ahead.
    Rare demand has many buckets of nought, so that its P80 is met more often than in 80 of 100 where the chance of
    nought is itself above that.
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
    widest = int(windows.max(initial=1))
    winners, seasonal = np.zeros(n, dtype=np.int64), np.zeros(ends.shape, dtype=np.bool_)
    mean, actuals = np.zeros((n, horizon)), np.zeros(n)
    told = np.full((n, len(METHODS), 5), np.nan)
    score = np.full((n, len(METHODS)), np.nan)
    weights = np.zeros((n, len(METHODS)))
    residuals = np.full((n, params.cuts, widest), np.nan)
    blind = np.full((n, widest), np.nan)
    scales = np.zeros((n, 4))
    outputs: tuple[NDArray[Any], ...] = (winners, mean, actuals, told, score, weights, residuals, blind, scales)
    plan, grids = (params.season_length, params.effort == "best"), make_grids(params.effort)
    pooled = _learn(problem.offsets, filled, ends, params) if plan[1] and n else None

    def compete(rows: slice) -> None:
        offsets = problem.offsets[rows.start : rows.stop + 1]
        forecasts = np.full((*ends[rows].shape, len(METHODS), horizon), np.nan)
        _entrants.forecast_all(offsets, filled, ends[rows], kinds[rows], plan, grids, forecasts, seasonal[rows])
        if pooled is not None:
            forecasts[:, :, _entrants.GLOBAL] = pooled[rows]
        rest = (ends[rows], windows[rows], kinds[rows], forecasts, *(each[rows] for each in outputs))
        _tournament.compete(offsets, filled, censored, params.season_length, *rest)

    _share(compete, n, threads=params.threads)
    demand_class = kinds.astype(np.int8)
    level = _typical_demand(problem, mean)
    error_std = _spread.estimate_error_std(residuals, level=level, demand_class=demand_class)
    return ForecastSolution(
        mean=mean,
        quantiles=_spread.spread_quantiles(
            mean,
            residuals=residuals,
            blind=blind,
            blind_std=_spread.mix_std(scales[:, 0], scales[:, 1], level=level, demand_class=demand_class),
            recent_std=_spread.mix_std(scales[:, 2], scales[:, 3], level=level, demand_class=demand_class),
            error_std=error_std,
            demand_class=demand_class,
        ),
        method=winners.astype(np.int8),
        parts=_heaviest(weights),
        weights=weights,
        demand_class=demand_class,
        adi=facts[:, 0].copy(),
        cv2=facts[:, 1].copy(),
        mase=told[:, :, 0].copy(),
        wmape=told[:, :, 1].copy(),
        bias=told[:, :, 2].copy(),
        wmape_terms=told[:, :, 3:].copy(),
        actual_total=actuals,
        score=score,
        error_std=error_std,
        seasonal=_follow_season(weights, seasonal[:, 0]),
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


def _share(compete: Callable[[slice], None], n: int, *, threads: int) -> None:
    """Run blocks of series, each in one thread; kernels hold no lock and rows know nothing of each other."""
    blocks = [slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK)]
    if threads == 1:
        for each in blocks:
            compete(each)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(compete, blocks))


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


def _typical_demand(problem: ForecastProblem, mean: Floats) -> Floats:
    """Return each series' mean demand of history, or of its forecast where that is larger, units/bucket."""
    lengths = np.diff(problem.offsets)
    filled = np.flatnonzero(lengths)
    totals = np.zeros(problem.n_series)
    if filled.size:
        totals[filled] = np.add.reduceat(problem.values, problem.offsets[filled])
    level: Floats = np.maximum(totals / np.maximum(lengths, 1), mean.mean(axis=1))
    return level
