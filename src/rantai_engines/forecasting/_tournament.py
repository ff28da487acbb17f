"""Compiled tournament: every method on every series at every cut, a winner, its forecast and its errors."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rantai_engines.forecasting import _kernels as k
from rantai_engines.forecasting import _seasons

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Grids = tuple[Floats, Floats, NDArray[np.int64], Floats, Floats, Floats]

SMOOTH, ERRATIC, INTERMITTENT, LUMPY, DEAD, NEW = range(6)
_N = k.N_SINGLE
_COMBINATION = k.COMBINATION
_REFERENCE = k.SES
_NEW_BELOW = 8
_ALONE = 0.8

# Globals of a module are constants to the compiler; these names keep the calls below short.
_naive, _seasonal, _average, _ses, _damped = k.NAIVE, k.SEASONAL_NAIVE, k.MOVING_AVERAGE, k.SES, k.DAMPED
_theta, _sba, _tsb, _zero, _harmonic = k.THETA, k.SBA, k.TSB, k.ZERO, k.HARMONIC
_forecast_ses, _forecast_damped, _forecast_theta = k.forecast_ses, k.forecast_damped, k.forecast_theta
_forecast_average, _forecast_sba, _forecast_tsb = k.forecast_moving_average, k.forecast_sba, k.forecast_tsb
_fill_censored, _describe = k.fill_censored, k.describe_demand
_has_season, _classical, _harmonic_theta = (
    _seasons.has_season,
    _seasons.classical_profile,
    _seasons.forecast_harmonic_theta,
)
_take_out, _put_back, _LONGEST = _seasons.take_out, _seasons.put_back, _seasons.LONGEST_CLASSICAL


@njit(cache=True, nogil=True)
def forecast_all(y: Floats, m: int, grids: Grids, out: Floats, ran: Bools) -> bool:
    """Write every method's forecast of one history, 0 or more; return whether a short season was taken out.

    Parameters
    ----------
    y : ndarray, shape (n,), n >= 1
    m : int
        Season length, 1 for none.
    grids : tuple
        Smoothing constants of SES; (alpha, beta, phi) of damped trend; windows; constants of SBA; sizes, chances.
    out : ndarray, shape (10, horizon), out
    ran : ndarray of bool, shape (10,), out
        Whether the method could run: a season needs one season of history (waves: one and a quarter), a trend
        five buckets, Croston and TSB one demand.
    """
    alphas, damped, windows, constants, sizes, chances = grids
    n = y.size
    horizon = out.shape[1]
    out[:] = 0.0
    ran[:] = False
    profile = np.ones(max(m, 1))
    short_season = 1 < m < _LONGEST and _has_season(y, m) and _classical(y, m, profile)
    flat = _take_out(y, m, profile) if short_season else y
    out[_naive, :] = y[n - 1]
    if m > 1 and n >= m:
        for step in range(horizon):
            out[_seasonal, step] = y[n - m + step % m]
        ran[_seasonal] = True
    _forecast_average(y, windows, out[_average])
    _forecast_ses(flat, alphas, out[_ses])
    if n >= 5:
        _forecast_damped(flat, damped, out[_damped])
        _forecast_theta(flat, alphas, out[_theta])
        ran[_damped] = ran[_theta] = True
    if short_season:
        for method in (_ses, _damped, _theta):
            _put_back(out[method], n, m, profile)
    ran[_sba] = _forecast_sba(y, constants, out[_sba])
    ran[_tsb] = _forecast_tsb(y, sizes, chances, out[_tsb])
    ran[_harmonic] = m >= 4 and _harmonic_theta(y, m, alphas, out[_harmonic])
    ran[_naive] = ran[_average] = ran[_ses] = ran[_zero] = True
    for method in range(_N):
        for step in range(horizon):
            if not ran[method]:
                out[method, step] = math.nan
            elif out[method, step] < 0.0:
                out[method, step] = 0.0
    return bool(short_season)


@njit(cache=True, nogil=True)
def classify(n: int, facts: Floats) -> int:
    """Return the demand class of a history from its description (``_kernels.describe_demand``).

    Dead: no demand at all, or none for longer than is usual.
    """
    adi, cv2, idle, usual = facts[0], facts[1], facts[2], facts[3]
    if math.isnan(adi):
        return DEAD if n > 0 else NEW
    if idle > usual:
        return DEAD
    if n < _NEW_BELOW:
        return NEW
    if adi >= 1.32:
        return LUMPY if cv2 >= 0.49 else INTERMITTENT
    return ERRATIC if cv2 >= 0.49 else SMOOTH


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
def may_win(method: int, kind: int) -> bool:
    """Tell whether a method may serve a class of demand.

    Nought for the dead alone; Croston's kin and the moving average where there are gaps or leaps; trend and last
    season where there are no gaps; TSB, a smoothing of the mean, and SES for all who live. The naive is there to be
    compared with.
    """
    if kind == DEAD:
        return method == _zero
    if kind == NEW:
        return method == _ses
    if kind in (INTERMITTENT, LUMPY):
        return method in (_average, _ses, _sba, _tsb, _harmonic)
    if kind == ERRATIC and method in (_average, _sba):
        return True
    return method in (_seasonal, _ses, _damped, _theta, _harmonic, _tsb)


@njit(cache=True, nogil=True)
def mix(parts: Floats, weights: Floats, out: Floats) -> None:
    """Write the weighted mean over methods of (10, …) values for each place, of those methods that have one."""
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
    On the last horizons of M4 weekly and M1 this beat choosing the best one, the best two, and equal weights.
    """
    by_square = kind in (INTERMITTENT, LUMPY)
    best = _zero if kind == DEAD else _ses
    score[:] = math.nan
    weights[:] = 0.0
    for method in range(_N):
        if able[method] and may_win(method, kind):
            score[method] = _score(errors[method], errors[_REFERENCE], by_square)
            if not math.isnan(score[method]):
                weights[method] = max(score[method], 1e-6) ** -4.0
                if math.isnan(score[best]) or score[method] < score[best]:
                    best = method
    if (weights > 0.0).sum() > 1:
        weights /= weights.sum()
        for cut in range(errors.shape[1]):
            mix(errors[:_N, cut], weights, errors[_COMBINATION, cut])
        score[_COMBINATION] = _score(errors[_COMBINATION], errors[_REFERENCE], by_square)
        if score[best] > _ALONE * score[_COMBINATION]:
            return _COMBINATION
    weights[:] = 0.0
    weights[best] = 1.0
    return best


@njit(cache=True, nogil=True)
def _test_cuts(
    y: Floats, hidden: Bools, m: int, grids: Grids, origins: NDArray[np.int64], errors: Floats, actual: Floats
) -> None:
    """Write forecast - actual of every method at every cut, and the actuals; NaN in a stock-out."""
    window = errors.shape[2]
    out = np.empty((_N, window))
    ran = np.empty(_N, dtype=np.bool_)
    for cut in range(origins.size):
        origin = origins[cut]
        forecast_all(y[:origin], m, grids, out, ran)
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

    The window is the horizon but at most a quarter of the history; origins lie half a window apart, the last a
    window before the end. Fewer where the history is short, none below two buckets.
    """
    window = max(1, min(horizon, n // 4))
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
def compete(
    offsets: NDArray[np.int64],
    values: Floats,
    censored: Bools,
    plan: tuple[int, int, int],
    grids: Grids,
    mean: Floats,
    chosen: NDArray[np.int8],
    facts: Floats,
    told: Floats,
    score: Floats,
    weights: Floats,
    residuals: Floats,
    blind: Floats,
    shape: NDArray[np.int32],
) -> None:
    """Run the tournament over all series.

    Parameters
    ----------
    offsets, values, censored : ndarray
        As in ``ForecastProblem``; the mask is full.
    plan : tuple of int
        Horizon, season length, cuts.
    grids : tuple
        See ``forecast_all``.
    mean : ndarray, shape (n_series, horizon), out
    chosen : ndarray of int8, shape (n_series, 3), out
        Winner, class, whether the winner follows a season.
    facts : ndarray, shape (n_series, 5), out
        ADI, CV squared, idle buckets, usual idle buckets, demand tested.
    told : ndarray, shape (n_series, 11, 5), out
        mase, wmape, bias, sum of absolute and of plain errors.
    score, weights : ndarray, shape (n_series, 11), out
    residuals : ndarray, shape (n_series, cuts, window), out
        Actual - forecast of the winner; NaN where not tested.
    blind : ndarray, shape (n_series, window), out
        Actual - forecast at the last cut of the method that the cuts before it would have chosen: what choosing
        costs is in it. NaN below two cuts.
    shape : ndarray of int32, shape (n_series, 2), out
        Cuts used, window.
    """
    horizon, m, cuts = plan
    ran = np.empty(_N, dtype=np.bool_)
    out = np.empty((_N, horizon))
    spare = np.empty(_N + 1)
    for row in range(offsets.size - 1):
        low, high = offsets[row], offsets[row + 1]
        n = high - low
        hidden = censored[low:high]
        _describe(values[low:high], hidden, facts[row])
        kind = classify(n, facts[row])
        chosen[row, 1] = kind
        if n == 0:
            chosen[row, 0] = _zero
            weights[row, _zero] = 1.0
            continue
        y = _fill_censored(values[low:high], hidden)
        window, origins = place_cuts(n, horizon, cuts)
        errors = np.full((_N + 1, origins.size, window), math.nan)
        actual = np.full((origins.size, window), math.nan)
        _test_cuts(y, hidden, m, grids, origins, errors, actual)
        short = forecast_all(y, m, grids, out, ran)
        if origins.size > 1:
            # Before the real choice, because both write the combination's errors.
            sight = errors[:, :-1].copy()
            blind_winner = _choose(sight, kind, ran, spare, weights[row])
            errors[_COMBINATION, -1] = errors[blind_winner, -1]
            if blind_winner == _COMBINATION:
                mix(errors[:_N, -1], weights[row], errors[_COMBINATION, -1])
            blind[row, :window] = -errors[_COMBINATION, -1]
            errors[_COMBINATION] = math.nan
        winner = _choose(errors, kind, ran, score[row], weights[row])
        mix(out, weights[row], mean[row])
        chosen[row, 0] = winner
        chosen[row, 2] = _follows_season(weights[row], short)
        scale = naive_error(y[: origins[0]], m) if origins.size else math.nan
        if math.isnan(scale):
            scale = naive_error(y, m)
        for method in range(_N + 1):
            _tell(errors[method], actual, scale, told[row, method])
        facts[row, 4] = np.nansum(actual)
        residuals[row, : origins.size, :window] = -errors[winner]
        shape[row, 0], shape[row, 1] = origins.size, window


@njit(cache=True, nogil=True)
def _follows_season(weights: Floats, short: bool) -> bool:
    season = weights[_seasonal] + weights[_harmonic]
    if short:
        season += weights[_ses] + weights[_damped] + weights[_theta]
    return bool(season >= 0.5)
