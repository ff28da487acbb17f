"""Keep what operations tell us of schedule lines: dates, stages, shipments, returns; called by handlers alone."""

from __future__ import annotations

import json
from datetime import date, datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from rantai.crm.orders import states
from rantai.crm.orders.actions import headers, invoicing, letters
from rantai.crm.orders.models import Invoice, ReturnShare, SalesOrder, ScheduleLine, ShipmentShare
from rantai.crm.orders.queries import orders, peers
from rantai.crm.orders.queries.stages import rank_of
from rantai.iscm import events, milestones
from rantai.kernel import clock, updates
from rantai.kernel.compiled import Compiled
from rantai.kernel.transactions import require_transaction

BILLING_STAGES = {
    "shipped": (milestones.HANDED_TO_CARRIER, milestones.IN_TRANSIT),
    "delivered": (milestones.DELIVERED,),
}
"""Stage that bills a shipment, by the company's choice."""

SYSTEM = "system"


class ShipmentNotHeardOf(Exception):
    """The undoing of a shipment that was not told yet: the delivery is tried again."""

    def __init__(self, shipment_id: int) -> None:
        self.shipment_id = shipment_id
        super().__init__(_("Shipment %(id)s was not told yet.") % {"id": shipment_id})


def take_promise(fact: events.PromiseRevised, *, heard_at: datetime) -> None:
    """Copy a promise onto its schedule line unless a higher revision was heard; tell the customer where it moved."""
    require_transaction()
    order = orders.get_locked(fact.order_id)
    row = _get_schedule_line(fact)
    if fact.revision <= row.promise_revision:
        return
    before = row.promised_on
    said: dict[str, object] = {
        "demand_id": fact.demand_id,
        "promise_revision": fact.revision,
        "promised_on": fact.promised_on,
        "expected_on": fact.expected_on,
        "p80_on": fact.p80_on,
        "basis": fact.basis,
        "promised_units": fact.promised_units,
        "unpromised_units": fact.unpromised_units,
        "slices": [json.loads(part) for part in fact.slices],
        "promise_as_of": heard_at,
        "promise_cause": fact.cause,
    }
    if fact.promised_on and rank_of(row.milestone) < rank_of(milestones.DATE_PROMISED):
        said |= {"milestone": milestones.DATE_PROMISED, "milestone_at": order.confirmed_at}
    updates.change(ScheduleLine, where={"id": row.pk}, to=said)
    headers.refresh(order.pk)
    if fact.promised_on != before and order.state == "confirmed":
        _tell_moved(order, row, fact, before=before)


def _tell_moved(order: SalesOrder, row: ScheduleLine, fact: events.PromiseRevised, *, before: date | None) -> None:
    """Tell the customer another day, that there is none, or that there is one again; the first is in the order's."""
    if before and fact.promised_on:
        letters.tell_promise_moved(
            order, row, before=before, after=fact.promised_on, cause=fact.cause, revision=fact.revision
        )
    elif before:
        letters.tell_date_lost(order, row, before=before, cause=fact.cause, revision=fact.revision)
    elif fact.promised_on and fact.revision > 1:
        letters.tell_date_found(order, row, after=fact.promised_on, revision=fact.revision)


def reach_stage(fact: events.MilestoneReached) -> None:
    """Move a schedule line to a stage, tell the customer, bill what the stage bills, close what has arrived.

    The first line of a shipment to be told speaks for all of them: one letter, one invoice.
    """
    require_transaction()
    order = orders.get_locked(fact.order_id)
    row = _get_schedule_line(fact)
    told = peers.list_peers(fact)
    if _is_further(row, fact):
        note = f"{fact.position}/{fact.of}" if fact.of else ""
        reached = {"milestone": fact.milestone, "milestone_at": fact.at, "milestone_note": note}
        updates.change(ScheduleLine, where={"id": row.pk}, to=reached)
    if fact.shipment_id and rank_of(fact.milestone) >= rank_of(milestones.HANDED_TO_CARRIER):
        for peer in told:
            _follow_shipment(order, peer)
    headers.refresh(order.pk)
    letters.tell_stage(order, row, told)
    if fact.shipment_id and fact.milestone in BILLING_STAGES.get(order.company.invoice_on, ()):
        invoicing.bill_shipment(order, shipment_id=fact.shipment_id, at=fact.at, by=SYSTEM)
    close_when_done(order)


def tell_handed_over(fact: events.DeliveryNotePrinted) -> None:
    """Tell the customer that goods left, now that their delivery note can go with the letter."""
    require_transaction()
    order = orders.get_locked(fact.order_id)
    told = peers.list_handed_over(fact)
    if told:
        letters.tell_handed_over(order, _get_schedule_line(told[0]), told, note=fact.attachment_id)


def bill_by_hand(order_id: int, *, at: datetime, by: str) -> Invoice:
    """Bill what was shipped of an order and close it where nothing is left to do. Locks it; raises NothingToBill."""
    require_transaction()
    order = orders.get_locked(order_id)
    invoice = invoicing.issue_invoice(order, at=at, by=by)
    close_when_done(order)
    return invoice


def note_shipped(fact: events.Shipped) -> None:
    """Count units that left, once for each shipment; the stage 'handed to carrier' may have counted them."""
    require_transaction()
    order = orders.get_locked(fact.order_id)
    row = _get_schedule_line(fact)
    share = _share(order, row, shipment_id=fact.shipment_id, units=fact.units, at=fact.at)
    updates.change(ShipmentShare, where={"id": share.pk}, to={"shipment_number": fact.shipment_number})
    _recount(row)
    headers.refresh(order.pk)


def note_reversed(fact: events.ShipmentReversed) -> None:
    """Take back units of a shipment that was undone, and the invoice that billed them; raises ShipmentNotHeardOf."""
    require_transaction()
    order = orders.get_locked(fact.order_id)
    row = _get_schedule_line(fact)
    shares = ShipmentShare.objects.filter(schedule_line=row, shipment_id=fact.shipment_id)
    if not shares.exists():
        raise ShipmentNotHeardOf(fact.shipment_id)
    if not shares.filter(reversed_at=None, shipped_at__lte=fact.at).update(reversed_at=fact.at, delivered_at=None):
        return
    _recount(row)
    ScheduleLine.objects.filter(pk=row.pk).update(milestone=milestones.DATE_PROMISED, milestone_at=fact.at)
    headers.refresh(order.pk)
    invoicing.credit_reversed(order, shipment_id=fact.shipment_id, at=fact.at, by=SYSTEM)
    if order.state == "closed":
        states.ORDERS.move(order, "confirmed")


def note_returned(fact: events.ReturnReceived) -> None:
    """Count units that came back and give their money back."""
    require_transaction()
    order = orders.get_locked(fact.order_id)
    row = _get_schedule_line(fact)
    ReturnShare.objects.get_or_create(
        schedule_line=row, receipt_id=fact.receipt_id, defaults={"units": fact.units, "received_at": fact.at}
    )
    returned = ReturnShare.objects.filter(schedule_line=row).aggregate(units=Sum("units"))["units"] or 0
    ScheduleLine.objects.filter(pk=row.pk).update(returned=returned)
    invoicing.credit_returns(order, at=fact.at, by=SYSTEM)


def close_when_done(order: SalesOrder) -> None:
    """Close a confirmed order when every unit was delivered or cancelled and billed."""
    require_transaction()
    if order.state != "confirmed":
        return
    is_open = any(delivered + cancelled < units for units, delivered, cancelled in _DONE.read(order.pk))
    if not is_open and not invoicing.list_unbilled(order):
        states.ORDERS.move(order, "closed")
        SalesOrder.objects.filter(pk=order.pk).update(ended_at=clock.now())


_DONE = Compiled(
    lambda order_id: ScheduleLine.objects.filter(order_id=order_id).values_list("units", "delivered", "cancelled")
)
_NEWEST = Compiled(
    lambda order_id, line_id, number: (
        ScheduleLine.objects.filter(order_id=order_id, line_id=line_id, number=number)
        .select_related("line", "line__item")
        .order_by("-generation")[:1]
    )
)


def _get_schedule_line(fact: events.OrderFact) -> ScheduleLine:
    row = next(iter(_NEWEST.read(fact.order_id, fact.line, fact.schedule)), None)
    if row is None:
        raise ScheduleLine.DoesNotExist(f"No schedule line {fact.line}/{fact.schedule} in order {fact.order_id}")
    return row


def _is_further(row: ScheduleLine, fact: events.MilestoneReached) -> bool:
    if row.milestone_at is None:
        return True
    return (fact.at, rank_of(fact.milestone)) >= (row.milestone_at, rank_of(row.milestone))


def _follow_shipment(order: SalesOrder, fact: events.MilestoneReached) -> None:
    row = _get_schedule_line(fact)
    shares = ShipmentShare.objects.filter(schedule_line=row, shipment_id=fact.shipment_id or 0)
    if fact.milestone == milestones.HANDED_TO_CARRIER or not _list_shares(row, fact.shipment_id or 0):
        _share(order, row, shipment_id=fact.shipment_id or 0, units=fact.units, at=fact.at)
    if fact.carrier or fact.tracking:
        shares.update(carrier=fact.carrier, tracking=fact.tracking)
    if fact.milestone == milestones.DELIVERED:
        shares.filter(delivered_at=None, reversed_at=None).update(delivered_at=fact.at)
    _recount(row)


def _share(order: SalesOrder, row: ScheduleLine, *, shipment_id: int, units: int, at: datetime) -> ShipmentShare:
    known = next((share for share in _list_shares(row, shipment_id) if share.shipped_at == at), None)
    return (
        known
        or ShipmentShare.objects.get_or_create(
            schedule_line=row, shipment_id=shipment_id, shipped_at=at, defaults={"order": order, "units": units}
        )[0]
    )


def _list_shares(row: ScheduleLine, shipment_id: int) -> list[ShipmentShare]:
    return [share for share in _ALL_SHARES.read(row.pk) if share.shipment_id == shipment_id]


_ALL_SHARES = Compiled(lambda row_id: ShipmentShare.objects.filter(schedule_line_id=row_id).order_by("id"))


def _recount(row: ScheduleLine) -> None:
    shares = [share for share in _ALL_SHARES.read(row.pk) if share.reversed_at is None]
    counted = {
        "fulfilled": sum(share.units for share in shares),
        "delivered": sum(share.units for share in shares if share.delivered_at),
    }
    updates.change(ScheduleLine, where={"id": row.pk}, to=counted)
