"""Public planning models come out as published, and where they do not, the difference is told."""

import json
from pathlib import Path

import pytest

from rantai.bench import planning_cases
from rantai.bench.formats.planning.collecting import collect
from rantai.bench.formats.planning.comparing import compare
from rantai.bench.formats.planning.delivering import list_delivered
from rantai.bench.formats.planning.drafting import Rules
from rantai.bench.formats.planning.expected import Delivered, Expected, read_expected
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.model import Want
from rantai.bench.formats.planning.parsing import parse
from rantai.bench.formats.planning.resolving import resolve
from rantai.bench.formats.planning.translating import translate
from rantai.bench.formats.planning.values import read_instant, write_instant
from rantai.bench.options import Options
from rantai_engines.planning.solve import Loop, Params, solve

#: The public cases, all of them with equal rows.
EQUAL = (
    "buffer_max", "constraints_leadtime_1", "constraints_leadtime_3", "constraints_material_1",
    "constraints_material_3", "constraints_material_5", "constraints_resource_1", "constraints_resource_3",
    "demand_policy", "distribution_1", "flow_alternate_1", "flow_fixed", "flow_location", "global_purchase",
    "load_alternate", "operation_alternate", "operation_effective", "operation_pre_post", "operation_split",
    "safety_stock", "setup_1",
)  # fmt: skip

DUE = read_instant("2026-01-10T00:00:00")
DAY = 86_400
MODEL = """<?xml version="1.0"?>
<plan xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><current>2026-01-01T00:00:00</current>
<items><item name="a"><itemsuppliers><itemsupplier><supplier name="s"/><leadtime>P4D</leadtime></itemsupplier>
</itemsuppliers></item></items><demands><demand name="early" due="2026-01-10T00:00:00" quantity="5"><item name="a"/>
<location name="b"/></demand><demand name="late" due="2026-01-03T00:00:00" quantity="7"><item name="a"/>
<location name="b"/></demand></demands></plan>
"""


def _want(**changed):
    values = {"name": "d", "item": "a", "location": "b", "operation": -1, "quantity": 10.0, "due": DUE, "priority": 1.0,
              "min_shipment": 1.0, "max_lateness": 0.0}  # fmt: skip
    return Want(**values | changed)


def _row(days, quantity):
    return Delivered(at=DUE + days * DAY, quantity=quantity)


def _write_case(folder: Path, *, late: str = "2026-01-05T00:00:00") -> Path:
    (folder / "small").mkdir()
    (folder / "small" / "small.xml").write_text(MODEL)
    rows = {"early": [{"date": "2026-01-10T00:00:00", "quantity": 5.0}], "late": [{"date": late, "quantity": 7.0}]}
    plans = {"1": {"solver": {"constraints": "0"}, "demands": rows}, "2": {"solver": {}, "demands": rows}}
    (folder / "small" / "small.expected_demands.json").write_text(json.dumps(plans))
    return folder


@pytest.mark.parametrize(
    ("plans", "chosen", "constraints"),
    [
        ({"1": ({"plantype": "1", "constraints": "15"}, True), "2": ({"plantype": "2"}, True)}, "1", 15),
        ({"1": ({"constraints": "0"}, True), "2": ({"constraints": "15"}, True)}, "2", 15),
        ({"1": ({}, False), "2": ({"plantype": "1", "constraints": "16"}, True)}, "2", 16),
        ({"1": ({"plantype": "2", "constraints": "15"}, True)}, "1", 0),
    ],
)
def test_the_first_constrained_plan_with_rows_is_compared(tmp_path, plans, chosen, constraints):
    rows = {"d": [{"date": "2026-01-10T00:00:00", "quantity": 1.0}, {"short": 2.0}]}
    path = tmp_path / "expected.json"
    path.write_text(json.dumps({k: {"solver": s, "demands": rows if has else {}} for k, (s, has) in plans.items()}))

    expected = read_expected(path)

    assert (expected.plan, expected.rules.constraints) == (chosen, constraints)
    assert expected.rows == {"d": (Delivered(at=DUE, quantity=1.0),)}


@pytest.mark.parametrize(
    ("ours", "equal", "by_date", "not_worse"),
    [
        ([_row(0, 4), _row(2, 6)], True, True, True),
        ([_row(0, 1), _row(0, 3), _row(2, 6)], False, True, True),
        ([_row(0, 10)], False, False, True),
        ([_row(0, 4), _row(3, 6)], False, False, False),
        ([_row(0, 4)], False, False, False),
        ([_row(1, 10)], False, False, False),
    ],
)
def test_verdicts(ours, equal, by_date, not_worse):
    verdict = compare({"d": ours}, {"d": [_row(0, 4), _row(2, 6)]}, wants=[_want()])

    assert (verdict.is_equal, verdict.is_equal_by_date, verdict.is_not_worse) == (equal, by_date, not_worse)


def test_a_difference_is_told_in_words():
    verdict = compare({"d": [_row(1, 10)]}, {"d": []}, wants=[_want()])

    assert [each.describe() for each in verdict.differences] == [
        "d: 10 on 2026-01-11T00:00:00 instead of nothing (not worse)"
    ]


def test_a_case_is_planned_compared_and_written_out(tmp_path):
    folder = _write_case(tmp_path)

    figures = planning_cases.measure(Options(data=str(folder), out=str(tmp_path / "out.json")))

    assert (figures["cases"], figures["equal"], figures["not_worse"]) == (1, 1, 1)
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["rows"] == [
        {"case": "small", "plan": "2", "demand": "early", "date": "2026-01-10T00:00:00", "quantity": 5.0},
        {"case": "small", "plan": "2", "demand": "late", "date": "2026-01-05T00:00:00", "quantity": 7.0},
    ]
    assert written["verdicts"][0]["equal"] is True


def test_a_case_that_came_out_later_than_published_is_worse(tmp_path):
    figures = planning_cases.measure(Options(data=str(_write_case(tmp_path, late="2026-01-04T00:00:00"))))

    assert (figures["equal"], figures["not_worse"]) == (0, 0)
    assert figures["different"] == {
        "small": ["late: 7 on 2026-01-05T00:00:00 instead of 7 on 2026-01-04T00:00:00 (worse)"]
    }


def test_a_model_that_cannot_be_read_is_a_case_that_failed(tmp_path):
    folder = _write_case(tmp_path)
    (folder / "small" / "small.xml").write_text("<plan>")

    figures = planning_cases.measure(Options(data=str(folder)))

    assert (figures["cases"], figures["equal"]) == (1, 0)
    assert "small.xml, line 1: is no XML" in figures["failed"]["small"]


@pytest.mark.parametrize("name", EQUAL)
def test_a_public_case_is_equal_row_by_row(shared_data, name):
    case = planning_cases.plan_case(shared_data / "planning-cases" / name / f"{name}.xml")

    assert not case.failure
    assert not case.notes
    assert [difference.describe() for difference in case.verdict.differences] == []
    assert case.verdict.is_equal


@pytest.mark.parametrize(
    ("name", "plan", "rules"),
    [("buffer_max", "4", Rules(autofence=900.0 * DAY)), ("demand_policy", "2", Rules(constraints=0, is_wish=True))],
)  # fmt: skip
def test_other_plans_of_a_public_case_are_equal_too(shared_data, name, plan, rules):
    folder = shared_data / "planning-cases" / name
    told = json.loads((folder / f"{name}.expected_demands.json").read_text())[plan]["demands"]

    rows = planning_cases.plan_rows(load_model(folder / f"{name}.xml"), Expected(plan=plan, rules=rules, rows={}))

    assert {demand: [(write_instant(row.at), row.quantity) for row in given] for demand, given in rows.items()} == {
        demand: sorted((row["date"], row["quantity"]) for row in given if "date" in row)
        for demand, given in told.items()
    }


@pytest.mark.parametrize(("plan", "constraints"), [("2", 48), ("3", 16), ("4", 48)])
def test_fences_count_working_time(shared_data, plan, constraints):
    """The case's later plans hold purchases to their fence, and give the site working hours that its file has ready."""
    folder = shared_data / "planning-cases" / "constraints_leadtime_3"
    told = json.loads((folder / "constraints_leadtime_3.expected_demands.json").read_text())[plan]["demands"]
    collected = collect(parse(folder / "constraints_leadtime_3.xml"))
    if plan != "2":
        collected.things["location"]["factory"].links["available"] = collected.things["calendar"]["working hours"]
    model = resolve(collected)

    translated = translate(model, rules=Rules(constraints=constraints))
    rows = list_delivered(translated, solve(translated.problem, params=Params(loop=Loop.FAITHFUL)))

    assert {name: [(write_instant(row.at), row.quantity) for row in given] for name, given in rows.items()} == {
        name: sorted((row["date"], row["quantity"]) for row in given) for name, given in told.items()
    }
