"""Read which operations wait for others: the one that waits takes what the other gives it, a part that nobody sees."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

from rantai.bench.formats.planning import reading
from rantai.bench.formats.planning.collecting import Collection, Thing
from rantai.bench.formats.planning.model import INFINITE, Flow, Model, Operation, OperationKind, Place


@dataclass(frozen=True, kw_only=True)
class _Wait:
    """An operation (row) that waits for another, for so many of its units a unit, and so many seconds after it."""

    operation: int
    blocked_by: int
    quantity: float
    lag: float


def read_dependencies(found: Collection, model: Model, operations: dict[str, int]) -> None:
    """Let operations wait for others.

    The steps of a routing that say what they wait for no longer run in the order in which they stand: each waits for
    its own, so that others run beside it.
    """
    waits = [wait for thing in _list_things(found) if (wait := _read(thing, model, operations)) is not None]
    owners = {child.operation: row for row, owner in enumerate(model.operations) for child in owner.children}
    inside = [wait for wait in waits if _is_inside(wait, model, owners)]
    for row in sorted({owners[wait.operation] for wait in inside}):
        if not _open_routing(model.operations[row], [w for w in inside if owners[w.operation] == row], model):
            inside = [wait for wait in inside if owners[wait.operation] != row]
            waits = [wait for wait in waits if owners.get(wait.operation) != row or not _is_inside(wait, model, owners)]
    for wait in waits:
        _join(wait, model)


def _list_things(found: Collection) -> list[Thing]:
    return [*found.list_things("operationdependency"), *found.list_things("dependency")]


def _read(thing: Thing, model: Model, operations: dict[str, int]) -> _Wait | None:
    operation = operations.get(reading.name_of(thing, "operation"), -1)
    other = operations.get(reading.name_of(thing, "blockedby"), -1)
    if min(operation, other) < 0 or operation == other:
        model.notes.append(f"line {thing.line}: dependency that names no two operations is not planned")
        return None
    lag = reading.seconds(thing, "hard_safety_leadtime", 0.0)
    return _Wait(operation=operation, blocked_by=other, quantity=reading.number(thing, "quantity", 1.0), lag=lag)


def _is_inside(wait: _Wait, model: Model, owners: dict[int, int]) -> bool:
    """Say whether both are steps of one routing."""
    owner = owners.get(wait.operation)
    return (
        owner is not None
        and owners.get(wait.blocked_by) == owner
        and model.operations[owner].kind is OperationKind.ROUTING
    )


def _open_routing(owner: Operation, waits: list[_Wait], model: Model) -> bool:
    """Leave in a routing the step that nobody waits for; false where its steps had better stay one after the other.

    That is where they wait for each other in their order anyway, where several steps end it, and where one is waited
    for by several: it runs once for all of them.
    """
    rows = [child.operation for child in owner.children]
    last = [row for row in rows if all(wait.blocked_by != row for wait in waits)]
    waited = Counter(wait.blocked_by for wait in waits)
    in_order = {(wait.blocked_by, wait.operation) for wait in waits} == set(itertools.pairwise(rows))
    if in_order:
        return False
    if len(last) != 1 or any(count > 1 for count in waited.values()) or len(waited) != len(rows) - 1:
        model.notes.append(f"steps of '{owner.name}' are planned one after the other, whatever they wait for")
        return False
    owner.children = [child for child in owner.children if child.operation == last[0]]
    for row in waited:
        step = model.operations[row]
        step.minimum, step.multiple, step.maximum = 0.0, 0.0, INFINITE
    return True


def _join(wait: _Wait, model: Model) -> None:
    """Make what the one gives and the other takes."""
    operation, other = model.operations[wait.operation], model.operations[wait.blocked_by]
    name = f"{other.name} for {operation.name}"
    place = len(model.places)
    model.places.append(Place(name=name, item=name, location=other.location, producing=wait.blocked_by))
    other.flows.append(Flow(place=place, per=1.0, is_at_start=False))
    operation.flows.append(Flow(place=place, per=-wait.quantity, is_at_start=True, offset=-wait.lag))
