"""Fit what customers spend at an occasion (Gamma-Gamma).

Source: Fader & Hardie (2013), "The Gamma-Gamma model of monetary value": likelihood equation 1a, conditional
expectation equation 5. It assumes that what is spent does not depend on how often.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from rantai_engines.valuation.solution import ValueParameters

Floats = NDArray[np.float64]

_LOWEST_Q = 1.05
_BOUND = 12.0
_STARTS = np.log(np.array([[6.0, 4.0, 0.5], [1.0, 3.0, 2.0], [30.0, 10.0, 0.3]]))


def log_likelihood_terms(theta: Floats, frequency: Floats, average: Floats) -> tuple[Floats, Floats]:
    """Return each customer's log-likelihood with its gradient in the logarithms of p, q and v.

    Parameters
    ----------
    theta : ndarray, shape (3,)
        Logarithms of p, q, v (money).
    frequency, average : ndarray, shape (n,)
        Repeats x (> 0) and their mean amount (> 0, money).

    Returns
    -------
    log_likelihood : ndarray, shape (n,)
    gradient : ndarray, shape (3, n)
    """
    p, q, v = np.exp(theta)
    x, m = frequency, average
    total = x * m
    log_total, log_sum = np.log(total), np.log(total + v)
    terms = special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q)
    terms += q * np.log(v) + p * x * log_total - np.log(m) - (p * x + q) * log_sum
    shared = special.psi(p * x + q) - log_sum
    gradient = np.stack(
        [
            p * x * (shared - special.psi(p * x) + log_total),
            q * (shared - special.psi(q) + np.log(v)),
            q - v * (p * x + q) / (total + v),
        ]
    )
    return terms, gradient


def fit_values(frequency: Floats, *, average: Floats) -> tuple[ValueParameters, float, bool]:
    """Fit p, q and v by maximum likelihood, with q held at 1.05 or more so that a mean exists.

    Parameters
    ----------
    frequency, average : ndarray, shape (n,)
        Repeats x (> 0) and their mean amount (> 0, money).

    Returns
    -------
    parameters : ValueParameters
    log_likelihood : float
    inside : bool
        False where a bound binds.

    Notes
    -----
    Amounts are fitted in units of their mean and v is scaled back, so a change of currency changes v alone.
    """
    scale = float(np.mean(average))
    bounds = [(-_BOUND, _BOUND), (np.log(_LOWEST_Q), _BOUND), (-_BOUND, _BOUND)]

    def cost(theta: Floats) -> tuple[float, Floats]:
        terms, gradient = log_likelihood_terms(theta, frequency, average / scale)
        return -float(terms.mean()), -gradient.mean(axis=1)

    options = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 400}
    tries = [
        optimize.minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options) for start in _STARTS
    ]
    best = min(tries, key=lambda found: float(found.fun))
    p, q, v = (float(value) for value in np.exp(best.x))
    found = ValueParameters(p=p, q=q, v=v * scale)
    terms, _ = log_likelihood_terms(np.log([found.p, found.q, found.v]), frequency, average)
    inside = all(low + 1e-3 < at < high - 1e-3 for at, (low, high) in zip(best.x, bounds, strict=True))
    return found, float(terms.sum()), inside


def expected_value(parameters: ValueParameters, *, frequency: Floats, average: Floats) -> Floats:
    """Return the expected amount of one occasion of each customer.

    Parameters
    ----------
    parameters : ValueParameters
    frequency, average : ndarray, shape (n_customers,)
        Repeats x and their mean amount; the average of a customer without a repeat is not looked at.

    Returns
    -------
    ndarray, shape (n_customers,)
        Money: p (v + x m) / (p x + q - 1), a mean of the customer's own average and everybody's.
    """
    m = parameters
    spent = np.where(frequency > 0, frequency * average, 0.0)
    value: Floats = m.p * (m.v + spent) / (m.p * frequency + m.q - 1)
    return value
