"""Prices: one added or edited, many changed at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rantai.crm.pricing import actions, forms, queries
from rantai.crm.pricing.models import Price, PriceList
from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, texts
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, formats, toasts

MAX_CHOSEN = 5_000


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("prices.change")
def add_price(request: access.StaffRequest, list_id: int) -> HttpResponse:
    """Put a price on a list."""
    held = get_object_or_404(PriceList, pk=list_id, company=parties.get_company())
    form = forms.PriceForm(request.POST or None, initial={"item": request.GET.get("item", "")})
    if request.method == "POST" and form.is_valid():
        row = _row(form, item_id=form.cleaned_data["item"].pk)
        run_atomic(lambda: actions.upsert_prices(held.pk, [row], by=request.user.actor))
        toasts.say(request, _("Price saved."))
        return redirect("crm_pricing:list", held.pk)
    context = {"house": "customers", "list": held, "form": form, "title": _("A new price")}
    return render(request, "crm/pricing/price.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("prices.change")
def edit_price(request: access.StaffRequest, price_id: int) -> HttpResponse:
    """Edit a price."""
    rows = Price.objects.select_related("price_list", "item")
    price = get_object_or_404(rows, pk=price_id, price_list__company=parties.get_company())
    names = ("unit_price", "minimum_quantity", "territory", "valid_from", "valid_to")
    initial = {name: getattr(price, name) for name in names}
    form = forms.PriceForm(request.POST or None, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        row = _row(form, item_id=price.item_id)
        try:
            run_atomic(lambda: actions.edit_price(price, row=row, by=request.user.actor))
        except actions.PriceStandsAlready as problem:
            form.add_error(None, str(problem))
        else:
            toasts.say(request, _("Price saved."))
            return redirect("crm_pricing:list", price.price_list_id)
    title = texts.pick(price.item.name) or price.item.code
    context = {"house": "customers", "list": price.price_list, "form": form, "title": title}
    return render(request, "crm/pricing/price.html", context, status=422 if form.errors else 200)


@require_POST
@access.permission_required("prices.change")
def reprice(request: access.StaffRequest) -> HttpResponse:
    """Change chosen prices by a share: first what they would be, then, on a second click, do it."""
    ids = clicks.read_ids(request, most=MAX_CHOSEN)
    company = parties.get_company()
    chosen = list(queries.list_chosen(ids, company_id=company.pk))
    if not chosen:
        toasts.warn(request, _("Tick the prices to change first."))
        return redirect("crm_pricing:lists")
    held, today = chosen[0].price_list, clock.business_date(clock.now(), company.zone)
    is_asked = bool(request.POST.get("do"))
    form = forms.RepriceForm(request.POST if is_asked else None, initial={"starts_on": today})
    plans: list[actions.Repricing] = []
    if is_asked and form.is_valid():
        plans = actions.plan_repricing(chosen, **form.cleaned_data)
        if request.POST["do"] == "apply":
            done = run_atomic(lambda: actions.reprice(held, plans=plans, by=request.user.actor))
            said = ngettext("%(n)s price changed.", "%(n)s prices changed.", done) % {"n": formats.number(done)}
            toasts.say(request, said)
            return redirect(f"{reverse('crm_pricing:list', args=[held.pk])}?view=all")
    shown = [
        {"name": texts.pick(plan.price.item.name) or plan.price.item.code, "code": plan.price.item.code,
         "before": formats.money(plan.price.unit_price, held.currency),
         "after": formats.money(plan.unit_price, held.currency)}
        for plan in plans[:200]
    ]  # fmt: skip
    context = {"house": "customers", "list": held, "form": form, "ids": [price.pk for price in chosen],
               "count": len(chosen), "plans": shown}  # fmt: skip
    return render(request, "crm/pricing/reprice.html", context, status=422 if form.errors else 200)


def _row(form: forms.PriceForm, *, item_id: int) -> actions.PriceRow:
    typed = form.cleaned_data
    return actions.PriceRow(
        item_id=item_id,
        unit_price=typed["unit_price"],
        minimum_quantity=typed["minimum_quantity"],
        territory_id=typed["territory"].pk if typed["territory"] else None,
        valid_from=typed["valid_from"],
        valid_to=typed["valid_to"],
    )
