"""Change or cancel a confirmed order, and let its supply go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from rantai.crm import events
from rantai.crm.orders import states
from rantai.crm.orders.actions import confirming, exchanging, headers, holding
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
    """What a line should become: a quantity in the line's unit (zero cancels what is open), a date, another item.

    With another item what has not left is ordered of that item, on a line of its own.
    """

    line_id: int
    quantity: int | None = None
    requested_on: date | None = None
    item_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedChange:
    """A change of one line, checked: what it and its schedule line would be, and what would stand for it."""

    line: SalesOrderLine
    schedule: ScheduleLine | None
    quantity: int
    units: int
    requested_on: date | None
    exchanged: drafts.PricedLine | None = None

    @property
    def wanted_on(self) -> date | None:
        """The day that the customer wants what is still to come."""
        return self.exchanged.requested_on if self.exchanged else self.requested_on

    @property
    def asked(self) -> asking.ScheduleChange | None:
        """What operations are asked, where they supply the line."""
        if self.schedule is None or self.requested_on is None:
            return None
        if self.exchanged is not None:
            return asking.ScheduleChange(
                schedule_line_id=self.schedule.pk, units=self.exchanged.units,
                requested_on=self.exchanged.requested_on, item_id=self.exchanged.item.pk,
            )  # fmt: skip
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
    wanted = []
    for change in changes:
        line = lines.get(change.line_id)
        if line is None:
            problems.append(drafts.LineProblem(line=-1, field="lines", text=_("This order has no such line.")))
            continue
        found = list(_find_problems(line, schedule.get(line.pk), change, today))
        problems += found
        if found:
            continue
        if change.item_id not in (None, line.item_id):
            wanted.append(_want(line, schedule.get(line.pk), change))
        else:
            planned.append(_plan(line, schedule.get(line.pk), change))
    if problems:
        raise drafts.OrderRefused(problems)
    priced = exchanging.price_items(order, wanted, as_of=as_of)
    exchanged = [_plan_exchange(one, line) for one, line in zip(wanted, priced, strict=True)]
    return (*(plan for plan in planned if _differs(plan)), *exchanged)


def change_order(
    order_id: int, *, planned: Sequence[PlannedChange], offer: messages.Offer, expected_revision: int, by: str,
    as_of: datetime,
) -> SalesOrder:  # fmt: skip
    """Change quantities, dates and items of a confirmed order, taking the dates that operations offered.

    What an exchanged item had is let go before the other one takes its own. An order that grows is looked at as when it
    was confirmed. Records OrderChanged, and LinesExchanged where an item was. Raises RevisionConflict,
    IllegalTransition, OrderRefused, OrderHeld, CreditExceeded.
    """
    require_transaction()
    order = get_confirmed(order_id)
    schedule = asking.list_schedule(order_id)
    exchanges = _list_exchanges(planned)
    confirming.refuse_unpromised(schedule, offer, codes=_name_items(planned))
    if order.revision == expected_revision:  # else the next line refuses it
        require_credit(order, planned)
    revisions.take(order, expected=expected_revision, line_count=order.line_count + len(exchanges))
    added = exchanging.add_lines(order, exchanges, offer)
    rows = {row.pk: row for row in schedule}
    demands = describe_changes(planned, rows, offer, refs={one.replaced.pk: one.key for one in added})
    if demands:
        confirming.note_demands(schedule, iscm.change_demand(demands, as_of=as_of, by=by))
    if added:
        recorded = iscm.record_demand(exchanging.describe_added(order, added, by=by, as_of=as_of))
        confirming.note_demands([one.schedule for one in added], recorded)
    _write_changes(planned)
    reprice(order)
    headers.refresh(order.pk)
    audit.record(DocRef("sales_order", order.pk), action="changed", by=by, changes=_note(planned))
    outbox.record(events.OrderChanged(sales_order_id=order.pk, revision=order.revision, cancelled=False))
    if added:
        outbox.record(_tell_exchanged(order, added))
    return order


def describe_trial(
    order: SalesOrder, planned: Sequence[PlannedChange], offer: messages.Offer, *, by: str, as_of: datetime
) -> tuple[tuple[messages.DemandChange, ...], messages.DemandOrder | None]:
    """Return what operations would be told of planned changes: what changes, and what is added for it."""
    rows = {row.pk: row for row in asking.list_schedule(order.pk)}
    changes = describe_changes(planned, rows, offer)
    exchanges = _list_exchanges(planned)
    if not exchanges:
        return changes, None
    sketched = exchanging.sketch_lines(order, exchanges, offer)
    return changes, exchanging.describe_added(order, sketched, by=by, as_of=as_of)


def require_credit(order: SalesOrder, planned: Sequence[PlannedChange]) -> None:
    """Raise OrderHeld or CreditExceeded where an order that grows by changes would not be confirmed as it is then."""
    quantities = {plan.line.pk: plan.quantity for plan in planned}
    lines = list(orders.list_lines(order.pk))
    for line in lines:
        line.quantity = quantities.get(line.pk, line.quantity)
    grown = copy(order)
    grown.total = _work_out([*lines, *exchanging.sketch_new_lines(order, _list_exchanges(planned))], order).gross
    if grown.total > order.total:
        holding.require_release(grown)


def say_changes(planned: Sequence[PlannedChange]) -> str:
    """Say what quantities and items changes come to, for whoever lets them go."""
    return " · ".join(f"{plan.line.item.code} {Quantity(plan.line.quantity)} → {_say(plan)}" for plan in planned)


def _say(plan: PlannedChange) -> str:
    new = plan.exchanged
    return f"{new.item.code} {Quantity(new.quantity)}" if new else str(Quantity(plan.quantity))


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
    document = _work_out(lines, order)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE crm_orders_salesorderline SET net = %s, tax = %s WHERE id = %s",
            [(amount.net, amount.tax, line.pk) for line, amount in zip(lines, document.lines, strict=True)],
        )
    order.net, order.tax, order.total = document.net, document.tax, document.gross
    SalesOrder.objects.filter(pk=order.pk).update(net=order.net, tax=order.tax, total=order.total)


def _work_out(lines: Sequence[SalesOrderLine], order: SalesOrder) -> amounts.DocumentTax:
    priced = [
        amounts.extend_line(line.unit_price, line.quantity, discount=line.discount, currency=order.currency)
        for line in lines
    ]
    return orders.work_out(lines, priced, currency=order.currency)


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


def _want(line: SalesOrderLine, row: ScheduleLine | None, change: LineChange) -> exchanging.Wanted:
    assert change.item_id is not None
    return exchanging.Wanted(
        line=line, schedule=row, item_id=change.item_id, requested_on=change.requested_on,
        quantity=line.quantity if change.quantity is None else change.quantity,
    )  # fmt: skip


def _plan_exchange(one: exchanging.Wanted, priced: drafts.PricedLine) -> PlannedChange:
    """Keep of the line what has left; the rest is the other item's."""
    row = one.schedule
    assert row is not None
    return PlannedChange(
        line=one.line, schedule=row, quantity=one.left, units=row.fulfilled, requested_on=row.requested_on,
        exchanged=priced,
    )  # fmt: skip


def _name_items(planned: Sequence[PlannedChange]) -> dict[int, str]:
    return {plan.exchanged.item.pk: plan.exchanged.item.code for plan in planned if plan.exchanged}


def _list_exchanges(planned: Sequence[PlannedChange]) -> list[exchanging.Exchange]:
    return [(plan.schedule, plan.exchanged) for plan in planned if plan.schedule and plan.exchanged]


def _tell_exchanged(order: SalesOrder, added: Sequence[exchanging.NewLine]) -> events.LinesExchanged:
    return events.LinesExchanged(
        sales_order_id=order.pk,
        revision=order.revision,
        old_lines=tuple(one.replaced.pk for one in added),
        new_lines=tuple(one.schedule.line_id for one in added),
    )


def _differs(plan: PlannedChange) -> bool:
    row = plan.schedule
    return plan.quantity != plan.line.quantity or (row is not None and plan.requested_on != row.requested_on)


def describe_changes(
    planned: Sequence[PlannedChange], rows: Mapping[int, ScheduleLine], offer: messages.Offer,
    *, refs: Mapping[int, messages.DemandKey] | None = None,
) -> tuple[messages.DemandChange, ...]:  # fmt: skip
    """Return what operations are told of planned changes, each with the dates that they offered.

    `refs` name what stands for exchanged lines, by the line's id, where that is written.
    """
    offered = {(line.line, line.schedule): line for line in offer.lines}
    changes = []
    for plan in planned:
        if plan.schedule is None or plan.requested_on is None:
            continue
        row = rows[plan.schedule.pk]
        successor = (refs or {}).get(row.line_id)
        changes.append(
            messages.DemandChange(
                key=asking.key_of(row),
                expected_revision=row.demand_revision,
                units=Quantity(plan.units),
                requested_on=plan.requested_on,
                offer=None if plan.exchanged else offered.get((row.line_id, row.number)),
                cause=exchanging.CAUSE if plan.exchanged else "customer",
                cause_ref=str(DocRef("sales_order", row.order_id, successor.line)) if successor else "",
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
        if plan.exchanged is not None:
            new = plan.exchanged
            before.insert(0, plan.line.item.code)
            after = [new.item.code, str(Quantity(new.quantity)), str(new.requested_on)]
        noted[f"line {plan.line.number}"] = [" · ".join(filter(None, before)), " · ".join(filter(None, after))]
    return noted
