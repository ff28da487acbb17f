"""Prices of a supplier, loaded into the supplier's page and readable by themselves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Source
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.srm.contracts import actions, forms, queries
from rantai.ui import toasts


@require_safe
@access.permission_required("purchasing.view")
def supplier(request: access.StaffRequest, party_id: int) -> HttpResponseBase:
    """Show what a supplier asks and how it can be ordered from."""
    party = get_object_or_404(Party, pk=party_id)
    on = clock.business_date(clock.now(), parties.get_company().zone)
    rows = Source.objects.filter(supplier=party, archived_at=None).select_related("item__base_unit", "location")
    context = {
        "house": "suppliers",
        "party": party,
        "prices": queries.list_prices(party_id, on=on) if request.user.has_perm(access.SEES_COST) else (),
        "sources": rows.order_by("item__code", "rank")[:200],
        "currency": parties.get_company().currency,
        "sees_cost": request.user.has_perm(access.SEES_COST),
    }
    template = "srm/contracts/supplier.html"
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)


@require_http_methods(["GET", "POST"])
@access.permission_required("suppliers.edit")
def set_price(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Set a price."""
    party = get_object_or_404(Party, pk=party_id)
    on = clock.business_date(clock.now(), parties.get_company().zone)
    form = forms.PriceForm(request.POST or None, initial={"valid_from": on, "currency": parties.get_company().currency})
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        row = actions.PriceRow(
            item_id=cleaned["item"].pk,
            currency=cleaned["currency"].upper(),
            unit_cost=cleaned["unit_cost"],
            from_units=cleaned["from_units"],
            valid_from=cleaned["valid_from"],
        )
        by = request.user.actor  # type: ignore[union-attr]
        run_atomic(lambda: actions.set_prices(party.pk, [row], by=by, on=on))
        toasts.say(request, _("Price saved."))
        return redirect("srm_suppliers:supplier", party_id=party.pk)
    context = {"house": "suppliers", "party": party, "form": form}
    return render(request, "srm/contracts/price.html", context, status=422 if form.errors else 200)
