"""Make the offer of one line from a sheet: stock, confirmed supply, then the lead time of the best source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from rantai.foundation.items.models import Item
from rantai.iscm import messages
from rantai.iscm.promising.models import SupplySlot
from rantai.iscm.promising.planner_client import DeepPart
from rantai.iscm.promising.queries import bringing
from rantai.iscm.promising.queries.parts import (
    Part,
    date_planned,
    date_slot,
    find_wanted_day,
    rank_of,
    sum_units,
)  # fmt: skip
from rantai.iscm.promising.queries.sheets import Route, Sheet
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef

STRENGTH = ("stock", "receipt", "plan", "make", "lead_time", "dropship")
"""Bases from the surest on; a promise is as strong as its weakest slice."""

DROPSHIP = "dropship"
SUPPLY_KINDS = {"purchase": "purchase_order", "production": "production_order", "transfer": "transfer_order"}


def make_offer_line(line: messages.AskLine, sheet: Sheet) -> messages.OfferLine:
    """Return dates for a line and count its units as taken in the sheet."""
    item = sheet.items.get(line.item_id)
    refusal = _refuse(item)
    if item is None or refusal:
        return to_line(line, [], reason=refusal)
    # a site may keep what its master lets partners send
    if item.decoupling == DROPSHIP and not _list_ours(line, sheet, sheet.routes[line.address_id, line.location_id]):
        parts = bringing.drop_ship(line, line.units.amount, sheet) or _from_routes(line, sheet)
    else:
        parts = _from_routes(line, sheet)
    parts = [_take(line, part, sheet) for part in parts]
    kept_back = _list_kept_back(line, parts, sheet)
    return to_line(line, parts, reason="no_source", kept_back=kept_back, zone=sheet.zones.get(line.address_id, ""))


def _take(line: messages.AskLine, part: Part, sheet: Sheet) -> Part:
    """Count a part as taken in the sheet: of what is kept for the asker first."""
    if part.made is not None:
        sheet.making.use(part.made)
    if part.moved is not None:
        sheet.free[part.moved.pk] -= part.units
    if part.slot is None:
        return part
    pk = part.slot.pk
    drawn = sheet.keeping.draw(pk, part.units, free=sheet.free[pk], wanted_on=line.requested_on)
    sheet.free[pk] -= part.units - sum(units for _pk, units in drawn)
    if not drawn:
        return part
    kept = tuple(messages.KeptShare(allocation_id=row, units=Quantity(units)) for row, units in drawn)
    return replace(part, kept=kept)


def _list_kept_back(
    line: messages.AskLine, parts: Sequence[Part], sheet: Sheet
) -> tuple[messages.KeptBack, ...]:  # fmt: skip
    """Return what is kept for others of the supplies that a late line could have had."""
    late = [part for part in parts if part.dates.p80_on > find_wanted_day(line, part.route)]
    if not late and sum_units(parts) == line.units.amount:
        return ()
    found: dict[tuple[str, date], int] = {}
    for kept in sheet.keeping.list_barred(_list_slot_ids(line, sheet), line.requested_on):
        key = (kept.demand_class, min(kept.released_on, kept.ends_on) if kept.releases_to == "all" else kept.ends_on)
        found[key] = found.get(key, 0) + kept.left
    return tuple(
        messages.KeptBack(units=Quantity(units), demand_class=name, until=until)
        for (name, until), units in sorted(found.items())
    )


def _list_slot_ids(line: messages.AskLine, sheet: Sheet) -> list[int]:
    routes = sheet.routes[line.address_id, line.location_id]
    return [slot.pk for route in routes for slot in sheet.slots.get((line.item_id, route.location_id), ())]


def _refuse(item: Item | None) -> str:
    if item is None:
        return "unknown_item"
    if item.is_blocked or item.archived_at:
        return "blocked"
    return "" if item.kind == "stocked" else "not_stocked"


def _from_routes(line: messages.AskLine, sheet: Sheet) -> list[Part]:
    """Serve a line from the first site that keeps the wanted day, else as early as all of them can."""
    routes = sheet.routes[line.address_id, line.location_id]
    for route in routes:
        parts = list(_fill(line.units.amount, _in_time(line, sheet, [route])))
        if sum_units(parts) == line.units.amount:
            return parts
    if line.allow_partial:
        return _complete(line, sheet, routes)
    whole = [parts for route in routes if sum_units(parts := _complete(line, sheet, [route])) == line.units.amount]
    best = min(whole, key=lambda parts: max(part.dates.p80_on for part in parts), default=None)
    return _together(best) if best else _complete(line, sheet, routes)


def _complete(line: messages.AskLine, sheet: Sheet, routes: Sequence[Route]) -> list[Part]:
    parts = list(_fill(line.units.amount, _soonest(line, sheet, routes)))
    rest = line.units.amount - sum_units(parts)
    if rest:
        ours = _list_ours(line, sheet, routes)
        sent = [] if ours else bringing.drop_ship(line, rest, sheet)
        ways = ours or routes
        parts += (
            sent
            or _planned(line, rest, sheet, ways)
            or bringing.find_soonest(line, rest, sheet, ways, parts)
            or bringing.drop_ship(line, rest, sheet)
        )
    return parts


def _list_ours(line: messages.AskLine, sheet: Sheet, routes: Sequence[Route]) -> list[Route]:
    """Return the ways from sites for which we bring an item ourselves, rather than let a partner send it."""
    item = sheet.items[line.item_id]
    return [route for route in routes if sheet.find_decoupling(item, route.location_id) != DROPSHIP]


def _in_time(line: messages.AskLine, sheet: Sheet, routes: Sequence[Route]) -> list[Part]:
    """Return supplies that keep the wanted day in four of five cases, the latest first.

    The latest first leaves what is here for whoever wants it sooner.
    """
    found = [
        part for part in _candidates(line, sheet, routes) if part.dates.p80_on <= find_wanted_day(line, part.route)
    ]
    return sorted(found, key=lambda part: (rank_of(part), -_day(part), _slot_id(part)))


def _soonest(line: messages.AskLine, sheet: Sheet, routes: Sequence[Route]) -> list[Part]:
    """Return supplies by the day on which the goods are there: those in time by route, then the late ones."""
    in_time = _in_time(line, sheet, routes)
    taken = {_slot_id(part) for part in in_time}
    late = [part for part in _candidates(line, sheet, routes) if _slot_id(part) not in taken]
    return in_time + sorted(late, key=lambda part: (part.dates.p80_on, rank_of(part), _slot_id(part)))


def list_in_time(line: messages.AskLine, sheet: Sheet, routes: Sequence[Route]) -> list[Part]:
    """Return what slots give of a line on its day, and count it as taken in the sheet."""
    return [_take(line, part, sheet) for part in _fill(line.units.amount, _in_time(line, sheet, routes))]


def _candidates(line: messages.AskLine, sheet: Sheet, routes: Iterable[Route]) -> Iterator[Part]:
    owed = _count_owed(line, sheet)
    for route in routes:
        for slot in sheet.slots.get((line.item_id, route.location_id), ()):
            extra = min(owed, sheet.keeping.count_barred(slot.pk, line.requested_on))
            owed -= extra
            free = _count_free(line, slot, sheet) + extra
            if free > 0:
                dates = date_slot(slot, route, wanted_on=find_wanted_day(line, route), sheet=sheet)
                basis = "stock" if slot.kind == "stock" else "receipt"
                yield Part(units=free, dates=dates, basis=basis, route=route, slot=slot)


def _count_free(line: messages.AskLine, slot: SupplySlot, sheet: Sheet) -> int:
    """Return what a line may take of a supply: free for all, or kept for its class."""
    return sheet.free[slot.pk] + sheet.keeping.count_for(slot.pk, line.requested_on)


def _count_owed(line: messages.AskLine, sheet: Sheet) -> int:
    """Return the units that a contract owes and that only what is kept for others can give."""
    if not line.floor_units:
        return 0
    slots = [
        slot
        for route in sheet.routes[line.address_id, line.location_id]
        for slot in sheet.slots.get((line.item_id, route.location_id), ())
    ]
    return max(0, line.floor_units.amount - sum(_count_free(line, slot, sheet) for slot in slots))


def _fill(units: int, parts: Iterable[Part]) -> Iterator[Part]:
    rest = units
    for part in parts:
        if rest <= 0:
            return
        yield part if part.units <= rest else replace(part, units=rest)
        rest -= part.units


def _planned(line: messages.AskLine, units: int, sheet: Sheet, routes: Sequence[Route]) -> list[Part]:
    """Return the rest from what the plan brings, if it brings all of it to these sites beside what slots guard."""
    by_place = {route.location_id: route for route in routes}
    given = sheet.planned.get((line.line, line.schedule), ())
    usable = [part for part in given if part.basis == "plan" and part.location_id in by_place]
    if sum(part.units for part in usable) < units:
        return []
    found = []
    for part in usable:
        count = min(units, part.units)
        units -= count
        if count:
            found.append(_to_planned(line, part, count, by_place[part.location_id], sheet))
    return found


def _to_planned(line: messages.AskLine, given: DeepPart, units: int, route: Route, sheet: Sheet) -> Part:
    dates = date_planned(
        sheet, item_id=line.item_id, route=route, source_id=given.source_id, leaves_on=given.leaves_on,
        wanted_on=line.requested_on,
    )  # fmt: skip
    guard = sheet.find_stock(line.item_id, given.location_id)
    mark = messages.PlanMark(
        item_id=line.item_id, location_id=given.location_id, revision=sheet.plan_revision or 0,
        seen=guard.changed_seq if guard else 0,
    )  # fmt: skip
    source = sheet.replenishment.find(line.item_id, given.source_id)
    return Part(units=units, dates=dates, basis="plan", route=route, source=source, mark=mark)


def _together(parts: list[Part]) -> list[Part]:
    """Let all parts travel with the last one."""
    dates = parts[0].dates
    for part in parts[1:]:
        dates = dates.latest(part.dates)
    return [replace(part, dates=dates) for part in parts]


def to_line(
    line: messages.AskLine, parts: Sequence[Part], *, reason: str, kept_back: tuple[messages.KeptBack, ...] = (),
    zone: str = "",
) -> messages.OfferLine:  # fmt: skip
    rest = line.units.amount - sum_units(parts)
    return messages.OfferLine(
        line=line.line,
        schedule=line.schedule,
        item_id=line.item_id,
        slices=tuple(_to_slice(part) for part in parts),
        unpromised=Quantity(rest),
        reason=reason if rest else "",
        kept_back=kept_back,
        zone=zone,
    )


def _to_slice(part: Part) -> messages.OfferSlice:
    shares = (
        (messages.SlotShare(slot_id=part.slot.pk, units=Quantity(part.units), kept=part.kept),) if part.slot else ()
    )
    return messages.OfferSlice(
        units=Quantity(part.units),
        basis=part.basis,
        location_id=part.route.location_id if part.route else None,
        ship_on=part.dates.ship_on,
        promised_on=part.dates.p80_on,
        p50_on=part.dates.p50_on,
        p80_on=part.dates.p80_on,
        p90_on=part.dates.p90_on,
        slots=shares,
        moved=messages.SlotShare(slot_id=part.moved.pk, units=Quantity(part.units)) if part.moved else None,
        source_id=part.source.pk if part.source else None,
        relies_on=tuple(cite(slot) for slot in (part.slot, part.moved) if slot),
        mark=part.mark,
    )


def cite(slot: SupplySlot) -> DocRef:
    """Return the supply behind a slot: the order's schedule line, or the item's stock at the location."""
    if slot.kind == "stock":
        return DocRef("stock", slot.location_id, slot.item_id)
    return DocRef(SUPPLY_KINDS[slot.kind], slot.supply_id, slot.ref_line)


def _day(part: Part) -> int:
    return part.slot.available_on.toordinal() if part.slot and part.slot.available_on else 0


def _slot_id(part: Part) -> int:
    return part.slot.pk if part.slot else 0
