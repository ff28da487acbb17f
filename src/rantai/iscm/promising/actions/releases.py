"""Let due demand out to the warehouse: reserve identified stock and open shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.actions import demands as demand_actions
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions import openings
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.inventory import queries as stock
from rantai.iscm.inventory.actions import reservations
from rantai.iscm.inventory.models import Reservation
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.kernel import changes, clock, increments
from rantai.kernel.transactions import require_transaction

ORDERS_AT_ONCE = 200
"""So that SQLite's one writer is not held for long."""

OrderKey = tuple[str, int]
ShipmentKey = tuple[int, str, int, int | None, int]
"""Company, kind and id of the order, address, location."""


@dataclass(kw_only=True, slots=True)
class Grant:
    """Identified stock that a take is given."""

    take: SlotTake
    holds: list[reservations.Hold]

    @property
    def units(self) -> int:
        """Units of all its holds."""
        return sum(hold.units for hold in self.holds)


def list_due_orders(as_of: datetime) -> list[OrderKey]:
    """Return the orders with units on stock whose ship date has come, the most urgent first.

    An order that ships complete waits until all of it stands on stock and is due.
    """
    today = {site.pk: clock.business_date(as_of, site.zone) for site in locations.list_sites()}
    last = max(today.values(), default=as_of.date())
    due = SlotTake.objects.filter(slot__kind="stock", ship_on__lte=last, demand__state="open")
    found: dict[OrderKey, bool] = {}
    rows = due.order_by("demand__due_at", "demand_id").values_list(
        "demand__kind", "demand__order_id", "demand__ships_complete", "location_id", "ship_on"
    )
    for kind, order_id, ships_complete, location_id, ship_on in rows:
        if location_id in today and ship_on <= today[location_id]:
            found[kind, order_id] = found.get((kind, order_id), False) or ships_complete
    waiting = _list_incomplete([key for key, complete in found.items() if complete], today)
    return [key for key in found if key not in waiting]


def release_orders(orders: Sequence[OrderKey], *, as_of: datetime, by: str) -> list[Shipment]:
    """Reserve stock (first expired, then first in) for due takes of orders and open one shipment a ship-to and site.

    Locks demands, slots, then balances, each in ascending id order; the number series is taken last.
    """
    require_transaction()
    takes = _lock_due(orders, as_of)
    grants = _allocate(takes)
    if not grants:
        return []
    seq = changes.next_change()
    granted: dict[int, int] = defaultdict(int)
    for grant in grants:
        granted[grant.take.demand_id] += grant.units
    demand_actions.add_reserved(granted)
    _use_slots(grants, seq=seq)
    rows = iter(reservations.reserve([hold for grant in grants for hold in grant.holds], at=as_of))
    made = [(grant, tuple(next(rows) for _hold in grant.holds)) for grant in grants]
    return openings.open_shipments(_draft(made), at=as_of, by=by)


def _list_incomplete(keys: Sequence[OrderKey], today: dict[int, date]) -> set[OrderKey]:
    """Return orders that ship complete of which something is not on stock or not due."""
    if not keys:
        return set()
    demands = list(
        Demand.objects.filter(order_id__in=[pk for _kind, pk in keys], state="open", ships_complete=True).values_list(
            "pk", "kind", "order_id", "units", "fulfilled", "cancelled", "reserved"
        )
    )
    ready: dict[int, int] = defaultdict(int)
    takes = SlotTake.objects.filter(demand_id__in=[row[0] for row in demands], slot__kind="stock")
    for demand_id, place, ship_on, units in takes.values_list("demand_id", "location_id", "ship_on", "units"):
        if place in today and ship_on <= today[place]:
            ready[demand_id] += units
    return {
        (kind, order_id)
        for pk, kind, order_id, units, fulfilled, cancelled, reserved in demands
        if ready[pk] < units - fulfilled - cancelled - reserved
    }


def _lock_due(orders: Sequence[OrderKey], as_of: datetime) -> list[SlotTake]:
    wanted = set(orders)
    demands = Demand.objects.select_for_update().filter(order_id__in=[pk for _kind, pk in orders], state="open")
    by_id = {row.pk: row for row in demands.order_by("id") if (row.kind, row.order_id) in wanted}
    today = {site.pk: clock.business_date(as_of, site.zone) for site in locations.list_sites()}
    takes = SlotTake.objects.filter(demand_id__in=list(by_id), slot__kind="stock", ship_on__lte=max(today.values()))
    found = []
    for take in takes.select_related("slot").order_by("id"):
        take.demand = by_id[take.demand_id]
        if take.location_id in today and take.ship_on <= today[take.location_id]:
            found.append(take)
    return sorted(found, key=lambda take: (take.demand.due_at, take.demand_id, take.pk))


def _allocate(takes: Sequence[SlotTake]) -> list[Grant]:
    balances = defaultdict(list)
    pairs = {take.pk: _locate(take) for take in takes}
    for row in stock.list_free({item for item, _place in pairs.values()}, {place for _item, place in pairs.values()}):
        balances[row.item_id, row.location_id].append([row.pk, row.on_hand - row.reserved])
    grants = []
    for take in takes:
        holds = list(_hold(take, balances[pairs[take.pk]]))
        if holds:
            grants.append(Grant(take=take, holds=holds))
    return grants


def _locate(take: SlotTake) -> tuple[int, int]:
    """Return the item and the location of the stock that a take leans on."""
    assert take.slot is not None
    return take.slot.item_id, take.slot.location_id


def _hold(take: SlotTake, free: list[list[int]]) -> Iterable[reservations.Hold]:
    rest = take.units
    while rest and free:
        units = min(rest, free[0][1])
        yield reservations.Hold(balance_id=free[0][0], demand_id=take.demand_id, units=units)
        rest -= units
        free[0][1] -= units
        if not free[0][1]:
            free.pop(0)


def _use_slots(grants: Sequence[Grant], *, seq: int) -> None:
    """Turn takes into reservations: their units are neither available nor promised on the slot any more."""
    used: dict[int, int] = defaultdict(int)
    partial = []
    for grant in grants:
        assert grant.take.slot_id is not None
        used[grant.take.slot_id] -= grant.units
        if grant.units < grant.take.units:
            grant.take.units -= grant.units
            partial.append(grant.take)
    deltas = {pk: (units, units) for pk, units in used.items()}
    changed = increments.add(SupplySlot, deltas, columns=("promised", "available"), changed_seq=seq)
    assert changed == set(deltas)
    kept = {take.pk for take in partial}
    SlotTake.objects.filter(pk__in=[grant.take.pk for grant in grants if grant.take.pk not in kept]).delete()
    SlotTake.objects.bulk_update(partial, ["units"])


def _draft(made: Sequence[tuple[Grant, tuple[Reservation, ...]]]) -> list[openings.ShipmentDraft]:
    groups: dict[ShipmentKey, dict[int, list[Reservation]]] = defaultdict(lambda: defaultdict(list))
    takes: dict[ShipmentKey, list[SlotTake]] = defaultdict(list)
    for grant, rows in made:
        demand, location_id = grant.take.demand, _locate(grant.take)[1]
        key = (demand.company_id, demand.kind, demand.order_id, demand.address_id, location_id)
        groups[key][demand.pk].extend(rows)
        takes[key].append(grant.take)
    return [_to_draft(key, takes[key], lines) for key, lines in groups.items()]


def _to_draft(
    key: ShipmentKey, takes: Sequence[SlotTake], lines: dict[int, list[Reservation]]
) -> openings.ShipmentDraft:
    company_id, kind, order_id, address_id, location_id = key
    demands = {take.demand_id: take.demand for take in takes}
    first = takes[0].demand
    return openings.ShipmentDraft(
        company_id=company_id,
        location_id=location_id,
        party_id=first.party_id,
        address_id=address_id,
        order_kind=kind,
        order_id=order_id,
        order_number=first.number,
        ship_on=min(take.ship_on for take in takes),
        promised_on=min(take.promised_on for take in takes),
        lines=tuple(
            openings.LineDraft(
                demand_id=pk,
                order_line=demands[pk].line,
                order_schedule=demands[pk].schedule,
                item_id=demands[pk].item_id,
                reservations=tuple(rows),
            )
            for pk, rows in lines.items()
        ),
    )
