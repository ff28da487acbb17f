"""Compiled tournament: every method on every series at every cut, a winner, its forecast and its errors."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rantai_engines.forecasting import _entrants as entrants
from rantai_engines.forecasting import _kernels as k

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Grids = entrants.Grids

_N = entrants.N_METHODS
_COMBINATION = k.COMBINATION
_REFERENCE = k.SES
_ALONE = 0.8
_zero, _ses, _seasonal, _harmonic = k.ZERO, k.SES, k.SEASONAL_NAIVE, k.HARMONIC
_damped, _theta, _dynamic, _ets = k.DAMPED, k.THETA, entrants.DYNAMIC_THETA, entrants.ETS
_GLOBAL = entrants.GLOBAL
_INTERMITTENT, _LUMPY, _DEAD = entrants.INTERMITTENT, entrants.LUMPY, entrants.DEAD
_forecast_all, _may_win, _classify = entrants.forecast_all, entrants.may_win, entrants.classify
_fill_censored, _describe = k.fill_censored, k.describe_demand


@njit(cache=True, nogil=True)
def naive_error(y: Floats, m: int) -> float:
    """Return the mean absolute error of the (seasonal) naive within a history; NaN where it is 0 or undefined.

    Source: Hyndman & Koehler (2006), the scale of MASE. Seasonal from two whole seasons on.
    """
    lag = m if m > 1 and y.size >= 2 * m else 1
    if y.size <= lag:
        return math.nan
    found = np.abs(y[lag:] - y[: y.size - lag]).mean()
    return found if found > 0.0 else math.nan


@njit(cache=True, nogil=True)
def _measure(errors: Floats, by_square: bool) -> float:
    """Return what one cut counts for: typical error plus half the error of the window's total, units a bucket.

    The second part asks for the mean of demand, which is what stock and plans need; absolute errors alone would
    crown a forecast of nought on every item that is asked for less than every other bucket.
    """
    count = 0
    total = size = 0.0
    for e in errors:
        if not math.isnan(e):
            count += 1
            total += e
            size += e * e if by_square else abs(e)
    if count == 0:
        return math.nan
    typical = math.sqrt(size / count) if by_square else size / count
    return typical + 0.5 * abs(total) / count


@njit(cache=True, nogil=True)
def _score(errors: Floats, reference: Floats, by_square: bool) -> float:
    """Return the measure summed over cuts relative to the reference in the same cuts; NaN below two cuts of two."""
    own = other = 0.0
    ran = possible = 0
    for cut in range(errors.shape[0]):
        against = _measure(reference[cut], by_square)
        if math.isnan(against):
            continue
        possible += 1
        found = _measure(errors[cut], by_square)
        if not math.isnan(found):
            own += found
            other += against
            ran += 1
    if ran == 0 or ran < min(2, possible):
        return math.nan
    if other == 0.0:
        return 1.0 if own == 0.0 else math.inf
    return own / other


@njit(cache=True, nogil=True)
def mix(parts: Floats, weights: Floats, out: Floats) -> None:
    """Write the weighted mean over methods of (n_methods, …) values for each place, of those methods that have one."""
    for place in range(out.size):
        total = weight = 0.0
        for method in range(_N):
            if weights[method] > 0.0 and not math.isnan(parts[method, place]):
                total += weights[method] * parts[method, place]
                weight += weights[method]
        out[place] = total / weight if weight > 0.0 else math.nan


@njit(cache=True, nogil=True)
def _choose(errors: Floats, kind: int, able: Bools, score: Floats, weights: Floats) -> int:
    """Return the winner of one series; write scores and weights, and the combination's errors into `errors`.

    Weights are score^-4 over the methods that may serve the class. The best alone wins only where its score is at
    most .8 of the combination's: three cuts are few, and a choice that follows noise costs more than it earns.
    Inside the training parts of M4 and M1 this beat choosing the best one, equal weights (by 14 % of OWA), the
    weighted median and other powers; weights shared over all series gained under 1 %.
    """
    by_square = kind in (_INTERMITTENT, _LUMPY)
    best = _zero if kind == _DEAD else _ses
    score[:] = math.nan
    weights[:] = 0.0
    for method in range(_N):
        if able[method] and _may_win(method, kind):
            score[method] = _score(errors[method], errors[_REFERENCE], by_square)
            if not math.isnan(score[method]):
                weights[method] = max(score[method], 1e-6) ** -4.0
                if math.isnan(score[best]) or score[method] < score[best]:
                    best = method
    if (weights > 0.0).sum() > 1:
        weights /= weights.sum()
        for cut in range(errors.shape[1]):
            mix(errors[:, cut], weights, errors[_COMBINATION, cut])
        score[_COMBINATION] = _score(errors[_COMBINATION], errors[_REFERENCE], by_square)
        if score[best] > _ALONE * score[_COMBINATION]:
            return _COMBINATION
    weights[:] = 0.0
    weights[best] = 1.0
    return best


@njit(cache=True, nogil=True)
def _test_cuts(
    y: Floats,
    hidden: Bools,
    plan: tuple[int, int, bool],
    grids: Grids,
    origins: NDArray[np.int64],
    told: Floats,
    errors: Floats,
    actual: Floats,
) -> None:
    """Write forecast - actual of every method at every cut, and the actuals; NaN in a stock-out.

    `told` holds the global model's forecasts at the cuts, shape (cuts, horizon), or no row at all.
    """
    m, kind, thorough = plan
    window = errors.shape[2]
    out = np.empty((_N, window))
    ran = np.empty(_N, dtype=np.bool_)
    for cut in range(origins.size):
        origin = origins[cut]
        _forecast_all(y[:origin], m, kind, thorough, grids, out, ran)
        if told.shape[0] > 0:
            out[_GLOBAL] = told[cut, :window]
        for step in range(window):
            seen = y[origin + step] if not hidden[origin + step] else math.nan
            actual[cut, step] = seen
            for method in range(_N):
                errors[method, cut, step] = out[method, step] - seen


@njit(cache=True, nogil=True)
def _tell(errors: Floats, actual: Floats, scale: float, told: Floats) -> None:
    """Write mase, wmape, bias and both numerators of one method, over the buckets where it ran."""
    count = 0
    size = total = demand = 0.0
    for cut in range(errors.shape[0]):
        for step in range(errors.shape[1]):
            e = errors[cut, step]
            if not math.isnan(e):
                count += 1
                size += abs(e)
                total += e
                demand += actual[cut, step]
    told[:] = math.nan
    if count == 0:
        return
    told[0] = size / count / scale
    if demand > 0.0:
        told[1] = size / demand
        told[2] = total / demand
    told[3] = size
    told[4] = total


@njit(cache=True, nogil=True)
def place_cuts(n: int, horizon: int, cuts: int) -> tuple[int, NDArray[np.int64]]:
    """Return the tested window and the origins, oldest first.

    The window is the horizon but at most a quarter of the history (from twelve buckets on a third, up to eight);
    origins lie half a window apart, the last a window before the end. Fewer where the history is short, none below
    two buckets.
    """
    third = min(n // 3, 8) if n >= 12 else 0
    window = max(1, min(horizon, max(n // 4, third)))
    step = max(1, window // 2)
    count = 0
    for cut in range(cuts):
        if n - window - cut * step >= max(1, min(n // 3, 5)):
            count += 1
    origins = np.empty(count, dtype=np.int64)
    for cut in range(count):
        origins[count - 1 - cut] = n - window - cut * step
    return window, origins


@njit(cache=True, nogil=True)
def place_all(lengths: NDArray[np.int64], horizon: int, cuts: int, out: NDArray[np.int64]) -> None:
    """Write every series' origins, oldest first, shape (cuts, n_series); 0 behind the last of those with fewer."""
    for row in range(lengths.size):
        _window, origins = place_cuts(lengths[row], horizon, cuts)
        out[: origins.size, row] = origins


@njit(cache=True, nogil=True)
def fill_all(offsets: NDArray[np.int64], values: Floats, censored: Bools) -> Floats:
    """Return all histories with what was likely asked for in stock-outs."""
    filled = values.copy()
    for row in range(offsets.size - 1):
        low, high = offsets[row], offsets[row + 1]
        filled[low:high] = _fill_censored(values[low:high], censored[low:high])
    return filled


@njit(cache=True, nogil=True)
def compete(
    offsets: NDArray[np.int64],
    values: Floats,
    censored: Bools,
    plan: tuple[int, int, int, bool],
    grids: Grids,
    pooled: Floats,
    mean: Floats,
    chosen: NDArray[np.int8],
    facts: Floats,
    told: Floats,
    score: Floats,
    weights: Floats,
    residuals: Floats,
    blind: Floats,
    scales: Floats,
    shape: NDArray[np.int32],
) -> None:
    """Run the tournament over all series.

    Parameters
    ----------
    offsets, values, censored : ndarray
        As in ``ForecastProblem``; the mask is full.
    plan : tuple
        Horizon, season length, cuts, whether thorough.
    grids : tuple
        See ``_entrants.forecast_all``.
    pooled : ndarray, shape (n_series, cuts + 1, horizon), or (n_series, 0, horizon) without a global model
        The global model's forecasts: from the end, then from the cuts, oldest first; NaN where it has none.
    mean : ndarray, shape (n_series, horizon), out
    chosen : ndarray of int8, shape (n_series, 3), out
        Winner, class, whether the winner follows a season.
    facts : ndarray, shape (n_series, 5), out
        ADI, CV squared, idle buckets, usual idle buckets, demand tested.
    told : ndarray, shape (n_series, n_methods, 5), out
        mase, wmape, bias, sum of absolute and of plain errors.
    score, weights : ndarray, shape (n_series, n_methods), out
    residuals : ndarray, shape (n_series, cuts, window), out
        Actual - forecast of the winner; NaN where not tested.
    scales : ndarray, shape (n_series, 4), out
        Sum of squares and count of the errors that this choice could see, of buckets before the last cut; and of
        the final choice's errors one cut later in the same places.
    blind : ndarray, shape (n_series, window), out
        Actual - forecast at the last cut of the method that the cuts before it would have chosen: what choosing
        costs is in it. NaN below two cuts.
    shape : ndarray of int32, shape (n_series, 2), out
        Cuts used, window.
    """
    horizon, m, cuts, thorough = plan
    ran = np.empty(_N, dtype=np.bool_)
    out = np.empty((_N, horizon))
    spare = np.empty(_N)
    for row in range(offsets.size - 1):
        low, high = offsets[row], offsets[row + 1]
        n = high - low
        hidden = censored[low:high]
        _describe(values[low:high], hidden, facts[row])
        kind = _classify(n, facts[row])
        chosen[row, 1] = kind
        if n == 0:
            chosen[row, 0] = _zero
            weights[row, _zero] = 1.0
            continue
        y = _fill_censored(values[low:high], hidden)
        window, origins = place_cuts(n, horizon, cuts)
        errors = np.full((_N, origins.size, window), math.nan)
        actual = np.full((origins.size, window), math.nan)
        _test_cuts(y, hidden, (m, kind, thorough), grids, origins, pooled[row, 1:], errors, actual)
        short = _forecast_all(y, m, kind, thorough, grids, out, ran)
        if pooled.shape[1] > 0 and not math.isnan(pooled[row, 0, 0]):
            out[_GLOBAL] = pooled[row, 0]
            ran[_GLOBAL] = True
        if origins.size > 1:
            # Before the real choice, because both write the combination's errors.
            sight = _hide_last_window(errors, origins)
            blind_winner = _choose(sight, kind, ran, spare, weights[row])
            errors[_COMBINATION, -1] = errors[blind_winner, -1]
            if blind_winner == _COMBINATION:
                mix(errors[:, -1], weights[row], errors[_COMBINATION, -1])
            blind[row, :window] = -errors[_COMBINATION, -1]
            _sum_seen(sight[blind_winner], sight[_REFERENCE], scales[row, :2])
            errors[_COMBINATION] = math.nan
        winner = _choose(errors, kind, ran, score[row], weights[row])
        if origins.size > 1:
            _sum_seen(errors[winner, 1:], sight[_REFERENCE], scales[row, 2:])
        mix(out, weights[row], mean[row])
        chosen[row, 0] = winner
        chosen[row, 2] = _follows_season(weights[row], short)
        scale = naive_error(y[: origins[0]], m) if origins.size else math.nan
        if math.isnan(scale):
            scale = naive_error(y, m)
        for method in range(_N):
            _tell(errors[method], actual, scale, told[row, method])
        facts[row, 4] = np.nansum(actual)
        residuals[row, : origins.size, :window] = -errors[winner]
        shape[row, 0], shape[row, 1] = origins.size, window


@njit(cache=True, nogil=True)
def _hide_last_window(errors: Floats, origins: NDArray[np.int64]) -> Floats:
    """Return the errors of all cuts but the last, NaN from the last origin on."""
    sight = errors[:, :-1].copy()
    for cut in range(sight.shape[1]):
        for step in range(sight.shape[2]):
            if origins[cut] + step >= origins[-1]:
                sight[:, cut, step] = math.nan
    return sight


@njit(cache=True, nogil=True)
def _sum_seen(errors: Floats, where: Floats, out: Floats) -> None:
    """Write the sum of squares and the count of errors in the places that are not NaN in `where`."""
    for cut in range(errors.shape[0]):
        for step in range(errors.shape[1]):
            if not math.isnan(where[cut, step]) and not math.isnan(errors[cut, step]):
                out[0] += errors[cut, step] ** 2
                out[1] += 1.0


@njit(cache=True, nogil=True)
def _follows_season(weights: Floats, short: bool) -> bool:
    season = weights[_seasonal] + weights[_harmonic]
    if short:
        season += weights[_ses] + weights[_damped] + weights[_theta] + weights[_dynamic] + weights[_ets]
    return bool(season >= 0.5)
