"""Ask operations for dates: for an order that is to be confirmed, for one that is to change, for a mere question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import drafts, orders
from rantai.iscm import facade as iscm
from rantai.iscm import messages, reports
from rantai.kernel.compiled import Compiled
from rantai.kernel.quantities import Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleChange:
    """What a schedule line would become: base units still wanted of it in all, and the date.

    With another item the units are those of the item, for what has not left.
    """

    schedule_line_id: int
    units: int
    requested_on: date
    item_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedOrder:
    """A draft as it was read, and the dates that operations offered for it."""

    order: SalesOrder
    schedule: Sequence[ScheduleLine]
    offer: messages.Offer


def ask_order(order_id: int, *, as_of: datetime) -> AskedOrder:
    """Read a draft and ask dates for its lines; reads only, outside any transaction. Raises UnknownOrder."""
    order = next(iter(_ORDERS.read(order_id)), None)
    if order is None:
        raise orders.UnknownOrder(order_id)
    schedule = _SCHEDULES.read(order_id)
    lines = tuple(_ask_line(order, row, units=row.units, requested_on=row.requested_on) for row in schedule)
    offer = _ask(order.company_id, lines, order.account.demand_class, as_of, ())
    return AskedOrder(order=order, schedule=schedule, offer=offer)


def key_of(schedule_line: ScheduleLine) -> messages.DemandKey:
    """Return the name under which operations know a schedule line."""
    return messages.DemandKey(
        kind="sales_order",
        order_id=schedule_line.order_id,
        line=schedule_line.line_id,
        schedule=schedule_line.number,
        generation=schedule_line.generation,
    )


def list_schedule(order_id: int) -> list[ScheduleLine]:
    """Return an order's schedule lines with their line, in the order of their ids."""
    rows = ScheduleLine.objects.filter(order_id=order_id).select_related("line")
    return list(rows.order_by("id"))


def ask_for_draft(priced: drafts.PricedDraft, *, as_of: datetime) -> messages.Offer:
    """Ask dates for lines that were not written yet; their place on the draft stands for the line."""
    ask = _describe_draft(priced, as_of)
    return _ask(ask.company_id, ask.lines, ask.demand_class, as_of, ())


def list_ways(
    priced: drafts.PricedDraft, offer: messages.Offer, *, as_of: datetime
) -> dict[int, tuple[reports.Alternative, ...]]:
    """Return other ways to serve the late lines of a draft, by their place on it, the best first."""
    ask = _describe_draft(priced, as_of)
    found = iscm.list_alternatives(ask, offer=offer) if ask.lines else ()
    return {row.line: row.alternatives for row in found}


def list_order_ways(
    order: SalesOrder, *, as_of: datetime
) -> list[tuple[ScheduleLine, tuple[reports.Alternative, ...]]]:
    """Return other ways to serve the lines of a confirmed order that cannot keep their day, their own supply let go."""
    rows = {
        (row.line_id, row.number): row
        for row in list_schedule(order.pk)
        if row.units > row.fulfilled + row.cancelled and (not row.promised_on or row.promised_on > row.requested_on)
    }
    if not rows:
        return []
    lines = tuple(
        _ask_line(order, row, units=row.units - row.fulfilled - row.cancelled, requested_on=row.requested_on)
        for row in rows.values()
    )
    ask = messages.Ask(
        company_id=order.company_id, lines=lines, demand_class=order.account.demand_class, as_of=as_of,
        releasing=tuple(key_of(row) for row in rows.values()),
    )  # fmt: skip
    found = [(rows[one.line, one.schedule], one.alternatives) for one in iscm.list_alternatives(ask)]
    return [(row, tuple(way for way in ways if _helps(way, row))) for row, ways in found]


def _helps(way: reports.Alternative, row: ScheduleLine) -> bool:
    """Leave out a faster source that is no faster than what is promised: it may be where that comes from."""
    return way.kind != "expedite" or row.promised_on is None or way.promised_on < row.promised_on


def _describe_draft(priced: drafts.PricedDraft, as_of: datetime) -> messages.Ask:
    lines = tuple(
        messages.AskLine(
            line=place,
            item_id=line.item.pk,
            units=Quantity(line.units),
            requested_on=line.requested_on,
            address_id=priced.ship_to_id,
            location_id=line.location_id,
        )
        for place, line in enumerate(priced.lines)
        if line.is_stocked
    )
    demand_class = priced.account.demand_class if priced.account else "standard"
    return messages.Ask(company_id=priced.company.pk, lines=lines, demand_class=demand_class, as_of=as_of)


def ask_for_changes(
    order: SalesOrder, schedule: Mapping[int, ScheduleLine], changes: Sequence[ScheduleChange], *, as_of: datetime
) -> messages.Offer:
    """Ask what dates a confirmed order's lines would get if they changed, counting their own supply as free."""
    rows = [(change, schedule[change.schedule_line_id]) for change in changes]
    wanted = [(change, row) for change, row in rows if change.item_id or change.units > row.fulfilled]
    lines = tuple(_ask_change(order, row, change) for change, row in wanted)
    releasing = tuple(key_of(row) for _change, row in wanted)
    return _ask(order.company_id, lines, order.account.demand_class, as_of, releasing)


# What confirming needs and no more: half of the time of a wide row goes into naming its columns.
_ORDER_COLUMNS = (
    "number", "state", "revision", "currency", "rate", "net", "tax", "total", "line_count", "ships_complete",
    "ordered_on", "ordered_at", "customer_reference", "company_id", "party_id", "account_id", "ship_to_id",
    "company__currency", "company__zone", "account__demand_class", "account__credit_limit", "account__open_amount",
    "account__lifetime_value", "account__churn_sensitivity",
)  # fmt: skip
_COLUMNS = (
    "order_id", "line_id", "number", "generation", "units", "cancelled", "requested_on", "ships_from",
    "promised_on", "p80_on", "basis", "milestone", "line__number", "line__item_id", "line__net", "line__units",
    "line__unit_cost",
)  # fmt: skip
_ORDERS = Compiled(
    lambda order_id: SalesOrder.objects.filter(pk=order_id).select_related("company", "account").only(*_ORDER_COLUMNS)
)
_SCHEDULES = Compiled(
    lambda order_id: (
        ScheduleLine.objects.filter(order_id=order_id).select_related("line").only(*_COLUMNS).order_by("id")
    )
)


def _ask(
    company_id: int, lines: tuple[messages.AskLine, ...], demand_class: str, as_of: datetime,
    releasing: tuple[messages.DemandKey, ...],
) -> messages.Offer:  # fmt: skip
    if not lines:
        return messages.Offer(lines=(), plan_revision=None, made_at=as_of, expires_at=as_of)
    return iscm.promise(
        messages.Ask(company_id=company_id, lines=lines, demand_class=demand_class, as_of=as_of, releasing=releasing)
    )


def _ask_change(order: SalesOrder, row: ScheduleLine, change: ScheduleChange) -> messages.AskLine:
    """Ask of another item wherever it is: a site was chosen for the old one."""
    if change.item_id is None:
        return _ask_line(order, row, units=change.units - row.fulfilled, requested_on=change.requested_on)
    line = _ask_line(order, row, units=change.units, requested_on=change.requested_on)
    return replace(line, item_id=change.item_id, location_id=None)


def _ask_line(order: SalesOrder, row: ScheduleLine, *, units: int, requested_on: date) -> messages.AskLine:
    return messages.AskLine(
        line=row.line_id,
        schedule=row.number,
        item_id=row.line.item_id,
        units=Quantity(units),
        requested_on=requested_on,
        address_id=order.ship_to_id,
        location_id=row.ships_from_id,
        allow_partial=not order.ships_complete,
    )
