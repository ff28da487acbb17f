"""Approve, reopen, end and correct purchase orders."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from rantai.foundation.access import actions as access
from rantai.foundation.parties import actions as party_actions
from rantai.foundation.parties import queries as parties
from rantai.kernel import audit, changes, clock, decisions, money, outbox
from rantai.kernel.models import ApprovalPolicy
from rantai.kernel.refs import DocRef
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition
from rantai.srm import events
from rantai.srm.buying import states
from rantai.srm.buying.actions import drafts
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseRequisition, PurchaseScheduleLine
from rantai.srm.suppliers import queries as suppliers

ONE_RATE = 1_000_000_000


class ScheduleNames(TypedDict):
    """The ids under which facts cite a schedule."""

    purchase_order_id: int
    line_id: int
    schedule_id: int
    item_id: int
    location_id: int | None


class NothingToOrder(ValueError):
    """An order without a line that has units."""

    def __init__(self, order: PurchaseOrder) -> None:
        self.order = order
        super().__init__(_("Order %(number)s has no units to order. Add a line or cancel it.") % {"number": order})


class NoExchangeRate(LookupError):
    """An order in a currency that the books cannot read."""

    def __init__(self, order: PurchaseOrder, on: date) -> None:
        self.order, self.on = order, on
        super().__init__(
            _("Cannot approve %(number)s in %(currency)s: no rate to %(base)s is known on %(day)s. Enter one.")
            % {"number": order, "currency": order.currency, "base": order.company.currency, "day": on.isoformat()}
        )


class SupplierBlocked(ValueError):
    """An order to a supplier that gets no new orders."""

    def __init__(self, order: PurchaseOrder) -> None:
        self.order = order
        super().__init__(
            _("%(supplier)s gets no new orders. Unblock it, or cancel %(number)s and choose another supplier.")
            % {"supplier": order.supplier.name, "number": order}
        )


class TooManyUnits(ValueError):
    """More units to cancel than are still to come."""

    def __init__(self, asked: int, possible: int) -> None:
        self.asked, self.possible = asked, possible
        super().__init__(
            _("Cannot cancel %(asked)s units: %(possible)s are still open.")
            % {"asked": money.Money(asked, "XXX").decimal, "possible": money.Money(possible, "XXX").decimal}
        )


def lock_order(order_id: int, *, revision: int | None = None) -> PurchaseOrder:
    """Return an order with its row locked; raises RevisionConflict where `revision` is not its own."""
    require_transaction()
    rows = PurchaseOrder.objects.select_for_update(of=("self",)).select_related("company", "supplier")
    order = rows.get(pk=order_id)
    if revision is not None and order.revision != revision:
        raise RevisionConflict(order, revision, order.revision)
    return order


def touch(order: PurchaseOrder) -> None:
    """Raise the revision of a locked order so that forms opened before are refused."""
    PurchaseOrder.objects.filter(pk=order.pk).update(revision=F("revision") + 1, updated_at=timezone.now())
    order.refresh_from_db(fields=["revision", "updated_at"])


def approve_order(
    order_id: int, *, revision: int | None, by: str, on: date, policy: ApprovalPolicy | None = None
) -> PurchaseOrder:
    """Approve a draft: its number, currency and rate are fixed. Locks the order, then the number series.

    Raises RevisionConflict, NothingToOrder, SupplierBlocked, NoExchangeRate, IllegalTransition.
    """
    order = lock_order(order_id, revision=revision)
    if not order.lines.filter(ordered__gt=0).exists():
        raise NothingToOrder(order)
    supplier = suppliers.find_supplier(order.supplier_id)
    if supplier is not None and supplier.is_blocked:
        raise SupplierBlocked(order)
    rate = parties.find_rate(order.currency, order.company.currency, on)
    if rate is None:
        raise NoExchangeRate(order, on)
    # the number stands in the row before the state does: a constraint says that only drafts have none
    number = order.number or party_actions.next_number(order.company_id, "purchase_order")
    PurchaseOrder.objects.filter(pk=order.pk).update(
        number=number,
        rate=rate,
        approved_at=clock.now(),
        approved_by=by,
        policy_id=policy.pk if policy else None,
        revision=F("revision") + 1,
    )
    states.ORDER.move(order, "approved")
    audit.record(DocRef("purchase_order", order.pk), action="approved", by=by, changes={"number": [None, number]})
    order.refresh_from_db()
    return order


def find_covering_policy(order: PurchaseOrder, *, on: date) -> ApprovalPolicy | None:
    """Return the policy under which a draft needs no person, or None.

    The policy that the requisitions were proposed under must still hold, for the whole order, not line by line.
    """
    rate = parties.find_rate(order.currency, order.company.currency, on)
    if rate is None or order.policy_id is None:
        return None
    amount = money.round_half_up(order.total * rate, ONE_RATE)
    starts = PurchaseRequisition.objects.filter(schedules__line__order=order).order_by("order_on").first()
    policy = ApprovalPolicy.objects.filter(pk=order.policy_id, ended_at=None, max_amount__gte=amount).first()
    if policy is None or starts is None or (starts.order_on - on).days > policy.horizon_days:
        return None
    found = decisions.find_policy(
        policy.kind, amount=amount, starts_on=starts.order_on, as_of=on, demand_class=policy.demand_class
    )
    return policy if found is not None else None


def reopen_draft(order_id: int, *, revision: int, by: str) -> PurchaseOrder:
    """Take an approval back before the order was sent; it keeps its number."""
    order = lock_order(order_id, revision=revision)
    states.ORDER.move(order, "draft")
    touch(order)
    audit.record(DocRef("purchase_order", order.pk), action="reopened", by=by)
    return order


def set_note(order_id: int, *, revision: int, note: str, by: str) -> PurchaseOrder:
    """Set what an unsent order tells its supplier."""
    order = lock_order(order_id, revision=revision)
    if order.state not in states.UNSENT:
        raise IllegalTransition(str(order), order.state, "draft", states.ORDER.ways[order.state])
    PurchaseOrder.objects.filter(pk=order.pk).update(note=note[:2000])
    touch(order)
    audit.record(DocRef("purchase_order", order.pk), action="note", by=by)
    return order


def cancel_order(order_id: int, *, revision: int | None, by: str, reason: str = "") -> PurchaseOrder:
    """Cancel what has not come: an unsent order frees its requisitions, a sent one tells that its units will not come.

    With goods received already the order closes instead. Records PurchaseCancelled for each open schedule.
    """
    order = lock_order(order_id, revision=revision)
    was_sent = order.state in states.WITH_SUPPLIER
    has_receipts = bool(_received(order))
    for schedule in _open_schedules(order):
        cancel_units(schedule, units=schedule.asked - schedule.received, cause=reason or "cancelled", tell=was_sent)
    states.ORDER.move(order, "closed" if has_receipts else "cancelled")
    if not was_sent:
        _free_requisitions(order)
    end_order(order)
    drafts.settle_total(order)
    audit.record(DocRef("purchase_order", order.pk), action="cancelled", by=by, changes={"reason": [None, reason]})
    return order


def close_order(order_id: int, *, revision: int | None, by: str) -> PurchaseOrder:
    """End an order; units that never came are cancelled."""
    order = lock_order(order_id, revision=revision)
    for schedule in _open_schedules(order):
        cancel_units(schedule, units=schedule.asked - schedule.received, cause="closed", tell=True)
    states.ORDER.move(order, "closed")
    end_order(order)
    drafts.settle_total(order)
    audit.record(DocRef("purchase_order", order.pk), action="closed", by=by)
    return order


def cancel_rest(schedule_id: int, *, units: int, revision: int, by: str) -> PurchaseOrder:
    """Give up units that a supplier will not send; raises TooManyUnits."""
    row = PurchaseScheduleLine.objects.select_related("line").get(pk=schedule_id)
    order = lock_order(row.line.order_id, revision=revision)
    schedule = PurchaseScheduleLine.objects.select_related("line__order").get(pk=schedule_id)
    possible = schedule.asked - schedule.received
    if not 0 < units <= possible:
        raise TooManyUnits(units, possible)
    cancel_units(schedule, units=units, cause="buyer", tell=order.state in states.WITH_SUPPLIER)
    drafts.settle_total(order)
    settle_state(order)
    audit.record(DocRef("purchase_order", order.pk), action="units_cancelled", by=by, changes={"units": [None, units]})
    return order


def cancel_units(schedule: PurchaseScheduleLine, *, units: int, cause: str, tell: bool) -> None:
    """Take units off a schedule of a locked order; units that were still expected are told as PurchaseCancelled."""
    before = schedule.coming
    schedule.cancelled += units
    schedule.changed_seq = changes.next_change()
    if schedule.committed is not None:
        schedule.committed = min(schedule.committed, schedule.asked)
    PurchaseScheduleLine.objects.filter(pk=schedule.pk).update(
        cancelled=schedule.cancelled, committed=schedule.committed, changed_seq=schedule.changed_seq
    )
    lost = before - schedule.coming
    if tell and lost > 0:
        outbox.record(events.PurchaseCancelled(**identify(schedule), units=lost, cause=cause))
    drafts.settle_line(schedule.line)


def settle_amounts(order: PurchaseOrder) -> None:
    """Set every line's amount and the total after schedules of a locked order changed."""
    for line in order.lines.all():
        drafts.settle_line(line)
    drafts.settle_total(order)


def settle_state(order: PurchaseOrder) -> None:
    """Move a sent order to the state that its schedules show: received, confirmed, partly confirmed or still sent."""
    if order.state not in states.WITH_SUPPLIER:
        return
    to = _state_of(order)
    if to == "received" and order.state == "received":
        return
    if to != order.state and states.ORDER.can(order.state, to):
        states.ORDER.move(order, to)


def end_order(order: PurchaseOrder) -> None:
    """Close the supplier's links and withdraw what was still asked."""
    at = clock.now()
    PurchaseOrder.objects.filter(pk=order.pk).update(ended_at=at)
    access.revoke_links(DocRef("purchase_order", order.pk), purpose="answer")
    pending = PurchaseChangeRequest.objects.filter(schedule__line__order=order, state__in=["proposed", "asked"])
    for request in pending:
        states.CHANGE.move(request, "withdrawn")
    pending.model.objects.filter(schedule__line__order=order, ended_at=None).update(ended_at=at)


def identify(schedule: PurchaseScheduleLine) -> ScheduleNames:
    """Return the names under which facts cite a schedule."""
    order = schedule.line.order
    return {
        "purchase_order_id": order.pk,
        "line_id": schedule.line_id,
        "schedule_id": schedule.pk,
        "item_id": schedule.line.item_id,
        "location_id": order.location_id,
    }


def _state_of(order: PurchaseOrder) -> str:
    rows = list(PurchaseScheduleLine.objects.filter(line__order=order))
    if any(row.received for row in rows) and all(row.received >= row.asked for row in rows):
        return "received"
    is_pending = PurchaseChangeRequest.objects.filter(schedule__line__order=order, state="asked").exists()
    answered = [row for row in rows if row.committed is not None]
    if not answered:
        return "sent" if order.state == "sent" else "confirmed"
    is_whole = all(row.committed is not None and row.committed >= row.asked for row in rows)
    return "confirmed" if is_whole and not is_pending else "part_confirmed"


def _open_schedules(order: PurchaseOrder) -> list[PurchaseScheduleLine]:
    rows = PurchaseScheduleLine.objects.filter(Q(line__order=order)).select_related("line__order").order_by("id")
    return [row for row in rows if row.asked > row.received]


def _received(order: PurchaseOrder) -> int:
    return PurchaseScheduleLine.objects.filter(line__order=order).aggregate(units=Sum("received"))["units"] or 0


def _free_requisitions(order: PurchaseOrder) -> None:
    rows = PurchaseRequisition.objects.filter(schedules__line__order=order, state="ordered").distinct()
    seq = changes.next_change()
    for row in rows:
        states.REQUISITION.move(row, "open")
        PurchaseRequisition.objects.filter(pk=row.pk).update(
            policy_id=None, decided_by="", decided_at=None, revision=F("revision") + 1, changed_seq=seq
        )
