"""How an order stands: the headline, the figures under it, the stages, on what each promise leans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rantai.crm.orders.models import SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import orders, stages, timeline, tracking
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.documents import rules as rooms
from rantai.foundation.parties.models import Address, PaymentTerm
from rantai.iscm import facade as iscm
from rantai.iscm import milestones, reports
from rantai.kernel import clock, refs, texts
from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef
from rantai.ui import formats, shapes

if TYPE_CHECKING:
    from rantai.crm.orders.views.sheets import Line

BASES = {
    "stock": gettext_lazy("from stock"),
    "receipt": gettext_lazy("from a confirmed delivery to us"),
    "plan": gettext_lazy("from the plan"),
    "make": gettext_lazy("made for it"),
    "lead_time": gettext_lazy("by lead time"),
    "dropship": gettext_lazy("straight from a partner"),
}
CHANNELS = {
    "staff": gettext_lazy("taken down by us"),
    "shop": gettext_lazy("from the shop"),
    "api": gettext_lazy("by machine"),
    "edi": gettext_lazy("by EDI"),
    "import": gettext_lazy("imported"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The page's title: what matters, red where it hurts the customer, and the rest of the sentence."""

    text: str
    rest: str = ""
    is_hurt: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Lean:
    """What a part of a promise leans on, in words, with the page of the document that brings it."""

    text: str
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureView:
    """A key figure under the title."""

    label: str
    value: str
    note: str = ""
    is_hurt: bool = False
    href: str = ""


def answer(order: SalesOrder, lines: Sequence[Line], *, is_held: bool, today: date) -> Answer:
    """Say when the order comes, or why it does not."""
    ended = {"cancelled": _("Cancelled"), "closed": _("Delivered and billed")}
    if order.state in ended:
        return Answer(text=ended[order.state])
    if is_held and order.state == "draft":
        return Answer(text=_("Held"), is_hurt=True)
    dated = [line for line in lines if line.requested_on]
    undated = sum(line.promised_on is None for line in dated)
    if undated:
        text = ngettext("%(n)s line has no date", "%(n)s lines have no date", undated) % {"n": undated}
        return Answer(text=text, is_hurt=True)
    if not dated:
        return Answer(text=_("Nothing to deliver"))
    return _answer_dated(dated, today)


def _answer_dated(dated: Sequence[Line], today: date) -> Answer:
    day = formats.day(max(line.promised_on for line in dated if line.promised_on), today=today)
    overdue = sum(line.is_overdue for line in dated)
    if overdue:
        text = ngettext("%(n)s line is overdue", "%(n)s lines are overdue", overdue) % {"n": overdue}
        return Answer(text=text, rest=_(", promised for %(day)s") % {"day": day}, is_hurt=True)
    late = [line for line in dated if line.is_late]
    if late:
        days = max(late_days(line) for line in late)
        text = ngettext("%(n)s day late", "%(n)s days late", days) % {"n": days}
        rest = _(": %(late)s of %(count)s lines, everything by %(day)s")
        return Answer(text=text, rest=rest % {"late": len(late), "count": len(dated), "day": day}, is_hurt=True)
    return Answer(text=_("Everything by %(day)s, as wanted") % {"day": day})


def list_late(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that come later than wanted, the latest first."""
    return sorted((line for line in lines if line.is_late or line.is_overdue), key=late_days, reverse=True)


def late_days(line: Line) -> int:
    """Return by how many days a line comes later than wanted."""
    return (line.promised_on - line.requested_on).days if line.promised_on and line.requested_on else 0


def say_why(
    lines: Sequence[Line], schedule: Mapping[int, ScheduleLine], past: Mapping[int, tracking.Past], *, today: date
) -> str:
    """Say of the line that is furthest behind what became of its promise, and that the others keep their day."""
    late = list_late(lines)
    if not late:
        return ""
    worst = late[0]
    row, first = schedule[worst.id], past[worst.id].first_promised_on if worst.id in past else None
    day = formats.day(worst.promised_on, today=today)
    if first and first != worst.promised_on:
        cause = str(timeline.CAUSE_NAMES.get(row.promise_cause, row.promise_cause))
        said = _("%(item)s moved from %(before)s to %(after)s: %(cause)s.") % {
            "item": worst.name or worst.code, "before": formats.day(first, today=today), "after": day, "cause": cause,
        }  # fmt: skip
    else:
        said = _("%(item)s was promised for %(day)s from the start.") % {"item": worst.name or worst.code, "day": day}
    kept = sum(1 for line in lines if line.requested_on and line not in late)
    if kept:
        others = ngettext("The other line keeps its date.", "The other %(n)s lines keep their date.", kept)
        said = f"{said} {others % {'n': kept}}"
    return said


def list_figures(
    order: SalesOrder,
    lines: Sequence[Line],
    schedule: Mapping[int, ScheduleLine],
    past: Mapping[int, tracking.Past],
    *,
    user: User,
    today: date,
) -> list[FigureView]:
    """Return total, margin, first promise, what is expected now, what is at stake, who looks after it."""
    figures = [FigureView(label=_("Total"), value=formats.money(Money(order.total, order.currency), short=True))]
    if user.has_perm(access.SEES_COST):
        figures.append(_figure_margin(order))
    if order.state == "draft":
        return figures
    firsts = [row.first_promised_on for row in past.values()]
    if firsts and all(firsts):
        first = max(day for day in firsts if day)
        figures.append(FigureView(label=_("First promised"), value=formats.day(first, today=today)))
    figures.append(_figure_expected(order, schedule, today))
    late = list_late(lines)
    if late and user.has_perm(access.SEES_COST) and order.state == "confirmed":
        figures.append(_figure_stake(order, {line.id for line in late}))
    owner = order.account.owner
    names = timeline.name_actors({order.sales_person} - {""})
    who = str(owner) if owner else names.get(order.sales_person, "")
    return [*figures, FigureView(label=_("Looked after by"), value=who)] if who else figures


def _figure_margin(order: SalesOrder) -> FigureView:
    rows = SalesOrderLine.objects.filter(order=order).values_list("unit_cost", "units")
    cost = sum(unit_cost * count // 10_000 for unit_cost, count in rows)
    net = orders.base_amount(order, order.net)
    return FigureView(
        label=_("Margin"),
        value=formats.percent((net - cost) / net) if net else "–",
        note=formats.money(Money(net - cost, order.company.currency), short=True),
    )


def _figure_expected(order: SalesOrder, schedule: Mapping[int, ScheduleLine], today: date) -> FigureView:
    live = [row for row in schedule.values() if row.units > row.cancelled + row.delivered]
    if not live:
        return FigureView(label=_("Expected"), value=_("delivered") if order.state == "closed" else "–")
    p50 = max((row.expected_on for row in live if row.expected_on), default=None)
    p80 = max((row.p80_on for row in live if row.p80_on), default=None)
    shown = [formats.day(day, today=today) for day in dict.fromkeys((p50, p80)) if day]
    hurts = bool(p80 and any(row.p80_on and row.p80_on > row.requested_on for row in live))
    return FigureView(
        label=_("Expected"), value=" – ".join(shown) or "–", note=_("P50 – P80") if len(shown) > 1 else "",
        is_hurt=hurts,
    )  # fmt: skip


def _figure_stake(order: SalesOrder, late: set[int]) -> FigureView:
    rows = [row for row in SalesOrderLine.objects.filter(order=order) if row.pk in late]
    margin = sum(orders.base_amount(order, row.net) - row.unit_cost * row.units // 10_000 for row in rows)
    future = (order.account.lifetime_value or 0) * order.account.churn_sensitivity // 10_000
    currency = order.company.currency
    return FigureView(
        label=_("At stake"),
        value=formats.money(Money(margin + future, currency), short=True),
        note=_("%(sum)s of it later") % {"sum": formats.money(Money(future, currency), short=True)} if future else "",
        is_hurt=True,
    )


def list_steps(
    order: SalesOrder,
    lines: Sequence[SalesOrderLine],
    schedule: Mapping[int, ScheduleLine],
    past: Mapping[int, tracking.Past],
    *,
    today: date,
) -> list[shapes.Step]:
    """Return the stages of the line that is furthest behind, as the customer sees them, with their days."""
    live = [line for line in lines if line.pk in schedule and schedule[line.pk].units > schedule[line.pk].cancelled]
    if not live or order.state in {"draft", "cancelled"}:
        return []
    line = min(live, key=lambda line: stages.rank_of(schedule[line.pk].milestone))
    row = schedule[line.pk]
    codes = stages.list_stages(decoupling=line.item.decoupling, basis=row.basis)
    place = stages.find_place(codes, row.milestone or codes[0])
    reached = {milestones.ORDER_RECEIVED: order.ordered_at, milestones.DATE_PROMISED: order.confirmed_at}
    reached |= past[line.pk].reached if line.pk in past else {}
    steps = []
    for index, code in enumerate(codes):
        is_done = index < place or code == row.milestone == codes[-1]
        kind = "done" if is_done else ("hurt" if order.is_late else "now") if index == place else ""
        at = reached.get(code) if index <= place else None
        note = formats.day(clock.business_date(at, order.company.zone), today=today) if at else ""
        if code == row.milestone and row.milestone_note:
            note = f"{row.milestone_note} · {note}"
        if index == len(codes) - 1 and not is_done:
            note = formats.day(row.promised_on, today=today)
        steps.append(shapes.Step(str(stages.NAMES[code]), note, kind))
    return steps


def list_leanings(order: SalesOrder, *, user: User, today: date) -> dict[int, list[Lean]]:
    """Return line → what its promise leans on."""
    leans: dict[int, list[Lean]] = defaultdict(list)
    if order.state not in {"confirmed", "closed"}:
        return leans
    for part in iscm.list_leanings(DocRef("sales_order", order.pk)):
        leans[part.line].append(Lean(text=_say_leaning(part, today), href=_find_page(part.ref, user)))
    return leans


def _say_leaning(part: reports.Leaning, today: date) -> str:
    who = part.partner or part.place
    if part.basis == "stock":
        return _("stock %(place)s") % {"place": part.place}
    if part.basis == "receipt" and part.available_on:
        day = formats.day(part.available_on, today=today)
        return _("delivery from %(who)s, %(day)s") % {"who": who, "day": day}
    return ", ".join(filter(None, [str(BASES.get(part.basis, part.basis)), who]))


def _find_page(ref: DocRef | None, user: User) -> str:
    """Return the page of a document, where it has one and the reader may open it."""
    if ref is None or not user.has_perm(rooms.VIEW_PERMISSION.get(ref.kind, "")):
        return ""
    try:
        return reverse(refs.PAGES[ref.kind], args=[ref.id]) if ref.kind in refs.PAGES else ""
    except NoReverseMatch:
        return ""


def list_facts(order: SalesOrder) -> list[shapes.Fact]:
    """Return money, terms and references."""
    term = PaymentTerm.objects.filter(pk=order.payment_term_id or 0).first()
    facts = [
        shapes.Fact(_("Customer"), order.party.name, href=reverse("crm_accounts:customer", args=[order.party_id])),
        shapes.Fact(_("Their reference"), order.customer_reference or "–"),
        shapes.Fact(_("Ordered on"), order.ordered_on),
        shapes.Fact(_("Wanted"), order.requested_on),
        shapes.Fact(_("Deliver to"), _say_address(order.ship_to)),
        shapes.Fact(_("Net"), Money(order.net, order.currency), rule=True),
        shapes.Fact(_("Tax"), Money(order.tax, order.currency)),
        shapes.Fact(_("Total"), Money(order.total, order.currency), strong=True),
    ]
    if order.currency != order.company.currency:
        facts.append(
            shapes.Fact(order.company.currency, Money(orders.base_amount(order, order.total), order.company.currency))
        )
    facts.append(shapes.Fact(_("Payment"), texts.pick(term.name) if term else _("at once")))
    return facts


def _say_address(address: Address | None) -> str:
    if address is None:
        return "–"
    return ", ".join(part for part in (address.street, address.city, formats.country(address.country)) if part) or "–"
