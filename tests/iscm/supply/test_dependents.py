"""Parts are kept for what is made of them: their targets follow the forecast and the error of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from django.urls import reverse

from rantai.iscm.demand.models import ForecastSeries
from rantai.iscm.demand.queries import forecasts
from rantai.iscm.inventory.models import StockTarget
from rantai.iscm.inventory.views import explained as views
from rantai.iscm.supply.queries import dependents, keys, supplies
from tests.factories import forecasting, foundation, production

pytestmark = pytest.mark.django_db(transaction=True)

SALES = [4, 6, 3, 5, 4, 7, 2, 5] * 8
OWN = [3, 2, 4, 3, 3, 1, 5, 3] * 8


def target_of(item, site) -> StockTarget:
    return StockTarget.objects.select_related("location").get(run__state="current", item=item, location=site)


def error_of(item) -> float:
    return ForecastSeries.objects.get(run__state="current", item=item).error_std


def set_up(**history):
    site = foundation.make_site(kind="plant")
    parts = production.make_computer(site)
    demand = {getattr(parts, name): weeks for name, weeks in history.items()}
    forecasting.make_history(demand, location=site)
    forecasting.forecast()
    forecasting.set_targets()
    return site, parts


def test_a_part_that_nobody_buys_is_kept_for_the_computer_that_is_made_of_it() -> None:
    site, parts = set_up(computer=SALES)

    case, circuit = target_of(parts.case, site), target_of(parts.circuit, site)

    # a computer takes one case, and by its board two circuits: twice the demand, twice the error
    assert case.demand_mean == case.dependent_mean > 3
    assert case.demand_std == pytest.approx(error_of(parts.computer))
    assert circuit.demand_std == pytest.approx(2 * error_of(parts.computer))
    assert (case.safety_stock > 0, case.reorder_point > case.safety_stock) == (True, True)
    assert [item for item, _units in circuit.uses] == [parts.computer.pk]
    assert circuit.uses[0][1] == pytest.approx(2 * case.uses[0][1], rel=1e-3)
    # neither the computer nor its board is kept: they are made to order
    assert not StockTarget.objects.filter(item__in=[parts.computer, parts.board]).exists()


def test_a_part_that_is_sold_too_adds_both_needs_and_the_squares_of_both_errors() -> None:
    site, parts = set_up(computer=SALES, case=OWN)

    case = target_of(parts.case, site)

    assert 0 < case.dependent_mean < case.demand_mean
    assert case.demand_std == pytest.approx(np.hypot(error_of(parts.computer), error_of(parts.case)))


def test_what_is_kept_on_stock_asks_for_its_parts_too() -> None:
    site = foundation.make_site(kind="plant")
    parts = production.make_computer(site)
    type(parts.computer).objects.filter(pk__in=[parts.computer.pk, parts.board.pk]).update(decoupling="stock")
    forecasting.make_history({parts.computer: SALES}, location=site)
    forecasting.forecast()
    forecasting.set_targets()

    computer, board, circuit = (target_of(item, site) for item in (parts.computer, parts.board, parts.circuit))

    assert (computer.dependent_mean, computer.uses) == (0, [])
    assert board.demand_std == pytest.approx(computer.demand_std)
    assert circuit.demand_std == pytest.approx(2 * computer.demand_std)


def test_past_weeks_of_the_whole_count_for_its_part() -> None:
    lumpy = [0, 0, 0, 0, 0, 0, 0, 24] * 8
    site, parts = set_up(computer=lumpy)

    case = target_of(parts.case, site)

    assert case.method == "empirical"
    assert case.safety_stock > 0


def test_the_page_says_what_a_part_is_kept_for() -> None:
    site, parts = set_up(computer=SALES)

    facts = {fact.label: fact.value for fact in views.describe(target_of(parts.case, site), "pcs").facts}

    assert facts["Of it for what is made of it"] == facts["Demand a week"]
    assert facts["Made of it, units a week"].startswith(f"{parts.computer.code} ")


def test_without_bills_nothing_is_looked_for(django_assert_num_queries) -> None:
    site, item = foundation.make_site(), foundation.make_item()
    forecasting.make_history({item: SALES}, location=site)
    forecasting.forecast()
    current = forecasts.load_current()

    with django_assert_num_queries(1):
        assert dependents.list_makers(current, on=forecasting.FIRST_WEEK) == {}


def test_a_plan_holds_the_safety_stock_of_a_part_and_brings_what_is_made_of_it_by_itself() -> None:
    site, parts = set_up(computer=SALES)

    case = target_of(parts.case, site)
    levels = supplies.read_targets()
    row = levels["place"].tolist().index(keys.pair_of(parts.case.pk, site.pk))

    # the reorder point covers the lead time's demand, which the plan sees as the forecast of the computer
    assert case.reorder_point > levels["reorder_level"][row] == case.safety_stock


def test_the_page_of_a_part_that_nobody_buys_says_who_asks_for_it(client) -> None:
    _site, parts = set_up(computer=SALES)
    client.force_login(foundation.make_user(roles=["planner"]))

    page = client.get(reverse("iscm_demand:forecast", args=[parts.case.pk])).content.decode()

    assert "Only what is made of it asks for it" in page
    assert "Nobody has asked for it yet" not in page
