"""Value one customer at a time by the plainest form of each formula, for the tests to compare with."""

import itertools
import math

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, special, stats

from rantai_engines.valuation.solution import PurchaseParameters, ValueParameters


def fold_customer(days: list[int], amounts: list[float], *, until_day: int) -> tuple[int, int, int, float, float]:
    """Return repeats x, t_x and T in days, the net amount, and the mean amount of a repeat, of one customer."""
    by_day: dict[int, float] = {}
    returned: dict[int, float] = {}
    for day, amount in sorted(zip(days, amounts, strict=True), key=lambda line: line[0]):
        by_day[day] = by_day.get(day, 0.0) + amount
        if amount < 0:
            returned[day] = returned.get(day, 0.0) - amount
    occasions = sorted(
        day for day, total in by_day.items() if total >= 0 and (day not in returned or total > 1e-9 * returned[day])
    )
    net = sum(amounts)
    if not occasions:
        return 0, -1, -1, net, math.nan
    gross = sum(by_day[day] for day in occasions)
    repeats = occasions[1:]
    kept = min(max(net / gross, 0.0), 1.0) if gross > 0 else 0.0
    mean = sum(by_day[day] for day in repeats) / len(repeats) * kept if repeats else math.nan
    return len(repeats), occasions[-1] - occasions[0], until_day - occasions[0], net, mean


def likelihood(m: PurchaseParameters, *, x: int, t_x: float, age: float) -> float:
    """Return the likelihood of one customer by integrating over everybody it might be.

    Fader, Hardie & Lee (2005) equation 3, mixed over Gamma(r, alpha) and Beta(a, b) by quadrature instead of by
    their closed form.
    """

    def given_rate(rate: float) -> float:
        stayed = special.beta(m.a, m.b + x) / special.beta(m.a, m.b) * rate**x * math.exp(-rate * age)
        if x == 0:
            return float(stayed)
        gone = special.beta(m.a + 1, m.b + x - 1) / special.beta(m.a, m.b) * rate**x * math.exp(-rate * t_x)
        return float(stayed + gone)

    def weighted(rate: float) -> float:
        return given_rate(rate) * float(stats.gamma.pdf(rate, m.r, scale=1 / m.alpha))

    # The density of a small r has a pole at nought, so the first stretch is taken apart.
    edge = 1e-6
    first = given_rate(0.0) * float(stats.gamma.cdf(edge, m.r, scale=1 / m.alpha))
    pieces = [edge, 1e-4, 1e-2, 0.1, 1.0, 10.0, 200.0]
    rest = sum(integrate.quad(weighted, a, b, epsabs=0, epsrel=1e-10)[0] for a, b in itertools.pairwise(pieces))
    return first + float(rest)


def expected_purchases(m: PurchaseParameters, *, x: int, t_x: float, age: float, horizon: float) -> float:
    """Return Fader, Hardie & Lee (2005) equation 10 word for word, with SciPy's hypergeometric function."""
    z = horizon / (m.alpha + age + horizon)
    series = special.hyp2f1(m.r + x, m.b + x, m.a + m.b + x - 1, z)
    left = (m.alpha + age) / (m.alpha + age + horizon)
    top = (m.a + m.b + x - 1) / (m.a - 1) * (1 - left ** (m.r + x) * series)
    return float(top * probability_alive(m, x=x, t_x=t_x, age=age))


def expected_purchases_by_quadrature(m: PurchaseParameters, *, x: int, t_x: float, age: float, horizon: float) -> float:
    """Return the same without any hypergeometric function: mix over the dropout p of a customer who is alive.

    Given p, rates are Gamma(r + x, alpha + T) and purchases stop at rate (rate x p): the expectation is
    (1 / p) (1 - ((alpha + T) / (alpha + T + p t))^(r + x)).
    """

    def weighted(p: float) -> float:
        left = (m.alpha + age) / (m.alpha + age + p * horizon)
        return float((1 - left ** (m.r + x)) / p * stats.beta.pdf(p, m.a, m.b + x))

    total = integrate.quad(weighted, 1e-12, 1, limit=500, points=[1e-6, 1e-4, 1e-2, 0.1])[0]
    return float(total) * probability_alive(m, x=x, t_x=t_x, age=age)


def probability_alive(m: PurchaseParameters, *, x: int, t_x: float, age: float) -> float:
    """Return Fader, Hardie & Lee (2008) equation 1."""
    if x == 0:
        return 1.0
    odds: float = m.a / (m.b + x - 1) * ((m.alpha + age) / (m.alpha + t_x)) ** (m.r + x)
    return 1 / (1 + odds)


def value_likelihood(m: ValueParameters, *, x: int, average: float) -> float:
    """Return the likelihood of a mean amount by integrating over the customers' scale (Fader & Hardie 2013)."""

    def weighted(nu: float) -> float:
        given = stats.gamma.pdf(average, m.p * x, scale=1 / (nu * x))
        return float(given * stats.gamma.pdf(nu, m.q, scale=1 / m.v))

    return float(integrate.quad(weighted, 0, np.inf, limit=500)[0])


def simulate_purchases(
    m: PurchaseParameters, *, ages: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw x and t_x of customers aged T from the model's own story, one purchase at a time."""
    chance = np.random.default_rng(seed)
    x = np.zeros(ages.size, dtype=np.int64)
    t_x = np.zeros(ages.size)
    for customer, age in enumerate(ages):
        rate, leave = chance.gamma(m.r, 1 / m.alpha), chance.beta(m.a, m.b)
        clock = chance.exponential(1 / rate) if rate > 0 else math.inf
        while clock <= age:
            x[customer] += 1
            t_x[customer] = clock
            if chance.random() < leave:
                break
            clock += chance.exponential(1 / rate)
    return x, t_x
