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
        Units a bucket. The class's median ratio of error to level counts as four errors; half the level where the
        class has none.
    """
    tested = ~np.isnan(residuals)
    count = tested.sum(axis=(1, 2))
    scale = np.where(level > 0, level, 1.0)
    relative = np.where(tested, residuals, 0.0) / scale[:, None, None]
    squares = (relative**2).sum(axis=(1, 2))
    prior = np.full(level.size, _UNKNOWN_CV)
    own = np.sqrt(np.divide(squares, count, out=np.zeros(level.size), where=count > 0))
    for index in range(len(CLASSES)):
        members = (demand_class == index) & (count >= _PRIOR_ERRORS) & (level > 0)
        if members.any():
            prior[demand_class == index] = np.median(own[members])
    mixed = np.sqrt((squares + _PRIOR_ERRORS * prior**2) / (count + _PRIOR_ERRORS))
    return np.where(level > 0, mixed, 0.0) * scale


def spread_quantiles(
    mean: Floats, *, residuals: Floats, blind: Floats, error_std: Floats, demand_class: NDArray[np.int8]
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
    error_std : ndarray, shape (n_series,)
    demand_class : ndarray of int8, shape (n_series,)

    Returns
    -------
    ndarray, shape (n_series, horizon, 9)
        Units, 0 or more, never falling. A band with under 200 errors takes the band before, the first band all of
        its class, a class with under 20 takes all classes, and with under 20 in all the normal law stands in.
        Steps beyond the tested window take its last band.
    """
    horizon = mean.shape[1]
    known = error_std > 0
    scale = np.where(known, error_std, np.nan)
    winners, unseen = residuals / scale[:, None, None], (blind / scale[:, None])[:, None, :]
    step_band, error_band = bands(horizon), bands(residuals.shape[2])
    everything = _levels_of(winners, _normal_levels())
    out = np.empty((*mean.shape, len(LEVELS)))
    for index in range(len(CLASSES)):
        members = np.flatnonzero(demand_class == index)
        if not members.size:
            continue
        pool = unseen[members]
        if int((~np.isnan(pool)).sum()) < _ENOUGH_IN_BAND:
            pool = winners[members]
        shape = np.empty((horizon, len(LEVELS)))
        last = _levels_of(pool, everything)
        for band in range(int(step_band[-1]) + 1):
            inside = pool[:, :, error_band == band]
            if int((~np.isnan(inside)).sum()) >= _ENOUGH_IN_BAND:
                last = _levels_of(inside, last)
            shape[step_band == band] = last
        out[members] = mean[members][:, :, None] + error_std[members][:, None, None] * shape[None]
    return np.maximum.accumulate(np.maximum(out, 0.0), axis=2)


def _normal_levels() -> Floats:
    normal: Floats = special.ndtri(np.array(LEVELS))
    return normal


def _levels_of(errors: Floats, otherwise: Floats) -> Floats:
    known = errors[~np.isnan(errors)]
    if known.size < _ENOUGH:
        return otherwise
    found: Floats = np.quantile(known, LEVELS)
    return found
