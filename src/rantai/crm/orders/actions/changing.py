"""Change or cancel a confirmed order, and let its supply go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from rantai.crm import events
from rantai.crm.orders import states
from rantai.crm.orders.actions import confirming, headers
from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import asking, drafts, orders
from rantai.crm.pricing import rules as amounts
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.kernel import audit, clock, outbox, revisions
from rantai.kernel.quantities import MAX_AMOUNT, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


@dataclass(frozen=True, kw_only=True, slots=True)
class LineChange:
    """What a line should become: a quantity in the line's unit (zero cancels what is open), a date, or both."""

    line_id: int
    quantity: int | None = None
    requested_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedChange:
    """A change of one line, checked: what it and its schedule line would be."""

    line: SalesOrderLine
    schedule: ScheduleLine | None
    quantity: int
    units: int
    requested_on: date | None

    @property
    def asked(self) -> asking.ScheduleChange | None:
        """What operations are asked, where they supply the line."""
        if self.schedule is None or self.requested_on is None:
            return None
        return asking.ScheduleChange(
            schedule_line_id=self.schedule.pk, units=self.units, requested_on=self.requested_on
        )


def plan_changes(order: SalesOrder, changes: Sequence[LineChange], *, as_of: datetime) -> tuple[PlannedChange, ...]:
    """Check what a customer wants changed, without writing; raises OrderRefused with every problem."""
    lines = {line.pk: line for line in orders.list_lines(order.pk)}
    schedule = {row.line_id: row for row in asking.list_schedule(order.pk)}
    today = clock.business_date(as_of, order.company.zone)
    problems: list[drafts.LineProblem] = []
    planned = []
    for change in changes:
        line = lines.get(change.line_id)
        if line is None:
            problems.append(drafts.LineProblem(line=-1, field="lines", text=_("This order has no such line.")))
            continue
        found = list(_find_problems(line, schedule.get(line.pk), change, today))
        problems += found
        if not found:
            planned.append(_plan(line, schedule.get(line.pk), change))
    if problems:
        raise drafts.OrderRefused(problems)
    return tuple(plan for plan in planned if _differs(plan))


def change_order(
    order_id: int, *, planned: Sequence[PlannedChange], offer: messages.Offer, expected_revision: int, by: str,
    as_of: datetime,
) -> SalesOrder:  # fmt: skip
    """Change quantities and dates of a confirmed order, taking the dates that operations offered.

    Records OrderChanged. Raises RevisionConflict, IllegalTransition, OrderRefused.
    """
    require_transaction()
    order = get_confirmed(order_id)
    schedule = asking.list_schedule(order_id)
    confirming.refuse_unpromised(schedule, offer)
    revisions.take(order, expected=expected_revision)
    rows = {row.pk: row for row in schedule}
    demands = describe_changes(planned, rows, offer)
    if demands:
        confirming.note_demands(schedule, iscm.change_demand(demands, as_of=as_of, by=by))
    _write_changes(planned)
    reprice(order)
    headers.refresh(order.pk)
    audit.record(DocRef("sales_order", order.pk), action="changed", by=by, changes=_note(planned))
    outbox.record(events.OrderChanged(sales_order_id=order.pk, revision=order.revision, cancelled=False))
    return order


def cancel_order(order_id: int, *, expected_revision: int, by: str, as_of: datetime) -> SalesOrder:
    """Cancel what has not left yet: the order is cancelled, or closed where a part was delivered.

    Records OrderChanged. Raises RevisionConflict, IllegalTransition.
    """
    require_transaction()
    order = orders.get_locked(order_id)
    if order.state not in {"draft", "confirmed"}:
        raise IllegalTransition(str(order), order.state, "cancelled", states.ORDERS.ways[order.state])
    was_confirmed = order.state == "confirmed"
    revisions.take(order, expected=expected_revision, ended_at=as_of)
    if was_confirmed:
        iscm.cancel_demands(DocRef("sales_order", order.pk), by, as_of=as_of)
    schedule = ScheduleLine.objects.filter(order=order)
    schedule.update(cancelled=F("units") - F("fulfilled"))
    if schedule.filter(fulfilled__gt=0).exists():
        _drop_cancelled(order)
        states.ORDERS.move(order, "closed")
    else:
        states.ORDERS.move(order, "cancelled")
    headers.refresh(order.pk)
    audit.record(DocRef("sales_order", order.pk), action="cancelled", by=by)
    if was_confirmed:
        outbox.record(events.OrderChanged(sales_order_id=order.pk, revision=order.revision, cancelled=True))
    return order


def reprice(order: SalesOrder) -> None:
    """Work the amounts of an order out again after quantities changed; prices and tax terms stay."""
    lines = orders.list_lines(order.pk)
    priced = [
        amounts.extend_line(line.unit_price, line.quantity, discount=line.discount, currency=order.currency)
        for line in lines
    ]
    document = orders.work_out(lines, priced, currency=order.currency)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE crm_orders_salesorderline SET net = %s, tax = %s WHERE id = %s",
            [(amount.net, amount.tax, line.pk) for line, amount in zip(lines, document.lines, strict=True)],
        )
    order.net, order.tax, order.total = document.net, document.tax, document.gross
    SalesOrder.objects.filter(pk=order.pk).update(net=order.net, tax=order.tax, total=order.total)


def get_confirmed(order_id: int) -> SalesOrder:
    """Return a confirmed order and hold its row until the transaction ends; raises IllegalTransition."""
    order = orders.get_locked(order_id)
    if order.state != "confirmed":
        raise IllegalTransition(str(order), order.state, "changed", states.ORDERS.ways[order.state])
    return order


def _find_problems(
    line: SalesOrderLine, row: ScheduleLine | None, change: LineChange, today: date
) -> list[drafts.LineProblem]:
    place = line.number - 1
    problems = []
    wanted = line.quantity if change.quantity is None else change.quantity
    if not 0 <= wanted <= MAX_AMOUNT:
        text = _("A quantity is zero (cancelled) or more, and at most %(most)s.")
        problems.append(
            drafts.LineProblem(line=place, field="quantity", text=text % {"most": f"{MAX_AMOUNT // 10_000:,}"})
        )
    elif wanted * line.factor_numerator % line.factor_denominator:
        text = _("This quantity is finer than the item can be counted. Type a coarser one.")
        problems.append(drafts.LineProblem(line=place, field="quantity", text=text))
    elif row is not None and _units(line, wanted) < row.fulfilled:
        text = _("%(units)s are on their way already. Type that many or more; a return takes the rest back.")
        problems.append(
            drafts.LineProblem(line=place, field="quantity", text=text % {"units": Quantity(row.fulfilled)})
        )
    day = change.requested_on
    if day is not None and row is not None and day != row.requested_on and not today <= day <= today + drafts.FURTHEST:
        text = _("Choose a date from today on, at most five years away.")
        problems.append(drafts.LineProblem(line=place, field="requested_on", text=text))
    return problems


def _units(line: SalesOrderLine, quantity: int) -> int:
    return quantity * line.factor_numerator // line.factor_denominator


def _plan(line: SalesOrderLine, row: ScheduleLine | None, change: LineChange) -> PlannedChange:
    quantity = line.quantity if change.quantity is None else change.quantity
    return PlannedChange(
        line=line,
        schedule=row,
        quantity=quantity,
        units=_units(line, quantity),
        requested_on=(change.requested_on or row.requested_on) if row else None,
    )


def _differs(plan: PlannedChange) -> bool:
    row = plan.schedule
    return plan.quantity != plan.line.quantity or (row is not None and plan.requested_on != row.requested_on)


def describe_changes(
    planned: Sequence[PlannedChange], rows: Mapping[int, ScheduleLine], offer: messages.Offer
) -> tuple[messages.DemandChange, ...]:
    """Return what operations are told of planned changes, each with the dates that they offered."""
    offered = {(line.line, line.schedule): line for line in offer.lines}
    changes = []
    for plan in planned:
        if plan.schedule is None or plan.requested_on is None:
            continue
        row = rows[plan.schedule.pk]
        changes.append(
            messages.DemandChange(
                key=asking.key_of(row),
                expected_revision=row.demand_revision,
                units=Quantity(plan.units),
                requested_on=plan.requested_on,
                offer=offered.get((row.line_id, row.number)),
                cause="customer",
            )
        )
    return tuple(changes)


def _write_changes(planned: Sequence[PlannedChange]) -> None:
    """Fewer units count as cancelled, so that the schedule keeps what was once asked."""
    for plan in planned:
        SalesOrderLine.objects.filter(pk=plan.line.pk).update(quantity=plan.quantity, units=plan.units)
        row = plan.schedule
        if row is not None:
            asked = max(row.units, plan.units)
            ScheduleLine.objects.filter(pk=row.pk).update(
                units=asked, cancelled=asked - plan.units, requested_on=plan.requested_on
            )


def _drop_cancelled(order: SalesOrder) -> None:
    """Bring the lines of a partly delivered order down to what was delivered, and charges stay."""
    for row in asking.list_schedule(order.pk):
        line = row.line
        quantity = row.fulfilled * line.factor_denominator // line.factor_numerator
        SalesOrderLine.objects.filter(pk=line.pk).update(quantity=quantity, units=row.fulfilled)
    reprice(order)


def _note(planned: Sequence[PlannedChange]) -> dict[str, list[str]]:
    noted = {}
    for plan in planned:
        row = plan.schedule
        before = [str(Quantity(plan.line.quantity)), str(row.requested_on if row else "")]
        after = [str(Quantity(plan.quantity)), str(plan.requested_on or "")]
        noted[f"line {plan.line.number}"] = [" · ".join(filter(None, before)), " · ".join(filter(None, after))]
    return noted
