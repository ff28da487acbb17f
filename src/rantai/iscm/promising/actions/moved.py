"""Let promises lean on goods between our sites: slots of transfers, stock held for them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.fulfilment.models import TransferOrder
from rantai.iscm.promising.actions import made, slots
from rantai.kernel.transactions import require_transaction


def follow_transfer(transfer_id: int, *, as_of: datetime) -> None:
    """Hold stock for a released transfer, and set the slots of what it brings. Idempotent.

    Locks the transfer, then demands and slots, then stock.
    """
    require_transaction()
    transfer = transfers.lock_transfer(transfer_id)
    lines = transfers.list_lines(transfer)
    pairs = [(line.item_id, transfer.origin_id) for line in lines]
    if transfer.received_at is not None:
        made.lock_waiting((line.item_id, transfer.destination_id) for line in lines)
    if transfer.state == "released":
        _hold(transfer, as_of=as_of)
    slots.follow_stock(pairs, cause="transfer", as_of=as_of)
    for item_id in sorted({line.item_id for line in lines}):
        pair = (item_id, transfer.destination_id)
        if transfer.received_at is None:
            slots.settle(partial(_read, transfer, item_id), cause="transfer", as_of=as_of)
        else:
            slots.follow_arrival("transfer", partial(_read, transfer, item_id), pair=pair, as_of=as_of)
            made.serve_components([pair], as_of=as_of)


def hold_waiting(item_id: int, location_id: int, *, as_of: datetime) -> None:
    """Hold stock that came for transfers that wait for it."""
    require_transaction()
    waiting = TransferOrder.objects.filter(state="released", origin_id=location_id, lines__item_id=item_id)
    for pk in waiting.order_by("ship_on", "id").values_list("pk", flat=True):
        _hold(transfers.lock_transfer(pk), as_of=as_of)


def _hold(transfer: TransferOrder, *, as_of: datetime) -> None:
    for line in transfers.list_lines(transfer):
        free = made.count_unpromised(line.item_id, transfer.origin_id)
        if free > 0:
            transfers.hold_line(line, units=free, at=as_of)
    pairs = [(line.item_id, transfer.origin_id) for line in transfers.list_lines(transfer)]
    slots.follow_stock(pairs, cause="transfer", as_of=as_of)


def _read(transfer: TransferOrder, item_id: int) -> list[slots.Supply]:
    """Return what a transfer still brings: what is held and what is on the way."""
    row = transfers.lock_transfer(transfer.pk)
    # what is brought for an order of ours is nobody's to be promised
    is_open = row.state in ("released", "shipped") and row.cause_kind != "production_order"
    return [
        slots.Supply(
            kind="transfer",
            supply_id=row.pk,
            supply_line=line.pk,
            ref_line=line.pk,
            item_id=item_id,
            location_id=row.destination_id,
            company_id=row.company_id,
            available_on=row.due_on,
            units=line.held + line.shipped - line.received if is_open else 0,
        )
        for line in transfers.list_lines(row)
        if line.item_id == item_id
    ]
