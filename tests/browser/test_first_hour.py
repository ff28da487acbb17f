"""The tutorial by machine: each step stands under the heading that it plays, in a company that is really served."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rantai.demo import founding
from tests.soak import serving

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial" / "first-hour.md"
PATIENCE = 30_000
"""Milliseconds for a page, however busy the machine."""
LETTERS = 150
"""Seconds: the letters of the demonstration's own past are written first."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small demonstration company behind `rantai serve`."""
    home = tmp_path_factory.mktemp("first-hour")
    environment = serving.describe_environment(home, 0)
    make = [sys.executable, "-m", "rantai.config.cli", "demo", "--size", "small"]
    subprocess.run(make, env=environment, check=True, timeout=600, capture_output=True)
    with serving.serve(home) as served:
        yield served.url


def test_every_heading_is_played() -> None:
    headings = re.findall(r"^## (.+)$", TUTORIAL.read_text(), flags=re.MULTILINE)
    assert [step.__name__.replace("_", " ") for step in STEPS] == [name.lower() for name in headings]


@pytest.mark.slow
def test_the_first_hour(base: str, page: Page) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    for step in STEPS:
        step(page, base)


def start_it(page: Page, base: str) -> None:
    page.goto(f"{base}/account/login/")
    page.locator("input[name=login]").fill("manager@kirana.example")
    page.locator("input[name=password]").fill(founding.PASSWORD)
    page.locator("input[name=password]").press("Enter")


def read_the_loop(page: Page, base: str) -> None:
    expect(page.locator("h1")).to_contain_text("open orders will be late")


def see_why_an_order_is_late(page: Page, base: str) -> None:
    choose(page, "Orders")
    page.locator("main").get_by_role("link", name=re.compile("^Late")).click()
    page.locator("main table tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("late")
    page.keyboard.press("e")
    expect(page.get_by_text("From the customer to the cause")).to_be_visible()


def accept_what_the_plan_proposes(page: Page, base: str) -> None:
    choose(page, "Needs me now")
    page.locator("main a[href*='at=proposal:']").first.click()
    expect(page.get_by_text("Where the quantity comes from")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text(re.compile("Accepted")).first).to_be_visible()


def order_it(page: Page, base: str) -> None:
    choose(page, "Purchase orders")
    page.get_by_role("link", name=re.compile("requisitions? to decide")).click()
    page.get_by_role("button", name="Accept").first.click()
    choose(page, "Purchase orders")
    page.locator("main").get_by_role("link", name=re.compile("^To approve")).click()
    page.locator("main table tbody a").first.click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.get_by_role("button", name=re.compile("^Send once more"))).to_be_visible()


def be_the_supplier(page: Page, base: str) -> None:
    number = re.search(r"PO-\d+", page.title())
    assert number
    link = wait_for_link(page, base, number[0])
    page.goto(base + link)
    day = (date.today() + timedelta(days=90)).isoformat()
    page.locator(".opts input[value=changed]").first.check(force=True)
    page.locator("input[type=date]").first.fill(day)
    page.locator("button[value=lines]").click()
    page.goto(base + link)
    expect(page.locator("input[type=date]").first).to_have_value(day)


def see_the_promise_move(page: Page, base: str) -> None:
    page.goto(f"{base}/buying/orders/?late=1&view=late")
    expect(page.locator("h1")).to_contain_text("late")
    page.goto(f"{base}/messages/?q=SO-")
    expect(page.locator("main table tbody tr").first).to_be_visible()


def take_an_order(page: Page, base: str) -> None:
    choose(page, "Orders")
    page.get_by_role("link", name=re.compile("New order")).click()
    page.locator("main table tbody a, main ul a").first.click()
    page.locator("input[name=lines-0-item]").fill("MON-15-XG")
    page.locator("input[name=lines-0-quantity]").fill("2")
    page.locator("button[value=quote]").click()
    page.locator("button[value=confirm]").click()
    page.wait_for_url(re.compile(r"/orders/\d+/"))
    expect(page.locator("h1")).to_contain_text(re.compile(r"\d"))


def send_one(page: Page, base: str) -> None:
    choose(page, "Shipments")
    page.locator("main table tbody a").first.click()
    page.locator("button[form=pack]").click()
    page.locator("[name=carrier]").fill("JNE")
    page.locator("button[form=ship]").click()
    page.locator("button[form=deliver]").click()
    expect(page.locator("button[form=deliver]")).to_have_count(0)


def bring_your_own(page: Page, base: str) -> None:
    """The terminal's part is played by tests/browser/test_founding.py; here its page is merely opened."""
    page.goto(f"{base}/imports/new")
    expect(page.locator("input[type=file]")).to_have_count(1)


STEPS = (
    start_it,
    read_the_loop,
    see_why_an_order_is_late,
    accept_what_the_plan_proposes,
    order_it,
    be_the_supplier,
    see_the_promise_move,
    take_an_order,
    send_one,
    bring_your_own,
)


def choose(page: Page, station: str) -> None:
    """Go to a station of the rail."""
    page.locator("nav").get_by_role("link", name=re.compile(f"^{station}")).first.click()
    page.wait_for_load_state("networkidle")


def wait_for_link(page: Page, base: str, number: str) -> str:
    """Return the link of an order's letter once the worker has written it."""
    until = time.monotonic() + LETTERS
    while time.monotonic() < until:
        page.goto(f"{base}/messages/?q={number}")
        letters = page.locator("main table tbody a")
        if letters.count():
            letters.first.click()
            found = re.search(r"/dock/a/[\w-]+/", page.locator("main").inner_text())
            if found:
                return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no letter for {number}")
