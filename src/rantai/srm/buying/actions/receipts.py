"""Note on purchase orders what the warehouse received, in the warehouse's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from rantai.foundation.locations.models import Location
from rantai.kernel import audit, changes, clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm.buying import states
from rantai.srm.buying.actions import orders
from rantai.srm.buying.models import PurchaseOrder, PurchaseOrderLine, PurchaseReceipt, PurchaseScheduleLine
from rantai.srm.messages import ReceivedLine


class NotReceivable(ValueError):
    """Goods for a line that nothing can come in for."""

    def __init__(self, line: PurchaseOrderLine) -> None:
        self.line = line
        super().__init__(
            _("Cannot receive %(item)s for order %(number)s: the order is %(state)s. Look for another order of it.")
            % {"item": line.item.code, "number": line.order, "state": states.say(line.order.state)}
        )


class BadReceipt(ValueError):
    """A receipt of nothing, of less than nothing, or with more accepted than came."""

    def __init__(self, received: ReceivedLine) -> None:
        self.received = received
        super().__init__(
            _("Cannot receive %(units)s units of which %(accepted)s passed: give a quantity above zero.")
            % {"units": received.units, "accepted": received.accepted}
        )


class ReceiptNotFound(LookupError):
    """A reversal of a receipt that was not recorded, or of more than it brought."""

    def __init__(self, receipt: DocRef, units: Quantity) -> None:
        self.receipt, self.units = receipt, units
        super().__init__(
            _("Cannot take back %(units)s units of %(receipt)s: fewer of it are recorded on the order.")
            % {"units": units, "receipt": receipt}
        )


class Share(NamedTuple):
    """Units of a receipt that go to one schedule."""

    schedule: PurchaseScheduleLine
    units: int


def record_receipts(received: Sequence[ReceivedLine]) -> int:
    """Add what came to the schedules of its lines, soonest first; return how many lines were not known before.

    The same receipt twice changes nothing. Locks orders in id order; the caller holds stock locks after this.
    """
    require_transaction()
    for row in received:
        if row.units.amount <= 0 or not 0 <= row.accepted.amount <= row.units.amount:
            raise BadReceipt(row)
    lines = _read_lines([row.ref.line for row in received])
    locked = {pk: orders.lock_order(pk) for pk in sorted({line.order_id for line in lines.values()})}
    fresh = 0
    for row in received:
        fresh += _take_back(row, lines[row.ref.line]) if row.reverses else _receive(row, lines[row.ref.line])
    if fresh:
        for order in locked.values():
            _settle(order)
            audit.record(DocRef("purchase_order", order.pk), action="received", by=str(received[0].receipt))
    return fresh


def _settle(order: PurchaseOrder) -> None:
    if order.state == "closed":
        states.ORDER.move(order, "confirmed")
    orders.settle_state(order)
    orders.touch(order)


def _read_lines(line_ids: Sequence[int]) -> dict[int, PurchaseOrderLine]:
    found = PurchaseOrderLine.objects.select_related("order", "item").in_bulk(list(line_ids))
    missing = [pk for pk in line_ids if pk not in found]
    if missing:
        raise PurchaseOrderLine.DoesNotExist(
            _("There is no purchase order line %(id)s. Choose one from the open orders.") % {"id": missing[0]}
        )
    return found


def _receive(row: ReceivedLine, line: PurchaseOrderLine) -> bool:
    known = PurchaseReceipt.objects.filter(schedule__line=line, reverses=None, **_receipt_key(row.receipt))
    if known.exists():
        return False
    if line.order.state not in states.WITH_SUPPLIER:
        raise NotReceivable(line)
    rejected = row.units.amount - row.accepted.amount
    on = _day_of(row, line)
    seq = changes.next_change()
    for share in _share_out(line, row.units.amount, row.schedule_id):
        refused = min(rejected, share.units)
        rejected -= refused
        PurchaseReceipt.objects.create(
            schedule=share.schedule,
            **_receipt_key(row.receipt),
            units=share.units,
            accepted=share.units - refused,
            received_at=row.received_at,
            received_on=on,
        )
        _add_received(share.schedule, share.units, seq)
    return True


def _share_out(line: PurchaseOrderLine, units: int, schedule_id: int | None) -> list[Share]:
    """Fill the named schedule, then the others by date: the committed, the asked, the surplus."""
    rows = sorted(line.schedules.all(), key=lambda row: (row.pk != schedule_id, row.due_on, row.pk))
    shares = dict.fromkeys((row.pk for row in rows), 0)
    for limit in ("coming", "asked"):
        for row in rows:
            taken = min(units, max(0, getattr(row, limit) - row.received - shares[row.pk]))
            shares[row.pk] += taken
            units -= taken
    surplus = rows[0] if schedule_id else rows[-1]
    shares[surplus.pk] += units
    return [Share(row, shares[row.pk]) for row in rows if shares[row.pk]]


def _take_back(row: ReceivedLine, line: PurchaseOrderLine) -> bool:
    assert row.reverses is not None
    key = _receipt_key(row.receipt)
    if PurchaseReceipt.objects.filter(schedule__line=line, reverses__isnull=False, **key).exists():
        return False
    left = row.units.amount
    on = _day_of(row, line)
    seq = changes.next_change()
    originals = PurchaseReceipt.objects.filter(schedule__line=line, reverses=None, **_receipt_key(row.reverses))
    for original in originals.select_related("schedule").order_by("-id"):
        gone = -sum(reversal.units for reversal in original.reversals.all())
        taken = min(left, original.units - gone)
        if taken <= 0:
            continue
        PurchaseReceipt.objects.create(
            schedule=original.schedule,
            **key,
            units=-taken,
            accepted=-min(taken, original.accepted),
            received_at=row.received_at,
            received_on=on,
            reverses=original,
        )
        _add_received(original.schedule, -taken, seq)
        left -= taken
    if left:
        raise ReceiptNotFound(row.reverses, row.units)
    return True


def _add_received(schedule: PurchaseScheduleLine, units: int, seq: int) -> None:
    current = PurchaseScheduleLine.objects.get(pk=schedule.pk)
    PurchaseScheduleLine.objects.filter(pk=schedule.pk).update(received=current.received + units, changed_seq=seq)


def _receipt_key(receipt: DocRef) -> dict[str, int | str]:
    return {"receipt_kind": receipt.kind, "receipt_id": receipt.id, "receipt_line": receipt.line}


def _day_of(row: ReceivedLine, line: PurchaseOrderLine) -> date:
    zone = Location.objects.filter(pk=line.order.location_id or 0).values_list("zone", flat=True).first()
    return clock.business_date(row.received_at, zone or line.order.company.zone)
