"""Buffer against what varies: factors, losses and the deviation of demand over a lead time."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

_NEWTON_STEPS = 60


def lead_time_demand_std(
    demand_std: ArrayLike, *, demand_mean: ArrayLike, lead_time_mean: ArrayLike, lead_time_std: ArrayLike
) -> Floats:
    """Return the standard deviation of demand over an uncertain lead time, sqrt(mu_L s_D^2 + mu_D^2 s_L^2).

    Parameters
    ----------
    demand_std, demand_mean : array_like
        Units/bucket, of one bucket; buckets are independent.
    lead_time_mean, lead_time_std : array_like
        Buckets; independent of demand.

    Returns
    -------
    ndarray
        Units. Shape by broadcasting.

    Notes
    -----
    Source: Chopra & Meindl, Supply Chain Management, chapter 12, uncertain lead time (GLOSSARY 4.3).

    Examples
    --------
    Chopra & Meindl, chapter 12, the example of Dell's components: D = 2,500, s_D = 500, L = 7, s_L = 7 days.

    >>> float(lead_time_demand_std(500, demand_mean=2500, lead_time_mean=7, lead_time_std=7).round())
    17550.0
    """
    variance = np.multiply(lead_time_mean, np.square(demand_std)) + np.square(np.multiply(demand_mean, lead_time_std))
    return np.asarray(np.sqrt(variance), dtype=np.float64)


def unit_normal_loss(z: ArrayLike) -> Floats:
    """Return G(z) = phi(z) - z (1 - Phi(z)), the expected shortage in deviations.

    Notes
    -----
    Source: Silver, Pyke & Thomas (2017), appendix II. Beyond z = 30 the series phi(z) / z^2
    (1 - 3 / z^2 + 15 / z^4) stands in for a difference that cancels.
    """
    at = np.asarray(z, dtype=np.float64)
    density = np.exp(-0.5 * at * at) / np.sqrt(2 * np.pi)
    far = np.maximum(at, 30.0) ** -2
    tail = density * far * (1 - 3 * far + 15 * far * far)
    return np.asarray(np.where(at > 30, tail, density - at * special.ndtr(-at)), dtype=np.float64)


def invert_unit_normal_loss(loss: ArrayLike) -> Floats:
    """Return the z whose unit normal loss is given.

    Parameters
    ----------
    loss : array_like
        Above 0; deviations.

    Returns
    -------
    ndarray
        z, at most 30; about ``-loss`` for a large one.

    Notes
    -----
    Newton from a rational start in logarithms, safeguarded by G being convex and falling.
    """
    wanted = np.maximum(np.asarray(loss, dtype=np.float64), 1e-200)
    z = np.where(wanted > 0.4, -wanted + 0.4, np.sqrt(np.maximum(-2 * np.log(wanted / 0.4), 0.0)))
    for _ in range(_NEWTON_STEPS):
        found = np.maximum(unit_normal_loss(z), 1e-300)
        # In logarithms the tail is nearly a parabola, so the steps stay good where G itself is flat.
        step = np.log(found / wanted) * found / np.maximum(special.ndtr(-z), 1e-300)
        z = np.minimum(z + np.clip(step, -2.0, 2.0), 30.0)
        if np.all(np.abs(step) < 1e-12):
            break
    return np.asarray(z, dtype=np.float64)


def safety_stock_both_variances(
    service_level: ArrayLike,
    *,
    demand_mean: ArrayLike,
    demand_std: ArrayLike,
    lead_time_mean: ArrayLike,
    lead_time_std: ArrayLike,
) -> Floats:
    """Return z sqrt(mu_L s_D^2 + mu_D^2 s_L^2) for a cycle service level.

    Parameters
    ----------
    service_level : array_like
        Share of cycles without stock-out, between 0 and 1.
    demand_mean, demand_std, lead_time_mean, lead_time_std : array_like
        As in ``lead_time_demand_std``.

    Returns
    -------
    ndarray
        Units.

    Notes
    -----
    Demand over the lead time is taken as normal: too low a stock for skewed and intermittent demand.
    Source: Chopra & Meindl, chapter 12; Silver, Pyke & Thomas (2017), chapter 6.
    """
    std = lead_time_demand_std(
        demand_std, demand_mean=demand_mean, lead_time_mean=lead_time_mean, lead_time_std=lead_time_std
    )
    return np.asarray(special.ndtri(np.asarray(service_level, dtype=np.float64)) * std, dtype=np.float64)


def safety_factor_for_fill_rate(fill_rate: ArrayLike, *, lot_size: ArrayLike, std: ArrayLike) -> Floats:
    """Return the factor z that ships a share of units from stock, G(z) = (1 - fill rate) Q / std.

    Parameters
    ----------
    fill_rate : array_like
        Between 0 and 1.
    lot_size : array_like
        Q, units a cycle, above 0.
    std : array_like
        Deviation of demand over the protection time, units, above 0.

    Returns
    -------
    ndarray
        z, negative where the lot alone nearly suffices.

    Notes
    -----
    Source: Silver, Pyke & Thomas (2017), chapter 6, specified fraction P2 (complete backordering,
    shortage at a cycle's start neglected).
    """
    return invert_unit_normal_loss((1 - np.asarray(fill_rate)) * np.asarray(lot_size) / np.asarray(std))
