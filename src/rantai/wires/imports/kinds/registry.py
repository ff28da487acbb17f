"""The kinds of file that can be brought, in the order in which a new company brings them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rantai.wires.imports.columns import Field
from rantai.wires.imports.kinds import (
    boms,
    calendars,
    items,
    lanes,
    open_purchases,
    open_sales,
    order_columns,
    parties,
    prices,
    resources,
    routings,
    sell_out,
    sources,
    stock,
)
from rantai.wires.imports.kinds.kind import Kind

SHEETS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        items.KIND,
        parties.KIND,
        calendars.KIND,
        lanes.KIND,
        resources.KIND,
        sources.KIND,
        boms.KIND,
        routings.KIND,
        stock.KIND,
        prices.KIND,
        open_sales.KIND,
        open_purchases.KIND,
        sell_out.KIND,
    )
}
"""Everything but past orders, which have a way of their own."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """What the command and the pages say of a kind before a file is there."""

    name: str
    title: str | Promise
    fields: tuple[Field, ...]
    examples: tuple[Mapping[str, str], ...]
    links: str = ""


KINDS: dict[str, Described] = {
    "orders": Described(
        name="orders",
        title=_("Past orders"),
        fields=order_columns.FIELDS,
        examples=order_columns.EXAMPLES,
        links="crm_accounts:customers",
    ),
    **{
        name: Described(name=name, title=kind.title, fields=kind.fields, examples=kind.examples, links=kind.links)
        for name, kind in SHEETS.items()
    },
}
