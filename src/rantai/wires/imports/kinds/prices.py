"""Sales prices from a file: one list or several, each in its currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.crm import facade as crm
from rantai.kernel import externals
from rantai.wires.imports import cells as parsing
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds.kind import PERIOD, Kind, Record, Written, at_once, given
from rantai.wires.imports.scope import Scope

USUAL_LIST = "STANDARD"


@dataclass(frozen=True, kw_only=True, slots=True)
class PricedRow:
    """One price with the list that it stands on."""

    key: str
    price_list: str
    currency: str
    line: Record


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[PricedRow]:
    return [
        PricedRow(
            key=key,
            price_list=line["price_list"] or USUAL_LIST,
            currency=line["currency"] or scope.company.currency,
            line=line,
        )
        for key, (line,) in found
    ]


def _judge(cells: pl.DataFrame, _scope: Scope) -> list[pl.DataFrame]:
    mixed = cells.select(
        (pl.col("currency").drop_nulls().n_unique().over("price_list") > 1) & pl.col("currency").is_not_null()
    ).to_series()
    return [parsing.note(mixed, "mixed_list", "currency", cells["raw_currency"])]


def _set(rows: list[PricedRow], scope: Scope) -> Written:
    by_list: dict[tuple[str, str], list[PricedRow]] = defaultdict(list)
    for row in rows:
        by_list[row.price_list, row.currency].append(row)
    known = externals.find_external(scope.source, "price", [row.key for row in rows])
    changed: set[str] = set()
    for (code, currency), part in by_list.items():
        keys = crm.set_prices(
            company_id=scope.company.pk,
            price_list=code,
            currency=currency,
            rows=[_price(row) for row in part],
            by=scope.by,
        )
        changed |= {part[place].key for place in keys}
    # a price has no name of its own outside its list: we remember which ones this source has told before
    fresh = {row.key: row.line["item"] for row in rows if row.key not in known}
    externals.bind_external(scope.source, "price", fresh)
    return Written(new=frozenset(changed & fresh.keys()), changed=frozenset(changed - fresh.keys()))


def _price(row: PricedRow) -> crm.PriceRow:
    told = given(row.line, ("minimum_quantity", "valid_from", "valid_to"), links=("item", "territory"))
    return crm.PriceRow(unit_price=row.line["price"], **told)


KIND = Kind(
    name="prices",
    title=_("Prices"),
    key=("price_list", "item", "territory", "minimum_quantity", "valid_from"),
    fields=(
        Field(
            name="price_list",
            label=_("Price list"),
            type="key",
            names=synonyms("list|pricelist|price list code|daftar harga|价目表|价格表"),
        ),
        shared.ITEM,
        shared.alike(
            shared.COST,
            name="price",
            label=_("Unit price"),
            required=True,
            names=synonyms("price|sales price|unit price|harga|harga jual|售价|单价|价格"),
        ),
        shared.CURRENCY,
        shared.alike(
            shared.LIMIT,
            name="minimum_quantity",
            label=_("From quantity"),
            names=synonyms("minimum quantity|min qty|break|from qty|jumlah minimal|起订数量|数量起"),
        ),
        shared.TERRITORY,
        shared.VALID_FROM,
        shared.VALID_TO,
    ),
    checks=(PERIOD,),
    judge=_judge,
    rows=_rows,
    write=at_once(_set),
    examples=(
        {"price_list": "RETAIL", "item": "MON-15", "price": "149.00", "currency": "USD"},
        {"price_list": "RETAIL", "item": "MON-15", "price": "139.00", "currency": "USD", "minimum_quantity": "10"},
    ),
)
