"""Scene 9: five chain types on the same demand, five plans, compared on one page; one becomes the real policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from rantai.foundation.items.actions import categories
from rantai.foundation.items.models import Category
from rantai.iscm.inventory.models import DecouplingPoint, StockPolicy
from rantai.iscm.strategy import tasks
from rantai.iscm.strategy.models import ScenarioRun, Takeover
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.management.answering import Planner
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic
from tests.factories import forecasting, foundation
from tests.factories import iscm as factory

FIVE = ("Everywhere on the shelf", "Quick to react", "Lean logistics", "New before the others", "Good and cheap")


@pytest.fixture
def monitors(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Category:
    """A family of monitors made of a bought panel, with sales, a forecast, stock targets and a plan."""
    planner = Planner("test")
    monkeypatch.setattr(tasks, "_start_planner", lambda question: {"ok": True, **planner.answer(question)})
    site, company = foundation.make_site(), foundation.make_company()
    family = run_atomic(lambda: categories.add_category("MON", name={"en": "Monitors"}, by="test"))
    supplier = foundation.make_party(name="PT Panel", role="supplier")
    panel = foundation.make_item("PANEL", standard_cost=500_0000, is_sold=False, category=family)
    monitor = foundation.make_item("MON-15", standard_cost=900_0000, category=family)
    mouse = foundation.make_item("MOUSE", standard_cost=40_0000)
    for item, days in ((panel, 8), (mouse, 4)):
        foundation.make_source(
            item, supplier=supplier, lead_time_days=days, cost=item.standard_cost, calendar=company.calendar
        )
    foundation.make_bill(monitor, [(panel, 1)])
    foundation.make_source(monitor, kind="make", location=site, lead_time_days=2, calendar=company.calendar)
    now = clock.now()
    today = clock.business_date(now, company.zone)
    weeks = [8, 12, 9, 15, 7, 11, 10, 13, 6, 12] * 4
    monday = today - timedelta(days=today.weekday())
    forecasting.make_history({monitor: weeks, mouse: [2 * units for units in weeks]}, location=site, until=monday)
    forecasting.forecast(now)
    forecasting.set_targets(now)
    factory.make_demand(monitor, 9, requested_on=today + timedelta(days=20), as_of=now)
    factory.make_demand(mouse, 20, requested_on=today + timedelta(days=12), as_of=now)
    planning.make_plan(now, builder="test")
    foundation.make_user("pandu@kirana.example", roles=["planner"])
    return family


def solve_all() -> None:
    """Do what a worker does."""
    while (job := jobs.claim(worker="test")) is not None:
        jobs.run_job(job, worker="test", is_raising=True)
    connections["default"].close_if_unusable_or_obsolete()


def read_row(page: Page, name: str) -> list[str]:
    """Return the figures of a row: the plan's, then each scenario's."""
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=False)).first
    return [text.split("\n")[0] for text in row.get_by_role("cell").all_inner_texts()]


def test_five_chain_types_are_compared_and_one_becomes_the_policy(
    page: Page, live_server: Any, monitors: Category
) -> None:
    page.goto(f"{live_server.url}/account/login/")
    page.locator("input[name=login]").fill("pandu@kirana.example")
    page.locator("input[name=password]").fill(foundation.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{live_server.url}/")

    # The rail leads to scenarios, these to the five templates; one click asks for all five.
    page.get_by_role("navigation").get_by_role("link", name="Scenarios").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody has asked yet")
    page.get_by_role("link", name="Five templates").click()
    page.get_by_role("button", name="Compare all five").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("0 of 5 are solved")

    # The page fills by itself once they are solved.
    solve_all()
    table = page.get_by_role("table").filter(has_text="Order lines on time and whole")
    expect(table).to_be_visible(timeout=20_000)
    for name in FIVE:
        expect(table.get_by_role("columnheader", name=name)).to_be_visible()
    assert ScenarioRun.objects.filter(state="done").count() == 5

    # The same demand in each, but other plans: who keeps no stock ties up least and lets customers wait longest.
    asked = {run.figures.get(code="expected_on_time").denominator for run in ScenarioRun.objects.all()}
    assert len(asked) == 1
    waits = read_row(page, "Wait for what is expected")[1:]
    stock = [run.figures.get(code="stock_value").numerator for run in ScenarioRun.objects.order_by("id")]
    assert len(set(stock)) >= 4
    assert min(stock) == stock[FIVE.index("Good and cheap")]
    assert max(float(text) for text in waits) == float(waits[FIVE.index("Good and cheap")]) > 1
    expect(page.locator("[data-chart], canvas, .chart").first).to_be_visible()

    # One of them becomes the real policy of the family, after a look at what it writes; and back.
    page.goto(f"{live_server.url}/strategy/templates/agile/")
    page.get_by_label("Category").select_option(label="MON · Monitors")
    page.get_by_role("button", name="See what it would write").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("This writes")
    expect(page.get_by_role("row").filter(has_text="MON-15")).to_contain_text("finished to order")
    page.get_by_role("button", name="Make it the policy").click()
    page.wait_for_url("**/strategy/taken/")
    assert StockPolicy.objects.get(category=monitors).service_level == 9_500
    assert DecouplingPoint.objects.get().decoupling == "assemble"
    page.get_by_role("link", name="Template “Quick to react” for Monitors").click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("main")).to_contain_text("taken back")
    assert Takeover.objects.get().state == "undone"
    assert not StockPolicy.objects.exists()


def test_a_supplier_that_stops_is_said_in_plain_words_and_hurts(
    page: Page, live_server: Any, monitors: Category
) -> None:
    page.goto(f"{live_server.url}/account/login/")
    page.locator("input[name=login]").fill("pandu@kirana.example")
    page.locator("input[name=password]").fill(foundation.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/strategy/new")
    page.get_by_label("What if …").fill("PT Panel stops for two months")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="A supplier stops").click()
    page.get_by_label("Supplier", exact=True).select_option(label="PT Panel")
    today = clock.business_date(clock.now(), "Asia/Jakarta")
    page.get_by_label("From", exact=True).fill(today.isoformat())
    page.get_by_label("Until, that day too").fill((today + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="Lay it over the plan").click()
    expect(page.get_by_role("row").filter(has_text="PT Panel delivers nothing from")).to_be_visible()
    page.get_by_role("button", name="Solve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is being solved")
    solve_all()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 more order lines late or short", timeout=20_000)
    page.get_by_role("link", name="2 order lines served otherwise").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 order lines lose")
