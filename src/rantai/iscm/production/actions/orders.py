"""Plan, release, cancel and close production orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from rantai.foundation.items.models import Item, Source
from rantai.foundation.parties import actions as parties
from rantai.iscm import events
from rantai.iscm.inventory.actions import work
from rantai.iscm.production import states
from rantai.iscm.production.models import ProductionComponent, ProductionOrder, ProductionPeg, ProductionStep
from rantai.iscm.production.queries import orders, walk
from rantai.iscm.production.queries.structure import Ways
from rantai.kernel import audit, changes, outbox, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

PEG_KIND = "production_order"


class NotMade(ValueError):
    """An item that its location has no way to make."""

    def __init__(self, item: Item) -> None:
        self.item = item
        super().__init__(
            _("%(item)s cannot be made here: it has no source of the kind 'make'. Add one on the item's page.")
            % {"item": item.code}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PegDraft:
    """A demand that the order is made for, as facts to its house name it."""

    demand_id: int
    order_kind: str
    order_id: int
    line: int
    schedule: int
    number: str
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductionDraft:
    """Units to make at a site by the end of a day; the same cause twice is one order."""

    company_id: int
    item_id: int
    location_id: int
    units: int
    due_on: date
    cause: DocRef
    source_id: int | None = None
    pegs: tuple[PegDraft, ...] = ()
    supplies_id: int | None = None
    """The component of another order that it is made for."""


def plan_order(draft: ProductionDraft, ways: Ways, *, at: datetime, by: str) -> ProductionOrder:
    """Write an order that nobody has released yet, with bill and routing as they are now. Raises NotMade.

    Days are counted back from the due day; work that should have begun before today begins today.
    """
    require_transaction()
    known = orders.find_by_cause(draft.cause)
    if known is not None:
        return known
    way = _find_way(draft, ways)
    today = walk.day_of(int(at.timestamp()) + 1, way.zone)
    due_on = max(draft.due_on, today)
    starts = walk.plan_back(way.work, units=draft.units, due_on=due_on, zone=way.zone)
    begin = starts[0] if starts else way.working.subtract(due_on, way.lead_time_days)
    order = ProductionOrder.objects.create(
        company_id=draft.company_id, item_id=draft.item_id, location_id=draft.location_id, units=draft.units,
        source_id=way.source_id, bill_id=way.bill_id, routing_id=way.routing_id,
        start_on=min(max(begin, today), due_on), due_on=due_on, cause_kind=draft.cause.kind,
        cause_id=draft.cause.id, cause_line=draft.cause.line, supplies_id=draft.supplies_id, planned_at=at,
        planned_by=by, changed_seq=changes.next_change(),
    )  # fmt: skip
    _copy_bill(order, way, starts, today)
    _copy_routing(order, way, ways)
    _write_pegs(order, draft.pegs)
    audit.record(order.ref, action="planned", by=by)
    return order


def release_order(
    order: ProductionOrder, *, revision: int | None = None, policy_id: int | None = None, at: datetime, by: str
) -> ProductionOrder:
    """Let an order go to the shop floor: from now on it is supply, and its parts are held as they are there.

    Raises IllegalTransition, RevisionConflict. Records ProductionChanged; its handler holds the parts, so that no
    part is taken that a customer was promised.
    """
    require_transaction()
    _require_revision(order, revision)
    number = order.number or parties.next_number(order.company_id, "production_order")
    touch(order, number=number, released_at=at, policy_id=policy_id)
    states.order.move(order, "released")
    audit.record(order.ref, action="released", by=by, changes={"number": ["", number]})
    announce(order)
    return order


def release_tree(
    root: ProductionOrder, *, revision: int | None = None, policy_id: int | None = None, at: datetime, by: str
) -> list[ProductionOrder]:
    """Release an order and the planned ones that make its components, those deepest down first."""
    require_transaction()
    _require_revision(root, revision)
    tree = orders.lock_orders(order.pk for order in orders.list_tree(root))
    rows = [row for row in reversed(tree) if row.state == "planned"]
    return [release_order(row, policy_id=policy_id, at=at, by=by) for row in rows]


def lock_order(order_id: int) -> ProductionOrder:
    """Return one order, locked."""
    require_transaction()
    return orders.lock_order(order_id)


def lock_step(order_id: int, position: int) -> tuple[ProductionOrder, ProductionStep]:
    """Return an order, locked, with its k-th step."""
    order = lock_order(order_id)
    return order, ProductionStep.objects.get(order=order, position=position)


def cancel_order(order: ProductionOrder, *, revision: int | None = None, at: datetime, by: str) -> list[int]:
    """Cancel an order that is not finished: what was held is free, what was issued goes back to stock.

    Orders that make its components are cancelled with it while nobody has begun them. Returns the ids of all that
    were cancelled. Raises IllegalTransition. Records ProductionChanged for each.
    """
    require_transaction()
    _require_revision(order, revision)
    cancelled = [order.pk]
    for below in ProductionOrder.objects.filter(supplies__order=order, state__in=["planned", "released"]).order_by(
        "id"
    ):
        cancelled += cancel_order(below, at=at, by=by)
    states.order.move(order, "cancelled")
    touch(order, ended_at=at)
    ProductionPeg.objects.filter(order=order, ended_at=None).update(ended_at=at)
    audit.record(order.ref, action="cancelled", by=by)
    announce(order)
    for component in orders.list_components(order):
        holder = DocRef(PEG_KIND, order.pk, component.pk)
        work.free_stock(holder, at=at)
        work.take_back(holder, reason="issue", company_id=order.company_id, at=at, by=by)
    ProductionComponent.objects.filter(order=order).update(reserved=0, issued=0)
    return cancelled


def close_order(order: ProductionOrder, *, revision: int | None = None, at: datetime, by: str) -> None:
    """End a finished order: nothing can be taken back any more. Raises IllegalTransition."""
    require_transaction()
    _require_revision(order, revision)
    states.order.move(order, "closed")
    touch(order, ended_at=at)
    audit.record(order.ref, action="closed", by=by)


def end_pegs(demand_id: int, *, at: datetime) -> None:
    """Note that a demand no longer waits for what is being made."""
    require_transaction()
    ProductionPeg.objects.filter(demand_id=demand_id, ended_at=None).update(ended_at=at)


def note_asked(component: ProductionComponent, *, units: int) -> None:
    """Note that purchasing was asked for units of a component."""
    require_transaction()
    ProductionComponent.objects.filter(pk=component.pk).update(asked=units)


def touch(order: ProductionOrder, **values: object) -> None:
    """Write what an act adds to an order; each act is a new revision. The caller holds the order's lock."""
    order.revision += 1
    order.changed_seq = changes.next_change()
    for name, value in values.items():
        setattr(order, name, value)
    ProductionOrder.objects.filter(pk=order.pk).update(revision=order.revision, changed_seq=order.changed_seq, **values)


def announce(order: ProductionOrder) -> None:
    """Say that an order moved, so that slots, parts and promises follow."""
    outbox.record(
        events.ProductionChanged(
            production_order_id=order.pk, item_id=order.item_id, location_id=order.location_id, state=order.state,
            good=order.good,
        )
    )  # fmt: skip


def announce_milestone(
    order: ProductionOrder, milestone: str, *, units: int | None = None, at: datetime, position: int = 0, of: int = 0
) -> None:
    """Tell the customers whose demand waits for an order that it reached a stage; raises nothing where nobody waits.

    `units` limits what is told to what there is, the first pegged first.
    """
    rest = order.units if units is None else units
    facts = []
    for peg in orders.list_pegs(order):
        told = min(rest, peg.units)
        rest -= told
        if told:
            facts.append(
                events.MilestoneReached(
                    order_kind=peg.order_kind, order_id=peg.order_id_of, line=peg.line, schedule=peg.schedule,
                    demand_id=peg.demand_id, milestone=milestone, at=at, units=told, position=position, of=of,
                )
            )  # fmt: skip
    outbox.record(*facts)


def _require_revision(order: ProductionOrder, revision: int | None) -> None:
    if revision is not None and revision != order.revision:
        raise revisions.RevisionConflict(order, revision, order.revision)


def _find_way(draft: ProductionDraft, ways: Ways) -> walk.Way:
    source = ways.get_source(draft.source_id) if draft.source_id else None
    if source is None and draft.source_id:
        source = Source.objects.filter(pk=draft.source_id, archived_at=None).first()
    way = ways.to_way(source, draft.location_id) if source else ways.find_way(draft.item_id, draft.location_id)
    if way is None or way.kind != "make":
        raise NotMade(Item.objects.get(pk=draft.item_id))
    return way


def _copy_bill(order: ProductionOrder, way: walk.Way, starts: Sequence[date], today: date) -> None:
    begin = dict(zip((work.step for work in way.work), starts, strict=True))
    merged: dict[tuple[int, int], ProductionComponent] = {}
    for part in way.parts:
        operation = part.operation if part.operation in begin else 0
        row = merged.setdefault(
            (part.item_id, operation),
            ProductionComponent(
                order=order, item_id=part.item_id, position=part.position, operation=operation, needed=0,
                needed_on=max(begin.get(operation, order.start_on), today),
            ),
        )  # fmt: skip
        row.needed += part.needed(order.units)
    ProductionComponent.objects.bulk_create(merged.values())


def _copy_routing(order: ProductionOrder, way: walk.Way, ways: Ways) -> None:
    if way.routing_id is None:
        return
    steps = ways.list_steps(way.routing_id)
    ProductionStep.objects.bulk_create(
        ProductionStep(
            order=order,
            step=step.step,
            position=position,
            of=len(steps),
            name=step.name,
            resource=step.resource,
            planned_seconds=work.seconds(order.units),
            is_milestone=step.is_milestone,
        )
        for position, (step, work) in enumerate(zip(steps, way.work, strict=True), start=1)
    )


def _write_pegs(order: ProductionOrder, pegs: Sequence[PegDraft]) -> None:
    ProductionPeg.objects.bulk_create(
        ProductionPeg(
            order=order, demand_id=peg.demand_id, order_kind=peg.order_kind, order_id_of=peg.order_id, line=peg.line,
            schedule=peg.schedule, number=peg.number, units=peg.units,
        )
        for peg in pegs
    )  # fmt: skip
