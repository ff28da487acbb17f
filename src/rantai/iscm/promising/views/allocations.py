"""What is kept for classes of demand: the rules, what is taken of them and what is left."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items import queries as items
from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory.views import edge
from rantai.iscm.promising import forms
from rantai.iscm.promising.actions import rules as actions
from rantai.iscm.promising.models import AllocationRule
from rantai.iscm.promising.queries import allocations
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, formats, shapes, toasts


@require_safe
@access.permission_required("demand.view")
def rules(request: access.StaffRequest) -> HttpResponseBase:
    """Show the rules in force, the highest class first, with what is taken and left."""
    today = edge.today()
    held = list(allocations.list_rules(parties.get_company().pk))
    uses = allocations.list_uses([row.pk for row in held], today=today)
    rows = [_show(row, uses.get(row.pk, []), today) for row in held]
    context = {"house": "operations", "rows": rows, "exhausted": sum(row["is_exhausted"] for row in rows)}
    return render(request, "iscm/promising/allocations.html", context)


@require_safe
@access.permission_required("demand.view")
def rule(request: access.StaffRequest, rule_id: int) -> HttpResponseBase:
    """Show what a rule keeps, period by period."""
    today = edge.today()
    found = get_object_or_404(
        AllocationRule.objects.select_related("item__base_unit", "category", "location"), pk=rule_id
    )
    uses = allocations.list_uses([found.pk], today=today).get(found.pk, [])
    unit = str(found.item.base_unit) if found.item else ""
    context = {
        "house": "operations",
        "rule": found,
        "shown": _show(found, uses, today),
        "facts": _list_facts(found, today),
        "periods": [
            {
                "starts_on": use.starts_on,
                "last_on": use.ends_on,
                "kept": formats.quantity(Quantity(use.kept), unit),
                "taken": formats.quantity(Quantity(use.taken)),
                "left": formats.quantity(Quantity(use.left)),
                "released_on": min(allocations.release_day(found, use.starts_on, use.ends_on), use.ends_on),
            }
            for use in uses
        ],
    }
    return render(request, "iscm/promising/allocation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.allocate")
def add_rule(request: access.StaffRequest) -> HttpResponse:
    """Keep supply for a class."""
    company = parties.get_company()
    form = forms.RuleForm(request.POST or None, company_id=company.pk)
    if request.method == "POST" and form.is_valid():
        by = request.user.actor
        row = run_atomic(lambda: actions.add_rule(form.read(), company_id=company.pk, by=by))
        toasts.say(request, _("Saved. Supply is kept within moments."))
        return redirect("iscm_promising:allocation", row.pk)
    return _render_form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("demand.allocate")
def edit_rule(request: access.StaffRequest, rule_id: int) -> HttpResponse:
    """Change what is kept."""
    row = get_object_or_404(AllocationRule.objects.select_related("item"), pk=rule_id, archived_at=None)
    form = forms.RuleForm(request.POST or None, company_id=row.company_id, initial=forms.describe_rule(row))
    back = reverse("iscm_promising:allocation", args=[row.pk])
    if request.method == "POST" and form.is_valid():
        revision, by = form.cleaned_data["revision"] or 0, request.user.actor
        try:
            run_atomic(lambda: actions.edit_rule(row, form.read(), expected_revision=revision, by=by))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form, href=back)
        toasts.say(request, _("Saved. Supply is kept within moments."))
        return redirect(back)
    return _render_form(request, form, row)


@require_POST
@access.permission_required("demand.allocate")
def end_rule(request: access.StaffRequest, rule_id: int) -> HttpResponse:
    """Keep nothing more under a rule."""
    row = get_object_or_404(AllocationRule, pk=rule_id, archived_at=None)
    by, revision = request.user.actor, row.revision
    run_atomic(lambda: actions.end_rule(row, expected_revision=revision, by=by, at=clock.now()))
    toasts.say(request, _("Ended. What was left is free for everybody within moments."))
    return redirect("iscm_promising:allocations")


def _render_form(request: access.StaffRequest, form: forms.RuleForm, row: AllocationRule | None) -> HttpResponse:
    back = reverse("iscm_promising:allocation", args=[row.pk]) if row else reverse("iscm_promising:allocations")
    context = {
        "house": "operations", "form": form, "rule": row, "back": back, "codes": items.list_codes(),
        "classes": allocations.list_classes(),
    }  # fmt: skip
    return render(request, "iscm/promising/edit_allocation.html", context, status=422 if form.errors else 200)


def _show(row: AllocationRule, uses: list[allocations.Use], today: date) -> dict[str, Any]:
    now = next((use for use in uses if use.starts_on <= today < use.ends_on), None)
    unit = str(row.item.base_unit) if row.item else ""
    later = [use for use in uses if use.starts_on > today]
    return {
        "id": row.pk,
        "demand_class": row.demand_class,
        "subject": _say_subject(row),
        "site": row.location.name if row.location else _("All sites"),
        "kept": _say_kept(row, unit),
        "priority": row.priority,
        "release": _say_release(row),
        "taken": formats.quantity(Quantity(now.taken)) if now else "–",
        "left": formats.quantity(Quantity(now.left)) if now else "–",
        "later": formats.quantity(Quantity(sum(use.left for use in later))) if later else "–",
        "is_exhausted": bool(now and now.kept and not now.left),
    }


def _say_subject(row: AllocationRule) -> str:
    if row.item:
        return row.item.code
    return (pick(row.category.name) or row.category.code) if row.category else _("Every item")


def _say_kept(row: AllocationRule, unit: str) -> str:
    if row.measure == "share":
        share = formats.percent(row.share / 10_000)
        return (_("%(share)s a week") if row.period == "week" else _("%(share)s a month")) % {"share": share}
    units = formats.quantity(Quantity(row.units), unit)
    return (_("%(units)s a week") if row.period == "week" else _("%(units)s a month")) % {"units": units}


def _say_release(row: AllocationRule) -> str:
    if row.release_days is None:
        return _("when the period is over")
    to = {
        "all": ngettext("to everybody %(n)s day before", "to everybody %(n)s days before", row.release_days),
        "lower": ngettext("to lower classes %(n)s day before", "to lower classes %(n)s days before", row.release_days),
        "higher": ngettext(
            "to higher classes %(n)s day before", "to higher classes %(n)s days before", row.release_days
        ),
    }
    return to[row.releases_to] % {"n": row.release_days}


def _list_facts(row: AllocationRule, today: date) -> list[shapes.Fact]:
    facts = [
        shapes.Fact(_("Kept for class"), row.demand_class, strong=True),
        shapes.Fact(_("Item"), _say_subject(row)),
        shapes.Fact(_("Site"), row.location.name if row.location else _("All sites")),
        shapes.Fact(_("Priority"), formats.number(row.priority)),
        shapes.Fact(_("Open to others"), _say_release(row)),
    ]
    if row.valid_from:
        facts.append(shapes.Fact(_("From day"), formats.day(row.valid_from, today=today)))
    if row.valid_to:
        facts.append(shapes.Fact(_("Until (not included)"), formats.day(row.valid_to, today=today)))
    return facts
