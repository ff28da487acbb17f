"""The planner's morning in a browser: the queue by keys alone, a bar moved by arrow keys and by drag, the tree."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import time_machine
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules
from playwright.sync_api import Page, expect

from rantai.iscm.messages import Stake
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import ExceptionAnswer, PlannedOrder, PlanOutcome
from rantai.kernel import clock
from rantai.srm.buying.models import PurchaseChangeRequest
from tests.factories import foundation
from tests.factories import iscm as factory
from tests.factories import srm as suppliers

autodiscover_modules("tasks")


@pytest.fixture
def planned(live_server: Any) -> date:
    """A customer waits for a purchase that slipped; another purchase nobody needs; one proposal."""
    suppliers.make_site()
    now = clock.now()
    today = now.date()
    supplier = suppliers.make_supplier("Batam Power")
    panel, lamp = foundation.make_item("PANEL"), foundation.make_item("LAMP")
    board = foundation.make_item("BOARD")
    source = foundation.make_source(panel, supplier=supplier, lead_time_days=2)
    foundation.make_source(board, supplier=supplier, lead_time_days=3)
    with time_machine.travel(now, tick=True):
        factory.make_demand(
            panel, 10, requested_on=today + timedelta(days=5), stake=Stake(margin_per_unit=50_000), as_of=now
        )
        factory.make_demand(board, 4, requested_on=today + timedelta(days=14), as_of=now)
        for item in (panel, lamp):
            order = suppliers.make_sent(supplier, [(item, 10)], due_on=today + timedelta(days=20))
            suppliers.answer(order, (10, today + timedelta(days=20)))
    type(source).objects.filter(pk=source.pk).update(lead_time_days=40)
    planning.make_plan(now, builder="test")
    foundation.make_user("pandu@kirana.example", roles=["planner"])
    return today


def sign_in(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/account/login/")
    page.locator("input[name=login]").fill("pandu@kirana.example")
    page.locator("input[name=password]").fill(foundation.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{live_server.url}/")


def test_the_queue_is_worked_off_by_keys_alone(page: Page, live_server: Any, planned: date) -> None:
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("iscm_supply:exceptions") + "?kind=expedite")

    # The first row stands open beside the list; A does what its button says: the supplier gets a letter.
    expect(page.locator("#detail")).to_contain_text("Batam Power gets a letter")
    expect(page.locator(".prop--current")).to_contain_text("PANEL")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("Batam Power gets a letter")
    assert PurchaseChangeRequest.objects.get().made_by.startswith("user:")

    # D dismisses, Z takes it back.
    page.goto(live_server.url + reverse("iscm_supply:exceptions") + "?open=1&kind=cancel")
    expect(page.locator(".prop")).to_have_count(1)
    page.locator(".prop-do button[data-key=d]").click()
    expect(page.locator("#toasts")).to_contain_text("1 exception dismissed")
    assert ExceptionAnswer.objects.filter(answer="dismissed").count() == 1
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("open again")
    assert not ExceptionAnswer.objects.filter(answer="dismissed").exists()

    # Many at once are ticked, then seen before they are done.
    page.goto(live_server.url + reverse("iscm_supply:exceptions"))
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("button[name=do][value=dismiss]").click()
    expect(page.locator("h1")).to_contain_text("1 exception would go away")


def test_the_planned_orders_are_walked_by_keys_and_go_to_excel_and_back(
    page: Page, live_server: Any, planned: date, tmp_path: Path
) -> None:
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("iscm_supply:plan"))

    # J walks the rows, Enter opens: the tick box that stands first in a row does not catch it.
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/supply/orders/\d+/"))
    page.go_back()

    page.get_by_text("Sheet", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_text("Take the sheet").click()
    frame = pl.read_excel(taken.value.path())
    filled = tmp_path / "planned-orders.xlsx"
    frame.with_columns(pl.lit("accept").alias(frame.columns[1])).write_excel(filled)
    page.set_input_files("#sheet-file", filled)
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.locator("h1")).to_contain_text("would be accepted")
    assert not PlannedOrder.objects.filter(state="released").exists()
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("#toasts")).to_contain_text("decided")
    assert not PlannedOrder.objects.filter(state="proposed").exists()


def test_the_queue_goes_to_excel_and_comes_back_filled_in(
    page: Page, live_server: Any, planned: date, tmp_path: Path
) -> None:
    sign_in(page, live_server)
    page.goto(live_server.url + reverse("iscm_supply:exceptions") + "?kind=expedite")
    page.get_by_text("Sheet", exact=True).click()
    with page.expect_download() as taken:
        page.get_by_text("Take the sheet").click()
    frame = pl.read_excel(taken.value.path())
    filled = tmp_path / "exceptions.xlsx"
    frame.with_columns(pl.lit(12).alias(frame.columns[5])).write_excel(filled)

    page.set_input_files("#sheet-file", filled)
    page.get_by_role("button", name="Show what it changes").click()

    expect(page.locator("h1")).to_contain_text("1 thing would be done")
    expect(page.locator("input[name$=-units]")).to_have_value("12")
    assert not PurchaseChangeRequest.objects.exists()
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url(re.compile(r"/supply/exceptions/"))
    expect(page.locator("#toasts")).to_contain_text("Batam Power gets a letter")
    assert PurchaseChangeRequest.objects.get().units == 12 * 10_000


def test_a_bar_moves_by_arrow_keys_and_by_drag_and_shows_what_that_does(
    page: Page, live_server: Any, planned: date
) -> None:
    sign_in(page, live_server)
    order = PlannedOrder.objects.get(item__code="BOARD")
    url = live_server.url + reverse("iscm_supply:timeline") + "?by=orders"
    page.goto(url)
    bar = page.locator(f"[data-move='{reverse('iscm_supply:move', args=[order.pk])}']")
    expect(bar).to_have_count(1)

    bar.focus()
    for _day in range(9):
        page.keyboard.press("ArrowRight")
    assert bar.get_attribute("transform")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/timeline/\d+/\?days=9"))
    expect(page.locator("h1")).to_contain_text("would be late")
    expect(page.locator(".ph-lede")).to_contain_text("only the next plan knows")

    page.goto(url)
    box = bar.locator("rect").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 80, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    page.wait_for_url(re.compile(r"/timeline/\d+/\?days="))
    order.refresh_from_db()
    assert order.state == "proposed"

    # On a phone the list stands in the place of the picture, and leads to the same preview.
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(url)
    expect(page.locator(".gantt-wide")).to_be_hidden()
    words = page.locator(".gantt-list > summary").bounding_box()
    assert words
    assert words["x"] >= 12
    page.locator(".gantt-list a", has_text="move").first.click()
    expect(page.locator("input[name=due_on]").first).to_be_visible()


def test_the_tree_opens_to_the_cause(page: Page, live_server: Any, planned: date) -> None:
    sign_in(page, live_server)
    outcome = PlanOutcome.objects.get(item__code="PANEL")

    page.goto(f"{live_server.url}/explain/demand/{outcome.demand_id}/tree")

    expect(page.locator(".peg--critical").first).to_be_visible()
    expect(page.locator(".pegs")).not_to_have_count(0)
    summary = page.locator(".peg > details > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".peg > details").first).not_to_have_attribute("open", "")
