"""What the page of an order shows, as frozen rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.foundation.access.models import User
from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel.models import AuditEntry
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseScheduleLine
from rantai.srm.buying.queries import figures, lateness, paper
from rantai.srm.buying.views.tables import ORDER_STATES
from rantai.srm.suppliers import queries as suppliers
from rantai.ui import formats, gauges, shapes

STORY = ("draft", "approved", "sent", "confirmed", "received", "closed")
TOLD = {
    "lines_added": gettext_lazy("Lines added"),
    "line_changed": gettext_lazy("Line changed"),
    "approved": gettext_lazy("Approved"),
    "reopened": gettext_lazy("Approval taken back"),
    "note": gettext_lazy("Note changed"),
    "sent": gettext_lazy("Sent to the supplier"),
    "sent_again": gettext_lazy("Sent once more"),
    "answered": gettext_lazy("The supplier answered"),
    "ship_noticed": gettext_lazy("The supplier told where the goods are"),
    "change_proposed": gettext_lazy("Change proposed"),
    "change_asked": gettext_lazy("Change asked of the supplier"),
    "change_withdrawn": gettext_lazy("Change dropped"),
    "units_cancelled": gettext_lazy("Units given up"),
    "received": gettext_lazy("Goods received"),
    "reminded": gettext_lazy("Reminded"),
    "cancelled": gettext_lazy("Cancelled"),
    "closed": gettext_lazy("Closed"),
    "attached": gettext_lazy("File attached"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One schedule as the page shows it."""

    schedule_id: int
    line_id: int
    item: str
    code: str
    ordered: Quantity
    committed: Quantity | None
    received: Quantity
    unit: str
    requested_on: date
    committed_on: date | None
    expected_on: date
    late_days: int | None
    is_late: bool
    is_split: bool
    can_change: bool
    missing: Quantity | None
    amount: str


def describe_order(order: PurchaseOrder, *, today: date, sees_cost: bool) -> dict[str, Any]:
    """Return the context of an order's page."""
    rows = _list_schedules(order)
    lines = [_read_line(row, order, today) for row in rows]
    days = [day for row in rows for day in (row.requested_on, row.committed_on, row.expected_on)]
    proposed = PurchaseChangeRequest.objects.filter(schedule__line__order=order, state__in=["proposed", "asked"])
    return {
        "house": "suppliers",
        "order": order,
        "title": str(order) if order.number else _("Draft %(id)s") % {"id": order.pk},
        "answer": _answer(order, lines, today),
        "is_hurt": any(line.is_late for line in lines),
        "steps": _list_steps(order),
        "lines": lines,
        "scale": gauges.Scale.around(days, today=today),
        "facts": [*_list_facts(order), *(_list_costs(order) if sees_cost else ())],
        "sees_cost": sees_cost,
        "warnings": figures.list_warnings(order) if order.state in states.UNSENT else [],
        "proposed": list(proposed.select_related("schedule__line__item__base_unit").order_by("id")),
        "has_unasked": any(request.state == "proposed" for request in proposed),
        "entries": _list_entries(order),
        "ref": DocRef("purchase_order", order.pk),
        "is_draft": order.state == "draft",
        "is_approved": order.state == "approved",
        "is_unsent": order.state in states.UNSENT,
        "is_awaited": order.state in states.AWAITED,
        "can_close": order.state in ("part_confirmed", "confirmed", "received"),
        "waits": order.state in ("sent", "part_confirmed"),
    }


def name_actor(actor: str) -> str:
    """Return who an actor string stands for."""
    kind, _colon, rest = actor.partition(":")
    if kind == "user" and rest.isdigit():
        return str(User.objects.filter(pk=int(rest)).first() or actor)
    words = {
        "link": _("supplier"),
        "policy": _("by policy"),
        "cron": _("by schedule"),
        "import": _("import"),
        "goods_receipt": _("warehouse"),
    }
    return words.get(kind, _("plan") if actor == "plan" else actor)


def _list_schedules(order: PurchaseOrder) -> Sequence[PurchaseScheduleLine]:
    rows = PurchaseScheduleLine.objects.filter(line__order=order).select_related("line__item__base_unit")
    return [row for row in rows.order_by("line__position", "requested_on", "position") if row.asked or row.received]


def _read_line(row: PurchaseScheduleLine, order: PurchaseOrder, today: date) -> Line:
    item = row.line.item
    is_open = order.state in states.AWAITED and row.open_units > 0
    is_late = is_open and (row.expected_on > row.requested_on or row.expected_on < today)
    missing = row.asked - row.committed if row.committed is not None else 0
    return Line(
        schedule_id=row.pk,
        line_id=row.line_id,
        item=pick(item.name) or item.code,
        code=item.code,
        ordered=Quantity(row.asked),
        committed=None if row.committed is None else Quantity(row.committed),
        received=Quantity(row.received),
        unit=str(item.base_unit),
        requested_on=row.requested_on,
        committed_on=row.committed_on,
        expected_on=row.expected_on,
        late_days=_late_days(row, order, today) if is_late else None,
        is_late=is_late,
        is_split=row.root_id is not None,
        can_change=row.root_id is None and (order.state in states.UNSENT or is_open),
        missing=Quantity(missing) if missing > 0 and order.state in states.AWAITED else None,
        amount=formats.amount(Money(row.line.unit_cost, order.currency).times(Quantity(row.asked))),
    )


def _late_days(row: PurchaseScheduleLine, order: PurchaseOrder, today: date) -> int:
    calendar = suppliers.get_working_days(order.supplier_id)
    return lateness.count_late_days(calendar, due_on=row.requested_on, came_on=max(row.expected_on, today))


def _answer(order: PurchaseOrder, lines: Sequence[Line], today: date) -> str:
    late = sum(line.is_late for line in lines)
    if late:
        return ngettext("%(n)s line comes late", "%(n)s lines come late", late) % {"n": late}
    if order.state == "draft":
        return _("Waits for approval")
    if order.state == "approved":
        return _("Ready to send")
    if order.state == "sent" and order.answered_at is None:
        day = formats.day(order.answer_due_on, today=today)
        return _("Waits for the supplier's answer, due %(day)s") % {"day": day}
    if order.state == "part_confirmed":
        return _("Partly confirmed")
    if order.state in states.AWAITED:
        last = max((line.expected_on for line in lines), default=today)
        return _("Comes in time, complete by %(day)s") % {"day": formats.day(last, today=today)}
    return str(ORDER_STATES[order.state][1])


def _list_steps(order: PurchaseOrder) -> list[shapes.Step]:
    if order.state == "cancelled":
        return [shapes.Step(str(ORDER_STATES["cancelled"][1]), kind="hurt")]
    now = "confirmed" if order.state == "part_confirmed" else order.state
    place = STORY.index(now)
    return [
        shapes.Step(
            str(ORDER_STATES[order.state if index == place else state][1]),
            kind="done" if index < place or now == "closed" else "now" if index == place else "",
        )
        for index, state in enumerate(STORY)
    ]


def _list_facts(order: PurchaseOrder) -> list[shapes.Fact]:
    supplier_url = reverse("srm_suppliers:supplier", args=[order.supplier_id])
    facts = [
        shapes.Fact(_("Supplier"), order.supplier.name, href=supplier_url),
        shapes.Fact(_("Deliver to"), ", ".join(paper.describe_place(order))),
    ]
    if order.drop_for_number:
        facts.append(shapes.Fact(_("For order"), order.drop_for_number))
    if order.payment_term:
        facts.append(shapes.Fact(_("Payment"), pick(order.payment_term.name)))
    if order.answer_due_on and order.answered_at is None:
        facts.append(shapes.Fact(_("Answer due"), order.answer_due_on))
    return facts


def _list_costs(order: PurchaseOrder) -> list[shapes.Fact]:
    facts = []
    if order.rate and order.currency != order.company.currency:
        worth = Money(order.total * order.rate // 1_000_000_000, order.company.currency)
        facts.append(shapes.Fact(_("In our currency"), formats.money(worth)))
    facts.append(shapes.Fact(_("Total"), formats.money(order.total, order.currency), strong=True, rule=True))
    return facts


def _list_entries(order: PurchaseOrder) -> list[shapes.Entry]:
    audits = AuditEntry.objects.filter(ref_kind="purchase_order", ref_id=order.pk, action__in=TOLD).order_by("-id")[:40]
    letters = OutgoingMessage.objects.filter(ref_kind="purchase_order", ref_id=order.pk).order_by("-id")[:20]
    entries = [
        shapes.Entry(
            str(TOLD.get(row.action, row.action)),
            row.at,
            who=name_actor(row.actor),
            house="suppliers",
            quote=_quote(row),
        )
        for row in audits
    ]
    entries += [
        shapes.Entry(_("Letter to %(address)s") % {"address": row.address or "–"}, row.recorded_at, quote=row.subject)
        for row in letters
    ]
    return sorted(entries, key=lambda entry: str(entry.at), reverse=True)


def _quote(row: AuditEntry) -> str:
    pair = row.changes.get("reason")
    return str(pair[1] or "") if pair else ""
