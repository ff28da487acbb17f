"""The purchase and value models agree with the literature and with their plainest form."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.valuation import _kernels, bgnbd, gamma_gamma, reference
from rantai_engines.valuation.solution import PurchaseParameters, ValueParameters

CDNOW = PurchaseParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
SPENDING = ValueParameters(p=6.25, q=3.74, v=15.44)


def expect(m: PurchaseParameters, *, x: int, age: float, horizon: float) -> float:
    return float(_kernels._expect(float(x), age, horizon, m.r, m.alpha, m.a, m.b))


def test_it_expects_what_the_authors_print_for_customer_one() -> None:
    # Fader, Hardie & Lee (2005), "Implementing the BG/NBD model in Excel", section 4: E(Y(39) | 2, 30.43, 38.86).
    alive = bgnbd.probability_alive(CDNOW, frequency=np.array([2.0]), recency=np.array([30.43]), age=np.array([38.86]))

    expected = alive[0] * expect(CDNOW, x=2, age=38.86, horizon=39)

    assert expected == pytest.approx(1.226, abs=5e-4)


def test_it_expects_the_population_mean_of_a_customer_without_a_repeat() -> None:
    # Fader & Hardie (2013), section 4: with p 6.25, q 3.74, v 15.44 the mean of the population is $35.2.
    value = gamma_gamma.expected_value(SPENDING, frequency=np.array([0.0]), average=np.array([np.nan]))

    assert value[0] == pytest.approx(6.25 * 15.44 / 2.74)


purchase_models = st.builds(
    PurchaseParameters,
    r=st.floats(0.05, 8),
    alpha=st.floats(0.5, 60),
    a=st.floats(0.05, 8).filter(lambda a: abs(a - 1) > 1e-3),
    b=st.floats(0.05, 12),
).filter(lambda m: abs(m.a + m.b - 1) > 1e-3)


@settings(max_examples=60, deadline=None)
@given(m=purchase_models, x=st.integers(0, 60), age=st.floats(1, 200), horizon=st.floats(0.1, 150))
def test_the_kernel_equals_equation_10(m: PurchaseParameters, x: int, age: float, horizon: float) -> None:
    found = reference.probability_alive(m, x=x, t_x=age, age=age) * expect(m, x=x, age=age, horizon=horizon)

    assert found == pytest.approx(
        reference.expected_purchases(m, x=x, t_x=age, age=age, horizon=horizon), rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize("a", [0.8, 1.0, 1.0000001, 2.5, 30.0])
@pytest.mark.parametrize("x", [0, 3, 400])
def test_the_kernel_equals_quadrature_where_the_closed_form_is_singular(a: float, x: int) -> None:
    m = PurchaseParameters(r=0.7, alpha=6.0, a=a, b=2.0)

    found = reference.probability_alive(m, x=x, t_x=40, age=52) * expect(m, x=x, age=52, horizon=52)

    assert found == pytest.approx(
        reference.expected_purchases_by_quadrature(m, x=x, t_x=40, age=52, horizon=52), rel=2e-5
    )


@pytest.mark.parametrize("b", [0.5, 0.5000001, 0.3])
def test_the_kernel_passes_through_the_singularity_of_a_newcomer(b: float) -> None:
    m = PurchaseParameters(r=0.7, alpha=6.0, a=0.5, b=b)

    found = expect(m, x=0, age=52, horizon=52)

    by_quadrature = reference.expected_purchases_by_quadrature(m, x=0, t_x=0, age=52, horizon=52)
    assert found == pytest.approx(by_quadrature, rel=1e-3)


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 20.0), (1, 3.0, 38.0), (2, 30.43, 38.86), (14, 30.0, 31.0)])
def test_the_likelihood_equals_the_mixture_it_stands_for(x: int, t_x: float, age: float) -> None:
    theta = np.log([CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b])

    terms, _ = bgnbd.log_likelihood_terms(theta, np.array([float(x)]), np.array([t_x]), np.array([age]))

    assert np.exp(terms[0]) == pytest.approx(reference.likelihood(CDNOW, x=x, t_x=t_x, age=age), rel=1e-4)


def test_the_value_likelihood_equals_the_mixture_it_stands_for() -> None:
    theta = np.log([SPENDING.p, SPENDING.q, SPENDING.v])

    terms, _ = gamma_gamma.log_likelihood_terms(theta, np.array([3.0]), np.array([27.5]))

    assert np.exp(terms[0]) == pytest.approx(reference.value_likelihood(SPENDING, x=3, average=27.5), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(theta=st.tuples(*[st.floats(-2, 3)] * 4), x=st.integers(0, 2000), age=st.floats(0.5, 300))
def test_the_gradients_are_those_of_the_likelihoods(theta: tuple[float, ...], x: int, age: float) -> None:
    at, step = np.array(theta), 1e-5
    row = np.array([float(x)]), np.array([age * (x > 0) * 0.7]), np.array([age])
    money = np.array([x + 1.0]), np.array([age])
    _, purchases = bgnbd.log_likelihood_terms(at, *row)
    _, values = gamma_gamma.log_likelihood_terms(at[:3], *money)

    for k in range(4):
        up, down = at.copy(), at.copy()
        up[k], down[k] = up[k] + step, down[k] - step
        slope = (bgnbd.log_likelihood_terms(up, *row)[0] - bgnbd.log_likelihood_terms(down, *row)[0]) / (2 * step)
        assert purchases[k, 0] == pytest.approx(slope[0], rel=1e-4, abs=2e-3)
        if k < 3:
            high, low = (gamma_gamma.log_likelihood_terms(side[:3], *money)[0] for side in (up, down))
            assert values[k, 0] == pytest.approx((high - low)[0] / (2 * step), rel=1e-4, abs=2e-2)


def test_it_recovers_the_parameters_of_a_simulated_population() -> None:
    truth = PurchaseParameters(r=0.9, alpha=8.0, a=0.7, b=3.0)
    ages = np.random.default_rng(5).uniform(60, 104, 12_000)
    x, t_x = reference.simulate_purchases(truth, ages=ages, seed=6)

    found, log_likelihood, inside = bgnbd.fit_purchases(x.astype(float), recency=t_x, age=ages, with_prior=False)

    at_truth, _ = bgnbd.log_likelihood_terms(np.log([0.9, 8.0, 0.7, 3.0]), x.astype(float), t_x, ages)
    assert inside
    assert (found.r, found.alpha) == (pytest.approx(0.9, rel=0.1), pytest.approx(8.0, rel=0.1))
    assert found.a / (found.a + found.b) == pytest.approx(0.7 / 3.7, rel=0.1)
    assert 0 <= log_likelihood - at_truth.sum() < 12


def cdnow_rows(name: str) -> list[dict[str, str]]:
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        pytest.skip("needs the CDNOW sample, which the package lifetimes carries (MIT); it is no dependency of ours")
    with (Path(found.origin).parent / "datasets" / name).open() as file:
        return list(csv.DictReader(file))


def test_it_finds_the_published_fit_of_the_cdnow_sample() -> None:
    rows = cdnow_rows("cdnow_customers_summary.csv")
    x, t_x, age = (np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T"))

    found, log_likelihood, _ = bgnbd.fit_purchases(x, recency=t_x, age=age, with_prior=False)

    assert log_likelihood == pytest.approx(-9582.43, abs=5e-3)
    assert [round(value, 4) for value in (found.r, found.a, found.b)] == [0.2426, 0.7929, 2.4258]
    assert found.alpha == pytest.approx(4.4135, abs=1e-4)


def test_it_finds_the_published_spending_of_the_cdnow_sample() -> None:
    rows = cdnow_rows("cdnow_customers_summary_with_transactions.csv")
    x, money = (np.array([float(row[name]) for row in rows]) for name in ("x", "zbar"))

    found, _, inside = gamma_gamma.fit_values(x[x > 0], average=money[x > 0])

    assert inside
    assert [round(value, 2) for value in (found.p, found.q, found.v)] == [6.25, 3.74, 15.45]
