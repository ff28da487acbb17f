"""Items from a file: code, names, unit, how they are planned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _

from rantai.foundation.items.actions import items as actions
from rantai.foundation.items.actions.items import ItemRow
from rantai.foundation.items.models import Item, Unit
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds.kind import Kind, Record, at_once, given, parts, upsert
from rantai.wires.imports.scope import Scope

_PLAIN = ("kind", "gtin", "category", "is_sold", "standard_cost", "weight_g", "decoupling", "tracking")
_LANGUAGES = {"name_en": "en", "name_id": "id", "name_zh": "zh-hans"}


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[ItemRow]:
    stored = _read_stored([key for key, _lines in found])
    units = dict(Unit.objects.values_list("id", "code"))
    return [_row(key, line, stored.get(key, {}), units, scope) for key, (line,) in found]


def _row(key: str, line: Record, stored: Record, units: dict[int, str], scope: Scope) -> ItemRow:
    names = {language: line[name] for name, language in _LANGUAGES.items() if line[name]}
    if line["name"]:
        names[scope.language] = line["name"]
    told = given(line, _PLAIN) | ({"unit": units[line["unit"]]} if line["unit"] else {})
    held = {**stored, **told, "name": {**stored.get("name", {}), **names} or {scope.language: key}}
    return ItemRow(key=key, **held, is_placeholder=False)


def _read_stored(codes: Sequence[str]) -> dict[str, Record]:
    names = ("code", "name", "custom", "base_unit__code", "category__code", *(n for n in _PLAIN if n != "category"))
    stored: dict[str, Record] = {}
    for part in parts(codes, 900):
        for row in Item.objects.filter(code__in=part).values(*names):
            row["unit"], row["category"] = row.pop("base_unit__code"), row.pop("category__code") or ""
            stored[row.pop("code")] = row
    return stored


KIND = Kind(
    name="items",
    title=_("Items"),
    key=("code",),
    fields=(
        Field(
            name="code",
            label=_("Item code"),
            type="key",
            required=True,
            names=synonyms(
                "code|sku|item|item no|stock code|article|material|kode|sku barang|kode produk|编码|货号|物料号"
            ),
        ),
        Field(
            name="name",
            label=_("Item name"),
            type="text",
            names=synonyms("name|description|title|product|nama|nama produk|deskripsi|名称|品名|描述|产品名称"),
        ),
        Field(name="name_en", label=_("Name in English"), type="text", names=synonyms("english name|英文名称")),
        Field(name="name_id", label=_("Name in Indonesian"), type="text", names=synonyms("indonesian name|印尼文名称")),
        Field(name="name_zh", label=_("Name in Chinese"), type="text", names=synonyms("chinese name|中文名称")),
        Field(
            name="unit",
            label=_("Base unit"),
            type="unit",
            names=synonyms("unit|uom|unit of measure|stock unit|satuan|单位|计量单位"),
        ),
        Field(
            name="kind",
            label=_("Kind of item"),
            type="choice",
            names=synonyms("kind|type|item type|jenis|tipe|类型|类别"),
            choices={
                "stocked": ("stock", "goods", "barang", "stok", "库存", "商品"),
                "service": ("jasa", "layanan", "服务"),
                "charge": ("fee", "biaya", "费用"),
            },
        ),
        Field(
            name="category",
            label=_("Category"),
            type="key",
            names=synonyms("group|family|product group|golongan|kelompok|分类|品类"),
        ),
        Field(
            name="gtin", label=_("Barcode"), type="key", names=synonyms("gtin|ean|upc|barcode|kode batang|条码|条形码")
        ),
        Field(
            name="standard_cost",
            label=_("Standard cost"),
            type="money",
            minimum=0,
            maximum=10**12,
            names=synonyms("cost|unit cost|hpp|harga pokok|成本|标准成本"),
        ),
        Field(
            name="weight_g",
            label=_("Weight in grams"),
            type="whole",
            minimum=0,
            maximum=10**9,
            names=synonyms("weight g|berat gram|重量克"),
        ),
        Field(
            name="decoupling",
            label=_("How customers get it"),
            type="choice",
            names=synonyms("decoupling|strategy|supply strategy|供应方式"),
            choices={
                "stock": ("make to stock", "from stock", "stok", "库存", "备货"),
                "assemble": ("assemble to order", "rakit", "按单装配"),
                "make": ("make to order", "dibuat", "按单生产"),
                "dropship": ("drop ship", "drop-ship", "kirim langsung", "直发", "一件代发"),
            },
        ),
        Field(
            name="tracking",
            label=_("Tracking"),
            type="choice",
            names=synonyms("tracking|lacak|追踪方式"),
            choices={
                "none": ("tidak", "无"),
                "lot": ("batch", "批次"),
                "serial": ("serial number", "nomor seri", "序列号"),
            },
        ),
        Field(name="is_sold", label=_("Is sold"), type="flag", names=synonyms("sold|for sale|dijual|可售|销售")),
    ),
    rows=_rows,
    write=at_once(partial(upsert, kind="item", model=Item, act=actions.upsert_items)),
    examples=(
        {"code": "MON-15", "name": "Monitor 15″", "unit": "PCE", "category": "MONITORS", "standard_cost": "85.00"},
        {"code": "CBL-HDMI", "name": "HDMI cable 2 m", "unit": "PCE", "category": "CABLES", "standard_cost": "2.10"},
    ),
    links="foundation_items:items",
)
