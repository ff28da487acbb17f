"""From which lists a customer buys, as a part of the customer's page."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.crm.accounts.models import Account
from rantai.crm.pricing import actions, forms, queries
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import texts
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("prices.view")
def customer(request: access.StaffRequest, party_id: int) -> HttpResponseBase:
    """Show the lists of a customer in the order in which they are looked at."""
    account = get_object_or_404(Account.objects.select_related("party"), party_id=party_id)
    company = parties.get_company()
    currency = account.currency or company.currency
    own = queries.list_assigned(account.pk)
    rows = queries.list_price_lists(company.pk, account_id=account.pk, currency=currency)
    context = {
        "house": "customers",
        "party": account.party,
        "lists": [
            {"id": row.pk, "name": texts.pick(row.name) or row.code, "code": row.code, "is_own": row.pk in own}
            for row in rows
        ],
        "form": forms.AssignForm(company_id=company.pk),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "crm/pricing/customer.html" + ("#body" if is_fragment else ""), context)


@require_POST
@access.permission_required("prices.change")
def assign(request: access.StaffRequest, party_id: int) -> HttpResponse:
    """Let a customer buy from a list."""
    account = get_object_or_404(Account, party_id=party_id)
    form = forms.AssignForm(request.POST, company_id=parties.get_company().pk)
    if form.is_valid():
        chosen, rank = form.cleaned_data["price_list"], form.cleaned_data["rank"]
        run_atomic(lambda: actions.assign_price_list(account.pk, price_list_id=chosen.pk, rank=rank))
        toasts.say(request, _("From the next order on the prices of %(list)s hold.") % {"list": chosen})
    else:
        toasts.hurt(request, _("Choose a price list and a rank from 1 to 99."))
    return redirect("crm_accounts:customer", party_id)


@require_POST
@access.permission_required("prices.change")
def take_away(request: access.StaffRequest, party_id: int, list_id: int) -> HttpResponse:
    """Let a customer no longer buy from a list."""
    account = get_object_or_404(Account, party_id=party_id)
    run_atomic(lambda: actions.unassign_price_list(account.pk, price_list_id=list_id))
    toasts.say(request, _("Taken away."))
    return redirect("crm_accounts:customer", party_id)
