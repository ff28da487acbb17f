"""The doors for people without an account, by hand on a phone: with script and without."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from playwright.sync_api import Browser, Page, expect

from rantai.crm.orders.actions import links
from rantai.foundation.documents.models import Comment
from rantai.srm.buying.models import PurchaseOrder
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import srm as buying

PHONE = {"width": 390, "height": 844}


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    cache.clear()
    context = browser.new_context(viewport=PHONE, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


@pytest.fixture
def order(live_server: Any) -> PurchaseOrder:
    supplier = buying.make_supplier("Suzhou Light")
    return buying.make_sent(supplier, [(foundation.make_item(code=code), 10) for code in ("PANEL-15", "PANEL-17")])


def test_a_supplier_answers_line_by_line(live_server: Any, phone: Page, order: PurchaseOrder) -> None:
    first, second = buying.list_schedules(order)
    phone.goto(f"{live_server.url}{buying.find_link(order)}")
    everything, mine = (phone.locator(f"button[value={do}]") for do in ("all", "lines"))
    expect(everything).to_be_visible()
    expect(mine).to_be_hidden()
    expect(phone.locator(f"#id_on_{second.pk}_1")).to_be_hidden()

    phone.locator(f"input[name=how_{first.pk}][value=cannot]").check(force=True)
    phone.locator(f"#id_reason_{first.pk}").fill("No glass")
    phone.locator(f"input[name=how_{second.pk}][value=changed]").check(force=True)
    phone.locator(f"#id_on_{second.pk}_1").fill("2026-12-01")

    expect(phone.locator(f"#id_units_{first.pk}_1")).to_be_hidden()
    expect(everything).to_be_hidden()
    mine.click()
    expect(phone.locator("h1")).to_have_text("1 line comes short")
    rows = [(row.committed, row.committed_on and row.committed_on.isoformat()) for row in buying.list_schedules(order)]
    assert [units for units, _day in rows] == [0, 100_000]
    assert rows[1][1] == "2026-12-01"


def test_everything_is_confirmed_with_one_touch(live_server: Any, phone: Page, order: PurchaseOrder) -> None:
    phone.goto(f"{live_server.url}{buying.find_link(order)}")

    phone.locator("button[value=all]").click()

    expect(phone.locator("h1")).to_have_text("You keep all quantities and dates")
    order.refresh_from_db()
    assert order.state == "confirmed"


def test_the_sum_of_the_choices_counts_along(live_server: Any, page: Page, order: PurchaseOrder) -> None:
    cache.clear()
    page.goto(f"{live_server.url}{buying.find_link(order)}")
    told = page.locator("[data-answers]")
    expect(told).to_have_text("As asked: 2 · Changed: 0 · Cannot: 0")

    page.locator(".opts input[value=cannot]").first.check(force=True)

    expect(told).to_have_text("As asked: 1 · Changed: 0 · Cannot: 1")


def test_a_customer_asks(live_server: Any, phone: Page) -> None:
    sales.wire()
    account = sales.make_customer("Toko Sinar", email="toko@example.com")
    sold = sales.make_confirmed(account, [(sales.make_stocked_item("MON-15"), 1)])
    with transaction.atomic():
        url = links.get_tracking_url(sold.pk, party_id=sold.party_id)
    phone.goto(f"{live_server.url}/{url.split('/', 3)[3]}")

    phone.locator("textarea[name=text]").fill("Can it come on Friday?")
    phone.locator("#questions button[type=submit]").click()

    expect(phone.locator("#questions .post-text")).to_have_text("Can it come on Friday?")
    assert Comment.objects.get().kind == "customer"
