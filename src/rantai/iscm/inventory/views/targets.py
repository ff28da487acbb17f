"""How much stock is wanted where, and why."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm.inventory.models import StockTarget
from rantai.iscm.inventory.models.policies import ABC, XYZ
from rantai.iscm.inventory.queries import targets as queries
from rantai.iscm.inventory.views import edge, explained, words
from rantai.iscm.inventory.views.tables import list_choices
from rantai.kernel.texts import pick
from rantai.ui import tables
from rantai.ui.table_columns import ItemColumn


class TargetTable(tables.Table):
    """Stock targets by item and place."""

    name = "stock-targets"
    caption = _("Stock targets")
    item = ItemColumn(sort=True, link="iscm_inventory:target", link_args=("item_id", "location_id"), grow=True)
    place = tables.Column(_("Site"), accessor="location__name", sort=True, phone="subend")
    classes = tables.Column(
        _("Class"), accessor="abc", needs=["xyz"], format=lambda value, row: f"{value}{row['xyz']}", sort=True, narrow=2
    )
    kind = tables.Column(
        _("Replenished by"),
        accessor="policy_kind",
        format=lambda value, _row: str(words.KINDS.get(value, value)),
        narrow=3,
    )
    safety_stock = tables.Column(_("Safety stock"), format="quantity", sort=True, unit="item__base_unit__name")
    reorder_point = tables.Column(
        _("Reorder point"), format="quantity", sort=True, narrow=2, unit="item__base_unit__name"
    )
    order_up_to = tables.Column(_("Order up to"), format="quantity", sort=True, narrow=3, unit="item__base_unit__name")
    lot_size = tables.Column(_("Lot size"), format="quantity", sort=True, hidden=True, unit="item__base_unit__name")
    level = tables.Column(
        _("Service level"), accessor="service_level", format=lambda value, _row: f"{value / 100:g} %", sort=True,
        align="end", narrow=3,
    )  # fmt: skip
    demand_mean = tables.Column(_("Demand a week"), format="number", sort=True, hidden=True)
    lead_time_weeks = tables.Column(_("Lead time, weeks"), format="number", sort=True, hidden=True)
    filters = (
        tables.Search("q", ["item__code__icontains", "item__name__icontains"]),
        tables.Pick("site", _("Site"), field="location_id", choices=lambda: list_choices()),
        tables.Choice("abc", _("Class by value"), field="abc", choices=[(one, one) for one in ABC], many=True),
        tables.Choice("xyz", _("Class by variability"), field="xyz", choices=[(one, one) for one in XYZ], many=True),
        tables.Choice("kind", _("Replenished by"), field="policy_kind", choices=list(words.KINDS.items()), many=True),
        tables.Choice(
            "source", _("Lead time known from"), field="lead_time_basis", choices=[("none", _("no source is known"))]
        ),
    )
    views = (
        tables.View("all", _("All"), {}),
        tables.View("a", _("Class A"), {"abc": "A"}, count=True),
        tables.View("lost", _("Without a source"), {"source": "none"}, count=True, hurt=True),
    )
    sort, key, page_size = "item", "id", 50
    empty = tables.Empty(
        _("No stock targets yet"),
        _("They follow from the forecast. Forecast demand first; a turn of the loop does both."),
    )


def list_rows() -> QuerySet[StockTarget]:
    """Return the current targets."""
    return StockTarget.objects.filter(run__state="current")


@require_safe
@access.permission_required("stock.view")
def targets(request: HttpRequest) -> HttpResponseBase:
    """Answer how much stock is wanted where."""
    context = {"house": "operations", "run": queries.find_run()}
    if context["run"]:
        rows = list_rows().order_by()
        context |= rows.aggregate(places=Count("id"), items=Count("item", distinct=True))
    return TargetTable(list_rows(), request=request).respond("iscm/inventory/targets.html", context)


@require_safe
@access.permission_required("stock.view")
def target(request: HttpRequest, item_id: int, location_id: int) -> HttpResponseBase:
    """Show the target of one item at one place: its sum, its figures, its rules."""
    rows = list_rows().select_related("item__base_unit", "location", "run")
    row = rows.filter(item_id=item_id, location_id=location_id).first()
    if row is None:
        item = get_object_or_404(Item.objects.select_related("base_unit"), pk=item_id)
        place = get_object_or_404(Location, pk=location_id)
        return render(request, "iscm/inventory/no_target.html", {"house": "operations", "item": item, "place": place})
    unit = pick(row.item.base_unit.name)
    context = {
        "house": "operations",
        "row": row,
        "name": pick(row.item.name),
        "unit": unit,
        "view": explained.describe(row, unit),
        "today": edge.today(),
    }
    return render(request, "iscm/inventory/target.html", context)
