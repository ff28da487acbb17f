"""Lists of the warehouse."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from rantai.foundation.locations import queries as locations
from rantai.iscm.fulfilment import forms, queries
from rantai.iscm.fulfilment.models import GoodsReceipt, ReturnAuthorization, Shipment
from rantai.ui import tables

SHIPMENT_STATES = {
    "released": ("new", _("To pick")),
    "picking": ("run", _("Picking")),
    "packed": ("wait", _("Packed")),
    "shipped": ("run", _("On its way")),
    "delivered": ("done", _("Delivered")),
    "cancelled": ("end", _("Cancelled")),
}
RECEIPT_STATES = {
    "posted": ("done", _("Posted")),
    "reversed": ("end", _("Taken back")),
    "reversal": ("end", _("Takes back")),
}
OPEN = ["released", "picking", "packed"]


def list_shipments(today: date) -> QuerySet[Shipment]:
    """Return shipments with what the list shows."""
    return queries.list_shipments().annotate(
        line_count=Count("lines"),
        is_late=Case(
            When(Q(state__in=OPEN, ship_on__lt=today), then=Value(1)), default=Value(0), output_field=IntegerField()
        ),
    )


def list_receipts() -> QuerySet[GoodsReceipt]:
    """Return receipts with what the list shows."""
    return queries.list_receipts().annotate(
        line_count=Count("lines"),
        state=Case(
            When(reverses__isnull=False, then=Value("reversal")),
            When(reversed_by__isnull=False, then=Value("reversed")),
            default=Value("posted"),
        ),
    )


def list_sites() -> list[tuple[str, str]]:
    """Return our sites for a filter."""
    return [(str(site.pk), site.name) for site in locations.list_sites()]


class ShipmentTable(tables.Table):
    """Goods on their way to customers."""

    name = "shipments"
    caption = _("Shipments")
    number = tables.Column(_("Shipment"), sort=True, link="iscm_fulfilment:shipment")
    customer = tables.Column(_("Customer"), accessor="party__name", grow=True, sub="order_number")
    site = tables.Column(_("Site"), accessor="location__name", narrow=2)
    state = tables.StateColumn(_("State"), states=SHIPMENT_STATES)
    lines = tables.Column(_("Lines"), accessor="line_count", format="number", narrow=3)
    ship_on = tables.Column(_("Leaves"), format="day", sort=True, hurt="is_late")
    promised_on = tables.Column(_("Promised"), format="day", sort=True, narrow=2)
    carrier = tables.Column(
        _("Carrier"), format=lambda value, row: f"{value} {row['tracking']}".strip(), needs=["tracking"], narrow=3
    )
    filters = (
        tables.Search("q", ["number__istartswith", "order_number__istartswith", "tracking__istartswith"]),
        tables.Choice(
            "state",
            _("State"),
            field="state",
            choices=[(code, word) for code, (_kind, word) in SHIPMENT_STATES.items()],
            many=True,
        ),
        tables.Pick("site", _("Site"), field="location_id", choices=list_sites),
        tables.Dates("leaves", _("Leaves"), field="ship_on"),
    )
    views = (
        tables.View("pick", _("To pick"), {"state": ["released", "picking"]}, count=True),
        tables.View("packed", _("Packed"), {"state": "packed"}, count=True),
        tables.View("shipped", _("On their way"), {"state": "shipped"}, count=True),
        tables.View("all", _("All"), {}),
    )
    sort, key, page_size = "ship_on", "id", 50
    empty = tables.Empty(
        _("Nothing to ship"), _("Shipments open when confirmed orders are due and their goods are here.")
    )


RETURN_STATES = {
    "open": ("wait", _("Awaited")),
    "received": ("done", _("Came back")),
    "ended": ("end", _("Did not come")),
}


def list_returns() -> QuerySet[ReturnAuthorization]:
    """Return authorizations with what the list shows."""
    return ReturnAuthorization.objects.annotate(units=Sum("lines__units"), received=Sum("lines__received"))


class ReturnTable(tables.Table):
    """Goods that customers may send back."""

    name = "returns"
    caption = _("Returns")
    number = tables.Column(_("Return"), sort=True)
    customer = tables.Column(_("Customer"), accessor="shipment__party__name", grow=True, sub="shipment__order_number")
    shipment = tables.Column(
        _("Shipment"), accessor="shipment__number", link="iscm_fulfilment:shipment", link_args=("shipment_id",)
    )
    site = tables.Column(_("Site"), accessor="shipment__location__name", narrow=2)
    reason = tables.Column(_("Reason"), format=lambda value, row: forms.REASON_WORDS.get(value, value), narrow=2)
    state = tables.StateColumn(_("State"), states=RETURN_STATES)
    units = tables.Column(_("May come back"), format="quantity")
    received = tables.Column(_("Came back"), format="quantity", narrow=3)
    authorized_at = tables.Column(_("Allowed"), format="moment", sort=True)
    filters = (
        tables.Search(
            "q", ["number__istartswith", "shipment__number__istartswith", "shipment__order_number__istartswith"]
        ),
        tables.Choice(
            "state",
            _("State"),
            field="state",
            choices=[(code, word) for code, (_kind, word) in RETURN_STATES.items()],
            many=True,
        ),
        tables.Pick("site", _("Site"), field="shipment__location_id", choices=list_sites),
    )
    views = (
        tables.View("awaited", _("Awaited"), {"state": "open"}, count=True),
        tables.View("all", _("All"), {}),
    )
    sort, key, page_size = "-authorized_at", "id", 50
    empty = tables.Empty(
        _("Nothing comes back"), _("Begin a return on the page of the customer's order; then it is awaited here.")
    )


class ReceiptTable(tables.Table):
    """Goods that came in."""

    name = "goods-receipts"
    caption = _("Goods receipts")
    number = tables.Column(_("Receipt"), sort=True, link="iscm_fulfilment:receipt")
    supplier = tables.Column(_("Supplier"), accessor="supplier__name", grow=True, sub="order_number")
    site = tables.Column(_("Site"), accessor="location__name", narrow=2)
    state = tables.StateColumn(_("State"), states=RECEIPT_STATES)
    lines = tables.Column(_("Lines"), accessor="line_count", format="number", narrow=3)
    delivery_note = tables.Column(_("Delivery note"), narrow=3)
    received_at = tables.Column(_("Received"), format="moment", sort=True)
    filters = (
        tables.Search("q", ["number__istartswith", "order_number__istartswith", "delivery_note__istartswith"]),
        tables.Pick("site", _("Site"), field="location_id", choices=list_sites),
        tables.Dates("received", _("Received"), field="received_at", instant=True),
    )
    sort, key, page_size = "-received_at", "id", 50
    empty = tables.Empty(
        _("Nothing received yet"), _("Post what arrives against its purchase order: stock and order change together.")
    )
