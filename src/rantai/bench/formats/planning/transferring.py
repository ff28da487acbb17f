"""Let what is handed on in batches come, and go, while its operation still runs."""

from __future__ import annotations

from rantai.bench.formats.planning.model import Load, Model, Operation, OperationKind, Resource


def part_into_batches(operation: Operation, model: Model) -> None:
    """Make an order of each batch that an operation gives (else: takes); they run one after the other.

    A run of hours by the piece is the same work in parts. Other operations cannot be parted so: they take everything
    at their start and give it at their end, and the model says so in its notes.
    """
    batched = [flow for flow in operation.flows if flow.batch > 0 and flow.per != 0]
    if not batched:
        return
    if operation.kind is not OperationKind.TIME_PER or operation.duration > 0 or operation.is_owned:
        model.notes.append(f"operation '{operation.name}': its transfer batches are not planned, all goes at once")
        return
    sizes = [flow.batch / abs(flow.per) for flow in batched if flow.per > 0] or [
        flow.batch / abs(flow.per) for flow in batched
    ]
    operation.maximum = min(operation.maximum, *sizes)
    operation.minimum = min(operation.minimum, operation.maximum)
    operation.minimum_steps = None
    if not any(_is_single(load, model) for load in operation.loads):
        operation.loads.append(Load(resource=len(model.resources)))
        model.resources.append(Resource(name=f"batches of {operation.name}"))


def _is_single(load: Load, model: Model) -> bool:
    """Say whether a load keeps all others of its kind from a resource."""
    resource = model.resources[load.resource]
    if resource.kind != "resource_default" or not isinstance(resource.maximum, float):
        return False
    return 2 * load.quantity > resource.maximum and not load.group and not load.skill
