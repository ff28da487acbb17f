"""What waits for sales, service and finance: late orders, questions, holds, bills, debts; those alike as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import lists, unbilled
from rantai.foundation.documents import queries as documents
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.kernel import needs
from rantai.kernel.money import Money
from rantai.kernel.needs import Act, Need, NoSuchNeed, Sheet, Touched
from rantai.kernel.refs import DocRef
from rantai.kernel.texts import pick
from rantai.ui import formats

FEW = 3
"""So many orders of one kind stand one by one; more are one bundle that opens."""
_LINES = 12
_QUOTED = 200


@dataclass(frozen=True, slots=True)
class _Kind:
    """Orders that wait for the same thing."""

    code: str
    read: Callable[[date], QuerySet[SalesOrder]]
    permission: str
    duty: str
    is_hurt: bool = False


def list_needs(on: date) -> Iterator[Need]:
    """Yield orders that will be late, customers who ask, orders held, then invoices past their day."""
    company = parties.find_company()
    if company is None:
        return
    for kind in _KINDS.values():
        found = _sum_of(kind, on)
        if found[0] > FEW:
            yield _show_many(kind, found, company)
        elif found[0]:
            for order in _in_order(kind.read(on)):
                yield _show_one(kind, order, on)
    yield from _list_debts(on, company)


def describe_need(key: str, on: date, *, page: int = 1) -> Sheet:
    """Return all there is to know of a need; raises NoSuchNeed where nobody waits for it any more."""
    code, rest = needs.split_key(key)
    company = parties.get_company()
    if code == "overdue_invoices":
        found = next(_list_debts(on, company), None)
        if found is None:
            raise NoSuchNeed(key)
        return Sheet(need=found)
    if code not in _KINDS:
        raise NoSuchNeed(key)
    kind = _KINDS[code]
    if rest:
        order = _in_order(kind.read(on).filter(pk=needs.read_id(rest, key))).first()
        if order is None:
            raise NoSuchNeed(key)
        return _describe_one(kind, order, on)
    counted = _sum_of(kind, on)
    if not counted[0]:
        raise NoSuchNeed(key)
    start = (page - 1) * needs.PAGE
    rows = _in_order(kind.read(on))[start : start + needs.PAGE]
    return Sheet(
        need=_show_many(kind, counted, company), rows=tuple(_show_one(kind, row, on) for row in rows), total=counted[0]
    )


def list_waiting(code: str, on: date) -> QuerySet[SalesOrder]:
    """Return the orders that wait for the same thing; raises NoSuchNeed where nothing is called so."""
    if code not in _KINDS:
        raise NoSuchNeed(code)
    return _KINDS[code].read(on)


def _show_many(kind: _Kind, found: tuple[int, int], company: Company) -> Need:
    count, worth = found
    return Need(
        key=kind.code,
        kind=kind.code,
        house="customers",
        title=_name_many(kind.code, count) % {"n": formats.number(count)},
        why=_say_why(kind.code),
        permission=kind.permission,
        url=reverse("crm_orders:orders") + _FILTERS[kind.code],
        stake=Money(worth, company.currency),
        stake_note=str(_STAKES.get(kind.code, _("ordered"))),
        is_hurt=kind.is_hurt,
        count=count,
        duty=kind.duty,
        acts=_list_acts(kind.code, count),
    )


def _show_one(kind: _Kind, order: SalesOrder, on: date) -> Need:
    facts = {
        "order": order.number or _("a draft"),
        "customer": order.party.name,
        "asked": formats.day(order.requested_on, today=on),
        "promised": formats.day(order.promised_on, today=on),
    }
    if kind.code == "question":
        facts["asked"] = _quote_question(order)
    title, why = {
        "question": (_("%(customer)s asks about %(order)s"), "%(asked)s"),
        "late_order": (_("%(order)s for %(customer)s is late"), _("Asked for %(asked)s, expected %(promised)s.")),
        "held_order": (
            _("An order of %(customer)s is held"),
            _("Asked for %(asked)s. Release it or talk to the customer."),
        ),
        "unbilled_order": (_("%(order)s of %(customer)s is not billed"), _("Goods have left and no invoice has.")),
    }[kind.code]
    owed = unbilled.sum_order(order) if kind.code == "unbilled_order" else order.total
    return Need(
        key=f"{kind.code}:{order.pk}",
        kind=kind.code,
        house="customers",
        title=title % facts,
        why=why % facts,
        permission=kind.permission,
        url=reverse("crm_orders:order", args=[order.pk]),
        ref=DocRef("sales_order", order.pk),
        stake=Money(owed, order.currency),
        stake_note=str(_STAKES.get(kind.code, _("ordered"))),
        due_on=order.requested_on,
        is_hurt=kind.is_hurt,
        duty=kind.duty,
        acts=_list_acts(kind.code, 1),
    )


def _describe_one(kind: _Kind, order: SalesOrder, on: date) -> Sheet:
    rows = ScheduleLine.objects.filter(order=order).select_related("line__item__base_unit").order_by("line__number")
    found = list(rows[: _LINES + 1])
    touched = tuple(
        Touched(
            label=pick(row.line.item.name) or row.line.item.code,
            who=row.line.item.code,
            url=reverse("crm_orders:order", args=[order.pk]),
            units=formats.quantity(row.units - row.cancelled, str(row.line.item.base_unit)),
            asked=row.requested_on,
            promised=row.promised_on,
            expected=row.p80_on,
        )
        for row in found[:_LINES]
    )
    holds = [] if kind.code != "held_order" else [hold.reason for hold in order.holds.filter(released_at=None)]
    facts = [
        (_("Customer"), order.party.name, False),
        (_("Ordered on"), formats.day(order.ordered_on, today=on), False),
        *((_("Held"), reason, False) for reason in holds if reason),
    ]
    others = max(0, order.line_count - _LINES)
    return Sheet(need=_show_one(kind, order, on), facts=tuple(facts), touched=touched, others=others)


def _quote_question(order: SalesOrder) -> str:
    """Return the oldest question that waits, as much of it as a row shows."""
    asked = documents.list_questions("sales_order").filter(ref_id=order.pk).first()
    return Truncator(" ".join(asked.text.split())).chars(_QUOTED) if asked else ""


def _list_debts(on: date, company: Company) -> Iterator[Need]:
    debts = lists.count_debts(on)
    if debts.overdue:
        yield Need(
            key="overdue_invoices",
            kind="overdue_invoices",
            house="customers",
            title=ngettext("%(n)s invoice is past its day", "%(n)s invoices are past their day", debts.overdue)
            % {"n": formats.number(debts.overdue)},
            why=_("of %(whole)s unpaid, %(owed)s in all.")
            % {
                "whole": formats.number(debts.open),
                "owed": formats.money(Money(debts.owed, company.currency), short=True),
            },
            permission="payments.record",
            url=reverse("crm_orders:invoices") + f"?state=issued&due_to={on.isoformat()}",
            stake=Money(debts.overdue_owed, company.currency),
            stake_note=_("owed"),
            count=1,
            duty="finance",
        )


def _list_acts(code: str, count: int) -> tuple[Act, ...]:
    if code == "question":
        label = _("No answer needed")
        return (Act(code="close", label=label, permission="orders.change", done=_("Closed")),) if count == 1 else ()
    facts = {"n": formats.number(count)}
    if code == "unbilled_order":
        label = _("Issue the invoice") if count == 1 else _("Issue all %(n)s invoices") % facts
        return (Act(code="bill", label=label, permission="invoices.issue", key="a", done=_("Billed")),)
    if code != "held_order":
        return ()
    label = _("Release") if count == 1 else _("Release all %(n)s") % facts
    return (Act(code="release", label=label, permission="orders.release_hold", key="a", done=_("Released")),)


def _name_many(code: str, count: int) -> str:
    return {
        "late_order": ngettext("%(n)s order will be late", "%(n)s orders will be late", count),
        "question": ngettext("%(n)s customer asks", "%(n)s customers ask", count),
        "held_order": ngettext("%(n)s order is held", "%(n)s orders are held", count),
        "unbilled_order": ngettext("%(n)s order left unbilled", "%(n)s orders left unbilled", count),
    }[code]


def _say_why(code: str) -> str:
    return {
        "late_order": _("They are expected after the day that their customers asked for."),
        "question": _("They wrote on the page of their order and wait for an answer."),
        "held_order": _("They wait for somebody to release them or to talk to the customer."),
        "unbilled_order": _("Goods have left and no invoice has."),
    }[code]


def _sum_of(kind: _Kind, on: date) -> tuple[int, int]:
    return unbilled.sum_orders() if kind.code == "unbilled_order" else _sum(kind.read(on))


def _sum(rows: QuerySet[SalesOrder]) -> tuple[int, int]:
    """Return how many orders and their sum in the company's currency, by rate in SQL: amount × rate leaves 64 bits."""
    found = list(rows.order_by().values_list("rate").annotate(n=Count("pk"), total=Sum("total")))
    return sum(row[1] for row in found), sum(int(row[2]) * row[0] // 10**9 for row in found)


def _in_order(rows: QuerySet[SalesOrder]) -> QuerySet[SalesOrder]:
    return rows.select_related("party").order_by("-total", "id")


def _read_held(on: date) -> QuerySet[SalesOrder]:
    rows = SalesOrder.objects.filter(state__in=("draft", "confirmed"), holds__released_at=None, holds__isnull=False)
    return SalesOrder.objects.filter(pk__in=rows.values("pk"))


def _read_asked(on: date) -> QuerySet[SalesOrder]:
    """Return the orders whose customer asked something that nobody answered."""
    return SalesOrder.objects.filter(pk__in=documents.list_questions("sales_order").order_by().values("ref_id"))


_KINDS = {
    kind.code: kind
    for kind in (
        _Kind("late_order", lists.list_late_orders, "orders.change", "sales", is_hurt=True),
        # who takes orders down and who serves customers both answer: whoever is first
        _Kind("question", _read_asked, "orders.change", ""),
        _Kind("held_order", _read_held, "orders.release_hold", "finance"),
        _Kind("unbilled_order", lambda _on: unbilled.list_orders(), "invoices.issue", "finance"),
    )
}
_FILTERS = {
    "late_order": "?state=confirmed&late=1",
    "held_order": "?state=draft",
    "question": "?asks=1",
    "unbilled_order": "?state=confirmed&state=closed",
}
_STAKES = {
    "unbilled_order": gettext_lazy("to bill"),
}
