"""The stock of an item at a place as the plan sees it coming."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm.supply.queries import outlooks, plans
from rantai.iscm.supply.views import edge, pictures, tables


@require_safe
@access.permission_required("plan.view")
def stock(request: HttpRequest, item_id: int, location_id: int) -> HttpResponseBase:
    """Answer whether stock stays above its safety level, week by week."""
    item = get_object_or_404(Item.objects.select_related("base_unit"), pk=item_id)
    location = get_object_or_404(Location, pk=location_id)
    today, run = edge.today(), plans.find_run()
    weeks = outlooks.list_stock_weeks(run, item_id, location_id) if run else []
    safety, _reorder, _up_to = outlooks.read_targets(run, item_id, location_id) if run else (0, 0, 0)
    unit = str(item.base_unit)
    below = next((week for week in weeks if week.closing < safety), None)
    orders = tables.list_orders().filter(item_id=item_id, location_id=location_id, state="proposed")
    context = {
        "house": "operations",
        "item": item,
        "location": location,
        "unit": unit,
        "weeks": weeks,
        "below": below,
        "empty": next((week for week in weeks if week.lowest <= 0), None),
        "safety": safety,
        "today": today,
        "run": run,
        "chart": pictures.draw_stock(weeks, target=safety, unit=unit, today=today) if weeks else None,
        "orders": orders.order_by("start_on", "id"),
    }
    return render(request, "iscm/supply/stock.html", context)
