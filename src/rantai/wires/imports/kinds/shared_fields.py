"""Fields that several kinds of file have, with what people call them."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from rantai.wires.imports.columns import Field, synonyms

MAX_UNITS = 10**9
MAX_PRICE = 10**12

ITEM = Field(
    name="item",
    label=_("Item code"),
    type="item",
    required=True,
    names=synonyms("item|sku|product|stock code|article|material|item no|kode barang|kode produk|货号|物料号|商品编码"),
)
QUANTITY = Field(
    name="quantity",
    label=_("Quantity"),
    type="quantity",
    required=True,
    maximum=MAX_UNITS,
    names=synonyms("qty|units|pieces|pcs|amount|jumlah|jml|kuantitas|banyak|数量|件数"),
)
LIMIT = replace(QUANTITY, required=False, minimum=0)
UNIT = Field(name="unit", label=_("Unit"), type="unit", names=synonyms("uom|unit of measure|satuan|单位"))
LOCATION = Field(
    name="location",
    label=_("Location"),
    type="location",
    names=synonyms("site|warehouse|plant|location code|lokasi|gudang|pabrik|仓库|地点|库位|工厂"),
)
SUPPLIER = Field(
    name="supplier",
    label=_("Supplier"),
    type="party",
    names=synonyms("vendor|supplier id|supplier no|supplier code|supplier name|pemasok|kode pemasok|供应商|供应商编号"),
)
CALENDAR = Field(
    name="calendar",
    label=_("Calendar"),
    type="calendar",
    names=synonyms("calendar code|working calendar|kalender|日历|工作日历"),
)
COST = Field(name="cost", label=_("Cost of a unit"), type="money", minimum=0, maximum=MAX_PRICE)
TERRITORY = Field(
    name="territory",
    label=_("Territory"),
    type="territory",
    names=synonyms("region|area|wilayah|daerah|区域|地区"),
)
CURRENCY = Field(name="currency", label=_("Currency"), type="currency", names=synonyms("mata uang|币种|货币"))
RANK = Field(
    name="rank",
    label=_("Rank"),
    type="whole",
    minimum=1,
    maximum=1000,
    names=synonyms("priority|preference|urutan|prioritas|优先级|顺序"),
)
VALID_FROM = Field(
    name="valid_from",
    label=_("Valid from"),
    type="date",
    names=synonyms("from|start date|starts on|berlaku dari|mulai|生效日期|开始日期"),
)
VALID_TO = Field(
    name="valid_to",
    label=_("Valid until, not included"),
    type="date",
    names=synonyms("valid to|to|until|end date|berlaku sampai|sampai|失效日期|结束日期"),
)
CODE = Field(
    name="code",
    label=_("Variant"),
    type="key",
    names=synonyms("variant|version|alternative|varian|versi|版本|方案"),
)


def alike(field: Field, **changes: object) -> Field:
    """Return a shared field with what differs in one kind."""
    return replace(field, **changes)  # type: ignore[arg-type]
