"""Follow what a partner says of goods that it sends straight to the customer."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm import events, milestones
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.actions import demands as demand_actions
from rantai.iscm.demand.models import Demand, Milestone
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.actions import dropships, shipments
from rantai.iscm.fulfilment.models import Shipment, ShipmentLine
from rantai.iscm.promising.actions import promises
from rantai.iscm.promising.models import SlotTake
from rantai.kernel import externals, outbox
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import events as srm_events
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply, ReceivedLine

TOLD = {"accepted": milestones.PARTNER_ACCEPTED, "packed": milestones.PARTNER_PACKED}
"""Stages that are only told; from the carrier on goods move in the ledger too."""

_SOURCE = "dropship"
BY = "supplier"


def pass_on(fact: srm_events.PurchaseOrdered, *, at: datetime) -> None:
    """Tell a customer that the order was passed to the partner. Records MilestoneReached, once."""
    require_transaction()
    cause = DocRef.parse(fact.cause) if ":" in fact.cause else None
    if cause is None or cause.kind != "demand":
        return
    (demand,) = demands.lock([cause.id])
    _tell_once(demand, milestones.PASSED_TO_PARTNER, units=min(fact.units, demand.units), at=at)


def follow_commit(purchase_order_id: int, *, at: datetime) -> None:
    """Set the expected day of what partners send from their latest word; a later one revises the promise.

    Locks the demand. Records PromiseRevised where a day moved.
    """
    require_transaction()
    rows = [row for row in srm.list_open_supply(order_ids=[purchase_order_id]) if _is_for_demand(row)]
    days = {
        pk: max((row.expected_on for row in rows if row.cause and row.cause.id == pk and row.open_units), default=None)
        for pk in {row.cause.id for row in rows if row.cause}
    }
    for demand in demands.lock(days):
        day = days[demand.pk]
        takes = list(SlotTake.objects.filter(demand=demand, basis="dropship").order_by("id"))
        if day is None or not takes:
            continue
        cause = "supply_late" if day > max(take.p50_on for take in takes) else "supply_early"
        for take in takes:
            take.ship_on = take.p50_on = take.p80_on = take.p90_on = day
            take.promised_on = max(take.promised_on, day)
        SlotTake.objects.bulk_update(takes, ["ship_on", "p50_on", "p80_on", "p90_on", "promised_on"])
        ref = str(DocRef("purchase_order", purchase_order_id))
        promises.revise(promises.read_standings([demand]), cause=cause, cause_ref=ref, at=at)


def follow_stage(fact: srm_events.ShipNoticed, *, at: datetime) -> None:
    """Take a partner's notice: tell the customer, post the goods as they go, end the purchase as they arrive."""
    require_transaction()
    row = _find_supply(fact)
    if row is None or row.cause is None:
        return
    (demand,) = demands.lock([row.cause.id])
    if fact.stage in TOLD:
        _tell_once(demand, TOLD[fact.stage], units=min(fact.units, demand.units), at=at)
        return
    shipment = _find_shipment(fact) or _ship(demand, row, fact, at=at)
    if shipment is None or shipment.state != "shipped":
        return
    if fact.stage == "in_transit":
        _note_in_transit(demand, shipment, fact, at=at)
    elif fact.stage == "delivered":
        shipments.deliver(shipment, proof="carrier", at=at, by=BY)
        _end_purchase(row, shipment, at=at)


def _ship(demand: Demand, row: OpenSupply, fact: srm_events.ShipNoticed, *, at: datetime) -> Shipment | None:
    """Post the partner's goods to the customer as far as the demand still wants them."""
    takes = list(SlotTake.objects.filter(demand=demand, slot=None, basis="dropship").order_by("id"))
    units = min(row.open_units.amount, sum(take.units for take in takes))
    if units <= 0:
        return None
    promised_on = max(take.promised_on for take in takes)
    _use(takes, units)
    shipment = dropships.ship_direct(
        dropships.DirectShipment(
            company_id=demand.company_id, party_id=demand.party_id, address_id=demand.address_id,
            order_kind=demand.kind, order_id=demand.order_id, order_number=demand.number, order_line=demand.line,
            order_schedule=demand.schedule, demand_id=demand.pk, item_id=demand.item_id, units=units,
            ship_on=at.date(), promised_on=promised_on, carrier=fact.carrier, tracking=fact.tracking,
        ),
        at=at,
        by=BY,
    )  # fmt: skip
    externals.bind_external(_SOURCE, "shipment", {_key(fact): shipment.pk})
    demand_actions.settle_demands([demand.pk])
    return shipment


def _use(takes: list[SlotTake], units: int) -> None:
    for take in takes:
        count = min(take.units, units)
        units -= count
        if count == take.units:
            take.delete()
        elif count:
            SlotTake.objects.filter(pk=take.pk).update(units=take.units - count)


def _note_in_transit(demand: Demand, shipment: Shipment, fact: srm_events.ShipNoticed, *, at: datetime) -> None:
    is_known = Milestone.objects.filter(demand=demand, code=milestones.IN_TRANSIT, subject_id=shipment.pk).exists()
    if not is_known:
        shipments.note_in_transit(shipment, tracking=fact.tracking, at=at)


def _end_purchase(row: OpenSupply, shipment: Shipment, *, at: datetime) -> None:
    """Tell SRM that what it ordered was received: at the customer's door."""
    line: ShipmentLine = fulfilment.list_lines(shipment)[0]
    srm.record_receipts(
        [
            ReceivedLine(
                ref=row.ref,
                receipt=DocRef("shipment", shipment.pk, line.pk),
                units=row.open_units,
                accepted=row.open_units,
                received_at=at,
                schedule_id=row.schedule_id,
            )
        ]
    )


def _find_supply(fact: srm_events.ShipNoticed) -> OpenSupply | None:
    rows = srm.list_open_supply(order_ids=[fact.purchase_order_id])
    return next((row for row in rows if row.schedule_id == fact.schedule_id and _is_for_demand(row)), None)


def _is_for_demand(row: OpenSupply) -> bool:
    return row.cause is not None and row.cause.kind == "demand"


def _find_shipment(fact: srm_events.ShipNoticed) -> Shipment | None:
    known = externals.find_external(_SOURCE, "shipment", [_key(fact)]).get(_key(fact))
    return fulfilment.lock_shipment(known) if known else None


def _key(fact: srm_events.ShipNoticed) -> str:
    return f"{fact.purchase_order_id}/{fact.schedule_id}"


def _tell_once(demand: Demand, code: str, *, units: int, at: datetime) -> None:
    """Record that a demand reached a stage, unless it was told before."""
    if Milestone.objects.filter(demand=demand, code=code, subject_id=0).exists():
        return
    demand_actions.note_milestones([Milestone(demand=demand, code=code, units=units, at=at)])
    outbox.record(
        events.MilestoneReached(
            order_kind=demand.kind, order_id=demand.order_id, line=demand.line, schedule=demand.schedule,
            demand_id=demand.pk, milestone=code, at=at, units=units,
        )
    )  # fmt: skip
