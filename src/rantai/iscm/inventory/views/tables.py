"""Lists of stock and of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, F, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.foundation.locations import queries as locations
from rantai.iscm.inventory.models import StockBalance, StockMove
from rantai.kernel.fields import QuantityField
from rantai.kernel.texts import pick
from rantai.ui import tables

STATUSES = {
    "available": ("done", _("Available")),
    "quarantine": ("look", _("Quarantine")),
    "blocked": ("end", _("Blocked")),
}
REASONS = {
    "opening": _("Opening stock"),
    "receipt": _("Goods receipt"),
    "shipment": _("Shipment"),
    "return": _("Return"),
    "reversal": _("Reversal"),
    "count": _("Stock count"),
    "damage": _("Damage"),
    "loss": _("Loss"),
    "found": _("Surplus found"),
    "expired": _("Expired"),
    "correction": _("Correction"),
    "status": _("Status change"),
    "not_found": _("Not found when picking"),
}


DOCUMENTS = {
    "import": _("Import"),
    "shipment": _("Shipment"),
    "goods_receipt": _("Goods receipt"),
    "return_receipt": _("Return"),
    "stock_count": _("Stock count"),
    "transfer_order": _("Transfer"),
    "production_order": _("Production"),
    "item": _("Status change"),
}


def list_stock() -> QuerySet[StockBalance]:
    """Return what stands at our sites, with what is free of it."""
    rows = StockBalance.objects.filter(is_account=False).exclude(on_hand=0, reserved=0)
    return rows.annotate(
        free=Case(
            When(status="available", then=F("on_hand") - F("reserved")), default=Value(0), output_field=QuantityField()
        )
    )


def list_moves(item_id: int, location_id: int) -> QuerySet[StockMove]:
    """Return the moves that touched an item at a location; what came in is positive."""
    rows = StockMove.objects.filter(item_id=item_id)
    touching = rows.filter(from_location_id=location_id) | rows.filter(to_location_id=location_id)
    return touching.annotate(
        change=Case(
            When(from_location_id=location_id, to_location_id=location_id, then=Value(0)),
            When(from_location_id=location_id, then=-F("units")),
            default=F("units"),
            output_field=QuantityField(),
        )
    )


def say_name(value: Any, row: Mapping[str, Any]) -> str:
    """Return an item's name in the reader's language."""
    return pick(value or {})


class StockTable(tables.Table):
    """Stock by item, place, lot and status."""

    name = "stock"
    caption = _("Stock")
    item = tables.Column(
        _("Item"), accessor="item__code", sort=True, link="iscm_inventory:item_location",
        link_args=("item_id", "location_id"),
    )  # fmt: skip
    described = tables.Column(_("Name"), accessor="item__name", format=say_name, grow=True, phone="sub", narrow=2)
    place = tables.Column(_("Site"), accessor="location__name", sort=True, phone="subend")
    lot = tables.Column(_("Lot"), accessor="lot__code", narrow=2)
    serial = tables.Column(_("Serial number"), hidden=True)
    bin = tables.Column(_("Bin"), accessor="bin__code", hidden=True)
    expires_on = tables.Column(_("Expires"), accessor="lot__expires_on", format="day", hidden=True, sort=True)
    status = tables.StateColumn(_("Status"), states=STATUSES)
    on_hand = tables.Column(_("On hand"), format="quantity", sort=True, unit="item__base_unit__name")
    reserved = tables.Column(_("Reserved"), format="quantity", narrow=2, sort=True)
    free = tables.Column(_("Free"), format="quantity", sort=True)
    filters = (
        tables.Search("q", ["item__code__icontains", "lot__code__istartswith", "serial__istartswith"]),
        tables.Choice(
            "status", _("Status"), field="status", choices=[(code, word) for code, (_kind, word) in STATUSES.items()]
        ),
        tables.Pick("site", _("Site"), field="location_id", choices=lambda: list_choices()),
        tables.Numbers("free", _("Free"), field="free", scale=10_000),
    )
    views = (
        tables.View("all", _("All"), {}),
        tables.View("quarantine", _("To look at"), {"status": "quarantine"}, count=True),
        tables.View("blocked", _("Blocked"), {"status": "blocked"}, count=True),
    )
    pivots = tables.Pivots(
        rows=["item", "place", "status"],
        columns=["place", "status"],
        measures=[
            tables.Measure("sum", _("On hand"), field="on_hand", format="quantity"),
            tables.Measure("sum", _("Reserved"), field="reserved", format="quantity"),
        ],
    )
    sort, key, page_size = "item", "id", 50
    empty = tables.Empty(
        _("No stock yet"),
        _("Stock comes with opening stock, goods receipts and production; each unit stays traceable."),
    )


class MoveTable(tables.Table):
    """The ledger of an item at a location."""

    name = "stock-moves"
    caption = _("Ledger")
    at = tables.Column(_("When"), format="moment", sort=True, phone="sub")
    reason = tables.Column(_("Reason"), format=lambda value, row: REASONS.get(value, value), grow=True, phone="head")
    ref = tables.Column(
        _("Document"),
        accessor="ref_kind",
        format=lambda value, row: f"{DOCUMENTS.get(value, value)} {row['ref_id']}",
        needs=["ref_id"],
        narrow=3,
    )
    lot = tables.Column(_("Lot"), accessor="lot__code", narrow=2)
    source = tables.Column(_("From"), accessor="from_location__name", sub="from_status", narrow=2)
    target = tables.Column(_("To"), accessor="to_location__name", sub="to_status", narrow=2)
    change = tables.Column(pgettext_lazy("difference", "Change"), format="quantity", phone="end")
    by = tables.Column(_("By"), hidden=True)
    sort, key, page_size = "-at", "id", 50


def list_choices() -> list[tuple[str, str]]:
    """Return our sites for a filter."""
    return [(str(site.pk), site.name) for site in locations.list_sites()]
