"""Read the orders that run or were released: what a planner must leave where it is."""

from __future__ import annotations

from rantai.bench.formats.planning import reading
from rantai.bench.formats.planning.collecting import Collection, Thing
from rantai.bench.formats.planning.model import Confirmed, Model
from rantai.bench.formats.planning.operations import Directory

#: Orders of these states hold their dates; proposed ones are what a planner makes anew, closed ones are history.
_FIRM = {"confirmed", "approved", "completed"}


def read_confirmed(found: Collection, model: Model, directory: Directory) -> None:
    """Add the orders that will not move; a step of an order may be an order of its own, in the state of its owner."""
    things = [thing for thing in found.list_things("operationplan") if not _is_mention(thing)]
    named = {_key(thing): thing for thing in things if _key(thing)}
    owners = {id(thing): _owner(thing, named) for thing in things}
    orders: dict[int, Confirmed] = {}
    for thing in things:
        owner = owners[id(thing)]
        status = thing.fields.get("status") or (owner.fields.get("status") if owner is not None else None) or "proposed"
        if status == "closed":
            continue
        if status not in _FIRM:
            model.notes.append(f"line {thing.line}: order that is not confirmed is left to the planner")
            continue
        order = _read_order(thing, owner, model, directory)
        if status == "completed":
            order.takes = order.occupies = False
            order.end = order.end if order.end is None else min(order.end, model.now)
        orders[id(thing)] = order
    model.confirmed.extend(orders.values())
    for row, owner in owners.items():
        if row in orders and owner is not None and id(owner) in orders:
            _make_part(orders[row], orders[id(owner)])


def _make_part(part: Confirmed, owner: Confirmed) -> None:
    """Let an order last as long as the orders of its steps."""
    owner.has_parts = True
    if part.start is not None:
        owner.start = part.start if owner.start is None else min(owner.start, part.start)
    if part.end is not None:
        owner.end = part.end if owner.end is None else max(owner.end, part.end)


def _read_order(thing: Thing, owner: Thing | None, model: Model, directory: Directory) -> Confirmed:
    quantity = reading.number(owner, "quantity", 0.0) if owner is not None else 0.0
    name = reading.name_of(thing, "operation")
    if name and name not in directory.operations:
        model.notes.append(f"line {thing.line}: order of '{name}', which is no operation here")
    return Confirmed(
        name=_key(thing),
        quantity=max(reading.number(thing, "quantity", quantity), 0.0),
        start=reading.instant(thing, "start"),
        end=reading.instant(thing, "end"),
        operation=directory.operations.get(name, -1),
        item=reading.name_of(thing, "item"),
        location=reading.name_of(thing, "location") or reading.name_of(thing, "destination"),
        origin=reading.name_of(thing, "origin"),
        is_purchase=thing.fields.get("ordertype", "") == "PO",
        takes=reading.flag(thing, "consume_material", default=True),
        gives=reading.flag(thing, "produce_material", default=True),
        occupies=reading.flag(thing, "consume_capacity", default=True),
        completed=min(max(reading.number(thing, "quantity_completed", 0.0), 0.0), 1e15),
        resources=tuple(
            directory.resources[reading.name_of(part, "resource")]
            for part in thing.list_parts("loadplan")
            if reading.name_of(part, "resource") in directory.resources
        ),
        batch=thing.fields.get("batch", ""),
    )


def _key(thing: Thing) -> str:
    return thing.fields.get("reference") or thing.fields.get("id", "")


def _is_mention(thing: Thing) -> bool:
    """Say whether this only names an order that is told elsewhere."""
    told = set(thing.fields) - {"reference", "id", "type", "ordertype"}
    return not told and not (set(thing.links) - {"owner"})


def _owner(thing: Thing, named: dict[str, Thing]) -> Thing | None:
    link = thing.links.get("owner")
    return link if link is None or not _is_mention(link) else named.get(_key(link))
