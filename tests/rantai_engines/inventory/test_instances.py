"""The public instances of stockpyl come out as their sources print them.

Instances and figures: stockpyl (MIT), its tests and documentation, which number them after Snyder & Shen (2019),
Fundamentals of Supply Chain Theory. Order points, rows of stages and unreliable supply are in
test_instances_of_chains.py, chains under guaranteed service in test_placement.py.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rantai_engines.inventory import (
    joint_orders,
    lot_sizing,
    newsvendor,
    periodic_review,
    price_breaks,
)

pytestmark = pytest.mark.shared_data
Data = dict[str, Any]


@pytest.fixture
def known(shared_data: Path) -> dict[str, Data]:
    instances = json.loads((shared_data / "inventory" / "stockpyl_instances.json").read_text())["instances"]
    return {one["name"]: one["data"] for one in instances}


def column(*values: float) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("name", "quantity", "cost"),
    [("example_3_1", 304.0467800264, 68.4105255059), ("problem_3_1", 1728.1098449936, 475230.2073732266)],
)
def test_economic_orders(known: dict[str, Data], name: str, quantity: float, cost: float) -> None:
    data = known[name]
    found = lot_sizing.economic_order_quantity(
        data["demand_rate"], order_cost=data["fixed_cost"], holding_cost=data["holding_cost"]
    )
    assert found == (pytest.approx(quantity), pytest.approx(cost))


@pytest.mark.parametrize(
    ("name", "figures"),
    [("example_3_8", (310.8125551590, 0.0430622010, 66.9213635510)),
     ("problem_3_2b", (83.2354481289, 0.4002998501, 1999.1482444152))],
)  # fmt: skip
def test_economic_orders_with_backorders(known: dict[str, Data], name: str, figures: tuple[float, ...]) -> None:
    data = known[name]
    found = lot_sizing.economic_order_quantity_with_backorders(
        data["demand_rate"],
        order_cost=data["fixed_cost"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
    )
    assert tuple(map(float, found)) == pytest.approx(figures)


def test_economic_production(known: dict[str, Data]) -> None:
    data = known["problem_3_22"]
    found = lot_sizing.economic_production_quantity(
        data["demand_rate"],
        production_rate=data["production_rate"],
        order_cost=data["fixed_cost"],
        holding_cost=data["holding_cost"],
    )
    assert tuple(map(float, found)) == pytest.approx((171.2697677155, 3.7367949320))


@pytest.mark.parametrize(
    ("name", "lots", "cost"),
    [
        ("example_3_9", [210, 0, 150, 0], 1380),
        ("problem_3_27", [150, 180, 0, 200], 424),
        ("problem_3_29", [1310, 0, 1095, 0, 880], 423),
        ("scmo_ww_hw_c", [400, 3000, 0, 0, 0], 4940),
    ],
)
def test_dynamic_lots(known: dict[str, Data], name: str, lots: list[int], cost: float) -> None:
    data = known[name]
    price = column(*data["purchase_cost"]) if "purchase_cost" in data else None
    found = lot_sizing.solve_dynamic_lots(
        np.array([0, len(data["demand"])]),
        column(*data["demand"]),
        order_cost=column(data["fixed_cost"]),
        holding_cost=column(data["holding_cost"]),
        unit_cost=price,
    )
    assert found[0].tolist() == lots
    assert found[1][0] == pytest.approx(cost)


@pytest.mark.parametrize(
    ("name", "whole", "parts"),
    [("example_3_5", (800, 978.6, 2), (304.0467800264, 1043.4105255059, 0)),
     ("problem_3_12", (2400, 201251093.75, 2), (28553.0606542793, 208678591.6799284, 2))],
)  # fmt: skip
def test_price_breaks(known: dict[str, Data], name: str, whole: tuple[float, ...], parts: tuple[float, ...]) -> None:
    data = known[name]
    for function, figures in (
        (price_breaks.order_with_all_units_discount, whole),
        (price_breaks.order_with_incremental_discount, parts),
    ):
        found = function(
            column(data["demand_rate"]),
            order_cost=column(data["fixed_cost"]),
            holding_rate=column(data["holding_cost_rate"]),
            offsets=np.array([0, 3]),
            from_quantity=column(*data["breakpoints"]),
            price=column(*data["unit_costs"]),
        )
        assert tuple(float(each[0]) for each in found) == pytest.approx(figures)


@pytest.mark.parametrize(
    ("name", "multiple", "cost"),
    [
        ("scmo_jrp_ex", [1, 3, 1], 837.8544026261),
        ("spp_jrp", [1, 1, 4, 3], 2067.6508409304),
        ("silver_jrp", [1, 1, 1, 3, 3], 218.6863202550),
        ("scmo_jrp_hw_1", [1, 2, 1, 3], 1028646.3597045067),
        ("scmo_jrp_hw_2", [3, 1, 2], 566083.0327787611),
        ("scmo_jrp_hw_3", [1, 2, 4, 1, 2], 9107.1817814294),
    ],
)
def test_joint_orders(known: dict[str, Data], name: str, multiple: list[int], cost: float) -> None:
    data = known[name]
    found = joint_orders.order_jointly(
        column(*data["demand_rates"]),
        shared_cost=data["shared_fixed_cost"],
        own_cost=column(*data["individual_fixed_costs"]),
        holding_cost=column(*data["holding_costs"]),
    )
    assert found[1].tolist() == multiple
    assert found[3] == pytest.approx(cost)


@pytest.mark.parametrize(
    ("name", "level", "cost"),
    [
        ("example_4_1", 56.6039559274, 1.9976051932),
        ("example_4_3", 56.6039559274, 1.9976051932),
        ("problem_4_1", 922.7214038235, 2718.1967817824),
    ],
)
def test_seasons_of_normal_demand(known: dict[str, Data], name: str, level: float, cost: float) -> None:
    data = known[name]
    found = newsvendor.newsvendor_normal(
        data["demand_mean"],
        std=data["demand_sd"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
    )
    assert tuple(map(float, found)) == pytest.approx((level, cost))


def test_a_season_given_as_a_network(known: dict[str, Data]) -> None:
    (node,) = known["example_4_1_network"]["_nodes"]
    found = newsvendor.newsvendor_normal(
        node["demand_source"]["mean"],
        std=node["demand_source"]["standard_deviation"],
        holding_cost=node["local_holding_cost"],
        shortage_cost=node["stockout_cost"],
    )
    assert tuple(map(float, found)) == pytest.approx((56.6039559274, 1.9976051932))


def test_a_base_stock_covers_lead_time_and_review(known: dict[str, Data]) -> None:
    data = known["example_4_4"]
    span = data["lead_time"] + 1
    found = newsvendor.newsvendor_normal(
        data["demand_mean"] * span,
        std=data["demand_sd"] * span**0.5,
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
    )
    assert tuple(map(float, found)) == pytest.approx((264.7668943742, 4.4667810041))


@pytest.mark.parametrize(
    ("name", "level", "profit"),
    [("example_4_2", 56.6039559274, 33.0023948068), ("problem_4_3b", 59.0845786854, 210.4768082523)],
)
def test_seasons_with_prices(known: dict[str, Data], name: str, level: float, profit: float) -> None:
    data = known[name]
    found = newsvendor.newsvendor_profit(
        data["demand_mean"],
        std=data["demand_sd"],
        price=data["revenue"],
        unit_cost=data["purchase_cost"],
        salvage=data["salvage_value"],
    )
    assert tuple(map(float, found)) == pytest.approx((level, profit))


def test_seasons_of_other_laws(known: dict[str, Data]) -> None:
    poisson, lognormal, listed = (known[name] for name in ("problem_4_8a", "problem_4_8b", "problem_4_7b"))

    found = newsvendor.newsvendor_poisson(
        poisson["demand_mean"], holding_cost=poisson["holding_cost"], shortage_cost=poisson["stockout_cost"]
    )
    assert tuple(map(float, found)) == pytest.approx((19, 786.0884409351))
    found = newsvendor.newsvendor_lognormal(
        lognormal["mu"],
        log_std=lognormal["sigma"],
        holding_cost=lognormal["holding_cost"],
        shortage_cost=lognormal["stockout_cost"],
    )
    assert tuple(map(float, found)) == pytest.approx((295.6266448071, 29.4425435821))
    chances = listed["demand_pmf"]
    exact = newsvendor.newsvendor_discrete(
        column(*map(float, chances)),
        weights=column(*chances.values()),
        holding_cost=listed["holding_cost"],
        shortage_cost=listed["stockout_cost"],
    )
    assert exact == pytest.approx((5, 1225000))


@pytest.mark.parametrize(
    ("name", "point", "top", "cost"),
    [("example_4_7", 4, 10, 8.0341115615), ("problem_4_31", 2, 7, 223.5748295670)],
)
def test_levels_for_poisson_demand(known: dict[str, Data], name: str, point: int, top: int, cost: float) -> None:
    data = known[name]
    chances = stats.poisson.pmf(np.arange(100), data["demand_mean"])
    found = periodic_review.solve_levels(
        chances / chances.sum(),
        order_cost=data["fixed_cost"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
    )
    assert found[:2] == (point, top)
    assert found[2] == pytest.approx(cost)


@pytest.mark.parametrize(
    ("name", "point", "top"),
    [("example_4_8", 40.1946169565, 74.2901701098), ("problem_4_32", 226.6137928223, 324.3797868134)],
)
def test_the_power_approximation(known: dict[str, Data], name: str, point: float, top: float) -> None:
    data = known[name]
    found, lot = periodic_review.approximate_lot(
        column(data["demand_mean"]),
        demand_std=column(data["demand_sd"]),
        order_cost=column(data["fixed_cost"]),
        holding_cost=column(data["holding_cost"]),
        shortage_cost=column(data["stockout_cost"]),
    )
    # The source adds the lot without the limit that Ehrhardt & Mosier set for small ones (approximate_levels has it).
    assert (float(found[0]), float(found[0] + lot[0])) == pytest.approx((point, top))


@pytest.mark.parametrize(
    ("name", "points", "tops", "cost"),
    [
        ("problem_4_29", [23] * 10, [23] * 10, 234.79622568),
        ("problem_4_30", [*[17] * 9, 18], [*[42] * 8, 41, 23], 519.35578879),
    ],
)
def test_finite_horizons(known: dict[str, Data], name: str, points: list[int], tops: list[int], cost: float) -> None:
    data = known[name]
    found = periodic_review.solve_finite_horizon(
        np.full(data["num_periods"], float(data["demand_mean"])),
        demand_std=np.full(data["num_periods"], float(data["demand_sd"])),
        order_cost=data["fixed_cost"],
        unit_cost=data["purchase_cost"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
        end_holding_cost=data["terminal_holding_cost"],
        end_shortage_cost=data["terminal_stockout_cost"],
        discount=data["discount_factor"],
        stock=data["initial_inventory_level"],
        lowest=-60,
        highest=120,
    )
    assert found[0].tolist() == points
    assert found[1].tolist() == tops
    # The source cuts demand off at four deviations and loses what is beyond.
    assert found[2] == pytest.approx(cost, rel=3e-4)
