"""Receive purchased goods: stock and purchase order commit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.foundation.parties import actions as parties
from rantai.iscm import events, messages
from rantai.iscm.fulfilment import queries
from rantai.iscm.fulfilment.models import GoodsReceipt, GoodsReceiptLine
from rantai.iscm.inventory import queries as stock
from rantai.iscm.inventory.actions import lots, moves
from rantai.kernel import audit, outbox
from rantai.kernel.quantities import SCALE, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import facade as srm
from rantai.srm import messages as srm_messages


class LotMissing(ValueError):
    """Tracked goods without the lot or serial numbers that they are tracked by."""

    def __init__(self, item: Item, units: int) -> None:
        self.item, self.units = item, units
        text = (
            _("%(item)s is tracked by lot: enter the lot that stands on the goods.")
            if item.tracking == "lot"
            else _("%(item)s is tracked by serial number: enter %(units)s different numbers, one a line.")
        )
        super().__init__(text % {"item": item.code, "units": Quantity(units)})


class WrongReceipt(ValueError):
    """A quantity that cannot have arrived."""

    def __init__(self, item: Item) -> None:
        self.item = item
        super().__init__(
            _("Enter for %(item)s what arrived, above zero, and how much of it is good, not more than that.")
            % {"item": item.code}
        )


class AlreadyReversed(Exception):
    """A receipt that was taken back before, or that takes one back itself."""

    def __init__(self, receipt: GoodsReceipt) -> None:
        self.receipt = receipt
        super().__init__(_("%(receipt)s was taken back before. Nothing was changed.") % {"receipt": receipt})


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivedLine:
    """What came for one order line; what was not accepted becomes blocked stock."""

    ref: DocRef
    item_id: int
    units: int
    accepted: int
    lot_code: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Goods of one purchase order at one site; the same `key` twice is one receipt."""

    company_id: int
    location_id: int
    supplier_id: int | None
    order_id: int
    order_number: str
    lines: tuple[ArrivedLine, ...]
    delivery_note: str = ""
    key: str = ""


def post_receipt(arrival: Arrival, *, at: datetime, by: str) -> GoodsReceipt:
    """Write a receipt, tell SRM and post the stock. Locks the purchase order before the stock.

    Raises WrongReceipt, LotMissing and what srm.record_receipts raises. Records GoodsReceived for each line.
    """
    require_transaction()
    known = GoodsReceipt.objects.filter(company_id=arrival.company_id, key=arrival.key).first() if arrival.key else None
    if known:
        return known
    items = Item.objects.in_bulk([line.item_id for line in arrival.lines])
    for line in arrival.lines:
        _check(line, items[line.item_id])
    receipt = GoodsReceipt.objects.create(
        company_id=arrival.company_id,
        number=parties.next_number(arrival.company_id, "goods_receipt"),
        location_id=arrival.location_id,
        supplier_id=arrival.supplier_id,
        ref_id=arrival.order_id,
        order_number=arrival.order_number,
        delivery_note=arrival.delivery_note,
        key=arrival.key,
        received_at=at,
        received_by=by,
    )
    rows = _write_lines(receipt, arrival.lines, items, at=at)
    srm.record_receipts([_tell(receipt, row, at) for row in rows])
    outbox.record(*(_received(receipt, row, row.accepted) for row in rows))
    audit.record(DocRef("goods_receipt", receipt.pk), action="received", by=by)
    moves.post_moves(
        [move for row, line in zip(rows, arrival.lines, strict=True) for move in _to_moves(receipt, row, line.serials)],
        company_id=arrival.company_id,
        at=at,
        by=by,
    )
    return receipt


def receive_lines(
    lines: Sequence[messages.ReceiptLine], *, location_id: int, key: str = "", at: datetime, by: str
) -> list[GoodsReceipt]:
    """Post what arrived at a site, one receipt for each purchase order. Raises what post_receipt raises."""
    require_transaction()
    known = {line.ref: line for line in srm.get_purchase_lines([line.ref for line in lines])}
    company_id = Location.objects.values_list("company_id", flat=True).get(pk=location_id)
    made = []
    for order_id in sorted({line.ref.id for line in lines}):
        mine = [line for line in lines if line.ref.id == order_id]
        arrival = Arrival(
            company_id=company_id or 0,
            location_id=location_id,
            supplier_id=known[mine[0].ref].supplier_id,
            order_id=order_id,
            order_number=known[mine[0].ref].order_number,
            lines=tuple(_to_arrived(line) for line in mine),
            key=f"{key}:{order_id}"[:40] if key else "",
        )
        made.append(post_receipt(arrival, at=at, by=by))
    return made


def _to_arrived(line: messages.ReceiptLine) -> ArrivedLine:
    accepted = line.units if line.accepted is None else line.accepted
    return ArrivedLine(
        ref=line.ref, item_id=line.item_id, units=line.units.amount, accepted=accepted.amount, lot_code=line.lot
    )


def reverse_receipt(receipt: GoodsReceipt, *, at: datetime, by: str) -> GoodsReceipt:
    """Take a wrong receipt back: the order line is open again and the stock is gone.

    Raises AlreadyReversed, or NotEnoughStock where the goods were used. Records GoodsReceived with minus units.
    """
    require_transaction()
    if receipt.reverses_id or GoodsReceipt.objects.filter(reverses=receipt).exists():
        raise AlreadyReversed(receipt)
    back = GoodsReceipt.objects.create(
        company_id=receipt.company_id,
        number=parties.next_number(receipt.company_id, "goods_receipt"),
        location_id=receipt.location_id,
        supplier_id=receipt.supplier_id,
        ref_id=receipt.ref_id,
        order_number=receipt.order_number,
        received_at=at,
        received_by=by,
        reverses=receipt,
    )
    rows = queries.list_receipt_lines(receipt)
    srm.record_receipts([_tell(back, row, at, reverses=receipt) for row in rows])
    outbox.record(*(_received(receipt, row, -row.accepted) for row in rows))
    audit.record(DocRef("goods_receipt", receipt.pk), action="reversed", by=by)
    posted = stock.list_unreversed_moves(DocRef("goods_receipt", receipt.pk), reason="receipt")
    moves.post_moves([moves.reverse(move) for move in posted], company_id=receipt.company_id, at=at, by=by)
    return back


def _check(line: ArrivedLine, item: Item) -> None:
    if line.units <= 0 or not 0 <= line.accepted <= line.units:
        raise WrongReceipt(item)
    if item.tracking == "lot" and not line.lot_code:
        raise LotMissing(item, line.units)
    if item.tracking == "serial" and len(set(line.serials)) * SCALE != line.units:
        raise LotMissing(item, line.units)


def _write_lines(
    receipt: GoodsReceipt, lines: Sequence[ArrivedLine], items: dict[int, Item], *, at: datetime
) -> list[GoodsReceiptLine]:
    return GoodsReceiptLine.objects.bulk_create(
        [
            GoodsReceiptLine(
                receipt=receipt,
                ref_line=line.ref.line,
                item=items[line.item_id],
                lot=lots.find_or_add_lot(line.item_id, line.lot_code, at=at, origin=line.ref),
                units=line.units,
                accepted=line.accepted,
                unit_cost=items[line.item_id].standard_cost,
            )
            for line in lines
        ]
    )


def _tell(
    receipt: GoodsReceipt, row: GoodsReceiptLine, at: datetime, *, reverses: GoodsReceipt | None = None
) -> srm_messages.ReceivedLine:
    return srm_messages.ReceivedLine(
        ref=DocRef("purchase_order", receipt.ref_id, row.ref_line),
        receipt=DocRef("goods_receipt", receipt.pk, row.pk),
        units=Quantity(row.units),
        accepted=Quantity(row.accepted),
        received_at=at,
        reverses=DocRef("goods_receipt", reverses.pk, row.pk) if reverses else None,
    )


def _received(receipt: GoodsReceipt, row: GoodsReceiptLine, units: int) -> events.GoodsReceived:
    return events.GoodsReceived(
        goods_receipt_id=receipt.pk,
        purchase_order_id=receipt.ref_id,
        item_id=row.item_id,
        location_id=receipt.location_id,
        units=units,
    )


def _to_moves(receipt: GoodsReceipt, row: GoodsReceiptLine, serials: Sequence[str]) -> list[moves.Move]:
    """Return the moves of a line: accepted goods are available, the rest is blocked; serial numbers go one by one."""
    source = moves.Account(location_id=locations.get_account(receipt.company_id, "supplier"))
    parts = [("available", row.accepted), ("blocked", row.units - row.accepted)]
    numbered = iter(serials)
    return [
        moves.Move(
            item_id=row.item_id,
            units=units,
            source=source,
            target=moves.Account(location_id=receipt.location_id, status=status),
            lot_id=row.lot_id,
            serial=serial,
            unit_cost=row.unit_cost,
            reason="receipt",
            ref=DocRef("goods_receipt", receipt.pk, row.pk),
        )
        for status, total in parts
        for serial, units in _split(total, numbered if serials else None)
    ]


def _split(units: int, serials: object) -> list[tuple[str, int]]:
    if serials is None:
        return [("", units)] if units else []
    return [(next(serials), SCALE) for _one in range(units // SCALE)]  # type: ignore[call-overload]
