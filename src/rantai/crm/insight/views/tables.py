"""Customers by what they are worth, declared."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.crm.insight.queries import LEAVING_BELOW
from rantai.ui import formats, tables


class ValueTable(tables.Table):
    """Customers with value, risk and habit."""

    name = "customer-values"
    caption = gettext_lazy("Customers by value")
    rank = tables.Column(pgettext_lazy("customer value", "Rank"), format="number", sort=True, align="end", phone="")
    customer = tables.Column(
        gettext_lazy("Customer"), accessor="account__party__name", link="crm_accounts:customer",
        link_args=("account__party_id",), grow=True, phone="head",
    )  # fmt: skip
    lifetime_value = tables.Column(
        gettext_lazy("Value of a year"), format="money", currency="valuation__currency", sort=True, phone="end"
    )
    at_risk = tables.Column(
        gettext_lazy("At risk"), format="money", currency="valuation__currency", sort=True, phone="subend"
    )
    probability_alive = tables.Column(gettext_lazy("Still a customer"), format="percent", sort=True, phone="sub")
    expected_purchases = tables.Column(
        gettext_lazy("Purchases expected"), format=lambda value, row: formats.number(value, 1), align="end", narrow=2
    )
    purchases = tables.Column(gettext_lazy("Purchases so far"), format="number", hidden=True)
    idle_days = tables.Column(gettext_lazy("Days since the last"), format="number", sort=True, narrow=2)
    net_amount = tables.Column(
        gettext_lazy("Bought so far"), format="money", currency="valuation__currency", sort=True, hidden=True
    )
    rfm = tables.Column(
        "RFM",
        accessor="recency_score",
        format=lambda value, row: f"{value}·{row['frequency_score']}·{row['monetary_score']}",
        needs=("frequency_score", "monetary_score"),
        hidden=True,
    )
    filters = (
        tables.Search("q", ["account__party__name__istartswith"]),
        tables.Flag("leaving", gettext_lazy("About to leave"), q=Q(probability_alive__lt=LEAVING_BELOW, at_risk__gt=0)),
        tables.Numbers("idle", gettext_lazy("Days since the last"), field="idle_days"),
        tables.Numbers("recency", gettext_lazy("Recency score"), field="recency_score"),
        tables.Numbers("frequency", gettext_lazy("Frequency score"), field="frequency_score"),
        tables.Numbers("monetary", gettext_lazy("Money score"), field="monetary_score"),
    )
    views = (
        tables.View("top", gettext_lazy("By value"), {}),
        tables.View(
            "leaving", gettext_lazy("About to leave"), {"leaving": "1", "sort": "-at_risk"}, count=True, hurt=True
        ),
    )
    sort = "rank"
