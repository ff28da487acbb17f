"""What waits for a buyer: wishes to order, orders to approve, to send, to ask about; those alike as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.kernel import needs
from rantai.kernel.money import Money
from rantai.kernel.needs import Act, Need, NoSuchNeed, Part, Sheet
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseRequisition
from rantai.srm.buying.queries import figures
from rantai.ui import formats

WISH, WISHES = "requisition", "requisitions"
FEW = 3
"""So many orders of one kind stand one by one; more are one bundle that opens."""
_LINES = 12


@dataclass(frozen=True, slots=True)
class _Kind:
    """Orders that wait for the same thing."""

    code: str
    read: Callable[[date], QuerySet[PurchaseOrder]]
    is_hurt: bool = False


def list_needs(on: date) -> Iterator[Need]:
    """Yield requisitions by supplier, then orders by what they wait for."""
    company = parties.find_company()
    if company is None:
        return
    yield from _list_wishes(company, on)
    for kind in _KINDS.values():
        count, worth = _sum(kind.read(on), company)
        if count > FEW:
            yield _show_orders(kind, count, worth, company)
        elif count:
            for order in _in_order(kind.read(on)):
                yield _show_order(kind, order, on)


def describe_need(key: str, on: date, *, page: int = 1) -> Sheet:
    """Return all there is to know of a need; raises NoSuchNeed where nobody waits for it any more."""
    kind, rest = needs.split_key(key)
    start = (page - 1) * needs.PAGE
    if kind == WISH:
        return _describe_wish(needs.read_id(rest, key), on)
    if kind == WISHES:
        wishes = filter_wishes(key)
        shown = list(_with_masters(wishes).order_by("-value_at_stake", "order_on", "id")[start : start + needs.PAGE])
        if not shown:
            raise NoSuchNeed(key)
        company = parties.get_company()
        bundle = next((need for need in _list_wishes(company, on) if need.key == key), None)
        need = bundle or show_wish(shown[0], on)
        return Sheet(need=need, rows=tuple(show_wish(row, on) for row in shown), total=wishes.count())
    if kind not in _KINDS:
        raise NoSuchNeed(key)
    rows = _KINDS[kind].read(on)
    if rest:
        order = _in_order(rows.filter(pk=needs.read_id(rest, key))).first()
        if order is None:
            raise NoSuchNeed(key)
        return _describe_order(_KINDS[kind], order, on)
    company = parties.get_company()
    count, worth = _sum(rows, company)
    if not count:
        raise NoSuchNeed(key)
    need = _show_orders(_KINDS[kind], count, worth, company)
    page_rows = _in_order(rows)[start : start + needs.PAGE]
    return Sheet(need=need, rows=tuple(_show_order(_KINDS[kind], row, on) for row in page_rows), total=count)


def filter_wishes(key: str) -> QuerySet[PurchaseRequisition]:
    """Return the open requisitions of a bundle's key; raises NoSuchNeed where it is none."""
    kind, rest = needs.split_key(key)
    if kind != WISHES:
        raise NoSuchNeed(key)
    return _open_wishes().filter(supplier_id=needs.read_id(rest, key) or None)


def list_waiting(kind: str, on: date) -> QuerySet[PurchaseOrder]:
    """Return the orders that wait for the same thing; raises NoSuchNeed where nothing is called so."""
    if kind not in _KINDS:
        raise NoSuchNeed(kind)
    return _KINDS[kind].read(on)


def show_wish(row: PurchaseRequisition, on: date) -> Need:
    """Return a requisition as something to decide."""
    unit = str(row.item.base_unit)
    facts = {
        "quantity": formats.quantity(row.units, unit),
        "item": pick(row.item.name) or row.item.code,
        "supplier": row.supplier.name if row.supplier else _("a supplier to choose"),
    }
    days = {"order_on": formats.day(row.order_on, today=on), "due_on": formats.day(row.due_on, today=on)}
    return Need(
        key=f"{WISH}:{row.pk}",
        kind=WISH,
        house="suppliers",
        title=_("Buy %(quantity)s %(item)s from %(supplier)s") % facts,
        why=_("Needed on %(due_on)s, order by %(order_on)s") % days,
        permission="purchasing.edit",
        url=reverse("srm_buying:requisition", args=[row.pk]),
        ref=DocRef("purchase_requisition", row.pk),
        stake=Money(row.value_at_stake, row.company.currency) if row.value_at_stake else _worth(row),
        stake_note=_("at stake") if row.value_at_stake else _("to spend"),
        due_on=row.order_on,
        is_hurt=bool(row.value_at_stake) and row.order_on <= on,
        duty="buyer",
        acts=_list_wish_acts(1, has_supplier=row.supplier_id is not None),
    )


def _list_wishes(company: Company, on: date) -> Iterator[Need]:
    groups = list(
        _open_wishes()
        .order_by()
        .values("supplier_id", name=F("supplier__name"))
        .annotate(
            n=Count("pk"),
            least=Min("id"),
            first=Min("order_on"),
            at_stake=Sum("value_at_stake"),
            cost=Sum(F("units") / 10_000 * F("unit_cost"), filter=Q(currency=company.currency)),
            hurts=Count("pk", filter=Q(value_at_stake__gt=0, order_on__lte=on)),
        )
    )
    lonely = [group["least"] for group in groups if group["n"] == 1]
    singles = {row.pk: row for row in _with_masters(PurchaseRequisition.objects.filter(pk__in=lonely))}
    for group in groups:
        if group["n"] == 1:
            yield show_wish(singles[group["least"]], on)
            continue
        worth = Money(group["at_stake"] or group["cost"] or 0, company.currency)
        facts = {"n": formats.number(group["n"]), "supplier": group["name"] or _("a supplier to choose")}
        yield Need(
            key=f"{WISHES}:{group['supplier_id'] or 0}",
            kind=WISHES,
            house="suppliers",
            title=ngettext("%(n)s requisition for %(supplier)s", "%(n)s requisitions for %(supplier)s", group["n"])
            % facts,
            why=_("The first by %(day)s.") % {"day": formats.day(group["first"], today=on)},
            permission="purchasing.edit",
            url=reverse("srm_buying:requisitions") + "?state=open",
            stake=worth if worth.amount else None,
            stake_note=_("at stake") if group["at_stake"] else _("to spend"),
            due_on=group["first"],
            is_hurt=group["hurts"] > 0,
            count=group["n"],
            duty="buyer",
            acts=_list_wish_acts(group["n"], has_supplier=group["supplier_id"] is not None),
        )


def _list_wish_acts(count: int, *, has_supplier: bool) -> tuple[Act, ...]:
    facts = {"n": formats.number(count)}
    order = _("Order it") if count == 1 else _("Order all %(n)s") % facts
    dismiss = _("Dismiss") if count == 1 else _("Dismiss all %(n)s") % facts
    accept = Act(code="order", label=order, permission="purchasing.edit", key="a", done=_("On a draft order"))
    return (
        *((accept,) if has_supplier else ()),
        Act(code="dismiss", label=dismiss, permission="purchasing.edit", key="d", asks="reason", undo="reopen",
            done=_("Dismissed")),
    )  # fmt: skip


def _describe_wish(pk: int, on: date) -> Sheet:
    row = _with_masters(_open_wishes().filter(pk=pk)).first()
    if row is None:
        raise NoSuchNeed(f"{WISH}:{pk}")
    unit = str(row.item.base_unit)
    facts = [
        (_("Order by"), formats.day(row.order_on, today=on), bool(row.value_at_stake) and row.order_on < on),
        (_("Needed"), formats.day(row.due_on, today=on), False),
        (_("Deliver to"), row.location.name if row.location else row.drop_for_number, False),
    ]
    cost = (_("Unit cost"), formats.money(Money(row.unit_cost, row.currency)) if row.unit_cost else "–", False)
    part = Part(label=_("Asked for"), amount=formats.quantity(row.units, unit), is_total=True)
    return Sheet(need=show_wish(row, on), facts=tuple(facts), costs=(cost,), parts=(part,))


def _show_orders(kind: _Kind, count: int, worth: int, company: Company) -> Need:
    return Need(
        key=kind.code,
        kind=kind.code,
        house="suppliers",
        title=_name_orders(kind.code, count) % {"n": formats.number(count)},
        why=_say_why(kind.code),
        permission=_PERMISSIONS.get(kind.code, "purchasing.edit"),
        url=reverse("srm_buying:orders") + _FILTERS[kind.code],
        stake=Money(worth, company.currency) if worth else None,
        stake_note=_("ordered"),
        is_hurt=kind.is_hurt,
        count=count,
        duty="buyer",
        acts=_list_order_acts(kind.code, count),
    )


def _show_order(kind: _Kind, order: PurchaseOrder, on: date) -> Need:
    facts = {"order": str(order), "supplier": order.supplier.name}
    return Need(
        key=f"{kind.code}:{order.pk}",
        kind=kind.code,
        house="suppliers",
        title=_name_order(kind.code) % facts,
        why=_say_why(kind.code, order, on),
        permission=_PERMISSIONS.get(kind.code, "purchasing.edit"),
        url=reverse("srm_buying:order", args=[order.pk]),
        ref=DocRef("purchase_order", order.pk),
        stake=Money(order.total, order.currency) if order.total else None,
        stake_note=_("ordered"),
        due_on=order.answer_due_on,
        is_hurt=kind.is_hurt,
        duty="buyer",
        acts=_list_order_acts(kind.code, 1),
        revision=order.revision,
    )


def _describe_order(kind: _Kind, order: PurchaseOrder, on: date) -> Sheet:
    lines = list(order.lines.select_related("item__base_unit").order_by("position")[: _LINES + 1])
    parts = [
        Part(
            label=pick(line.item.name) or line.item.code,
            amount=formats.money(Money(line.amount, order.currency)),
            note=formats.quantity(line.ordered, str(line.item.base_unit)),
            tells_cost=True,
        )
        for line in lines[:_LINES]
    ]
    if len(lines) <= _LINES:
        total = formats.money(Money(order.total, order.currency))
        parts.append(Part(label=_("In all"), amount=total, is_total=True, tells_cost=True))
    facts = [
        (_("Supplier"), order.supplier.name, False),
        (_("Deliver to"), order.location.name if order.location else order.drop_for_number, False),
        (_("Answer due"), formats.day(order.answer_due_on, today=on), False),
    ]
    return Sheet(need=_show_order(kind, order, on), facts=tuple(facts), parts=tuple(parts), parts_title=_("Its lines"))


def _list_order_acts(code: str, count: int) -> tuple[Act, ...]:
    facts = {"n": formats.number(count)}
    acts = {
        "approve_purchase": Act(
            code="approve",
            label=_("Approve") if count == 1 else _("Approve all %(n)s") % facts,
            permission="purchasing.approve",
            key="a",
            done=_("Approved"),
        ),
        "send_purchase": Act(
            code="send",
            label=_("Send") if count == 1 else _("Send all %(n)s") % facts,
            permission="purchasing.edit",
            key="a",
            done=_("Sent"),
        ),
        "unanswered_purchase": Act(
            code="remind",
            label=_("Ask again") if count == 1 else _("Ask all %(n)s again") % facts,
            permission="purchasing.edit",
            key="a",
            done=_("Asked again"),
        ),
        "ask_change": Act(
            code="ask",
            label=_("Ask for the change") if count == 1 else _("Ask for all %(n)s changes") % facts,
            permission="purchasing.edit",
            key="a",
            done=_("Asked"),
        ),
    }
    return (acts[code],) if code in acts else ()


def _name_orders(code: str, count: int) -> str:
    return {
        "late_purchase": ngettext("%(n)s purchase order comes late", "%(n)s purchase orders come late", count),
        "approve_purchase": ngettext("%(n)s order to approve", "%(n)s orders to approve", count),
        "send_purchase": ngettext("%(n)s order to send", "%(n)s orders to send", count),
        "unanswered_purchase": ngettext("%(n)s order has no answer", "%(n)s orders have no answer", count),
        "ask_change": ngettext("%(n)s order to ask changes of", "%(n)s orders to ask changes of", count),
    }[code]


def _name_order(code: str) -> str:
    return {
        "late_purchase": _("%(order)s from %(supplier)s comes late"),
        "approve_purchase": _("Approve the order to %(supplier)s"),
        "send_purchase": _("Send %(order)s to %(supplier)s"),
        "unanswered_purchase": _("%(supplier)s has not answered %(order)s"),
        "ask_change": _("Ask %(supplier)s to change %(order)s"),
    }[code]


def _say_why(code: str, order: PurchaseOrder | None = None, on: date | None = None) -> str:
    if code == "unanswered_purchase" and order is not None and on is not None:
        return _("The answer was due on %(day)s") % {"day": formats.day(order.answer_due_on, today=on)}
    if code == "late_purchase" and order is not None:
        count = getattr(order, "late_lines", 0)
        said = ngettext("%(n)s line comes later than asked.", "%(n)s lines come later than asked.", count)
        return said % {"n": formats.number(count)}
    return {
        "late_purchase": _("Goods come later than asked for."),
        "approve_purchase": _("Nothing goes to a supplier before somebody approved it."),
        "send_purchase": _("It is approved and not sent yet"),
        "unanswered_purchase": _("The day for the answer has gone by."),
        "ask_change": _("Less is needed, or at another time"),
    }[code]


def _read_late(on: date) -> QuerySet[PurchaseOrder]:
    late = figures.list_late(on=on).order_by()
    mine = late.filter(line__order=OuterRef("pk")).values("line__order").annotate(n=Count("pk")).values("n")
    rows = PurchaseOrder.objects.filter(pk__in=late.values("line__order"))
    return rows.annotate(late_lines=Subquery(mine, output_field=IntegerField()))


def _read_unasked(on: date) -> QuerySet[PurchaseOrder]:
    rows = PurchaseChangeRequest.objects.filter(state="proposed").values("schedule__line__order_id")
    return PurchaseOrder.objects.filter(pk__in=rows)


def _read_unanswered(on: date) -> QuerySet[PurchaseOrder]:
    rows = figures.list_unanswered(on=on).exclude(reminded_on=on)
    return PurchaseOrder.objects.filter(pk__in=rows.values("pk"))


_KINDS = {
    kind.code: kind
    for kind in (
        _Kind("late_purchase", _read_late),
        _Kind("unanswered_purchase", _read_unanswered),
        _Kind("ask_change", _read_unasked),
        _Kind("approve_purchase", lambda on: PurchaseOrder.objects.filter(state="draft")),
        _Kind("send_purchase", lambda on: PurchaseOrder.objects.filter(state="approved")),
    )
}
_PERMISSIONS = {"approve_purchase": "purchasing.approve"}
_FILTERS = {
    "late_purchase": "?late=1",
    "approve_purchase": "?state=draft",
    "send_purchase": "?state=approved",
    "unanswered_purchase": "?waits=1",
    "ask_change": "?changes=1",
}


def _sum(rows: QuerySet[PurchaseOrder], company: Company) -> tuple[int, int]:
    """Count orders and sum them in the company's currency; one without a rate yet counts with its own amount only
    where it is in that currency."""
    found = list(rows.order_by().values_list("currency", "rate").annotate(n=Count("pk"), total=Sum("total")))
    worth = sum(
        int(total) * (rate or parties.ONE) // parties.ONE
        for currency, rate, _n, total in found
        if rate or currency == company.currency
    )
    return sum(row[2] for row in found), worth


def _open_wishes() -> QuerySet[PurchaseRequisition]:
    return PurchaseRequisition.objects.filter(state="open")


def _with_masters(rows: QuerySet[PurchaseRequisition]) -> QuerySet[PurchaseRequisition]:
    return rows.select_related("item__base_unit", "supplier", "company", "location")


def _in_order(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    return rows.select_related("supplier", "location").order_by("-total", "id")


def _worth(row: PurchaseRequisition) -> Money | None:
    amount = row.units * row.unit_cost // 10_000
    return Money(amount, row.currency) if amount else None
