"""Lists of stock and of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Case, F, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rantai.foundation.locations import queries as locations
from rantai.iscm.inventory.models import StockBalance, StockMove
from rantai.kernel import citations
from rantai.kernel.fields import QuantityField
from rantai.kernel.refs import DocRef
from rantai.ui import tables
from rantai.ui.table_columns import Cell, ItemColumn, Sight
from rantai.ui.table_pages import Page

STATUSES = {
    "available": ("done", _("Available")),
    "quarantine": ("look", _("Quarantine")),
    "blocked": ("end", _("Blocked")),
}
CITED = "cited"
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
    "transfer_in": _("Came from another place of ours"),
    "transfer_out": _("Left for another place of ours"),
    "issue": _("Issued to production"),
    "production": _("Made"),
}


# The other side of a move that is no place of ours, by the kind of its account.
ACCOUNTS = {
    "supplier": pgettext_lazy("other side of a stock move", "Supplier"),
    "customer": pgettext_lazy("other side of a stock move", "Customer"),
    "production": pgettext_lazy("other side of a stock move", "Production"),
    "adjustment": pgettext_lazy("other side of a stock move", "Correction"),
    "transit": pgettext_lazy("other side of a stock move", "On the way"),
    "history": pgettext_lazy("other side of a stock move", "Before our books"),
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


class StockTable(tables.Table):
    """Stock by item, place, lot and status."""

    name = "stock"
    caption = _("Stock")
    item = ItemColumn(sort=True, link="iscm_inventory:item_location", link_args=("item_id", "location_id"), grow=True)
    place = tables.Column(_("Site"), accessor="location__name", sort=True, phone="subend")
    lot = tables.Column(_("Lot"), accessor="lot__code", narrow=2, phone="")
    serial = tables.Column(_("Serial number"), hidden=True)
    bin = tables.Column(_("Bin"), accessor="bin__code", hidden=True)
    expires_on = tables.Column(_("Expires"), accessor="lot__expires_on", format="day", hidden=True, sort=True)
    status = tables.StateColumn(_("Status"), states=STATUSES, phone="sub")
    on_hand = tables.Column(_("On hand"), format="quantity", sort=True, unit="item__base_unit__name")
    reserved = tables.Column(_("Reserved"), format="quantity", narrow=2, sort=True, unit="item__base_unit__name")
    free = tables.Column(_("Free"), format="quantity", sort=True, unit="item__base_unit__name")
    filters = (
        tables.Search(
            "q", ["item__code__icontains", "item__name__icontains", "lot__code__istartswith", "serial__istartswith"]
        ),
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
        rows=[tables.Dimension("item", _("Item"), "item__code"), "place", "status"],
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


def name_place(row: Mapping[str, Any], side: str) -> str:
    """Return where goods came from or went to: a site by its name, an account by its word, with an odd status."""
    kind, status = row[f"{side}_location__kind"], row[f"{side}_status"]
    name = str(ACCOUNTS.get(kind) or row[f"{side}_location__name"])
    return name if status == "available" else f"{name}, {STATUSES[status][1]}"


class DocumentColumn(tables.Column):
    """The document that a row cites, in words and with its page."""

    def make_cell(self, row: dict[str, Any], sight: Sight) -> Cell:
        """Return the cell; the table has looked the page's documents up."""
        cited = row.get(CITED) or citations.Citation(label=str(self.show(row, sight)))
        return Cell(text=cited.label, css=self.css, href=cited.href)

    def show(self, row: dict[str, Any], sight: Sight) -> Any:
        """Return the document in words."""
        return _name_document(row)

    def list_exports(self) -> list[tuple[str, Callable[[dict[str, Any]], Any]]]:
        """Return the document in words for a file, which reads its rows one by one."""
        return [(str(self.label), _name_document)]


def _name_document(row: dict[str, Any]) -> str:
    ref = DocRef(row["ref_kind"], row["ref_id"])
    return citations.describe([ref])[ref].label


class MoveTable(tables.Table):
    """The ledger of an item at a location."""

    @cached_property
    def page(self) -> Page:
        """Rows of this page with the documents that they cite, looked up at once."""
        found = super().page
        cited = citations.describe(DocRef(row["ref_kind"], row["ref_id"]) for row in found.rows)
        for row in found.rows:
            row[CITED] = cited[DocRef(row["ref_kind"], row["ref_id"])]
        return found

    name = "stock-moves"
    caption = _("Ledger")
    at = tables.Column(_("When"), format="moment", sort=True, phone="sub")
    reason = tables.Column(_("Reason"), format=lambda value, row: REASONS.get(value, value), grow=True, phone="head")
    ref = DocumentColumn(_("Document"), accessor="ref_kind", needs=["ref_id"], narrow=3)
    lot = tables.Column(_("Lot"), accessor="lot__code", narrow=2)
    source = tables.Column(
        _("From"), accessor="from_location__name", format=lambda _value, row: name_place(row, "from"), narrow=2,
        needs=["from_location__kind", "from_status"],
    )  # fmt: skip
    target = tables.Column(
        _("To"), accessor="to_location__name", format=lambda _value, row: name_place(row, "to"), narrow=2,
        needs=["to_location__kind", "to_status"],
    )  # fmt: skip
    change = tables.Column(pgettext_lazy("difference", "Change"), format="quantity", phone="end")
    by = tables.Column(_("By"), hidden=True)
    sort, key, page_size = "-at", "id", 50


def list_choices() -> list[tuple[str, str]]:
    """Return our sites for a filter."""
    return [(str(site.pk), site.name) for site in locations.list_sites()]
