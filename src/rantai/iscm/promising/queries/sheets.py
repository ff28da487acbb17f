"""Gather what an ask needs in a number of queries that does not grow with its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.models import Calendar
from rantai.foundation.calendars.queries import WorkingDays
from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Address
from rantai.iscm import messages
from rantai.iscm.inventory.queries import decoupling
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.iscm.promising.planner_client import DeepPart
from rantai.iscm.promising.queries.allocations import Keeping
from rantai.iscm.promising.queries.lateness import SupplierLateness
from rantai.iscm.promising.queries.making import Making
from rantai.iscm.promising.queries.replenishment import Replenishment
from rantai.kernel import clock
from rantai.kernel.compiled import Compiled

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
    """By slot, for anybody: without what is kept for classes of demand."""
    keeping: Keeping
    replenishment: Replenishment
    lateness: SupplierLateness
    making: Making
    released: dict[int, int] = field(default_factory=dict)
    """By slot: what demands hold of it that are about to let go."""
    has_origins: bool = False
    """The supplies of sites from which others are served were read, too."""
    zones: dict[int | None, str] = field(default_factory=dict)
    """Whose clock ends the day, by address."""
    points: decoupling.Points | None = None
    dates_of_stock: dict[tuple[int, date], Any] = field(default_factory=dict)
    """What `offers` found out for stock, by route and wanted day: many lines of an order want the same."""
    plan_revision: int | None = None
    planned: dict[tuple[int, int], tuple[DeepPart, ...]] = field(default_factory=dict)
    """What the planner gives, by (line, schedule)."""

    def find_route(self, address_id: int | None, location_id: int | None) -> Route | None:
        """Return the way from a site to a ship-to, None for goods that are never at a site of ours."""
        return next((way for way in self.routes[address_id, None] if way.location_id == location_id), None)

    def find_decoupling(self, item: Item, location_id: int) -> str:
        """Return how customers get an item from a site: what is said for that place, else its master's word.

        Read when the first line asks: what stock serves does not need it.
        """
        if self.points is None:
            self.points = decoupling.load_items(self.items)
        return self.points.of(item.pk, location_id, item.decoupling)

    def list_slots(self, item_id: int, location_id: int) -> list[SupplySlot]:
        """Return what there is and comes of an item at a site of ours that may not serve the customer itself.

        All such sites of all items are read at once, when the first line needs one.
        """
        if not self.has_origins:
            self.has_origins = True
            served = {route.location_id for ways in self.routes.values() for route in ways}
            origins = self.replenishment.list_origins() - served
            self.slots |= _read_slots(self.items, origins) if origins else {}
        return self.slots.get((item_id, location_id), [])

    def count_free(self, slot: SupplySlot) -> int:
        """Return what anybody may take of a supply."""
        return self.free.setdefault(slot.pk, _count_free(slot) + self.released.get(slot.pk, 0))

    def find_stock(self, item_id: int, location_id: int) -> SupplySlot | None:
        """Return the stock slot of an item at a site: each take of it, and of what the plan brings there, is seen."""
        rows = self.slots.get((item_id, location_id), ())
        return next((slot for slot in rows if slot.kind == "stock"), None)


# Every line of every order asks these; a row has more columns than a promise looks at.
_ITEMS = Compiled(
    lambda ids: Item.objects.filter(pk__in=ids).only("code", "kind", "decoupling", "is_blocked", "archived_at")
)
_HOURS = tuple(f"calendar__{name}" for name in calendars.VERSION)
_ADDRESSES = Compiled(
    lambda ids: (
        Address.objects.filter(pk__in=ids)
        .select_related("territory", "calendar")
        .only("zone", "territory__path", *_HOURS)
    )
)
_SITES = Compiled(
    lambda company_id: (
        locations.list_sites(company_id).select_related("calendar").only("code", "zone", "cut_off", *_HOURS)
    )
)
_SLOTS = Compiled(
    lambda items, places: SupplySlot.objects.filter(item_id__in=items, location_id__in=places, is_firm=True).order_by(
        "id"
    )
)


def read_sheet(ask: messages.Ask) -> Sheet:
    """Read what the lines of an ask need."""
    item_ids = sorted({line.item_id for line in ask.lines})
    known = {item.pk: item for item in _ITEMS.read(item_ids)}
    wanted = {(line.address_id, line.location_id) for line in ask.lines}
    addresses = {row.pk: row for row in _ADDRESSES.read(sorted({at for at, _place in wanted if at}))}
    routes = _read_routes(ask, wanted, addresses)
    places = {route.location_id for ways in routes.values() for route in ways}
    slots = _read_slots(item_ids, places)
    released = _read_released(ask.releasing)
    free = {slot.pk: _count_free(slot) + released.get(slot.pk, 0) for rows in slots.values() for slot in rows}
    suppliers = {slot.supplier_id for rows in slots.values() for slot in rows if slot.supplier_id}
    return Sheet(
        as_of=ask.as_of,
        items=known,
        routes=routes,
        zones={pk: address.zone for pk, address in addresses.items()},
        slots=slots,
        free=free,
        released=released,
        keeping=Keeping(
            (slot for rows in slots.values() for slot in rows),
            demand_class=ask.demand_class,
            today=clock.business_date(ask.as_of, "UTC"),
        ),
        replenishment=(replenishment := Replenishment(item_ids, as_of=ask.as_of)),
        lateness=(lateness := SupplierLateness(suppliers, replenishment, until=ask.as_of.date())),
        making=Making(item_ids, as_of=ask.as_of, samples=lateness.days),
    )


def _read_routes(
    ask: messages.Ask, wanted: Iterable[tuple[int | None, int | None]], addresses: Mapping[int, Address]
) -> dict[tuple[int | None, int | None], list[Route]]:
    pairs = sorted(wanted, key=str)
    sites = {row.pk: row for row in _SITES.read(ask.company_id)}
    on = clock.business_date(ask.as_of, "UTC")
    paths = {row.territory.path for row in addresses.values() if row.territory}
    transits = {path: locations.list_transits(path, on=on) for path in paths}
    found = {}
    for address_id, place in pairs:
        address = addresses.get(address_id) if address_id else None
        serving = transits[address.territory.path] if address and address.territory else {}
        ways = _rank(serving, sites, place)
        found[address_id, place] = [
            _to_route(site, rank, transit, ask.as_of, address) for rank, (site, transit) in enumerate(ways, start=1)
        ]
    return found


def _rank(serving: dict[int, int], sites: dict[int, Location], place: int | None) -> list[tuple[Location, int]]:
    """Return sites with their transit days, best first; without lanes every site, by code."""
    if place is not None:
        return [(sites[place], serving.get(place, DEFAULT_TRANSIT_DAYS))] if place in sites else []
    served = [(sites[pk], transit) for pk, transit in serving.items() if pk in sites]
    return served or [(site, DEFAULT_TRANSIT_DAYS) for site in sites.values()]


def _to_route(site: Location, rank: int, transit_days: int, as_of: datetime, address: Address | None) -> Route:
    origin = _recall(site.calendar)
    destination = _recall(address.calendar) if address and address.calendar else origin
    return Route(
        location_id=site.pk,
        rank=rank,
        transit_days=transit_days,
        origin=origin,
        destination=destination,
        first_ship_on=first_ship_on(site, as_of, origin),
    )


def _recall(calendar: Calendar | None) -> WorkingDays:
    return calendars.recall_working_days(calendar) if calendar else calendars.EVERY_DAY


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
    found: dict[tuple[int, int], list[SupplySlot]] = defaultdict(list)
    for slot in _SLOTS.read(list(item_ids), sorted(places)):
        found[slot.item_id, slot.location_id].append(slot)
    return found


def _count_free(slot: SupplySlot) -> int:
    return slot.available - slot.promised - slot.moving - slot.kept


def _read_released(keys: Sequence[messages.DemandKey]) -> dict[int, int]:
    """Return what demands that are about to let go hold of each slot, here or to be moved from there."""
    if not keys:
        return {}
    rows = SlotTake.objects.filter(
        Q(slot__isnull=False) | Q(moved_from__isnull=False),
        demand__kind__in={key.kind for key in keys},
        demand__order_id__in={key.order_id for key in keys},
        demand__line__in={key.line for key in keys},
    ).values_list(
        "slot_id", "moved_from_id", "units", "demand__kind", "demand__order_id", "demand__line", "demand__schedule",
        "demand__generation",
    )  # fmt: skip
    named = {(key.kind, key.order_id, key.line, key.schedule, key.generation) for key in keys}
    found: dict[int, int] = defaultdict(int)
    for slot_id, moved_from_id, units, *key in rows:
        if tuple(key) in named:
            found[slot_id or moved_from_id] += units
    return found
