"""From any page to why an order comes when it does, without touching the mouse."""

from datetime import date
from typing import Any

import pytest
from django.utils.module_loading import autodiscover_modules
from playwright.sync_api import Page, expect

from rantai.crm.orders.models import SalesOrder
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import srm as suppliers

autodiscover_modules("tasks")


@pytest.fixture
def order(live_server: Any) -> SalesOrder:
    """A customer's order that leans on a purchase."""
    item = sales.make_stocked_item("MON-15-XG", units=0, name={"en": "15-inch monitor"})
    sales.make_warehouse()
    purchase = suppliers.make_sent(suppliers.make_supplier("Batam Power"), [(item, 10)], due_on=date(2026, 11, 12))
    suppliers.answer(purchase, (10, date(2026, 11, 12)))
    sales.settle()
    made = sales.make_confirmed(sales.make_customer("Klinik Harapan"), [(item, 6)], in_days=3)
    foundation.make_user("maya@kirana.example", roles=["manager"])
    return made


def test_an_order_is_found_and_explained_by_keys_alone(page: Page, live_server: Any, order: SalesOrder) -> None:
    page.goto(f"{live_server.url}/account/login/")
    page.locator("input[name=login]").fill("maya@kirana.example")
    page.locator("input[name=password]").fill(foundation.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{live_server.url}/")

    # Ctrl-K, a part of the customer's name: the first hit is chosen, the arrow walks on and back.
    page.keyboard.press("Control+k")
    expect(page.locator("#palette .pal-input")).to_be_focused()
    page.keyboard.type("so1")
    chosen = page.locator("#hits .pal-hit[aria-selected=true]")
    expect(chosen).to_contain_text(order.number)
    page.locator("#palette .pal-input").fill("")
    page.keyboard.type("order")
    expect(page.locator("#hits .pal-hit")).not_to_have_count(1)
    first = chosen.text_content() or ""
    page.keyboard.press("ArrowDown")
    expect(chosen).not_to_have_text(first)
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_text(first)
    page.locator("#palette .pal-input").fill("")
    page.keyboard.type("so1")
    expect(chosen).to_contain_text(order.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{order.pk}/")

    # e explains at the side, from the customer to the purchase.
    page.keyboard.press("e")
    ladder = page.locator("#side .ladder > li")
    expect(ladder).to_have_count(2)
    expect(ladder.first).to_contain_text("Klinik Harapan")
    expect(ladder.last).to_contain_text("Batam Power")
    page.locator("#side").get_by_role("link", name="See the whole chain").press("Enter")

    # The whole page: the picture and every link beside it.
    page.wait_for_url(f"**/explain/sales_order/{order.pk}")
    expect(page.locator("svg.chain .c-path")).to_have_count(1)
    expect(page.get_by_role("row").filter(has_text="promised from it")).to_have_count(1)
