"""Tell customers what happened to their order and what happens next, in their language; each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from rantai.crm.orders.actions import links
from rantai.crm.orders.models import Invoice, SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import causes, orders, stages, units
from rantai.foundation.documents.models import Comment
from rantai.foundation.messages import actions as messages
from rantai.iscm import events, milestones, reports
from rantai.iscm.messages import DemandStatus
from rantai.kernel import clock, texts
from rantai.kernel.refs import DocRef
from rantai.ui import formats

TOLD_STAGES = frozenset(
    {
        milestones.PICKING,
        milestones.PACKED,
        milestones.HANDED_TO_CARRIER,
        milestones.IN_TRANSIT,
        milestones.DELIVERED,
        milestones.MATERIAL_ORDERED,
        milestones.MATERIAL_ARRIVED,
        milestones.PRODUCTION_STARTED,
        milestones.OPERATION_FINISHED,
        milestones.QUALITY_PASSED,
        milestones.PASSED_TO_PARTNER,
        milestones.PARTNER_ACCEPTED,
        milestones.PARTNER_PACKED,
    }
)
"""Stages with a letter of their own; 'order received' tells the first two."""


def tell_received(order: SalesOrder, statuses: Sequence[DemandStatus]) -> None:
    """Confirm the order with the date promised for each line."""
    promised = {status.key.line: status.promised_on for status in statuses}
    with override(order.party.language):
        lines = [
            _describe(line, line.quantity, promised.get(line.pk), order=order) for line in orders.list_lines(order.pk)
        ]
        known = [day for day in promised.values() if day]
        values = {"lines": "\n".join(lines), "total": formats.money(order.total, order.currency)}
        values["promised_on"] = _day(max(known, default=None), order)
        _queue(order, "order.received", subject="received", values=values)


def tell_exchanged(
    order: SalesOrder, pairs: Mapping[int, int], *, statuses: Sequence[DemandStatus], revision: int
) -> None:
    """Say which item comes in whose place and when; `pairs` are new line → exchanged line."""
    promised = {status.key.line: status.promised_on for status in statuses}
    lines = {line.pk: line for line in orders.list_lines(order.pk)}
    with override(order.party.language):
        goods = [
            _("%(new)s, instead of %(old)s")
            % {
                "new": _describe(lines[new], lines[new].quantity, promised.get(new), order=order),
                "old": _name(lines[old]),
            }
            for new, old in pairs.items()
        ]
        values = {"lines": "\n".join(goods), "total": formats.money(order.total, order.currency)}
        _queue(order, "order.exchanged", subject=f"exchanged:{revision}", values=values)


def tell_promise_moved(
    order: SalesOrder, row: ScheduleLine, *, before: date, after: date, cause: str, revision: int
) -> None:
    """Say that a line comes on another day, why, and what was promised before."""
    with override(order.party.language):
        values = {
            "item": _name(row.line),
            "before": _day(before, order),
            "after": _day(after, order),
            "cause": causes.say_cause(cause),
        }
        _queue(order, "order.promise_moved", subject=f"promise:{row.pk}:{revision}", values=values)


def tell_date_lost(order: SalesOrder, row: ScheduleLine, *, before: date, cause: str, revision: int) -> None:
    """Say that the promised day of a line cannot be kept and that there is no other one yet."""
    with override(order.party.language):
        values = {"item": _name(row.line), "before": _day(before, order), "cause": causes.say_cause(cause)}
        _queue(order, "order.date_lost", subject=f"promise:{row.pk}:{revision}", values=values)


def tell_date_found(order: SalesOrder, row: ScheduleLine, *, after: date, revision: int) -> None:
    """Say that a line whose day was lost has one again."""
    with override(order.party.language):
        values = {"item": _name(row.line), "after": _day(after, order)}
        _queue(order, "order.date_found", subject=f"promise:{row.pk}:{revision}", values=values)


def tell_stage(order: SalesOrder, row: ScheduleLine, told: Sequence[events.MilestoneReached]) -> None:
    """Say that a shipment, or a line made or passed on, reached a stage; nothing for stages without letter.

    That goods left is told with their delivery note, as soon as it is printed.
    """
    told = _leave_out_unseen(order, told)
    if told and told[0].milestone in TOLD_STAGES and not told[0].note_follows:
        _write_stage(order, row, told, attachments=())


def tell_handed_over(
    order: SalesOrder, row: ScheduleLine, told: Sequence[events.MilestoneReached], *, note: int | None
) -> None:
    """Say that goods left, with their delivery note where there is one."""
    _write_stage(order, row, told, attachments=(note,) if note else ())


def _write_stage(
    order: SalesOrder,
    row: ScheduleLine,
    told: Sequence[events.MilestoneReached],
    *,
    attachments: Sequence[int],
) -> None:
    fact = told[0]
    subject = f"shipment:{fact.shipment_id}" if fact.shipment_id else f"line:{row.line_id}:{row.number}"
    if fact.of:
        subject += f":{fact.position}"
    with override(order.party.language):
        values = {
            "lines": "\n".join(_list_goods(order, told)),
            "carrier": fact.carrier or _("our carrier"),
            "tracking": fact.tracking or "–",
            "promised_on": _day(row.promised_on, order),
            "step": str(fact.position),
            "steps": str(fact.of),
        }
        _queue(
            order,
            f"order.{fact.milestone}",
            subject=f"{fact.milestone}:{subject}",
            values=values,
            attachments=attachments,
        )


def tell_cancelled(order: SalesOrder) -> None:
    """Say that what had not left yet is cancelled."""
    with override(order.party.language):
        rows = ScheduleLine.objects.filter(order=order, cancelled__gt=0).select_related("line__item").order_by("id")
        goods = [_describe(row.line, _typed(row.line, row.cancelled), None, order=order) for row in rows]
        _queue(order, "order.cancelled", subject="cancelled", values={"lines": "\n".join(goods)})


def tell_return_authorized(order: SalesOrder, row: reports.ReturnView) -> None:
    """Say that goods may come back, where to, and under which number."""
    lines = {line.pk: line for line in orders.list_lines(order.pk)}
    with override(order.party.language):
        goods = [
            _describe(lines[part.line], _typed(lines[part.line], part.units.amount), None, order=order)
            for part in row.lines
        ]
        values = {"lines": "\n".join(goods), "return": row.number, "site": row.site}
        _queue(order, "order.return_authorized", subject=f"return:{row.id}", values=values)


def tell_answer(order: SalesOrder, said: Comment, *, asked: str) -> None:
    """Send what we wrote to the customer, with what was asked."""
    with override(order.party.language):
        values = {"text": said.text, "asked": asked or "–"}
        _queue(order, "order.answered", subject=f"answer:{said.pk}", values=values)


def tell_billed(invoice: Invoice, *, attachments: Sequence[int]) -> None:
    """Send an invoice or a credit note with its paper."""
    order = invoice.order
    key = "invoice.issued" if invoice.kind == "invoice" else "invoice.credited"
    with override(order.party.language):
        values = {
            "invoice": invoice.number,
            "corrects": invoice.corrects.number if invoice.corrects else "",
            "total": formats.money(invoice.total, invoice.currency),
            "due_on": _day(invoice.due_on, order),
        }
        _queue(order, key, subject=f"invoice:{invoice.pk}", values=values, attachments=attachments)


def _queue(
    order: SalesOrder, key: str, *, subject: str, values: Mapping[str, str], attachments: Sequence[int] = ()
) -> None:
    messages.queue_message(
        company_id=order.company_id,
        key=key,
        party_id=order.party_id,
        ref=DocRef("sales_order", order.pk),
        values={
            "order": order.number,
            "reference": order.customer_reference or "–",
            "link": links.get_tracking_url(order.pk, party_id=order.party_id),
            **values,
        },
        dedupe_key=f"sales_order:{order.pk}:{subject}",
        attachments=attachments,
    )


def _leave_out_unseen(order: SalesOrder, told: Sequence[events.MilestoneReached]) -> Sequence[events.MilestoneReached]:
    """Leave out that made goods are fetched: after 'quality passed' the customer next sees them packed."""
    if told[0].milestone != milestones.PICKING:
        return told
    items = {line.pk: line.item for line in orders.list_lines(order.pk)}
    return [
        fact
        for fact in told
        if milestones.PICKING in stages.list_stages(decoupling=items[fact.line].decoupling, basis="")
    ]


def _list_goods(order: SalesOrder, told: Sequence[events.MilestoneReached]) -> list[str]:
    lines = {line.pk: line for line in orders.list_lines(order.pk)}
    goods = [(lines[fact.line], fact.units) for fact in told]
    return [_describe(line, _typed(line, units), None, order=order) for line, units in goods]


def _describe(line: SalesOrderLine, quantity: int, promised_on: date | None, *, order: SalesOrder) -> str:
    unit = units.name_units().get(line.unit_code, line.unit_code)
    text = f"{formats.quantity(quantity, unit)} · {_name(line)}"
    return f"{text} · {_day(promised_on, order)}" if promised_on else text


def _name(line: SalesOrderLine) -> str:
    name = texts.pick(line.item.name)
    return f"{name} ({line.item.code})" if name else line.item.code


def _typed(line: SalesOrderLine, units: int) -> int:
    return units * line.factor_denominator // line.factor_numerator


def _day(day: date | None, order: SalesOrder) -> str:
    today: datetime = clock.now()
    return formats.day(day, today=clock.business_date(today, order.company.zone), style="long")
