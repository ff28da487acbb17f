"""Price lists and prices, declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rantai.kernel import texts
from rantai.ui import formats, table_filters, tables

LIST_STATES = {
    True: ("done", gettext_lazy("For everyone")),
    False: ("run", gettext_lazy("For its customers")),
}


def say_name(value: Any, row: dict[str, Any]) -> str:
    """Return a name in the reader's language."""
    return texts.pick(value or {}) or "–"


def say_territory(value: Any, row: dict[str, Any]) -> str:
    """Return where a price holds."""
    return texts.pick(value) if value else _("everywhere")


def say_minimum(value: Any, row: dict[str, Any]) -> str:
    """Return from which quantity on a price holds."""
    return formats.quantity(value) if value else "–"


class PriceListTable(tables.Table):
    """Price lists with what stands on them."""

    name = "price-lists"
    caption = gettext_lazy("Price lists")
    code = tables.Column(gettext_lazy("Price list"), sort=True, link="crm_pricing:list", phone="head")
    title = tables.Column(gettext_lazy("Name"), accessor="name", format=say_name, grow=True, phone="sub")
    currency = tables.Column(gettext_lazy("Currency"))
    scope = tables.StateColumn(gettext_lazy("Holds"), accessor="is_default", states=LIST_STATES, phone="subend")
    items = tables.Column(gettext_lazy("Items"), accessor="item_count", format="number", phone="end")
    customers = tables.Column(gettext_lazy("Customers"), accessor="customer_count", format="number", narrow=2)
    sort = "code"
    empty = tables.Empty(
        gettext_lazy("No price list yet"),
        gettext_lazy("Prices stand on lists: one for everyone in each currency, and others for customers of your own."),
    )


class PriceTable(tables.Table):
    """Prices of a list."""

    name = "prices"
    caption = pgettext_lazy("sales", "Prices")
    item = tables.Column(
        gettext_lazy("Item"), accessor="item__name", format=say_name, sub="item__code", link="crm_pricing:price",
        link_args=("id",), grow=True, phone="head",
    )  # fmt: skip
    code = tables.Column(gettext_lazy("Item code"), accessor="item__code", sort=True, hidden=True)
    unit_price = tables.Column(
        gettext_lazy("Price"), format="money", currency="price_list__currency", sort=True, phone="end"
    )
    margin = tables.Column(gettext_lazy("Margin"), format="percent", narrow=2, hurt="is_below_cost", phone="subend")
    minimum_quantity = tables.Column(gettext_lazy("From quantity"), format=say_minimum, align="end", narrow=2)
    territory = tables.Column(
        gettext_lazy("Territory"), accessor="territory__name", format=say_territory, narrow=2, phone="sub"
    )
    valid_from = tables.Column(gettext_lazy("From"), format="day", sort=True, phone="")
    valid_to = tables.Column(gettext_lazy("Until"), format="day", sort=True, phone="")
    filters: ClassVar[Sequence[table_filters.Filter]] = (
        tables.Search("q", ["item__code__istartswith", "item__name__icontains"]),
        tables.Choice(
            "when",
            gettext_lazy("Holds"),
            field="standing",
            choices=[("now", gettext_lazy("now")), ("later", gettext_lazy("later")), ("over", gettext_lazy("over"))],
        ),
        tables.Numbers("margin", gettext_lazy("Margin"), field="margin"),
        tables.Flag("below", gettext_lazy("Below cost"), q=Q(is_below_cost=True)),
    )
    views = (
        tables.View("now", gettext_lazy("Holds now"), {"when": "now"}),
        tables.View("later", gettext_lazy("Later"), {"when": "later"}, count=True),
        tables.View("over", gettext_lazy("Over"), {"when": "over"}),
        tables.View("all", gettext_lazy("All"), {}),
    )
    bulk = (tables.Bulk("reprice", gettext_lazy("Change by percent"), "crm_pricing:reprice", key="r",
                        permission="prices.change"),)  # fmt: skip
    sort = "code"
    empty = tables.Empty(
        gettext_lazy("No price here"), gettext_lazy("Add a price, or bring a file of prices in under Imports.")
    )


class CostlessPriceTable(PriceTable):
    """The same for people from whom cost is hidden."""

    filters = PriceTable.filters[:2]


CostlessPriceTable.columns = {name: column for name, column in PriceTable.columns.items() if name != "margin"}
