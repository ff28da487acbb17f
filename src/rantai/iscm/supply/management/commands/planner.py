"""`rantai planner`: hold the plan in memory, let it follow what happens, answer what is beyond stock, plan anew."""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections, connections

from rantai.iscm.supply.management import folding, listening, watching
from rantai.iscm.supply.management.answering import Planner
from rantai.kernel import clock, leases, sockets, worker

ROLE = "planner"
_LEASE = timedelta(seconds=20)
_RENEW_SECONDS = 4.0
_PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 1.0
_PARTING_SECONDS = 5.0
_SOLVE_SECONDS = 900.0


class Command(BaseCommand):
    """One planner a database: whoever holds the lease. Solves are exclusive by it."""

    help = "Hold the plan, answer promises from it, plan when asked; --once plans and ends; `verify` checks it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer what to do, and how to tell it."""
        what = "verify: check the plan; answer: answer one question (JSON) from standard input"
        parser.add_argument("what", nargs="?", choices=["serve", "verify", "answer"], default="serve", help=what)
        parser.add_argument("--once", action="store_true", help="make one plan and end")
        parser.add_argument("--as-of", help="instant of the plan with its zone, ISO 8601; default now")
        parser.add_argument("--json", action="store_true", help="print one JSON object last")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        if options["what"] == "verify":
            self._verify(is_json=options["json"])
        elif options["what"] == "answer":
            # one question from standard input, answered from the published plan: no role is needed, nothing is written
            self._tell(Planner(worker.name()).answer(json.load(sys.stdin)), is_json=True)
        elif options["once"]:
            as_of = read_instant(options["as_of"])
            self._tell(solve_once(as_of), is_json=options["json"])
        else:
            self._serve()

    def _verify(self, *, is_json: bool) -> None:
        found = Planner(worker.name()).verify()
        self._tell(found, is_json=is_json)
        if any(value is False for value in found.values()):
            sys.exit(1)

    def _serve(self) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        with hold_role(until=None, stop=stop) as lost:
            if stop.is_set():
                return
            planner = Planner(worker.name())
            planner.answer({"op": "ping"})
            server, done = listening.listen(planner, settings.PLANNER_URL), threading.Event()
            workers = [watching.watch(planner, done), folding.start(done)]
            while not stop.is_set() and not lost.is_set():
                stop.wait(0.2)
            done.set()
            server.shutdown()
            for each in workers:
                each.join(_PARTING_SECONDS)
            listening.forget(settings.PLANNER_URL)

    def _tell(self, result: dict[str, Any], *, is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps(result, default=str))
            return
        for name, value in result.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {value}")


def solve_once(as_of: datetime) -> dict[str, Any]:
    """Make one plan here, or have it made by the planner that took the role before this process could.

    Whoever is started because a planner was killed meets the one that is started in its place.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        with suppress(sockets.NobodyAnswers):
            return _ask_other(as_of)
        with suppress(CommandError), hold_role(until=time.monotonic() + _LOOK_SECONDS):
            return Planner(worker.name()).solve(as_of)
    raise CommandError("Another planner is at work on this database. Ask it, or stop it first.")


def _ask_other(as_of: datetime) -> dict[str, Any]:
    """Return the plan of the planner that answers; raises NobodyAnswers, CommandError."""
    question = {"op": "solve", "as_of": as_of.isoformat()}
    answer = sockets.ask(settings.PLANNER_URL, question, timeout=_SOLVE_SECONDS)
    if not answer.pop("ok", True):
        raise CommandError(answer["error"])
    return answer


@contextmanager
def hold_role(*, until: float | None, stop: threading.Event | None = None) -> Iterator[threading.Event]:
    """Be the planner for the block; the event that it gives is set when another process has taken the role.

    Waits for whoever holds it: one that was killed holds it until its lease ends. Raises CommandError after `until`.
    """
    me = worker.name()
    while not leases.hold(ROLE, holder=me, lasts=_LEASE, address=settings.PLANNER_URL):
        if until is not None and time.monotonic() > until:
            raise CommandError("Another planner is at work on this database. Ask it, or stop it first.")
        if stop is not None and stop.wait(0.5):
            break
        time.sleep(0.2)
        close_old_connections()
    ended, lost = threading.Event(), threading.Event()
    thread = threading.Thread(target=_renew, args=(me, ended, lost), daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()
        leases.release(ROLE, holder=me)


def read_instant(text: str | None) -> datetime:
    """Return an instant with its zone, now where none was given."""
    if not text:
        return clock.now()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"{text!r} is no instant; write it like 2026-11-21T06:30:00+07:00.") from problem
    if instant.tzinfo is None:
        raise CommandError(f"{text!r} has no zone; write it like 2026-11-21T06:30:00+07:00.")
    return instant


def _renew(me: str, ended: threading.Event, lost: threading.Event) -> None:
    while not ended.wait(_RENEW_SECONDS):
        if not leases.hold(ROLE, holder=me, lasts=_LEASE, address=settings.PLANNER_URL):
            lost.set()
    connections.close_all()
