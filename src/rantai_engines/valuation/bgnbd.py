"""Fit how often customers buy and when they silently leave (BG/NBD).

Source: Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24(2): likelihood
equation 6, probability alive from equation 7's terms, expected purchases equation 10.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from rantai_engines.valuation.solution import PurchaseParameters

Floats = NDArray[np.float64]

_BOUND = 9.0
_STARTS = np.log(
    np.array([[0.25, 4.0, 0.8, 2.4], [1.0, 10.0, 1.0, 1.0], [0.5, 30.0, 0.1, 1.0], [3.0, 30.0, 2.0, 10.0]])
)
_PRIOR_MEAN = np.log(np.array([0.5, 10.0, 0.8, 2.5]))
_PRIOR_SCALE = 1.0
_SAMPLE = 4_000


def log_likelihood_terms(theta: Floats, frequency: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats]:
    """Return each customer's log-likelihood with its gradient in the logarithms of the parameters.

    Parameters
    ----------
    theta : ndarray, shape (4,)
        Logarithms of r, alpha (periods), a, b.
    frequency, recency, age : ndarray, shape (n,)
        x (>= 0), t_x and T (periods, 0 <= t_x <= T).

    Returns
    -------
    log_likelihood : ndarray, shape (n,)
    gradient : ndarray, shape (4, n)

    Notes
    -----
    Equation 6 as A1 + A2 + ln(e^A3 + [x > 0] e^A4) of the authors' note on its implementation, so that nothing
    overflows for customers with thousands of purchases.
    """
    r, alpha, a, b = np.exp(theta)
    x, repeats = frequency, frequency > 0
    log_age, log_last = np.log(alpha + age), np.log(alpha + recency)
    left = np.where(repeats, b + x - 1, 1.0)
    stayed = -(r + x) * log_age
    gone = np.where(repeats, np.log(a) - np.log(left) - (r + x) * log_last, -np.inf)
    either = np.logaddexp(stayed, gone)
    share_stayed, share_gone = np.exp(stayed - either), np.exp(gone - either)
    terms = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    terms += special.gammaln(a + b) + special.gammaln(b + x) - special.gammaln(b) - special.gammaln(a + b + x) + either
    both = special.psi(a + b) - special.psi(a + b + x)
    gradient = np.stack(
        [
            r * (special.psi(r + x) - special.psi(r) + np.log(alpha) - share_stayed * log_age - share_gone * log_last),
            r - alpha * (r + x) * (share_stayed / (alpha + age) + share_gone / (alpha + recency)),
            a * both + share_gone,
            b * (both + special.psi(b + x) - special.psi(b) - share_gone / left),
        ]
    )
    return terms, gradient


def fit_purchases(
    frequency: Floats, *, recency: Floats, age: Floats, with_prior: bool
) -> tuple[PurchaseParameters, float, bool]:
    """Fit the four parameters by maximum likelihood, or with a weak prior where the data are too thin.

    Parameters
    ----------
    frequency, recency, age : ndarray, shape (n_customers,)
        x, t_x and T in periods.
    with_prior : bool
        Add a normal prior of scale 1 on each logarithm about r .5, alpha 10, a .8, b 2.5: then a maximum always
        exists, even for one customer with one purchase.

    Returns
    -------
    parameters : PurchaseParameters
    log_likelihood : float
        Without the prior.
    inside : bool
        Whether the maximum lies inside the range searched (e^-9 to e^9); if not, the likelihood has none.

    Notes
    -----
    Customers of equal (x, t_x, T) are counted once with a weight. Four starts are tried on at most 4,000 distinct
    rows, evenly spaced in sorted order, and the best goes on over all of them: the outcome does not depend on the
    order of the customers.
    """
    rows, weights = np.unique(np.stack([frequency, recency, age], axis=1), axis=0, return_counts=True)
    counts = weights.astype(np.float64)
    every = max(1, -(-len(rows) // _SAMPLE))
    tries = [_maximise(start, rows[::every], counts[::every], with_prior) for start in _STARTS]
    best = min(tries, key=lambda found: float(found.fun))
    final = _maximise(best.x, rows, counts, with_prior)
    terms, _ = log_likelihood_terms(final.x, rows[:, 0], rows[:, 1], rows[:, 2])
    r, alpha, a, b = (float(value) for value in np.exp(final.x))
    inside = bool((np.abs(final.x) < _BOUND - 1e-3).all())
    return PurchaseParameters(r=r, alpha=alpha, a=a, b=b), float(terms @ counts), inside


def _maximise(start: Floats, rows: Floats, counts: Floats, with_prior: bool) -> optimize.OptimizeResult:
    total = counts.sum()

    def cost(theta: Floats) -> tuple[float, Floats]:
        terms, gradient = log_likelihood_terms(theta, rows[:, 0], rows[:, 1], rows[:, 2])
        away = (theta - _PRIOR_MEAN) / _PRIOR_SCALE if with_prior else np.zeros(4)
        value = -float(terms @ counts) + 0.5 * float(away @ away)
        return value / total, (-(gradient @ counts) + away / _PRIOR_SCALE) / total

    return optimize.minimize(
        cost,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_BOUND, _BOUND)] * 4,
        options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 400},
    )


def probability_alive(parameters: PurchaseParameters, *, frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """Return the probability that each customer is still active.

    Parameters
    ----------
    parameters : PurchaseParameters
    frequency, recency, age : ndarray, shape (n_customers,)
        x, t_x and T in periods.

    Returns
    -------
    ndarray, shape (n_customers,)
        0 to 1; exactly 1 without a repeat, for the model lets a customer leave only after a repeat purchase.

    Notes
    -----
    Source: Fader, Hardie & Lee (2008), "Computing P(alive) using the BG/NBD model", equation 1.
    """
    m = parameters
    left = np.where(frequency > 0, m.b + frequency - 1, 1.0)
    odds = np.log(m.a) - np.log(left) + (m.r + frequency) * (np.log(m.alpha + age) - np.log(m.alpha + recency))
    alive: Floats = np.where(frequency > 0, special.expit(-odds), 1.0)
    return alive
