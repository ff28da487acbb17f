"""The pipeline by stage, and the page of one deal."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.queries import timeline, units
from rantai.crm.selling import forms, states
from rantai.crm.selling.actions import opportunities as actions
from rantai.crm.selling.actions.drafts import DealState
from rantai.crm.selling.models import Opportunity, OpportunityRevision
from rantai.crm.selling.queries import known
from rantai.crm.selling.queries import opportunities as queries
from rantai.crm.selling.rules import SHARE, WinRate
from rantai.crm.selling.views import edge, tables
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, money, texts
from rantai.kernel.money import Money
from rantai.kernel.refs import DocRef
from rantai.ui import clicks, formats, shapes, toasts


@require_safe
@access.permission_required("selling.view")
def pipeline(request: access.StaffRequest) -> HttpResponseBase:
    """Show what customers may buy, by stage: how much, and what of it is to be expected."""
    company, today = parties.get_company(), edge.today()
    rates = known.read_win_rates(company.pk, as_of=today)
    sums = queries.sum_stages(company.pk, rates)
    context = {
        "house": "customers",
        "open": formats.money(sum(row.amount for row in sums), company.currency, short=True),
        "expected": formats.money(sum(row.weighted for row in sums), company.currency, short=True),
        "deals": sum(row.deals for row in sums),
        "stages": [_show_stage(row, company.currency) for row in sums],
    }
    rows = tables.mark_overdue(queries.list_deals(company.pk, rates), today)
    return tables.DealTable(rows, request=request, today=today).respond("crm/selling/pipeline.html", context)


@require_safe
@access.permission_required("selling.view")
def deal(request: access.StaffRequest, deal_id: int) -> HttpResponseBase:
    """Show a deal: its chance, its lines, what was known when, and where it may go."""
    company, today = parties.get_company(), edge.today()
    rates = known.read_win_rates(company.pk, as_of=today)
    rows = queries.list_deals(company.pk, rates).select_related("account__party", "company", "order")
    held = get_object_or_404(rows, pk=deal_id)
    names = units.name_units()
    context = {
        "house": "customers",
        "deal": held,
        "party": held.account.party,
        "answer": _answer(held),
        "is_open": held.state in states.OPEN_STAGES,
        "is_overdue": held.state in states.OPEN_STAGES and held.expected_on < today,
        "steps": _list_steps(held),
        "ways": _list_ways(held),
        "can_lose": states.OPPORTUNITIES.can(held.state, "lost"),
        "lost_form": forms.LostForm(),
        "link_form": forms.LinkForm(),
        "lines": [_show_line(row, names, company.currency) for row in queries.list_lines(held)],
        "facts": _list_facts(held, rates),
        "entries": _list_entries(held, names),
        "ref": DocRef(actions.KIND, held.pk),
    }
    return render(request, "crm/selling/deal.html", context)


@require_POST
@access.permission_required("selling.edit")
def move(request: access.StaffRequest, deal_id: int) -> HttpResponse:
    """Let a deal go to another stage; the chance that somebody gave it falls away with the stage it was given for."""
    held, back = _find(deal_id)
    to, reason = request.POST.get("stage", ""), request.POST.get("reason", "").strip()[:300]
    if to == "lost" and not reason:
        toasts.hurt(request, _("Say in a word why it was lost; the next deal learns from it."))
        return redirect(back)
    told = DealState(recorded_on=edge.today(), stage=to, expected_on=held.expected_on, note=reason)
    return edge.attempt(
        request,
        lambda: actions.revise_opportunity(
            held, told, lost_reason=reason, expected_revision=clicks.read_revision(request), by=request.user.actor
        ),
        said=_("Noted."),
        back=back,
    )


@require_POST
@access.permission_required("orders.capture")
def draft_order(request: access.StaffRequest, deal_id: int) -> HttpResponse:
    """Write the order that a won deal became, as a draft."""
    held, back = _find(deal_id)
    if held.state != "won" or held.order_id:
        toasts.warn(request, _("An order is written for a deal that is won and has none yet."))
        return redirect(back)
    now = clock.now()
    return edge.attempt(
        request,
        lambda: actions.draft_order(held, as_of=now, today=edge.today(), by=request.user.actor),
        said=_("The order is written as a draft. Check its dates and confirm it."),
        back=back,
    )


@require_POST
@access.permission_required("selling.edit")
def link_order(request: access.StaffRequest, deal_id: int) -> HttpResponse:
    """Name the order that a deal became."""
    held, back = _find(deal_id)
    number = request.POST.get("number", "").strip()
    order = SalesOrder.objects.filter(company=held.company, number=number).exclude(number="").first()
    if order is None:
        toasts.hurt(request, _("There is no order %(number)s.") % {"number": number or "–"})
        return redirect(back)
    return edge.attempt(
        request, lambda: actions.link_order(held, order, by=request.user.actor), said=_("Noted."), back=back
    )


def _list_ways(held: Opportunity) -> list[tuple[str, str]]:
    """Return the stages to which a click leads, with what it says."""
    if held.state == "lost":
        return [(to, _("Take it up again")) for to in states.OPPORTUNITIES.ways["lost"]]
    return [(to, str(tables.STAGES[to][1])) for to in states.OPPORTUNITIES.ways[held.state] if to != "lost"]


def _find(deal_id: int) -> tuple[Opportunity, str]:
    rows = Opportunity.objects.select_related("company", "account")
    held = get_object_or_404(rows, pk=deal_id, company=parties.get_company())
    return held, reverse("crm_selling:deal", args=[held.pk])


def _show_stage(row: queries.StageSum, currency: str) -> dict[str, Any]:
    return {
        "name": tables.STAGES[row.rate.stage][1],
        "href": f"{reverse('crm_selling:pipeline')}?stage={row.rate.stage}",
        "amount": formats.money(row.amount, currency, short=True),
        "expected": formats.money(row.weighted, currency, short=True),
        "deals": ngettext("%(n)s deal", "%(n)s deals", row.deals) % {"n": formats.number(row.deals)},
        "share": row.rate.probability,
        "rate": _say_rate(row.rate),
    }


def _say_rate(rate: WinRate) -> str:
    words = {
        "share": formats.percent(rate.probability, digits=0), "won": formats.number(rate.won),
        "closed": formats.number(rate.closed),
    }  # fmt: skip
    return _("%(share)s: %(won)s won of %(closed)s closed") % words


def _answer(held: Opportunity) -> str:
    if held.state == "won":
        return str(tables.STAGES["won"][1])
    if held.state == "lost":
        return str(tables.STAGES["lost"][1])
    amount = formats.money(held.amount, held.company.currency, short=True)
    chance = formats.percent(held.chance, digits=0)  # type: ignore[attr-defined]
    return _("%(amount)s with a chance of %(chance)s") % {"amount": amount, "chance": chance}


def _list_steps(held: Opportunity) -> list[shapes.Step]:
    path = [*states.OPEN_STAGES, "lost" if held.state == "lost" else "won"]
    place = path.index(held.state)
    return [
        shapes.Step(
            str(tables.STAGES[stage][1]),
            kind="done" if n < place else ("hurt" if stage == "lost" else "now") if n == place else "",
        )
        for n, stage in enumerate(path)
    ]


def _list_facts(held: Opportunity, rates: dict[str, WinRate]) -> list[shapes.Fact]:
    currency = held.company.currency
    facts = [
        shapes.Fact(_("Value"), Money(held.amount, currency), strong=True),
        shapes.Fact(_("To be expected"), Money(money.round_to_minor(round(held.weighted), currency), currency)),  # type: ignore[attr-defined]
        shapes.Fact(_("Decision by"), held.expected_on, rule=True),
        shapes.Fact(_("Known since"), held.opened_on),
    ]
    if held.state in rates:
        said = held.probability is not None
        facts.insert(1, shapes.Fact(_("Chance"), formats.percent(held.chance, digits=0)))  # type: ignore[attr-defined]
        facts.insert(2, shapes.Fact(_("Measured"), _say_rate(rates[held.state])))
        if said:
            facts.insert(3, shapes.Fact("", _("the sales person says otherwise")))
    if held.sales_person:
        names = timeline.name_actors({held.sales_person})
        facts.append(shapes.Fact(_("Looked after by"), names[held.sales_person] or "–"))
    if held.lost_reason:
        facts.append(shapes.Fact(_("Lost because"), held.lost_reason))
    if held.order:
        href = reverse("crm_orders:order", args=[held.order_id])
        facts.append(shapes.Fact(_("Order"), held.order.number or _("Draft %(id)s") % {"id": held.order_id}, href=href))
    return facts


def _show_line(row: Any, names: dict[str, str], currency: str) -> dict[str, Any]:
    unit = row.item.base_unit.code
    return {
        "name": texts.pick(row.item.name) or row.item.code,
        "code": row.item.code,
        "item_id": row.item_id,
        "units": formats.quantity(row.units, names.get(unit, unit)),
        "needed_on": row.needed_on,
        "unit_price": formats.amount(row.unit_price, currency),
        "amount": formats.money(money.extend(row.unit_price, row.units, currency), currency),
    }


def _list_entries(held: Opportunity, names: dict[str, str]) -> list[shapes.Entry]:
    rows = list(queries.list_history(held)[:100])
    people = timeline.name_actors({row.recorded_by for row in rows})
    return [
        shapes.Entry(
            str(tables.STAGES[row.state][1]), row.recorded_on, people[row.recorded_by], "customers",
            hurt=row.state == "lost", quote=_say_revision(row, names),
        )
        for row in rows
    ]  # fmt: skip


def _say_revision(row: OpportunityRevision, names: dict[str, str]) -> str:
    parts = [
        f"{line.item.code} {formats.quantity(line.units, names.get(line.item.base_unit.code, ''))}"
        for line in row.lines.all()
    ]
    if row.probability is not None:
        parts.append(formats.percent(row.probability / SHARE, digits=0))
    day = formats.day(row.expected_on, today=row.recorded_on)
    return " · ".join([*([row.note] if row.note else []), _("decision by %(day)s") % {"day": day}, *parts])
