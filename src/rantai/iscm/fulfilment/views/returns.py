"""Goods that come back: which are awaited, and what of a shipment has come."""

from __future__ import annotations

from collections import defaultdict

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.fulfilment import forms, queries
from rantai.iscm.fulfilment.actions import returns
from rantai.iscm.fulfilment.models import ReturnAuthorization, Shipment, ShipmentLine
from rantai.iscm.fulfilment.views import edge, tables
from rantai.iscm.inventory.views import edge as stock
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.transactions import run_atomic
from rantai.ui import toasts


@require_safe
@access.permission_required("shipments.view")
def awaited(request: HttpRequest) -> HttpResponseBase:
    """Show which goods customers may send back, and what has come of them."""
    table = tables.ReturnTable(tables.list_returns(), request=request, today=stock.today())
    context = {"house": "operations", "count": queries.count_awaited()}
    return table.respond("iscm/fulfilment/returns.html", context)


@require_http_methods(["GET", "POST"])
@access.permission_required("shipments.work")
def receive(request: HttpRequest, shipment_id: int) -> HttpResponseBase:
    """Enter what came back of a delivered shipment, and in which condition."""
    shipment = get_object_or_404(Shipment.objects.select_related("party", "location"), pk=shipment_id)
    lines = queries.list_lines(shipment)
    allowed = queries.list_open_authorizations(shipment)
    expected = _sum_expected(allowed)
    data = request.POST or None
    head = forms.ReturnForm(data, initial={"reason": allowed[0].reason} if allowed else None)
    by_line = {
        line.pk: forms.ReturnLineForm(data, prefix=f"l{line.pk}", initial={"units": expected.get(line.pk)})
        for line in lines
    }
    is_valid = request.method == "POST" and all([head.is_valid(), *(form.is_valid() for form in by_line.values())])
    if is_valid and _post(request, shipment_id, head, by_line):
        return redirect(edge.shipment_url(shipment_id))
    context = {
        "house": "operations",
        "shipment": shipment,
        "head": head,
        "allowed": [(row, forms.REASON_WORDS[row.reason]) for row in allowed],
        "rows": [{"line": line, "left": _left(line), "form": by_line[line.pk]} for line in lines],
    }
    return render(request, "iscm/fulfilment/return.html", context, status=422 if request.method == "POST" else 200)


def _sum_expected(allowed: list[ReturnAuthorization]) -> dict[int, int]:
    """Return shipment line → units that may still come back: what the form begins with."""
    expected: dict[int, int] = defaultdict(int)
    for row in allowed:
        for part in row.lines.all():
            expected[part.line_id] += part.units - part.received
    return {pk: units for pk, units in expected.items() if units}


def _left(line: ShipmentLine) -> Quantity:
    return Quantity(line.units - line.returned)


def _post(
    request: HttpRequest, shipment_id: int, head: forms.ReturnForm, by_line: dict[int, forms.ReturnLineForm]
) -> bool:
    lines = [
        returns.ReturnedLine(line_id=pk, units=form.cleaned_data["units"], status=form.cleaned_data["status"])
        for pk, form in by_line.items()
        if form.cleaned_data["units"]
    ]
    if not lines:
        head.add_error(None, _("Enter for at least one line what came back."))
        return False
    try:
        receipt = run_atomic(
            lambda: returns.receive_return(
                queries.lock_shipment(shipment_id),
                lines=lines,
                reason=head.cleaned_data["reason"],
                at=clock.now(),
                by=stock.actor(request),
            )
        )
    except edge.REFUSALS as problem:
        head.add_error(None, str(problem))
        return False
    toasts.say(request, _("%(number)s is posted.") % {"number": receipt})
    return True
