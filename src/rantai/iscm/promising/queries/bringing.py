"""Bring what is neither here nor confirmed: made, bought or moved to a site by its sources, or sent by a partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from rantai.foundation.items.models import Source
from rantai.iscm import messages
from rantai.iscm.promising.queries import moving, quantiles
from rantai.iscm.promising.queries.parts import (
    Dates,
    Part,
    find_wanted_day,
    rank_of,
    ready_by,
    ready_late,
    sum_units,
    travel,
)  # fmt: skip
from rantai.iscm.promising.queries.sheets import Route, Sheet


def find_soonest(
    line: messages.AskLine, units: int, sheet: Sheet, routes: Sequence[Route], taken: Sequence[Part]
) -> list[Part]:  # fmt: skip
    """Return the rest from the site to which most of it can come, and there first."""
    ways = [_from_sources(line, units, sheet, route, taken) for route in routes]
    found = [parts for parts in ways if parts]
    return min(found, key=_judge, default=[])


def _judge(found: Sequence[Part]) -> tuple[int, date, int]:
    return -sum_units(found), max(part.dates.p80_on for part in found), rank_of(found[0])


def _from_sources(
    line: messages.AskLine, units: int, sheet: Sheet, route: Route, taken: Sequence[Part]
) -> list[Part]:  # fmt: skip
    """Return what the sources of a site would bring there, each what those before it cannot."""
    parts: list[Part] = []
    for source in sheet.replenishment.list_sources(line.item_id, route.location_id):
        rest = units - sum_units(parts)
        if rest <= 0:
            break
        parts += bring(line, rest, sheet, route, source, taken=[*taken, *parts])
    return parts


def bring(
    line: messages.AskLine, units: int, sheet: Sheet, route: Route, source: Source, *, taken: Sequence[Part] = ()
) -> list[Part]:  # fmt: skip
    """Return units that a source would make, buy or move to a site now; fewer or none where they never come.

    `taken` are parts that the line has already.
    """
    if source.kind == "move":
        used: dict[int, int] = defaultdict(int)
        for part, slot in ((part, part.slot or part.moved) for part in taken):
            if slot is not None:
                used[slot.pk] += part.units
        found = moving.list_portions(source, units, sheet, location_id=route.location_id, used=used)
        return [_to_moved(line, portion, route, source) for portion in found]
    if source.kind == "make":
        made = sheet.making.arrive(source, location_id=route.location_id, units=units)
        if made is None:
            return []
        dates = travel(route, ready=ready_by(route, made.due_on), wanted_on=find_wanted_day(line, route))
        return [Part(units=units, dates=dates, basis="make", route=route, source=source, made=made)]
    due_on = sheet.replenishment.arrive(source)
    late = quantiles.of_source(source, sheet.lateness.days(source.supplier_id, line.item_id))
    dates = travel(route, ready=ready_late(route, due_on, late), wanted_on=find_wanted_day(line, route))
    return [Part(units=units, dates=dates, basis="lead_time", route=route, source=source)]


def _to_moved(line: messages.AskLine, portion: moving.Portion, route: Route, source: Source) -> Part:
    dates = travel(route, ready=ready_by(route, portion.due_on), wanted_on=find_wanted_day(line, route))
    return Part(
        units=portion.units, dates=dates, basis="lead_time", route=route, source=source, moved=portion.slot,
        made=portion.made,
    )  # fmt: skip


def drop_ship(line: messages.AskLine, units: int, sheet: Sheet) -> list[Part]:
    """Return units that a partner sends straight to the customer."""
    source = sheet.replenishment.find_dropship(line.item_id, refused=line.refused)
    if source is None:
        return []
    working, earliest = sheet.replenishment.get_working_days(source), sheet.replenishment.arrive(source)
    late = quantiles.of_source(source, sheet.lateness.days(source.supplier_id, line.item_id))
    due_on = max(earliest, working.on_or_before(line.requested_on))
    p50, p80, p90 = (working.add(earliest, days) for days in late)
    dates = Dates(ship_on=due_on, p50_on=max(p50, due_on), p80_on=max(p80, due_on), p90_on=max(p90, due_on))
    return [Part(units=units, dates=dates, basis="dropship", route=None, source=source)]
