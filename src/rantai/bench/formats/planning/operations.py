"""Resolve operations: what each takes, gives and occupies, how long it runs, and what stands inside it."""

from __future__ import annotations

from rantai.bench.formats.planning import reading
from rantai.bench.formats.planning.collecting import Collection, Thing
from rantai.bench.formats.planning.depending import read_dependencies
from rantai.bench.formats.planning.model import (
    INFINITE,
    Child,
    Flow,
    Load,
    Model,
    Operation,
    OperationKind,
    Place,
)
from rantai.bench.formats.planning.transferring import part_into_batches

_KINDS = {kind.value: kind for kind in OperationKind}
_BATCHED = "flow_transfer_batch"
_OWNERS = (OperationKind.ROUTING, OperationKind.ALTERNATE, OperationKind.SPLIT)


def name_batch(item: str, batch: str) -> str:
    """Return the name of an item of a batch."""
    return f"{item} of {batch}"


class Directory:
    """The rows of a model by name; a place that is asked for by item and location is made when it is not there."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._names: dict[str, int] = {}
        self._kept: dict[tuple[str, str], int] = {}
        self.operations: dict[str, int] = {}
        self.resources: dict[str, int] = {}

    def place(self, item: str, location: str) -> int:
        """Return the first place that keeps an item at a location."""
        if (item, location) not in self._kept:
            self._add(f"{item} @ {location}" if location else item, item, location)
        return self._kept[item, location]

    def place_of_buffer(self, thing: Thing) -> int:
        """Return the place of a buffer, which may have any name."""
        if thing.name not in self._names:
            item, location = reading.name_of(thing, "item"), reading.name_of(thing, "location")
            if not item:
                item, _, location = thing.name.partition(" @ ")
            batch = thing.fields.get("batch", "")
            if batch and item in self._model.made_to_order:
                self._model.batches.add(batch)
                item = name_batch(item, batch)
            self._add(thing.name, item, location)
        return self._names[thing.name]

    def _add(self, name: str, item: str, location: str) -> None:
        """Add a place; where another thing has its name already, it goes without."""
        known = self._names.get(name)
        places = self._model.places
        if known is None or (places[known].item, places[known].location) != (item, location):
            known = len(places)
            places.append(Place(name=name, item=item, location=location))
        self._names.setdefault(name, known)
        self._kept.setdefault((item, location), known)


def list_named(found: Collection, kind: str, model: Model) -> list[Thing]:
    """Return the things of a kind that others can name; say which cannot be."""
    things = list(found.list_things(kind))
    model.notes.extend(f"line {thing.line}: {kind} without a name is passed over" for thing in things if not thing.name)
    return [thing for thing in things if thing.name]


def read_operations(found: Collection, model: Model, directory: Directory) -> None:
    """Add all operations to the model, then what they take, give, occupy and hold."""
    things = list_named(found, "operation", model)
    for thing in things:
        directory.operations[thing.name] = len(model.operations)
        model.operations.append(_read_operation(thing, model))
    for thing in things:
        _read_children(thing, model, directory)
    for thing in things:
        _join_owner(thing, model, directory)
    for thing in found.list_things("flow"):
        _read_flow(thing, model, directory)
    for thing in found.list_things("load"):
        _read_load(thing, model, directory)
    read_dependencies(found, model, directory.operations)
    for operation in model.operations:
        _imply_output(operation, model, directory)
        part_into_batches(operation, model)


def _read_operation(thing: Thing, model: Model) -> Operation:
    kind = _KINDS.get(thing.fields.get("type", ""), OperationKind.FIXED_TIME)
    if thing.list_parts("suboperation") and kind not in _OWNERS:
        kind = OperationKind.ROUTING
    return Operation(
        name=thing.name,
        kind=kind,
        item=reading.name_of(thing, "item"),
        location=reading.name_of(thing, "location"),
        priority=reading.number(thing, "priority", 1.0),
        duration=reading.seconds(thing, "duration", 0.0),
        duration_per=reading.seconds(thing, "duration_per", 0.0) if kind is OperationKind.TIME_PER else 0.0,
        minimum=reading.number(thing, "size_minimum", 1.0),
        minimum_steps=reading.steps(thing, "size_minimum_calendar", now=model.now),
        multiple=reading.number(thing, "size_multiple", 0.0),
        maximum=reading.number(thing, "size_maximum", INFINITE),
        cost=reading.number(thing, "cost", 0.0),
        search=thing.fields.get("search", "PRIORITY"),
        fence=reading.seconds(thing, "fence", 0.0),
        post_time=reading.seconds(thing, "posttime", 0.0),
        since=reading.since(thing),
        until=reading.until(thing),
        calendars=reading.hours(thing, _location_of(thing), now=model.now),
    )


def _location_of(thing: Thing) -> Thing | None:
    """Return the location whose hours an operation keeps."""
    return None if reading.flag(thing, "nolocationcalendar", default=False) else thing.links.get("location")


def _read_children(thing: Thing, model: Model, directory: Directory) -> None:
    owner = model.operations[directory.operations[thing.name]]
    for part in thing.list_parts("suboperation"):
        child = part.links.get("operation")
        if child is None or child is thing or not child.name:
            model.notes.append(f"line {part.line}: suboperation of '{thing.name}' names no operation")
            continue
        row = directory.operations[child.name]
        model.operations[row].is_owned = True
        model.operations[row].location = model.operations[row].location or owner.location
        owner.children.append(
            Child(
                operation=row,
                priority=reading.number(part, "priority", 1.0),
                since=reading.since(part),
                until=reading.until(part),
            )
        )
    if owner.kind is OperationKind.ROUTING and any("priority" in p.fields for p in thing.list_parts("suboperation")):
        owner.children.sort(key=lambda child: child.priority)


def _join_owner(thing: Thing, model: Model, directory: Directory) -> None:
    """An operation may name its owner instead of standing inside it; its own priority is then its place there."""
    found = directory.operations.get(reading.name_of(thing, "owner"))
    row = directory.operations[thing.name]
    if found is None or any(child.operation == row for child in model.operations[found].children):
        return
    owner, operation = model.operations[found], model.operations[row]
    operation.is_owned, operation.location = True, operation.location or owner.location
    owner.children.append(
        Child(operation=row, priority=operation.priority, since=operation.since, until=operation.until)
    )
    if owner.kind not in _OWNERS:
        owner.kind = OperationKind.ROUTING
    if owner.kind is OperationKind.ROUTING:
        owner.children.sort(key=lambda child: child.priority)


def _read_flow(thing: Thing, model: Model, directory: Directory) -> None:
    row = directory.operations.get(reading.name_of(thing, "operation"))
    if row is None:
        model.notes.append(f"line {thing.line}: flow without operation")
        return
    operation = model.operations[row]
    if "buffer" in thing.links:
        place = directory.place_of_buffer(thing.links["buffer"])
    elif "item" in thing.links:
        location = reading.name_of(thing, "location") or operation.location
        place = directory.place(thing.links["item"].name, location)
    else:
        model.notes.append(f"line {thing.line}: flow of '{operation.name}' names neither item nor buffer")
        return
    fixed, kind = reading.number(thing, "quantity_fixed", 0.0), thing.fields.get("type", "flow_start")
    quantity = reading.number(thing, "quantity", 0.0 if fixed else 1.0)
    if kind in ("flow_fixed_start", "flow_fixed_end"):
        quantity, fixed = 0.0, quantity + fixed
    operation.flows.append(
        Flow(
            place=place,
            per=quantity,
            fixed=fixed,
            is_at_start=kind in ("flow_start", "flow_fixed_start") or (kind == _BATCHED and quantity < 0),
            batch=max(reading.number(thing, "transferbatch", 0.0), 0.0) if kind == _BATCHED else 0.0,
            offset=reading.seconds(thing, "offset", 0.0),
            since=reading.since(thing),
            until=reading.until(thing),
            group=thing.name,
            rank=round(reading.number(thing, "priority", 1.0)),
        )
    )


def _read_load(thing: Thing, model: Model, directory: Directory) -> None:
    row = directory.operations.get(reading.name_of(thing, "operation"))
    resource = directory.resources.get(reading.name_of(thing, "resource"))
    if row is None or resource is None:
        model.notes.append(f"line {thing.line}: load without operation or resource")
        return
    model.operations[row].loads.append(
        Load(
            resource=resource,
            quantity=reading.number(thing, "quantity", 1.0),
            fixed=reading.number(thing, "quantity_fixed", 0.0),
            setup=thing.fields.get("setup", ""),
            skill=reading.name_of(thing, "skill"),
            group=thing.name,
            rank=round(reading.number(thing, "priority", 1.0)),
            since=reading.since(thing),
            until=reading.until(thing),
            search=thing.fields.get("search", ""),
            point=_read_point(thing),
        )
    )


def _read_point(thing: Thing) -> float:
    """Return how far into its operation a load charges a bucket: at the start, at the end, or a share between."""
    kind = thing.fields.get("type", "")
    if kind.endswith("percentage"):
        return min(max(reading.number(thing, "offset", 0.0) / 100, 0.0), 1.0)
    return 1.0 if kind.startswith("load_bucketized") and kind.endswith("end") else 0.0


def _imply_output(operation: Operation, model: Model, directory: Directory) -> None:
    """An operation that names its item gives one of it, where nothing in it says how many."""
    if not operation.item:
        return
    place = directory.place(operation.item, operation.location)
    if not any(flow.place == place and is_output(flow) for flow in _list_flows(operation, model, depth=0)):
        operation.flows.append(Flow(place=place, per=1.0, is_at_start=False))


def is_output(flow: Flow) -> bool:
    """Say whether a flow gives units."""
    return flow.per > 0 or (flow.per == 0 and flow.fixed > 0)


def _list_flows(operation: Operation, model: Model, *, depth: int) -> list[Flow]:
    found = list(operation.flows)
    for child in operation.children if depth < 8 else ():
        found += _list_flows(model.operations[child.operation], model, depth=depth + 1)
    return found
