"""Want less, more, sooner or later of what was requested or ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from rantai.kernel import audit, changes, clock
from rantai.kernel.quantities import MAX_AMOUNT
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm.buying import states
from rantai.srm.buying.actions import commits, drafts, orders, requisitions
from rantai.srm.buying.models import (
    PurchaseChangeRequest,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseRequisition,
    PurchaseScheduleLine,
)
from rantai.srm.messages import PurchaseChange


class BadChange(ValueError):
    """A change to a figure that nobody can order."""

    def __init__(self, change: PurchaseChange, problem: str) -> None:
        self.change, self.problem = change, problem
        super().__init__(problem)


def change_purchases(wanted: Sequence[PurchaseChange]) -> list[int]:
    """Apply changes to what is unsent and propose them for what was sent.

    Returns the sent orders whose changes somebody decided already: the edge asks their suppliers.
    """
    require_transaction()
    for change in wanted:
        _check(change)
    to_ask: set[int] = set()
    for change in sorted(wanted, key=lambda change: change.ref):
        if change.ref.kind == "purchase_requisition":
            _change_requisition(change)
        else:
            order = _change_line(change)
            if change.by and order.state in states.AWAITED:
                to_ask.add(order.pk)
    return sorted(to_ask)


def _check(change: PurchaseChange) -> None:
    if not 0 <= change.units.amount <= MAX_AMOUNT:
        raise BadChange(change, _("Cannot change to %(units)s units. Check the figure.") % {"units": change.units})
    if not requisitions.EARLIEST <= change.due_on <= requisitions.LATEST:
        day = change.due_on.isoformat()
        raise BadChange(change, _("Cannot move to %(day)s: give a day between 2000 and 2199.") % {"day": day})
    if change.ref.kind not in ("purchase_requisition", "purchase_order"):
        raise BadChange(change, _("%(ref)s is no purchase. Name a requisition or an order line.") % {"ref": change.ref})


def _change_requisition(change: PurchaseChange) -> None:
    row = PurchaseRequisition.objects.get(pk=change.ref.id)
    if row.state == "ordered":
        schedule = row.schedules.filter(root=None).order_by("-id").first()
        if schedule is not None:
            _change_schedule(schedule, change)
        return
    if row.state != "open":
        return
    if not change.units:
        requisitions.dismiss_requisition(row, by=change.by or "plan", reason=change.reason)
        return
    PurchaseRequisition.objects.filter(pk=row.pk).update(
        units=change.units.amount,
        due_on=change.due_on,
        order_on=min(row.order_on, change.due_on),
        reason=change.reason[:200],
        revision=F("revision") + 1,
        changed_seq=changes.next_change(),
        updated_at=timezone.now(),
    )
    audit.record(
        DocRef("purchase_requisition", row.pk),
        action="changed",
        by=change.by or "plan",
        changes={"units": [row.units, change.units.amount], "due_on": [str(row.due_on), str(change.due_on)]},
    )


def _change_line(change: PurchaseChange) -> PurchaseOrder:
    order = orders.lock_order(change.ref.id)
    rows = PurchaseScheduleLine.objects.filter(line__order=order, root=None).select_related("line__order", "line__item")
    if change.schedule_id:
        named = PurchaseScheduleLine.objects.get(pk=change.schedule_id, line__order=order)
        _change_schedule(rows.get(pk=named.root_id or named.pk), change)
        return order
    line = PurchaseOrderLine.objects.get(pk=change.ref.line, order=order)
    _spread(list(rows.filter(line=line).order_by("-requested_on", "-id")), change)
    return order


def _spread(rows: list[PurchaseScheduleLine], change: PurchaseChange) -> None:
    """Take a line's surplus off its latest schedules; more of it goes to the last one; the day holds for all."""
    asked = {row.pk: sum(part.asked for part in commits.list_group(row)) for row in rows}
    surplus = sum(asked.values()) - change.units.amount
    for row in rows:
        taken = min(max(surplus, 0), asked[row.pk]) if surplus >= 0 else surplus
        surplus = surplus - taken
        units = asked[row.pk] - taken
        if taken or row.requested_on != change.due_on:
            _apply(row, units=units, due_on=change.due_on, change=change)


def _change_schedule(row: PurchaseScheduleLine, change: PurchaseChange) -> None:
    _apply(row, units=change.units.amount, due_on=change.due_on, change=change)


def _apply(row: PurchaseScheduleLine, *, units: int, due_on: date, change: PurchaseChange) -> None:
    order = row.line.order
    if order.state in states.UNSENT:
        _change_unsent(row, units=units, due_on=due_on, change=change)
    elif order.state in states.AWAITED:
        _propose(row, units=units, due_on=due_on, change=change)


def _change_unsent(row: PurchaseScheduleLine, *, units: int, due_on: date, change: PurchaseChange) -> None:
    order = row.line.order
    by = change.by or "plan"
    if order.state == "approved":
        # what was approved is no longer what would be sent
        orders.reopen_draft(order.pk, revision=orders.lock_order(order.pk).revision, by=by)
    PurchaseScheduleLine.objects.filter(pk=row.pk).update(
        ordered=units, requested_on=due_on, expected_on=due_on, changed_seq=changes.next_change()
    )
    drafts.settle_line(row.line, on=due_on, reprice=True)
    drafts.settle_total(order)
    audit.record(
        DocRef("purchase_order", order.pk),
        action="line_changed",
        by=by,
        changes={"units": [row.ordered, units], "due_on": [str(row.requested_on), str(due_on)]},
    )
    if not order.lines.filter(ordered__gt=0).exists():
        _drop_empty(order.pk, by=by)


def _drop_empty(order_id: int, *, by: str) -> None:
    order = orders.lock_order(order_id)
    states.ORDER.move(order, "cancelled")
    orders.end_order(order)
    audit.record(DocRef("purchase_order", order.pk), action="cancelled", by=by)


def _propose(row: PurchaseScheduleLine, *, units: int, due_on: date, change: PurchaseChange) -> None:
    received = sum(part.received for part in commits.list_group(row))
    open_request = PurchaseChangeRequest.objects.filter(schedule=row, state__in=["proposed", "asked"]).first()
    if open_request is not None:
        if (open_request.units, open_request.due_on) == (max(units, received), due_on):
            return
        states.CHANGE.move(open_request, "withdrawn")
        PurchaseChangeRequest.objects.filter(pk=open_request.pk).update(ended_at=clock.now())
    PurchaseChangeRequest.objects.create(
        schedule=row,
        units=max(units, received),
        due_on=due_on,
        reason=change.reason[:200],
        made_by=change.by,
        made_at=clock.now(),
    )
    audit.record(
        DocRef("purchase_order", row.line.order_id),
        action="change_proposed",
        by=change.by or "plan",
        changes={"units": [row.asked, units], "due_on": [str(row.requested_on), str(due_on)]},
    )


def withdraw_change(request_id: int, *, by: str) -> None:
    """Drop a change that was proposed but not put to the supplier."""
    require_transaction()
    request = PurchaseChangeRequest.objects.select_related("schedule__line").get(pk=request_id, state="proposed")
    states.CHANGE.move(request, "withdrawn")
    PurchaseChangeRequest.objects.filter(pk=request.pk).update(ended_at=clock.now())
    audit.record(DocRef("purchase_order", request.schedule.line.order_id), action="change_withdrawn", by=by)
