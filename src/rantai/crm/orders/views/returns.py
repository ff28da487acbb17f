"""Goods that a customer sends back: what may come, what has come, and how one begins."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rantai.crm.orders import forms
from rantai.crm.orders.actions import returns
from rantai.crm.orders.models import SalesOrder, SalesOrderLine
from rantai.crm.orders.queries import orders
from rantai.crm.orders.views import edge
from rantai.foundation.access import rules as access
from rantai.iscm import facade as iscm
from rantai.iscm import messages, reports
from rantai.kernel import clock, texts
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, toasts

STATES = {
    "open": ("wait", gettext_lazy("Awaited")),
    "received": ("done", gettext_lazy("Came back")),
    "ended": ("end", gettext_lazy("Did not come")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A return as the order's page shows it."""

    view: reports.ReturnView
    lamp: str
    state: str
    reason: str
    goods: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether goods may still come."""
        return self.view.state == "open"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A delivered line that may come back, with the field for how much of it does."""

    row: reports.ReturnableLine
    line: SalesOrderLine
    form: forms.ReturnLineForm


@require_safe
@access.permission_required("orders.view")
def order_returns(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Show the returns of an order, as a part of its page or by themselves."""
    order = _get_order(order_id)
    ref = DocRef("sales_order", order_id)
    lines = {line.pk: line for line in orders.list_lines(order_id)}
    context = {
        "house": "customers",
        "order": order,
        "rows": [_show(row, lines) for row in iscm.list_returns(ref)],
        "can_begin": bool(iscm.list_returnable(ref)),
    }
    template = "crm/orders/returns.html"
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("orders.change")
def new_return(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Choose what of the delivered goods may come back, and why."""
    order = _get_order(order_id)
    lines = {line.pk: line for line in orders.list_lines(order_id)}
    data = request.POST or None
    head = forms.ReturnForm(data)
    rows = [
        Offered(row=row, line=lines[row.line], form=forms.ReturnLineForm(data, prefix=f"l{row.line_id}"))
        for row in iscm.list_returnable(DocRef("sales_order", order_id))
    ]
    if request.method == "POST" and all([head.is_valid(), *(row.form.is_valid() for row in rows)]):
        typed = [(row.row.line_id, row.form.cleaned_data["units"]) for row in rows]
        wanted = [messages.WantedReturn(line_id=pk, units=Quantity(units)) for pk, units in typed if units]
        if _begin(request, order, head, wanted):
            return redirect(edge.order_url(order_id))
    context = {"house": "customers", "order": order, "rows": rows, "head": head}
    return render(request, "crm/orders/new_return.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@access.permission_required("orders.change")
def end_return(request: HttpRequest, order_id: int, return_id: int) -> HttpResponse:
    """Expect nothing more: the customer keeps the goods."""
    order = _get_order(order_id)
    return edge.attempt(
        request,
        lambda: returns.end_return(order, return_id, by=edge.actor(request), as_of=clock.now()),
        said=_("Ended. Nothing more of it is awaited."),
        back=edge.order_url(order_id),
    )


def _begin(
    request: HttpRequest, order: SalesOrder, head: forms.ReturnForm, wanted: list[messages.WantedReturn]
) -> bool:
    if not wanted:
        head.add_error(None, _("Enter for at least one line how much comes back."))
        return False
    reason, note, by = head.cleaned_data["reason"], head.cleaned_data["note"], edge.actor(request)
    try:
        made = run_atomic(
            lambda: returns.authorize_return(order, wanted=wanted, reason=reason, note=note, by=by, as_of=clock.now())
        )
    except edge.REFUSALS as problem:
        head.add_error(None, str(problem))
        return False
    numbers = ", ".join(row.number for row in made)
    toasts.say(request, _("%(number)s: the warehouse awaits it. The customer is told.") % {"number": numbers})
    return True


def _get_order(order_id: int) -> SalesOrder:
    return get_object_or_404(SalesOrder.objects.select_related("company", "party"), pk=order_id)


def _show(view: reports.ReturnView, lines: dict[int, SalesOrderLine]) -> Row:
    lamp, state = STATES[view.state]
    goods = tuple(_say_goods(part, lines[part.line]) for part in view.lines if part.line in lines)
    return Row(view=view, lamp=lamp, state=str(state), reason=str(forms.RETURN_REASONS[view.reason]), goods=goods)


def _say_goods(part: reports.ReturnLineView, line: SalesOrderLine) -> str:
    unit = texts.pick(line.item.base_unit.name) or line.item.base_unit.code
    figures = {
        "units": formats.quantity(part.units, unit),
        "item": texts.pick(line.item.name) or line.item.code,
        "back": formats.quantity(part.received),
    }
    if part.received and part.received < part.units:
        return _("%(back)s of %(units)s %(item)s") % figures
    return _("%(units)s %(item)s") % figures
