"""What else could be done for the late lines of a confirmed order, and doing it with a click."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rantai.crm.orders.actions import changing, rerouting
from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking
from rantai.crm.orders.views import edge, ways
from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties.models import Party
from rantai.iscm import reports
from rantai.kernel import clock, texts
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import clicks, conflicts, toasts

BUYS = "orders.expedite"
"""Who may let something be bought from a faster supplier."""
Found = list[tuple[ScheduleLine, tuple[reports.Alternative, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LateLine:
    """A late line with its ways, as the page shows it."""

    name: str
    promised_on: date | None
    ways: list[ways.Way]


@require_http_methods(["GET", "HEAD", "POST"])
@access.permission_required("orders.change")
def order_ways(request: access.StaffRequest, order_id: int) -> HttpResponseBase:
    """Show the ways as a part of the order's page or by itself; take the one that was clicked."""
    order = get_object_or_404(SalesOrder.objects.select_related("company", "account", "party"), pk=order_id)
    found = asking.list_order_ways(order, as_of=clock.now()) if order.state == "confirmed" else []
    if request.method == "POST":
        return _take(request, order, found)
    context = {"house": "customers", "order": order, "lines": _show(request, order, found)}
    template = "crm/orders/ways.html"
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)


def _take(request: access.StaffRequest, order: SalesOrder, found: Found) -> HttpResponse:
    back, value = edge.order_url(order.pk), request.POST.get("take", "")
    may_buy = request.user.has_perm(BUYS)
    ways_of = ((row, way) for row, rows in found for way in rows)
    chosen = next((one for one in ways_of if value and _write(*one, may_buy=may_buy) == value), None)
    if chosen is None:
        toasts.warn(request, _("This way is not there any more. Look at what is left."))
        return redirect(back)
    try:
        others_were_faster = _do(request, order, *chosen)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=back)
    except edge.REFUSALS as problem:
        toasts.hurt(request, str(problem))
        return redirect(back)
    if rerouting.is_bought(chosen[1]) and not others_were_faster:
        toasts.say(request, _("Purchasing is asked to buy it. The customer is told where a date moved."))
    else:
        toasts.say(request, _("Changed. The customer is told where a date moved."))
    if others_were_faster:
        toasts.warn(request, _("Somebody was faster: a line got another date than it was shown."))
    return redirect(back)


def _do(request: access.StaffRequest, order: SalesOrder, row: ScheduleLine, way: reports.Alternative) -> bool:
    revision, by, now = clicks.read_revision(request), edge.actor(request), clock.now()
    if rerouting.is_ours(way) or rerouting.is_bought(way):
        return run_atomic(lambda: rerouting.take_way(row, way, expected_revision=revision, by=by, as_of=now))[1]
    change = changing.LineChange(line_id=row.line_id, requested_on=way.promised_on)
    planned = changing.plan_changes(order, [change], as_of=now)
    asked = [plan.asked for plan in planned if plan.asked]
    offer = asking.ask_for_changes(order, {row.pk: row}, asked, as_of=now)
    run_atomic(
        lambda: changing.change_order(
            order.pk, planned=planned, offer=offer, expected_revision=revision, by=by, as_of=now
        )
    )
    return False


def _show(request: access.StaffRequest, order: SalesOrder, found: Found) -> list[LateLine]:
    names = {site.pk: site.name for site in locations.list_sites(order.company_id)} if found else {}
    wanted = {row.line.item_id for row, _rows in found} | {way.item_id for _row, rows in found for way in rows}
    items = Item.objects.in_bulk(wanted)
    sellers = Party.objects.in_bulk({way.supplier_id for _row, rows in found for way in rows if way.supplier_id})
    currency = order.company.currency if request.user.has_perm(access.SEES_COST) else ""
    may_buy = request.user.has_perm(BUYS)
    return [
        LateLine(
            name=texts.pick(items[row.line.item_id].name) or items[row.line.item_id].code,
            promised_on=row.promised_on,
            ways=[
                ways.describe(
                    way, currency, value=_write(row, way, may_buy=may_buy), names=names, items=items,
                    today=edge.today(), seller=sellers[way.supplier_id].name if way.supplier_id else "",
                )
                for way in rows
            ],
        )
        for row, rows in found
    ]  # fmt: skip


def _write(row: ScheduleLine, way: reports.Alternative, *, may_buy: bool) -> str:
    """Return what a click posts, empty where somebody else has to do it or it changes the order's lines.

    A later day is one that the customer agreed to: it is what the line wants from then on.
    """
    if way.kind == "later":
        return f"later|{row.pk}|{way.promised_on.isoformat()}"
    if not rerouting.is_ours(way) and not (may_buy and rerouting.is_bought(way)):
        return ""
    sources = ",".join(str(part.source_id or 0) for part in way.slices)
    return f"{way.kind}|{row.pk}|{sources}|{way.promised_on.isoformat()}"
