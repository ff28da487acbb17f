"""The list of orders and the page of one, its room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rantai.crm.orders.actions import changing, fulfilling, holding, links
from rantai.crm.orders.models import OrderHold, SalesOrder
from rantai.crm.orders.queries import asking, lists, orders
from rantai.crm.orders.views import edge, sheets, tables
from rantai.foundation.access import rules as access
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.ui import clicks, conflicts, toasts

NOT_CONFIRMED: tuple[type[Exception], ...] = (*edge.REFUSALS, orders.UnknownOrder)
"""Why a draft stays one, in words."""


@require_safe
@access.permission_required("orders.view")
def list_orders(request: HttpRequest) -> HttpResponseBase:
    """Show orders; the title says how many will be late and how many keep their date."""
    today = edge.today()
    table = tables.OrderTable(lists.list_orders(today), request=request, today=today)
    return table.respond("crm/orders/orders.html", {"house": "customers", "standing": lists.count_standing(today)})


@require_safe
@access.permission_required("orders.view")
def order(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Show an order: when it comes, its lines, money, what happened, what can be done now."""
    row = get_object_or_404(
        SalesOrder.objects.select_related("company", "account__owner", "party", "ship_to"), pk=order_id
    )
    offer = asking.ask_order(order_id, as_of=clock.now()).offer if row.state == "draft" else None
    context = sheets.describe_order(row, offer=offer, user=request.user, today=edge.today())  # type: ignore[arg-type]
    return render(request, "crm/orders/order.html", context)


@require_POST
@access.permission_required("orders.confirm")
def confirm(request: HttpRequest, order_id: int) -> HttpResponse:
    """Make a draft firm with the dates that operations offer now."""
    back = edge.order_url(order_id)
    try:
        done = edge.confirm(order_id, revision=clicks.read_revision(request), by=edge.actor(request), as_of=clock.now())
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=back)
    except NOT_CONFIRMED as problem:
        toasts.hurt(request, str(problem))
    else:
        toasts.say(request, _("%(number)s is confirmed. The customer is told.") % {"number": done.order.number})
        if any(row.promise_changed for row in done.recorded):
            toasts.warn(request, _("Somebody was faster: a line got another date than it was shown."))
    return redirect(back)


@require_POST
@access.permission_required("orders.cancel")
def cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    """Cancel what has not left yet."""
    return edge.attempt(
        request,
        lambda: changing.cancel_order(
            order_id, expected_revision=clicks.read_revision(request), by=edge.actor(request), as_of=clock.now()
        ),
        said=_("Cancelled. Its supply is free for others."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("orders.change")
def renew_tracking(request: HttpRequest, order_id: int) -> HttpResponse:
    """End the customer's link, because it fell into wrong hands."""
    get_object_or_404(SalesOrder, pk=order_id)
    return edge.attempt(
        request,
        lambda: links.renew_tracking(order_id, by=edge.actor(request)),
        said=_("The link is ended. The next message to the customer carries a new one."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("orders.release_hold")
def release(request: HttpRequest, order_id: int, hold_id: int) -> HttpResponse:
    """Let a held order go."""
    hold = get_object_or_404(OrderHold.objects.select_related("order"), pk=hold_id, order_id=order_id)
    is_draft = hold.order.state == "draft"
    return edge.attempt(
        request,
        lambda: holding.release_hold(hold, by=edge.actor(request)),
        said=_("Released. It can be confirmed now.") if is_draft else _("Released. It can be changed now."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("orders.release_hold")
def hold(request: HttpRequest, order_id: int) -> HttpResponse:
    """Hold an order until its payment is here."""
    get_object_or_404(SalesOrder, pk=order_id, state="draft")
    return edge.attempt(
        request,
        lambda: holding.place_hold(order_id, kind="payment", reason=_("waits for payment"), by=edge.actor(request)),
        said=_("Held."),
        back=edge.order_url(order_id),
    )


@require_POST
@access.permission_required("invoices.issue")
def issue_invoice(request: HttpRequest, order_id: int) -> HttpResponse:
    """Bill what was shipped and not billed yet."""
    return edge.attempt(
        request,
        lambda: fulfilling.bill_by_hand(order_id, at=clock.now(), by=edge.actor(request)),
        said=_("Invoice issued. It goes out with its PDF in a moment."),
        back=edge.order_url(order_id),
    )
