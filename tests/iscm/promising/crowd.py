"""A process of many clients who want the same few items at once; others kill it, or its connections, while it works.

    python -m tests.iscm.promising.crowd '{"clients": 16, "seed": 1, "journal": "…", "stop": "…", …}'

Each client writes into the journal what it was told: an answer that was heard has to be true ever after.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import DatabaseError, InterfaceError, connections  # noqa: E402
from django.db.utils import Error as PassingError  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from rantai.config import wiring  # noqa: E402, F401 (who hears what)
from rantai.crm import facade as crm  # noqa: E402
from rantai.crm.messages import OrderDraft, OrderLineDraft, OrderView  # noqa: E402
from rantai.iscm import facade as iscm  # noqa: E402
from rantai.kernel import relay  # noqa: E402
from rantai.kernel.quantities import Quantity  # noqa: E402
from rantai.kernel.transactions import run_atomic  # noqa: E402

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
BROKEN = (DatabaseError, InterfaceError, PassingError)
"""What a client hears whose connection was cut: it asks again, as a person would."""


@dataclass(kw_only=True)
class Client:
    """One customer's clerk, who orders, changes and cancels until the file `stop` is there."""

    plan: dict[str, Any]
    number: int
    journal: Any
    lock: threading.Lock
    mine: list[int] = field(default_factory=list)

    def work(self) -> None:
        chance = random.Random(f"{self.plan['seed']}/{self.number}")
        while not Path(self.plan["stop"]).exists():
            try:
                self._act(chance)
            except BROKEN as error:
                self._note("cut", reason=type(error).__name__)
                connections.close_all()
            except (crm.OrderRefused, *iscm.REFUSALS) as refused:
                self._note("refused", reason=type(refused).__name__)
            except Exception as error:  # the journal says what no client should ever see
                self._note("broken", reason=repr(error))
        connections.close_all()

    def _act(self, chance: random.Random) -> None:
        dice = chance.random()
        if dice < 0.7 or not self.mine:
            self._order(chance)
        elif dice < 0.85:
            self._change(chance)
        else:
            self._cancel(chance)

    def _order(self, chance: random.Random) -> None:
        wanted = chance.sample(self.plan["items"], 2)
        lines = tuple(
            OrderLineDraft(
                item_id=item, quantity=Quantity.of(chance.randint(1, 4)), unit_price=100_000,
                requested_on=NOW.date() + timedelta(days=chance.randint(2, 30)),
            )
            for item in wanted
        )  # fmt: skip
        draft = OrderDraft(
            company_id=self.plan["company"], party_id=self.plan["customer"], ship_to_id=self.plan["address"],
            lines=lines, as_of=NOW, by=f"client:{self.number}",
        )  # fmt: skip
        order_id = crm.capture_order(draft)
        view = crm.confirm_order(order_id, revision=1, by=draft.by, as_of=NOW)
        self.mine.append(order_id)
        self._hear("confirmed", view)

    def _change(self, chance: random.Random) -> None:
        view = crm.get_order(chance.choice(self.mine))
        line = chance.choice(view.lines)
        change = crm.LineChange(line_id=line.line, quantity=Quantity.of(chance.randint(1, 5)).amount)
        by = f"client:{self.number}"
        self._note("changing", order=view.id)
        self._hear("changed", crm.change_order(view.id, changes=[change], revision=view.revision, by=by, as_of=NOW))

    def _cancel(self, chance: random.Random) -> None:
        order_id = self.mine.pop(chance.randrange(len(self.mine)))
        self._note("cancelling", order=order_id)
        crm.cancel_order(order_id, revision=crm.get_order(order_id).revision, by=f"client:{self.number}", as_of=NOW)
        self._note("cancelled", order=order_id)

    def _hear(self, what: str, view: OrderView) -> None:
        self._note(what, order=view.id, units=sum(line.units.amount for line in view.lines))

    def _note(self, what: str, **facts: Any) -> None:
        with self.lock:
            self.journal.write(json.dumps({"client": self.number, "what": what, **facts}) + "\n")
            self.journal.flush()


def main(plan: dict[str, Any]) -> None:
    """Let the clients of this process loose, with one relay that tells the house what they did."""
    lock = threading.Lock()
    with Path(plan["journal"]).open("a") as journal:
        clients = [
            Client(plan=plan, number=plan["first"] + place, journal=journal, lock=lock)
            for place in range(plan["clients"])
        ]
        threads = [threading.Thread(target=client.work) for client in clients]
        if plan["relays"]:
            threads.append(threading.Thread(target=_relay, args=(Path(plan["stop"]),)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _relay(stop: Path) -> None:
    assert get_resolver().url_patterns  # as a worker has them before its first fact
    while not stop.exists():
        try:
            relay.drain()
            run_atomic(lambda: iscm.release_for_shipping(NOW))
        except BROKEN:
            connections.close_all()
        time.sleep(0.05)
    connections.close_all()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
