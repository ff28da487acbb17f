"""Gather what an ask needs in a number of queries that does not grow with its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Sum

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.queries import WorkingDays
from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Address
from rantai.iscm import messages
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.iscm.promising.queries.lateness import SupplierLateness
from rantai.iscm.promising.queries.making import Making
from rantai.iscm.promising.queries.replenishment import Replenishment
from rantai.kernel import clock

DEFAULT_TRANSIT_DAYS = 1
"""Of a delivery without a lane: so that a promise never says the goods are there before they left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A way from a site of ours to a ship-to, with the working days at both ends."""

    location_id: int
    rank: int
    transit_days: int
    origin: WorkingDays
    destination: WorkingDays
    first_ship_on: date

    def arrive(self, ship_on: date) -> date:
        """Return the day on which goods that leave on a day are there."""
        return self.destination.add(ship_on, self.transit_days)

    def leave_for(self, day: date, *, ready_on: date) -> date:
        """Return the last working day to leave that reaches the ship-to by `day`, but not before they are ready."""
        latest = self.origin.on_or_before(self.destination.subtract(day, self.transit_days))
        return max(latest, ready_on)

    def ready_after(self, day: date, *, days_late: int = 0) -> date:
        """Return the first day on which goods can leave that arrive by the end of `day`."""
        return max(self.first_ship_on, self.origin.add(day, 1 + days_late))


@dataclass(kw_only=True, slots=True)
class Sheet:
    """Everything about one ask; `free` shrinks as its lines are served, so that no unit is offered twice."""

    as_of: datetime
    items: dict[int, Item]
    routes: dict[tuple[int | None, int | None], list[Route]]
    """By (address, location asked for): best first."""
    slots: dict[tuple[int, int], list[SupplySlot]]
    """By (item, location)."""
    free: dict[int, int]
    """By slot."""
    replenishment: Replenishment
    lateness: SupplierLateness
    making: Making


def read_sheet(ask: messages.Ask) -> Sheet:
    """Read what the lines of an ask need."""
    item_ids = sorted({line.item_id for line in ask.lines})
    known = {item.pk: item for item in Item.objects.filter(pk__in=item_ids)}
    wanted = {(line.address_id, line.location_id) for line in ask.lines}
    working = _Calendars()
    routes = _read_routes(ask, wanted, working)
    places = {route.location_id for ways in routes.values() for route in ways}
    slots = _read_slots(item_ids, places)
    free = {slot.pk: slot.available - slot.promised for rows in slots.values() for slot in rows}
    for slot_id, units in _read_released(ask.releasing):
        if slot_id in free:
            free[slot_id] += units
    suppliers = {slot.supplier_id for rows in slots.values() for slot in rows if slot.supplier_id}
    return Sheet(
        as_of=ask.as_of,
        items=known,
        routes=routes,
        slots=slots,
        free=free,
        replenishment=(replenishment := Replenishment(item_ids, as_of=ask.as_of)),
        lateness=(lateness := SupplierLateness(suppliers, replenishment, until=ask.as_of.date())),
        making=Making(item_ids, as_of=ask.as_of, samples=lateness.days),
    )


class _Calendars:
    """Working days that were read once."""

    def __init__(self) -> None:
        self.known: dict[int | None, WorkingDays] = {}

    def read(self, calendar_id: int | None) -> WorkingDays:
        if calendar_id not in self.known:
            self.known[calendar_id] = calendars.get_working_days(calendar_id)
        return self.known[calendar_id]


def _read_routes(
    ask: messages.Ask, wanted: Iterable[tuple[int | None, int | None]], working: _Calendars
) -> dict[tuple[int | None, int | None], list[Route]]:
    pairs = sorted(wanted, key=str)
    addresses = {
        row.pk: row for row in Address.objects.filter(pk__in={address for address, _place in pairs if address})
    }
    sites = {row.pk: row for row in locations.list_sites(ask.company_id)}
    on = clock.business_date(ask.as_of, "UTC")
    transits = {
        territory: locations.list_transits(territory, on=on)
        for territory in {row.territory_id for row in addresses.values() if row.territory_id}
    }
    found = {}
    for address_id, place in pairs:
        address = addresses.get(address_id) if address_id else None
        serving = transits.get(address.territory_id, {}) if address and address.territory_id else {}
        ways = _rank(serving, sites, place)
        found[address_id, place] = [
            _to_route(site, rank, transit, ask.as_of, address, working)
            for rank, (site, transit) in enumerate(ways, start=1)
        ]
    return found


def _rank(serving: dict[int, int], sites: dict[int, Location], place: int | None) -> list[tuple[Location, int]]:
    """Return sites with their transit days, best first; without lanes every site, by code."""
    if place is not None:
        return [(sites[place], serving.get(place, DEFAULT_TRANSIT_DAYS))] if place in sites else []
    served = [(sites[pk], transit) for pk, transit in serving.items() if pk in sites]
    return served or [(site, DEFAULT_TRANSIT_DAYS) for site in sites.values()]


def _to_route(
    site: Location, rank: int, transit_days: int, as_of: datetime, address: Address | None, working: _Calendars
) -> Route:
    origin = working.read(site.calendar_id)
    destination = working.read(address.calendar_id) if address and address.calendar_id else origin
    return Route(
        location_id=site.pk,
        rank=rank,
        transit_days=transit_days,
        origin=origin,
        destination=destination,
        first_ship_on=first_ship_on(site, as_of, origin),
    )


def first_ship_on(site: Location, as_of: datetime, working: WorkingDays) -> date:
    """Return the first day on which an order of this instant can leave: after the cut-off a working day later."""
    local = as_of.astimezone(ZoneInfo(site.zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    day = (
        local.date()
        if second <= site.cut_off or not working.is_open(local.date())
        else local.date() + timedelta(days=1)
    )
    return working.on_or_after(day)


def _read_slots(item_ids: Iterable[int], places: Iterable[int]) -> dict[tuple[int, int], list[SupplySlot]]:
    rows = SupplySlot.objects.filter(item_id__in=list(item_ids), location_id__in=list(places), is_firm=True)
    found: dict[tuple[int, int], list[SupplySlot]] = defaultdict(list)
    for slot in rows.order_by("id"):
        found[slot.item_id, slot.location_id].append(slot)
    return found


def _read_released(keys: Sequence[messages.DemandKey]) -> list[tuple[int, int]]:
    """Return what demands that are about to let go hold of each slot."""
    if not keys:
        return []
    rows = SlotTake.objects.filter(
        slot__isnull=False,
        demand__kind__in={key.kind for key in keys},
        demand__order_id__in={key.order_id for key in keys},
        demand__line__in={key.line for key in keys},
    ).values_list(
        "slot_id", "demand__kind", "demand__order_id", "demand__line", "demand__schedule", "demand__generation"
    )
    named = {(key.kind, key.order_id, key.line, key.schedule, key.generation) for key in keys}
    return [(row[0], row[-1]) for row in rows.annotate(taken=Sum("units")) if tuple(row[1:6]) in named]
