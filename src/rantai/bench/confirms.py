"""Orders of five lines confirmed one after another: promise, demand, taken supply, events."""

from __future__ import annotations

import time
from typing import Any

from rantai.bench import bare, spans, worlds
from rantai.bench.options import Options
from rantai.crm import facade as crm
from rantai.kernel import clock

ORDERS = 300
ITEMS = 20
WARMING = 5
"""Orders before the clock runs: a server that serves has loaded its modules."""


def measure(options: Options) -> dict[str, Any]:
    """Confirm `size` orders in one process; the drafts are captured before the clock starts."""
    orders = options.read_size(ORDERS)
    world = worlds.found(items=ITEMS)
    drafts = [
        crm.capture_order(worlds.draft_order(world, number, as_of=clock.now())) for number in range(orders + WARMING)
    ]
    for order_id in drafts[:WARMING]:
        _time(order_id)
    began = time.process_time()
    seconds = [_time(order_id) for order_id in drafts[WARMING:]]
    worked = time.process_time() - began
    per_second, reference = orders / sum(seconds), bare.measure(orders)
    result = {
        "size": orders,
        "seconds": sum(seconds),
        "orders": orders,
        "lines": worlds.LINES,
        "per_second": round(per_second, 1),
        **spans.describe(seconds),
        "cpu_ms": round(worked / orders * 1000, 3),
        "reference": round(reference, 1),
        "ratio": round(per_second / reference, 3),
    }
    options.keep(result)
    return result


def _time(order_id: int) -> float:
    started = time.perf_counter()
    crm.confirm_order(order_id, revision=1, by=worlds.BY, as_of=clock.now())
    return time.perf_counter() - started
