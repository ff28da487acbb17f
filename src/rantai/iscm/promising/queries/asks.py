"""Answer when units can be at a customer's door: reads only, takes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from rantai.iscm import messages
from rantai.iscm.demand import queries as demands
from rantai.iscm.inventory.queries import decoupling
from rantai.iscm.promising import planner_client
from rantai.iscm.promising.models import SupplySlot
from rantai.iscm.promising.planner_client import DeepLine, Held
from rantai.iscm.promising.queries import offers, sheets
from rantai.iscm.promising.queries.making import Making

VALID_FOR = timedelta(minutes=15)
FROM_DATABASE = "stock and confirmed supply"
FROM_PLAN = "stock, confirmed supply and the published plan"
_GUESSED = ("lead_time", "make")
"""Bases of units that nothing brings yet: the planner knows better."""


def promise(ask: messages.Ask) -> messages.Offer:
    """Return dates for the lines of an ask, each unit offered once; outside any transaction.

    Lines are served in their order. The number of queries depends on addresses and calendars, not on lines. Units
    that neither stock nor a confirmed receipt covers are asked of the planner; where it does not answer in time they
    get the lead time of their best source.
    """
    sheet = sheets.read_sheet(ask)
    free = dict(sheet.free)
    offer = _serve(ask, sheet)
    wanted = list(_list_deep(ask, offer, sheet))
    if not wanted:
        return offer
    answer = planner_client.ask(
        wanted, as_of=ask.as_of, held=list(_list_held(offer, sheet)), without=demands.list_ids(ask.releasing)
    )
    if answer is None:
        return offer
    sheet.free, sheet.plan_revision = free, answer.revision
    sheet.making = Making(sheet.items, as_of=ask.as_of, samples=sheet.lateness.days)
    names = [(line.line, line.schedule) for line in ask.lines]
    sheet.planned = {names[place]: parts for place, parts in answer.parts.items()}
    return _serve(ask, sheet)


def promise_alone(ask: messages.Ask) -> messages.Offer:
    """Answer as `promise` does from the database alone: inside a transaction nobody waits for another process."""
    return _serve(ask, sheets.read_sheet(ask))


def promise_without_slots(ask: messages.Ask) -> messages.Offer:
    """Answer as if every slot were taken: what is left to offer when others were faster twice."""
    sheet = sheets.read_sheet(ask)
    sheet.free.clear()
    sheet.slots.clear()
    sheet.has_origins = True
    return _serve(ask, sheet)


def _serve(ask: messages.Ask, sheet: sheets.Sheet) -> messages.Offer:
    lines = tuple(offers.make_offer_line(line, sheet) for line in ask.lines)
    is_planned = any(part.basis == "plan" for line in lines for part in line.slices)
    return messages.Offer(
        lines=lines,
        plan_revision=sheet.plan_revision if is_planned else None,
        made_at=ask.as_of,
        expires_at=ask.as_of + VALID_FOR,
        basis=FROM_PLAN if is_planned else FROM_DATABASE,
    )


def _list_deep(ask: messages.Ask, offer: messages.Offer, sheet: sheets.Sheet) -> Iterator[DeepLine]:
    """Yield what to ask of the planner, by place among the lines.

    What a site makes to order or lets a partner send is not asked of it: its supply is ordered for it at once, not by
    the plan.
    """
    for place, (line, found) in enumerate(zip(ask.lines, offer.lines, strict=True)):
        item = sheet.items.get(line.item_id)
        units = found.unpromised.amount if found.reason == "no_source" else 0
        units += sum(part.units.amount for part in found.slices if part.basis in _GUESSED)
        if not units or item is None:
            continue
        ways = sheet.routes[line.address_id, line.location_id]
        routes = [way for way in ways if sheet.find_decoupling(item, way.location_id) == decoupling.STOCK]
        if routes:
            yield DeepLine(
                line=place,
                item_id=line.item_id,
                units=units,
                wanted_on=routes[0].leave_for(
                    routes[0].destination.on_or_before(line.requested_on), ready_on=routes[0].first_ship_on
                ),
                location_ids=tuple(route.location_id for route in routes),
            )


def _list_held(offer: messages.Offer, sheet: sheets.Sheet) -> Iterator[Held]:
    """Yield what the lines take of slots, so that the planner gives it to nobody."""
    slots: dict[int, SupplySlot] = {slot.pk: slot for rows in sheet.slots.values() for slot in rows}
    for line in offer.lines:
        for share in (share for part in line.slices for share in part.slots):
            slot = slots[share.slot_id]
            yield Held(
                item_id=slot.item_id, location_id=slot.location_id, kind=slot.kind, supply_id=slot.supply_id,
                supply_line=slot.supply_line, units=share.units.amount,
            )  # fmt: skip
