"""Keep what is made to order apart by its batch: each batch has places, operations and orders of its own."""

from __future__ import annotations

from dataclasses import replace

from rantai.bench.formats.planning.model import Model, Operation
from rantai.bench.formats.planning.operations import Directory, name_batch


def split_batches(model: Model, directory: Directory) -> None:
    """Give each batch of an item that is made to order its own way through the model.

    Operations that make, take or move such an item exist once more for each batch; their resources are the same.
    """
    wanted = {want.batch for want in model.wants if want.item in model.made_to_order}
    ordered = {order.batch for order in model.confirmed}
    for batch in sorted((wanted | ordered | model.batches) - {""}):
        _split(model, directory, batch)


def _split(model: Model, directory: Directory, batch: str) -> None:
    items = {item: name_batch(item, batch) for item in model.made_to_order}
    model.owners |= {own: item for item, own in items.items()}
    model.costs |= {own: model.costs.get(item, 0.0) for item, own in items.items()}
    places = {
        row: directory.place(items[place.item], place.location)
        for row, place in enumerate(list(model.places))
        if place.item in items
    }
    operations = _copy_operations(model, items, places)
    for row, own in places.items():
        model.places[own].producing = operations.get(model.places[row].producing, model.places[row].producing)
    for want in model.wants:
        if want.batch == batch and (want.item in items or want.operation in operations):
            want.item = items.get(want.item, want.item)
            want.operation = operations.get(want.operation, want.operation)
    for order in model.confirmed:
        if order.batch == batch:
            order.item = items.get(order.item, order.item)
            order.operation = operations.get(order.operation, order.operation)


def _copy_operations(model: Model, items: dict[str, str], places: dict[int, int]) -> dict[int, int]:
    """Copy the operations that touch these items; return the row of each one's copy."""
    touched = [row for row in range(len(model.operations)) if _touches(model, row, items, places, depth=0)]
    rows = {row: len(model.operations) + number for number, row in enumerate(touched)}
    model.operations += [_copy(model.operations[row], items, places, rows) for row in touched]
    return rows


def _copy(operation: Operation, items: dict[str, str], places: dict[int, int], operations: dict[int, int]) -> Operation:
    return replace(
        operation,
        item=items.get(operation.item, operation.item),
        flows=[replace(flow, place=places.get(flow.place, flow.place)) for flow in operation.flows],
        children=[
            replace(child, operation=operations.get(child.operation, child.operation)) for child in operation.children
        ],
    )


def _touches(model: Model, row: int, items: dict[str, str], places: dict[int, int], *, depth: int) -> bool:
    operation = model.operations[row]
    if operation.item in items or any(flow.place in places for flow in operation.flows):
        return True
    return depth < 8 and any(
        _touches(model, child.operation, items, places, depth=depth + 1) for child in operation.children
    )
