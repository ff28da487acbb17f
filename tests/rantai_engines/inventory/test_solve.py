"""Stock targets keep the service they were asked for, whatever the demand is like."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rantai_engines.arrays import InvalidProblem
from rantai_engines.inventory import reference
from rantai_engines.inventory.params import StockParams
from rantai_engines.inventory.problem import CYCLE, FILL, StockProblem
from rantai_engines.inventory.solution import StockSolution
from rantai_engines.inventory.solve import solve

Floats = NDArray[np.float64]

USUAL = {
    "demand_mean": 20.0,
    "demand_std": 5.0,
    "lead_time_mean": 4.0,
    "lead_time_std": 0.0,
    "review_period": 0.0,
    "service_level": 0.95,
    "order_cost": 0.0,
    "holding_cost": 0.0,
    "minimum_lot": 0.0,
    "lot_multiple": 0.0,
    "maximum_lot": 0.0,
}


def make_problem(
    n: int = 1,
    *,
    kind: int = CYCLE,
    histories: list[Floats] | None = None,
    lead_times: list[Floats] | None = None,
    **choices: float,
) -> StockProblem:
    columns = {name: np.full(n, float(value)) for name, value in (USUAL | choices).items()}
    past = {}
    for name, rows in (("history", histories), ("lead_time", lead_times)):
        if rows is not None:
            past[f"{name}_offsets"] = np.cumsum([0, *[len(row) for row in rows]]).astype(np.int64)
            past[f"{name}_values"] = np.concatenate([np.asarray(row, dtype=np.float64) for row in rows])
    return StockProblem(key=np.arange(n), service_kind=np.full(n, kind, dtype=np.int8), **columns, **past)


def target(problem: StockProblem, *, seed: int = 1, **choices: object) -> StockSolution:
    return solve(problem, params=StockParams(**choices), seed=seed)  # type: ignore[arg-type]


def test_safety_stock_is_the_glossarys() -> None:
    found = target(make_problem(lead_time_std=1.5))

    assert found.safety_stock[0] == pytest.approx(1.6448536 * math.sqrt(4 * 25 + 400 * 2.25))
    assert found.reorder_point[0] == pytest.approx(80 + found.safety_stock[0])
    assert found.method_names() == ["normal"]
    assert found.cycle_service_level[0] == pytest.approx(0.95)


def test_a_review_lengthens_the_time_to_protect() -> None:
    found = target(make_problem(review_period=3))

    assert found.protection_mean[0] == 140
    assert found.safety_stock[0] == pytest.approx(1.6448536 * math.sqrt(7) * 5)
    assert found.order_up_to[0] == pytest.approx(found.reorder_point[0])
    assert found.lot_size[0] == 60


def test_the_lot_is_economic_within_its_rules() -> None:
    priced = {"order_cost": 50, "holding_cost": 0.1}
    best = math.sqrt(2 * 50 * 20 / 0.1)

    assert target(make_problem(**priced)).lot_size[0] == pytest.approx(best)
    assert target(make_problem(**priced, lot_multiple=24)).lot_size[0] == 144
    assert target(make_problem(**priced, minimum_lot=500)).lot_size[0] == 500
    assert target(make_problem(**priced, maximum_lot=100, lot_multiple=24)).lot_size[0] == 96
    assert target(make_problem(**priced), max_cover=2).lot_size[0] == 40
    assert target(make_problem(lot_multiple=24)).lot_size[0] == 24
    assert target(make_problem()).lot_size[0] == 0


def test_order_up_to_is_the_reorder_point_and_a_lot() -> None:
    found = target(make_problem(minimum_lot=200))

    assert found.order_up_to[0] == pytest.approx(found.reorder_point[0] + 200)
    assert found.orders_per_bucket[0] == pytest.approx(0.1)
    assert found.average_stock[0] == pytest.approx(100 + found.safety_stock[0])


@pytest.mark.parametrize("level", [0.9, 0.97, 0.995])
def test_a_fill_rate_is_kept_when_played(level: float) -> None:
    fine = {"demand_mean": 2, "demand_std": 1.6, "lead_time_mean": 40}
    problem = make_problem(kind=FILL, service_level=level, minimum_lot=60, **fine)

    found = target(problem, allow_negative_safety_stock=True)

    # The order goes out at the end of a bucket, when the position lies under the reorder point by E(D^2) / 2 E(D).
    point = found.reorder_point[0] + (2**2 + 1.6**2) / (2 * 2)
    _, played = reference.simulate_service(
        mean=2, std=1.6, lead_time=40, reorder_point=point, lot_size=60, buckets=300_000, seed=4
    )
    assert played == pytest.approx(level, abs=0.006)
    assert found.fill_rate[0] == pytest.approx(level, abs=0.002)


def test_a_low_fill_rate_needs_no_safety_stock() -> None:
    problem = make_problem(kind=FILL, service_level=0.5, minimum_lot=1000)

    assert target(problem).safety_stock[0] == 0
    assert target(problem, allow_negative_safety_stock=True).safety_stock[0] < 0


GAPS = np.array([0.0, 0, 0, 9, 0, 0, 0, 0, 30, 0, 0, 4, 0, 0, 0, 12, 0, 0, 0, 0])


def test_intermittent_demand_is_resampled() -> None:
    found = target(make_problem(histories=[GAPS], demand_mean=GAPS.mean(), demand_std=GAPS.std()), samples=4000)

    law = reference.protection_demand(list(GAPS), buckets=4)
    below = sum(chance for units, chance in law.items() if units <= found.reorder_point[0])
    assert found.method_names() == ["empirical"]
    assert below == pytest.approx(0.95, abs=0.02)
    assert found.cycle_service_level[0] >= 0.95


def test_the_resampled_shortage_is_that_of_the_exact_law() -> None:
    problem = make_problem(
        kind=FILL, service_level=0.97, histories=[GAPS], demand_mean=GAPS.mean(), demand_std=GAPS.std(), minimum_lot=40
    )

    found = target(problem, samples=20_000)

    law = reference.protection_demand(list(GAPS), buckets=4)
    short = sum(chance * max(units - found.reorder_point[0], 0) for units, chance in law.items())
    assert short / 40 == pytest.approx(0.03, abs=0.002)


def test_a_smooth_history_stays_with_the_normal_law() -> None:
    steady = np.random.default_rng(0).normal(20, 3, 52).clip(0)

    assert target(make_problem(histories=[steady])).method_names() == ["normal"]
    assert target(make_problem(histories=[steady]), method="empirical").method_names() == ["empirical"]
    assert target(make_problem(histories=[GAPS]), method="normal").method_names() == ["normal"]
    assert target(make_problem(histories=[GAPS[:5]])).method_names() == ["normal"]


def test_the_two_laws_agree_where_demand_is_normal() -> None:
    steady = np.random.default_rng(0).normal(20, 5, 2000).clip(0)
    problem = make_problem(histories=[steady], lead_time_std=1.0)

    normal, resampled = target(problem, method="normal"), target(problem, method="empirical", samples=20_000)

    assert resampled.reorder_point[0] == pytest.approx(normal.reorder_point[0], rel=0.06)
    assert resampled.protection_std[0] == pytest.approx(normal.protection_std[0], rel=0.05)


def test_observed_lead_times_are_drawn_as_they_were() -> None:
    late = np.array([2.0] * 9 + [20.0])
    problem = make_problem(histories=[GAPS], lead_times=[late], demand_mean=GAPS.mean(), lead_time_mean=3.8)

    usual = target(make_problem(histories=[GAPS], demand_mean=GAPS.mean(), lead_time_mean=3.8))

    assert target(problem).reorder_point[0] > 1.2 * usual.reorder_point[0]


def test_history_is_scaled_to_the_forecast() -> None:
    one = target(make_problem(histories=[GAPS], demand_mean=GAPS.mean()))
    ten = target(make_problem(histories=[GAPS], demand_mean=10 * GAPS.mean()))

    assert ten.reorder_point[0] == pytest.approx(10 * one.reorder_point[0])


def test_a_row_does_not_depend_on_its_neighbours_or_its_place() -> None:
    histories = [GAPS, GAPS[::-1] * 2, np.roll(GAPS, 3)]
    together = make_problem(3, histories=histories, demand_mean=3.0)
    order = [2, 0, 1]
    moved = replace(make_problem(3, histories=[histories[k] for k in order], demand_mean=3.0), key=np.array(order))

    assert (target(moved).reorder_point == target(together).reorder_point[order]).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    problem = make_problem(30, histories=[GAPS + k for k in range(30)])
    first, again, other = (target(problem, method="empirical", seed=seed) for seed in (7, 7, 8))

    assert first.reorder_point.tobytes() == again.reorder_point.tobytes()
    assert first.reorder_point.tobytes() != other.reorder_point.tobytes()


@settings(max_examples=60, deadline=None)
@given(
    mean=st.floats(0.01, 1e6),
    cv=st.floats(0, 3),
    lead=st.floats(0, 60),
    lead_std=st.floats(0, 20),
    kind=st.sampled_from([CYCLE, FILL]),
    lot=st.floats(0, 1e6),
    empirical=st.booleans(),
)
def test_more_service_never_needs_less_stock(
    mean: float, cv: float, lead: float, lead_std: float, kind: int, lot: float, empirical: bool
) -> None:
    levels = np.array([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
    usual = make_problem(
        6,
        kind=kind,
        demand_mean=mean,
        demand_std=mean * cv,
        lead_time_mean=lead,
        lead_time_std=lead_std,
        minimum_lot=lot,
        histories=[GAPS] * 6 if empirical else None,
    )
    problem = replace(usual, service_level=levels, key=np.zeros(6, dtype=np.int64))

    found = target(problem)

    assert (np.diff(found.reorder_point) >= -1e-9 * found.reorder_point[-1]).all()
    assert (found.order_up_to >= found.reorder_point).all()
    assert (found.safety_stock >= -1e-9 * mean * max(lead, 1)).all()
    for array in (found.fill_rate, found.cycle_service_level):
        assert ((array >= 0) & (array <= 1)).all()


@settings(max_examples=40, deadline=None)
@given(power=st.integers(-10, 20), kind=st.sampled_from([CYCLE, FILL]))
def test_another_unit_of_measure_changes_units_alone(power: int, kind: int) -> None:
    factor = 2.0**power
    one = make_problem(kind=kind, histories=[GAPS], demand_mean=3, minimum_lot=10)
    other = make_problem(
        kind=kind, histories=[GAPS * factor], demand_mean=3 * factor, demand_std=5 * factor, minimum_lot=10 * factor
    )

    assert target(other).order_up_to[0] == pytest.approx(target(one).order_up_to[0] * factor)


def test_nothing_asked_for_needs_nothing() -> None:
    found = target(make_problem(demand_mean=0, demand_std=0, lead_time_std=3, histories=[np.zeros(30)]))

    assert (found.reorder_point[0], found.order_up_to[0], found.lot_size[0], found.orders_per_bucket[0]) == (0, 0, 0, 0)
    assert found.method_names() == ["none"]


def test_no_rows_at_all_are_answered() -> None:
    assert target(make_problem(0)).reorder_point.shape == (0,)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"demand_mean": math.nan}, "demand_mean of row 0: the value is nan"),
        ({"demand_std": -1.0}, "demand_std of row 0: the value is -1.0; a finite number from 0"),
        ({"service_level": 1.0}, "service_level of row 0: the value is 1.0; a level between 0 and 1"),
        ({"lead_time_mean": 5000.0}, "lead time and review together are at most 3,650 buckets"),
        ({"kind": 2}, r"service_kind of row 0: the value is 2; 0 \(CYCLE\) or 1 \(FILL\)"),
    ],
)
def test_a_bad_value_is_named_with_its_row(choices: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        make_problem(**choices)  # type: ignore[arg-type]


def test_half_a_history_is_refused() -> None:
    with pytest.raises(InvalidProblem, match="only one of offsets and values is given"):
        replace(make_problem(), history_values=np.ones(3))
