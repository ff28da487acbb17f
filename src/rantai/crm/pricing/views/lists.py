"""The price lists, one of them, and what it is called."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.crm.pricing import actions, forms, queries
from rantai.crm.pricing.models import PriceList
from rantai.crm.pricing.views import tables
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, texts
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts


@require_safe
@access.permission_required("prices.view")
def price_lists(request: access.StaffRequest) -> HttpResponseBase:
    """Show price lists; the title says what can be sold and has no price."""
    company = parties.get_company()
    today = clock.business_date(clock.now(), company.zone)
    context = {"house": "customers", "unpriced": queries.count_unpriced(company, on=today)}
    table = tables.PriceListTable(queries.list_lists(company.pk), request=request, today=today)
    return table.respond("crm/pricing/lists.html", context)


@require_safe
@access.permission_required("prices.view")
def price_list(request: access.StaffRequest, list_id: int) -> HttpResponseBase:
    """Show the prices of a list; the title says how many hold now."""
    company = parties.get_company()
    held = get_object_or_404(PriceList, pk=list_id, company=company)
    today = clock.business_date(clock.now(), company.zone)
    kind = tables.PriceTable if request.user.has_perm(access.SEES_COST) else tables.CostlessPriceTable
    table = kind(queries.list_prices(held, on=today), request=request, today=today)
    context = {
        "house": "customers",
        "list": held,
        "name": texts.pick(held.name),
        "priced": queries.count_priced_items(held, on=today),
        "unpriced": queries.list_unpriced(held, on=today)[:12] if held.is_default else [],
    }
    return table.respond("crm/pricing/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("prices.change")
def add_list(request: access.StaffRequest) -> HttpResponse:
    """Add a price list."""
    company = parties.get_company()
    form = forms.ListForm(request.POST or None, company_id=company.pk, initial={"currency": company.currency})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        row = run_atomic(
            lambda: actions.add_price_list(
                typed["code"], company_id=company.pk, currency=typed["currency"].upper(),
                name={request.user.language or "en": typed["name"] or typed["code"]}, is_default=typed["is_default"],
                tax_code_id=typed["tax_code"].pk if typed["tax_code"] else None, by=request.user.actor,
            )
        )  # fmt: skip
        toasts.say(request, _("Added. Now put prices on it."))
        return redirect("crm_pricing:list", row.pk)
    context = {"house": "customers", "form": form, "list": None, "back": reverse("crm_pricing:lists")}
    return render(request, "crm/pricing/edit_list.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("prices.change")
def edit_list(request: access.StaffRequest, list_id: int) -> HttpResponse:
    """Edit what a list is called and for whom it holds."""
    company = parties.get_company()
    held = get_object_or_404(PriceList, pk=list_id, company=company)
    initial = {"code": held.code, "name": texts.pick(held.name), "tax_code": held.tax_code_id,
               "is_default": held.is_default, "revision": held.revision}  # fmt: skip
    form = forms.ListForm(request.POST or None, company_id=company.pk, held=held, initial=initial)
    back = reverse("crm_pricing:list", args=[held.pk])
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        names = {**held.name, request.user.language or "en": typed["name"] or typed["code"]}
        try:
            run_atomic(
                lambda: actions.edit_price_list(
                    held, code=typed["code"], name=names, is_default=typed["is_default"],
                    tax_code_id=typed["tax_code"].pk if typed["tax_code"] else None,
                    expected_revision=typed["revision"] or 0, by=request.user.actor,
                )
            )  # fmt: skip
        except RevisionConflict as conflict:
            return conflicts.answer(request, conflict, form=form, href=back)
        toasts.say(request, _("Saved. It holds for the next order."))
        return redirect(back)
    context = {"house": "customers", "form": form, "list": held, "back": back}
    return render(request, "crm/pricing/edit_list.html", context, status=422 if form.errors else 200)
