"""Lists of the buyers' pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition, PurchaseScheduleLine
from rantai.srm.buying.queries import figures
from rantai.ui import formats, tables

ORDER_STATES = {
    "draft": ("new", _("Draft")),
    "approved": ("wait", _("Approved")),
    "sent": ("wait", _("Sent")),
    "part_confirmed": ("look", _("Partly confirmed")),
    "confirmed": ("run", _("Confirmed")),
    "received": ("done", _("Received")),
    "closed": ("end", _("Closed")),
    "cancelled": ("end", _("Cancelled")),
}
REQUISITION_STATES = {
    "open": ("new", _("To decide")),
    "ordered": ("done", _("Ordered")),
    "dismissed": ("end", _("Dismissed")),
}
OPEN_STATES = ["draft", "approved", "sent", "part_confirmed", "confirmed"]


def list_orders(today: date) -> QuerySet[PurchaseOrder]:
    """Return orders with what the list shows of their schedules."""
    late = _count(figures.list_late(on=today))
    coming = figures.list_awaited().filter(line__order=OuterRef("pk")).order_by()
    soonest = coming.values("line__order").annotate(day=Min("expected_on")).values("day")
    asked = PurchaseScheduleLine.objects.filter(line__order=OuterRef("pk")).order_by()
    return PurchaseOrder.objects.annotate(
        late_lines=Coalesce(late, 0),
        next_on=Subquery(soonest),
        asked_on=Subquery(asked.values("line__order").annotate(day=Min("requested_on")).values("day")),
        line_count=Count("lines", distinct=True),
        place=Coalesce("location__name", "drop_for_number"),
        waits=Q(state__in=["sent", "part_confirmed"], answer_due_on__lt=today),
    )


def _count(rows: QuerySet[PurchaseScheduleLine]) -> Subquery:
    mine = rows.filter(line__order=OuterRef("pk")).order_by().values("line__order")
    return Subquery(mine.annotate(n=Count("pk")).values("n"), output_field=IntegerField())


class OrderTable(tables.Table):
    """Purchase orders."""

    name = "purchase-orders"
    caption = _("Purchase orders")
    number = tables.Column(
        _("Purchase order"),
        format=lambda value, row: value or _("Draft %(id)s") % {"id": row["id"]},
        sort=True,
        link="srm_buying:order",
    )
    supplier = tables.Column(_("Supplier"), accessor="supplier__name", grow=True, sub="place")
    state = tables.StateColumn(_("State"), states=ORDER_STATES)
    lines = tables.Column(_("Lines"), accessor="line_count", format="number", align="end", narrow=3)
    late = tables.Column(_("Late"), accessor="late_lines", format="number", hurt="late_lines", narrow=2)
    dates = tables.GaugeColumn(asked="asked_on", promised="next_on", narrow=2)
    next_on = tables.Column(_("Next arrival"), format="day", sort=True)
    sent_at = tables.Column(_("Sent"), format="moment", narrow=3, hidden=True)
    total = tables.Column(_("Total"), format="money", currency="currency", sort=True)
    filters = (
        tables.Search("q", fields=["number__icontains", "supplier__name__icontains", "lines__item__code__icontains"]),
        tables.Choice(
            "state",
            _("State"),
            field="state",
            choices=[(code, word) for code, (_k, word) in ORDER_STATES.items()],
            many=True,
        ),
        tables.Flag("late", _("Late"), q=Q(late_lines__gt=0)),
        tables.Flag("waits", _("Waits for an answer"), q=Q(waits=True)),
        tables.Flag("changes", _("Change to ask"), q=Q(lines__schedules__change_requests__state="proposed")),
        tables.Dates("arrives", _("Next arrival"), field="next_on"),
    )
    views = (
        tables.View("open", pgettext_lazy("documents", "Open"), {"state": OPEN_STATES}),
        tables.View("late", _("Late"), {"late": "1"}, count=True, hurt=True),
        tables.View("approve", _("To approve"), {"state": "draft"}, count=True),
        tables.View("send", _("To send"), {"state": "approved"}, count=True),
        tables.View("waits", _("Waits for an answer"), {"waits": "1"}, count=True),
        tables.View("all", _("All"), {"state": list(ORDER_STATES)}),
    )
    bulk = (
        tables.Bulk("approve", _("Approve"), "srm_buying:approve_orders", permission="purchasing.approve"),
        tables.Bulk("send", _("Send"), "srm_buying:send_orders", permission="purchasing.edit"),
    )
    sort = "-id"
    pivots = tables.Pivots(
        rows=["supplier", "state"],
        columns=["state", "supplier"],
        measures=[
            tables.Measure("n", _("Purchase orders")),
            tables.Measure("late", _("Late lines"), field="late_lines"),
        ],
    )
    empty = tables.Empty(
        _("No purchase order here"), _("Orders are made of requisitions, and these of the plan or by hand.")
    )


class CostlessOrderTable(OrderTable):
    """The same for who may not see what things cost us."""


CostlessOrderTable.columns = {name: column for name, column in OrderTable.columns.items() if name != "total"}


def list_requisitions() -> QuerySet[PurchaseRequisition]:
    """Return requisitions with the names that the list shows."""
    return PurchaseRequisition.objects.annotate(
        supplier_name=F("supplier__name"),
        place=Coalesce("location__name", "drop_for_number"),
        unit=F("item__base_unit__name"),
    )


def _say_stake(value: int, row: dict[str, Any]) -> str:
    return formats.money(value, row["company__currency"]) if value else formats.NOTHING


class RequisitionTable(tables.Table):
    """Requisitions as a list."""

    name = "requisitions"
    caption = _("Requisitions")
    item = tables.Column(
        _("Item"),
        accessor="item__code",
        sort=True,
        link="srm_buying:requisition",
        grow=True,
        sub="supplier_name",
    )
    state = tables.StateColumn(_("State"), states=REQUISITION_STATES)
    place = tables.Column(_("Deliver to"), narrow=3)
    units = tables.Column(_("Quantity"), format="quantity", unit="unit")
    order_on = tables.Column(_("Order until"), format="day", sort=True)
    due_on = tables.Column(_("Needed"), format="day", sort=True, narrow=2)
    stake = tables.Column(
        _("At stake"),
        accessor="value_at_stake",
        format=_say_stake,
        align="end",
        needs=("company__currency",),
        sort=True,
        narrow=2,
    )
    filters = (
        tables.Search("q", fields=["item__code__icontains", "supplier__name__icontains", "drop_for_number__icontains"]),
        tables.Choice(
            "state",
            _("State"),
            field="state",
            choices=[(code, word) for code, (_k, word) in REQUISITION_STATES.items()],
            many=True,
        ),
        tables.Flag("nobody", _("Without supplier"), q=Q(supplier=None)),
        tables.Dates("by", _("Order until"), field="order_on"),
    )
    views = (
        tables.View("open", _("To decide"), {"state": "open"}, count=True),
        tables.View("nobody", _("Without supplier"), {"state": "open", "nobody": "1"}, count=True),
        tables.View("ordered", _("Ordered"), {"state": "ordered"}),
        tables.View("dismissed", _("Dismissed"), {"state": "dismissed"}),
    )
    bulk = (
        tables.Bulk("order", _("Order them"), "srm_buying:order_requisitions", permission="purchasing.edit"),
        tables.Bulk("dismiss", _("Dismiss"), "srm_buying:dismiss_requisitions", permission="purchasing.edit"),
        tables.Bulk("reopen", _("Reopen"), "srm_buying:reopen_requisitions", permission="purchasing.edit"),
    )
    sort = "order_on"
    pivots = tables.Pivots(
        rows=[tables.Dimension("supplier", _("Supplier"), "supplier__name"), "state", "place"],
        columns=["state", "place"],
        measures=[tables.Measure("n", _("Requisitions"))],
    )
    empty = tables.Empty(_("Nothing to decide"), _("The plan and people put here what should be bought."))


class CostlessRequisitionTable(RequisitionTable):
    """The same for who may not see cost and margin."""


CostlessRequisitionTable.columns = {
    name: column for name, column in RequisitionTable.columns.items() if name != "stake"
}
