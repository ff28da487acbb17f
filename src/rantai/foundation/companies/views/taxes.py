"""Pages of taxes with their rates in time, and of exchange rates."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.companies import actions, forms, queries
from rantai.foundation.parties import queries as party_queries
from rantai.foundation.parties.models import Company, TaxCode
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("company.edit")
def taxes(request: access.StaffRequest) -> HttpResponse:
    """Show the taxes with the rate of today."""
    found = party_queries.get_company()
    today = clock.business_date(clock.now(), found.zone)
    codes = [(code, queries.describe_rate(code, today)) for code in queries.list_tax_codes(found)]
    context = {"company": found, "codes": codes, "usual": found.settings.get("tax_code", "")}
    return render(request, "foundation/companies/taxes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def add_tax(request: access.StaffRequest) -> HttpResponse:
    """Add a tax of our own."""
    found = party_queries.get_company()
    form = forms.TaxForm(request.POST or None, initial={"valid_from": clock.business_date(clock.now(), found.zone)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        add = partial(
            actions.add_tax, found, code=data["code"], name=data["name"], is_inclusive=data["is_inclusive"],
            rate=data["rate"], valid_from=data["valid_from"], by=request.user.actor,
        )  # fmt: skip
        try:
            added = run_atomic(add)
        except actions.TaxCodeInUse as error:
            form.add_error("code", str(error))
        else:
            return redirect("foundation_companies:tax_code", added.pk)
    return render(request, "foundation/companies/add_tax.html", {"form": form}, status=422 if form.errors else 200)


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


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("company.edit")
def rates(request: access.StaffRequest) -> HttpResponse:
    """Show what other currencies are worth, and add a rate."""
    found = party_queries.get_company()
    today = clock.business_date(clock.now(), found.zone)
    form = forms.ExchangeForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        run_atomic(partial(_set_rate, found, form, request.user.actor))
        toasts.say(request, _("Rate of %(currency)s saved") % {"currency": form.cleaned_data["from_currency"]})
        return redirect("foundation_companies:rates")
    exchange = [(row, row.rate // 100_000) for row in queries.list_exchange_rates(found)]
    context = {"company": found, "exchange": exchange, "form": form}
    return render(request, "foundation/companies/rates.html", context, status=422 if form.errors else 200)


def _set_rate(found: Company, form: forms.ExchangeForm, by: str) -> None:
    data = form.cleaned_data
    actions.set_exchange_rate(
        data["from_currency"], to_currency=found.currency, rate=data["rate"], valid_from=data["valid_from"], by=by
    )
