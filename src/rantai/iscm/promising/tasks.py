"""Work on promises that no person asks for: shipments due to leave, promises that a plan moves, supply to keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from rantai.foundation.parties import queries as parties
from rantai.iscm.promising import measures
from rantai.iscm.promising.actions import keeping, releases, replans
from rantai.iscm.promising.queries import allocations, verdicts
from rantai.iscm.supply.queries import plans
from rantai.kernel import clock, jobs
from rantai.kernel import measures as kpis
from rantai.kernel.transactions import run_atomic

MEASURED_DAYS = 180


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


@jobs.task("iscm.keep_allocations")
def keep_allocations(run: jobs.Run) -> dict[str, Any]:
    """Let what is kept for classes of demand follow the rules and the calendar, some items at a time."""
    today = clock.business_date(clock.now(), parties.get_company().zone)
    items = allocations.list_kept_items()
    changed = 0
    for start in range(0, len(items), keeping.ITEMS_AT_ONCE):
        chunk = items[start : start + keeping.ITEMS_AT_ONCE]
        changed += run_atomic(partial(keeping.keep_items, chunk, today=today))
        run.progress(start + len(chunk), len(items), "items")
    return {"items": len(items), "changed": changed}


@jobs.task("iscm.measure_promises")
def measure_promises(run: jobs.Run) -> dict[str, Any]:
    """Store how many of the days that were said came true, over the last half year."""
    today = clock.business_date(clock.now(), parties.get_company().zone)
    found = measures.measure_calibration(since=today - timedelta(days=MEASURED_DAYS), today=today)
    run_atomic(lambda: kpis.snapshot(found, day=today))
    return {kpi.code: kpi.value for kpi in found}
