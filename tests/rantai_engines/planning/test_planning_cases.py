"""The public planning cases that infinite capacity reproduces, rows equal in date and quantity (plan 1)."""

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path

import pytest

from rantai_engines.planning.solve import solve

from .audit import audit
from .case_reader import EPOCH, Case

pytestmark = pytest.mark.shared_data


@pytest.mark.parametrize("name", ["constraints_leadtime_1", "constraints_material_1", "safety_stock"])
def test_every_demand_row_is_equal(shared_data: Path, name: str) -> None:
    expected, got = _rows(shared_data / "planning-cases" / name)

    assert got == expected


def test_each_single_demand_of_demand_policy_is_equal(shared_data: Path) -> None:
    expected, got = _rows(shared_data / "planning-cases" / "demand_policy")

    # Lines of a group that must ship together are for the finite planner.
    assert {name for name in expected if got[name] != expected[name]} == {"order I1", "order I2"}


def _rows(folder: Path) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    case = Case(folder / f"{folder.name}.xml")
    solution = solve(case.problem)
    audit(case.problem, solution)
    told = json.loads((folder / f"{folder.name}.expected_demands.json").read_text())["1"]["demands"]
    expected: dict[str, dict[str, float]] = {}
    got: dict[str, dict[str, float]] = {name: defaultdict(float) for name in told}
    for name, rows in told.items():
        expected[name] = defaultdict(float)
        for row in rows:
            if "date" in row:
                expected[name][row["date"]] += row["quantity"]
    d = solution.deliveries
    for demand, at, quantity in zip(d.demand, d.time, d.quantity, strict=True):
        got[case.names[demand]][(EPOCH + dt.timedelta(seconds=int(at))).isoformat()] += int(quantity) / 10_000
    return expected, got
