"""Open shipments in bulk for stock that was reserved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rantai.foundation.parties import actions as parties
from rantai.iscm.fulfilment.models import PackTask, PickTask, Shipment, ShipmentLine
from rantai.iscm.inventory.models import Reservation
from rantai.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class LineDraft:
    """Reserved units of one demand."""

    demand_id: int
    order_line: int
    order_schedule: int
    item_id: int
    reservations: tuple[Reservation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentDraft:
    """What leaves together: one order, one ship-to, one site."""

    company_id: int
    location_id: int
    party_id: int
    address_id: int | None
    order_kind: str
    order_id: int
    order_number: str
    ship_on: date
    promised_on: date | None
    lines: tuple[LineDraft, ...]


def open_shipments(drafts: Sequence[ShipmentDraft], *, at: datetime, by: str) -> list[Shipment]:
    """Write shipments, lines and tasks in a few statements; numbers are taken last."""
    require_transaction()
    numbers = _take_numbers(drafts)
    shipments = Shipment.objects.bulk_create(
        [_to_shipment(draft, number, at=at, by=by) for draft, number in zip(drafts, numbers, strict=True)],
        batch_size=1000,
    )
    pairs = [(shipment, line) for shipment, draft in zip(shipments, drafts, strict=True) for line in draft.lines]
    lines = ShipmentLine.objects.bulk_create([_to_line(shipment, line) for shipment, line in pairs], batch_size=1000)
    PickTask.objects.bulk_create(
        [
            PickTask(line=row, reservation=reservation, units=reservation.units)
            for row, (_shipment, draft) in zip(lines, pairs, strict=True)
            for reservation in draft.reservations
        ],
        batch_size=1000,
    )
    PackTask.objects.bulk_create([PackTask(shipment=shipment) for shipment in shipments], batch_size=1000)
    return shipments


def _take_numbers(drafts: Sequence[ShipmentDraft]) -> list[str]:
    counts: dict[int, int] = defaultdict(int)
    for draft in drafts:
        counts[draft.company_id] += 1
    taken = {
        company: iter(parties.next_numbers(company, "shipment", count=count))
        for company, count in sorted(counts.items())
    }
    return [next(taken[draft.company_id]) for draft in drafts]


def _to_shipment(draft: ShipmentDraft, number: str, *, at: datetime, by: str) -> Shipment:
    return Shipment(
        company_id=draft.company_id,
        number=number,
        location_id=draft.location_id,
        party_id=draft.party_id,
        address_id=draft.address_id,
        order_kind=draft.order_kind,
        order_id=draft.order_id,
        order_number=draft.order_number,
        ship_on=draft.ship_on,
        promised_on=draft.promised_on,
        released_at=at,
        released_by=by,
    )


def _to_line(shipment: Shipment, draft: LineDraft) -> ShipmentLine:
    return ShipmentLine(
        shipment=shipment,
        demand_id=draft.demand_id,
        order_line=draft.order_line,
        order_schedule=draft.order_schedule,
        item_id=draft.item_id,
        units=sum(row.units for row in draft.reservations),
    )
