"""Make an order firm: number, promise taken, demand recorded, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from rantai.crm import events
from rantai.crm.accounts import actions as accounts
from rantai.crm.orders import states
from rantai.crm.orders.models import OrderHold, SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking, orders
from rantai.crm.orders.queries.drafts import LineProblem, OrderRefused
from rantai.foundation.parties import actions as series
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.kernel import audit, clock, money, outbox, revisions, statements
from rantai.kernel.compiled import Compiled
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


class OrderHeld(Exception):
    """An order that somebody must release first."""

    def __init__(self, order: SalesOrder, hold: OrderHold) -> None:
        self.order, self.hold = order, hold
        super().__init__(
            _("This order is held (%(reason)s). Somebody who may release holds has to let it go.")
            % {"reason": hold.reason or hold.kind}
        )


class CreditExceeded(Exception):
    """An order that would take its customer above the credit limit; amounts in the company's currency."""

    def __init__(self, order: SalesOrder, exposure: int, limit: int) -> None:
        self.order, self.exposure, self.limit = order, exposure, limit
        currency = order.company.currency
        super().__init__(
            _("With this order the customer would owe %(exposure)s; the limit is %(limit)s. Ask finance to release it.")
            % {"exposure": money.Money(exposure, currency), "limit": money.Money(limit, currency)}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """An order that has just become firm, with what operations recorded for its schedule lines."""

    order: SalesOrder
    schedule: Sequence[ScheduleLine]
    recorded: tuple[messages.RecordedDemand, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedOrder:
    """A draft with the dates that operations offered, and what they will be told of it but for its number."""

    order: SalesOrder
    schedule: Sequence[ScheduleLine]
    demand: messages.DemandOrder


def prepare_order(asked: asking.AskedOrder, *, by: str, as_of: datetime) -> PreparedOrder:
    """Do what needs no lock before the transaction: a long order would hold SQLite's one writer with it.

    Raises IllegalTransition, and OrderRefused where units of a line cannot be promised.
    """
    order, schedule, offer = copy(asked.order), asked.schedule, asked.offer
    if order.state != "draft":
        raise IllegalTransition(str(order), order.state, "confirmed", states.ORDERS.ways[order.state])
    refuse_unpromised(schedule, offer)
    order.rate = _fix_rate(order, as_of)
    demand = _describe_demand(order, schedule, offer, by=by, as_of=as_of)
    return PreparedOrder(order=order, schedule=schedule, demand=demand)


def confirm_order(prepared: PreparedOrder, *, expected_revision: int, by: str, as_of: datetime) -> Confirmation:
    """Confirm a draft and take what operations offered; records OrderConfirmed.

    The lines were read when dates were asked; every edit moves the revision, so that the first statement, which locks
    the order, refuses lines that have changed since. Locks the order, then operations' rows. Raises RevisionConflict,
    IllegalTransition, OrderHeld, CreditExceeded.
    """
    require_transaction()
    # A copy, because a passing database error lets the edge run this again from the same values.
    order, schedule = copy(prepared.order), prepared.schedule
    number = series.next_number(order.company_id, "sales_order")
    step = states.ORDERS.step(order, "confirmed")
    revisions.take(order, expected=expected_revision, number=number, rate=order.rate, confirmed_at=as_of, **step)
    _require_release(order)
    with outbox.gather():
        recorded = iscm.record_demand(replace(prepared.demand, number=number)) if schedule else ()
        outbox.record(events.OrderConfirmed(sales_order_id=order.pk, number=number, line_count=order.line_count))
    note_demands(schedule, recorded)
    accounts.note_order(order.account_id, at=order.ordered_at)
    audit.record(DocRef("sales_order", order.pk), action="confirmed", by=by, changes={"number": ["", number]})
    return Confirmation(order=order, schedule=schedule, recorded=recorded)


def place_hold(order_id: int, *, kind: str, reason: str, amount: int = 0, by: str) -> OrderHold:
    """Hold an order until somebody releases it; a hold of that kind that stands already is kept."""
    require_transaction()
    hold, made = OrderHold.objects.get_or_create(
        order_id=order_id,
        kind=kind,
        released_at=None,
        defaults={"amount": amount, "reason": reason, "placed_at": clock.now(), "placed_by": by},
    )
    if made:
        audit.record(DocRef("sales_order", order_id), action="held", by=by, changes={"hold": ["", kind]})
    return hold


def release_hold(hold: OrderHold, *, by: str) -> None:
    """Let a held order go; a credit hold covers the exposure that it named."""
    require_transaction()
    if OrderHold.objects.filter(pk=hold.pk, released_at=None).update(released_at=clock.now(), released_by=by):
        audit.record(DocRef("sales_order", hold.order_id), action="released", by=by, changes={"hold": [hold.kind, ""]})


def refuse_unpromised(
    schedule: Sequence[ScheduleLine], offer: messages.Offer, *, codes: Mapping[int, str] | None = None
) -> None:
    """Raise OrderRefused where operations cannot promise every unit of a line.

    `codes` are those of items, by id, that are offered in place of a line's own.
    """
    others = codes or {}
    rows = {(row.line_id, row.number): row for row in schedule}
    problems = [
        LineProblem(
            line=rows[line.line, line.schedule].line.number - 1,
            field="item",
            text=say_unpromised(others.get(line.item_id) or rows[line.line, line.schedule].line.item.code, line),
        )
        for line in offer.lines
        if line.unpromised
    ]
    if problems:
        raise OrderRefused(problems)


def say_unpromised(code: str, line: messages.OfferLine) -> str:
    """Say why units stay without a date, and what can be done."""
    texts = {
        "no_source": _("%(item)s has no source: nobody makes, buys or moves it. Add a source, or choose another item."),
        "blocked": _("%(item)s is blocked and takes no new orders. Choose another item."),
        "unknown_item": _("Operations do not know %(item)s. Choose an item from the list."),
        "not_stocked": _("%(item)s is not supplied from stock. Choose another item."),
    }
    fallback = _("%(units)s of %(item)s cannot be promised. Order less, or choose another item.")
    return texts.get(line.reason, fallback) % {"item": code, "units": line.unpromised}


def note_demands(schedule: Sequence[ScheduleLine], recorded: Sequence[messages.RecordedDemand]) -> None:
    """Keep the ids and revisions under which operations recorded schedule lines."""
    rows = {asking.key_of(row): row for row in schedule}
    if not recorded:
        return
    values = [part for one in recorded for part in (rows[one.key].pk, one.demand_id, one.revision)]
    told = statements.list_values(len(recorded), "bigint", "bigint", "integer")
    statements.send(
        f"WITH told(id, demand, revision) AS ({told})"  # noqa: S608 (placeholders only)
        " UPDATE crm_orders_scheduleline SET demand_id = told.demand, demand_revision = told.revision"
        " FROM told WHERE crm_orders_scheduleline.id = told.id",
        values,
    )


def stake_of(order: SalesOrder, row: ScheduleLine) -> messages.Stake:
    """Return what is at stake with a schedule line, in the company's currency."""
    net = orders.base_amount(order, row.line.net)
    per_unit = money.round_half_up(net * 10_000, row.line.units) if row.line.units else 0
    return messages.Stake(
        margin_per_unit=per_unit - row.line.unit_cost,
        lifetime_value=order.account.lifetime_value or 0,
        churn_sensitivity=order.account.churn_sensitivity,
    )


_HOLDS = Compiled(lambda order_id: OrderHold.objects.filter(order_id=order_id))


def _require_release(order: SalesOrder) -> None:
    holds = _HOLDS.read(order.pk)
    for hold in holds:
        if hold.released_at is None:
            raise OrderHeld(order, hold)
    limit = order.account.credit_limit
    if limit is None:
        return
    exposed = orders.exposure(order)
    covered = max((hold.amount for hold in holds if hold.kind == "credit"), default=0)
    if exposed > max(limit, covered):
        raise CreditExceeded(order, exposed, limit)


def _fix_rate(order: SalesOrder, as_of: datetime) -> int:
    if order.currency == order.company.currency:
        return parties.ONE
    day = clock.business_date(as_of, order.company.zone)
    return parties.find_rate(order.currency, order.company.currency, day) or order.rate


def _describe_demand(
    order: SalesOrder, schedule: Sequence[ScheduleLine], offer: messages.Offer, *, by: str, as_of: datetime
) -> messages.DemandOrder:
    offered = {(line.line, line.schedule): line for line in offer.lines}
    return messages.DemandOrder(
        company_id=order.company_id,
        ref=DocRef("sales_order", order.pk),
        number=order.number,
        party_id=order.party_id,
        demand_class=order.account.demand_class,
        lines=tuple(
            messages.DemandLine(
                key=asking.key_of(row),
                item_id=row.line.item_id,
                units=Quantity(row.units),
                requested_on=row.requested_on,
                ships_complete=order.ships_complete,
                address_id=order.ship_to_id,
                location_id=row.ships_from_id,
                stake=stake_of(order, row),
                offer=offered.get((row.line_id, row.number)),
            )
            for row in schedule
        ),
        as_of=as_of,
        by=by,
    )
