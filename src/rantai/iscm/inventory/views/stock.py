"""What is where, how it came to be, and what was counted."""

from __future__ import annotations

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations import rules as places
from rantai.foundation.locations.models import Location
from rantai.iscm.inventory import forms
from rantai.iscm.inventory.actions import counts
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.inventory.views import edge, tables
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("stock.view")
def stock(request: HttpRequest) -> HttpResponseBase:
    """Show stock by item and place; the title says what nobody may promise."""
    rows = tables.list_stock()
    context = {
        "house": "operations",
        "items": rows.values("item_id").distinct().count(),
        "held": rows.filter(status="quarantine").count(),
    }
    return tables.StockTable(rows, request=request).respond("iscm/inventory/stock.html", context)


@require_safe
@access.permission_required("stock.view")
def item_location(request: HttpRequest, item_id: int, location_id: int) -> HttpResponseBase:
    """Show one item at one site: its balances, what is promised, its ledger."""
    item, location = _find(item_id, location_id)
    rows = tables.list_stock().filter(item=item, location=location)
    # under names of their own: Django would read "free" from the sums of the same names
    sums = rows.aggregate(all_free=Sum("free"), all_reserved=Sum("reserved"))
    context = {
        "house": "operations",
        "item": item,
        "name": pick(item.name),
        "location": location,
        "balances": rows.select_related("lot", "bin").order_by("status", "lot__expires_on", "id"),
        "free": Quantity(sums["all_free"] or 0),
        "reserved": Quantity(sums["all_reserved"] or 0),
    }
    moves = tables.list_moves(item.pk, location.pk)
    return tables.MoveTable(moves, request=request).respond("iscm/inventory/item_location.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("stock.adjust")
def count(request: HttpRequest, item_id: int, location_id: int) -> HttpResponseBase:
    """Enter what was counted; the books follow with the reason."""
    item, location = _find(item_id, location_id)
    balances = list(
        tables.list_stock().filter(item=item, location=location).select_related("lot", "bin").order_by("id")
    )
    data = request.POST or None
    head = forms.CountForm(data)
    lines = {row.pk: _line_form(row, data) for row in balances}
    found = forms.FoundForm(data, tracking=item.tracking, prefix="found")
    if request.method == "POST" and all(
        [head.is_valid(), found.is_valid(), *(form.is_valid() for form in lines.values())]
    ):
        counted = forms.read_lines(item.pk, balances, lines, found)
        if _post(request, location, head, counted):
            return redirect("iscm_inventory:item_location", item.pk, location.pk)
    context = {
        "house": "operations",
        "item": item,
        "location": location,
        "head": head,
        "found": found,
        "rows": [{"balance": row, "form": lines[row.pk]} for row in balances],
    }
    return render(request, "iscm/inventory/count.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@access.permission_required("stock.adjust")
def status(request: HttpRequest, balance_id: int) -> HttpResponseBase:
    """Give units of a balance another status."""
    rows = StockBalance.objects.select_related("item__base_unit", "location", "lot")
    balance = get_object_or_404(rows, pk=balance_id, is_account=False)
    free = balance.on_hand - balance.reserved
    to = "blocked" if balance.status == "available" else "available"
    form = forms.StatusForm(request.POST or None, initial={"units": free, "to": to})
    if request.method == "POST" and form.is_valid():
        return _change_status(request, balance, form)
    context = {"house": "operations", "balance": balance, "form": form, "free": Quantity(free)}
    return render(request, "iscm/inventory/status.html", context, status=422 if form.errors else 200)


def _find(item_id: int, location_id: int) -> tuple[Item, Location]:
    item = get_object_or_404(Item.objects.select_related("base_unit"), pk=item_id)
    return item, get_object_or_404(Location, pk=location_id, kind__in=places.SITES)


def _line_form(balance: StockBalance, data: object) -> forms.CountLineForm:
    initial = {"seen": balance.on_hand, "balance": balance.pk}
    return forms.CountLineForm(data, initial=initial, prefix=f"b{balance.pk}")  # type: ignore[arg-type]


def _post(request: HttpRequest, location: Location, head: forms.CountForm, lines: list[counts.CountedLine]) -> bool:
    if not lines:
        head.add_error(None, _("Enter at least one quantity; a shelf that is empty is 0."))
        return False
    try:
        count = run_atomic(
            lambda: counts.count_stock(
                location.pk,
                company_id=location.company_id or 0,
                lines=lines,
                reason=head.cleaned_data["reason"],
                note=head.cleaned_data["note"],
                at=clock.now(),
                by=edge.actor(request),
            )
        )
    except edge.REFUSALS as problem:
        head.add_error(None, str(problem))
        return False
    toasts.say(request, _("%(number)s is in the books.") % {"number": count})
    return True


def _change_status(request: HttpRequest, balance: StockBalance, form: forms.StatusForm) -> HttpResponse:
    return edge.attempt(
        request,
        lambda: counts.change_status(
            balance,
            units=form.cleaned_data["units"],
            to=form.cleaned_data["to"],
            at=clock.now(),
            by=edge.actor(request),
        ),
        said=_("The status is changed."),
        back=reverse("iscm_inventory:item_location", args=[balance.item_id, balance.location_id]),
    )
