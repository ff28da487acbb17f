"""Bills of materials from a file: one line a component; none may contain itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.foundation.items import queries
from rantai.foundation.items.actions import bills as actions
from rantai.foundation.items.actions.bills import BillRow, Component
from rantai.foundation.items.models import BillOfMaterials
from rantai.kernel import externals
from rantai.wires.imports import cells as parsing
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds import units
from rantai.wires.imports.kinds.kind import PERIOD, Check, Kind, Record, at_once, given, upsert
from rantai.wires.imports.scope import Scope


def _judge(cells: pl.DataFrame, scope: Scope) -> list[pl.DataFrame]:
    return [*units.find_unfit(cells, item="component", quantity="quantity"), _find_circles(cells, scope)]


def _find_circles(cells: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Return a finding for each line of a bill by which an item would need itself, with the way round."""
    known = externals.find_external(scope.source, "bill", cells["key"].drop_nulls().unique().to_list())
    below = defaultdict(set, queries.read_structure(without_bills=known.values()))
    names: dict[int, str] = {}
    for item, part, text, part_text in cells.select("item", "component", "raw_item", "raw_component").iter_rows():
        if item is not None and part is not None:
            below[item] = below[item] | {part}
            names |= {item: text, part: part_text}
    ways = {item: queries.find_circle(below, item) for item in cells["item"].drop_nulls().unique()}
    told = {item: " → ".join(names.get(pk, str(pk)) for pk in way) for item, way in ways.items() if way}
    detail = cells["item"].replace_strict(told, default=None, return_dtype=pl.String)
    return parsing.note(detail.is_not_null(), "circle", "component", detail)


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[BillRow]:
    return [_row(key, lines) for key, lines in found]


def _row(key: str, lines: list[Record]) -> BillRow:
    head = lines[0]
    return BillRow(
        key=key,
        components=tuple(
            Component(item_id=line["component"], quantity=line["quantity"], **_extras(line)) for line in lines
        ),
        **given(head, ("code", "batch", "rank", "valid_from", "valid_to"), links=("item", "location")),
    )


def _extras(line: Record) -> Record:
    return given(line, ("operation",)) | ({"yield_share": line["yield"]} if line["yield"] is not None else {})


KIND = Kind(
    name="boms",
    title=_("Bills of materials"),
    key=("item", "location", "code", "valid_from"),
    lines=("component", "operation"),
    fields=(
        shared.alike(
            shared.ITEM,
            names=synonyms(
                "item|product|parent|assembly|finished good|barang jadi|induk|kode barang|父件|成品|产品编码|母件"
            ),
        ),
        shared.alike(
            shared.ITEM,
            name="component",
            label=_("Component"),
            names=synonyms("part|child|material|raw material|komponen|bahan|bahan baku|子件|组件|材料|零件"),
        ),
        shared.alike(
            shared.QUANTITY,
            names=synonyms("qty|quantity per|usage|amount|jumlah|jml|pemakaian|数量|用量|单位用量"),
        ),
        shared.UNIT,
        shared.alike(
            shared.QUANTITY,
            name="batch",
            label=_("Batch that the quantities are for"),
            required=False,
            names=synonyms("batch|batch size|base quantity|ukuran lot|基准数量|批量"),
        ),
        Field(
            name="yield",
            label=_("Yield in percent"),
            type="percent",
            minimum=1,
            maximum=100,
            names=synonyms("yield|hasil|rendemen|成品率|良率"),
        ),
        Field(
            name="operation",
            label=_("Step of the routing"),
            type="whole",
            minimum=0,
            maximum=30_000,
            names=synonyms("operation|step|langkah|工序|工步"),
        ),
        shared.LOCATION,
        shared.CODE,
        shared.RANK,
        shared.VALID_FROM,
        shared.VALID_TO,
    ),
    checks=(
        PERIOD,
        Check(reason="not_positive", field="quantity", test=pl.col("quantity") <= 0),
        Check(reason="not_positive", field="batch", test=pl.col("batch") <= 0),
    ),
    judge=_judge,
    rows=_rows,
    write=at_once(partial(upsert, kind="bill", model=BillOfMaterials, act=actions.upsert_bills)),
    batch=40,
    examples=(
        {"item": "MON-15", "component": "PANEL-15", "quantity": "1"},
        {"item": "MON-15", "component": "SCREW-M3", "quantity": "8", "yield": "98"},
    ),
    links="foundation_items:items",
)
