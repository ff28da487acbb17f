"""Follow what a partner says of goods that it sends straight to the customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rantai.iscm import events, milestones
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.actions import demands as demand_actions
from rantai.iscm.demand.models import Demand, Milestone
from rantai.iscm.fulfilment import queries as fulfilment
from rantai.iscm.fulfilment.actions import dropships, shipments
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.promising.actions import parcels, promises, records
from rantai.iscm.promising.models import Promise, SlotTake
from rantai.iscm.promising.queries import partners
from rantai.kernel import outbox
from rantai.kernel.models import Event
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import events as srm_events
from rantai.srm import facade as srm
from rantai.srm.messages import ReceivedLine

TOLD = {"accepted": milestones.PARTNER_ACCEPTED, "packed": milestones.PARTNER_PACKED}
"""Stages that are only told; from the carrier on goods move in the ledger too."""
CANCELLED = "partner_cancelled"
"""Cause of a promise that moved, and reason of units without a date, because a partner let them go."""
BY = "supplier"


def pass_on(fact: srm_events.PurchaseOrdered, *, at: datetime) -> None:
    """Tell customers that their orders were passed to a partner. Records MilestoneReached, once."""
    require_transaction()
    rows = [row for row in partners.list_of_order(fact.purchase_order_id) if row.supply.schedule_id == fact.schedule_id]
    for demand in demands.lock(row.demand_id for row in rows):
        _tell_once(demand, milestones.PASSED_TO_PARTNER, units=min(fact.units, demand.units), at=at)


def follow_commit(purchase_order_id: int, *, at: datetime) -> None:
    """Set the expected day of what partners send from their latest word; a later one revises the promise.

    Locks the demands. Records PromiseRevised where a day moved.
    """
    require_transaction()
    days: dict[int, date] = {}
    for row in partners.list_of_order(purchase_order_id):
        if row.units:
            days[row.demand_id] = max(row.supply.expected_on, days.get(row.demand_id, row.supply.expected_on))
    takes = _read_takes(days)
    for demand in demands.lock(days):
        mine, day = takes[demand.pk], days[demand.pk]
        if not mine:
            continue
        cause = "supply_late" if day > max(take.p50_on for take in mine) else "supply_early"
        for take in mine:
            take.ship_on = take.p50_on = take.p80_on = take.p90_on = day
            take.promised_on = max(take.promised_on, day)
        SlotTake.objects.bulk_update(mine, ["ship_on", "p50_on", "p80_on", "p90_on", "promised_on"])
        ref = str(DocRef("purchase_order", purchase_order_id))
        promises.revise(promises.read_standings([demand]), cause=cause, cause_ref=ref, at=at)


def follow_cancelled(fact: srm_events.PurchaseCancelled, *, at: datetime) -> None:
    """Promise anew what a partner will not send: by another partner or from stock, else without a date.

    What a customer let go is no loss: those takes are gone already. Locks the demands. Records PromiseRevised.
    """
    require_transaction()
    rows = partners.list_of_order(fact.purchase_order_id)
    ref = str(DocRef("purchase_order", fact.purchase_order_id, fact.line_id))
    for demand in demands.lock(row.demand_id for row in rows):
        takes = _read_takes([demand.pk])[demand.pk]
        lost = sum(take.units for take in takes) - sum(row.units for row in partners.list_open(demand))
        if lost <= 0 or demand.state != "open":
            continue
        _use(takes[::-1], lost)
        refused = tuple({row.supply.supplier_id for row in rows if row.demand_id == demand.pk})
        records.promise_again(
            [demand], cause=CANCELLED, cause_ref=ref, refused=refused, reason=CANCELLED, as_of=at
        )  # fmt: skip


def follow_stage(fact: srm_events.ShipNoticed, *, at: datetime) -> None:
    """Take a partner's notice: tell the customer, post the goods as they go, end the purchase as they arrive.

    What a partner hands to a carrier at once for one order of a customer is one shipment.
    """
    require_transaction()
    rows = [row for row in partners.list_of_order(fact.purchase_order_id) if row.supply.schedule_id == fact.schedule_id]
    if not rows:
        return
    (demand,) = demands.lock([rows[0].demand_id])
    if fact.stage in TOLD:
        _tell_once(demand, TOLD[fact.stage], units=min(fact.units, demand.units), at=at)
        return
    shipment = parcels.find_shipment(rows[0]) or _ship(demand, fact, at=at)
    if shipment is None or shipment.state != "shipped":
        return
    if fact.stage == "in_transit" and not _was_told(shipment, milestones.IN_TRANSIT):
        shipments.note_in_transit(shipment, tracking=fact.tracking, at=at)
    elif fact.stage == "delivered":
        shipments.deliver(shipment, proof="carrier", at=at, by=BY)
        _end_purchases(fact.purchase_order_id, shipment, at=at)


def follow_reversal(fact: events.ShipmentReversed, *, at: datetime) -> None:
    """Let units that a partner's parcel did not bring be promised by that partner again: its order is still open.

    The demand is settled and locked. Does nothing for a shipment of ours.
    """
    require_transaction()
    shipment = fulfilment.lock_shipment(fact.shipment_id)
    if shipment.state != "cancelled" or not dropships.is_direct(shipment):
        return
    (demand,) = demands.lock([fact.demand_id])
    unspoken = promises.read_standings([demand])[0].unpromised
    said = Promise.objects.get(pk=demand.pk).promised_on
    for row in parcels.open_again(shipment, partners.list_open(demand)):
        units = min(unspoken, row.units)
        unspoken -= units
        if units:
            day = max(row.supply.expected_on, at.date())
            SlotTake.objects.create(
                demand=demand, units=units, basis="dropship", ship_on=day, promised_on=max(said or day, day),
                p50_on=day, p80_on=day, p90_on=day,
            )  # fmt: skip
    ref = str(DocRef("shipment", shipment.pk))
    records.promise_again([demand], cause="shipment_cancelled", cause_ref=ref, as_of=at)


def _ship(demand: Demand, fact: srm_events.ShipNoticed, *, at: datetime) -> Shipment | None:
    """Post all that the partner handed over with this notice for the order of a demand, as far as it is wanted."""
    noticed = _list_noticed(fact)
    rows = [row for row in partners.list_of_order(fact.purchase_order_id) if row.supply.schedule_id in noticed]
    wanted = {row.pk: row for row in demands.lock(row.demand_id for row in rows)}
    mine = {pk for pk, row in wanted.items() if (row.kind, row.order_id) == (demand.kind, demand.order_id)}
    takes = _read_takes(mine)
    parts: list[parcels.Part] = []
    for row in rows:
        if row.demand_id not in mine or parcels.find_shipment(row):
            continue
        units = min(row.units, sum(take.units for take in takes[row.demand_id]))
        if units > 0:
            promised_on = max(take.promised_on for take in takes[row.demand_id])
            takes[row.demand_id] = _use(takes[row.demand_id], units)
            parts.append(parcels.Part(demand=wanted[row.demand_id], asked=row, units=units, promised_on=promised_on))
    if not parts:
        return None
    shipment = parcels.send(parts, carrier=fact.carrier, tracking=fact.tracking, at=at, by=BY)
    demand_actions.settle_demands(mine)
    return shipment


def _list_noticed(fact: srm_events.ShipNoticed) -> set[int]:
    """Return the schedules that the partner said this of in one breath, itself included."""
    rows = Event.objects.filter(
        stream=fact.stream, kind="ShipNoticed", payload__purchase_order_id=fact.purchase_order_id,
        payload__stage=fact.stage, payload__carrier=fact.carrier, payload__tracking=fact.tracking,
    )  # fmt: skip
    return {fact.schedule_id, *(payload["schedule_id"] for payload in rows.values_list("payload", flat=True))}


def _use(takes: Sequence[SlotTake], units: int) -> list[SlotTake]:
    """Take so many units off takes; return those that are left."""
    left = []
    for take in takes:
        count = min(take.units, units)
        units -= count
        if count == take.units:
            take.delete()
            continue
        if count:
            take.units -= count
            SlotTake.objects.filter(pk=take.pk).update(units=take.units)
        left.append(take)
    return left


def _end_purchases(purchase_order_id: int, shipment: Shipment, *, at: datetime) -> None:
    """Tell SRM that what it ordered was received: at the customer's door."""
    rows = partners.list_of_order(purchase_order_id)
    srm.record_receipts(
        [
            ReceivedLine(
                ref=row.supply.ref,
                receipt=DocRef("shipment", shipment.pk, line_id),
                units=row.supply.open_units,
                accepted=row.supply.open_units,
                received_at=at,
                schedule_id=row.supply.schedule_id,
            )
            for row, line_id in parcels.list_lines(shipment, rows)
            if row.units
        ]
    )


def _read_takes(demand_ids: Iterable[int]) -> dict[int, list[SlotTake]]:
    found: dict[int, list[SlotTake]] = defaultdict(list)
    takes = SlotTake.objects.filter(demand_id__in=list(demand_ids), slot=None, basis="dropship")
    for take in takes.order_by("promised_on", "id"):
        found[take.demand_id].append(take)
    return found


def _was_told(shipment: Shipment, milestone: str) -> bool:
    stream = f"{shipment.order_kind}.demand:{shipment.order_id}"
    told = Event.objects.filter(stream=stream, kind="MilestoneReached", payload__milestone=milestone)
    return told.filter(payload__shipment_id=shipment.pk).exists()


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
