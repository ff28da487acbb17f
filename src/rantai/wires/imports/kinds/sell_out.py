"""What retailers sold and have on their shelves, from a file: by day or by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.crm import facade as crm
from rantai.wires.imports import cells as parsing
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds.kind import Kind, Record, Written, at_once
from rantai.wires.imports.scope import Scope

_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True, kw_only=True, slots=True)
class SellOutRow:
    """What a line tells, and its key in the file."""

    key: str
    line: crm.RetailLine


def _judge(cells: pl.DataFrame, scope: Scope) -> list[pl.DataFrame]:
    days = pl.when(pl.col("period") == "day").then(1).otherwise(7)
    told = pl.coalesce("recorded_on", pl.lit(scope.today))
    early = cells.select((pl.col("first_on") + pl.duration(days=days - 1) > told).fill_null(False)).to_series()
    ahead = cells.select((pl.col("recorded_on") > pl.lit(scope.today)).fill_null(False)).to_series()
    return [
        parsing.note(early, "period_not_over", "first_on", cells["raw_first_on"]),
        parsing.note(ahead, "told_ahead", "recorded_on", cells["raw_recorded_on"]),
    ]


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[SellOutRow]:
    return [
        SellOutRow(
            key=key,
            line=crm.RetailLine(
                party_id=line["customer"],
                item_id=line["item"],
                first_on=line["first_on"],
                days=_DAYS[line["period"] or "week"],
                sold=line["sold"],
                on_shelf=line["on_shelf"],
                recorded_on=line["recorded_on"] or scope.today,
            ),
        )
        for key, (line,) in found
    ]


def _record(rows: list[SellOutRow], scope: Scope) -> Written:
    told = crm.record_retail_sales([row.line for row in rows], company_id=scope.company.pk, import_id=scope.run_id)
    return Written(
        new=frozenset(rows[place].key for place in told.new),
        changed=frozenset(rows[place].key for place in told.corrected),
    )


KIND = Kind(
    name="sell-out",
    title=_("Retailers' sales and shelf stock"),
    key=("customer", "item", "first_on", "period", "recorded_on"),
    fields=(
        shared.alike(
            shared.SUPPLIER,
            name="customer",
            label=_("Customer"),
            required=True,
            names=synonyms(
                "retailer|shop|store|account|customer id|customer no|customer number|customer name|pelanggan|"
                "kode pelanggan|toko|peritel|pengecer|客户|客户编号|零售商|门店"
            ),
        ),
        shared.alike(
            shared.ITEM,
            names=(*shared.ITEM.names, *synonyms("gtin|ean|upc|barcode|kode batang|条码|条形码")),
        ),
        Field(
            name="first_on",
            label=_("First day"),
            type="date",
            required=True,
            names=synonyms(
                "week|week starting|week of|week beginning|day|date|sales date|minggu|awal minggu|tanggal|"
                "tanggal jual|周|周起始日|日期|销售日期"
            ),
        ),
        Field(
            name="period",
            label=_("Day or week"),
            type="choice",
            names=synonyms("period|granularity|bucket|periode|周期|粒度"),
            choices={
                "day": ("day", "daily", "d", "hari", "harian", "日", "天"),
                "week": ("week", "weekly", "w", "minggu", "mingguan", "周"),
            },
        ),
        shared.alike(
            shared.QUANTITY,
            name="sold",
            label=_("Units sold"),
            minimum=0,
            names=synonyms(
                "sell out|sellout|pos|pos units|sales units|units sold|quantity|qty|units|terjual|jumlah terjual|"
                "penjualan|销量|销售数量|数量"
            ),
        ),
        shared.alike(
            shared.LIMIT,
            name="on_shelf",
            label=_("Shelf stock at the end"),
            names=synonyms(
                "shelf stock|stock|store stock|on hand|closing stock|ending stock|stok|stok toko|stok akhir|stok rak|"
                "库存|门店库存|期末库存|货架库存"
            ),
        ),
        Field(
            name="recorded_on",
            label=_("Known since"),
            type="date",
            names=synonyms(
                "told on|reported on|report date|received on|diketahui sejak|tanggal laporan|得知日期|上报日期"
            ),
        ),
    ),
    judge=_judge,
    rows=_rows,
    write=at_once(_record),
    examples=(
        {"customer": "C-1001", "item": "MON-15", "first_on": "2026-11-09", "sold": "34", "on_shelf": "60"},
        {"customer": "C-1001", "item": "CBL-HDMI", "first_on": "2026-11-09", "sold": "210", "on_shelf": "480"},
    ),
    links="crm_accounts:customers",
)
