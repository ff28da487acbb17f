"""Let promises lean on goods between our sites: slots of transfers, stock held for them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db.models import Q

from rantai.iscm.demand import queries as demands
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.fulfilment.models import TransferLine, TransferOrder
from rantai.iscm.promising.actions import leaning, made, slots
from rantai.iscm.promising.models import SlotTake
from rantai.kernel import changes
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
        bound = _list_bound(transfer, line.item_id)
        free = made.count_unpromised(line.item_id, transfer.origin_id) + sum(take.units for take in bound)
        held = transfers.hold_line(line, units=free, at=as_of) if free > 0 else 0
        if held and bound:
            _lean(transfer, line, list(leaning.draw(bound, held)), as_of=as_of)
    pairs = [(line.item_id, transfer.origin_id) for line in transfers.list_lines(transfer)]
    slots.follow_stock(pairs, cause="transfer", as_of=as_of)


def _list_bound(transfer: TransferOrder, item_id: int) -> list[SlotTake]:
    """Return what was promised of the origin's stock to customers of the site to which it goes, or of one beyond it."""
    if transfer.cause_kind == "production_order":
        return []
    stock = SlotTake.objects.filter(
        moved_from__kind="stock", moved_from__item_id=item_id, moved_from__location_id=transfer.origin_id
    )
    site = transfer.destination_id
    rows = stock.filter(Q(location_id=site) | Q(source__origin_id=site)).select_related("demand")
    return sorted(rows.order_by("ship_on", "demand__due_at", "id"), key=lambda take: take.location_id != site)


def _lean(
    transfer: TransferOrder, line: TransferLine, wanted: list[tuple[SlotTake, int]], *, as_of: datetime
) -> None:  # fmt: skip
    """Let customers to whom units of the origin were promised lean on the transfer that brings them."""
    demands.lock({take.demand_id for take, _units in wanted})
    seq = changes.next_change()
    rows = slots.lock_slots(lambda: [row for row in _read(transfer, line.item_id) if row.supply_line == line.pk])
    for slot, supply in rows:
        slots.raise_slot(slot, supply.units, seq=seq)
        slots.date_anew(leaning.attach(wanted, slot, seq=seq), slot, cause="transfer", as_of=as_of)


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
