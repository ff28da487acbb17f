"""What waits for a buyer, and the few figures by which the loop shows the suppliers' side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.kernel.money import Money
from rantai.kernel.needs import Figure, Need
from rantai.kernel.refs import DocRef
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseRequisition, PurchaseScheduleLine
from rantai.srm.buying.queries import figures
from rantai.ui import formats

SHOWN = 20
WEEKS = timedelta(days=28)


def list_needs(on: date) -> Iterator[Need]:
    """Yield requisitions to decide, orders to approve or send, answers overdue, changes to ask; worst first each."""
    yield from _requisitions(on)
    yield from _late_orders(on)
    yield from _drafts()
    yield from _approved()
    yield from _unanswered(on)
    yield from _unasked()


def list_figures(on: date) -> tuple[Figure, ...]:
    """Return lines confirmed as asked, orders waiting for an answer, and lines late, with their parts in words."""
    url = reverse("srm_buying:orders")
    confirmed, answered = _count_confirmed(on)
    waiting = figures.list_unanswered(on=on).count()
    sent = PurchaseOrder.objects.filter(state__in=states.AWAITED).count()
    late, awaited = figures.list_late(on=on).count(), figures.list_awaited().count()
    return (
        Figure(
            code="srm.confirmed_as_asked",
            label=_("Confirmed for the day asked"),
            value=formats.percent(confirmed / answered) if answered else "",
            of=_("%(part)s of %(whole)s lines answered in four weeks")
            % {"part": formats.number(confirmed), "whole": formats.number(answered)},
            url=url,
        ),
        Figure(
            code="srm.waiting",
            label=_("Wait for an answer"),
            value=formats.number(waiting) if sent else "",
            of=_("overdue, of %(whole)s orders with suppliers") % {"whole": formats.number(sent)},
            url=f"{url}?waits=1",
        ),
        Figure(
            code="srm.late",
            label=_("Lines late"),
            value=formats.number(late) if awaited else "",
            of=_("of %(whole)s lines on order") % {"whole": formats.number(awaited)},
            url=f"{url}?late=1",
            is_hurt=late > 0,
        ),
    )


def _requisitions(on: date) -> Iterator[Need]:
    rows = PurchaseRequisition.objects.filter(state="open").select_related("item__base_unit", "supplier", "company")
    for row in rows.order_by("order_on", "-value_at_stake", "id")[:SHOWN]:
        facts = {
            "quantity": formats.quantity(row.units, row.item.base_unit.code),
            "item": row.item.code,
            "supplier": row.supplier.name if row.supplier else _("a supplier to choose"),
        }
        days = {"order_on": formats.day(row.order_on, today=on), "due_on": formats.day(row.due_on, today=on)}
        yield Need(
            kind="requisition",
            house="suppliers",
            title=_("Buy %(quantity)s %(item)s from %(supplier)s") % facts,
            why=_("Needed on %(due_on)s, order by %(order_on)s") % days,
            permission="purchasing.edit",
            url=reverse("srm_buying:requisition", args=[row.pk]),
            ref=DocRef("purchase_requisition", row.pk),
            stake=Money(row.value_at_stake, row.company.currency) if row.value_at_stake else None,
            due_on=row.order_on,
            is_hurt=row.order_on < on,
            accept_url=reverse("srm_buying:accept", args=[row.pk]) if row.supplier_id else "",
            change_url=reverse("srm_buying:requisition", args=[row.pk]),
            dismiss_url=reverse("srm_buying:dismiss", args=[row.pk]),
        )


def _late_orders(on: date) -> Iterator[Need]:
    late = figures.list_late(on=on).filter(line__order__state__in=states.AWAITED)
    found: dict[int, list[PurchaseScheduleLine]] = {}
    for row in late.select_related("line__order__supplier", "line__item").order_by("requested_on", "id")[:200]:
        found.setdefault(row.line.order_id, []).append(row)
    for rows in list(found.values())[:SHOWN]:
        order, n = rows[0].line.order, len(rows)
        said = ngettext("%(order)s: %(n)s line comes late", "%(order)s: %(n)s lines come late", n)
        yield _about(
            order,
            kind="late_purchase",
            title=said % {"order": order, "n": n},
            why=_("%(supplier)s, first %(item)s, asked for %(day)s")
            % {
                "supplier": order.supplier.name,
                "item": rows[0].line.item.code,
                "day": formats.day(rows[0].requested_on, today=on),
            },
            is_hurt=True,
            due_on=rows[0].requested_on,
        )


def _drafts() -> Iterator[Need]:
    for order in _orders(Q(state="draft")):
        title = _("Approve the order to %(supplier)s") % {"supplier": order.supplier.name}
        yield _about(order, kind="approve_purchase", title=title, why="", permission="purchasing.approve")


def _approved() -> Iterator[Need]:
    for order in _orders(Q(state="approved")):
        title = _("Send %(order)s to %(supplier)s") % {"order": order, "supplier": order.supplier.name}
        yield _about(order, kind="send_purchase", title=title, why=_("It is approved and not sent yet"))


def _unanswered(on: date) -> Iterator[Need]:
    for order in figures.list_unanswered(on=on).select_related("supplier").order_by("answer_due_on", "id")[:SHOWN]:
        title = _("%(supplier)s has not answered %(order)s") % {"supplier": order.supplier.name, "order": order}
        due = formats.day(order.answer_due_on, today=on)
        yield _about(
            order,
            kind="unanswered_purchase",
            title=title,
            why=_("The answer was due on %(day)s") % {"day": due},
            due_on=order.answer_due_on,
        )


def _unasked() -> Iterator[Need]:
    rows = PurchaseChangeRequest.objects.filter(state="proposed").values_list("schedule__line__order_id", flat=True)
    for order in _orders(Q(pk__in=rows)):
        title = _("Ask %(supplier)s to change %(order)s") % {"supplier": order.supplier.name, "order": order}
        yield _about(order, kind="ask_change", title=title, why=_("Less is needed, or at another time"))


def _orders(condition: Q) -> Iterator[PurchaseOrder]:
    yield from PurchaseOrder.objects.filter(condition).select_related("supplier").order_by("-total", "id")[:SHOWN]


def _about(
    order: PurchaseOrder,
    *,
    kind: str,
    title: str,
    why: str,
    permission: str = "purchasing.edit",
    is_hurt: bool = False,
    due_on: date | None = None,
) -> Need:
    return Need(
        kind=kind,
        house="suppliers",
        title=title,
        why=why,
        permission=permission,
        url=reverse("srm_buying:order", args=[order.pk]),
        ref=DocRef("purchase_order", order.pk),
        stake=Money(order.total, order.currency),
        is_hurt=is_hurt,
        due_on=due_on,
    )


def _count_confirmed(on: date) -> tuple[int, int]:
    rows = PurchaseScheduleLine.objects.filter(
        line__order__answered_at__date__gte=on - WEEKS, first_committed_on__isnull=False, root=None
    )
    kept = rows.filter(first_committed_on__lte=F("requested_on"), committed__gte=F("ordered") - F("cancelled"))
    return kept.count(), rows.count()
