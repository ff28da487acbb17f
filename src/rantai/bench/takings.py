"""One of several clients who take promises as fast as they can: a process of its own, told when to begin.

python -m rantai.bench.takings '{"kind": "promise", "count": 500, …}'
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import django

from rantai.kernel import collector

WARMING = 5
READY = "ready"


class DidNotBegin(Exception):
    """A client that ended before it was told to work; what it said stands above."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Takings:
    """What clients did together: how many a second, the seconds of each, and what one cost them in CPU."""

    per_second: float
    spans: list[float]
    cpu_ms: float


def measure(kind: str, *, clients: int, count: int, world: dict[str, Any]) -> Takings:
    """Let clients work at once; raises DidNotBegin."""
    plans = [
        {"kind": kind, "count": count, "first": place * count * 10, "world": world} for place in range(clients)
    ]  # fmt: skip
    programs = [_start(plan) for plan in plans]
    for program in programs:
        assert program.stdout is not None
        if program.stdout.readline().strip() != READY:
            for each in programs:
                each.kill()
            raise DidNotBegin(f"client {program.pid} ended with {program.wait()}")
    started = time.perf_counter()
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    answers = [program.communicate()[0] for program in programs]
    seconds = time.perf_counter() - started
    told = [json.loads(answer) for answer in answers]
    spans = [span for one in told for span in one["spans"]]
    worked = sum(one["cpu"] for one in told)
    return Takings(per_second=len(spans) / seconds, spans=spans, cpu_ms=round(worked / len(spans) * 1000, 3))


def _start(plan: dict[str, Any]) -> subprocess.Popen[str]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "rantai.config.settings"}
    command = [sys.executable, "-m", "rantai.bench.takings", json.dumps(plan)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def main(plan: dict[str, Any]) -> None:
    """Warm up, say so, wait for the word, work, print the seconds of each and the CPU of all."""
    django.setup()
    act = _ACTS[plan["kind"]](plan["world"])
    first, count = plan["first"], plan["count"]
    for number in range(WARMING):
        act(first + count + number)
    collector.settle()
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began = time.process_time()
    spans = _time(act, range(first, first + count))
    sys.stdout.write(json.dumps({"spans": spans, "cpu": time.process_time() - began}))


def _time(act: Callable[[int], None], numbers: Sequence[int]) -> list[float]:
    spans = []
    for number in numbers:
        started = time.perf_counter()
        act(number)
        spans.append(time.perf_counter() - started)
    return spans


def _promise(world: dict[str, Any]) -> Callable[[int], None]:
    """Ask a date for a line and take it in a transaction."""
    from datetime import timedelta  # after the settings are chosen

    from rantai.iscm import facade as iscm
    from rantai.iscm.messages import Ask, AskLine, DemandKey, DemandLine, DemandOrder
    from rantai.kernel import clock
    from rantai.kernel.quantities import Quantity
    from rantai.kernel.refs import DocRef
    from rantai.kernel.transactions import run_atomic

    items = world["item_ids"]

    def take(number: int) -> None:
        now = clock.now()
        wanted = {
            "item_id": items[number % len(items)], "units": Quantity.of(1), "address_id": world["address_id"],
            "requested_on": now.date() + timedelta(days=14),
        }  # fmt: skip
        company = world["company_id"]
        offer = iscm.promise(Ask(company_id=company, lines=(AskLine(line=1, **wanted),), as_of=now))
        line = DemandLine(
            key=DemandKey(kind="bench", order_id=number, line=1), offer=offer.lines[0], **wanted
        )  # fmt: skip
        order = DemandOrder(
            company_id=company, ref=DocRef("bench", number), number=f"B-{number}", party_id=world["customer_id"],
            lines=(line,), as_of=now, by="bench",
        )  # fmt: skip
        (taken,) = run_atomic(lambda: iscm.record_demand(order))
        assert not taken.unpromised

    return take


def _bare(_world: dict[str, Any]) -> Callable[[int], None]:
    """Make the bare transaction of one line."""
    from django.db import transaction

    from rantai.bench import bare

    def place(number: int) -> None:
        with transaction.atomic(durable=True):
            bare.place(number, lines=1)

    return place


_ACTS: dict[str, Callable[[dict[str, Any]], Callable[[int], None]]] = {"promise": _promise, "bare": _bare}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
