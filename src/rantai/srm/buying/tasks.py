"""Send in the background: the paper is made before the transaction, the letter is written in it."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs, measures
from rantai.kernel.transactions import run_atomic
from rantai.srm.buying import measures as supplier_measures
from rantai.srm.buying.actions import lead_times, orders, sending
from rantai.srm.buying.models import PurchaseOrder
from rantai.srm.buying.queries import figures, paper


@jobs.task("srm.send_purchase_order")
def send_approved(run: jobs.Run, *, order_id: int, by: str) -> dict[str, Any]:
    """Approve under its policy where that covers it, and send; what nobody may send waits for the buyer."""
    on = today()
    order = PurchaseOrder.objects.select_related("company").get(pk=order_id)
    if order.state == "draft":
        policy = orders.find_covering_policy(order, on=on)
        if policy is None or figures.list_warnings(order):
            return {"order": order_id, "state": "waits"}
        run_atomic(
            lambda: orders.approve_order(order_id, revision=None, by=f"policy:{policy.pk}", on=on, policy=policy)
        )
        order.refresh_from_db()
    if order.state != "approved":
        return {"order": order_id, "state": order.state}
    printed = paper.render_order(order_id)
    try:
        run_atomic(lambda: sending.send_order(order_id, by=by, on=on, paper=printed))
    except sending.NobodyToSendTo as problem:
        return {"order": order_id, "state": "waits", "problem": str(problem)}
    return {"order": order_id, "state": "sent"}


@jobs.task("srm.ask_purchase_changes")
def ask_changes(run: jobs.Run, *, order_id: int, by: str) -> dict[str, Any]:
    """Put the decided changes of an order to its supplier."""
    printed = paper.render_order(order_id)
    order = run_atomic(lambda: sending.ask_changes(order_id, by=by, on=today(), paper=printed))
    return {"order": order_id, "asked": order is not None}


@jobs.task("srm.remind_suppliers")
def remind_suppliers(run: jobs.Run) -> dict[str, Any]:
    """Remind each supplier whose answer is overdue, once a day."""
    on = today()
    due = list(figures.list_unanswered(on=on).values_list("pk", flat=True))
    count = 0
    for done, pk in enumerate(due):
        run.progress(done, len(due))
        try:
            count += run_atomic(partial(sending.remind_supplier, pk, by="cron:srm.remind_suppliers", on=on))
        except sending.NobodyToSendTo:
            continue
    return {"reminded": count}


@jobs.task("srm.revise_lead_times")
def revise_lead_times(run: jobs.Run) -> dict[str, Any]:
    """Say of which sources the receipts show another lead time."""
    return {"revised": run_atomic(lambda: lead_times.revise_lead_times(on=today()))}


@jobs.task("srm.close_received_orders")
def close_received_orders(run: jobs.Run) -> dict[str, Any]:
    """End orders that were received a month ago, so that their links end too."""
    pks = list(figures.list_settled(on=today()).values_list("pk", flat=True))
    for pk in pks:
        run_atomic(partial(orders.close_order, pk, revision=None, by="cron:srm.close_received_orders"))
    return {"closed": len(pks)}


@jobs.task("srm.snapshot_measures")
def snapshot_measures(run: jobs.Run) -> dict[str, Any]:
    """Store the day's supplier figures for lists and trends."""
    day = today()
    kpis = supplier_measures.list_kpis(day=day)
    run_atomic(lambda: measures.snapshot(kpis, day=day))
    return {"figures": len(kpis)}


def today() -> date:
    """Return the company's business date: time enters here."""
    return clock.business_date(clock.now(), parties.get_company().zone)
