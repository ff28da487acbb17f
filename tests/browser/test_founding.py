"""An empty database is founded in a browser: by its link, over four pages, on a phone, without script too."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from rantai.desk.welcome import links
from rantai.foundation.access.models import User
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Company
from rantai.kernel.transactions import run_atomic

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def link(live_server) -> str:
    """The address that the console prints."""
    return f"{live_server.url}/welcome/open/{run_atomic(links.issue)}"


def go_on(page: Page) -> None:
    page.locator("button[name=go][value=on]").click()


def found(page: Page, link: str, *, country: str) -> None:
    page.goto(link)
    page.locator(".door-actions a").click()
    page.locator("input[name=name]").fill("Sinar Jaya")
    page.locator("select[name=country]").select_option(country)
    go_on(page)
    expect(page.locator("select[name=currency]")).to_be_visible()
    go_on(page)
    page.locator("input[name=trades]").check()
    page.locator("input[name=site_name_1]").fill("Gudang Utama")
    go_on(page)
    page.locator("input[name=name]").fill("Rina")
    page.locator("input[name=email]").fill("rina@example.org")
    page.locator("input[name=password]").fill("a sentence is good")
    page.locator("input[name=again]").fill("a sentence is good")
    go_on(page)


@pytest.mark.parametrize(
    ("locale", "country", "currency", "lang"),
    [("en-GB", "GB", "GBP", "en"), ("id-ID", "ID", "IDR", "id"), ("zh-CN", "CN", "CNY", "zh-hans")],
)
def test_a_company_is_founded_on_a_phone(live_server, browser: Browser, link, locale, country, currency, lang):
    page = browser.new_context(viewport=PHONE, locale=locale).new_page()

    found(page, link, country=country)

    expect(page).to_have_url(re.compile("/welcome/first-steps$"))
    expect(page.locator("html")).to_have_attribute("lang", lang)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    company = Company.objects.get()
    assert (company.currency, company.trades, company.makes) == (currency, True, False)
    assert Location.objects.get(kind="warehouse").name == "Gudang Utama"
    page.goto(f"{live_server.url}/items/")
    expect(page.locator("a[href='/production/orders/']")).to_have_count(0)
    expect(page.locator("a[href='/stock/']")).not_to_have_count(0)
    page.context.close()


def test_it_needs_no_script(live_server, browser: Browser, link):
    page = browser.new_context(java_script_enabled=False).new_page()

    found(page, link, country="ID")

    expect(page).to_have_url(re.compile("/welcome/first-steps$"))
    assert User.objects.get().is_admin
    page.context.close()


def test_going_back_keeps_what_was_typed(live_server, page: Page, link):
    page.goto(link)
    page.goto(f"{live_server.url}/welcome/steps/work")
    page.locator("input[name=makes]").check()
    page.locator("input[name=site_city_1]").fill("Cikarang")

    page.locator("button[name=go][value=back]").click()
    page.goto(f"{live_server.url}/welcome/steps/work")

    expect(page.locator("input[name=makes]")).to_be_checked()
    expect(page.locator("input[name=site_city_1]")).to_have_value("Cikarang")


def test_a_stranger_is_asked_for_the_link(live_server, browser: Browser):
    page = browser.new_page()

    page.goto(f"{live_server.url}/orders/")

    expect(page).to_have_url(re.compile("/welcome/$"))
    expect(page.locator("input[name=code]")).to_be_visible()
    expect(page.locator("text=rantai welcome")).to_be_visible()
    page.close()
