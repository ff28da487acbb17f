"""Translate a model to the problem of the planning engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rantai.bench.formats.planning import confirming, making, resourcing
from rantai.bench.formats.planning.columns import Rows, last_end, sizes, units
from rantai.bench.formats.planning.drafting import NO_FENCE, Draft, Rules
from rantai.bench.formats.planning.model import (
    FOREVER,
    Lane,
    Load,
    Model,
    OperationKind,
    Place,
    Steps,
    Want,
)
from rantai.bench.formats.planning.sourcing import Option, find_makers, list_lanes, list_options, list_place_options
from rantai.bench.formats.planning.values import END, round_down_half
from rantai_engines.planning.problem import (
    NEVER,
    PER_SCALE,
    BomLines,
    CoProducts,
    DemandKind,
    Demands,
    ItemLocations,
    Operations,
    Problem,
    Receipts,
    SourceKind,
    Sources,
    SourceSearch,
)

#: Stock of a place that never runs out.
_ENDLESS = 1e10


@dataclass(frozen=True, kw_only=True)
class Translated:
    """A problem with the names of its demands, in the order of its rows.

    ``delivery_places`` holds, for a demand that is delivered by an operation, the item-location that stands for it:
    its orders are the deliveries. -1 otherwise.
    """

    problem: Problem
    demands: list[str]
    delivery_places: list[int]
    notes: list[str]


def translate(model: Model, *, rules: Rules) -> Translated:
    """Return the engine's problem; raises InvalidProblem with the row that cannot be planned with."""
    draft = Draft(model=model, rules=rules)
    for row, place in enumerate(model.places):
        draft.rows.setdefault((place.item, place.location), row)
    resourcing.add_resources(draft)
    delivery_places = _add_deliveries(draft)
    _add_sources(draft)
    confirming.add_confirmed(draft)
    _add_demands(draft, delivery_places)
    _add_places(draft)
    names = [want.name for want in model.wants]
    problem = _build(draft)
    return Translated(problem=problem, demands=names, delivery_places=delivery_places, notes=model.notes)


def _add_deliveries(draft: Draft) -> list[int]:
    """Give each demand that an operation delivers a place of its own, behind those of the model."""
    found = []
    for want in draft.model.wants:
        is_pooled = want.operation < 0 and want.item in draft.model.globally_bought and want.location != ""
        if want.operation < 0 and not is_pooled:
            found.append(-1)
            continue
        row = len(draft.model.places)
        name = f"delivery of {want.name}"
        draft.model.places.append(Place(name=name, item="", location=name, producing=want.operation))
        if is_pooled:
            draft.pooled[row] = draft.place(want.item, want.location)
        found.append(row)
    return found


def _add_sources(draft: Draft) -> None:
    """Add the sources of every place; those of places that a transfer makes known come after."""
    model, makers = draft.model, find_makers(draft.model)
    lanes: dict[str, list[Lane]] = {}
    for lane in model.lanes:
        lanes.setdefault(lane.item, []).append(lane)
    row = 0
    while row < len(model.places):
        if row in draft.pooled:
            _add_shipments(draft, row)
            row += 1
            continue
        place = model.places[row]
        is_delivery = place.item == "" and place.producing >= 0
        options = list(list_options(model, place.producing)) if is_delivery else list_place_options(model, row, makers)
        own = list_lanes(model, place, lanes) if not is_delivery else []
        ranks = sorted({*(option.rank for option in options), *((lane.priority,) for lane in own)})
        draft.searches[row] = _search(draft, place, options)
        for option in options:
            making.add_option(draft, option, row, rank=ranks.index(option.rank) + 1, is_delivery=is_delivery)
        for lane in own:
            _add_lane(draft, lane, row, rank=ranks.index((lane.priority,)) + 1)
        row += 1


def _add_shipments(draft: Draft, row: int) -> None:
    """Let a demand for an item that is bought for all locations be shipped from its own, then from any other."""
    home = draft.pooled[row]
    item = draft.model.places[home].item
    others = [at for at, place in enumerate(draft.model.places) if place.item == item and place.location and at != home]
    draft.searches[row] = SourceSearch.POOL
    for rank, origin in enumerate([home, *others], 1):
        lane = Lane(item=item, location="", is_purchase=False, minimum=0.0, multiple=0.0)
        columns = _lane_columns(draft, lane, row, rank=rank, kind=SourceKind.MOVE)
        draft.sources.add(**columns | {"origin": origin})


def _search(draft: Draft, place: Place, options: list[Option]) -> SourceSearch:
    operations = draft.model.operations
    if place.producing >= 0 and operations[place.producing].kind is OperationKind.SPLIT:
        return SourceSearch.SPLIT
    owners = [operations[place.producing]] if place.producing >= 0 else [operations[option.head] for option in options]
    if any(owner.kind is OperationKind.SPLIT for owner in owners) or any(o.weight != 1.0 for o in options):
        return SourceSearch.SPLIT
    if any(owner.search.startswith("MINCOST") for owner in owners):
        return SourceSearch.COST
    return SourceSearch.RANK


def _add_lane(draft: Draft, lane: Lane, row: int, *, rank: int) -> None:
    """Add a purchase or a transfer."""
    if not lane.is_purchase and not lane.origin:
        draft.model.notes.append(f"transfer of '{lane.item}' to '{lane.location}' has no origin and is not planned")
        return
    if lane.since >= lane.until:
        return
    kind = SourceKind.BUY if lane.is_purchase else SourceKind.MOVE
    if lane.resource >= 0:
        _add_limited_lane(draft, lane, row, rank=rank, kind=kind)
        return
    draft.sources.add(**_lane_columns(draft, lane, row, rank=rank, kind=kind))


def _add_limited_lane(draft: Draft, lane: Lane, row: int, *, rank: int, kind: SourceKind) -> None:
    """Add a lane whose supplier or carrier has a resource: it is made, by one step that occupies that."""
    columns = _lane_columns(draft, lane, row, rank=rank, kind=kind)
    source = draft.sources.add(**columns | {"kind": int(SourceKind.MAKE), "lead_time": 0, "origin": -1})
    step = draft.steps.add(
        source=source, sequence=0, fixed_seconds=columns["lead_time"], unit_seconds=0.0,
        calendar=columns["calendar"], posttime=0,
    )  # fmt: skip
    load = Load(resource=lane.resource, quantity=lane.resource_quantity)
    resourcing.add_loads(draft, [load], step, lambda quantity: quantity)
    if columns["origin"] >= 0:
        draft.lines.add(
            source=source, component=columns["origin"], quantity_per=PER_SCALE, quantity_fixed=0, operation=step,
            at_end=False, offset=0, effective_from=-NEVER, effective_to=NEVER, group=-1, rank=1,
        )  # fmt: skip


def _lane_columns(draft: Draft, lane: Lane, row: int, *, rank: int, kind: SourceKind) -> dict[str, Any]:
    place = draft.model.places[row]
    return dict(
        key=len(draft.sources) + 1,
        item_location=row,
        kind=int(kind),
        rank=rank,
        lead_time=max(round_down_half(lane.lead), 0),
        calendar=draft.times.add_calendar(lane.calendars),
        fence=round_down_half(lane.fence) if draft.rules.is_bound(kind) else NO_FENCE,
        **sizes(lane.minimum, lane.multiple, lane.maximum),
        cost=lane.cost or (draft.model.costs.get(place.item, 0.0) if lane.is_purchase else 0.0),
        effective_from=lane.since,
        effective_to=last_end(lane.until, forever=FOREVER),
        origin=draft.place(place.item, lane.origin) if lane.origin else -1,
        output_fixed=0,
        posttime=max(round_down_half(lane.post_time), 0),
        weight=1.0,
    )


def _add_demands(draft: Draft, delivery_places: list[int]) -> None:
    """Add the customers' demands before what confirmed orders need; between equals quantity decides, then name."""
    wants = draft.model.wants
    order = sorted(range(len(wants)), key=lambda row: (wants[row].quantity, wants[row].name))
    keys = {row: key for key, row in enumerate(order)}
    groups = {want.group: number for number, want in enumerate(wants) if want.is_together}
    requirements = draft.demands
    draft.demands = Rows()
    for row, want in enumerate(wants):
        _add_want(draft, want, delivery_places[row], key=keys[row], group=groups.get(want.group, -1))
    confirming.append_requirements(draft.demands, requirements, first_key=len(wants))


def _add_want(draft: Draft, want: Want, delivery_place: int, *, key: int, group: int) -> None:
    quantity, ahead = max(want.quantity, want.min_shipment), round_down_half(draft.rules.ahead)
    draft.demands.add(
        key=key,
        item_location=delivery_place if delivery_place >= 0 else draft.place(want.item, want.location),
        due=want.due - ahead,
        quantity=units(quantity),
        kind=int(DemandKind.ORDER),
        class_rank=round(want.priority),
        min_shipment=units(want.min_shipment),
        max_lateness=max(round_down_half(want.max_lateness) + ahead, 0),
        group=group if want.is_together else -1,
    )


def _add_places(draft: Draft) -> None:
    pools = {item: number for number, item in enumerate(sorted(draft.model.globally_bought))}
    for row, place in enumerate(draft.model.places):
        varying = isinstance(place.minimum, Steps)
        draft.places.add(
            key=row,
            on_hand=units(_ENDLESS if place.is_endless else place.on_hand),
            safety_stock=0 if isinstance(place.minimum, Steps) else units(place.minimum),
            safety_steps=draft.times.add_steps(place.minimum) if isinstance(place.minimum, Steps) else -1,
            order_up_to=0 if varying else units(place.maximum),
            autofence=round_down_half(draft.rules.autofence),
            pool=pools.get(place.item, -1) if place.location else -1,
            search=int(draft.searches.get(row, SourceSearch.RANK)),
        )


def _build(draft: Draft) -> Problem:
    return Problem(
        now=draft.model.now,
        horizon_end=max(END, draft.model.now + 1),
        item_locations=draft.places.build(ItemLocations),
        sources=draft.sources.build(Sources),
        demands=draft.demands.build(Demands),
        calendars=draft.times.build_calendars(),
        step_functions=draft.times.build_functions(),
        bom_lines=draft.lines.build(BomLines),
        co_products=draft.co_products.build(CoProducts),
        operations=draft.steps.build(Operations),
        receipts=draft.receipts.build(Receipts),
        **resourcing.build_tables(draft),
    )
