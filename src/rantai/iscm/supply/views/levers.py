"""Lead times and lot sizes by what a day or a batch less would free."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.queries import levers
from rantai.iscm.supply.views import edge
from rantai.ui import tables
from rantai.ui.table_columns import ItemColumn


class LeverTable(tables.Table):
    """What a day less of lead time and a batch less of a lot would free."""

    name = "levers"
    caption = _("Lead times and lot sizes")
    item = ItemColumn(grow=True, link="iscm_supply:stock", link_args=("item_id", "location_id"))
    place = tables.Column(_("Site"), accessor="location__name", sub="supplier", narrow=3)
    supplier = tables.Column(_("Supplier"), hidden=True)
    lead_days = tables.Column(_("Lead time, days"), format="number", sort=True)
    safety_stock = tables.Column(_("Safety stock"), format="quantity", unit="unit", sort=True, narrow=2)
    freed_day = tables.Column(_("A day less frees"), format="quantity", unit="unit", sort=True, phone="subend")
    money_day = tables.Column(
        _("Day, in money"), format="money", currency="company_currency", sort=True, total=True, phone="end"
    )
    waiting = tables.Column(_("Promise days"), format="number", sort=True, hurt="waiting")
    lot_size = tables.Column(_("Lot size"), format="quantity", unit="unit", sort=True, narrow=3)
    batch = tables.Column(_("Batch"), format="quantity", unit="unit", narrow=3)
    freed_batch = tables.Column(_("A batch less frees"), format="quantity", unit="unit", sort=True)
    money_batch = tables.Column(
        _("Batch, in money"), format="money", currency="company_currency", sort=True, total=True
    )
    filters = (
        tables.Search("q", fields=["item__code__icontains", "item__name__icontains", "location__name__icontains"]),
        tables.Flag("waits", _("Order lines wait for it"), q=Q(waiting__gt=0)),
        tables.Flag("lots", _("More than one batch in a lot"), q=Q(freed_batch__gt=0)),
        tables.Numbers("days", _("Lead time, days"), field="lead_days"),
    )
    views = (
        tables.View("day", _("A day less"), {"sort": "-money_day"}),
        tables.View("promise", _("Promises that wait"), {"waits": "1", "sort": "-waiting"}),
        tables.View("batch", _("A batch less"), {"lots": "1", "sort": "-money_batch"}),
    )
    sort, page_size = "-money_day", 50
    empty = tables.Empty(
        _("No stock target yet"),
        _("The forecast and its error say how much stock each place needs; then this list is full."),
    )


class CostlessLeverTable(LeverTable):
    """The same for who may not see cost."""

    views = (
        tables.View("day", _("A day less"), {"sort": "-freed_day"}),
        tables.View("promise", _("Promises that wait"), {"waits": "1", "sort": "-waiting"}),
        tables.View("batch", _("A batch less"), {"lots": "1", "sort": "-freed_batch"}),
    )
    sort = "-freed_day"


CostlessLeverTable.columns = {
    name: column for name, column in LeverTable.columns.items() if name not in ("money_day", "money_batch")
}


@require_safe
@access.permission_required("plan.view")
def list_levers(request: access.StaffRequest) -> HttpResponseBase:
    """Answer which lead time or lot is worth a talk."""
    sees_cost = request.user.has_perm(access.SEES_COST)
    kind = LeverTable if sees_cost else CostlessLeverTable
    rows = levers.list_levers()
    table = kind(rows, request=request, today=edge.today())
    best = rows.order_by("-money_day" if sees_cost else "-freed_day", "pk").select_related("item", "location").first()
    context = {
        "house": "operations",
        "best": best,
        "sees_cost": sees_cost,
        "currency": parties.get_company().currency,
    }
    return table.respond("iscm/supply/levers.html", context)
