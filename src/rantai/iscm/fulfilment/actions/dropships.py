"""Post goods that a partner sends straight to the customer: from suppliers' to customers' account, never ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import actions as parties
from rantai.iscm import events, milestones
from rantai.iscm.fulfilment import queries, states
from rantai.iscm.fulfilment.actions import shipments
from rantai.iscm.fulfilment.models import PickTask, Shipment, ShipmentLine
from rantai.iscm.inventory import queries as inventory
from rantai.iscm.inventory.actions import moves
from rantai.iscm.inventory.models import Reservation, StockBalance
from rantai.kernel import audit, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectLine:
    """Units of one demand in a partner's parcel."""

    order_line: int
    order_schedule: int
    demand_id: int
    item_id: int
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectShipment:
    """What a partner handed to a carrier for one order of a customer."""

    company_id: int
    party_id: int
    address_id: int | None
    order_kind: str
    order_id: int
    order_number: str
    ship_on: date
    promised_on: date | None
    lines: tuple[DirectLine, ...]
    carrier: str = ""
    tracking: str = ""


def ship_direct(draft: DirectShipment, *, at: datetime, by: str) -> tuple[Shipment, list[ShipmentLine]]:
    """Write the partner's shipment as shipped and post its units; the caller settles the demands.

    Its stock counts as issued for the demands, so that demand and ledger add up as with goods of ours. Stock is locked
    last. Records MilestoneReached (handed to carrier) and Shipped for each line. Returns the lines as they were given.
    """
    require_transaction()
    source_id = locations.get_account(draft.company_id, "supplier")
    shipment = Shipment.objects.create(
        company_id=draft.company_id, number=parties.next_number(draft.company_id, "shipment"), location_id=source_id,
        party_id=draft.party_id, address_id=draft.address_id, order_kind=draft.order_kind, order_id=draft.order_id,
        order_number=draft.order_number, ship_on=draft.ship_on, promised_on=draft.promised_on, state="shipped",
        carrier=draft.carrier, tracking=draft.tracking, released_at=at, released_by=by, packed_at=at, shipped_at=at,
    )  # fmt: skip
    lines = [
        ShipmentLine.objects.create(
            shipment=shipment, demand_id=line.demand_id, order_line=line.order_line,
            order_schedule=line.order_schedule, item_id=line.item_id, units=line.units,
        )
        for line in draft.lines
    ]  # fmt: skip
    audit.record(DocRef("shipment", shipment.pk), action="shipped_direct", by=by)
    outbox.record(*(_reached_carrier(shipment, line, at) for line in lines))
    outbox.record(*(_shipped(shipment, line, at) for line in lines))
    _post(shipment, lines, source_id, at=at, by=by)
    return shipment, lines


def is_direct(shipment: Shipment) -> bool:
    """Tell whether a partner sent it: it never stood on a shelf of ours."""
    return shipment.location_id == locations.get_account(shipment.company_id, "supplier")


def take_back(shipment: Shipment, *, at: datetime, by: str) -> None:
    """Take back a partner's shipment that did not reach the customer: its units are open again, nothing is packed.

    Raises IllegalTransition after delivery: then it is a return. Records ShipmentReversed for each line.
    """
    require_transaction()
    if shipment.state != "shipped":
        raise IllegalTransition(str(shipment), shipment.state, "cancelled", states.shipment.ways[shipment.state])
    states.shipment.move(shipment, "packed")
    states.shipment.move(shipment, "cancelled")
    Shipment.objects.filter(pk=shipment.pk).update(shipped_at=None, revision=shipment.revision + 1)
    tasks = queries.list_done_picks(shipment)
    PickTask.objects.filter(pk__in=[task.pk for task in tasks]).update(state="cancelled")
    Reservation.objects.filter(pk__in=[task.reservation_id for task in tasks]).update(state="freed", ended_at=at)
    audit.record(DocRef("shipment", shipment.pk), action="reversed", by=by)
    outbox.record(
        *(
            events.ShipmentReversed(
                shipment_id=shipment.pk, units=line.units, at=at, **shipments.order_fields(shipment, line)
            )
            for line in queries.list_lines(shipment)
        )
    )
    issued = inventory.list_unreversed_moves(DocRef("shipment", shipment.pk), reason="shipment")
    moves.post_moves([moves.reverse(move) for move in issued], company_id=shipment.company_id, at=at, by=by)


def _reached_carrier(shipment: Shipment, line: ShipmentLine, at: datetime) -> events.MilestoneReached:
    return events.MilestoneReached(
        milestone=milestones.HANDED_TO_CARRIER, at=at, units=line.units, carrier=shipment.carrier,
        tracking=shipment.tracking, shipment_id=shipment.pk, **shipments.order_fields(shipment, line),
    )  # fmt: skip


def _shipped(shipment: Shipment, line: ShipmentLine, at: datetime) -> events.Shipped:
    return events.Shipped(
        shipment_id=shipment.pk, shipment_number=shipment.number, units=line.units, at=at,
        **shipments.order_fields(shipment, line),
    )  # fmt: skip


def _post(shipment: Shipment, lines: list[ShipmentLine], source_id: int, *, at: datetime, by: str) -> None:
    costs = dict(Item.objects.filter(pk__in={line.item_id for line in lines}).values_list("pk", "standard_cost"))
    target = moves.Account(location_id=locations.get_account(shipment.company_id, "customer"))
    posted = [
        moves.Move(
            item_id=line.item_id,
            units=line.units,
            source=moves.Account(location_id=source_id),
            target=target,
            unit_cost=costs[line.item_id],
            reason="shipment",
            ref=DocRef("shipment", shipment.pk, line.pk),
        )
        for line in lines
    ]
    moves.post_moves(posted, company_id=shipment.company_id, at=at, by=by)
    for line in lines:
        issued = Reservation.objects.create(
            balance=_get_balance(line.item_id, source_id), demand_id=line.demand_id, units=line.units, state="issued",
            made_at=at,
        )  # fmt: skip
        PickTask.objects.create(line=line, reservation=issued, units=line.units, state="done", done_at=at, done_by=by)


def _get_balance(item_id: int, source_id: int) -> StockBalance:
    return StockBalance.objects.get(
        item_id=item_id, location_id=source_id, lot=None, serial="", owner=None, status="available", bin=None,
        logistic_unit="",
    )  # fmt: skip
