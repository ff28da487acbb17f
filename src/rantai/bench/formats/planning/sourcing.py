"""List the ways to get a place its units: flat options, whatever alternates, routings and owners they come from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rantai.bench.formats.planning.model import FOREVER, Flow, Lane, Model, Operation, OperationKind, Place, Steps
from rantai.bench.formats.planning.operations import is_output
from rantai.bench.formats.planning.values import BEGINNING

_DEEPEST = 8
#: Choices among the steps of one routing that are planned with.
_MOST_ROUTES = 64


@dataclass(frozen=True, kw_only=True)
class Option:
    """One way to make units: ``head`` has the sizes, ``steps`` run one after the other, ``outer`` flows belong to all.

    Lower ``rank`` first, word by word as in a dictionary.
    """

    head: int
    steps: tuple[int, ...]
    outer: tuple[Flow, ...] = ()
    rank: tuple[float, ...] = ()
    since: int = BEGINNING
    until: int = FOREVER
    weight: float = 1.0
    cost: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Output:
    """What an option gives its place at its end, in one range of dates of that end."""

    per: float
    fixed: float
    minimum: float
    since: int
    until: int


def list_options(model: Model, operation: int, *, depth: int = 0) -> Iterator[Option]:
    """Yield the options that an operation stands for."""
    head = model.operations[operation]
    if depth > _DEEPEST or head.priority == 0:
        return
    if head.kind in (OperationKind.ALTERNATE, OperationKind.SPLIT):
        yield from _list_alternates(model, head, depth)
    elif head.kind is OperationKind.ROUTING:
        yield from _list_routes(model, operation, depth)
    else:
        yield Option(
            head=operation,
            steps=(operation,),
            rank=(head.priority,),
            cost=head.cost,
            since=head.since,
            until=head.until,
        )


def list_place_options(model: Model, row: int, makers: dict[str, list[int]]) -> list[Option]:
    """Return the options of a place: of the operation that it names, else of those that give its item to it."""
    place = model.places[row]
    if place.producing >= 0:
        return list(list_options(model, place.producing))
    found = []
    for operation in makers.get(place.item, ()):
        if gives(model, model.operations[operation], row):
            found += list(list_options(model, operation))
    return found


def find_makers(model: Model) -> dict[str, list[int]]:
    """Return the operations that stand alone, by the item they name."""
    makers: dict[str, list[int]] = {}
    for row, operation in enumerate(model.operations):
        if operation.item and not operation.is_owned:
            makers.setdefault(operation.item, []).append(row)
    return makers


def list_lanes(model: Model, place: Place, lanes: dict[str, list[Lane]]) -> list[Lane]:
    """Return the purchases and transfers of a place; those of the owners of its item are its own."""
    if place.producing >= 0:
        return []
    found, item, seen = [], place.item, set[str]()
    while item and item not in seen:
        seen.add(item)
        found += [lane for lane in lanes.get(item, ()) if lane.location in ("", place.location)]
        item = model.owners.get(item, "")
    return [lane for lane in found if lane.priority > 0 and (lane.is_purchase or lane.origin != place.location)]


def gives(model: Model, operation: Operation, place: int, *, depth: int = 0) -> bool:
    """Say whether an operation, or one inside it, gives units to a place."""
    if any(flow.place == place and is_output(flow) for flow in operation.flows):
        return True
    inside = (model.operations[child.operation] for child in operation.children)
    return depth < _DEEPEST and any(gives(model, child, place, depth=depth + 1) for child in inside)


def list_outputs(model: Model, option: Option, place: int) -> list[Output]:
    """Return what an option gives a place at its end, one for each range of dates in which that is the same."""
    head = model.operations[option.head]
    flows = [flow for flow in list_end_flows(model, option) if flow.place == place and is_output(flow)]
    edges = {option.since, option.until}
    for flow in flows:
        edges |= {flow.since, flow.until}
    if head.minimum_steps is not None:
        edges.update(head.minimum_steps.times)
    for step in option.steps:
        edges.update(time for steps in list_efficiencies(model, model.operations[step]) for time in steps.times)
    inside = sorted(edge for edge in edges if option.since <= edge <= option.until)
    found: list[Output] = []
    for since, until in itertools.pairwise(inside):
        active = [flow for flow in flows if flow.since <= since < flow.until]
        per, fixed = sum(flow.per for flow in active), sum(flow.fixed for flow in active)
        varying = head.minimum_steps.at(since) if head.minimum_steps is not None else 0.0
        output = Output(per=per, fixed=fixed, minimum=max(head.minimum, varying), since=since, until=until)
        if per <= 0 and fixed <= 0:
            continue
        same = (
            found
            and found[-1].until == since
            and not any(list_efficiencies(model, model.operations[step]) for step in option.steps)
        )
        if same and replace(found[-1], since=since, until=until) == output:
            output = replace(output, since=found.pop().since)
        found.append(output)
    return found


def list_efficiencies(model: Model, operation: Operation) -> list[Steps]:
    """Return how fast the resources of an operation are where that changes over time."""
    each = (model.resources[load.resource].efficiency for load in operation.loads)
    return [efficiency for efficiency in each if isinstance(efficiency, Steps)]


def list_end_flows(model: Model, option: Option) -> list[Flow]:
    """Return the flows at an option's own end: of what owns it, of itself, of its last step."""
    flows = [*option.outer, *model.operations[option.head].flows]
    if option.steps and option.steps[-1] != option.head:
        flows += model.operations[option.steps[-1]].flows
    return flows


def _list_routes(model: Model, operation: int, depth: int) -> Iterator[Option]:
    """Yield a routing once for each choice among those of its steps that are alternates."""
    head = model.operations[operation]
    choices = [_list_choices(model, child.operation, depth) for child in head.children]
    for chosen in itertools.islice(itertools.product(*choices), _MOST_ROUTES):
        steps = tuple(step for option in chosen for step in option.steps)
        yield Option(
            head=operation,
            steps=steps,
            outer=tuple(flow for option in chosen for flow in option.outer),
            rank=(head.priority, *(word for option in chosen if len(option.rank) > 1 for word in option.rank)),
            since=max((head.since, *(option.since for option in chosen if len(option.rank) > 1))),
            until=min((head.until, *(option.until for option in chosen if len(option.rank) > 1))),
            cost=head.cost + sum(option.cost for option in chosen),
        )


def _list_choices(model: Model, step: int, depth: int) -> list[Option]:
    """Return the ways of one step; the priority of a plain one is its place in the routing."""
    if model.operations[step].children:
        return list(list_options(model, step, depth=depth + 1))
    return [Option(head=step, steps=(step,), cost=model.operations[step].cost)]


def _list_alternates(model: Model, owner: Operation, depth: int) -> Iterator[Option]:
    is_split = owner.kind is OperationKind.SPLIT
    for child in owner.children:
        if child.priority == 0:
            continue
        for option in list_options(model, child.operation, depth=depth + 1):
            rank = (owner.priority,) if is_split else (owner.priority, child.priority)
            yield replace(
                option,
                outer=(*owner.flows, *option.outer),
                rank=(*rank, *option.rank),
                since=max(child.since, owner.since, option.since),
                until=min(child.until, owner.until, option.until),
                weight=child.priority if is_split else option.weight,
            )
