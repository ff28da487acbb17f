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
from rantai.crm.orders.actions import describing, holding
from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking
from rantai.crm.orders.queries.drafts import LineProblem, OrderRefused
from rantai.foundation.parties import actions as series
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.kernel import audit, clock, outbox, revisions, statements
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.kernel.transitions import IllegalTransition


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
    offered = {(line.line, line.schedule): line for line in offer.lines}
    lines = [
        describing.describe_line(
            order, row, offer=offered.get((row.line_id, row.number)), location_id=row.ships_from_id
        )
        for row in schedule
    ]
    demand = describing.describe_order(order, lines, by=by, as_of=as_of)
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
    holding.require_release(order)
    with outbox.gather():
        recorded = iscm.record_demand(replace(prepared.demand, number=number)) if schedule else ()
        outbox.record(events.OrderConfirmed(sales_order_id=order.pk, number=number, line_count=order.line_count))
    note_demands(schedule, recorded)
    accounts.note_order(order.account_id, at=order.ordered_at)
    audit.record(DocRef("sales_order", order.pk), action="confirmed", by=by, changes={"number": ["", number]})
    return Confirmation(order=order, schedule=schedule, recorded=recorded)


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
    noted = [(rows[one.key].pk, one.demand_id, one.revision) for one in recorded]
    told, values = statements.list_rows(noted, "bigint", "bigint", "integer")
    statements.send(
        f"WITH told(id, demand, revision) AS ({told})"  # noqa: S608 (placeholders only)
        " UPDATE crm_orders_scheduleline SET demand_id = told.demand, demand_revision = told.revision"
        " FROM told WHERE crm_orders_scheduleline.id = told.id",
        values,
    )


def _fix_rate(order: SalesOrder, as_of: datetime) -> int:
    if order.currency == order.company.currency:
        return parties.ONE
    day = clock.business_date(as_of, order.company.zone)
    return parties.find_rate(order.currency, order.company.currency, day) or order.rate
