"""The list of programmes, and adding or changing one."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum
from django.db.utils import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.crm.loyalty import forms
from rantai.crm.loyalty.actions import programs as actions
from rantai.crm.loyalty.models import LoyaltyProgram
from rantai.crm.loyalty.queries import points
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts


@require_safe
@access.permission_required("loyalty.view")
def programs(request: access.StaffRequest) -> HttpResponse:
    """Show programmes with their members and the points that are out."""
    company = parties.get_company()
    rows = points.list_programs(company.pk).annotate(
        member_count=Count("members", filter=Q(members__left_at=None), distinct=True),
        outstanding=Sum("accounts__balance", filter=Q(accounts__kind="member")),
    )
    found = list(rows)
    context = {
        "house": "customers",
        "programs": [(row, pick(row.name) or row.code, forms.WORDS[row.posts_on]) for row in found],
        "outstanding": sum(row.outstanding or 0 for row in found),
        "currency": company.currency,
    }
    return render(request, "crm/loyalty/programs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("loyalty.edit")
def edit(request: access.StaffRequest, program_id: int | None = None) -> HttpResponse:
    """Add a programme or change its rule."""
    found = get_object_or_404(LoyaltyProgram, pk=program_id) if program_id else None
    form = forms.ProgramForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(lambda: _save(found, form.cleaned_data, by=request.user.actor))
            toasts.say(request, _("Programme saved"))
            return redirect("crm_loyalty:programs")
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        except IntegrityError:
            form.add_error("code", _("There is a programme of this code. Choose another."))
    context = {"house": "customers", "form": form, "program": found, "currency": parties.get_company().currency}
    return render(request, "crm/loyalty/program.html", context)


def _initial(program: LoyaltyProgram | None) -> dict[str, Any]:
    if program is None:
        return {"earn_amount": 10_000 * 10_000}
    names = ("code", "earn_points", "earn_amount", "posts_on", "is_open", "joins_all", "revision")
    return {name: getattr(program, name) for name in names} | {"name": pick(program.name)}


def _save(found: LoyaltyProgram | None, typed: dict[str, Any], *, by: str) -> None:
    names = ("earn_points", "earn_amount", "posts_on", "is_open", "joins_all")
    values = {name: typed[name] for name in names}
    values["name"] = (found.name if found else {}) | {get_language() or "en": typed["name"]}
    if found is None:
        actions.add_program(parties.get_company().pk, code=typed["code"], values=values, by=by)
    else:
        values["code"] = typed["code"]
        actions.change_program(found, values=values, expected_revision=typed["revision"] or 0, by=by)
