"""Sources from a file: who makes, sells or moves an item, how long it takes, in what quantities."""

from __future__ import annotations

from functools import partial

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.foundation.items.actions import sources as actions
from rantai.foundation.items.actions.sources import SourceRow
from rantai.foundation.items.models import Source
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds.kind import PERIOD, Check, Kind, Record, Written, at_once, fold, given, parts, upsert
from rantai.wires.imports.scope import Scope

_LINKS = ("item", "supplier", "location", "origin", "calendar")
_PLAIN = (
    "kind", "rank", "lead_time_days", "minimum", "multiple", "maximum", "fixed_quantity", "weekly_capacity", "share",
    "cost", "currency", "valid_from", "valid_to",
)  # fmt: skip
_STORED = (*(f"{name}_id" for name in (*_LINKS, "bill", "routing")), *_PLAIN, "lead_time_sd_days")


def _tell(line: Record) -> Record:
    told = given(line, _PLAIN, links=_LINKS)
    if line["lead_time_sd_days"] is not None:
        told["lead_time_sd_days"] = line["lead_time_sd_days"] / 10_000
    return {"kind": "buy", **told}


def _upsert(rows: list[SourceRow], scope: Scope) -> Written:
    done = upsert(rows, scope, kind="source", model=Source, act=actions.upsert_sources)
    # what was assumed at an import of history gives way to what is now known
    for part in parts(sorted({row.item_id for row in rows}), 900):
        for assumed in Source.objects.filter(item_id__in=part, is_placeholder=True, archived_at=None).order_by("pk"):
            actions.archive_source(assumed, by=scope.by)
    return done


KIND = Kind(
    name="sources",
    title=_("Sources"),
    key=("item", "kind", "supplier", "location", "origin", "valid_from"),
    fields=(
        shared.ITEM,
        Field(
            name="kind",
            label=_("Kind of source"),
            type="choice",
            names=synonyms("kind|type|source type|jenis|cara|类型|供应类型"),
            choices={
                "buy": ("purchase", "bought", "beli", "采购", "外购"),
                "make": ("produce", "made", "buat", "produksi", "生产", "自制"),
                "move": ("transfer", "pindah", "调拨"),
                "dropship": ("drop ship", "drop-ship", "kirim langsung", "直发"),
            },
        ),
        shared.SUPPLIER,
        shared.LOCATION,
        shared.alike(
            shared.LOCATION,
            name="origin",
            label=_("Moved from"),
            names=synonyms("origin|from|from location|asal|dari|gudang asal|来源仓|调出仓"),
        ),
        Field(
            name="lead_time_days",
            label=_("Lead time in working days"),
            type="whole",
            minimum=0,
            maximum=1000,
            names=synonyms("lead time|leadtime|lead time days|days|waktu tunggu|lama kirim|提前期|交期|交货期"),
        ),
        Field(
            name="lead_time_sd_days",
            label=_("Standard deviation of the lead time in days"),
            type="quantity",
            minimum=0,
            maximum=1000,
            names=synonyms("lead time sd|lead time deviation|simpangan waktu tunggu|提前期标准差"),
        ),
        shared.alike(
            shared.LIMIT,
            name="minimum",
            label=_("Minimum order quantity"),
            names=synonyms("moq|minimum|min qty|minimum quantity|minimal pesan|最小订购量|起订量"),
        ),
        shared.alike(
            shared.LIMIT,
            name="multiple",
            label=_("Order multiple"),
            names=synonyms("multiple|lot size|pack size|kelipatan|订购倍数|包装量"),
        ),
        shared.alike(
            shared.LIMIT,
            name="maximum",
            label=_("Maximum order quantity"),
            names=synonyms("maximum|max qty|maksimal pesan|最大订购量"),
        ),
        shared.alike(
            shared.LIMIT,
            name="fixed_quantity",
            label=_("Every order of exactly"),
            names=synonyms("fixed quantity|fixed lot|fixed order|jumlah tetap|lot tetap|固定批量|固定数量"),
        ),
        shared.alike(
            shared.LIMIT,
            name="weekly_capacity",
            label=_("Takes at most in a week"),
            names=synonyms("weekly capacity|capacity a week|per week|kapasitas per minggu|每周产能|周产能"),
        ),
        Field(
            name="share",
            label=_("Share, as a weight"),
            type="whole",
            minimum=1,
            maximum=1000,
            names=synonyms("share|weight|split|bagian|bobot|配额|份额|权重"),
        ),
        shared.alike(
            shared.COST,
            names=synonyms("cost|price|purchase price|unit cost|harga beli|harga|采购价|单价|成本"),
        ),
        shared.CURRENCY,
        shared.RANK,
        shared.CALENDAR,
        shared.VALID_FROM,
        shared.VALID_TO,
    ),
    checks=(
        PERIOD,
        Check(reason="from_itself", field="origin", test=pl.col("origin") == pl.col("location")),
        Check(
            reason="no_origin", field="origin", test=(pl.col("kind") == "move") & pl.col("raw_origin").is_null()
        ),
        Check(
            reason="maximum_below_minimum",
            field="maximum",
            test=(pl.col("maximum") > 0) & (pl.col("maximum") < pl.col("minimum")),
        ),
    ),
    rows=partial(fold, row=SourceRow, kind="source", model=Source, names=_STORED, tell=_tell),
    write=at_once(_upsert),
    examples=(
        {"item": "MON-15", "kind": "buy", "supplier": "S-2001", "lead_time_days": "20", "minimum": "50",
         "multiple": "10", "cost": "85.00", "currency": "USD"},
        {"item": "CBL-HDMI", "kind": "buy", "supplier": "S-2001", "lead_time_days": "12", "minimum": "500",
         "cost": "2.10", "currency": "USD"},
    ),
    links="foundation_items:items",
)  # fmt: skip
