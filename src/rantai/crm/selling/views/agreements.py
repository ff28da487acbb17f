"""The list of agreements and the page of one: its schedule against what was called off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from rantai.crm.orders.queries import timeline, units
from rantai.crm.selling import forms
from rantai.crm.selling.actions import agreements as actions
from rantai.crm.selling.models import CallOffRevision, SalesAgreement
from rantai.crm.selling.queries import agreements as queries
from rantai.crm.selling.queries import naming
from rantai.crm.selling.views import edge, tables
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import texts
from rantai.kernel.refs import DocRef
from rantai.ui import clicks, formats, shapes, toasts


@require_safe
@access.permission_required("selling.view")
def list_agreements(request: access.StaffRequest) -> HttpResponseBase:
    """Show agreements; the title says of how many a planned call-off did not come."""
    company, today = parties.get_company(), edge.today()
    behind = queries.list_behind(company.pk, today=today)
    rows = tables.mark_behind(queries.list_agreements(company.pk, today=today), behind)
    context = {
        "house": "customers",
        "behind": len(behind),
        "running": queries.list_running(company.pk, today=today).count(),
    }
    table = tables.AgreementTable(rows, request=request, today=today)
    return table.respond("crm/selling/agreements.html", context)


@require_safe
@access.permission_required("selling.view")
def agreement(request: access.StaffRequest, agreement_id: int) -> HttpResponseBase:
    """Show an agreement: what was called off, what is overdue, what is still to come."""
    company, today = parties.get_company(), edge.today()
    rows = queries.list_agreements(company.pk, today=today).select_related("account__party", "renews", "company")
    held = get_object_or_404(rows, pk=agreement_id)
    names = units.name_units()
    is_over = held.standing == "over"  # type: ignore[attr-defined]
    standing = queries.measure_standing([held], today=today)[held.pk]
    lines = [_show_line(line, names, is_over=is_over) for line in standing]
    context = {
        "house": "customers",
        "agreement": held,
        "name": naming.name_agreement(held),
        "party": held.account.party,
        "lines": lines,
        "answer": _answer(held, lines, today=today),
        "is_over": is_over,
        "is_behind": any(line["overdue"] for line in lines) and held.state != "draft" and not is_over,
        "steps": _list_steps(held),
        "facts": _list_facts(held),
        "entries": _list_entries(held, names),
        "sign_form": forms.SignForm(initial={"signed_on": today}),
        "end_form": forms.EndForm(initial={"ended_from": max(today, held.valid_from)}),
        "ref": DocRef(actions.KIND, held.pk),
    }
    return render(request, "crm/selling/agreement.html", context)


@require_POST
@access.permission_required("selling.sign")
def sign(request: access.StaffRequest, agreement_id: int) -> HttpResponse:
    """Note the signature: from now on the schedule counts in the forecast."""
    return _date(
        request, agreement_id, forms.SignForm(request.POST), actions.sign_agreement,
        asked=_("Give the day under the signature."), said=_("Signed. The forecast counts on its call-offs."),
    )  # fmt: skip


@require_POST
@access.permission_required("selling.sign")
def end(request: access.StaffRequest, agreement_id: int) -> HttpResponse:
    """End an agreement before its time."""
    return _date(
        request, agreement_id, forms.EndForm(request.POST), actions.end_agreement,
        asked=_("Give the first day on which the agreement holds no longer."),
        said=_("Ended. What was planned behind that day no longer counts."),
    )  # fmt: skip


@require_POST
@access.permission_required("selling.edit")
def discard(request: access.StaffRequest, agreement_id: int) -> HttpResponse:
    """Take a draft away."""
    held, back = _find(agreement_id)
    gone = held.state == "draft"
    return edge.attempt(
        request,
        lambda: actions.discard_draft(held, by=request.user.actor),
        said=_("The draft is gone."),
        back=reverse("crm_selling:agreements") if gone else back,
    )


def _date(
    request: access.StaffRequest, agreement_id: int, form: Form, act: Callable[..., object], *, asked: str, said: str
) -> HttpResponse:  # fmt: skip
    """Do with an agreement what needs one day, which the form names as the action does."""
    held, back = _find(agreement_id)
    if not form.is_valid():
        toasts.hurt(request, asked)
        return redirect(back)
    revision = clicks.read_revision(request)
    return edge.attempt(
        request,
        lambda: act(
            held, **form.cleaned_data, expected_revision=revision, today=edge.today(), by=request.user.actor
        ),
        said=said,
        back=back,
    )  # fmt: skip


def _find(agreement_id: int) -> tuple[SalesAgreement, str]:
    rows = SalesAgreement.objects.select_related("renews", "company")
    held = get_object_or_404(rows, pk=agreement_id, company=parties.get_company())
    return held, reverse("crm_selling:agreement", args=[held.pk])


def _show_line(line: queries.LineStanding, names: dict[str, str], *, is_over: bool) -> dict[str, Any]:
    item = line.line.item
    unit = names.get(item.base_unit.code, item.base_unit.code)
    rows = [
        {
            "on": row.planned_on,
            "units": formats.quantity(row.units),
            "called": formats.quantity(row.called) if row.called else "–",
            "lamp": "done" if row.called == row.units else "hurt" if row.is_overdue and not is_over else "wait",
            "state": _say_row(row.called == row.units, is_overdue=row.is_overdue, is_over=is_over),
        }
        for row in line.rows
    ]
    return {
        "id": line.line.pk,
        "code": item.code,
        "name": texts.pick(item.name) or item.code,
        "unit": unit,
        "planned": formats.quantity(line.planned, unit),
        "called": formats.quantity(line.called, unit),
        "left": formats.quantity(line.left, unit),
        "overdue": formats.quantity(line.overdue, unit) if line.overdue else "",
        "beyond": formats.quantity(line.beyond, unit) if line.beyond > 0 else "",
        "share": line.called / line.planned if line.planned else None,
        "rows": rows,
    }


def _say_row(is_called: bool, *, is_overdue: bool, is_over: bool) -> str:
    if is_overdue:
        return _("never called off") if is_over else _("overdue")
    return _("called off") if is_called else _("to come")


def _answer(held: SalesAgreement, lines: list[dict[str, Any]], *, today: Any) -> str:
    behind = sum(1 for line in lines for row in line["rows"] if row["lamp"] == "hurt")
    ahead = sum(1 for line in lines for row in line["rows"] if row["lamp"] == "wait")
    if held.state == "draft":
        return _("Not signed yet")
    if held.standing == "over" and ahead:  # type: ignore[attr-defined]
        text = ngettext("%(n)s call-off never came", "%(n)s call-offs never came", ahead)
        return text % {"n": formats.number(ahead)}
    if behind:
        text = ngettext("%(n)s call-off is overdue", "%(n)s call-offs are overdue", behind)
        return text % {"n": formats.number(behind)}
    if held.ended_from and held.ended_from <= today:
        return pgettext("agreement", "Ended")
    if ahead:
        text = ngettext("%(n)s call-off is still to come", "%(n)s call-offs are still to come", ahead)
        return text % {"n": formats.number(ahead)}
    return _("Everything was called off")


def _list_steps(held: SalesAgreement) -> list[shapes.Step]:
    place = {"draft": 0, "later": 1, "running": 2, "over": 3}[held.standing]  # type: ignore[attr-defined]
    words = [_("Draft"), _("Signed"), pgettext("agreements", "Running"), _("Over")]
    return [
        shapes.Step(word, kind="done" if n < place else "now" if n == place else "") for n, word in enumerate(words)
    ]


def _list_facts(held: SalesAgreement) -> list[shapes.Fact]:
    facts = [
        shapes.Fact(_("Contract number"), held.reference or "–"),
        shapes.Fact(_("First day"), held.valid_from),
        shapes.Fact(_("Ends before"), held.last_to),  # type: ignore[attr-defined]
        shapes.Fact(_("Signed on"), held.signed_on or "–", rule=True),
        shapes.Fact(_("Known since"), held.recorded_on or "–"),
    ]
    if held.renews:
        href = reverse("crm_selling:agreement", args=[held.renews_id])
        facts.append(shapes.Fact(_("Renews"), naming.name_agreement(held.renews), href=href))
    facts += [
        shapes.Fact(_("Renewed by"), naming.name_agreement(row), href=reverse("crm_selling:agreement", args=[row.pk]))
        for row in held.renewals.order_by("pk")
    ]
    return facts


def _list_entries(held: SalesAgreement, names: dict[str, str]) -> list[shapes.Entry]:
    """Tell what the schedule came to say later than it was first planned."""
    rows = list(queries.list_history(held.pk)[:50])
    people = timeline.name_actors({row.recorded_by for row in rows})
    return [
        shapes.Entry(_say_revision(row, names), row.recorded_on, people[row.recorded_by], "customers") for row in rows
    ]


def _say_revision(row: CallOffRevision, names: dict[str, str]) -> str:
    item = row.line.item
    words = {"item": item.code, "day": formats.day(row.planned_on, today=row.recorded_on)}
    if not row.units:
        return _("%(item)s on %(day)s was taken out") % words
    words["units"] = formats.quantity(row.units, names.get(item.base_unit.code, item.base_unit.code))
    return _("%(item)s: %(units)s on %(day)s") % words
