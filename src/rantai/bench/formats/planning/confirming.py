"""Turn orders that will not move into receipts, requirements and occupied capacity."""

from __future__ import annotations

from rantai.bench.formats.planning.calendars import advance, go_back
from rantai.bench.formats.planning.columns import Rows, units
from rantai.bench.formats.planning.drafting import Draft
from rantai.bench.formats.planning.model import Child, Confirmed, Lane, Model, Operation, OperationKind, Steps
from rantai.bench.formats.planning.resourcing import is_bucketed, list_carriers
from rantai.bench.formats.planning.values import round_down_half
from rantai_engines.planning.problem import DemandKind, ReceiptKind

#: Alternates inside alternates.
_DEEPEST = 8


def add_confirmed(draft: Draft) -> None:
    """Add what confirmed orders give, need and occupy, and what stock is short of already."""
    for row, place in enumerate(draft.model.places):
        if place.on_hand < 0:
            _require(draft, row, draft.model.now, -place.on_hand)
    for order in draft.model.confirmed:
        if order.start is None and order.end is None:
            draft.model.notes.append(f"order '{order.name}' has no date")
        elif order.operation >= 0:
            _add_production(draft, order)
        elif order.item:
            _add_movement(draft, order)
        else:
            draft.model.notes.append(f"order '{order.name}' names neither operation nor item")


def append_requirements(demands: Rows, requirements: Rows, *, first_key: int) -> None:
    """Add the requirements behind the customers' demands."""
    for number, row in enumerate(requirements.list_rows()):
        demands.add(**row | {"key": first_key + number})


def _add_production(draft: Draft, order: Confirmed) -> None:
    operation = _find_run(draft.model, order.operation)
    if operation is None:
        draft.model.notes.append(f"order '{order.name}': which of its operations it runs is not said")
        return
    steps = [draft.model.operations[child.operation] for child in operation.children] or [operation]
    spans = _list_spans(draft.model, order, steps)
    if steps != [operation]:
        _add_flows(draft, operation, order, spans[0][0], spans[-1][1])
    for step, (begins, stops) in zip(steps, spans, strict=True):
        if not order.has_parts:
            _add_flows(draft, step, order, begins, stops)
            _occupy(draft, step, order, begins, stops)


def _find_run(model: Model, row: int) -> Operation | None:
    """Return what an order of an operation runs: of alternates, where nothing else is said, the first."""
    operation, depth = model.operations[row], 0
    while operation.kind is OperationKind.ALTERNATE and operation.children and depth < _DEEPEST:
        first = min((child for child in operation.children if child.priority > 0), key=_rank, default=None)
        if first is None:
            return None
        operation, depth = model.operations[first.operation], depth + 1
    return None if operation.kind in (OperationKind.ALTERNATE, OperationKind.SPLIT) else operation


def _rank(child: Child) -> float:
    return child.priority


def _add_movement(draft: Draft, order: Confirmed) -> None:
    """Add a purchase or a transfer; one whose origin or destination is not said has only its other side."""
    lane = _find_lane(draft, order)
    start, end = _dates(order, round_down_half(lane.lead) if lane else 0)
    if order.location and order.gives:
        kind = ReceiptKind.PURCHASE if order.is_purchase else ReceiptKind.TRANSFER
        _receive(draft, draft.place(order.item, order.location), end, _open(order), kind)
    if order.origin and order.takes:
        _require(draft, draft.place(order.item, order.origin), start, _open(order))


def _find_lane(draft: Draft, order: Confirmed) -> Lane | None:
    items, item = [order.item], order.item
    while item in draft.model.owners and len(items) < 64:
        item = draft.model.owners[item]
        items.append(item)
    for lane in draft.model.lanes:
        if lane.item in items and lane.location in ("", order.location) and lane.origin == order.origin:
            return lane
    return None


def _dates(order: Confirmed, length: int) -> tuple[int, int]:
    """Return when a movement starts and ends; what is not given follows from its length, round the clock."""
    if order.start is not None and order.end is not None:
        return order.start, order.end
    if order.start is not None:
        return order.start, order.start + length
    # An order without any date was set aside before.
    end = order.end or 0
    return end - length, end


def _list_spans(model: Model, order: Confirmed, steps: list[Operation]) -> list[tuple[int, int]]:
    """Return from when to when each step of a production order runs; given dates hold, the rest is working time."""
    found: list[tuple[int, int]] = []
    if order.start is None:
        at = order.end or 0
        for step in reversed(steps):
            begins = go_back(step.calendars, at, _length(model, step, _open(order)))
            found.insert(0, (begins, at))
            at = begins
        return found
    at = order.start
    for step in steps:
        stops = advance(step.calendars, at, _length(model, step, _open(order)))
        found.append((at, stops))
        at = stops
    if order.end is not None:
        found[-1] = (min(found[-1][0], order.end), order.end)
    return found


def _length(model: Model, operation: Operation, quantity: float) -> int:
    """Return the working seconds of an operation, on its slowest resource."""
    pace = [model.resources[load.resource].efficiency for load in operation.loads]
    slowest = min([each for each in pace if not isinstance(each, Steps) and each > 0], default=1.0)
    return max(round_down_half((operation.duration + operation.duration_per * quantity) / slowest), 0)


def _add_flows(draft: Draft, operation: Operation, order: Confirmed, start: int, end: int) -> None:
    for flow in operation.flows:
        at = (start if flow.is_at_start else end) + round(flow.offset)
        amount = flow.per * _open(order) + flow.fixed
        if not flow.since <= at < flow.until:
            continue
        if amount > 0 and order.gives:
            _receive(draft, flow.place, at, amount, ReceiptKind.PRODUCTION)
        elif amount < 0 and order.takes:
            _require(draft, flow.place, at, -amount)


def _receive(draft: Draft, place: int, at: int, quantity: float, kind: ReceiptKind) -> None:
    draft.receipts.add(
        key=len(draft.receipts), item_location=place, time=at, quantity=units(quantity), kind=int(kind), source=-1
    )


def _require(draft: Draft, place: int, at: int, quantity: float) -> None:
    draft.demands.add(
        key=0,
        item_location=place,
        due=at,
        quantity=units(quantity),
        kind=int(DemandKind.REQUIREMENT),
        class_rank=0,
        min_shipment=0,
        max_lateness=1 << 60,
        group=-1,
    )


def _occupy(draft: Draft, operation: Operation, order: Confirmed, start: int, end: int) -> None:
    for load, resource in list_carriers(draft, operation, preferred=order.resources):
        if end <= start or not order.occupies:
            continue
        carrier = draft.model.resources[resource]
        is_counted, is_bucket = carrier.is_per_piece, is_bucketed(carrier)
        begins = start + int((end - start) * load.point) if is_bucket else start
        draft.occupations.add(
            resource=resource,
            start=begins,
            end=max(end, begins + 1),
            quantity=units(load.quantity * _open(order) + load.fixed if is_bucket or is_counted else load.quantity),
            setup=draft.setups.get(load.setup, -1),
        )


def _open(order: Confirmed) -> float:
    """Return what of an order's quantity is still to be made."""
    return max(order.quantity - order.completed, 0.0)
