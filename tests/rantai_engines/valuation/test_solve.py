"""A valuation holds for any customers: usual, degenerate, returned, reordered, in another currency."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rantai_engines.arrays import InvalidProblem
from rantai_engines.valuation import reference
from rantai_engines.valuation.params import ValuationParams
from rantai_engines.valuation.problem import ValuationProblem
from rantai_engines.valuation.solution import PurchaseParameters, ValuationSolution
from rantai_engines.valuation.solve import solve

Customer = list[tuple[int, float]]


def make_problem(customers: list[Customer], *, until_day: int = 730) -> ValuationProblem:
    lines = [line for customer in customers for line in customer]
    return ValuationProblem(
        offsets=np.cumsum([0, *[len(customer) for customer in customers]]).astype(np.int64),
        days=np.array([day for day, _ in lines], dtype=np.int64),
        amounts=np.array([amount for _, amount in lines], dtype=np.float64),
        until_day=until_day,
    )


def value(customers: list[Customer], *, until_day: int = 730, **choices: float) -> ValuationSolution:
    return solve(make_problem(customers, until_day=until_day), params=ValuationParams(**choices), seed=1)


def population(*, n: int = 400, seed: int = 3) -> list[Customer]:
    chance = np.random.default_rng(seed)
    truth = PurchaseParameters(r=1.2, alpha=60.0, a=0.6, b=3.0)
    customers = []
    for _ in range(n):
        born = int(chance.integers(0, 500))
        rate, leave, mean = chance.gamma(truth.r, 1 / truth.alpha), chance.beta(truth.a, truth.b), chance.gamma(8, 10)
        customer, day = [(born, mean)], float(born)
        while True:
            day += chance.exponential(1 / rate) + 1
            if day > 730:
                break
            customer.append((int(day), float(chance.gamma(4, mean / 4))))
            if chance.random() < leave:
                break
        customers.append(customer)
    return customers


def test_it_values_a_usual_population_by_both_models() -> None:
    found = value(population())

    assert found.method == "bgnbd+gamma_gamma"
    assert found.reasons == ()
    assert set(found.parameters()) == {"r", "alpha", "a", "b", "p", "q", "v"}
    assert ((found.probability_alive > 0) & (found.probability_alive <= 1)).all()
    assert (found.lifetime_value > 0).all()
    assert (found.lifetime_value < found.expected_purchases * found.expected_value).all()


def test_the_models_see_who_went_quiet() -> None:
    steady = [(day, 50.0) for day in range(0, 720, 30)]
    quiet = [(day, 50.0) for day in range(0, 360, 15)]

    found = value([*population(), steady, quiet])

    assert found.purchases[-1] == found.purchases[-2]
    assert found.probability_alive[-2] > 0.9
    assert found.probability_alive[-1] < 0.1


def test_lifetime_value_without_discount_is_purchases_times_margin() -> None:
    found = value(population(), discount_rate_per_year=0.0, margin_share=0.25, horizon_days=90)

    whole = value(population(), discount_rate_per_year=0.0, horizon_days=90)
    assert found.lifetime_value == pytest.approx(found.expected_purchases * found.expected_value)
    assert found.expected_value == pytest.approx(whole.expected_value * 0.25)


def test_lifetime_value_discounts_each_step_at_its_end() -> None:
    params = {"discount_rate_per_year": 0.2}
    months = [value(population(), horizon_days=30 * k, **params).expected_purchases for k in range(4)[1:]]

    found = value(population(), horizon_days=90, **params)

    steps = np.diff(np.array([np.zeros_like(months[0]), *months]), axis=0)
    factors = 1.2 ** (-np.array([30, 60, 90]) / 365)
    assert found.lifetime_value == pytest.approx((steps * factors[:, None]).sum(axis=0) * found.expected_value)


def test_the_history_equals_the_reference() -> None:
    chance = np.random.default_rng(9)
    customers = [
        [(int(chance.integers(0, 60)), float(np.round(chance.normal(8, 20), 2))) for _ in range(chance.integers(0, 30))]
        for _ in range(200)
    ]

    found = value(customers, until_day=60)

    for row, customer in enumerate(customers):
        days, amounts = [day for day, _ in customer], [amount for _, amount in customer]
        x, t_x, age, net, mean = reference.fold_customer(days, amounts, until_day=60)
        assert (found.frequency[row], found.recency_days[row], found.age_days[row]) == (x, t_x, age)
        assert found.net_amount[row] == pytest.approx(net)
        assert found.average_amount[row] == pytest.approx(mean, nan_ok=True)


def test_lines_of_one_day_are_one_occasion() -> None:
    found = value([[(10, 5.0), (10, 7.0), (3, 1.0)]])

    assert (found.purchases[0], found.frequency[0], found.recency_days[0], found.age_days[0]) == (2, 1, 7, 727)
    assert found.average_amount[0] == 12.0


def test_a_sale_returned_the_same_day_never_happened() -> None:
    found = value([[(10, 0.1), (10, 0.2), (10, -0.3)]])

    assert found.purchases[0] == 0
    assert found.age_days[0] == -1


def test_a_return_lowers_the_average_and_is_no_occasion() -> None:
    found = value([[(1, 100.0), (20, 100.0), (30, -50.0)]])

    assert found.purchases[0] == 2
    assert found.net_amount[0] == 150.0
    assert found.average_amount[0] == 75.0


def test_goods_given_free_are_an_occasion() -> None:
    assert value([[(1, 10.0), (5, 0.0)]]).frequency[0] == 1


DEGENERATE: dict[str, tuple[list[Customer], str, tuple[str, ...]]] = {
    "nobody": ([], "none+none", ("no_purchases",)),
    "no lines": ([[], []], "none+none", ("no_purchases",)),
    "only returns": ([[(3, -5.0)]], "none+none", ("no_purchases",)),
    "one customer, one purchase": (
        [[(3, 5.0)]],
        "bgnbd_prior+shrunk_mean",
        ("few_repeat_customers", "few_repeat_amounts"),
    ),
    "everyone once": (
        [[(k, 5.0)] for k in range(300)],
        "bgnbd_prior+shrunk_mean",
        ("few_repeat_customers", "few_repeat_amounts"),
    ),
    "all on the last day": (
        [[(730, 5.0 + k)] for k in range(50)],
        "bgnbd_prior+shrunk_mean",
        ("few_repeat_customers", "no_time_passed", "few_repeat_amounts"),
    ),
    "one price": (
        [[(k, 9.0), (k + 30 + k % 7, 9.0), (k + 90, 9.0)] for k in range(100)],
        "bgnbd_prior+shrunk_mean",
        ("likelihood_without_maximum", "amounts_all_equal"),
    ),
    "all free": (
        [[(k, 0.0), (k + 9, 0.0)] for k in range(100)],
        "bgnbd_prior+shrunk_mean",
        ("likelihood_without_maximum", "few_repeat_amounts"),
    ),
    "huge amounts": (
        [[(k, 1e15), (k + 9, 1e15)] for k in range(5)],
        "bgnbd_prior+shrunk_mean",
        ("few_repeat_customers", "few_repeat_amounts"),
    ),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_customers_get_an_answer_that_says_how(name: str) -> None:
    customers, method, reasons = DEGENERATE[name]

    found = value(customers)

    assert (found.method, found.reasons) == (method, reasons)
    for array in (found.probability_alive, found.expected_purchases, found.expected_value, found.lifetime_value):
        assert np.isfinite(array).all()
        assert (array >= 0).all()
    assert (found.probability_alive <= 1).all()


def test_who_never_bought_scores_nothing() -> None:
    found = value([*population(n=60), [], [(5, -3.0)]])

    for array in (found.recency_score, found.frequency_score, found.monetary_score, found.lifetime_value):
        assert (array[-2:] == 0).all()
    assert (found.probability_alive[-2:] == 0).all()
    assert (found.idle_days[-2:] == -1).all()


def test_quintiles_split_in_fifths_and_equals_share_a_score() -> None:
    found = value([[(k, float(k + 1))] for k in range(100)], until_day=100)

    assert np.bincount(found.monetary_score).tolist() == [0, 20, 20, 20, 20, 20]
    assert (found.recency_score == found.monetary_score).all()
    assert (found.frequency_score == 3).all()


@settings(max_examples=15, deadline=None)
@given(factor=st.sampled_from([1e-6, 0.01, 15_000.0, 1e9]), seed=st.integers(0, 50))
def test_another_currency_changes_money_alone(factor: float, seed: int) -> None:
    customers = population(n=80, seed=seed)

    plain = value(customers)
    scaled = value([[(day, amount * factor) for day, amount in customer] for customer in customers])

    assert (scaled.probability_alive == plain.probability_alive).all()
    assert scaled.lifetime_value == pytest.approx(plain.lifetime_value * factor, rel=1e-3)


@settings(max_examples=15, deadline=None)
@given(shift=st.integers(-10_000, 700_000), seed=st.integers(0, 50))
def test_another_epoch_changes_nothing(shift: int, seed: int) -> None:
    customers = population(n=60, seed=seed)

    moved = value(
        [[(day + shift, amount) for day, amount in customer] for customer in customers], until_day=730 + shift
    )

    assert (moved.lifetime_value == value(customers).lifetime_value).all()


def test_the_order_of_customers_and_lines_changes_nothing_but_the_order() -> None:
    customers = population(n=120)
    order = np.random.default_rng(0).permutation(len(customers))

    found = value([customers[k][::-1] for k in order])

    assert found.lifetime_value == pytest.approx(value(customers).lifetime_value[order], rel=1e-6)


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = value(population()), value(population())

    assert first.lifetime_value.tobytes() == second.lifetime_value.tobytes()
    assert first.log_likelihood == second.log_likelihood


def test_a_bad_line_is_named_with_its_customer() -> None:
    with pytest.raises(InvalidProblem, match=r"amounts of row 1: the value is nan"):
        make_problem([[(1, 1.0)], [(2, 2.0), (3, math.nan)]])
    with pytest.raises(InvalidProblem, match=r"days of row 0: the value is 731; a day within .* up to until_day 730"):
        make_problem([[(731, 1.0)]])


def test_offsets_that_do_not_cut_the_lines_are_refused() -> None:
    lines = {"days": np.zeros(2, dtype=np.int64), "amounts": np.ones(2), "until_day": 5}

    with pytest.raises(InvalidProblem, match="they end at 1; end at 2"):
        ValuationProblem(offsets=np.array([0, 1]), **lines)
    with pytest.raises(InvalidProblem, match="dtype is int32; pass int64"):
        ValuationProblem(offsets=np.array([0, 2], dtype=np.int32), **lines)
    with pytest.raises(InvalidProblem, match=r"row 1: the next offset is smaller"):
        ValuationProblem(offsets=np.array([0, 2, 1, 2]), **lines)


def test_the_problem_cannot_be_changed_afterwards() -> None:
    problem = make_problem([[(1, 1.0)]])

    with pytest.raises(ValueError, match="read-only"):
        problem.amounts[0] = 2.0


@pytest.mark.shared_data
def test_it_values_the_grocery_log(shared_data: object) -> None:
    rdata = pytest.importorskip("rdata", reason="reading .rda needs rdata, of the development group")
    log = rdata.read_rda(f"{shared_data}/clv/groceryElog.rda")["groceryElog"].sort_values(["cust", "date"])
    days = np.floor(log["date"].to_numpy(dtype=np.float64)).astype(np.int64)
    counts = log.groupby("cust", sort=True, observed=True).size().to_numpy()
    problem = ValuationProblem(
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        days=days,
        amounts=np.ones(days.size),
        until_day=int(days.max()),
    )

    found = solve(problem, params=ValuationParams(horizon_days=182), seed=0)

    assert found.purchase_method == "bgnbd"
    assert found.log_likelihood < 0
    assert 0.1 < found.probability_alive.mean() < 1
