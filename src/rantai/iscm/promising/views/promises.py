"""What we said we would deliver, on which supply it leans, and letting it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import Shipment
from rantai.iscm.fulfilment.views import edge as dock
from rantai.iscm.inventory.views import edge
from rantai.iscm.promising.actions import releases
from rantai.iscm.promising.models import PromiseRevision, SlotTake, SupplySlot
from rantai.iscm.promising.queries import lists
from rantai.iscm.promising.views import tables
from rantai.kernel import citations, clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick
from rantai.kernel.transactions import run_atomic
from rantai.ui import formats, shapes, toasts

CAUSES = {
    "first": gettext_lazy("Order confirmed"),
    "customer": gettext_lazy("The customer changed the order"),
    "cancelled": gettext_lazy("Cancelled"),
    "expedited": gettext_lazy("A faster supplier was taken"),
    "exchanged": gettext_lazy("The customer took another item"),
    "supply_late": gettext_lazy("A supply comes later"),
    "supply_early": gettext_lazy("A supply comes earlier"),
    "supply_found": gettext_lazy("A supply was found"),
    "supply_arrived": gettext_lazy("The goods arrived"),
    "supply_cancelled": gettext_lazy("A supply was cancelled"),
    "partner_cancelled": gettext_lazy("The partner does not send it"),
    "plan": gettext_lazy("The plan shows another day"),
    "production": gettext_lazy("Production moved"),
    "transfer": gettext_lazy("A transfer moved"),
    "stock_count": gettext_lazy("The stock was counted"),
    "shipment_cancelled": gettext_lazy("The shipment was cancelled"),
    "short_pick": gettext_lazy("Fewer were found when picking"),
}


@require_safe
@access.permission_required("demand.view")
def promises(request: HttpRequest) -> HttpResponseBase:
    """Show open lines; the title says how many come later than wanted."""
    today = edge.today()
    rows = tables.list_promises(today)
    if request.GET.get("overdue"):
        rows = rows.filter(promise__promised_on__lt=today)
    late, open_lines = lists.count_late(), lists.count_open()
    context = {"house": "operations", "late": late, "kept": open_lines - late}
    return tables.PromiseTable(rows, request=request, today=today).respond("iscm/promising/promises.html", context)


@require_safe
@access.permission_required("demand.view")
def supplies(request: HttpRequest) -> HttpResponseBase:
    """Show what stock and receipts can still be promised."""
    rows = lists.list_supplies()
    context = {"house": "operations", "exhausted": rows.filter(promised=F("available")).count()}
    return tables.SupplyTable(rows, request=request).respond("iscm/promising/supplies.html", context)


@require_safe
@access.permission_required("demand.view")
def demand(request: HttpRequest, demand_id: int) -> HttpResponseBase:
    """Show every date that was given for a line, with its cause."""
    rows = Demand.objects.select_related("promise", "item__base_unit", "party", "location")
    row = get_object_or_404(rows, pk=demand_id)
    takes = SlotTake.objects.filter(demand=row).select_related("slot", "location").order_by("promised_on", "id")
    context = {
        "house": "operations",
        "demand": row,
        "answer": _answer(row),
        "takes": [{"take": take, "state": tables.BASES[take.basis]} for take in takes],
        "entries": _to_entries(lists.list_ledger(row.pk)),
        "facts": _list_facts(row),
    }
    return render(request, "iscm/promising/demand.html", context)


@require_safe
@access.permission_required("demand.view")
def item_location(request: HttpRequest, item_id: int, location_id: int) -> HttpResponseBase:
    """Show what is promised of an item at a site, supply by supply, as a part of its page or by itself."""
    item = get_object_or_404(Item.objects.select_related("base_unit"), pk=item_id)
    slots = lists.list_item_supplies(item_id, location_id)
    by_slot: dict[int, list[SlotTake]] = {slot.pk: [] for slot in slots}
    for take in lists.list_takes(list(by_slot)):
        if take.slot_id is not None:
            by_slot[take.slot_id].append(take)
    shown = [_describe_slot(slot, by_slot[slot.pk]) for slot in slots]
    context = {
        "house": "operations",
        "item": item,
        "location": get_object_or_404(Location, pk=location_id),
        "rows": shown,
        "free": sum(one["free"] for one in shown),
    }
    template = "iscm/promising/item_location.html"
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)


@require_POST
@access.permission_required("shipments.release")
def release(request: HttpRequest) -> HttpResponse:
    """Reserve stock for what is due and open shipments, some orders at a time."""
    now, by = clock.now(), edge.actor(request)
    orders = releases.list_due_orders(now)
    made = 0
    for start in range(0, len(orders), releases.ORDERS_AT_ONCE):
        chunk = orders[start : start + releases.ORDERS_AT_ONCE]
        try:
            made += len(_release(chunk, as_of=now, by=by))
        except dock.REFUSALS as problem:
            toasts.hurt(request, str(problem))
            break
    if made:
        toasts.say(request, ngettext("%(n)s shipment opened", "%(n)s shipments opened", made) % {"n": made})
    else:
        toasts.warn(request, _("Nothing new is due."))
    return redirect("iscm_fulfilment:shipments")


def _release(orders: list[releases.OrderKey], *, as_of: datetime, by: str) -> list[Shipment]:
    return run_atomic(lambda: releases.release_orders(orders, as_of=as_of, by=by))


def _answer(row: Demand) -> str:
    if row.state == "cancelled":
        return _("Cancelled")
    if row.state == "fulfilled":
        return _("All of it has left")
    promised_on = row.promise.promised_on
    if promised_on is None:
        return _("No day can be promised yet")
    return _("Promised for %(day)s") % {"day": formats.day(promised_on, today=edge.today())}


def _list_facts(row: Demand) -> list[shapes.Fact]:
    unit = str(row.item.base_unit)
    figures = [
        (_("Wanted"), row.units),
        (_("Has left"), row.fulfilled),
        (_("Being shipped"), row.reserved),
        (_("Cancelled"), row.cancelled),
        (_("Without a date"), row.promise.unpromised),
    ]
    return [
        shapes.Fact(_("Item"), pick(row.item.name) or row.item.code, strong=True),
        shapes.Fact(_("Wanted on"), formats.day(row.requested_on, today=edge.today())),
        *(
            shapes.Fact(label, formats.quantity(Quantity(units), unit), hurt=label == _("Without a date"))
            for label, units in figures
            if units
        ),
    ]


def _to_entries(revisions: Sequence[PromiseRevision]) -> list[shapes.Entry]:
    """Return the ledger of a promise, each date with the document that moved it, in words."""
    causes = citations.read(revision.cause_ref for revision in revisions)
    return [_to_entry(revision, causes.get(revision.cause_ref)) for revision in revisions]


def _to_entry(revision: PromiseRevision, cited: citations.Citation | None) -> shapes.Entry:
    day = formats.day(revision.promised_on, today=edge.today()) if revision.promised_on else _("no day")
    expected = formats.day(revision.expected_on, today=edge.today()) if revision.expected_on else "–"
    cause = str(CAUSES.get(revision.cause, revision.cause))
    return shapes.Entry(
        _("%(cause)s: promised %(day)s, expected %(expected)s") % {"cause": cause, "day": day, "expected": expected},
        revision.at,
        house="operations",
        hurt=revision.promised_on is None,
        who=cited.label if cited else "",
        href=cited.href if cited else "",
    )


def _describe_slot(slot: SupplySlot, takes: list[SlotTake]) -> dict[str, Any]:
    return {
        "slot": slot,
        "state": tables.KINDS[slot.kind],
        "free": slot.available - slot.promised - slot.moving - slot.kept,
        "takes": takes[:20],
        "others": max(0, len(takes) - 20),
    }
