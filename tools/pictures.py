"""Take the pictures of README and docs from a running demonstration: `make pictures` with PORT as `make run` has it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import django
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
BASE = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A page as somebody sees it; without a role, as somebody from outside does."""

    name: str
    path: str
    role: str = ""
    scheme: Literal["light", "dark"] = "light"
    is_phone: bool = False


def list_pictures() -> Iterator[Picture]:
    """Return what is worth a look, with the documents that the demonstration happens to hold."""
    from rantai.crm.orders.models import SalesOrder
    from rantai.iscm.demand.models import ForecastSeries

    late = SalesOrder.objects.filter(state="confirmed", is_late=True).order_by("-total").first()
    forecast = ForecastSeries.objects.order_by("-expected_amount").first()
    if not (late and forecast):
        sys.exit("no demonstration with a turn stands in this database")
    yield Picture(name="loop", path="/", role="manager")
    yield Picture(name="loop-dark", path="/", role="manager", scheme="dark")
    yield Picture(name="needs", path="/needs/", role="planner")
    yield Picture(name="order", path=f"/orders/{late.pk}/", role="manager")
    yield Picture(name="forecast", path=f"/demand/forecasts/{forecast.item_id}/", role="planner")
    yield Picture(name="exceptions", path="/supply/exceptions/", role="planner")
    yield Picture(name="months", path="/supply/aggregate/", role="planner")
    yield Picture(name="grid-dark", path="/demand/grid/", role="planner", scheme="dark")
    yield Picture(name="orders-chinese-dark", path="/orders/", role="finance", scheme="dark")
    yield from list_letters()


def list_letters() -> Iterator[Picture]:
    """Return the pages to which letters lead: a customer's order, a supplier's answer."""
    from rantai.foundation.messages.models import OutgoingMessage

    for name, key in (("tracking-phone", "order.promise_moved"), ("answer-phone", "purchase.order")):
        letter = OutgoingMessage.objects.filter(key=key).order_by("-id").first()
        words = letter.body.split() if letter else []
        link = next((word for word in words if word.startswith("http")), "")
        if link:
            yield Picture(name=name, path="/" + link.split("/", 3)[3], is_phone=True)


def take(browser: Browser, picture: Picture) -> None:
    """Save a page as it stands in a window."""
    size: Any = PHONE if picture.is_phone else DESKTOP
    page = browser.new_context(viewport=size, color_scheme=picture.scheme).new_page()
    if picture.role:
        sign_in(page, f"{picture.role}@kirana.example")
    page.goto(BASE + picture.path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    page.context.close()


def sign_in(page: Page, email: str) -> None:
    """Sign in to the demonstration."""
    from rantai.demo import founding

    page.goto(f"{BASE}/account/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(founding.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_load_state()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rantai.config.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no chromium on PATH")
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = list(list_pictures())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in pictures:
            take(browser, picture)
            print(picture.name, flush=True)


if __name__ == "__main__":
    main()
