"""The first order of the story, by hand: sales types it, the warehouse sends it, each in their language."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils.module_loading import autodiscover_modules
from playwright.sync_api import Page, expect

from rantai.crm.orders.models import SalesOrder
from rantai.foundation.access import actions as access
from rantai.iscm import facade as iscm
from rantai.kernel import clock, jobs, relay
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations

autodiscover_modules("tasks")


def work() -> None:
    """Do what the worker does."""
    relay.drain()
    while jobs.run_next(worker="browser test"):
        relay.drain()


@pytest.fixture
def people(live_server: Any) -> dict[str, str]:
    """A company with stock and a customer, a sales person (Indonesian) and a warehouse hand (Chinese)."""
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory)
    clinic = sales.make_customer("Klinik Harapan", territory=territory, language="id", email="beli@klinik.example")
    monitor = sales.make_priced_item("MON-15-XG", price="2150000", name={"en": "15-inch monitor"})
    operations.make_stock(monitor, site, 10)
    with transaction.atomic():
        access.add_builtin_roles()
    foundation.make_user("sari@kirana.example", roles=["sales"], language="id")
    foundation.make_user("gudang@kirana.example", roles=["warehouse"], language="zh-hans")
    return {"customer": str(clinic.party_id), "base": live_server.url}


def sign_in(page: Page, base: str, email: str) -> None:
    """Sign in as one of the people, after whoever was there before."""
    page.context.clear_cookies()
    page.goto(f"{base}/account/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(foundation.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("input[name=password]")).to_have_count(0)


def test_an_order_is_typed_promised_sent_and_read(people: dict[str, str], page: Page) -> None:
    base = people["base"]
    sign_in(page, base, "sari@kirana.example")
    page.goto(f"{base}/orders/new/?customer={people['customer']}")
    page.locator("input[name=lines-0-item]").fill("MON-15-XG")
    page.locator("input[name=lines-0-quantity]").fill("4")
    page.locator("input[name=lines-0-requested_on]").fill((date.today() + timedelta(days=14)).isoformat())
    page.locator("button[value=quote]").click()
    expect(page.locator("h1")).not_to_contain_text("MON-15-XG")
    page.locator("button[value=confirm]").click()
    page.wait_for_url("**/orders/*/")

    order = SalesOrder.objects.get()
    assert order.state == "confirmed"
    expect(page.locator("html")).to_have_attribute("lang", "id")
    work()
    (shipment,) = iscm.release_for_shipping(clock.now() + timedelta(days=14))

    sign_in(page, base, "gudang@kirana.example")
    page.goto(f"{base}/fulfilment/shipments/{shipment}/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.locator("button[form=pack]").click()
    page.locator("button[form=ship]").wait_for()
    page.locator("[name=carrier]").fill("JNE")
    page.locator("button[form=ship]").click()
    page.locator("button[form=deliver]").wait_for()
    page.locator("button[form=deliver]").click()
    expect(page.locator("button[form=deliver]")).to_have_count(0)
    work()

    order.refresh_from_db()
    assert order.state == "closed"
    sign_in(page, base, "sari@kirana.example")
    page.goto(f"{base}/orders/{order.pk}/")
    expect(page.locator("main")).to_contain_text("JNE")
