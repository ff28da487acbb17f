"""What is expected of things made to order is bought as their parts, and nothing is made before it is ordered."""

from __future__ import annotations

import pytest

from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.snapshot import take_snapshot
from tests.factories import forecasting, foundation, production
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db

UNIT = 10_000


def expected(snapshot) -> dict[str, int]:
    """Whole units of forecast demand of four weeks, by item."""
    demands, codes = snapshot.tables["demands"], dict(foundation.Item.objects.values_list("pk", "code"))
    found: dict[str, int] = {}
    for place, kind, units in zip(demands["place"], demands["kind"], demands["quantity"], strict=True):
        if kind == 1:
            code = codes[keys.split(int(place))[0]]
            found[code] = found.get(code, 0) + int(units) // UNIT
    return found


def test_the_forecast_of_a_computer_made_to_order_is_planned_in_its_parts_of_stock() -> None:
    site = foundation.make_site(kind="plant")
    parts = production.make_computer(site)
    forecasting.make_history({parts.computer: [4] * 60}, location=site)
    forecasting.forecast()

    found = expected(take_snapshot(forecasting.MONDAY))

    # a computer takes a case and a board; the board, made to order too, a processor and two circuits
    assert set(found) == {"CASE-A", "CPU-7", "PCB-2"}
    assert found["CASE-A"] == found["CPU-7"] > 0
    assert found["PCB-2"] == 2 * found["CPU-7"]


def test_parts_are_proposed_and_the_computer_is_not() -> None:
    site = foundation.make_site(kind="plant")
    parts = production.make_computer(site)
    forecasting.make_history({parts.computer: [4] * 60}, location=site)
    forecasting.forecast()

    planning.make_plan(forecasting.MONDAY, builder="test")

    proposed = set(PlannedOrder.objects.values_list("item__code", "kind"))
    assert proposed == {("CASE-A", "purchase"), ("CPU-7", "purchase"), ("PCB-2", "purchase")}


def test_orders_of_a_week_use_up_its_forecast_before_parts_are_planned_for_it() -> None:
    site = foundation.make_site(kind="plant")
    parts = production.make_computer(site)
    forecasting.make_history({parts.computer: [4] * 60}, location=site)
    forecasting.forecast()
    before = expected(take_snapshot(forecasting.MONDAY))["CASE-A"]

    factory.make_demand(parts.computer, 4, requested_on=forecasting.FIRST_WEEK.replace(day=18))

    assert expected(take_snapshot(forecasting.MONDAY))["CASE-A"] == before - 4


def test_a_part_that_is_sold_too_is_expected_once_with_both_needs() -> None:
    site = foundation.make_site(kind="plant")
    parts = production.make_computer(site)
    forecasting.make_history({parts.computer: [4] * 60, parts.case: [3] * 60}, location=site)
    forecasting.forecast()

    snapshot = take_snapshot(forecasting.MONDAY)
    found = expected(snapshot)

    weeks = found["CPU-7"] // 4
    assert found["CASE-A"] == weeks * 7
    rows = snapshot.tables["demands"]["key"]
    assert len(set(rows.tolist())) == len(rows)
