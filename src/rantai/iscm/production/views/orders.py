"""The list of production orders and the page of one."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.iscm.inventory.views import edge
from rantai.iscm.production.actions import orders as actions
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.production.queries import orders as queries
from rantai.iscm.production.views import sheets, tables
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, toasts


@require_safe
@access.permission_required("production.view")
def orders(request: HttpRequest) -> HttpResponseBase:
    """Show production orders; the title says how many wait for parts and how many run."""
    today = edge.today()
    table = tables.OrderTable(tables.list_orders(today), request=request, today=today)
    context = {
        "house": "operations",
        "waiting": queries.count_waiting(),
        "running": queries.count_running(),
    }
    return table.respond("iscm/production/orders.html", context)


@require_safe
@access.permission_required("production.view")
def order(request: HttpRequest, order_id: int) -> HttpResponseBase:
    """Show an order: what it waits for, its steps to start and finish, its parts, whom it serves."""
    rows = ProductionOrder.objects.select_related("item__base_unit", "location", "company")
    row = get_object_or_404(rows, pk=order_id)
    return render(request, "iscm/production/order.html", sheets.describe_order(row, today=edge.today()))


@require_POST
@access.permission_required("production.work")
def release_many(request: HttpRequest) -> HttpResponse:
    """Release the ticked proposals, each in its own transaction."""
    done, at, by = 0, clock.now(), edge.actor(request)
    for proposal_id in clicks.read_ids(request):
        try:
            made = run_atomic(partial(_release, proposal_id, at=at, by=by))
            done += len(made)
        except edge.REFUSALS as problem:
            toasts.hurt(request, str(problem))
    toasts.say(request, ngettext("%(n)s order released", "%(n)s orders released", done) % {"n": done})
    return redirect("iscm_production:orders")


def _release(order_id: int, *, at: datetime, by: str) -> list[ProductionOrder]:
    return actions.release_tree(actions.lock_order(order_id), at=at, by=by)
