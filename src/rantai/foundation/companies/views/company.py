"""Pages of our company: what it is, its taxes, its exchange rates."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rantai.foundation.access import rules as access
from rantai.foundation.companies import actions, forms, queries
from rantai.foundation.parties import actions as parties
from rantai.foundation.parties import queries as party_queries
from rantai.foundation.parties.models import Company, TaxCode
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts

COMPANY = (
    "tax_id", "zone", "language", "calendar", "fiscal_year_start_month", "invoice_on", "makes", "trades", "dropships",
    "serves",
)  # fmt: skip
PARTY = ("name", "email", "phone")


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def company(request: access.StaffRequest) -> HttpResponse:
    """Show and change our company."""
    found = party_queries.get_company()
    initial = {name: getattr(found, name) for name in (*COMPANY, "revision")}
    initial |= {name: getattr(found.party, name) for name in PARTY}
    form = forms.CompanyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            run_atomic(partial(_save, found, form.cleaned_data, request.user.actor))
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form)
        toasts.say(request, _("%(name)s saved") % {"name": form.cleaned_data["name"]})
        return redirect("foundation_companies:company")
    return render(
        request, "foundation/companies/company.html", {"form": form, "company": found},
        status=422 if form.errors else 200,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def rates(request: access.StaffRequest) -> HttpResponse:
    """Show taxes and exchange rates; add an exchange rate."""
    found = party_queries.get_company()
    today = clock.business_date(clock.now(), found.zone)
    form = forms.ExchangeForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        run_atomic(
            partial(
                actions.set_exchange_rate, data["from_currency"], to_currency=found.currency, rate=data["rate"],
                valid_from=data["valid_from"], by=request.user.actor,
            )
        )  # fmt: skip
        return redirect("foundation_companies:rates")
    codes = [(code, queries.describe_rate(code, today)) for code in queries.list_tax_codes(found)]
    exchange = [(row, row.rate // 100_000) for row in queries.list_exchange_rates(found)]
    context = {"company": found, "codes": codes, "exchange": exchange, "form": form}
    return render(request, "foundation/companies/rates.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def tax_code(request: access.StaffRequest, code_id: int) -> HttpResponse:
    """Show a tax's rates in time and add the next one."""
    found = get_object_or_404(TaxCode, pk=code_id)
    form = forms.RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        base = (data["base_numerator"], data["base_denominator"])
        add = partial(
            actions.set_tax_rate, found, rate=data["rate"], valid_from=data["valid_from"], base=base,
            by=request.user.actor,
        )  # fmt: skip
        try:
            run_atomic(add)
        except actions.RateOverlaps as error:
            form.add_error("valid_from", str(error))
        else:
            return redirect("foundation_companies:tax_code", found.pk)
    rows = [(rate, queries.show_rate(rate)) for rate in found.rates.order_by("-valid_from")]
    context = {"tax_code": found, "rows": rows, "form": form}
    return render(request, "foundation/companies/tax_code.html", context, status=422 if form.errors else 200)


def _save(found: Company, data: dict[str, Any], by: str) -> None:
    values = {name: data[name] for name in COMPANY}
    actions.edit_company(found, values=values, expected_revision=data["revision"] or 0, by=by)
    profile = {name: data[name] for name in PARTY}
    parties.edit_party(found.party, values=profile, expected_revision=found.party.revision, by=by)
