"""Where and when the company works: places with their zones, the second of each shipping day, the way to ship-tos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.queries import WorkingDays
from rantai.foundation.locations import queries as locations
from rantai.foundation.locations.models import Location
from rantai.iscm.supply.queries import days
from rantai.kernel import clock

DEFAULT_TRANSIT_DAYS = 1
"""Of a delivery without a lane, as promising counts it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipTo:
    """What the way to a customer depends on."""

    location_id: int
    calendar_id: int | None
    territory_id: int | None


class Sites:
    """The places of ours, read once for a snapshot; instants are UTC seconds."""

    def __init__(self, *, as_of: datetime, company_zone: str) -> None:
        self.as_of, self.company_zone = as_of, company_zone
        self._sites = {site.pk: site for site in locations.list_sites()}
        self._working: dict[int | None, WorkingDays] = {}
        self._closed: set[int | None] = set()
        self._lanes: dict[int, dict[int, int]] = {}
        self._ships: dict[tuple[ShipTo, date], date] = {}

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the places of ours, by code."""
        return tuple(self._sites)

    @cached_property
    def default_id(self) -> int:
        """The place of demand that names none: the first site by code; 0 where there is no site."""
        return next(iter(self._sites), 0)

    def is_same_day(self, instant: datetime) -> bool:
        """Tell whether an instant is on the company's day of these places."""
        today = clock.business_date(self.as_of, self.company_zone)
        return today == clock.business_date(instant, self.company_zone)

    def zone(self, location_id: int) -> str:
        """Return the zone of a place; goods that never touch ours count in the company's."""
        site = self._sites.get(location_id)
        return site.zone if site else self.company_zone

    def calendar(self, location_id: int) -> WorkingDays:
        """Return the working days of a place."""
        site = self._sites.get(location_id)
        return self.working(site.calendar_id if site else None)

    def calendar_id(self, location_id: int) -> int | None:
        """Return the calendar of a place."""
        site = self._sites.get(location_id)
        return site.calendar_id if site else None

    def working(self, calendar_id: int | None) -> WorkingDays:
        """Return working days, read once; of a calendar that is never open every day, so that dates can be told."""
        if calendar_id not in self._working:
            found = calendars.get_working_days(calendar_id)
            if not any(found.week) and not any(found.exceptions.values()):
                self._closed.add(calendar_id)
                found = replace(calendars.EVERY_DAY, name=found.name, zone=found.zone)
            self._working[calendar_id] = found
        return self._working[calendar_id]

    def is_never_open(self, calendar_id: int | None) -> bool:
        """Tell whether a calendar has no working day at all."""
        self.working(calendar_id)
        return calendar_id in self._closed

    def today(self, location_id: int) -> date:
        """Return the date at a place."""
        return clock.business_date(self.as_of, self.zone(location_id))

    def first_ship_on(self, location_id: int) -> date:
        """Return the first day on which what is on stock can leave: after the cut-off a working day later."""
        site = self._sites.get(location_id)
        working = self.calendar(location_id)
        today = self.today(location_id)
        if site is None or not working.is_open(today):
            return working.on_or_after(today)
        return working.on_or_after(today + timedelta(days=_is_cut_off(site, self.as_of)))

    def leave_for(self, ship_to: ShipTo, day: date) -> date:
        """Return the last working day to leave that reaches a ship-to by `day`."""
        known = self._ships.get((ship_to, day))
        if known is None:
            origin, destination, transit = self._way(ship_to)
            known = origin.on_or_before(destination.subtract(destination.on_or_before(day), transit))
            self._ships[ship_to, day] = known
        return known

    def arrive(self, ship_to: ShipTo, ship_on: date) -> date:
        """Return the day on which goods that leave on a day are at a ship-to."""
        _origin, destination, transit = self._way(ship_to)
        return destination.add(ship_on, transit)

    def leave_after(self, location_id: int, instant: int) -> date:
        """Return the first day on which what comes at an instant can leave a place."""
        first = self.first_ship_on(location_id)
        if instant <= int(self.as_of.timestamp()) + days.TICK:
            return first
        return max(first, self.calendar(location_id).on_or_after(days.usable_day(instant, self.zone(location_id))))

    def _way(self, ship_to: ShipTo) -> tuple[WorkingDays, WorkingDays, int]:
        origin = self.calendar(ship_to.location_id)
        destination = self.working(ship_to.calendar_id) if ship_to.calendar_id else origin
        return origin, destination, self._transit(ship_to)

    def _transit(self, ship_to: ShipTo) -> int:
        if ship_to.territory_id is None:
            return DEFAULT_TRANSIT_DAYS
        if ship_to.territory_id not in self._lanes:
            found: dict[int, int] = {}
            on = clock.business_date(self.as_of, "UTC")
            for lane in locations.list_lanes_to_territory(ship_to.territory_id, on=on):
                found.setdefault(lane.origin_id, lane.transit_days)
            self._lanes[ship_to.territory_id] = found
        return self._lanes[ship_to.territory_id].get(ship_to.location_id, DEFAULT_TRANSIT_DAYS)


def _is_cut_off(site: Location, as_of: datetime) -> int:
    local = as_of.astimezone(ZoneInfo(site.zone))
    return int(local.hour * 3600 + local.minute * 60 + local.second > site.cut_off)
