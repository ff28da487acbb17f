"""Compiled entrants of the tournament: every method on every history, and which may serve which class of demand."""

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting import _autoregression, _dynamic_theta, _rare, _seasons, _smoothing
from rantai_engines.forecasting import _kernels as k
from rantai_engines.forecasting._histories import DEAD, ERRATIC, INTERMITTENT, LUMPY, NEW, SMOOTH
from rantai_engines.forecasting.solution import CLASSES, METHODS

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]
Grids = tuple[Floats, Floats, Longs, Floats, Floats, Floats]

(
    NAIVE, SEASONAL_NAIVE, MOVING_AVERAGE, SES, DAMPED, THETA, SBA, TSB, ZERO, HARMONIC, COMBINATION,
    CROSTON, ADIDA, ETS, DYNAMIC_THETA, AUTOREGRESSION, GLOBAL,
) = range(len(METHODS))  # fmt: skip
_FEW_SEASONS = 15

# Globals of a module are constants to the compiler; these names keep the calls below short.
_forecast_ses, _forecast_damped, _forecast_theta = k.forecast_ses, k.forecast_damped, k.forecast_theta
_forecast_average, _forecast_tsb = k.forecast_moving_average, _rare.forecast_tsb
_forecast_croston, _forecast_adida = _rare.forecast_croston, _rare.forecast_adida
_forecast_dynamic = _dynamic_theta.forecast_dynamic_theta
_smooth, _regress = _smoothing.forecast_smoothing, _autoregression.forecast_autoregression
_classical, _waves = _seasons.classical_profile, _seasons.harmonic_profile
_take_out, _put_back, _LONGEST = _seasons.take_out, _seasons.put_back, _seasons.LONGEST_CLASSICAL
_UNCORRECTED, _CORRECTED = _rare.CROSTON, _rare.SBA


def _list_who_may_win() -> NDArray[np.bool_]:
    """Return whether a method may serve a class of demand, shape (n_classes, n_methods).

    Nought for the dead alone; Croston's kin and the moving average where there are gaps or leaps; trend, structure
    and last season where there are no gaps; TSB, a smoothing of the mean, where there is neither; SES for all who
    live. The naive is there to be compared with.
    """
    rare = (MOVING_AVERAGE, SES, SBA, TSB, HARMONIC, CROSTON, ADIDA, GLOBAL)
    steady = (SEASONAL_NAIVE, SES, DAMPED, THETA, HARMONIC, ETS, DYNAMIC_THETA, AUTOREGRESSION, GLOBAL)
    found = np.zeros((len(CLASSES), len(METHODS)), dtype=np.bool_)
    for kind, methods in (
        (SMOOTH, steady), (ERRATIC, (*steady, MOVING_AVERAGE, SBA, TSB)), (INTERMITTENT, rare), (LUMPY, rare),
        (DEAD, (ZERO,)), (NEW, (SES,)),
    ):  # fmt: skip
        found[kind, list(methods)] = True
    return found


MAY_WIN = _list_who_may_win()
_FLATTENED = np.isin(np.arange(len(METHODS)), [SES, DAMPED, THETA, DYNAMIC_THETA])
_FLATTENED_IF_FEW = np.isin(np.arange(len(METHODS)), [ETS, AUTOREGRESSION])


@k.compiled
def forecast_all(
    offsets: Longs,
    values: Floats,
    ends: Longs,
    kinds: Longs,
    plan: tuple[int, bool],
    grids: Grids,
    out: Floats,
    seasonal: Bools,
) -> None:
    """Write every method's forecasts of every history from all its ends, 0 or more.

    Parameters
    ----------
    offsets, values : ndarray
        Histories in CSR form; stock-outs filled.
    ends : ndarray of int64, shape (n_series, n_ends)
        How many buckets of each may be seen, 0 for a forecast to be left out.
    kinds : ndarray of int64, shape (n_series,)
        Class of demand; the costly methods (trend, Theta, ETS, autoregression) run where they may serve it.
    plan : tuple
        Season length, 1 for none; whether ETS tries all structures on long histories too.
    grids : tuple
        Smoothing constants of SES; (alpha, beta, phi) of damped trend; windows; constants of SBA; sizes, chances.
    out : ndarray, shape (n_series, n_ends, n_methods, horizon), out
        As it was, NaN, where a method cannot run: a season needs one season of history (waves: one and a quarter),
        a trend five buckets, Croston's kin and TSB one demand. The combination and the global model never do here.
    seasonal : ndarray of bool, shape (n_series, n_ends), out
        Whether a short season was taken out.
    """
    m, thorough = plan
    alphas, damped, windows, constants, sizes, chances = grids
    profile = np.empty(m)
    for row in range(ends.shape[0]):
        gappy = kinds[row] == INTERMITTENT or kinds[row] == LUMPY or kinds[row] == DEAD
        for end in range(ends.shape[1]):
            n = ends[row, end]
            if n == 0:
                continue
            y = values[offsets[row] : offsets[row] + n]
            told = out[row, end]
            short = 1 < m <= _LONGEST and n >= 2 * m + 2 and _classical(y, m, profile)
            seasonal[row, end] = short
            flat = _take_out(y, m, profile) if short else y
            for step in range(told.shape[1]):
                told[ZERO, step] = 0.0
                told[NAIVE, step] = y[n - 1]
                if 1 < m <= n:
                    told[SEASONAL_NAIVE, step] = y[n - m + step % m]
            _forecast_average(y, windows, told[MOVING_AVERAGE])
            _forecast_ses(flat, alphas, told[SES])
            _forecast_croston(y, constants, _CORRECTED, told[SBA])
            _forecast_croston(y, constants, _UNCORRECTED, told[CROSTON])
            _forecast_tsb(y, sizes, chances, told[TSB])
            _forecast_adida(y, alphas, told[ADIDA])
            few = short and n < _FEW_SEASONS * m
            if not gappy:
                if n >= 5:
                    _forecast_damped(flat, damped, told[DAMPED])
                    _forecast_theta(flat, alphas, told[THETA])
                    _forecast_dynamic(flat, alphas, told[DYNAMIC_THETA])
                _smooth(flat if few else y, m if short and not few else 1, thorough, told[ETS])
                _regress(flat if few else y, 1 if few else m, told[AUTOREGRESSION])
            if short:
                for method in range(told.shape[0]):
                    if _FLATTENED[method] or (few and _FLATTENED_IF_FEW[method]):
                        _put_back(told[method], n, m, profile)
            if m >= 4 and _waves(y, m, profile):
                _forecast_theta(_take_out(y, m, profile), alphas, told[HARMONIC])
                _put_back(told[HARMONIC], n, m, profile)
            for method in range(told.shape[0]):
                for step in range(told.shape[1]):
                    if told[method, step] < 0.0:
                        told[method, step] = 0.0
