"""Measure forecasts by the glossary's formulas; every ratio comes with its two sides, so that it can be summed.

All functions take actuals and forecasts of one shape, units/bucket; NaN in either leaves that bucket out. ``axis`` is
the axis (or axes) summed over, all by default. Without activity the ratio is NaN, never 0 or 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

Floats = NDArray[np.float64]
Axis = int | tuple[int, ...] | None

TRACKING_ALARM = 4.0
"""A tracking signal beyond this, either way, asks for a look (ASCM)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratio:
    """A figure with its sides, each of the shape that is left after summing."""

    numerator: Floats
    denominator: Floats

    @property
    def value(self) -> Floats:
        """The ratio; NaN where the denominator is 0."""
        return _divide(self.numerator, self.denominator)


def measure_wmape(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Ratio:
    """Return sum |A - F| over sum A, the weighted absolute percentage error (WAPE, WMAPE).

    Raises InvalidProblem if the shapes differ. Source: Kolassa & Schuetz (2007), the MAD/mean ratio.

    Examples
    --------
    >>> float(measure_wmape(np.array([10.0, 0, 20]), np.array([8.0, 1, 25])).value)
    0.26666666666666666
    """
    a, f = _pair(actual, forecast)
    return Ratio(numerator=_sum(np.abs(a - f), axis=axis), denominator=_sum(a, axis=axis))


def measure_accuracy(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Floats:
    """Return the forecast accuracy, 1 - WMAPE but not below 0."""
    found: Floats = np.maximum(0.0, 1.0 - measure_wmape(actual, forecast, axis=axis).value)
    return found


def measure_bias(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Ratio:
    """Return sum (F - A) over sum A: above 0 is over-forecast.

    Source: Hyndman & Athanasopoulos (2021), section 5.8, the mean error, scaled.
    """
    a, f = _pair(actual, forecast)
    return Ratio(numerator=_sum(f - a, axis=axis), denominator=_sum(a, axis=axis))


def measure_tracking_signal(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Ratio:
    """Return sum (A - F) over the mean absolute deviation: beyond +-4 the forecast leans.

    Above 0 is under-forecast, the other way round than ``measure_bias``. Source: Brown (1962); ASCM Dictionary.
    """
    a, f = _pair(actual, forecast)
    count = (~np.isnan(a)).sum(axis=axis)
    deviation = _divide(_sum(np.abs(a - f), axis=axis), np.asarray(count, dtype=np.float64))
    return Ratio(numerator=_sum(a - f, axis=axis), denominator=np.nan_to_num(deviation))


def measure_mase(actual: Floats, forecast: Floats, *, history: Floats, season_length: int = 1) -> Ratio:
    """Return the mean absolute error over the in-sample mean absolute error of the (seasonal) naive, one series.

    Parameters
    ----------
    actual, forecast : ndarray, shape (horizon,)
    history : ndarray, shape (n,)
        What was known when the forecast was made, units/bucket.
    season_length : int
        Lag of the naive; 1 where the history is no longer than a season.

    Notes
    -----
    Both sides are 0 where nothing was tested or the history never moved, so that the value is NaN. Source: Hyndman
    & Koehler (2006), equation for the scaled error q.
    """
    arrays.check_range(season_length, field="season_length", low=1, high=1_000)
    a, f = _pair(actual, forecast)
    tested = ~np.isnan(a)
    lag = season_length if history.size > season_length else 1
    steps = np.abs(history[lag:] - history[:-lag]) if history.size > lag else np.zeros(0)
    scale = float(np.nanmean(steps)) if np.isfinite(steps).any() else 0.0
    error = float(np.abs(a - f)[tested].mean()) if tested.any() else 0.0
    return Ratio(numerator=np.asarray(error), denominator=np.asarray(scale if tested.any() else 0.0))


def measure_value_added(actual: Floats, steps: Floats, *, axis: Axis = None) -> Floats:
    """Return what each step of a forecast's making took off the WMAPE of the step before it.

    Parameters
    ----------
    actual : ndarray, shape (…)
    steps : ndarray, shape (n_steps, …)
        Forecasts in the order they were made: the naive first, then statistics, customer terms, planner, consensus.
    axis : int or tuple of int, optional
        Axes of `actual` summed over.

    Returns
    -------
    ndarray, shape (n_steps - 1, …)
        Share of demand, above 0 where the step helped. A bucket that any step leaves NaN is left out of all, for
        only equal buckets compare. Source: Gilliland (2010), "The Business Forecasting Deal", chapter 4.

    Raises
    ------
    InvalidProblem
        If a step has another shape than the actuals, or there are fewer than two steps.
    """
    if steps.ndim != actual.ndim + 1 or steps.shape[0] < 2 or steps.shape[1:] != actual.shape:
        raise arrays.InvalidProblem(
            "steps", f"their shape is {steps.shape}", f"pass two or more forecasts of shape {actual.shape}"
        )
    shared = np.where(np.isnan(steps).any(axis=0), np.nan, actual)
    errors = np.stack([measure_wmape(shared, step, axis=axis).value for step in steps])
    return errors[:-1] - errors[1:]


def measure_explained_share(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Ratio:
    """Return the volume of buckets foretold within a quarter, or one unit, over all volume.

    Buckets are account x item x week, the forecast frozen at the item's cumulative lead time (glossary, explained
    demand share): |A - F| <= max(1 unit, .25 A).
    """
    a, f = _pair(actual, forecast)
    explained = np.abs(a - f) <= np.maximum(1.0, 0.25 * a)
    return Ratio(numerator=_sum(np.where(explained, a, 0.0), axis=axis), denominator=_sum(a, axis=axis))


def measure_coverage(actual: Floats, quantile: Floats, *, axis: Axis = None) -> Ratio:
    """Return the buckets with demand at or below a quantile over all buckets: .8 is wanted of P80."""
    a, q = _pair(actual, quantile)
    met = np.where(np.isnan(a), 0.0, a <= q)
    return Ratio(
        numerator=np.asarray(met.sum(axis=axis), dtype=np.float64),
        denominator=np.asarray((~np.isnan(a)).sum(axis=axis), dtype=np.float64),
    )


def measure_bullwhip(orders: Floats, demand: Floats) -> Ratio:
    """Return the variance of orders placed over that of demand, same buckets; above 1 is amplified.

    Source: Lee, Padmanabhan & Whang (1997); Chen et al. (2000), equation 2.
    """
    placed, asked = _pair(orders, demand)
    return Ratio(numerator=_variance(placed), denominator=_variance(asked))


def measure_nervousness(plan: Floats, plan_before: Floats, *, axis: Axis = None) -> Ratio:
    """Return sum |plan - plan before| over sum plan, for the buckets that both have."""
    now, before = _pair(plan, plan_before)
    return Ratio(numerator=_sum(np.abs(now - before), axis=axis), denominator=_sum(now, axis=axis))


def _sum(values: Floats, *, axis: Axis) -> Floats:
    return np.asarray(np.nansum(values, axis=axis), dtype=np.float64)


def _variance(values: Floats) -> Floats:
    return np.asarray(np.nanvar(values, ddof=1) if (~np.isnan(values)).sum() > 1 else 0.0, dtype=np.float64)


def _pair(actual: Floats, forecast: Floats) -> tuple[Floats, Floats]:
    """Return both with NaN wherever one has it."""
    if actual.shape != forecast.shape:
        raise arrays.InvalidProblem(
            "forecast", f"its shape is {forecast.shape}", f"pass the shape of the actuals, {actual.shape}"
        )
    gone = np.isnan(actual) | np.isnan(forecast)
    return np.where(gone, np.nan, actual), np.where(gone, np.nan, forecast)


def _divide(top: Floats, bottom: Floats) -> Floats:
    top, bottom = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)
