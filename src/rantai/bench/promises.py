"""Promises taken line by line from several clients, dates asked for orders of five lines, an order of 1,000 lines."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import connection

from rantai.bench import bare, spans, takings, worlds
from rantai.bench.options import Options
from rantai.bench.worlds import World
from rantai.crm import facade as crm
from rantai.iscm import facade as iscm
from rantai.iscm.messages import Ask, AskLine
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity

ITEMS = 1000
ASKS = 1000
WARMING = 5
CLIENTS = 8
TAKEN = 2000
"""Single-line promises, all clients together."""
LONG_ORDER = 1000


def measure(options: Options) -> dict[str, Any]:
    """Take promises among `size` items from eight clients; the reference is the bare transaction of as many clients."""
    items = options.read_size(ITEMS)
    world = worlds.found(items=items)
    asks, long_order = _measure_asks(world), _measure_long_order(world)
    connection.close()
    told, each = asdict(world), max(1, TAKEN // CLIENTS)
    started = time.perf_counter()
    taken = takings.measure("promise", clients=CLIENTS, count=each, world=told)
    seconds = time.perf_counter() - started
    bare.prepare()
    connection.close()
    ceiling = takings.measure("bare", clients=CLIENTS, count=each, world=told)
    result = {
        "size": items,
        "seconds": seconds,
        "clients": CLIENTS,
        "taken": len(taken.spans),
        "per_second": round(taken.per_second, 1),
        **spans.describe(taken.spans),
        "cpu_ms": taken.cpu_ms,
        "reference": round(ceiling.per_second, 1),
        "reference_cpu_ms": ceiling.cpu_ms,
        "ratio": round(taken.per_second / ceiling.per_second, 3),
        "asks": asks,
        "long_order": long_order,
    }
    options.keep(result)
    return result


def _measure_asks(world: World) -> dict[str, Any]:
    """Ask dates for orders of five lines, nothing taken; the reference reads the same stock rows and nothing else."""
    seconds = [_time(world, number) for number in range(ASKS + WARMING)][WARMING:]
    per_second, reference = ASKS / sum(seconds), _read_stock(world)
    return {
        "asks": ASKS,
        "lines": worlds.LINES,
        "per_second": round(per_second, 1),
        **spans.describe(seconds),
        "reference": round(reference, 1),
        "ratio": round(per_second / reference, 3),
    }


def _measure_long_order(world: World) -> dict[str, Any]:
    """Confirm an order of a thousand lines; of its time, what the write transaction took."""
    drafts = [
        crm.capture_order(worlds.draft_order(world, number, as_of=clock.now(), lines=LONG_ORDER)) for number in (0, 1)
    ]
    _confirm(drafts[0])
    seconds, in_transaction, statements = _confirm(drafts[1])
    return {
        "lines": LONG_ORDER,
        "seconds": round(seconds, 3),
        "transaction_ms": round(in_transaction * 1000, 1),
        "statements": statements,
    }


def _confirm(order_id: int) -> tuple[float, float, int]:
    began: list[float] = []

    def note(execute: Any, *args: Any) -> Any:
        if connection.in_atomic_block:
            began.append(time.perf_counter())
        return execute(*args)

    started = time.perf_counter()
    with connection.execute_wrapper(note):
        crm.confirm_order(order_id, revision=1, by=worlds.BY, as_of=clock.now())
    ended = time.perf_counter()
    return ended - started, ended - began[0], len(began)


def _time(world: World, number: int) -> float:
    now = clock.now()
    lines = tuple(
        AskLine(
            line=place,
            item_id=item_id,
            units=Quantity.of(1 + place),
            requested_on=now.date() + timedelta(days=14),
            address_id=world.address_id,
        )
        for place, item_id in enumerate(_choose(world, number))
    )
    started = time.perf_counter()
    offer = iscm.promise(Ask(company_id=world.company_id, lines=lines, demand_class="standard", as_of=now))
    seconds = time.perf_counter() - started
    assert not any(line.unpromised for line in offer.lines), "everything is in stock"
    return seconds


def _read_stock(world: World) -> float:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for number in range(ASKS):
            cursor.execute(
                "SELECT item_id, available, promised FROM iscm_promising_supplyslot"
                " WHERE location_id = %s AND item_id IN (%s, %s, %s, %s, %s)",
                [world.site_id, *_choose(world, number)],
            )
            assert len(cursor.fetchall()) == worlds.LINES
    return ASKS / (time.perf_counter() - started)


def _choose(world: World, number: int) -> list[int]:
    count = len(world.item_ids)
    return [world.item_ids[(number * worlds.LINES + place) % count] for place in range(worlds.LINES)]
