"""The textbook's figures come out, and each formula agrees with brute force."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory import lot_sizing, newsvendor, reference, safety_stock

Floats = NDArray[np.float64]


def place(
    demand: list[float], *, order_cost: float, holding_cost: float, unit_cost: list[float] | None = None
) -> tuple[Floats, float]:
    lots, cost = lot_sizing.solve_dynamic_lots(
        np.array([0, len(demand)], dtype=np.int64),
        np.array(demand, dtype=np.float64),
        order_cost=np.array([order_cost], dtype=np.float64),
        holding_cost=np.array([holding_cost], dtype=np.float64),
        unit_cost=None if unit_cost is None else np.array(unit_cost, dtype=np.float64),
    )
    return lots, float(cost[0])


# Snyder & Shen (2019), Fundamentals of Supply Chain Theory, by number of example.
def test_the_economic_order_quantity_of_example_3_1() -> None:
    quantity, cost = lot_sizing.economic_order_quantity(1300, order_cost=8, holding_cost=0.225)

    assert (round(float(quantity), 2), round(float(cost), 2)) == (304.05, 68.41)


def test_backorders_of_example_3_8() -> None:
    quantity, share, cost = lot_sizing.economic_order_quantity_with_backorders(
        1300, order_cost=8, holding_cost=0.225, shortage_cost=5
    )

    assert (float(quantity), float(share), float(cost)) == pytest.approx((310.8126, 0.0430622, 66.92136), rel=1e-6)


def test_a_plant_with_a_finite_rate_makes_larger_lots() -> None:
    quantity, cost = lot_sizing.economic_production_quantity(
        1300, production_rate=1700, order_cost=8, holding_cost=0.225
    )

    assert (float(quantity), float(cost)) == pytest.approx((626.80849, 33.183979), rel=1e-6)
    with pytest.raises(InvalidProblem, match="a plant must outrun its demand"):
        lot_sizing.economic_production_quantity(10, production_rate=10, order_cost=1, holding_cost=1)


def test_the_newsvendor_of_example_4_3() -> None:
    level, cost = newsvendor.newsvendor_normal(50, std=8, holding_cost=0.18, shortage_cost=0.7)

    assert (round(float(level), 2), round(float(cost), 4)) == (56.60, 1.9976)


def test_the_newsvendor_with_poisson_demand() -> None:
    level, cost = newsvendor.newsvendor_poisson(50, holding_cost=0.18, shortage_cost=0.7)

    assert (float(level), float(cost)) == pytest.approx((56.0, 1.7972352118))


def test_the_newsvendor_with_listed_demand_is_the_poisson_one() -> None:
    values = np.arange(60.0)

    found = newsvendor.newsvendor_discrete(
        values[::-1], weights=stats.poisson.pmf(values, 6)[::-1], holding_cost=1, shortage_cost=4
    )

    assert found == pytest.approx((8.0, 3.5701069))


def test_wagner_and_whitin_of_example_3_9() -> None:
    lots, cost = place([90, 120, 80, 70], order_cost=500, holding_cost=2)

    assert cost == 1380
    assert lots.tolist() == [210, 0, 150, 0]


@settings(max_examples=120, deadline=None)
@given(
    demand=st.lists(st.integers(0, 30).map(float), min_size=1, max_size=8),
    order_cost=st.integers(0, 60),
    holding_cost=st.integers(0, 5),
    prices=st.one_of(st.none(), st.lists(st.integers(0, 9).map(float), min_size=8, max_size=8)),
)
def test_lots_cost_as_little_as_any(
    demand: list[float], order_cost: int, holding_cost: int, prices: list[float] | None
) -> None:
    unit_cost = prices[: len(demand)] if prices else None

    lots, cost = place(demand, order_cost=order_cost, holding_cost=holding_cost, unit_cost=unit_cost)

    best = reference.cheapest_lots(demand, order_cost=order_cost, holding_cost=holding_cost, unit_cost=unit_cost)
    assert cost == pytest.approx(best)
    stock = np.cumsum(lots) - np.cumsum(demand)
    assert (stock >= -1e-9).all()
    assert lots.sum() == pytest.approx(sum(demand))
    spent = (
        order_cost * (lots > 0).sum() + holding_cost * stock.sum() + (lots @ np.array(unit_cost) if unit_cost else 0)
    )
    assert spent == pytest.approx(cost)


def test_rows_of_lots_do_not_see_each_other() -> None:
    first, second = [90.0, 120, 80, 70], [150.0, 100, 80, 200]

    lots, cost = lot_sizing.solve_dynamic_lots(
        np.array([0, 4, 4, 8]),
        np.array(first + second),
        order_cost=np.array([500.0, 1.0, 120.0]),
        holding_cost=np.array([2.0, 1.0, 0.8]),
    )

    assert cost.tolist() == [1380, 0, place(second, order_cost=120, holding_cost=0.8)[1]]
    assert lots[4:].tolist() == place(second, order_cost=120, holding_cost=0.8)[0].tolist()


def test_a_bad_demand_of_lots_is_named_with_its_row() -> None:
    with pytest.raises(InvalidProblem, match=r"demand of row 0: the value is nan"):
        place([1.0, float("nan")], order_cost=1, holding_cost=1)


def test_safety_stock_covers_both_variances() -> None:
    # Chopra & Meindl, chapter 12: D 2,500, s_D 500, L 7, s_L 7 days, service .90: 22,491 units.
    found = safety_stock.safety_stock_both_variances(
        0.90, demand_mean=2500, demand_std=500, lead_time_mean=7, lead_time_std=7
    )

    assert float(found) == pytest.approx(22_491, abs=2)


@pytest.mark.parametrize("z", [-6.0, -1.3, 0.0, 0.7, 2.5, 4.0])
def test_the_unit_normal_loss_is_what_it_stands_for(z: float) -> None:
    assert safety_stock.unit_normal_loss(z) == pytest.approx(reference.normal_loss(z), rel=1e-7)


@settings(max_examples=80, deadline=None)
@given(z=st.floats(-30, 20))
def test_the_loss_is_inverted_over_its_whole_range(z: float) -> None:
    assert safety_stock.invert_unit_normal_loss(safety_stock.unit_normal_loss(z)) == pytest.approx(z, abs=2e-6)


def test_the_factor_of_a_fill_rate_is_that_of_root_search() -> None:
    found = safety_stock.safety_factor_for_fill_rate(0.99, lot_size=200, std=100)

    assert float(found) == pytest.approx(reference.factor_for_loss(0.02))


@pytest.mark.shared_data
def test_the_textbook_instances_hold(shared_data: Path) -> None:
    instances = json.loads((shared_data / "inventory" / "stockpyl_instances.json").read_text())["instances"]
    known: dict[str, Any] = {one["name"]: one["data"] for one in instances}

    for name in ("example_3_9", "problem_3_27", "problem_3_29", "scmo_ww_hw_c"):
        data = known[name]
        costs = {"order_cost": data["fixed_cost"], "holding_cost": data["holding_cost"]}
        prices = data.get("purchase_cost")
        best = reference.cheapest_lots(data["demand"], **costs, unit_cost=prices)
        assert place(data["demand"], **costs, unit_cost=prices)[1] == pytest.approx(best)
    for name in ("example_3_1", "problem_3_1"):
        data = known[name]
        q, cost = lot_sizing.economic_order_quantity(
            data["demand_rate"], order_cost=data["fixed_cost"], holding_cost=data["holding_cost"]
        )
        assert cost == pytest.approx(data["fixed_cost"] * data["demand_rate"] / q + data["holding_cost"] * q / 2)
    for name in ("example_4_1", "example_4_3", "problem_4_1"):
        data = known[name]
        h, p, mu, sd = (data[k] for k in ("holding_cost", "stockout_cost", "demand_mean", "demand_sd"))
        level, cost = newsvendor.newsvendor_normal(mu, std=sd, holding_cost=h, shortage_cost=p)
        short = sd * reference.normal_loss((float(level) - mu) / sd)
        assert cost == pytest.approx(h * (level - mu + short) + p * short)
    data = known["problem_4_7b"]
    chances = {float(value): chance for value, chance in data["demand_pmf"].items()}
    h, p = data["holding_cost"], data["stockout_cost"]
    trials = {s: sum(c * (h * max(s - d, 0) + p * max(d - s, 0)) for d, c in chances.items()) for s in chances}
    _, cost = newsvendor.newsvendor_discrete(
        np.array(list(chances)), weights=np.array(list(chances.values())), holding_cost=h, shortage_cost=p
    )
    assert cost == pytest.approx(min(trials.values()))
