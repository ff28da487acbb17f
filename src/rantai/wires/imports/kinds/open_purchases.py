"""Open purchase orders from a file: supply of the system before, from the first day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.kernel import externals
from rantai.srm import facade as srm
from rantai.srm.messages import OpenPurchaseRows
from rantai.wires.imports import cells as parsing
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds import units
from rantai.wires.imports.kinds.kind import Check, Kind, Record, Written, at_once
from rantai.wires.imports.scope import Scope

KEPT_UNDER = "open-purchases"
"""The source under which SRM remembers the numbers of orders it took over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseRow:
    """An open purchase order with its lines."""

    key: str
    currency: str
    lines: tuple[Record, ...]


def find_mixed(cells: pl.DataFrame, *names: str) -> list[pl.DataFrame]:
    """Return findings for lines of one document that differ where a document has one value only."""
    return [
        parsing.note(
            cells.select((pl.col(f"raw_{name}").n_unique().over("key") > 1) & pl.col("key").is_not_null()).to_series(),
            "mixed_document",
            name,
            cells[f"raw_{name}"],
        )
        for name in names
    ]


def _judge(cells: pl.DataFrame, scope: Scope) -> list[pl.DataFrame]:
    return [
        *units.find_unfit(cells, item="item", quantity="quantity"),
        *find_mixed(cells, "supplier", "location", "currency"),
    ]


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[PurchaseRow]:
    return [
        PurchaseRow(key=key, currency=lines[0]["currency"] or scope.company.currency, lines=tuple(lines))
        for key, lines in found
    ]


def _take_over(rows: list[PurchaseRow], scope: Scope) -> Written:
    known = externals.find_external(KEPT_UNDER, "purchase_order", [row.key for row in rows])
    by_currency: dict[str, list[PurchaseRow]] = defaultdict(list)
    for row in rows:
        by_currency[row.currency].append(row)
    for currency, part in by_currency.items():
        srm.import_open_purchases(_message(part, currency, scope))
    return Written(new=frozenset(row.key for row in rows if row.key not in known))


def _message(rows: list[PurchaseRow], currency: str, scope: Scope) -> OpenPurchaseRows:
    lines = [(row.key, line) for row in rows for line in row.lines]
    return OpenPurchaseRows(
        run_key=f"import:{scope.run_id}",
        company_id=scope.company.pk,
        numbers=tuple(key for key, _line in lines),
        supplier_ids=tuple(line["supplier"] for _key, line in lines),
        item_ids=tuple(line["item"] for _key, line in lines),
        location_ids=tuple(line["location"] for _key, line in lines),
        units=tuple(line["quantity"] for _key, line in lines),
        due_on=tuple(line["due_on"] for _key, line in lines),
        unit_costs=tuple(line["cost"] or 0 for _key, line in lines),
        currency=currency,
    )


KIND = Kind(
    name="open-purchases",
    title=_("Open purchase orders"),
    key=("order",),
    lines=("item", "due_on", "quantity", "cost"),
    fields=(
        Field(
            name="order",
            label=_("Order number"),
            type="key",
            required=True,
            names=synonyms(
"po|po number|po no|purchase order|order|order no|nomor po|no po|采购单号|采购订单|"
"采购订单号"
),
        ),
        shared.alike(shared.SUPPLIER, required=True),
        shared.ITEM,
        shared.alike(shared.QUANTITY, names=synonyms("qty|open quantity|open qty|units|sisa|jumlah|jml|未交数量|数量")),
        shared.UNIT,
        shared.alike(shared.LOCATION, required=True),
        Field(
            name="due_on",
            label=_("Due on"),
            type="date",
            required=True,
            names=synonyms(
"due date|eta|delivery date|expected|tanggal datang|jatuh tempo|交货日期|到货日期|"
"预计到货"
),
        ),
        Field(
            name="cost",
            label=_("Cost of a unit"),
            type="money",
            minimum=0,
            maximum=shared.MAX_PRICE,
            names=synonyms("price|unit price|unit cost|harga|harga satuan|单价|采购价"),
        ),
        shared.CURRENCY,
    ),
    checks=(Check(reason="not_positive", field="quantity", test=pl.col("quantity") <= 0),),
    judge=_judge,
    rows=_rows,
    write=at_once(_take_over),
    batch=60,
    examples=(
        {"order": "PO-7001", "supplier": "S-2001", "item": "MON-15", "quantity": "200", "location": "JKT",
         "due_on": "2026-12-14", "cost": "85.00", "currency": "USD"},
        {"order": "PO-7001", "supplier": "S-2001", "item": "CBL-HDMI", "quantity": "1000", "location": "JKT",
         "due_on": "2026-12-21", "cost": "2.10", "currency": "USD"},
    ),
    links="srm_buying:orders",
)  # fmt: skip
