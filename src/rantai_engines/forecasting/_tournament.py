"""Compiled tournament: what every method's tests say of it, a wits forecast and its errors."""

import math

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._entrants import COMBINATION, MAY_WIN, SES, ZERO
from rantai_engines.forecasting._histories import DEAD, INTERMITTENT, LUMPY
from rantai_engines.forecasting._kernels import compiled

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ALONE = 0.8


@compiled
def naive_error(y: Floats, m: int) -> float:
    """Return the mean absolute error of the (seasonal) naive within a history; NaN where it is 0 or undefined.

    Source: Hyndman & Koehler (2006), the scale of MASE. Seasonal from two whole seasons on.
    """
    lag = m if m > 1 and y.size >= 2 * m else 1
    total = 0.0
    for t in range(lag, y.size):
        total += abs(y[t] - y[t - lag])
    return total / (y.size - lag) if total > 0.0 else math.nan


@compiled
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


@compiled
def _score(errors: Floats, reference: Floats, window: int, by_square: bool) -> float:
    """Return the measure summed over cuts relative to the reference in the same cuts; NaN below two cuts of two."""
    own = other = 0.0
    ran = possible = 0
    for start in range(0, errors.size, window):
        against = _measure(reference[start : start + window], by_square)
        if math.isnan(against):
            continue
        possible += 1
        found = _measure(errors[start : start + window], by_square)
        if not math.isnan(found):
            own += found
            other += against
            ran += 1
    if ran == 0 or ran < min(2, possible):
        return math.nan
    if other == 0.0:
        return 1.0 if own == 0.0 else math.inf
    return own / other


@compiled
def mix(parts: Floats, weights: Floats, out: Floats) -> None:
    """Write the weighted mean over methods of (n_methods, n) values for each place, of those methods that have one."""
    for place in range(out.size):
        total = weight = 0.0
        for method in range(weights.size):
            if weights[method] > 0.0 and not math.isnan(parts[method, place]):
                total += weights[method] * parts[method, place]
                weight += weights[method]
        out[place] = total / weight if weight > 0.0 else math.nan


@compiled
def _choose(errors: Floats, window: int, kind: int, able: Floats, score: Floats, weights: Floats) -> int:
    """Return the winner of one series; write scores and weights, and the combination's errors into `errors`.

    Weights are score^-4 over the methods that may serve the class. The best alone wins only where its score is at
    most .8 of the combination's: three cuts are few, and a choice that follows noise costs more than it earns.
    Inside the training parts of M4 and M1 this beat choosing the best one, equal weights (by 14 % of OWA), the
    weighted median and other powers; weights shared over all series gained under 1 %.
    """
    by_square = kind in (INTERMITTENT, LUMPY)
    best = ZERO if kind == DEAD else SES
    total = 0.0
    count = 0
    for method in range(weights.size):
        score[method], weights[method] = math.nan, 0.0
    for method in range(weights.size):
        if MAY_WIN[kind, method] and not math.isnan(able[method, 0]):
            found = _score(errors[method], errors[SES], window, by_square)
            score[method] = found
            if not math.isnan(found):
                weights[method] = max(found, 1e-6) ** -4.0
                total += weights[method]
                count += 1
                if math.isnan(score[best]) or found < score[best]:
                    best = method
    if count > 1:
        for method in range(weights.size):
            weights[method] /= total
        mix(errors, weights, errors[COMBINATION])
        score[COMBINATION] = _score(errors[COMBINATION], errors[SES], window, by_square)
        if score[best] > _ALONE * score[COMBINATION]:
            return COMBINATION
    for method in range(weights.size):
        weights[method] = 1.0 if method == best else 0.0
    return best


@compiled
def _tell(errors: Floats, actual: Floats, scale: float, told: Floats) -> None:
    """Write mase, wmape, bias and both numerators of one method, over the buckets where it ran."""
    count = 0
    size = total = demand = 0.0
    for place in range(errors.size):
        e = errors[place]
        if not math.isnan(e):
            count += 1
            size += abs(e)
            total += e
            demand += actual[place]
    if count == 0:
        return
    told[0] = size / count / scale
    if demand > 0.0:
        told[1] = size / demand
        told[2] = total / demand
    told[3] = size
    told[4] = total


@compiled
def _sum_seen(errors: Floats, where: Floats, window: int, out: Floats) -> None:
    """Add squares and count of errors, by step, in the places that are not NaN in `where`."""
    for place in range(where.size):
        if not math.isnan(where[place]) and not math.isnan(errors[place]):
            out[0, place % window] += errors[place] * errors[place]
            out[1, place % window] += 1.0


@compiled
def compete(
    offsets: Longs,
    values: Floats,
    censored: Bools,
    m: int,
    ends: Longs,
    windows: Longs,
    kinds: Longs,
    forecasts: Floats,
    winners: Longs,
    mean: Floats,
    actuals: Floats,
    told: Floats,
    score: Floats,
    weights: Floats,
    residuals: Floats,
    blind: Floats,
    scales: Floats,
) -> None:
    """Choose for all series.

    Parameters
    ----------
    offsets, values, censored : ndarray
        As in ``ForecastProblem``, stock-outs filled; the mask is full.
    m : int
        Season length.
    ends : ndarray of int64, shape (n_series, cuts + 1)
        Length of the history, then the origins, oldest first, 0 behind the last.
    windows, kinds : ndarray of int64, shape (n_series,)
        Buckets tested after each origin; class of demand.
    forecasts : ndarray, shape (n_series, cuts + 1, n_methods, horizon)
        Of every method from every end; NaN where it has none.
    winners : ndarray of int64, shape (n_series,), out
    mean : ndarray, shape (n_series, horizon), out
    actuals : ndarray, shape (n_series,), out
        Demand tested.
    told : ndarray, shape (n_series, n_methods, 5), out
        mase, wmape, bias, sum of absolute and of plain errors; as it was, NaN, where there are none.
    score, weights : ndarray, shape (n_series, n_methods), out
    residuals : ndarray, shape (n_series, cuts, window), out
        Actual - forecast of the winner; as it was, NaN, where not tested.
    blind : ndarray, shape (n_series, window), out
        Actual - forecast at the last cut of the method that the cuts before it would have chosen: what choosing
        costs is in it. As it was, NaN, below two cuts.
    scales : ndarray, shape (n_series, 2, 2, window), out
        Sum of squares and count, by step, of the errors that this choice could see, of buckets before the last cut;
        and of the final choice's errors one cut later in the same places.
    """
    n_methods = weights.shape[1]
    for row in range(windows.size):
        n, window, kind = ends[row, 0], windows[row], kinds[row]
        if n == 0:
            winners[row] = ZERO
            weights[row, ZERO] = 1.0
            continue
        low = offsets[row]
        cuts = 0
        while cuts < ends.shape[1] - 1 and ends[row, cuts + 1] > 0:
            cuts += 1
        errors = np.empty((n_methods, cuts * window))
        seen = np.empty((n_methods, max(cuts - 1, 0) * window))
        actual = np.empty(cuts * window)
        latest = ends[row, cuts]
        for place in range(cuts * window):
            cut, step = place // window, place % window
            at = ends[row, cut + 1] + step
            actual[place] = math.nan if censored[low + at] else values[low + at]
            if not censored[low + at]:
                actuals[row] += actual[place]
            for method in range(n_methods):
                errors[method, place] = forecasts[row, cut + 1, method, step] - actual[place]
                if cut < cuts - 1:
                    # What is tested from the last cut on was not known at it.
                    seen[method, place] = errors[method, place] if at < latest else math.nan
        able = forecasts[row, 0]
        first = max(cuts - 1, 0) * window
        if cuts > 1:
            winner = _choose(seen, window, kind, able, score[row], weights[row])
            chosen = errors[winner]
            if winner == COMBINATION:
                mix(errors, weights[row], chosen)
            for step in range(window):
                blind[row, step] = -chosen[first + step]
            _sum_seen(seen[winner], seen[SES], window, scales[row, 0])
            for place in range(cuts * window):
                errors[COMBINATION, place] = math.nan
        winner = _choose(errors, window, kind, able, score[row], weights[row])
        if cuts > 1:
            _sum_seen(errors[winner, window:], seen[SES], window, scales[row, 1])
        mix(able, weights[row], mean[row])
        winners[row] = winner
        scale = naive_error(values[low : low + ends[row, 1]], m) if cuts else math.nan
        if math.isnan(scale):
            scale = naive_error(values[low : low + n], m)
        for method in range(n_methods):
            _tell(errors[method], actual, scale, told[row, method])
        for place in range(cuts * window):
            residuals[row, place // window, place % window] = -errors[winner, place]
