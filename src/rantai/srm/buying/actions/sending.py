"""Send orders, changes, cancellations and reminders to suppliers: a letter, its paper, a link to answer by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from rantai.foundation.access import actions as access
from rantai.foundation.documents import actions as documents
from rantai.foundation.messages import actions as messages
from rantai.kernel import audit, changes, clock, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition
from rantai.srm import events
from rantai.srm.buying import states
from rantai.srm.buying.actions import orders
from rantai.srm.buying.models import (
    PurchaseChangeRequest,
    PurchaseOrder,
    PurchaseOrderRevision,
    PurchaseScheduleLine,
)
from rantai.srm.suppliers import queries as suppliers
from rantai.ui import formats


class NobodyToSendTo(ValueError):
    """A supplier without an address for orders."""

    def __init__(self, order: PurchaseOrder) -> None:
        self.order = order
        super().__init__(
            _("Cannot send %(number)s: %(supplier)s has no e-mail address. Add one, or a contact for orders.")
            % {"number": order, "supplier": order.supplier.name}
        )


def send_order(order_id: int, *, by: str, on: date, paper: bytes | None) -> PurchaseOrder:
    """Send an approved order; from now on it is supply. Records PurchaseOrdered for each schedule.

    `paper` is the PDF, rendered before the transaction. Raises NobodyToSendTo, IllegalTransition.
    """
    order = orders.lock_order(order_id)
    _require_mailbox(order)
    states.ORDER.move(order, "sent")
    answer_due = _answer_day(order, on)
    revision = _store_revision(order)
    PurchaseOrder.objects.filter(pk=order.pk).update(
        sent_at=clock.now(), asked_revision=revision, answer_due_on=answer_due
    )
    orders.touch(order)
    order.refresh_from_db()
    _announce(order)
    _write_letter(order, "purchase.order", paper=paper, by=by, values={"answer_by": _say(answer_due, order)})
    audit.record(DocRef("purchase_order", order.pk), action="sent", by=by)
    return order


def send_again(order_id: int, *, by: str, on: date, paper: bytes | None) -> PurchaseOrder:
    """Send an order that the supplier has already once more, with a fresh link; an imported one for the first time."""
    order = orders.lock_order(order_id)
    if order.state not in states.WITH_SUPPLIER:
        raise IllegalTransition(str(order), order.state, "sent", states.ORDER.ways[order.state])
    _require_mailbox(order)
    if not order.asked_revision:
        PurchaseOrder.objects.filter(pk=order.pk).update(asked_revision=_store_revision(order))
        order.refresh_from_db()
    day = _answer_day(order, on)
    _write_letter(order, "purchase.order", paper=paper, by=by, values={"answer_by": _say(day, order)}, again_on=on)
    audit.record(DocRef("purchase_order", order.pk), action="sent_again", by=by)
    return order


def ask_changes(order_id: int, *, by: str, on: date, paper: bytes | None = None) -> PurchaseOrder | None:
    """Put the proposed changes of a sent order to its supplier; None where there are none."""
    order = orders.lock_order(order_id)
    proposed = PurchaseChangeRequest.objects.filter(schedule__line__order=order, state="proposed")
    if not proposed.exists() or order.state not in states.AWAITED:
        return None
    _require_mailbox(order)
    for request in proposed:
        states.CHANGE.move(request, "asked")
    revision = order.asked_revision + 1
    asked = PurchaseChangeRequest.objects.filter(schedule__line__order=order, state="asked")
    asked.filter(asked_revision=None).update(asked_revision=revision)
    PurchaseOrder.objects.filter(pk=order.pk).update(asked_revision=revision, answer_due_on=_answer_day(order, on))
    order.refresh_from_db()
    _store_revision(order)
    orders.settle_state(order)
    orders.touch(order)
    with override(order.supplier.language):
        rows = asked.select_related("schedule__line__item__base_unit").order_by("schedule_id")
        changed = "\n".join(_describe(request, order) for request in rows)
    _write_letter(order, "purchase.change", paper=paper, by=by, values={"changes": changed})
    audit.record(DocRef("purchase_order", order.pk), action="change_asked", by=by)
    return order


def tell_cancelled(order: PurchaseOrder, *, by: str, reason: str = "") -> None:
    """Tell the supplier that an order it had is cancelled."""
    require_transaction()
    _write_letter(order, "purchase.cancelled", by=by, values={"reason": reason}, has_link=False)


def remind_supplier(order_id: int, *, by: str, on: date) -> bool:
    """Ask once a day for an answer that is overdue; return whether a letter was written."""
    order = orders.lock_order(order_id)
    if order.state not in ("sent", "part_confirmed") or order.reminded_on == on:
        return False
    PurchaseOrder.objects.filter(pk=order.pk).update(reminded_on=on)
    _write_letter(order, "purchase.reminder", by=by, values={"day": _say(on, order)}, again_on=on)
    audit.record(DocRef("purchase_order", order.pk), action="reminded", by=by)
    return True


def issue_answer_link(order: PurchaseOrder) -> str:
    """Return a new address at which the supplier answers; it works until the order ends."""
    token = access.issue_link("answer", ref=DocRef("purchase_order", order.pk), party_id=order.supplier_id)
    return f"{settings.PUBLIC_URL}{reverse('dock:answer', args=[token])}"


def _require_mailbox(order: PurchaseOrder) -> None:
    if not suppliers.find_mailbox(order.supplier_id):
        raise NobodyToSendTo(order)


def _answer_day(order: PurchaseOrder, on: date) -> date:
    supplier = suppliers.find_supplier(order.supplier_id)
    return suppliers.get_working_days(order.supplier_id).add(on, supplier.answer_days if supplier else 2)


def _announce(order: PurchaseOrder) -> None:
    rows = PurchaseScheduleLine.objects.filter(line__order=order, ordered__gt=0).select_related("line", "requisition")
    facts = []
    for row in rows.order_by("id"):
        row.line.order = order
        cause = str(row.requisition.cause) if row.requisition else ""
        facts.append(
            events.PurchaseOrdered(**orders.identify(row), units=row.asked, due_on=row.requested_on, cause=cause)
        )
    PurchaseScheduleLine.objects.filter(line__order=order).update(changed_seq=changes.next_change())
    outbox.record(*facts)


def _store_revision(order: PurchaseOrder) -> int:
    """Keep what the supplier is asked now: schedules as ordered, asked changes laid over them."""
    revision = order.asked_revision or 1
    asked = {
        request.schedule_id: request
        for request in PurchaseChangeRequest.objects.filter(schedule__line__order=order, state="asked")
    }
    PurchaseOrderRevision.objects.create(
        order=order, asked_revision=revision, terms=list(_terms(order, asked)), sent_at=clock.now()
    )
    return revision


def _terms(order: PurchaseOrder, asked: dict[int, PurchaseChangeRequest]) -> Iterable[dict[str, object]]:
    rows = PurchaseScheduleLine.objects.filter(line__order=order).select_related("line__item").order_by("id")
    units: dict[int, int] = {}
    for row in rows:
        units[row.root_id or row.pk] = units.get(row.root_id or row.pk, 0) + row.asked
    for row in rows:
        if row.root_id:
            continue
        request = asked.get(row.pk)
        yield {
            "schedule": row.pk,
            "item": row.line.item.code,
            "units": request.units if request else units[row.pk],
            "due_on": (request.due_on if request else row.requested_on).isoformat(),
        }


def _describe(request: PurchaseChangeRequest, order: PurchaseOrder) -> str:
    row = request.schedule
    item, unit = row.line.item, pick(row.line.item.base_unit.name) or row.line.item.base_unit.code
    from_units = sum(other.asked for other in row.splits.all()) + row.asked
    before = f"{formats.quantity(from_units, unit)} · {_say(row.requested_on, order)}"
    return f"{item.code}: {before} → {formats.quantity(request.units, unit)} · {_say(request.due_on, order)}"


def _say(day: date, order: PurchaseOrder) -> str:
    """Write a day as the supplier reads it, always with its year: a letter is read later."""
    with override(order.supplier.language):
        return formats.day(day, today=day, style="year")


def _write_letter(
    order: PurchaseOrder,
    key: str,
    *,
    by: str,
    values: dict[str, str],
    paper: bytes | None = None,
    has_link: bool = True,
    again_on: date | None = None,
) -> None:
    ref = DocRef("purchase_order", order.pk)
    attachments = []
    if paper is not None:
        name = f"{order.number}-{order.asked_revision}.pdf"
        row = documents.attach(
            ref, name=name, content=paper, media_type="application/pdf", purpose="purchase_order", by=by
        )
        attachments.append(row.pk)
    # two reminders on two days are two letters, a repeated click is not
    dedupe = f"{key}:{order.pk}:{order.asked_revision}:{again_on or ''}"
    facts = {
        "number": order.number,
        "supplier": order.supplier.name,
        "link": issue_answer_link(order) if has_link else "",
        **values,
    }
    messages.queue_message(
        company_id=order.company_id,
        key=key,
        party_id=order.supplier_id,
        ref=ref,
        values=facts,
        dedupe_key=dedupe,
        attachments=tuple(attachments),
    )
