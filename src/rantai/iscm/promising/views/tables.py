"""Lists of promises and of what can be promised."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.queries import lists
from rantai.ui import tables
from rantai.ui.table_columns import ItemColumn

BASES = {
    "stock": ("done", _("Stock")),
    "receipt": ("run", _("On its way")),
    "plan": ("wait", _("Plan")),
    "make": ("wait", _("To be made")),
    "lead_time": ("wait", _("Lead time")),
    "dropship": ("run", _("Partner")),
    "": ("hurt", _("No date")),
}
KINDS = {
    "stock": ("done", _("Here")),
    "purchase": ("run", _("Purchase")),
    "production": ("run", _("Production")),
    "transfer": ("run", _("Transfer")),
}


def list_promises(today: date) -> QuerySet[Demand]:
    """Return open demands with what the list shows."""
    danger = lists.LATE | lists.ENDANGERED | Q(promise__promised_on__lt=today) | lists.UNPROMISED
    return lists.list_open().annotate(
        open_units=F("units") - F("fulfilled") - F("cancelled"),
        is_hurt=Case(When(danger, then=Value(1)), default=Value(0), output_field=IntegerField()),
    )


def list_sites() -> list[tuple[str, str]]:
    """Return our sites for a filter."""
    return [(str(site.pk), site.name) for site in locations.list_sites()]


class PromiseTable(tables.Table):
    """Open lines and what was said of them."""

    name = "promises"
    caption = _("Promises")
    number = tables.Column(_("Order"), sort=True, link="iscm_promising:demand")
    item = ItemColumn(sort=True, grow=True)
    customer = tables.Column(_("Customer"), accessor="party__name", narrow=3)
    units = tables.Column(_("Open"), accessor="open_units", format="quantity", unit="item__base_unit__name")
    basis = tables.StateColumn(_("Stands on"), accessor="promise__basis", states=BASES, narrow=2)
    dates = tables.GaugeColumn(asked="requested_on", promised="promise__promised_on", p80="promise__p80_on")
    requested_on = tables.Column(_("Wanted"), format="day", sort=True, narrow=2)
    promised_on = tables.Column(
        _("Promised"), accessor="promise__promised_on", format="day", hurt="is_hurt", phone="end"
    )
    expected_on = tables.Column(_("Expected"), accessor="promise__expected_on", format="day", narrow=3)
    filters = (
        tables.Search("q", ["number__istartswith", "item__code__istartswith", "party__name__icontains"]),
        tables.Pick("site", _("Site"), field="promise__location_id", choices=list_sites),
        tables.Flag("late", _("Later than wanted"), q=lists.LATE),
        tables.Flag("danger", _("Promise in danger"), q=lists.ENDANGERED),
        tables.Flag("undated", _("No date"), q=lists.UNPROMISED),
        tables.Dates("promised", _("Promised"), field="promise__promised_on"),
    )
    views = (
        tables.View("open", _("Open"), {}),
        tables.View("late", _("Later than wanted"), {"late": "1"}, count=True, hurt=True),
        tables.View("danger", _("In danger"), {"danger": "1"}, count=True, hurt=True),
        tables.View("undated", _("No date"), {"undated": "1"}, count=True, hurt=True),
    )
    sort, key, page_size = "requested_on", "id", 50
    empty = tables.Empty(
        _("No open line"), _("Confirmed orders stand here with the day that their customers were told.")
    )


class SupplyTable(tables.Table):
    """What stock and receipts can still be promised."""

    name = "supplies"
    caption = _("What can be promised")
    item = ItemColumn(sort=True, link="iscm_inventory:item_location", link_args=("item_id", "location_id"), grow=True)
    place = tables.Column(_("Site"), accessor="location__name", sort=True)
    kind = tables.StateColumn(_("Supply"), states=KINDS)
    supplier = tables.Column(_("Supplier"), accessor="supplier__name", narrow=2)
    available_on = tables.Column(_("Arrives"), format="day", sort=True)
    available = tables.Column(_("Available"), format="quantity", unit="item__base_unit__name")
    promised = tables.Column(_("Promised"), format="quantity", unit="item__base_unit__name", narrow=2)
    for_classes = tables.Column(
        _("Kept for classes"), accessor="kept", format="quantity", unit="item__base_unit__name", narrow=3
    )
    free = tables.Column(_("Free"), format="quantity", unit="item__base_unit__name", sort=True)
    filters = (
        tables.Search("q", ["item__code__istartswith", "item__name__icontains"]),
        tables.Choice(
            "kind", _("Supply"), field="kind", choices=[(code, word) for code, (_kind, word) in KINDS.items()]
        ),
        tables.Pick("site", _("Site"), field="location_id", choices=list_sites),
    )
    views = (
        tables.View("all", _("All"), {}),
        tables.View("here", _("Here"), {"kind": "stock"}),
        tables.View("coming", _("On its way"), {"kind": "purchase"}),
    )
    sort, key, page_size = "item", "id", 50
    empty = tables.Empty(
        _("Nothing can be promised"), _("Stock and confirmed purchases stand here with what is free of them.")
    )
