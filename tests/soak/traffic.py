"""People and machines that go on working: pages are asked for, orders are confirmed, each under a key of its own."""

from __future__ import annotations

import http.cookiejar
import json
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.soak.company import Shop

PAGES = ("/", "/needs/", "/imports/", "/jobs/", "/supply/", "/orders/", "/stock/", "/promises/", "/buying/orders/")
# After the storm nobody is killed: an answer must come within this.
PATIENCE_SECONDS = 30.0
# What a killed server says: nothing, or half a sentence. Asked again, it answers.
GONE = (OSError, urllib.error.URLError, ConnectionError, TimeoutError)


@dataclass
class Heard:
    """What callers were told."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed_answers: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    page_seconds: list[float] = field(default_factory=list)
    lost_calls: int = 0
    repeated_calls: int = 0


class Traffic:
    """Threads that call until told to stop; a call that was lost is made again with the same key."""

    def __init__(self, url: str, shop: Shop, *, seed: int, callers: int = 2, readers: int = 1) -> None:
        self.url, self.shop, self.heard = url, shop, Heard()
        self._stop = threading.Event()
        jobs = [(self._order, number) for number in range(callers)] + [
            (self._read, number) for number in range(readers)
        ]
        self._threads = [
            threading.Thread(target=work, args=(number, random.Random(f"{seed}/{work.__name__}/{number}")), daemon=True)
            for work, number in jobs
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> Heard:
        """Let each caller finish what it began; return what they heard."""
        self._stop.set()
        until = time.monotonic() + PATIENCE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                self._note("a caller waits for an answer that does not come")
        return self.heard

    def _order(self, caller: int, chance: random.Random) -> None:
        number = 0
        while not self._stop.wait(chance.uniform(0.5, 1.5)):
            number += 1
            reference = f"STORM-{caller}-{number}"
            order = self._post("/orders", self._describe(reference, chance), key=reference)
            if order is None:
                continue
            if order["state"] == "draft":
                order = self._confirm(order["id"], order["revision"])
            self.heard.orders[reference] = order

    def _describe(self, reference: str, chance: random.Random) -> dict[str, Any]:
        soon = (datetime.now(UTC) + timedelta(days=chance.randint(3, 40))).date().isoformat()
        codes = chance.sample(self.shop.codes, chance.randint(1, 4))
        lines = [{"item": code, "quantity": str(chance.randint(1, 5)), "requested_on": soon} for code in codes]
        customer = chance.choice(self.shop.customers)
        return {"customer": customer, "reference": reference, "lines": lines, "confirm": chance.random() < 0.7}

    def _post(self, path: str, body: dict[str, Any], *, key: str) -> dict[str, Any] | None:
        """Create once whatever happens on the way; ask a second time after one answer in five."""
        answer = self._call(path, body, key=key)
        if answer and int(key.rpartition("-")[2]) % 5 == 0:
            self.heard.repeated_calls += 1
            again = self._call(path, body, key=key)
            if again != answer:
                self.heard.changed_answers.append(f"{key}: {answer} became {again}")
        return answer

    def _confirm(self, order_id: int, revision: int) -> dict[str, Any]:
        """Confirm a draft: where the answer was lost, the second try hears that it is confirmed already."""
        self._call(f"/orders/{order_id}/confirm", {"revision": revision}, expected=(409,))
        return self._call(f"/orders/{order_id}") or {}

    def _call(
        self, path: str, body: dict[str, Any] | None = None, *, key: str = "", expected: tuple[int, ...] = ()
    ) -> dict[str, Any] | None:
        """Ask until somebody answers."""
        headers = {"Authorization": f"Bearer {self.shop.key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        data = json.dumps(body).encode() if body is not None else None
        while True:
            request = urllib.request.Request(f"{self.url}/api/v1{path}", data=data, headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    found: dict[str, Any] = json.load(answer)
                    return found
            except urllib.error.HTTPError as error:
                if error.code in expected:
                    return None
                self._note(f"{path}: {error.code} {error.read().decode()[:300]}")
                if error.code < 500:
                    return None
            except (*GONE, ValueError):
                self.heard.lost_calls += 1
            time.sleep(0.2)

    def _read(self, reader: int, chance: random.Random) -> None:
        browser = self._sign_in()
        while not self._stop.wait(chance.uniform(0.0, 0.1)):
            page = chance.choice(PAGES)
            began = time.perf_counter()
            try:
                browser.open(f"{self.url}{page}", timeout=30).read()
            except urllib.error.HTTPError as error:
                self._note(f"{page}: {error.code}")
            except GONE:
                self.heard.lost_calls += 1
                time.sleep(0.2)
            else:
                self.heard.page_seconds.append(time.perf_counter() - began)

    def _sign_in(self) -> urllib.request.OpenerDirector:
        """Return a browser that holds the session of the shop's person."""
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        address = f"{self.url}/account/login/"
        while True:
            try:
                form = browser.open(address, timeout=30).read().decode()
                token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
                assert token, "the sign-in page has no form"
                posted = {"login": self.shop.email, "password": self.shop.password, "csrfmiddlewaretoken": token[1]}
                answer = browser.open(address, urllib.parse.urlencode(posted).encode(), timeout=30)
                assert "/login" not in answer.geturl(), "the shop's person could not sign in"
            except GONE:
                time.sleep(0.2)
            else:
                return browser

    def _note(self, error: str) -> None:
        self.heard.errors[error] += 1
