"""Turn the winners' errors out of sample into quantiles, shared over series of a class."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rantai_engines.forecasting._histories import ERRATIC, INTERMITTENT, LUMPY, SMOOTH
from rantai_engines.forecasting.solution import CLASSES, LEVELS

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_ENOUGH = 20
_ENOUGH_IN_CLASS = 50
_PRIOR_IN_CLASS = 200
_PRIOR_ERRORS, _PRIOR_ERRORS_IF_RARE = 4.0, 100.0
_UNKNOWN_CV = 0.5
_INNER = 0.15, 0.85
_STEEPEST = 1.2
_USUAL_GROWTH = 0.4
_BEYOND = 1.5
_ROUNDS = 12
_RARE = INTERMITTENT, LUMPY
_STEADY = SMOOTH, ERRATIC


def measure_units(offsets: Longs, values: Floats, *, mean: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return what each series' errors are measured by, units.

    Parameters
    ----------
    offsets, values : ndarray
        Histories in CSR form.
    mean : ndarray, shape (n_series, horizon)
    demand_class : ndarray of int8, shape (n_series,)

    Returns
    -------
    ndarray, shape (n_series,)
        Mean demand of history, or of the forecast where that is larger; of rare demand the standard deviation of
        history, which knows of more demands than the few buckets tested.
    """
    lengths = np.diff(offsets)
    filled, buckets = np.flatnonzero(lengths), np.maximum(lengths, 1)
    peak, total, squares = np.zeros((3, lengths.size))
    if filled.size:
        peak[filled] = np.maximum.reduceat(values, offsets[filled])
        part = values / np.repeat(_as_divisor(peak), lengths)
        total[filled] = np.add.reduceat(part, offsets[filled])
        squares[filled] = np.add.reduceat(part**2, offsets[filled])
    average = total / buckets
    swing = np.sqrt(np.maximum(squares / buckets - average**2, 0.0))
    found: Floats = peak * np.where(np.isin(demand_class, _RARE), swing, average)
    return np.maximum(found, np.where(np.isin(demand_class, _RARE), 0.0, mean.mean(axis=1)))


def estimate_error_std(residuals: Floats, *, unit: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return each series' root mean square error of one bucket, drawn to its class where errors are few.

    Parameters
    ----------
    residuals : ndarray, shape (n_series, cuts, window)
        Actual - forecast, units; NaN where not tested.
    unit : ndarray, shape (n_series,)
        What a series' errors are measured by, units: see ``measure_units``.
    demand_class : ndarray of int8, shape (n_series,)

    Returns
    -------
    ndarray, shape (n_series,)
        Units a bucket. The class's median ratio of error to unit counts as four errors; half the unit where the
        class has none. Of rare demand most tested buckets are nought and tell little: there the ratio is that of
        all errors of the class, and counts as a hundred.
    """
    return _estimate(residuals, np.ones(residuals.shape[2]), unit=unit, demand_class=demand_class)


def _estimate(residuals: Floats, steps: Floats, *, unit: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return the scale of errors that were divided by what their step makes of them, shape of steps (…, window)."""
    tested = ~np.isnan(residuals)
    # by the unit first: the square of a large demand's error may leave what a float holds
    relative = np.where(tested, residuals, 0.0) / _as_divisor(unit)[:, None, None]
    squares = ((relative.swapaxes(0, 1) / steps) ** 2).sum(axis=(0, 2))
    return _mix(squares, tested.sum(axis=(1, 2)), unit=unit, demand_class=demand_class)


def _mix(squares: Floats, count: NDArray[np.number], *, unit: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return root mean squares of `count` errors each, in units of the unit squared, drawn to the class."""
    prior, weight = np.full(unit.size, _UNKNOWN_CV), np.full(unit.size, _PRIOR_ERRORS)
    own = np.sqrt(np.divide(squares, count, out=np.zeros(unit.size), where=count > 0))
    for index in range(len(CLASSES)):
        members = (demand_class == index) & (count > 0) & (unit > 0)
        members &= count >= min(_PRIOR_ERRORS, count[members].max(initial=0.0))
        if not members.any():
            continue
        if index in _RARE:
            # in thousandths, so that the order of series is not seen in a sum
            prior[demand_class == index] = round(float(np.sqrt(squares[members].sum() / count[members].sum())), 3)
            weight[demand_class == index] = _PRIOR_ERRORS_IF_RARE
        else:
            prior[demand_class == index] = np.median(own[members])
    mixed = np.sqrt((squares + weight * prior**2) / (count + weight))
    return np.where(unit > 0, mixed, 0.0) * _as_divisor(unit)


def _as_divisor(unit: Floats) -> Floats:
    return np.where(unit > 0, unit, 1.0)


def spread_quantiles(
    mean: Floats,
    *,
    residuals: Floats,
    blind: Floats,
    scales: Floats,
    windows: Longs,
    unit: Floats,
    demand_class: NDArray[np.int8],
) -> Floats:
    """Return quantiles about each forecast from standardised errors that the series of a class share.

    Parameters
    ----------
    mean : ndarray, shape (n_series, horizon)
    residuals : ndarray, shape (n_series, cuts, window)
        Errors of the winners in several periods, so that one period's luck is not taken for the rule.
    blind : ndarray, shape (n_series, window)
        Errors of choices made without seeing the bucket. The winners' own are the smallest of many: they are
        widened until their inner 70 % are as wide as these.
    scales : ndarray, shape (n_series, 2, 2, window)
        Squares and counts, by step, of the errors known when those choices were made, and the same one cut later:
        an error to come stands to the later scale as the blind error stands to the earlier (split conformal
        prediction with a normalised score; Lei et al. 2018, sections 2.2 and 5.2).
    windows : ndarray of int64, shape (n_series,)
        Steps on which each was tested.
    unit, demand_class : ndarray, shape (n_series,)
        As in ``estimate_error_std``.

    Returns
    -------
    ndarray, shape (n_series, horizon, 9)
        Units, 0 or more, never falling. An error counts as divided by what its step makes of it: see ``_grow``. A
        class leans to what all say where its errors are few; with under 20 in all the normal law stands in.
    """
    growth = _find_growth(blind, demand_class)
    steps = np.arange(1, residuals.shape[2] + 1) ** growth[:, None]
    known = _estimate(residuals, steps, unit=unit, demand_class=demand_class)
    before, after = (_read_scale(scales[:, place], steps, unit=unit, demand_class=demand_class) for place in (0, 1))
    after = np.where(scales[:, 1, 1].any(axis=1), after, known)
    unseen = _divide(blind, before[:, None] * steps)
    errors = _divide(residuals, known[:, None, None] * steps[:, None])
    for index in range(len(CLASSES)):
        members = demand_class == index
        _widen(errors, members, unseen[members])
    everything = _levels_of(errors, _normal_levels())
    ahead = after[:, None] * _grow(mean.shape[1], growth=growth, windows=windows, demand_class=demand_class)
    out = np.empty((*mean.shape, len(LEVELS)))
    for index in range(len(CLASSES)):
        members = np.flatnonzero(demand_class == index)
        own = errors[members]
        count = int((~np.isnan(own)).sum())
        shape = (count * _levels_of(own, everything) + _PRIOR_IN_CLASS * everything) / (count + _PRIOR_IN_CLASS)
        out[members] = mean[members][:, :, None] + ahead[members][:, :, None] * shape
    return np.maximum.accumulate(np.maximum(out, 0.0), axis=2)


def _read_scale(seen: Floats, steps: Floats, *, unit: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return the scale of errors given as squares and counts by step, shape (n_series, 2, window)."""
    relative = seen[:, 0] / _as_divisor(unit)[:, None] / _as_divisor(unit)[:, None] / steps**2
    return _mix(relative.sum(axis=1), seen[:, 1].sum(axis=1), unit=unit, demand_class=demand_class)


def _divide(errors: Floats, scale: Floats) -> Floats:
    return errors / np.where(scale > 0, scale, np.nan)


def _normal_levels() -> Floats:
    normal: Floats = special.ndtri(np.array(LEVELS))
    return normal


def _grow(horizon: int, *, growth: Floats, windows: Longs, demand_class: NDArray[np.int8]) -> Floats:
    """Return what each step makes of errors, shape (n_series, horizon): a power of it, half as high again untested.

    Beyond its window a steady history's trend was never put to the test: what it is off by adds up from step to step.
    On short yearly, quarterly and monthly histories of M1 and of M4 added up to longer buckets (origins from the third
    last back) P80 was met in 63 to 75 of 100 there when the tested power simply went on.
    """
    steps = np.arange(1, horizon + 1)
    beyond = np.maximum(steps / windows[:, None], 1.0)
    steeper = np.minimum(_BEYOND * growth, _STEEPEST) - growth
    extra = beyond ** np.where(np.isin(demand_class, _STEADY), steeper, 0.0)[:, None]
    found: Floats = steps ** growth[:, None] * extra
    return found


def _find_growth(errors: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return for each series the power of the step by which errors of its class grow.

    Of all classes where few are of it or its windows are of one bucket, .4 where those do not tell either: between
    the 0 of noise about a level and the half of a walk. Taking 0 for not knowing left P80 of new series (eight
    buckets at most) met in 57 of 100.
    """
    everything = _fit_growth(errors)
    found = np.full(demand_class.size, _USUAL_GROWTH if everything is None else everything)
    for index in range(len(CLASSES)):
        members = demand_class == index
        own = _fit_growth(errors[members]) if members.sum() >= _ENOUGH_IN_CLASS else None
        if own is not None:
            found[members] = own
    return found


def _fit_growth(errors: Floats) -> float | None:
    """Return the power of the step by which errors of shape (n_series, window) grow, None where too few tell.

    Each series is compared with itself: those tested on many steps are not those tested on few. In thousandths, so
    that the order of series is not seen in it.
    """
    steps, power = np.arange(1, errors.shape[1] + 1), 0.3
    for _ in range(_ROUNDS):
        flat = np.abs(errors) / steps**power
        told = (~np.isnan(flat)).sum(axis=1) > 1
        own = np.nanmean(flat[told], axis=1) if told.any() else np.zeros(0)
        part = flat[told][own > 0] / own[own > 0][:, None]
        count = (~np.isnan(part)).sum(axis=0)
        known = np.flatnonzero(count >= _ENOUGH)
        if known.size < 2:
            return None
        sizes = np.maximum(np.nanmean(part[:, known], axis=0), 1e-9)
        slope = np.polyfit(np.log(known + 1.0), np.log(sizes), 1, w=np.sqrt(count[known]))[0]
        power = min(_STEEPEST, max(0.0, power + float(slope)))
    return round(power, 3)


def _widen(errors: Floats, members: NDArray[np.bool_], unseen: Floats) -> None:
    """Stretch a class's errors of each cut, in place, until they are as wide as those of choices made unseen."""
    wanted = _width_of(unseen)
    for cut in range(errors.shape[1]):
        had = _width_of(errors[members, cut])
        if wanted > 0 and had > 0:
            errors[members, cut] *= wanted / had


def _width_of(errors: Floats) -> float:
    known = errors[~np.isnan(errors)]
    return float(np.subtract(*np.quantile(known, _INNER[::-1]))) if known.size >= _ENOUGH else 0.0


def _levels_of(errors: Floats, otherwise: Floats) -> Floats:
    """Return quantiles of errors of shape (n_series, cuts, window), as far as periods disagree those of either sign.

    Series of one company share their seasons and their luck: a lean that changes its side from one period to the
    next may as well come from the other.
    """
    known = errors[~np.isnan(errors)]
    if known.size < _ENOUGH:
        return otherwise
    either = _weigh_chance(errors)
    both = np.quantile(np.concatenate([known, -known]), LEVELS)
    found: Floats = (1 - either) * np.quantile(known, LEVELS) + either * both
    return found


def _weigh_chance(errors: Floats) -> float:
    """Return up to a half, the less the more the medians of all cuts lie to one side; a quarter where one is known."""
    told = [part[~np.isnan(part)] for part in errors.swapaxes(0, 1)]
    leans = np.array([np.median(part) for part in told if part.size >= _ENOUGH])
    if leans.size < 2 or not leans.any():
        return 0.25
    return float(0.5 * (1 - leans.mean() ** 2 / (leans**2).mean()))
