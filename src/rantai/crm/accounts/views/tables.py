"""The list of customers, declared."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy

from rantai.ui import tables


class CustomerTable(tables.Table):
    """Customers with what they owe and what they are worth."""

    name = "customers"
    caption = gettext_lazy("Customers")
    customer = tables.Column(
        gettext_lazy("Customer"), accessor="party__name", sort=True, link="crm_accounts:customer",
        link_args=("party_id",), grow=True, sub="party__email",
    )  # fmt: skip
    value = tables.Column(
        gettext_lazy("Value of a year"), accessor="lifetime_value", format="money", currency="base", sort=True,
        phone="end",
    )  # fmt: skip
    open_amount = tables.Column(gettext_lazy("Open amount"), format="money", currency="base", sort=True)
    last_order_at = tables.Column(gettext_lazy("Last order"), format="day", sort=True, phone="subend")
    first_order_at = tables.Column(gettext_lazy("Customer since"), format="day", narrow=2)
    demand_class = tables.Column(gettext_lazy("Class"), narrow=2, phone="")
    owner = tables.Column(gettext_lazy("Looked after by"), accessor="owner__name", narrow=3, phone="")
    filters = (
        tables.Search("q", ["party__name__istartswith", "party__email__istartswith"]),
        tables.Flag("owes", gettext_lazy("Owes us"), q=Q(open_amount__gt=0)),
        tables.Flag("limited", gettext_lazy("With a credit limit"), q=Q(credit_limit__isnull=False)),
        tables.Dates("last", gettext_lazy("Last order"), field="last_order_at", instant=True),
        tables.Dates("since", gettext_lazy("Customer since"), field="first_order_at", instant=True),
    )
    views = (
        tables.View("all", gettext_lazy("All"), {}),
        tables.View("owes", gettext_lazy("Owe us"), {"owes": "1"}, count=True),
    )
    sort = "-value"
    pivots = tables.Pivots(
        rows=["demand_class", "owner"], columns=["demand_class"],
        measures=[tables.Measure("n", gettext_lazy("Customers"))],
    )  # fmt: skip
    empty = tables.Empty(
        gettext_lazy("No customer yet"),
        gettext_lazy("A party becomes a customer with its first order, or with an import of past orders."),
    )
