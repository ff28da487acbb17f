"""The public instances of stockpyl with lead times, stages in a row and unreliable supply come out as printed.

Instances and figures: stockpyl (MIT), its tests and documentation, which number them after Snyder & Shen (2019),
Fundamentals of Supply Chain Theory, and Shang & Song (2003).
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rantai_engines.inventory import continuous_review, serial, unreliable_supply

pytestmark = pytest.mark.shared_data
Data = dict[str, Any]


@pytest.fixture
def known(shared_data: Path) -> dict[str, Data]:
    instances = json.loads((shared_data / "inventory" / "stockpyl_instances.json").read_text())["instances"]
    return {one["name"]: one["data"] for one in instances}


def column(*values: float) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("name", "exact", "approximate", "points"),
    [
        ("example_5_1", (126.8670634, 328.4491422), (213.9704421, 318.5901811, 95.4511402),
         (127.7880348670, 147.1949581741, 99.8537733962)),
        ("problem_5_1", (-1.9858691, 166.9501026), (17.9726494, 162.1231617, 531.1189322),
         (-11.7276788332, -0.8851303033, -39.5696750389)),
        ("problem_5_3", (608.5444839, 403.8060302), (644.8385304, 400.7559793, 100.6273949),
         (612.1331312305, 622.5171783527, 598.4126476552)),
    ],
)  # fmt: skip
def test_order_points_for_normal_demand(
    known: dict[str, Data],
    name: str,
    exact: tuple[float, ...],
    approximate: tuple[float, ...],
    points: tuple[float, ...],
) -> None:
    data = known[name]
    law = {
        "lead_time_mean": data["demand_mean"] * data["lead_time"],
        "lead_time_std": data["demand_sd"] * data["lead_time"] ** 0.5,
        "holding_cost": data["holding_cost"],
        "shortage_cost": data["stockout_cost"],
    }

    found = continuous_review.solve_order_point(data["demand_mean"], order_cost=data["fixed_cost"], **law)

    assert tuple(map(float, found[:2])) == pytest.approx(exact, rel=1e-6)
    assert tuple(continuous_review.best_reorder_point(column(318, 150, 750), **law)) == pytest.approx(points)
    near = continuous_review.approximate_order_point(data["demand_mean"], order_cost=data["fixed_cost"], **law)
    assert near == pytest.approx(approximate, rel=1e-6)
    if name == "example_5_1":
        priced = continuous_review.reorder_cost(
            126.8, 328.5, demand_rate=data["demand_mean"], order_cost=data["fixed_cost"], **law
        )
        assert float(priced) == pytest.approx(78.0711625093)


@pytest.mark.parametrize(
    ("name", "point", "quantity", "cost"),
    [("problem_5_2", 6, 7, 28.2413128422), ("example_5_8", 3, 5, 107.9235806331)],
)
def test_order_points_for_poisson_demand(
    known: dict[str, Data], name: str, point: int, quantity: int, cost: float
) -> None:
    data = known[name]
    found = continuous_review.solve_order_point_poisson(
        data["demand_mean"],
        lead_time=data["lead_time"],
        order_cost=data["fixed_cost"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
    )
    assert found[:2] == (point, quantity)
    assert found[2] == pytest.approx(cost)


# Echelon base stocks from the customers' stage upstream, and cost. The two adjusted ones are the same chains with half
# a period for a period: the same stocks at half the cost. Their file lists local costs from the far end.
CHAINS = {
    "example_6_1": ([6.49, 12.02, 22.71], 47.65),
    "problem_6_1": ([123.47, 228.48], 166.25),
    "problem_6_2a": ([40.60, 74.31, 109.05, 142.09, 174.48], 451.61),
    "problem_6_2a_adj": ([40.60, 74.31, 109.05, 142.09, 174.48], 225.81),
    "problem_6_16": ([171.21, 232.21], 438.18),
    "problem_6_2b": ([41, 74, 109, 142, 174], 453.69),
    "problem_6_2b_adj": ([41, 74, 109, 142, 174], 226.85),
    "shang_song_1": ([8, 13, 18, 22], 12.69),
    "shang_song_9": ([9, 10, 13, 19], 53.01),
    "shang_song_17": ([11, 17, 22, 27], 16.20),
    "shang_song_25": ([11, 14, 18, 26], 74.56),
}


@pytest.mark.parametrize("name", CHAINS)
def test_serial_chains(known: dict[str, Data], name: str) -> None:
    stages = sorted(known[name]["_nodes"], key=lambda node: int(node["_index"]))
    local = sorted((node["local_holding_cost"] or 0.0 for node in stages), reverse=True)
    added = [node["echelon_holding_cost"] for node in stages]
    if added[0] is None:
        added = [here - before for here, before in zip(local, [*local[1:], 0.0], strict=True)]
    demand, leads = stages[0]["demand_source"], column(*(node["shipment_lead_time"] or 0 for node in stages))
    costs = {"echelon_holding_cost": column(*added), "shortage_cost": stages[0]["stockout_cost"]}

    if demand["type"] == "P":
        found, cost = serial.solve_serial_poisson(leads, demand_mean=demand["mean"], **costs)
    else:
        found, cost = serial.solve_serial_normal(
            leads, demand_mean=demand["mean"], demand_std=demand["standard_deviation"], **costs
        )

    levels, least = CHAINS[name]
    exact = demand["type"] == "P"
    assert found == pytest.approx(np.array(levels), abs=1e-9 if exact else 2e-3 * max(levels))
    assert cost == pytest.approx(least, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "quantity", "cost"),
    [("example_9_1", 772.8110631910, 173.9500025732), ("problem_9_8", 24.0662840242, 96.2665909012)],
)
def test_orders_under_disruptions(known: dict[str, Data], name: str, quantity: float, cost: float) -> None:
    data = known[name]
    found = unreliable_supply.order_under_disruptions(
        data["demand_rate"],
        order_cost=data["fixed_cost"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
        disruption_rate=data["disruption_rate"],
        recovery_rate=data["recovery_rate"],
    )
    assert found == pytest.approx((quantity, cost), rel=2e-6)


def test_stock_against_disruptions(known: dict[str, Data]) -> None:
    data = known["example_9_3"]
    found = unreliable_supply.stock_against_disruptions(
        data["demand"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
        disruption_chance=data["disruption_prob"],
        recovery_chance=data["recovery_prob"],
    )
    assert found == pytest.approx((8000, 2737.0689654904))


@pytest.mark.parametrize(
    ("name", "quantity", "cost"),
    [
        ("example_9_4", 230246.3704688188, 12914.7822281291),
        ("problem_9_4a", 1778.1098451093, 475230.2074050533),
        ("example_9_5", 254460.2129999894, 13086.5252399995),
        ("problem_9_4b", 1916.1833339479, 476207.0433625989),
    ],
)
def test_orders_with_uncertain_yield(known: dict[str, Data], name: str, quantity: float, cost: float) -> None:
    data = known[name]
    is_added = name in ("example_9_4", "problem_9_4a")
    function = (
        unreliable_supply.order_with_additive_yield if is_added else unreliable_supply.order_with_multiplicative_yield
    )
    found = function(
        data["demand_rate"],
        order_cost=data["fixed_cost"],
        holding_cost=data["holding_cost"],
        yield_mean=data["yield_mean"],
        yield_std=data["yield_sd"],
    )
    assert tuple(map(float, found)) == pytest.approx((quantity, cost))


@pytest.mark.parametrize(
    ("name", "quantity", "cost"),
    [("example_9_6", 2 - 1 / 6, 6_250_000), ("problem_9_5", 29.4444444444, 333.3333333333)],
)
def test_seasons_with_uncertain_yield(known: dict[str, Data], name: str, quantity: float, cost: float) -> None:
    data = known[name]
    found = unreliable_supply.order_with_uniform_yield(
        data["demand"],
        holding_cost=data["holding_cost"],
        shortage_cost=data["stockout_cost"],
        low=data["yield_lo"],
        high=data["yield_hi"],
    )
    assert tuple(map(float, found)) == pytest.approx((quantity, cost))
