"""Value customers: what they did, whether they are still there, what they will bring."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines.valuation import _kernels, bgnbd, gamma_gamma, rfm
from rantai_engines.valuation.params import ValuationParams
from rantai_engines.valuation.problem import ValuationProblem
from rantai_engines.valuation.solution import PurchaseParameters, ValuationSolution, ValueParameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DISCOUNT_STEP_DAYS = 30
_MOST_STEPS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class _History:
    """What the lines say before any model: (n_customers,) each, days as whole numbers."""

    bought: NDArray[np.bool_]
    purchases: Ints
    frequency: Ints
    recency: Ints
    age: Ints
    idle: Ints
    net: Floats
    average: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class _Purchases:
    parameters: PurchaseParameters | None
    log_likelihood: float
    method: str
    reasons: tuple[str, ...]
    alive: Floats
    expected: Floats
    discounted: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class _Values:
    parameters: ValueParameters | None
    log_likelihood: float
    method: str
    reasons: tuple[str, ...]
    expected: Floats


def solve(problem: ValuationProblem, *, params: ValuationParams, seed: int) -> ValuationSolution:
    """Value every customer of a problem.

    Parameters
    ----------
    problem : ValuationProblem
        Transactions in CSR form; days, money.
    params : ValuationParams
        Horizon, discount, margin.
    seed : int
        Unused: the fit starts from fixed points. It is part of every engine's door.

    Returns
    -------
    ValuationSolution
        Arrays of shape (n_customers,), the fitted parameters, and the methods that were used with the reasons for
        any fallback.

    Notes
    -----
    Lifetime value is the sum over at most 24 equal steps of the horizon of (purchases expected in the step) x
    (expected margin of one) x (1 + d)^(-end of the step in years): GLOSSARY 4.3, non-contractual. It counts future
    purchases only. The purchase model's assumptions (steady rates while alive, no season, leaving only after a
    purchase) make it unfit for contracts and for strongly seasonal buyers.
    Complexity: n log n in lines within a customer, linear in customers.
    """
    history = _fold_history(problem)
    purchases = _model_purchases(history, params)
    values = _model_values(history, params)
    return ValuationSolution(
        purchases=history.purchases,
        frequency=history.frequency,
        recency_days=history.recency,
        age_days=history.age,
        idle_days=history.idle,
        net_amount=history.net,
        average_amount=history.average,
        recency_score=rfm.score_quintiles(-history.idle.astype(np.float64), among=history.bought),
        frequency_score=rfm.score_quintiles(history.purchases.astype(np.float64), among=history.bought),
        monetary_score=rfm.score_quintiles(history.net, among=history.bought),
        probability_alive=purchases.alive,
        expected_purchases=purchases.expected,
        expected_value=values.expected,
        lifetime_value=purchases.discounted * values.expected,
        purchase_parameters=purchases.parameters,
        value_parameters=values.parameters,
        log_likelihood=purchases.log_likelihood,
        value_log_likelihood=values.log_likelihood,
        purchase_method=purchases.method,
        value_method=values.method,
        reasons=purchases.reasons + values.reasons,
    )


def _fold_history(problem: ValuationProblem) -> _History:
    n = problem.n_customers
    count, first, last = np.zeros((3, n), dtype=np.int64)
    sums = np.zeros((n, 3))
    _kernels.fold_occasions(problem.offsets, problem.days, problem.amounts, count, first, last, sums)
    bought = count > 0
    frequency = np.maximum(count - 1, 0)
    # Returns often come long after their sale, so they lower every occasion alike.
    kept = np.clip(np.divide(sums[:, 0], sums[:, 1], out=np.zeros(n), where=sums[:, 1] > 0), 0.0, 1.0)
    average = np.divide(sums[:, 2] * kept, frequency, out=np.full(n, np.nan), where=frequency > 0)
    return _History(
        bought=bought,
        purchases=count,
        frequency=frequency,
        recency=np.where(bought, last - first, -1),
        age=np.where(bought, problem.until_day - first, -1),
        idle=np.where(bought, problem.until_day - last, -1),
        net=sums[:, 0],
        average=average,
    )


def _model_purchases(history: _History, params: ValuationParams) -> _Purchases:
    n = history.bought.size
    who = history.bought
    if not who.any():
        nothing = np.zeros(n)
        return _Purchases(
            parameters=None,
            log_likelihood=float("nan"),
            method="none",
            reasons=("no_purchases",),
            alive=nothing,
            expected=nothing.copy(),
            discounted=nothing.copy(),
        )
    x = history.frequency[who].astype(np.float64)
    recency = history.recency[who] / params.days_per_period
    age = history.age[who] / params.days_per_period
    model, log_likelihood, reasons = _fit_purchases(x, recency, age, params)
    alive = bgnbd.probability_alive(model, frequency=x, recency=recency, age=age)
    expected, discounted = _look_ahead(model, x, age, alive, params)
    return _Purchases(
        parameters=model,
        log_likelihood=log_likelihood,
        method="bgnbd_prior" if reasons else "bgnbd",
        reasons=reasons,
        alive=_spread(alive, who),
        expected=_spread(expected, who),
        discounted=_spread(discounted, who),
    )


def _fit_purchases(
    x: Floats, recency: Floats, age: Floats, params: ValuationParams
) -> tuple[PurchaseParameters, float, tuple[str, ...]]:
    reasons: list[str] = []
    if int((x > 0).sum()) < params.min_repeat_customers:
        reasons.append("few_repeat_customers")
    if age.max() <= 0:
        reasons.append("no_time_passed")
    if not reasons:
        model, log_likelihood, inside = bgnbd.fit_purchases(x, recency=recency, age=age, with_prior=False)
        if inside:
            return model, log_likelihood, ()
        reasons.append("likelihood_without_maximum")
    model, log_likelihood, _ = bgnbd.fit_purchases(x, recency=recency, age=age, with_prior=True)
    return model, log_likelihood, tuple(reasons)


def _look_ahead(
    model: PurchaseParameters, x: Floats, age: Floats, alive: Floats, params: ValuationParams
) -> tuple[Floats, Floats]:
    n_steps = int(np.clip(-(-params.horizon_days // _DISCOUNT_STEP_DAYS), 1, _MOST_STEPS))
    ends_days = params.horizon_days * np.arange(1, n_steps + 1) / n_steps
    discounts = (1 + params.discount_rate_per_year) ** (-ends_days / 365)
    expected, discounted = np.zeros((2, x.size))
    letters = (model.r, model.alpha, model.a, model.b)
    steps = ends_days / params.days_per_period
    _kernels.expect_discounted(x, age, alive, letters, steps, discounts, expected, discounted)
    return expected, discounted


def _model_values(history: _History, params: ValuationParams) -> _Values:
    n = history.bought.size
    if not history.bought.any():
        return _Values(parameters=None, log_likelihood=float("nan"), method="none", reasons=(), expected=np.zeros(n))
    repeats = (history.frequency > 0) & (history.average > 0)
    x, average = history.frequency[repeats].astype(np.float64), history.average[repeats]
    reason = ""
    if x.size < params.min_repeat_customers:
        reason = "few_repeat_amounts"
    elif np.ptp(average) <= 1e-9 * average.max():
        reason = "amounts_all_equal"
    if reason:
        expected = _shrink_means(history) * params.margin_share
        return _Values(
            parameters=None, log_likelihood=float("nan"), method="shrunk_mean", reasons=(reason,), expected=expected
        )
    model, log_likelihood, inside = gamma_gamma.fit_values(x, average=average)
    usable = np.where(repeats, history.frequency, 0).astype(np.float64)
    expected = gamma_gamma.expected_value(model, frequency=usable, average=history.average)
    # Who gave everything back is expected to keep nothing, which the model cannot say.
    expected[history.bought & (history.net <= 0)] = 0.0
    return _Values(
        parameters=model,
        log_likelihood=log_likelihood,
        method="gamma_gamma" if inside else "gamma_gamma_bounded",
        reasons=(),
        expected=np.where(history.bought, expected, 0.0) * params.margin_share,
    )


def _shrink_means(history: _History) -> Floats:
    """Average each customer's net amount an occasion with everybody's, which weighs as one occasion."""
    who = history.bought
    net = np.maximum(history.net, 0.0)
    overall = float(net[who].sum() / history.purchases[who].sum())
    return np.where(who, (net + overall) / (history.purchases + 1), 0.0)


def _spread(some: Floats, who: NDArray[np.bool_]) -> Floats:
    every = np.zeros(who.size)
    every[who] = some
    return every
