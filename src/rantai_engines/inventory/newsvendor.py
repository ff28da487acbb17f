"""Decide one order before one season of uncertain demand."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from rantai_engines import arrays

Floats = NDArray[np.float64]


def newsvendor_normal(
    mean: ArrayLike, *, std: ArrayLike, holding_cost: ArrayLike, shortage_cost: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the best level and its expected cost for normal demand.

    Parameters
    ----------
    mean, std : array_like
        Units.
    holding_cost, shortage_cost : array_like
        Money for each unit left, and for each unit missing.

    Returns
    -------
    level : ndarray
        mu + z sigma with Phi(z) = p / (p + h), units.
    cost : ndarray
        (h + p) sigma phi(z), money.

    Notes
    -----
    Source: Snyder & Shen (2019), Fundamentals of Supply Chain Theory, equations 4.24, 4.30 and 4.37.

    Examples
    --------
    Snyder & Shen, example 4.3.

    >>> level, cost = newsvendor_normal(50, std=8, holding_cost=0.18, shortage_cost=0.7)
    >>> float(level.round(2)), float(cost.round(4))
    (56.6, 1.9976)
    """
    h, p = np.asarray(holding_cost, dtype=np.float64), np.asarray(shortage_cost, dtype=np.float64)
    z = special.ndtri(p / (p + h))
    cost = (h + p) * np.asarray(std) * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return np.asarray(np.asarray(mean) + z * np.asarray(std)), np.asarray(cost)


def newsvendor_poisson(mean: ArrayLike, *, holding_cost: ArrayLike, shortage_cost: ArrayLike) -> tuple[Floats, Floats]:
    """Return the best whole level and its expected cost for Poisson demand.

    Parameters
    ----------
    mean : array_like
        Units, 0 or more.
    holding_cost, shortage_cost : array_like
        Money for each unit left, and for each unit missing.

    Returns
    -------
    level : ndarray
        The smallest S with P(D <= S) >= p / (p + h), units.
    cost : ndarray
        h E(S - D)+ + p E(D - S)+, money.

    Notes
    -----
    Source: Snyder & Shen (2019), chapter 4, newsvendor with discrete demand.
    """
    mu = np.asarray(mean, dtype=np.float64)
    h, p = np.asarray(holding_cost, dtype=np.float64), np.asarray(shortage_cost, dtype=np.float64)
    level = np.maximum(stats.poisson.ppf(p / (p + h), mu), 0.0)
    missing = -(level - mu) * stats.poisson.sf(level, mu) + mu * stats.poisson.pmf(level, mu)
    return np.asarray(level), np.asarray(h * (level - mu + missing) + p * missing)


def newsvendor_discrete(
    values: Floats, *, weights: Floats, holding_cost: float, shortage_cost: float
) -> tuple[float, float]:
    """Return the best level and its expected cost for a demand of listed values.

    Parameters
    ----------
    values, weights : ndarray, shape (n,)
        Possible demands, units, in any order, and their chances or counts.
    holding_cost, shortage_cost : float
        Money for each unit left, and for each unit missing.

    Returns
    -------
    level, cost : float
        Units, money.

    Raises
    ------
    InvalidProblem
        If there is no value, or the weights do not sum above 0.

    Notes
    -----
    Source: Snyder & Shen (2019), chapter 4, newsvendor with discrete demand. Complexity n log n.
    """
    if values.size == 0 or not weights.sum() > 0:
        raise arrays.InvalidProblem("values", "there is no demand to choose from", "give a value of positive weight")
    order = np.argsort(values)
    demand, chance = values[order], weights[order] / weights.sum()
    reached = np.cumsum(chance) >= shortage_cost / (shortage_cost + holding_cost) - 1e-12
    level = float(demand[int(np.argmax(reached))])
    left, missing = np.maximum(level - demand, 0.0), np.maximum(demand - level, 0.0)
    return level, float(chance @ (holding_cost * left + shortage_cost * missing))


def newsvendor_lognormal(
    log_mean: ArrayLike, *, log_std: ArrayLike, holding_cost: ArrayLike, shortage_cost: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the best level and its expected cost for lognormal demand.

    Parameters
    ----------
    log_mean, log_std : array_like
        Mean and deviation of the logarithm of demand in units.
    holding_cost, shortage_cost : array_like
        Money for each unit left, and for each unit missing.

    Returns
    -------
    level, cost : ndarray
        Units; money.

    Notes
    -----
    Source: Snyder & Shen (2019), chapter 4, newsvendor with continuous demand. The shortage is the Black-Scholes form
    of a lognormal's partial mean.
    """
    h, p = np.asarray(holding_cost, dtype=np.float64), np.asarray(shortage_cost, dtype=np.float64)
    mu, sigma = np.asarray(log_mean, dtype=np.float64), np.asarray(log_std, dtype=np.float64)
    z = special.ndtri(p / (p + h))
    level = np.exp(mu + z * sigma)
    mean = np.exp(mu + sigma**2 / 2)
    missing = mean * special.ndtr(sigma - z) - level * special.ndtr(-z)
    return np.asarray(level), np.asarray(h * (level - mean + missing) + p * missing)


def newsvendor_profit(
    mean: ArrayLike, *, std: ArrayLike, price: ArrayLike, unit_cost: ArrayLike, salvage: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the best level and its expected profit where a season has a price, a cost and a salvage value.

    Parameters
    ----------
    mean, std : array_like
        Of normal demand, units.
    price, unit_cost, salvage : array_like
        Money/unit; the cost between the two others.

    Returns
    -------
    level, profit : ndarray
        Units; money.

    Notes
    -----
    Source: Snyder & Shen (2019), example 4.2: a unit left costs c - v, a unit missing r - c.
    """
    over, under = np.subtract(unit_cost, salvage), np.subtract(price, unit_cost)
    level, cost = newsvendor_normal(mean, std=std, holding_cost=over, shortage_cost=under)
    return level, np.asarray(under * np.asarray(mean) - cost)
