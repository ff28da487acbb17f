"""The list of purchase orders, and what is done with many at once."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.srm.buying.actions import orders as order_actions
from rantai.srm.buying.actions import sending
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseRequisition
from rantai.srm.buying.queries import figures, paper
from rantai.srm.buying.views import edge, tables
from rantai.ui import clicks, toasts


@require_safe
@access.permission_required("purchasing.view")
def orders(request: access.StaffRequest) -> HttpResponseBase:
    """Show purchase orders; the title says what comes late and who has not answered."""
    today = edge.today()
    kind = tables.OrderTable if request.user.has_perm(access.SEES_COST) else tables.CostlessOrderTable
    table = kind(tables.list_orders(today), request=request, today=today)
    context = {
        "house": "suppliers",
        "late": figures.list_late(on=today).count(),
        "waiting": figures.list_unanswered(on=today).count(),
        "requisitions": PurchaseRequisition.objects.filter(state="open").count(),
        "proposed": PurchaseChangeRequest.objects.filter(state="proposed").count(),
    }
    return table.respond("srm/buying/orders.html", context)


@require_POST
@access.permission_required("purchasing.approve")
def approve(request: HttpRequest) -> HttpResponse:
    """Approve the ticked drafts, each in its own transaction."""
    done = 0
    for pk in clicks.read_ids(request):
        try:
            run_atomic(partial(order_actions.approve_order, pk, revision=None, by=edge.actor(request), on=edge.today()))
            done += 1
        except (*edge.REFUSALS, RevisionConflict) as problem:
            toasts.hurt(request, str(problem))
    if done:
        toasts.say(request, ngettext("%(n)s order approved", "%(n)s orders approved", done) % {"n": done})
    return redirect(reverse("srm_buying:orders") + "?state=approved")


@require_POST
@access.permission_required("purchasing.edit")
def send(request: HttpRequest) -> HttpResponse:
    """Send the ticked orders that are approved."""
    done = 0
    for pk in clicks.read_ids(request):
        try:
            printed = paper.render_order(pk)
            run_atomic(partial(sending.send_order, pk, by=edge.actor(request), on=edge.today(), paper=printed))
            done += 1
        except edge.REFUSALS as problem:
            toasts.hurt(request, str(problem))
    if done:
        toasts.say(request, ngettext("%(n)s order sent", "%(n)s orders sent", done) % {"n": done})
    else:
        toasts.warn(request, _("No order was sent."))
    return redirect("srm_buying:orders")
