"""Post goods that a partner sends straight to the customer: from suppliers' to customers' account, never ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import actions as parties
from rantai.iscm import events, milestones
from rantai.iscm.fulfilment.actions import shipments
from rantai.iscm.fulfilment.models import PickTask, Shipment, ShipmentLine
from rantai.iscm.inventory.actions import moves
from rantai.iscm.inventory.models import Reservation, StockBalance
from rantai.kernel import audit, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectShipment:
    """Units of one demand that a partner handed to a carrier."""

    company_id: int
    party_id: int
    address_id: int | None
    order_kind: str
    order_id: int
    order_number: str
    order_line: int
    order_schedule: int
    demand_id: int
    item_id: int
    units: int
    ship_on: date
    promised_on: date | None
    carrier: str = ""
    tracking: str = ""


def ship_direct(draft: DirectShipment, *, at: datetime, by: str) -> Shipment:
    """Write the partner's shipment as shipped and post its units; the caller settles the demand.

    Its stock counts as issued for the demand, so that demand and ledger add up as with goods of ours. Stock is locked
    last. Records MilestoneReached (handed to carrier) and Shipped.
    """
    require_transaction()
    source_id = locations.get_account(draft.company_id, "supplier")
    shipment = Shipment.objects.create(
        company_id=draft.company_id, number=parties.next_number(draft.company_id, "shipment"), location_id=source_id,
        party_id=draft.party_id, address_id=draft.address_id, order_kind=draft.order_kind, order_id=draft.order_id,
        order_number=draft.order_number, ship_on=draft.ship_on, promised_on=draft.promised_on, state="shipped",
        carrier=draft.carrier, tracking=draft.tracking, released_at=at, released_by=by, packed_at=at, shipped_at=at,
    )  # fmt: skip
    line = ShipmentLine.objects.create(
        shipment=shipment, demand_id=draft.demand_id, order_line=draft.order_line, order_schedule=draft.order_schedule,
        item_id=draft.item_id, units=draft.units,
    )  # fmt: skip
    audit.record(DocRef("shipment", shipment.pk), action="shipped_direct", by=by)
    named = shipments.order_fields(shipment, line)
    outbox.record(
        events.MilestoneReached(
            milestone=milestones.HANDED_TO_CARRIER, at=at, units=line.units, carrier=draft.carrier,
            tracking=draft.tracking, shipment_id=shipment.pk, **named,
        ),
        events.Shipped(
            shipment_id=shipment.pk, shipment_number=shipment.number, units=line.units, at=at, **named
        ),
    )  # fmt: skip
    _post(shipment, line, source_id, at=at, by=by)
    return shipment


def _post(shipment: Shipment, line: ShipmentLine, source_id: int, *, at: datetime, by: str) -> None:
    source = moves.Account(location_id=source_id)
    move = moves.Move(
        item_id=line.item_id,
        units=line.units,
        source=source,
        target=moves.Account(location_id=locations.get_account(shipment.company_id, "customer")),
        unit_cost=Item.objects.values_list("standard_cost", flat=True).get(pk=line.item_id),
        reason="shipment",
        ref=DocRef("shipment", shipment.pk, line.pk),
    )
    moves.post_moves([move], company_id=shipment.company_id, at=at, by=by)
    balance = StockBalance.objects.get(
        item_id=line.item_id, location_id=source_id, lot=None, serial="", owner=None, status="available", bin=None,
        logistic_unit="",
    )  # fmt: skip
    issued = Reservation.objects.create(
        balance=balance, demand_id=line.demand_id, units=line.units, state="issued", made_at=at
    )
    PickTask.objects.create(line=line, reservation=issued, units=line.units, state="done", done_at=at, done_by=by)
