"""Hold the forecasts, and how every method did on every series."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

METHODS: Final = (
    "naive",
    "seasonal_naive",
    "moving_average",
    "ses",
    "damped_trend",
    "theta",
    "croston_sba",
    "tsb",
    "zero",
    "harmonic_theta",
    "combination",
    "croston",
    "adida",
    "ets",
    "dynamic_theta",
    "autoregression",
    "global_boosting",
)
CLASSES: Final = ("smooth", "erratic", "intermittent", "lumpy", "dead", "new")
LEVELS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastSolution:
    """Expected demand with its uncertainty, and the tournament behind it.

    Attributes
    ----------
    mean : ndarray, shape (n_series, horizon)
        Expected demand, units/bucket, 0 or more.
    quantiles : ndarray, shape (n_series, horizon, 9)
        At ``LEVELS``, units/bucket, 0 or more, never falling along the last axis.
    method : ndarray of int8, shape (n_series,)
        Winner, an index into ``METHODS``.
    parts : ndarray of int8, shape (n_series, 2)
        The two methods of most weight; the second is -1 where one method stands alone.
    weights : ndarray, shape (n_series, n_methods)
        Share of each method in the forecast; rows sum to 1.
    demand_class : ndarray of int8, shape (n_series,)
        Index into ``CLASSES``.
    adi, cv2 : ndarray, shape (n_series,)
        Buckets for each bucket with demand, and the squared coefficient of variation of demand where there is any;
        NaN without demand. Censored buckets are left out.
    mase, wmape, bias : ndarray, shape (n_series, n_methods)
        Out of sample over all cuts: mean absolute error in units of the in-sample (seasonal) naive error; sum of
        absolute errors over sum of demand; sum of (forecast - actual) over sum of demand, + over-forecast.
        NaN where the method could not run, is too costly for a class it may not serve, or the denominator is 0.
    wmape_terms : ndarray, shape (n_series, n_methods, 2)
        Their numerators, sum |A - F| and sum (F - A), units; NaN where the method could not run.
    actual_total : ndarray, shape (n_series,)
        Their denominator, units. A method that ran in fewer cuts is measured against the demand of those cuts.
    score : ndarray, shape (n_series, n_methods)
        What the winner was chosen by, smaller is better (see ``solve``); NaN where not eligible.
    error_std : ndarray, shape (n_series,)
        Root mean square of the winner's error of one bucket out of sample, units/bucket, drawn a little to the
        rest of its class; this is the sigma of demand for safety stock.
    seasonal : ndarray of bool, shape (n_series,)
        Whether the winner follows a season.
    cuts_used : ndarray of int8, shape (n_series,)
        Origins at which the series was long enough.
    window : ndarray of int32, shape (n_series,)
        Buckets tested after each origin.
    """

    mean: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    method: NDArray[np.int8]
    parts: NDArray[np.int8]
    weights: NDArray[np.float64]
    demand_class: NDArray[np.int8]
    adi: NDArray[np.float64]
    cv2: NDArray[np.float64]
    mase: NDArray[np.float64]
    wmape: NDArray[np.float64]
    bias: NDArray[np.float64]
    wmape_terms: NDArray[np.float64]
    actual_total: NDArray[np.float64]
    score: NDArray[np.float64]
    error_std: NDArray[np.float64]
    seasonal: NDArray[np.bool_]
    cuts_used: NDArray[np.int8]
    window: NDArray[np.int32]

    def method_names(self) -> list[str]:
        """Return the winner of each series by name."""
        return [METHODS[index] for index in self.method]

    def class_names(self) -> list[str]:
        """Return the demand class of each series by name."""
        return [CLASSES[index] for index in self.demand_class]
