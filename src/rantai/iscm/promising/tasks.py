"""Work on promises that no person asks for: shipments of what is due to leave, promises that a new plan moves."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from rantai.iscm.promising.actions import releases, replans
from rantai.iscm.promising.queries import verdicts
from rantai.iscm.supply.queries import plans
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


@jobs.task("iscm.revise_promises")
def revise_promises(run: jobs.Run, *, as_of: str) -> dict[str, Any]:
    """Move promises that the current plan cannot keep and nothing better backs, some at a time; tell once."""
    at = datetime.fromisoformat(as_of)
    plan = plans.find_run()
    if plan is None:
        return {"plan": None, "looked_at": 0, "revised": 0}
    rows = verdicts.list_verdicts(plan)
    moved = 0
    for start in range(0, len(rows), replans.DEMANDS_AT_ONCE):
        chunk = rows[start : start + replans.DEMANDS_AT_ONCE]
        moved += run_atomic(partial(replans.follow_plan, plan, chunk, at=at))
        run.progress(start + len(chunk), len(rows), "promises")
    return {"plan": plan.revision, "looked_at": len(rows), "revised": moved}
