"""Regular work before the warehouse's: open shipments for what is due to leave."""

from __future__ import annotations

from functools import partial
from typing import Any

from rantai.iscm.promising.actions import releases
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic


@jobs.task("iscm.release_for_shipping")
def release_for_shipping(run: jobs.Run) -> dict[str, Any]:
    """Reserve stock for demand whose ship date has come and open its shipments, some orders at a time."""
    now = clock.now()
    orders = releases.list_due_orders(now)
    made = 0
    for start in range(0, len(orders), releases.ORDERS_AT_ONCE):
        chunk = orders[start : start + releases.ORDERS_AT_ONCE]
        made += len(run_atomic(partial(releases.release_orders, chunk, as_of=now, by=run.actor or "system")))
        run.progress(start + len(chunk), len(orders))
    return {"shipments": made}
