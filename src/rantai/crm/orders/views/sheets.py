"""What the pages of orders and invoices show, as frozen rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rantai.crm.orders.actions import invoicing
from rantai.crm.orders.actions.confirming import say_unpromised
from rantai.crm.orders.models import Invoice, SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import drafts, orders, stages, timeline, tracking, units
from rantai.crm.orders.views import standing, ways
from rantai.crm.orders.views.tables import INVOICE_KINDS, INVOICE_STATES
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.kernel import texts
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.ui import formats, gauges, shapes


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One order line as the pages show it."""

    id: int
    number: int
    code: str
    name: str
    quantity: str
    unit: str
    unit_price: str
    discount: str
    amount: str
    margin: str
    requested_on: date | None
    promised_on: date | None
    p80_on: date | None
    basis: str
    stage: str
    is_late: bool
    is_overdue: bool
    note: str
    problem: str
    slices: Sequence[str]
    leans: Sequence[standing.Lean]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """The dates of a line, wherever they were read."""

    requested_on: date | None = None
    promised_on: date | None = None
    p80_on: date | None = None
    basis: str = ""
    problem: str = ""
    slices: tuple[str, ...] = ()


def describe_order(order: SalesOrder, *, offer: messages.Offer | None, user: User, today: date) -> dict[str, Any]:
    """Return the context of an order's page; `offer` is what operations would promise for a draft."""
    lines = orders.list_lines(order.pk)
    schedule = {row.line_id: row for row in ScheduleLine.objects.filter(order=order)}
    dates = _read_offer(lines, schedule, offer, today) if offer else _read_schedule(order, schedule, today)
    names, leans = units.name_units(), standing.list_leanings(order, user=user, today=today)
    shown = [
        _show_line(
            line, schedule.get(line.pk), dates.get(line.pk, Dates()), order, names=names, user=user, today=today,
            leans=leans.get(line.pk, ()),
        )
        for line in lines
    ]  # fmt: skip
    days = [day for row in shown for day in (row.requested_on, row.promised_on, row.p80_on)]
    holds = orders.list_holds(order.pk)
    past = tracking.read_past(order) if order.number else {}
    return {
        "house": "customers",
        "order": order,
        "ref": DocRef("sales_order", order.pk),
        "lines": shown,
        "scale": gauges.Scale.around(days, today=today),
        "steps": standing.list_steps(order, lines, schedule, past, today=today),
        "answer": standing.answer(order, shown, is_held=bool(holds), today=today),
        "lede": standing.say_why(shown, schedule, past, today=today) if order.state == "confirmed" else "",
        "figures": standing.list_figures(order, shown, schedule, past, user=user, today=today),
        "late_lines": standing.list_late(shown) if order.state == "confirmed" else [],
        "holds": holds,
        "facts": standing.list_facts(order),
        "sees_margin": user.has_perm(access.SEES_COST),
        "invoices": [show_invoice(row) for row in Invoice.objects.filter(order=order).order_by("id")],
        "can_invoice": order.state in {"confirmed", "closed"} and bool(invoicing.list_unbilled(order)),
        "entries": timeline.list_entries(order),
        "channel": str(standing.CHANNELS[order.channel]),
        "tracking_url": tracking.find_url(order),
        "is_draft": order.state == "draft",
        "is_open": order.state == "confirmed",
    }


def show_quote(
    priced: drafts.PricedDraft, offer: messages.Offer, shown_ways: Mapping[int, Sequence[ways.Way]], *, today: date
) -> dict[str, Any]:
    """Return what a draft that was not written yet would cost, when it would come, and what else could be done."""
    names = units.name_units()
    offered = {line.line: line for line in offer.lines}
    rows: list[dict[str, Any]] = []
    for place, line in enumerate(priced.lines):
        dates = _of_offer(line.item.code, line.requested_on, offered.get(place), today)
        rows.append(
            {
                "code": line.item.code,
                "name": texts.pick(line.item.name),
                "quantity": formats.quantity(line.quantity, names.get(line.unit_code, line.unit_code)),
                "unit_price": formats.money(line.unit_price, priced.currency),
                "amount": formats.money(line.net, priced.currency),
                "dates": dates,
                "is_late": bool(dates.promised_on and dates.promised_on > line.requested_on),
                "kept_back": ways.say_kept_back(offered.get(place), today),
                "ways": shown_ways.get(place, ()),
            }
        )
    days = [day for row in rows for day in (row["dates"].requested_on, row["dates"].promised_on, row["dates"].p80_on)]
    return {
        "rows": rows,
        "scale": gauges.Scale.around(days, today=today),
        "facts": [
            shapes.Fact(_("Net"), Money(priced.document.net, priced.currency)),
            *(
                shapes.Fact(code.terms.code or _("Tax"), Money(code.tax, priced.currency))
                for code in priced.document.codes
            ),
            shapes.Fact(_("Total"), Money(priced.document.gross, priced.currency), strong=True, rule=True),
        ],
        "basis": offer.basis,
        "last_on": max((row["dates"].promised_on for row in rows if row["dates"].promised_on), default=None),
        "late": sum(row["is_late"] for row in rows),
        "problems": [row["dates"].problem for row in rows if row["dates"].problem],
    }


def _read_offer(
    lines: Sequence[SalesOrderLine], schedule: dict[int, ScheduleLine], offer: messages.Offer, today: date
) -> dict[int, Dates]:
    offered = {line.line: line for line in offer.lines}
    return {
        line.pk: _of_offer(line.item.code, schedule[line.pk].requested_on, offered.get(line.pk), today)
        for line in lines
        if line.pk in schedule
    }


def _of_offer(code: str, requested_on: date, line: messages.OfferLine | None, today: date) -> Dates:
    if line is None:
        return Dates(requested_on=requested_on)
    return Dates(
        requested_on=requested_on,
        promised_on=max((part.promised_on for part in line.slices), default=None),
        p80_on=max((part.p80_on for part in line.slices), default=None),
        basis=str(standing.BASES.get(line.slices[-1].basis, "")) if line.slices else "",
        problem=say_unpromised(code, line) if line.unpromised else "",
        slices=tuple(
            _say_slice(part.units.amount, part.promised_on, today) for part in line.slices if len(line.slices) > 1
        ),
    )


def _read_schedule(order: SalesOrder, schedule: dict[int, ScheduleLine], today: date) -> dict[int, Dates]:
    """Read the copy; where the promise is still on its way, ask operations what it is. What is cancelled has no day."""
    fresh = {}
    if any(row.promise_revision == 0 and row.demand_id for row in schedule.values()):
        fresh = {status.key.line: status for status in iscm.list_demand_status(DocRef("sales_order", order.pk))}
    dates = {}
    for line_id, row in schedule.items():
        if row.units == row.cancelled:
            continue
        known = fresh.get(line_id) if row.promise_revision == 0 else None
        basis = known.basis if known else row.basis
        dates[line_id] = Dates(
            requested_on=row.requested_on,
            promised_on=known.promised_on if known else row.promised_on,
            p80_on=known.p80_on if known else row.p80_on,
            basis=str(standing.BASES.get(basis, "")),
            slices=tuple(
                _say_slice(part["units"], date.fromisoformat(part["promised_on"]), today)
                for part in row.slices
                if len(row.slices) > 1
            ),
        )
    return dates


def _show_line(
    line: SalesOrderLine, row: ScheduleLine | None, dates: Dates, order: SalesOrder, *, names: dict[str, str],
    user: User, today: date, leans: Sequence[standing.Lean],
) -> Line:  # fmt: skip
    return Line(
        id=line.pk,
        number=line.number,
        code=line.item.code,
        name=texts.pick(line.item.name),
        quantity=formats.quantity(line.quantity),
        unit=names.get(line.unit_code, line.unit_code),
        unit_price=formats.amount(line.unit_price, order.currency),
        discount=formats.percent(line.discount / 10_000) if line.discount else "",
        amount=formats.amount(orders.priced_amount(line), order.currency),
        margin="" if not user.has_perm(access.SEES_COST) else _line_margin(order, line),
        requested_on=dates.requested_on,
        promised_on=dates.promised_on,
        p80_on=dates.p80_on,
        basis=dates.basis,
        stage=str(stages.NAMES.get(row.milestone, "")) if row and order.state != "draft" else "",
        is_late=bool(dates.promised_on and dates.requested_on and dates.promised_on > dates.requested_on),
        is_overdue=_is_overdue(order, row, dates, today),
        note=_say_progress(row, line) if row else "",
        problem=dates.problem,
        slices=dates.slices,
        leans=leans,
    )


def _is_overdue(order: SalesOrder, row: ScheduleLine | None, dates: Dates, today: date) -> bool:
    if row is None or dates.promised_on is None or order.state != "confirmed":
        return False
    return dates.promised_on < today and row.delivered + row.cancelled < row.units


def _say_progress(row: ScheduleLine, line: SalesOrderLine) -> str:
    parts = []
    if row.fulfilled and row.fulfilled < row.units - row.cancelled:
        parts.append(_("%(units)s shipped") % {"units": formats.quantity(row.fulfilled)})
    if row.cancelled:
        parts.append(_("%(units)s cancelled") % {"units": formats.quantity(row.cancelled)})
    if row.returned:
        parts.append(_("%(units)s came back") % {"units": formats.quantity(row.returned)})
    return ", ".join(parts)


def _say_slice(units: int, day: date, today: date) -> str:
    return _("%(units)s on %(day)s") % {
        "units": formats.quantity(Quantity(units)),
        "day": formats.day(day, today=today),
    }


def _line_margin(order: SalesOrder, line: SalesOrderLine) -> str:
    net = orders.base_amount(order, line.net)
    cost = line.unit_cost * line.units // 10_000
    return formats.percent((net - cost) / net) if net else "–"


def show_invoice(row: Invoice) -> dict[str, Any]:
    """Return what a row of a short list of invoices shows."""
    lamp, word = INVOICE_STATES[row.state]
    return {
        "id": row.pk,
        "number": row.number,
        "kind": INVOICE_KINDS[row.kind],
        "issued_on": row.issued_on,
        "lamp": lamp,
        "state": word,
        "total": formats.money(row.total, row.currency),
    }
