"""Hold what a valuation found out about every customer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseParameters:
    """Fitted BG/NBD: purchase rates are Gamma(r, alpha per period), dropout after a purchase is Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueParameters:
    """Fitted Gamma-Gamma: amounts are Gamma(p, nu) for one customer, nu is Gamma(q, v money) over customers."""

    p: float
    q: float
    v: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuationSolution:
    """What each customer did and is expected to do; every array has shape (n_customers,).

    Attributes
    ----------
    purchases : ndarray of int64
        Purchase occasions (see ``ValuationProblem``).
    frequency : ndarray of int64
        Repeat occasions x, i.e. `purchases` less the first; 0 where there is none.
    recency_days, age_days, idle_days : ndarray of int64
        Days from the first to the last occasion (t_x), from the first to the end (T), from the last to the end;
        -1 for a customer who never bought.
    net_amount : ndarray
        Sum of all amounts, returns taken off, money.
    average_amount : ndarray
        Mean amount of the repeat occasions times the share of sales that was not returned; NaN without a repeat.
    recency_score, frequency_score, monetary_score : ndarray of int8
        Quintiles 1 to 5 (5 the most recent, frequent, valuable) by rank among those who bought; equals share a score;
        0 for a customer who never bought.
    probability_alive : ndarray
        0 to 1; 0 for a customer who never bought.
    expected_purchases : ndarray
        Occasions expected in the horizon.
    expected_value : ndarray
        Expected margin of one occasion, money.
    lifetime_value : ndarray
        Expected margin of the horizon, discounted, money.
    purchase_parameters, value_parameters : PurchaseParameters, ValueParameters or None
        What was fitted; None where nobody bought, or where the fallback has no such parameters.
    log_likelihood, value_log_likelihood : float
        At the parameters (without any prior); NaN where there are none.
    purchase_method : str
        ``bgnbd`` (maximum likelihood), ``bgnbd_prior`` (maximum a posteriori, data too thin) or ``none``.
    value_method : str
        ``gamma_gamma``, ``gamma_gamma_bounded`` (q held above 1 so that a mean exists), ``shrunk_mean`` or ``none``.
    reasons : tuple of str
        Codes that say why a method is not the first of its list: ``no_purchases``, ``few_repeat_customers``,
        ``no_time_passed``, ``likelihood_without_maximum``, ``few_repeat_amounts``, ``amounts_all_equal``.
    """

    purchases: NDArray[np.int64]
    frequency: NDArray[np.int64]
    recency_days: NDArray[np.int64]
    age_days: NDArray[np.int64]
    idle_days: NDArray[np.int64]
    net_amount: NDArray[np.float64]
    average_amount: NDArray[np.float64]
    recency_score: NDArray[np.int8]
    frequency_score: NDArray[np.int8]
    monetary_score: NDArray[np.int8]
    probability_alive: NDArray[np.float64]
    expected_purchases: NDArray[np.float64]
    expected_value: NDArray[np.float64]
    lifetime_value: NDArray[np.float64]
    purchase_parameters: PurchaseParameters | None
    value_parameters: ValueParameters | None
    log_likelihood: float
    value_log_likelihood: float
    purchase_method: str
    value_method: str
    reasons: tuple[str, ...]

    @property
    def method(self) -> str:
        """Both methods in one word, for people and records."""
        return f"{self.purchase_method}+{self.value_method}"

    def parameters(self) -> dict[str, float]:
        """Return the fitted parameters under the names that a benchmark prints: r, alpha, a, b; p, q, v."""
        found: dict[str, float] = {}
        if self.purchase_parameters is not None:
            bought = self.purchase_parameters
            found |= {"r": bought.r, "alpha": bought.alpha, "a": bought.a, "b": bought.b}
        if self.value_parameters is not None:
            valued = self.value_parameters
            found |= {"p": valued.p, "q": valued.q, "v": valued.v}
        return found
