"""The lists of the order pages, declared."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.db.models.functions import TruncMonth
from django.urls import reverse_lazy
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.crm.orders.queries import segments, stages
from rantai.foundation.documents import queries as documents
from rantai.ui import tables

ORDER_STATES = {
    "draft": ("new", gettext_lazy("Draft")),
    "confirmed": ("run", pgettext_lazy("sales order", "Confirmed")),
    "closed": ("done", gettext_lazy("Closed")),
    "cancelled": ("end", gettext_lazy("Cancelled")),
}
INVOICE_STATES = {"issued": ("wait", gettext_lazy("Unpaid")), "paid": ("done", gettext_lazy("Paid"))}
INVOICE_KINDS = {"invoice": gettext_lazy("Invoice"), "credit_note": gettext_lazy("Credit note")}
ASKING = documents.list_questions("sales_order").order_by().values("ref_id")
"""Orders whose customer waits for an answer; read where a list asks for it."""
CHANNELS = {
    "staff": gettext_lazy("Our people"),
    "shop": gettext_lazy("Shop"),
    "api": gettext_lazy("API"),
    "edi": gettext_lazy("EDI"),
    "import": gettext_lazy("Import"),
}


def say_number(value: Any, row: dict[str, Any]) -> str:
    """Return an order's number; a draft is named by its id."""
    return value or _("Draft %(id)s") % {"id": row["id"]}


def say_stage(value: Any, row: dict[str, Any]) -> str:
    """Return the name of a stage."""
    return str(stages.NAMES.get(value, "–"))


def say_kind(value: Any, row: dict[str, Any]) -> str:
    """Return whether it is an invoice or a credit note."""
    return str(INVOICE_KINDS[value])


MONTH = tables.Dimension(
    "month",
    gettext_lazy("Ordered in"),
    TruncMonth("ordered_on"),
    lambda value: date_format(value, "YEAR_MONTH_FORMAT") if value else "–",
)


class OrderTable(tables.Table):
    """Orders with their dates on a scale."""

    name = "orders"
    caption = gettext_lazy("Orders")
    number = tables.Column(
        pgettext_lazy("sales order", "Order"),
        sort="id",
        format=say_number,
        link="crm_orders:order",
        needs=("id",),
        phone="head",
    )
    customer = tables.Column(
        gettext_lazy("Customer"), accessor="party__name", sub="customer_reference", grow=True, phone="sub"
    )
    state = tables.StateColumn(gettext_lazy("State"), states=ORDER_STATES, phone="subend")
    stage = tables.Column(gettext_lazy("Stage"), accessor="milestone", format=say_stage, narrow=2)
    dates = tables.GaugeColumn(asked="requested_on", promised="promised_on", p80="p80_on", narrow=2)
    promised_on = tables.Column(gettext_lazy("Promised"), format="day", sort=True, hurt="hurts")
    ordered_on = tables.Column(gettext_lazy("Ordered on"), format="day", sort="ordered_at", narrow=3)
    lines = tables.Column(gettext_lazy("Lines"), accessor="line_count", format="number", narrow=3)
    total = tables.Column(gettext_lazy("Total"), format="money", currency="currency", phone="end")
    channel = tables.Column(
        gettext_lazy("Channel"), format=lambda value, row: str(CHANNELS.get(value, value)), hidden=True
    )
    filters = (
        tables.Search("q", ["number__istartswith", "customer_reference__istartswith", "party__name__istartswith"]),
        tables.Choice(
            "state",
            gettext_lazy("State"),
            field="state",
            choices=[(k, v[1]) for k, v in ORDER_STATES.items()],
            many=True,
        ),
        tables.Flag("late", gettext_lazy("Late"), q=Q(hurts=True)),
        tables.Flag("undated", gettext_lazy("Without a date"), q=Q(promised_on__isnull=True)),
        tables.Flag("asks", gettext_lazy("Waits for an answer"), q=Q(pk__in=ASKING)),
        tables.Choice("stage", gettext_lazy("Stage"), field="milestone", choices=list(stages.NAMES.items()), many=True),
        tables.Dates("promised", gettext_lazy("Promised"), field="promised_on"),
        tables.Dates("ordered", gettext_lazy("Ordered on"), field="ordered_on"),
        tables.Choice(
            "who", gettext_lazy("Customers"), field="segment", choices=list(segments.NAMES.items()), many=True
        ),
        tables.Choice("channel", gettext_lazy("Channel"), field="channel", choices=list(CHANNELS.items()), many=True),
    )
    views = (
        tables.View("open", gettext_lazy("Open"), {"state": "confirmed"}, count=True),
        tables.View("late", gettext_lazy("Late"), {"state": "confirmed", "late": "1"}, count=True, hurt=True),
        tables.View("drafts", gettext_lazy("Drafts"), {"state": "draft"}, count=True),
        tables.View("all", gettext_lazy("All"), {}),
    )
    sort = "-ordered_on"
    pivots = tables.Pivots(
        rows=["customer", "state", "stage", "channel", MONTH],
        columns=["state", "stage", "channel", MONTH],
        measures=[
            tables.Measure("n", gettext_lazy("Orders")),
            tables.Measure("lines", gettext_lazy("Lines"), field="line_count"),
        ],
    )
    empty = tables.Empty(
        gettext_lazy("No order yet"),
        gettext_lazy("What customers ordered stands here: when each line is promised, and what will be late."),
        href=reverse_lazy("crm_orders:new_order"),  # type: ignore[arg-type]
        label=gettext_lazy("New order"),
    )


class InvoiceTable(tables.Table):
    """Invoices and credit notes."""

    name = "invoices"
    caption = gettext_lazy("Invoices")
    number = tables.Column(gettext_lazy("Invoice"), sort="id", link="crm_orders:invoice", phone="head")
    kind = tables.Column(gettext_lazy("Kind"), format=say_kind, narrow=3)
    customer = tables.Column(
        gettext_lazy("Customer"), accessor="party__name", sub="order__number", grow=True, phone="sub"
    )
    state = tables.StateColumn(gettext_lazy("State"), states=INVOICE_STATES, phone="subend")
    issued_on = tables.Column(gettext_lazy("Issued"), format="day", sort=True, narrow=2)
    due_on = tables.Column(gettext_lazy("Due"), format="day", sort=True)
    total = tables.Column(gettext_lazy("Total"), format="money", currency="currency", phone="end")
    open_amount = tables.Column(gettext_lazy("Open amount"), format="money", currency="currency", narrow=2)
    filters = (
        tables.Search("q", ["number__istartswith", "order__number__istartswith", "party__name__istartswith"]),
        tables.Choice(
            "state", gettext_lazy("State"), field="state", choices=[(k, v[1]) for k, v in INVOICE_STATES.items()]
        ),
        tables.Choice("kind", gettext_lazy("Kind"), field="kind", choices=list(INVOICE_KINDS.items())),
        tables.Dates("due", gettext_lazy("Due"), field="due_on"),
        tables.Dates("issued", gettext_lazy("Issued"), field="issued_on"),
    )
    views = (
        tables.View("open", gettext_lazy("Unpaid"), {"state": "issued"}, count=True),
        tables.View("paid", gettext_lazy("Paid"), {"state": "paid"}),
        tables.View("all", gettext_lazy("All"), {}),
    )
    sort = "-number"
    pivots = tables.Pivots(
        rows=["customer", "state", "kind"],
        columns=["state", "kind"],
        measures=[tables.Measure("n", gettext_lazy("Invoices"))],
    )
    empty = tables.Empty(
        gettext_lazy("Nothing billed yet"),
        gettext_lazy("An invoice is issued by itself when a shipment was delivered, or by hand on the order's page."),
    )


class PaymentTable(tables.Table):
    """Money that came in."""

    name = "payments"
    caption = gettext_lazy("Payments")
    invoice = tables.Column(
        gettext_lazy("Invoice"),
        accessor="invoice__number",
        link="crm_orders:invoice",
        link_args=("invoice_id",),
        phone="head",
    )
    customer = tables.Column(gettext_lazy("Customer"), accessor="invoice__party__name", grow=True, phone="sub")
    received_on = tables.Column(gettext_lazy("Received on"), format="day", sort=True, phone="subend")
    reference = tables.Column(gettext_lazy("Reference"), narrow=2)
    amount = tables.Column(gettext_lazy("Amount"), format="money", currency="invoice__currency", phone="end")
    filters = (
        tables.Search(
            "q", ["invoice__number__istartswith", "reference__istartswith", "invoice__party__name__istartswith"]
        ),
        tables.Dates("received", gettext_lazy("Received on"), field="received_on"),
    )
    sort = "-received_on"
    pivots = tables.Pivots(rows=["customer"], columns=[], measures=[tables.Measure("n", gettext_lazy("Payments"))])
    empty = tables.Empty(
        gettext_lazy("No payment yet"), gettext_lazy("Record a payment on the page of the invoice that it pays.")
    )
