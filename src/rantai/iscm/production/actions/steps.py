"""Start and finish the steps of an order, and the order with its last one."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from rantai.foundation.locations import queries as locations
from rantai.iscm import milestones
from rantai.iscm.inventory import queries as stock
from rantai.iscm.inventory.actions import lots, moves
from rantai.iscm.production import states
from rantai.iscm.production.actions import components, orders
from rantai.iscm.production.models import ProductionComponent, ProductionOrder, ProductionStep
from rantai.iscm.production.queries import orders as queries
from rantai.kernel import audit, money
from rantai.kernel.quantities import SCALE, Quantity
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


class StepOutOfTurn(Exception):
    """A step that begins before the one in front of it has ended."""

    def __init__(self, step: ProductionStep, before: ProductionStep) -> None:
        self.step, self.before = step, before
        super().__init__(
            _("Step %(k)s cannot begin: step %(before)s is not finished. Finish that first.")
            % {"k": step.position, "before": before.position}
        )


class WrongUnits(ValueError):
    """Good and lost units that cannot have come out of a step."""

    def __init__(self, most: int, told: int) -> None:
        self.most, self.told = most, told
        super().__init__(
            _("%(told)s units cannot come out of a step that %(most)s went into. Enter %(most)s or fewer in all.")
            % {"told": Quantity(told), "most": Quantity(most)}
        )


class StepsOpen(Exception):
    """An order that is finished before its steps are."""

    def __init__(self, order: ProductionOrder, step: ProductionStep) -> None:
        self.order, self.step = order, step
        super().__init__(
            _("%(order)s is not finished: step %(k)s of %(n)s is open. Finish it first.")
            % {"order": order, "k": step.position, "n": step.of}
        )


class NothingGood(Exception):
    """An order of which every unit was lost."""

    def __init__(self, order: ProductionOrder) -> None:
        self.order = order
        super().__init__(_("No good unit came out of %(order)s. Cancel it, and plan another.") % {"order": order})


class MarkMissing(ValueError):
    """Goods that are tracked, without the lot or the numbers that they are tracked by."""

    def __init__(self, order: ProductionOrder, good: int) -> None:
        self.order, self.good = order, good
        text = (
            _("%(item)s is tracked by lot: enter the lot that these units get.")
            if order.item.tracking == "lot"
            else _("%(item)s is tracked by serial number: enter %(units)s different numbers, one a line.")
        )
        super().__init__(text % {"item": order.item.code, "units": Quantity(good)})


def start_order(order: ProductionOrder, *, at: datetime, by: str) -> None:
    """Begin work on a released order: its first parts leave stock. Raises ComponentsShort, IllegalTransition.

    Records ProductionChanged, and MilestoneReached (production started) for the customers who wait.
    """
    require_transaction()
    parts = _components_of(order, queries.list_steps(order)[:1])
    components.require_parts(order, parts)
    states.order.move(order, "started")
    components.issue_components(order, parts, at=at, by=by)
    orders.touch(order, started_at=at)
    audit.record(order.ref, action="started", by=by)
    orders.announce(order)
    orders.announce_milestone(order, milestones.PRODUCTION_STARTED, at=at)


def start_step(order: ProductionOrder, step: ProductionStep, *, at: datetime, by: str) -> None:
    """Begin a step; the first one begins the order, each takes its own parts. A step that runs already is left alone.

    The caller holds the order's lock. Raises StepOutOfTurn, ComponentsShort, IllegalTransition.
    """
    require_transaction()
    if step.state == "running":
        return
    before = ProductionStep.objects.filter(order=order, position=step.position - 1).exclude(state="finished").first()
    if before is not None:
        raise StepOutOfTurn(step, before)
    if order.state not in states.OPEN:
        raise IllegalTransition(str(order), order.state, "started", states.order.ways[order.state])
    components.require_parts(order, _components_of(order, [step]))
    if order.state == "released":
        start_order(order, at=at, by=by)
    components.issue_components(order, _components_of(order, [step]), at=at, by=by)
    states.step.move(step, "running")
    ProductionStep.objects.filter(pk=step.pk).update(started_at=at, started_by=by)
    orders.touch(order)
    audit.record(order.ref, action="step_started", by=by, changes={"step": [None, step.position]})


def finish_step(
    order: ProductionOrder, step: ProductionStep, *, good: int | None = None, scrap: int = 0, at: datetime, by: str
) -> None:
    """End a step with the units that came out of it, all by default; a step that ended before is left alone.

    Begins it where nobody has. Raises WrongUnits. Records MilestoneReached (operation k of n) where customers are told.
    """
    require_transaction()
    if step.state == "finished":
        return
    start_step(order, step, at=at, by=by)
    most = units_into(order, step)
    passed = max(0, most - scrap) if good is None else good
    if passed < 0 or scrap < 0 or passed + scrap > most:
        raise WrongUnits(most, passed + scrap)
    states.step.move(step, "finished")
    step.good, step.scrap = passed, scrap
    ProductionStep.objects.filter(pk=step.pk).update(good=passed, scrap=scrap, finished_at=at, finished_by=by)
    orders.touch(order, scrap=order.scrap + scrap)
    audit.record(
        order.ref, action="step_finished", by=by, changes={"step": [None, step.position], "units": [most, passed]}
    )
    if step.is_milestone:
        orders.announce_milestone(
            order, milestones.OPERATION_FINISHED, units=passed, at=at, position=step.position, of=step.of
        )


def finish_order(
    order: ProductionOrder, *, lot_code: str = "", serials: tuple[str, ...] = (), at: datetime, by: str
) -> ProductionOrder:
    """Bring what passed the last step to stock, at the cost of what was taken into it. The caller holds the lock.

    What it was made for holds it at once. Raises StepsOpen, NothingGood, MarkMissing, ComponentsShort.
    Records ProductionChanged, and MilestoneReached (quality passed) for the customers who wait.
    """
    require_transaction()
    good = _count_good(order)
    _check_marks(order, good, lot_code, serials)
    components.require_parts(order, queries.list_components(order))
    if order.state == "released":
        start_order(order, at=at, by=by)
    components.issue_components(order, at=at, by=by)
    states.order.move(order, "finished")
    lot = lots.find_or_add_lot(order.item_id, lot_code, at=at, origin=order.ref)
    cost = _sum_cost(order, good)
    orders.touch(order, good=good, finished_at=at, unit_cost=cost, lot_id=lot.pk if lot else None)
    audit.record(order.ref, action="finished", by=by, changes={"good": [0, good]})
    orders.announce(order)
    orders.announce_milestone(order, milestones.QUALITY_PASSED, units=good, at=at)
    _post_receipt(order, serials, at=at, by=by)
    _hand_on(order, at=at)
    return order


def reverse_finish(order: ProductionOrder, *, at: datetime, by: str) -> None:
    """Take back what was reported as finished by mistake: the units leave stock, the order runs again.

    Raises IllegalTransition, or NotEnoughStock where the units were used.
    """
    require_transaction()
    states.order.move(order, "started")
    taker = ProductionComponent.objects.select_related("order").filter(made_by=order).first()
    if taker is not None:
        components.free_component(taker, at=at)
    orders.touch(order, good=0, finished_at=None, unit_cost=0)
    audit.record(order.ref, action="reversed", by=by)
    orders.announce(order)
    posted = stock.list_unreversed_moves(order.ref, reason="production")
    moves.post_moves([moves.reverse(move) for move in posted], company_id=order.company_id, at=at, by=by)


def units_into(order: ProductionOrder, step: ProductionStep) -> int:
    """Return the units that go into a step: what the step before let through."""
    before = ProductionStep.objects.filter(order=order, position=step.position - 1).first()
    return before.good if before else order.units


def _components_of(order: ProductionOrder, steps: list[ProductionStep]) -> list[ProductionComponent]:
    """Return the components that steps take; the first step takes those of no step."""
    numbers = {step.step for step in steps} | ({0} if not steps or steps[0].position == 1 else set())
    return [row for row in queries.list_components(order) if row.operation in numbers]


def _count_good(order: ProductionOrder) -> int:
    steps = queries.list_steps(order)
    for step in steps:
        if step.state != "finished":
            raise StepsOpen(order, step)
    good = steps[-1].good if steps else order.units
    if good <= 0:
        raise NothingGood(order)
    return good


def _check_marks(order: ProductionOrder, good: int, lot_code: str, serials: tuple[str, ...]) -> None:
    if order.item.tracking == "lot" and not lot_code:
        raise MarkMissing(order, good)
    if order.item.tracking == "serial" and len(set(serials)) * SCALE != good:
        raise MarkMissing(order, good)


def _sum_cost(order: ProductionOrder, good: int) -> int:
    """Return the cost of one good unit: of all that was issued, lost units included."""
    issued = stock.list_unreversed_moves(order.ref, reason="issue")
    total = sum(move.unit_cost * move.units for move in issued)
    return money.round_half_up(total, good)


def _post_receipt(order: ProductionOrder, serials: tuple[str, ...], *, at: datetime, by: str) -> None:
    source = moves.Account(location_id=locations.get_account(order.company_id, "production"))
    target = moves.Account(location_id=order.location_id)
    marks = serials if order.item.tracking == "serial" else ("",)
    units = SCALE if order.item.tracking == "serial" else order.good
    moves.post_moves(
        [
            moves.Move(
                item_id=order.item_id, units=units, source=source, target=target, lot_id=order.lot_id, serial=serial,
                unit_cost=order.unit_cost, reason="production", ref=order.ref,
            )
            for serial in marks
        ],
        company_id=order.company_id,
        at=at,
        by=by,
    )  # fmt: skip


def _hand_on(order: ProductionOrder, *, at: datetime) -> None:
    """Hold the units for the component that they were made for, before anybody else sees them."""
    if order.supplies_id is None:
        return
    component = ProductionComponent.objects.select_related("order", "item").get(pk=order.supplies_id)
    if component.order.state in states.LIVE:
        components.hold_component(component, units=order.good, at=at)
