"""Take goods back from a customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import actions as parties
from rantai.iscm import events
from rantai.iscm.fulfilment import queries
from rantai.iscm.fulfilment.actions import authorizations, shipments
from rantai.iscm.fulfilment.models import ReturnReceipt, ReturnReceiptLine, Shipment, ShipmentLine
from rantai.iscm.inventory.actions import moves
from rantai.iscm.inventory.models import StockBalance
from rantai.kernel import audit, outbox
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

STATUSES = ("quarantine", "available", "blocked")


class CannotReturn(ValueError):
    """More units than were delivered and are still with the customer, or of a shipment that never arrived."""

    def __init__(self, line: ShipmentLine, asked: int, left: int) -> None:
        self.line, self.asked, self.left = line, asked, left
        super().__init__(
            _("Cannot take back %(asked)s of %(item)s: %(left)s of this shipment are with the customer.")
            % {"asked": Quantity(asked), "item": line.item.code, "left": Quantity(left)}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedLine:
    """Units of a shipment line that came back, and what may be done with them."""

    line_id: int
    units: int
    status: str = "quarantine"


def receive_return(
    shipment: Shipment, *, lines: Sequence[ReturnedLine], reason: str, at: datetime, by: str
) -> ReturnReceipt:
    """Post returned goods to the site that shipped them, lot by lot as they left. Stock is locked last.

    What was authorized counts as come back.
    Raises CannotReturn before anything is written. Records ReturnReceived and StockChanged for each line.
    """
    require_transaction()
    assert reason in authorizations.REASONS
    known = {line.pk: line for line in queries.lock_lines(shipment)}
    for returned in lines:
        _check(shipment, known[returned.line_id], returned.units)
    receipt = ReturnReceipt.objects.create(
        company_id=shipment.company_id,
        number=parties.next_number(shipment.company_id, "return_receipt"),
        shipment=shipment,
        location_id=shipment.location_id,
        reason=reason,
        received_at=at,
        received_by=by,
    )
    rows = _write_lines(receipt, lines, known)
    back = {pk: sum(line.units for line in lines if line.line_id == pk) for pk in known}
    authorizations.note_received(shipment, back, at=at)
    outbox.record(*(_returned(receipt, shipment, known[line.line_id], line.units, at) for line in lines))
    outbox.record(*(_stock_changed(shipment, known[line.line_id], line.units) for line in lines))
    audit.record(DocRef("shipment", shipment.pk), action="returned", by=by)
    _post(receipt, rows, at=at, by=by)
    return receipt


def _check(shipment: Shipment, line: ShipmentLine, units: int) -> None:
    left = line.units - line.returned if shipment.state == "delivered" else 0
    if not 0 < units <= left:
        raise CannotReturn(line, units, left)


def _write_lines(
    receipt: ReturnReceipt, lines: Sequence[ReturnedLine], known: dict[int, ShipmentLine]
) -> list[tuple[ReturnReceiptLine, StockBalance]]:
    """Write a row for each lot or serial number of what came back, in the order in which they were picked."""
    made: list[tuple[ReturnReceiptLine, StockBalance]] = []
    for returned in lines:
        line = known[returned.line_id]
        rest = returned.units
        for balance, left in _list_out(line):
            units = min(rest, left)
            if units:
                row = ReturnReceiptLine(
                    receipt=receipt, line=line, lot_id=balance.lot_id, serial=balance.serial, units=units,
                    status=returned.status,
                )  # fmt: skip
                made.append((row, balance))
                rest -= units
        line.returned += returned.units
        ShipmentLine.objects.filter(pk=line.pk).update(returned=line.returned)
    ReturnReceiptLine.objects.bulk_create([row for row, _balance in made])
    return made


def _list_out(line: ShipmentLine) -> list[tuple[StockBalance, int]]:
    """Return what of a line is with the customer, by the balance that it left from."""
    back: dict[tuple[int | None, str], int] = defaultdict(int)
    for lot_id, serial, units in line.return_lines.values_list("lot_id", "serial", "units"):
        back[lot_id, serial] += units
    found = []
    for balance, units in queries.list_issued(line):
        returned = min(units, back[balance.lot_id, balance.serial])
        back[balance.lot_id, balance.serial] -= returned
        found.append((balance, units - returned))
    return found


def _post(
    receipt: ReturnReceipt, rows: Sequence[tuple[ReturnReceiptLine, StockBalance]], *, at: datetime, by: str
) -> None:
    source = moves.Account(location_id=locations.get_account(receipt.company_id, "customer"))
    posted = [
        moves.Move(
            item_id=balance.item_id,
            units=row.units,
            source=source,
            target=moves.Account(location_id=receipt.location_id, status=row.status),
            lot_id=balance.lot_id,
            serial=balance.serial,
            unit_cost=balance.item.standard_cost,
            reason="return",
            ref=DocRef("return_receipt", receipt.pk, row.pk),
        )
        for row, balance in rows
    ]
    moves.post_moves(posted, company_id=receipt.company_id, at=at, by=by)


def _returned(
    receipt: ReturnReceipt, shipment: Shipment, line: ShipmentLine, units: int, at: datetime
) -> events.ReturnReceived:
    return events.ReturnReceived(receipt_id=receipt.pk, units=units, at=at, **shipments.order_fields(shipment, line))


def _stock_changed(shipment: Shipment, line: ShipmentLine, units: int) -> events.StockChanged:
    return events.StockChanged(item_id=line.item_id, location_id=shipment.location_id, reason="return", units=units)
