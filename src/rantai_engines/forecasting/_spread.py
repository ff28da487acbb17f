"""Turn the winners' errors out of sample into quantiles, shared over series of a class."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rantai_engines.forecasting.solution import CLASSES, LEVELS

Floats = NDArray[np.float64]

_ENOUGH_IN_BAND = 200
_ENOUGH = 20
_PRIOR_ERRORS = 4.0
_UNKNOWN_CV = 0.5
_EITHER_SIGN = 0.25


def bands(steps: int) -> NDArray[np.int64]:
    """Return the band of each step ahead: 1, 2, 3-4, 5-8, 9-16, … share their errors.

    Parameters
    ----------
    steps : int
        Number of steps, 1 or more.

    Returns
    -------
    ndarray of int64, shape (steps,)
    """
    found: NDArray[np.int64] = np.ceil(np.log2(np.arange(1, steps + 1))).astype(np.int64)
    return found


def estimate_error_std(residuals: Floats, *, level: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return each series' root mean square error of one bucket, drawn to its class where errors are few.

    Parameters
    ----------
    residuals : ndarray, shape (n_series, cuts, window)
        Actual - forecast, units; NaN where not tested.
    level : ndarray, shape (n_series,)
        Typical demand a bucket, units.
    demand_class : ndarray of int8, shape (n_series,)

    Returns
    -------
    ndarray, shape (n_series,)
        Units a bucket; see ``mix_std``.
    """
    tested = ~np.isnan(residuals)
    scale = np.where(level > 0, level, 1.0)
    relative = np.where(tested, residuals, 0.0) / scale[:, None, None]
    squares = (relative**2).sum(axis=(1, 2))
    return _mix(squares, tested.sum(axis=(1, 2)), level=level, demand_class=demand_class)


def mix_std(squares: Floats, count: Floats, *, level: Floats, demand_class: NDArray[np.int8]) -> Floats:
    """Return root mean squares of `count` errors each, drawn to the class.

    Parameters
    ----------
    squares, count : ndarray, shape (n_series,)
        Sum of squared errors (units squared) and their number.
    level, demand_class : ndarray, shape (n_series,)
        As in ``estimate_error_std``.

    Returns
    -------
    ndarray, shape (n_series,)
        Units a bucket. The class's median ratio of error to level counts as four errors; half the level where the
        class has none.
    """
    scale = np.where(level > 0, level, 1.0)
    return _mix(squares / scale / scale, count, level=level, demand_class=demand_class)


def _mix(squares: Floats, count: NDArray[np.number], *, level: Floats, demand_class: NDArray[np.int8]) -> Floats:
    scale = np.where(level > 0, level, 1.0)
    prior = np.full(level.size, _UNKNOWN_CV)
    own = np.sqrt(np.divide(squares, count, out=np.zeros(level.size), where=count > 0))
    for index in range(len(CLASSES)):
        members = (demand_class == index) & (count >= _PRIOR_ERRORS) & (level > 0)
        if members.any():
            prior[demand_class == index] = np.median(own[members])
    mixed = np.sqrt((squares + _PRIOR_ERRORS * prior**2) / (count + _PRIOR_ERRORS))
    return np.where(level > 0, mixed, 0.0) * scale


def spread_quantiles(
    mean: Floats,
    *,
    residuals: Floats,
    blind: Floats,
    blind_std: Floats,
    recent_std: Floats,
    error_std: Floats,
    demand_class: NDArray[np.int8],
) -> Floats:
    """Return quantiles about each forecast from standardised errors pooled by class and band of steps ahead.

    Parameters
    ----------
    mean : ndarray, shape (n_series, horizon)
    residuals : ndarray, shape (n_series, cuts, window)
        Errors of the winners.
    blind : ndarray, shape (n_series, window)
        Errors of choices made without seeing the bucket; where there are enough they alone are taken, for the
        winners' own are the smallest of many.
    blind_std, recent_std : ndarray, shape (n_series,)
        The scale of errors known when those choices were made, and the same one cut later: an error to come stands
        to `recent_std` as the blind error stands to `blind_std` (split conformal prediction with a normalised
        score; Lei et al. 2018, sections 2.2 and 5.2).
    error_std : ndarray, shape (n_series,)
        The scale where blind errors are too few.
    demand_class : ndarray of int8, shape (n_series,)

    Returns
    -------
    ndarray, shape (n_series, horizon, 9)
        Units, 0 or more, never falling. Where a band has under 200 errors, and beyond the steps tested, errors are
        pooled after division by a power of the step, fitted to the class; a class with under 20 takes all classes,
        and with under 20 in all the normal law stands in.
    """
    horizon = mean.shape[1]
    winners = residuals / np.where(error_std > 0, error_std, np.nan)[:, None, None]
    unseen = (blind / np.where(blind_std > 0, blind_std, np.nan)[:, None])[:, None, :]
    step_band, error_band = bands(horizon), bands(residuals.shape[2])
    everything = _levels_of(winners, _normal_levels())
    out = np.empty((*mean.shape, len(LEVELS)))
    for index in range(len(CLASSES)):
        members = np.flatnonzero(demand_class == index)
        if not members.size:
            continue
        pool = unseen[members]
        scale = recent_std[members]
        if int((~np.isnan(pool)).sum()) < _ENOUGH_IN_BAND:
            pool, scale = winners[members], error_std[members]
        growth = _measure_growth(pool)
        steps = np.arange(1, horizon + 1) ** growth
        shape = _levels_of(pool / np.arange(1, pool.shape[2] + 1) ** growth, everything) * steps[:, None]
        for band in range(int(step_band[-1]) + 1):
            inside = pool[:, :, error_band == band]
            if int((~np.isnan(inside)).sum()) >= _ENOUGH_IN_BAND:
                found, reached = _levels_of(inside, everything), int(np.flatnonzero(error_band == band)[-1])
                shape[step_band == band] = found
                shape[reached + 1 :] = found * (steps[reached + 1 :] / steps[min(reached, horizon - 1)])[:, None]
        out[members] = mean[members][:, :, None] + scale[:, None, None] * shape[None]
    return np.maximum.accumulate(np.maximum(out, 0.0), axis=2)


def _normal_levels() -> Floats:
    normal: Floats = special.ndtri(np.array(LEVELS))
    return normal


def _measure_growth(errors: Floats) -> float:
    """Return the power of the step by which errors of shape (…, window) grow, 0 to 1; 0 where too few tell."""
    count = (~np.isnan(errors)).sum(axis=(0, 1))
    known = np.flatnonzero(count >= _ENOUGH)
    if known.size < 2:
        return 0.0
    sizes = np.nanmean(np.abs(errors[:, :, known]), axis=(0, 1))
    if (sizes <= 0).any():
        return 0.0
    slope = np.polyfit(np.log(known + 1.0), np.log(sizes), 1, w=np.sqrt(count[known]))[0]
    return float(min(1.0, max(0.0, slope)))


def _levels_of(errors: Floats, otherwise: Floats) -> Floats:
    """Return quantiles of errors, a quarter of them those of the errors taken with either sign.

    Series of one company share their seasons and their luck, so that one period's lean is half chance.
    """
    known = errors[~np.isnan(errors)]
    if known.size < _ENOUGH:
        return otherwise
    both = np.quantile(np.concatenate([known, -known]), LEVELS)
    found: Floats = (1 - _EITHER_SIGN) * np.quantile(known, LEVELS) + _EITHER_SIGN * both
    return found
