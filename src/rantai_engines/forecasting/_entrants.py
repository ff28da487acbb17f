"""Compiled entrants of the tournament: every method on one history, and which may serve which class of demand."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rantai_engines.forecasting import _autoregression, _dynamic_theta, _rare, _seasons, _smoothing
from rantai_engines.forecasting import _kernels as k

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Grids = tuple[Floats, Floats, NDArray[np.int64], Floats, Floats, Floats]

SMOOTH, ERRATIC, INTERMITTENT, LUMPY, DEAD, NEW = range(6)
CROSTON, ADIDA, ETS, DYNAMIC_THETA, AUTOREGRESSION, GLOBAL = range(k.COMBINATION + 1, k.COMBINATION + 7)
N_METHODS = GLOBAL + 1
_FEW_SEASONS = 15

# Globals of a module are constants to the compiler; these names keep the calls below short.
_naive, _seasonal, _average, _ses, _damped = k.NAIVE, k.SEASONAL_NAIVE, k.MOVING_AVERAGE, k.SES, k.DAMPED
_theta, _sba, _tsb, _zero, _harmonic = k.THETA, k.SBA, k.TSB, k.ZERO, k.HARMONIC
_forecast_ses, _forecast_damped, _forecast_theta = k.forecast_ses, k.forecast_damped, k.forecast_theta
_forecast_average, _forecast_sba, _forecast_tsb = k.forecast_moving_average, k.forecast_sba, k.forecast_tsb
_forecast_croston, _forecast_adida = _rare.forecast_croston, _rare.forecast_adida
_forecast_dynamic = _dynamic_theta.forecast_dynamic_theta
_forecast_smoothing, _forecast_autoregression = (
    _smoothing.forecast_smoothing,
    _autoregression.forecast_autoregression,
)
_has_season, _classical, _harmonic_theta = (
    _seasons.has_season,
    _seasons.classical_profile,
    _seasons.forecast_harmonic_theta,
)
_take_out, _put_back, _LONGEST = _seasons.take_out, _seasons.put_back, _seasons.LONGEST_CLASSICAL


@njit(cache=True, nogil=True)
def forecast_all(y: Floats, m: int, kind: int, thorough: bool, grids: Grids, out: Floats, ran: Bools) -> bool:
    """Write every method's forecast of one history, 0 or more; return whether a short season was taken out.

    Parameters
    ----------
    y : ndarray, shape (n,), n >= 1
    m : int
        Season length, 1 for none.
    kind : int
        Class of demand; the costly methods (trend, Theta, ETS, autoregression) run where they may serve it.
    thorough : bool
        Whether ETS tries all structures on long histories too.
    grids : tuple
        Smoothing constants of SES; (alpha, beta, phi) of damped trend; windows; constants of SBA; sizes, chances.
    out : ndarray, shape (n_methods, horizon), out
    ran : ndarray of bool, shape (n_methods,), out
        Whether the method could run: a season needs one season of history (waves: one and a quarter), a trend
        five buckets, Croston's kin and TSB one demand. The combination and the global model never do here.
    """
    alphas, damped, windows, constants, sizes, chances = grids
    n = y.size
    horizon = out.shape[1]
    out[:] = 0.0
    ran[:] = False
    gappy = kind in (INTERMITTENT, LUMPY, DEAD)
    profile = np.ones(max(m, 1))
    short_season = 1 < m <= _LONGEST and n >= 2 * m + 2 and _classical(y, m, profile)
    flat = _take_out(y, m, profile) if short_season else y
    out[_naive, :] = y[n - 1]
    if m > 1 and n >= m:
        for step in range(horizon):
            out[_seasonal, step] = y[n - m + step % m]
        ran[_seasonal] = True
    _forecast_average(y, windows, out[_average])
    _forecast_ses(flat, alphas, out[_ses])
    if n >= 5 and not gappy:
        _forecast_damped(flat, damped, out[_damped])
        _forecast_theta(flat, alphas, out[_theta])
        ran[_damped] = ran[_theta] = True
        ran[DYNAMIC_THETA] = _forecast_dynamic(flat, alphas, out[DYNAMIC_THETA])
    if short_season:
        for method in (_ses, _damped, _theta, DYNAMIC_THETA):
            _put_back(out[method], n, m, profile)
    if not gappy:
        if short_season and n < _FEW_SEASONS * m:
            ran[ETS] = _forecast_smoothing(flat, 1, False, thorough, out[ETS])
            ran[AUTOREGRESSION] = _forecast_autoregression(flat, 1, out[AUTOREGRESSION])
            _put_back(out[ETS], n, m, profile)
            _put_back(out[AUTOREGRESSION], n, m, profile)
        else:
            ran[ETS] = _forecast_smoothing(y, m if short_season else 1, short_season, thorough, out[ETS])
            ran[AUTOREGRESSION] = _forecast_autoregression(y, m, out[AUTOREGRESSION])
    ran[_sba] = _forecast_sba(y, constants, out[_sba])
    ran[_tsb] = _forecast_tsb(y, sizes, chances, out[_tsb])
    ran[CROSTON] = _forecast_croston(y, constants, out[CROSTON])
    ran[ADIDA] = _forecast_adida(y, alphas, out[ADIDA])
    ran[_harmonic] = m >= 4 and _harmonic_theta(y, m, alphas, out[_harmonic])
    ran[_naive] = ran[_average] = ran[_ses] = ran[_zero] = True
    for method in range(N_METHODS):
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
    if n < k.NEW_BELOW:
        return NEW
    if adi >= 1.32:
        return LUMPY if cv2 >= 0.49 else INTERMITTENT
    return ERRATIC if cv2 >= 0.49 else SMOOTH


@njit(cache=True, nogil=True)
def may_win(method: int, kind: int) -> bool:
    """Tell whether a method may serve a class of demand.

    Nought for the dead alone; Croston's kin and the moving average where there are gaps or leaps; trend, structure
    and last season where there are no gaps; TSB, a smoothing of the mean, where there is neither; SES for all who
    live. The naive is there to be compared with.
    """
    if kind == DEAD:
        return method == _zero
    if kind == NEW:
        return method == _ses
    if kind in (INTERMITTENT, LUMPY):
        return method in (_average, _ses, _sba, _tsb, _harmonic, CROSTON, ADIDA, GLOBAL)
    if kind == ERRATIC and method in (_average, _sba, _tsb):
        return True
    return method in (
        _seasonal, _ses, _damped, _theta, _harmonic, ETS, DYNAMIC_THETA, AUTOREGRESSION, GLOBAL,
    )  # fmt: skip
