"""Resolve what was collected to a model: places, items, resources, demands and confirmed orders."""

from __future__ import annotations

import math

from rantai.bench.formats.planning import reading
from rantai.bench.formats.planning.batching import split_batches
from rantai.bench.formats.planning.collecting import Collection, Thing
from rantai.bench.formats.planning.committing import read_confirmed
from rantai.bench.formats.planning.known import list_unknown
from rantai.bench.formats.planning.model import INFINITE, Lane, Model, Place, Resource, Rule, Steps, Want
from rantai.bench.formats.planning.operations import Directory, list_named, read_operations
from rantai.bench.formats.planning.values import BEGINNING, UnreadableValue, read_instant

_FIVE_YEARS = 5 * 365 * 86_400.0
_CLOSED = {"closed", "canceled", "cancelled", "inquiry"}


def resolve(found: Collection) -> Model:
    """Return the model that a collection describes."""
    model = Model(name=found.plan.get("name", ""), now=_read_now(found))
    model.notes.extend(list_unknown(found))
    model.made_to_order = {thing.name for thing in found.list_things("item") if thing.fields.get("type") == "item_mto"}
    directory = Directory(model)
    _read_buffers(found, model, directory)
    _read_resources(found, model, directory)
    read_operations(found, model, directory)
    for thing in found.list_things("buffer"):
        if "producing" in thing.links:
            place = model.places[directory.place_of_buffer(thing)]
            place.producing = directory.operations.get(thing.links["producing"].name, -1)
    _read_items(found, model)
    _read_lanes(found, model, directory)
    read_confirmed(found, model, directory)
    _read_wants(found, model, directory)
    split_batches(model, directory)
    model.notes.extend(found.list_faults())
    return model


def _read_now(found: Collection) -> int:
    """Return the present of a model; one that does not say it begins with its first due date."""
    try:
        return read_instant(found.plan.get("current", ""))
    except UnreadableValue:
        dues = [reading.instant(thing, "due") for thing in found.list_things("demand")]
        return min((due for due in dues if due is not None), default=BEGINNING)


def _read_buffers(found: Collection, model: Model, directory: Directory) -> None:
    for thing in found.list_things("buffer"):
        place = model.places[directory.place_of_buffer(thing)]
        place.on_hand = reading.number(thing, "onhand", place.on_hand)
        place.minimum = reading.number(thing, "minimum", 0.0) or place.minimum
        place.maximum = reading.number(thing, "maximum", place.maximum)
        varying = reading.steps(thing, "minimum_calendar", now=model.now)
        if varying is not None:
            place.minimum = varying
        highest = reading.steps(thing, "maximum_calendar", now=model.now)
        if highest is not None:
            place.maximum = max(highest.values)
        place.is_endless = place.is_endless or thing.fields.get("type") == "buffer_infinite"
        if thing.fields.get("type") == "buffer_procure":
            _read_procuring(thing, place, model)


def _read_procuring(thing: Thing, place: Place, model: Model) -> None:
    """Read a buffer that orders for itself: its lead time, fence and sizes make a purchase, its levels are stock's."""
    place.minimum = reading.number(thing, "mininventory", 0.0) or place.minimum
    place.maximum = reading.number(thing, "maxinventory", place.maximum)
    model.lanes.append(
        Lane(
            item=place.item,
            location=place.location,
            lead=reading.seconds(thing, "leadtime", 0.0),
            fence=reading.seconds(thing, "fence", 0.0),
            minimum=reading.number(thing, "size_minimum", 0.0),
            multiple=reading.number(thing, "size_multiple", 0.0),
            maximum=reading.number(thing, "size_maximum", INFINITE),
        )
    )


def _read_resources(found: Collection, model: Model, directory: Directory) -> None:
    things = list_named(found, "resource", model)
    for thing in things:
        directory.resources[thing.name] = len(model.resources)
        model.resources.append(_read_resource(thing, model))
    for thing in things:
        owner = reading.name_of(thing, "owner")
        model.resources[directory.resources[thing.name]].owner = directory.resources.get(owner, -1)
    for thing in found.list_things("setupmatrix"):
        model.matrices[thing.name] = [_read_rule(rule) for rule in thing.list_parts("rule")]
    for thing in found.list_things("resourceskill"):
        resource, skill = reading.name_of(thing, "resource"), reading.name_of(thing, "skill")
        if resource in directory.resources and skill:
            ability = (reading.number(thing, "priority", 1.0), reading.since(thing), reading.until(thing))
            model.resources[directory.resources[resource]].skills[skill] = ability


def _read_resource(thing: Thing, model: Model) -> Resource:
    kind = thing.fields.get("type", "resource_default")
    varying = reading.steps(thing, "maximum_calendar", now=model.now, is_bucketed=kind == "resource_buckets")
    if not reading.flag(thing, "constrained", default=True):
        kind = "resource_infinite"
    return Resource(
        name=thing.name,
        kind=kind,
        maximum=reading.number(thing, "maximum", 1.0) if varying is None else varying,
        is_tool=reading.flag(thing, "tool", default=False) or reading.flag(thing, "toolperpiece", default=False),
        is_per_piece=reading.flag(thing, "toolperpiece", default=False),
        max_early=reading.seconds(thing, "maxearly", 100 * 86_400.0),
        setup=thing.fields.get("setup", ""),
        matrix=reading.name_of(thing, "setupmatrix"),
        cost=reading.number(thing, "cost", 0.0),
        efficiency=_read_efficiency(thing, model),
        calendars=reading.hours(thing, thing.links.get("location"), now=model.now),
    )


def _read_efficiency(thing: Thing, model: Model) -> Steps | float:
    varying = reading.steps(thing, "efficiency_calendar", now=model.now)
    if varying is None:
        return reading.number(thing, "efficiency", 100.0) / 100
    return Steps(times=varying.times, values=tuple(value / 100 for value in varying.values))


def _read_rule(thing: Thing) -> Rule:
    return Rule(
        priority=reading.number(thing, "priority", 0.0),
        before=thing.fields.get("fromsetup", ""),
        after=thing.fields.get("tosetup", ""),
        duration=reading.seconds(thing, "duration", 0.0),
        cost=reading.number(thing, "cost", 0.0),
    )


def _read_items(found: Collection, model: Model) -> None:
    for thing in found.list_things("item"):
        if "owner" in thing.links:
            model.owners[thing.name] = thing.links["owner"].name
        model.costs[thing.name] = reading.number(thing, "cost", 0.0)
        if thing.fields.get("property:global_purchase", "0").lower() in ("1", "true"):
            model.globally_bought.add(thing.name)


def _read_lanes(found: Collection, model: Model, directory: Directory) -> None:
    for thing in found.list_things("itemsupplier"):
        lane = _read_lane(thing, model, directory, reading.name_of(thing, "location"), is_purchase=True)
        supplier = thing.links.get("supplier")
        lane.calendars = reading.hours(supplier, now=model.now)
        if supplier is not None and not lane.fence:
            lane.fence = reading.seconds(supplier, "fence", 0.0)
        model.lanes.append(lane)
    for thing in found.list_things("itemdistribution"):
        model.lanes.append(
            _read_lane(thing, model, directory, reading.name_of(thing, "destination"), is_purchase=False)
        )


def _read_lane(thing: Thing, model: Model, directory: Directory, location: str, *, is_purchase: bool) -> Lane:
    """Read a purchase or a transfer; a safety that always holds is lead time, one that may shrink is time behind it."""
    resource = reading.name_of(thing, "resource")
    lead, safety = (reading.seconds(thing, name, 0.0) for name in ("leadtime", "hard_safety_leadtime"))
    if lead < 0:
        thing.complain("leadtime", "an order cannot arrive before it is placed")
    if reading.since(thing) >= reading.until(thing):
        thing.complain("effective_end", "it is effective at no time")
    return Lane(
        item=reading.name_of(thing, "item"),
        location=location,
        origin=reading.name_of(thing, "origin"),
        supplier=reading.name_of(thing, "supplier"),
        is_purchase=is_purchase,
        priority=reading.number(thing, "priority", 1.0),
        lead=max(lead, 0.0) + safety,
        minimum=reading.number(thing, "size_minimum", 1.0),
        multiple=reading.number(thing, "size_multiple", 1.0),
        maximum=reading.number(thing, "size_maximum", INFINITE),
        fence=reading.seconds(thing, "fence", 0.0),
        post_time=reading.seconds(thing, "extra_safety_leadtime", 0.0),
        cost=reading.number(thing, "cost", 0.0),
        resource=directory.resources.get(resource, -1),
        resource_quantity=reading.number(thing, "resource_qty", 1.0),
        since=reading.since(thing),
        until=reading.until(thing),
    )


def _read_wants(found: Collection, model: Model, directory: Directory) -> None:
    for thing in found.list_things("demand"):
        if not thing.fields.get("quantity") or thing.fields.get("status", "open") in _CLOSED:
            continue
        group, item = thing.links.get("owner"), thing.links.get("item")
        policy = group.fields.get("policy", "independent") if group is not None else "independent"
        delivery = reading.name_of(thing, "operation") or _find_delivery(item)
        quantity = reading.number(thing, "quantity", 0.0)
        if quantity < 0:
            thing.complain("quantity", f"{quantity:g} is below nothing")
        due = reading.instant(thing, "due")
        if due is None:
            model.notes.append(f"line {thing.line}: demand '{thing.name}' has no due date and is not planned")
            continue
        want = Want(
            name=thing.name,
            item=reading.name_of(thing, "item"),
            location=reading.name_of(thing, "location"),
            operation=directory.operations.get(delivery, -1),
            quantity=quantity,
            due=due,
            priority=reading.number(thing, "priority", 0.0),
            min_shipment=reading.number(thing, "minshipment", math.floor(quantity / 10)),
            max_lateness=reading.seconds(thing, "maxlateness", _FIVE_YEARS),
            group=group.name if group is not None and policy != "independent" else "",
            batch=thing.fields.get("batch", ""),
            is_together=policy == "alltogether",
        )
        if want.operation < 0 and not want.item:
            model.notes.append(f"line {thing.line}: demand '{thing.name}' names neither item nor operation")
        if want.operation < 0:
            _settle_place(want, model, directory)
        model.wants.append(want)
    _ask_together(model)


def _find_delivery(item: Thing | None) -> str:
    """Return the operation that delivers an item, its own or that of what it belongs to; empty where none is named."""
    seen = set[str]()
    while item is not None and item.name not in seen:
        seen.add(item.name)
        for link in ("operation", "delivery"):
            if link in item.links:
                return item.links[link].name
        item = item.links.get("owner")
    return ""


def _ask_together(model: Model) -> None:
    """Let the demands of a group that does not go by itself be asked for when the first of them is due."""
    first: dict[str, int] = {}
    for want in model.wants:
        if want.group:
            first[want.group] = min(want.due, first.get(want.group, want.due))
    for want in model.wants:
        if want.group:
            want.max_lateness += want.due - first[want.group]
            want.due = first[want.group]


def _settle_place(want: Want, model: Model, directory: Directory) -> None:
    """Give a demand without location the only one it can mean; make its place known."""
    if not want.location:
        own = [place for place in model.places if place.item == want.item]
        if own and not any(place.location == "" for place in own):
            want.location = own[0].location
    directory.place(want.item, want.location)
