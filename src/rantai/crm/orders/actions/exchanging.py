"""Let another item stand for a line of a confirmed order: what has not left is ordered anew, on its own line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.crm.orders.actions import capturing, describing
from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import asking, drafts, orders
from rantai.iscm import messages
from rantai.kernel import clock, inserts
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef

CAUSE = "exchanged"
Exchange = tuple[ScheduleLine, drafts.PricedLine]
"""The schedule line that is given up, and what was priced in its place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Another item for what has not left of a line; `quantity` is the line's whole, what has left included."""

    line: SalesOrderLine
    schedule: ScheduleLine | None
    item_id: int
    quantity: int
    requested_on: date | None

    @property
    def left(self) -> int:
        """What has left already, in the line's unit."""
        gone = self.schedule.fulfilled if self.schedule else 0
        return gone * self.line.factor_denominator // self.line.factor_numerator


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLine:
    """A line that stands for an exchanged one from now on."""

    schedule: ScheduleLine
    replaced: SalesOrderLine
    key: messages.DemandKey
    offer: messages.OfferLine | None


def price_items(order: SalesOrder, wanted: Sequence[Wanted], *, as_of: datetime) -> list[drafts.PricedLine]:
    """Price the other items as new lines of the order would be; raises OrderRefused with every problem."""
    if not wanted:
        return []
    problems = [problem for one in wanted for problem in _find_problems(one)]
    if problems:
        raise drafts.OrderRefused(problems)
    today = clock.business_date(as_of, order.company.zone)
    draft = OrderDraft(
        company_id=order.company_id, party_id=order.party_id, ship_to_id=order.ship_to_id, currency=order.currency,
        territory_id=order.territory_id, lines=tuple(_draft(one, today) for one in wanted), as_of=as_of, by="",
    )  # fmt: skip
    try:
        priced = drafts.price_draft(draft).lines
    except drafts.OrderRefused as refused:
        raise drafts.OrderRefused([_place(problem, wanted) for problem in refused.problems]) from refused
    problems = [
        _say(one, "item", _("%(item)s is not supplied from stock. Choose another item.") % {"item": line.item.code})
        for one, line in zip(wanted, priced, strict=True)
        if not line.is_stocked
    ]
    if problems:
        raise drafts.OrderRefused(problems)
    return list(priced)


def sketch_lines(order: SalesOrder, exchanges: Sequence[Exchange], offer: messages.Offer) -> list[NewLine]:
    """Return the new lines unwritten; their demand is called the next life of the one that it would replace."""
    rows = _make_schedule(order, sketch_new_lines(order, exchanges), exchanges)
    keys = [replace(asking.key_of(old), generation=old.generation + 1) for old, _priced in exchanges]
    return _match(exchanges, rows, keys, offer)


def add_lines(order: SalesOrder, exchanges: Sequence[Exchange], offer: messages.Offer) -> list[NewLine]:
    """Write the lines that stand for exchanged ones from now on."""
    if not exchanges:
        return []
    rows = inserts.add(_make_schedule(order, inserts.add(sketch_new_lines(order, exchanges)), exchanges))
    return _match(exchanges, rows, [asking.key_of(row) for row in rows], offer)


def describe_added(order: SalesOrder, added: Sequence[NewLine], *, by: str, as_of: datetime) -> messages.DemandOrder:
    """Return what operations are told of the lines that stand for others."""
    return describing.describe_order(order, (_describe(order, one) for one in added), by=by, as_of=as_of)


def _describe(order: SalesOrder, one: NewLine) -> messages.DemandLine:
    offer = replace(one.offer, line=one.key.line, schedule=one.key.schedule) if one.offer else None
    replaces = str(DocRef("sales_order", order.pk, one.replaced.pk))
    return describing.describe_line(order, one.schedule, offer=offer, key=one.key, replaces=replaces)


def _match(
    exchanges: Sequence[Exchange], rows: Sequence[ScheduleLine], keys: Sequence[messages.DemandKey],
    offer: messages.Offer,
) -> list[NewLine]:  # fmt: skip
    offered = {(line.line, line.schedule): line for line in offer.lines}
    return [
        NewLine(schedule=row, replaced=old.line, key=key, offer=offered.get((old.line_id, old.number)))
        for (old, _priced), row, key in zip(exchanges, rows, keys, strict=True)
    ]


def sketch_new_lines(order: SalesOrder, exchanges: Sequence[Exchange]) -> list[SalesOrderLine]:
    """Return the lines that would stand for exchanged ones, unwritten."""
    last = max(line.number for line in orders.list_lines(order.pk))
    return [capturing.make_line(order, number, one) for number, (_old, one) in enumerate(exchanges, start=last + 1)]


def _make_schedule(
    order: SalesOrder, lines: Sequence[SalesOrderLine], exchanges: Sequence[Exchange]
) -> list[ScheduleLine]:
    return [
        ScheduleLine(order=order, line=line, units=one.units, requested_on=one.requested_on)
        for line, (_old, one) in zip(lines, exchanges, strict=True)
    ]


def _draft(one: Wanted, today: date) -> OrderLineDraft:
    """A day that nobody typed and that has gone by is 'as soon as possible', which is today."""
    assert one.schedule is not None
    asked = one.requested_on or one.schedule.requested_on
    return OrderLineDraft(
        item_id=one.item_id,
        quantity=Quantity(one.quantity - one.left),
        unit_code=one.line.unit_code,
        requested_on=max(asked, today) if asked == one.schedule.requested_on else asked,
    )


def _find_problems(one: Wanted) -> list[drafts.LineProblem]:
    if one.schedule is None:
        return [_say(one, "item", _("This line is a service or a charge: only goods are exchanged."))]
    gone = Quantity(one.schedule.fulfilled)
    if gone and one.quantity <= one.left:
        text = _("%(units)s are on their way already, and what has left is not exchanged: a return takes it back.")
        return [_say(one, "item", text % {"units": gone})]
    if one.left * one.line.factor_numerator != gone.amount * one.line.factor_denominator:
        text = _("%(units)s are on their way already, no whole number of the line's unit. Wait until the line is sent.")
        return [_say(one, "item", text % {"units": gone})]
    return []


def _say(one: Wanted, field: str, text: str) -> drafts.LineProblem:
    return drafts.LineProblem(line=one.line.number - 1, field=field, text=text)


def _place(problem: drafts.LineProblem, wanted: Sequence[Wanted]) -> drafts.LineProblem:
    """Say of the order's line what was found of its place on the draft."""
    if problem.line < 0:
        return problem
    field = "item" if problem.field in ("unit", "unit_price") else problem.field
    return _say(wanted[problem.line], field, problem.text)
