"""Units of one supply on one way, and the days on which they leave and are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rantai.foundation.items.models import Source
from rantai.iscm import messages
from rantai.iscm.promising.models import SupplySlot
from rantai.iscm.promising.queries import quantiles
from rantai.iscm.promising.queries.making import Made
from rantai.iscm.promising.queries.sheets import Route, Sheet

_NO_DELAY = (0, 0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """When goods of one supply leave, and when they are there with which confidence."""

    ship_on: date
    p50_on: date
    p80_on: date
    p90_on: date

    def latest(self, other: Dates) -> Dates:
        """Return the dates of two parts that travel together."""
        return Dates(
            ship_on=max(self.ship_on, other.ship_on),
            p50_on=max(self.p50_on, other.p50_on),
            p80_on=max(self.p80_on, other.p80_on),
            p90_on=max(self.p90_on, other.p90_on),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Units of one supply on one route."""

    units: int
    dates: Dates
    basis: str
    route: Route | None
    slot: SupplySlot | None = None
    moved: SupplySlot | None = None
    """Of another site, from which they are brought."""
    source: Source | None = None
    made: Made | None = None
    mark: messages.PlanMark | None = None
    kept: tuple[messages.KeptShare, ...] = ()
    """Of its units: those that are kept for the asker's class."""


def date_slot(slot: SupplySlot, route: Route, *, wanted_on: date, sheet: Sheet) -> Dates:
    """Return when goods of a slot leave and arrive on a route, no earlier than wanted."""
    if slot.available_on is None:
        known = sheet.dates_of_stock.get((id(route), wanted_on))
        if known is None:
            known = travel(route, ready=(route.first_ship_on,) * 3, wanted_on=wanted_on)
            sheet.dates_of_stock[id(route), wanted_on] = known
        return known
    samples = sheet.lateness.days(slot.supplier_id, slot.item_id)
    late = quantiles.of_samples(samples) or _NO_DELAY
    return travel(route, ready=ready_late(route, slot.available_on, late), wanted_on=wanted_on)


def date_planned(
    sheet: Sheet, *, item_id: int, route: Route | None, source_id: int | None, leaves_on: date, wanted_on: date
) -> Dates:
    """Return when goods that a plan lets leave on a day are there; without a route: when a partner brings them."""
    source = sheet.replenishment.find(item_id, source_id)
    late = quantiles.of_source(source, sheet.lateness.days(source.supplier_id, item_id)) if source else _NO_DELAY
    if route is None:
        working = sheet.replenishment.get_working_days(source) if source else None
        p50, p80, p90 = (working.add(leaves_on, days) if working and days else leaves_on for days in late)
        return Dates(ship_on=leaves_on, p50_on=p50, p80_on=p80, p90_on=p90)
    p50, p80, p90 = (
        max(route.first_ship_on, route.origin.add(leaves_on, days) if days else leaves_on) for days in late
    )
    return travel(route, ready=(p50, p80, p90), wanted_on=route.destination.on_or_before(wanted_on))


def ready_late(route: Route, due_on: date, late: tuple[int, int, int]) -> tuple[date, date, date]:
    """Return when goods can leave that are due by the end of a day, and so late, at P50, P80 and P90."""
    p50, p80, p90 = (route.ready_after(due_on, days_late=days) for days in late)
    return p50, p80, p90


def travel(route: Route, *, ready: tuple[date, date, date], wanted_on: date) -> Dates:
    """Let goods leave as late as the wanted day allows; that the way takes a day more is in the P90."""
    ship_on = route.leave_for(wanted_on, ready_on=ready[0])
    p50, p80, p90 = (route.arrive(max(ship_on, day)) for day in ready)
    return Dates(ship_on=ship_on, p50_on=p50, p80_on=p80, p90_on=route.destination.add(p90, min(1, route.transit_days)))


def ready_by(route: Route, due_on: tuple[date, date, date]) -> tuple[date, date, date]:
    """Return when goods can leave that are there by the end of days at P50, P80 and P90."""
    p50, p80, p90 = (route.ready_after(day) for day in due_on)
    return p50, p80, p90


def find_wanted_day(line: messages.AskLine, route: Route | None) -> date:
    """Return the last working day at the ship-to on which a line is not late."""
    return route.destination.on_or_before(line.requested_on) if route else line.requested_on


def sum_units(parts: Iterable[Part]) -> int:
    """Return the units of parts."""
    return sum(part.units for part in parts)


def rank_of(part: Part) -> int:
    """Return how good a part's way is; straight from a partner there is none."""
    return part.route.rank if part.route else 0
