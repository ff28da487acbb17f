"""What a warehouse does: pick, pack, ship, receive, move between sites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rantai.iscm import messages, reports
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.actions import receipts, reversals, shipments, transfers, withdrawals
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.promising.actions import releases
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import join_atomic


def release_for_shipping(as_of: datetime, *, by: str = "system") -> tuple[int, ...]:
    """Reserve stock for demand whose ship date has come and open shipments; return their ids.

    An edge: outside a transaction it works in short ones, so that nobody waits for long.
    """
    orders = releases.list_due_orders(as_of)
    made: list[int] = []
    for start in range(0, len(orders), releases.ORDERS_AT_ONCE):
        chunk = orders[start : start + releases.ORDERS_AT_ONCE]
        made += [row.pk for row in _release(chunk, as_of=as_of, by=by)]
    return tuple(made)


def list_shipments(ref: DocRef) -> tuple[reports.ShipmentView, ...]:
    """Return the shipments of a document with their lines, oldest first."""
    return fulfilment.describe_shipments(ref)


def pick_shipment(shipment_id: int, *, by: str, as_of: datetime) -> None:
    """Note that everything on a shipment was fetched. Raises IllegalTransition."""
    _work(shipment_id, lambda row: shipments.pick_all(row, at=as_of, by=by))


def pack_shipment(shipment_id: int, *, packages: int = 1, by: str, as_of: datetime) -> None:
    """Close the boxes of a shipment; what was not picked one by one counts as picked. Raises IllegalTransition."""
    _work(shipment_id, lambda row: shipments.pack(row, packages=packages, at=as_of, by=by))


def ship_shipment(shipment_id: int, *, carrier: str = "", tracking: str = "", by: str, as_of: datetime) -> None:
    """Hand a packed shipment over; its stock leaves, its delivery note is printed. Raises IllegalTransition."""
    _work(shipment_id, lambda row: shipments.ship(row, carrier=carrier, tracking=tracking, at=as_of, by=by))


def deliver_shipment(shipment_id: int, *, proof: str = "carrier", by: str, as_of: datetime) -> None:
    """Note that the consignee has the goods; `proof` is signature, photo, carrier or handed_over.

    Raises IllegalTransition, or UnknownProof.
    """
    _work(shipment_id, lambda row: shipments.deliver(row, proof=proof, at=as_of, by=by))


def reverse_shipment(shipment_id: int, *, by: str, as_of: datetime) -> None:
    """Take back goods that have not arrived: ours stand packed again, a partner's never left.

    Raises IllegalTransition after delivery: then it is a return.
    """
    _work(shipment_id, lambda row: reversals.reverse_shipment(row, at=as_of, by=by))


def cancel_shipment(shipment_id: int, *, by: str, as_of: datetime) -> None:
    """Cancel a shipment that has not left; its demands look for another supply. Raises IllegalTransition."""
    _work(shipment_id, lambda row: withdrawals.cancel_shipment(row, at=as_of, by=by))


def receive_purchase(
    lines: Sequence[messages.ReceiptLine], *, location_id: int, key: str = "", by: str, as_of: datetime
) -> tuple[int, ...]:
    """Post goods that arrived, one receipt a purchase order; the same key twice is one receipt. Returns receipt ids.

    Raises receipts.WrongReceipt, receipts.LotMissing and what srm.record_receipts raises.
    """
    made = join_atomic(lambda: receipts.receive_lines(lines, location_id=location_id, key=key, at=as_of, by=by))
    return tuple(row.pk for row in made)


def reverse_receipt(receipt_id: int, *, by: str, as_of: datetime) -> int:
    """Take a wrong receipt back; return the reversing one. Raises AlreadyReversed or NotEnoughStock."""
    row = fulfilment.get_receipt(receipt_id)
    return join_atomic(lambda: receipts.reverse_receipt(row, at=as_of, by=by)).pk


def plan_transfer(request: messages.TransferRequest, *, by: str, as_of: datetime) -> int:
    """Write a transfer between our sites; return its id. Raises NotATransfer."""
    draft = transfers.TransferDraft(
        company_id=request.company_id, origin_id=request.origin_id, destination_id=request.destination_id,
        ship_on=request.ship_on, due_on=request.due_on, cause=request.cause,
        lines=tuple((item, units.amount) for item, units in request.lines),
    )  # fmt: skip
    return join_atomic(lambda: transfers.plan_transfer(draft, at=as_of, by=by)).pk


def release_transfer(transfer_id: int, *, by: str, as_of: datetime) -> None:
    """Let a transfer go to the warehouse, which holds stock for it. Raises IllegalTransition."""
    join_atomic(lambda: transfers.release_transfer(transfers.lock_transfer(transfer_id), at=as_of, by=by))


def ship_transfer(transfer_id: int, *, carrier: str = "", tracking: str = "", by: str, as_of: datetime) -> None:
    """Send what is held for a transfer. Raises NothingToShip, IllegalTransition."""
    join_atomic(
        lambda: transfers.ship_transfer(
            transfers.lock_transfer(transfer_id), carrier=carrier, tracking=tracking, at=as_of, by=by
        )
    )


def receive_transfer(transfer_id: int, *, by: str, as_of: datetime) -> None:
    """Receive what is on the way. Raises IllegalTransition."""
    join_atomic(lambda: transfers.receive_transfer(transfers.lock_transfer(transfer_id), at=as_of, by=by))


def _release(orders: Sequence[releases.OrderKey], *, as_of: datetime, by: str) -> list[Shipment]:
    return join_atomic(lambda: releases.release_orders(orders, as_of=as_of, by=by))


def _work(shipment_id: int, act: Callable[[Shipment], object]) -> None:
    """Do one thing to a locked shipment."""
    join_atomic(lambda: act(fulfilment.lock_shipment(shipment_id)))
