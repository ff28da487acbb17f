"""Pages of what our company lays down: numbers of documents, payment terms, what needs no person."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.access.forms import NamesForm
from rantai.foundation.companies import actions, forms, queries
from rantai.foundation.parties import queries as party_queries
from rantai.foundation.parties.models import NumberSeries, PaymentTerm
from rantai.kernel import decisions
from rantai.kernel.models import ApprovalPolicy
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("company.edit")
def numbers(request: access.StaffRequest) -> HttpResponse:
    """Show how each kind of document is numbered."""
    found = party_queries.get_company()
    rows = [
        (row, str(forms.SERIES.get(row.kind, row.kind)), _show_next(row))
        for row in queries.list_series(found)
        if party_queries.is_shown(f"number:{row.kind}")
    ]
    rows.sort(key=lambda row: row[1])
    return render(request, "foundation/companies/numbers.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def series(request: access.StaffRequest, series_id: int) -> HttpResponse:
    """Change how one kind of document is numbered."""
    found = get_object_or_404(NumberSeries, pk=series_id)
    initial = {name: getattr(found, name) for name in ("prefix", "digits", "next_number")}
    form = forms.SeriesForm(request.POST or None, initial=initial)
    name = forms.SERIES.get(found.kind, found.kind)
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(partial(actions.edit_series, found, by=request.user.actor, **form.cleaned_data))
        except actions.SeriesGoesBack as error:
            form.add_error("next_number", str(error))
        else:
            toasts.say(request, _("%(name)s saved") % {"name": name})
            return redirect("foundation_companies:numbers")
    context = {"form": form, "series": found, "name": name, "next": _show_next(found)}
    return render(request, "foundation/companies/series.html", context, status=422 if form.errors else 200)


@require_safe
@access.permission_required("company.edit")
def terms(request: access.StaffRequest) -> HttpResponse:
    """Show when invoices are due."""
    return render(request, "foundation/companies/terms.html", {"terms": queries.list_terms()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def term(request: access.StaffRequest, term_id: int | None = None) -> HttpResponse:
    """Add or change a payment term."""
    found = get_object_or_404(PaymentTerm, pk=term_id) if term_id else None
    initial: dict[str, Any] = {"days": found.days, "end_of_month": found.end_of_month} if found else {"days": 30}
    initial |= NamesForm.names_of(found.name) if found else {}
    form = forms.TermForm(request.POST or None, is_new=found is None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        code = found.code if found else data["code"]
        if found is None and PaymentTerm.objects.filter(code=code).exists():
            form.add_error("code", _("There is a term %(code)s already. Change that one.") % {"code": code})
        else:
            save = partial(
                actions.save_term, code, name=data["name"], days=data["days"], end_of_month=data["end_of_month"],
                by=request.user.actor,
            )  # fmt: skip
            run_atomic(save)
            return redirect("foundation_companies:terms")
    context = {"form": form, "term": found}
    return render(request, "foundation/companies/term.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def policies(request: access.StaffRequest) -> HttpResponse:
    """Show what may happen without asking a person, and allow something more."""
    found = party_queries.get_company()
    form = forms.PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        run_atomic(partial(decisions.set_policy, by=request.user.actor, **form.cleaned_data))
        toasts.say(request, _("From now on this needs no person"))
        return redirect("foundation_companies:policies")
    words = dict(forms.POLICIES)
    rows = [(row, words.get(row.kind, row.kind)) for row in queries.list_policies()]
    context = {"company": found, "rows": rows, "form": form}
    return render(request, "foundation/companies/policies.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("company.edit")
def end_policy(request: access.StaffRequest, policy_id: int) -> HttpResponse:
    """Let a person decide again."""
    found = get_object_or_404(ApprovalPolicy, pk=policy_id)
    run_atomic(partial(decisions.end_policy, found, by=request.user.actor))
    toasts.say(request, _("A person decides again"))
    return redirect("foundation_companies:policies")


def _show_next(row: NumberSeries) -> str:
    return f"{row.prefix}{row.next_number:0{row.digits}d}"
