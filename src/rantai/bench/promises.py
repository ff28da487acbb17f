"""Dates asked for orders of five lines, from stock, nothing taken."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.db import connection

from rantai.bench import spans, worlds
from rantai.bench.options import Options
from rantai.bench.worlds import World
from rantai.iscm import facade as iscm
from rantai.iscm.messages import Ask, AskLine
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity

ITEMS = 1000
ASKS = 1000
WARMING = 5


def measure(options: Options) -> dict[str, Any]:
    """Ask among `size` items; the reference reads the same stock rows and nothing else."""
    items = options.read_size(ITEMS)
    world = worlds.found(items=items)
    seconds = [_time(world, number) for number in range(ASKS + WARMING)][WARMING:]
    per_second, reference = ASKS / sum(seconds), _read_stock(world)
    result = {
        "size": items,
        "seconds": sum(seconds),
        "asks": ASKS,
        "lines": worlds.LINES,
        "per_second": round(per_second, 1),
        **spans.describe(seconds),
        "reference": round(reference, 1),
        "ratio": round(per_second / reference, 3),
    }
    options.keep(result)
    return result


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
