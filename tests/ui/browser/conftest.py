"""A signed-in browser in a real Chromium, with axe at hand."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client

# Playwright drives its browser from an event loop of this thread; Django's guard means another danger.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "src" / "rantai" / "ui" / "static" / "dist" / "app.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium once, or skip and say what is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    if not (AXE.is_file() and BUILT.is_file()):
        pytest.skip("assets are not built: make assets")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, live_server: Any, transactional_db: None) -> Iterator[Open]:
    """Open an address as an administrator; `page.troubles` gathers what the console complains of."""
    user = get_user_model().objects.create(email="admin@example.com", name="Rina Wati", is_admin=True)
    client = Client()
    client.force_login(user, backend="rantai.foundation.access.backends.RoleBackend")
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    contexts = []

    def open_(
        address: str, *, width: int = 1440, theme: str = "light", language: str = "en", script: bool = True
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            # Axe looks once; a panel caught sliding in has the contrast of a ghost.
            reduced_motion="reduce",
            color_scheme=theme,
            java_script_enabled=script,
            has_touch=width < 600,
        )
        contexts.append(context)
        context.add_cookies(
            [
                {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url},
                {"name": django_settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
            ]
        )
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda line: page.troubles.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.goto(live_server.url + address)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def find_violations() -> Callable[[Any], list[str]]:
    """Return what axe finds; it enters by the debugger's door, since the CSP keeps strings from being run."""

    def find(page: Any) -> list[str]:
        door = page.context.new_cdp_session(page)
        door.send("Runtime.evaluate", {"expression": AXE.read_text()})
        ask = f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then((found) => JSON.stringify(found.violations))"
        answer = door.send("Runtime.evaluate", {"expression": ask, "awaitPromise": True})
        return [
            f"{one['id']}: {node['html'][:120]}"
            for one in json.loads(answer["result"]["value"])
            for node in one["nodes"]
        ]

    return find
