"""Opening stock from a file: what lies where on the first day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext_lazy as _

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.iscm import facade as iscm
from rantai.iscm.messages import OpeningStock
from rantai.kernel import externals
from rantai.wires.imports import cells as parsing
from rantai.wires.imports.columns import Field, synonyms
from rantai.wires.imports.kinds import shared_fields as shared
from rantai.wires.imports.kinds import units
from rantai.wires.imports.kinds.kind import Kind, Record, Written, at_once, parts
from rantai.wires.imports.scope import Scope

SOURCE = "opening"
"""Under it we remember which item and place got opening stock from which import: never twice."""
KEY_KIND = "opening_stock"


@dataclass(frozen=True, kw_only=True, slots=True)
class StockRow:
    """Units of an item at a place."""

    key: str
    item_id: int
    location_id: int
    units: int
    lot: str = ""

    @property
    def place(self) -> str:
        """Name item, place and lot by our ids."""
        return name_place(self.item_id, self.location_id, self.lot)


def name_place(item_id: int, location_id: int, lot: str = "") -> str:
    """Return the key under which opening stock is remembered."""
    return f"{item_id}/{location_id}/{lot}"


def find_opened(places: Iterable[str]) -> dict[str, int]:
    """Return place → the import that gave it opening stock."""
    return externals.find_external(SOURCE, KEY_KIND, places)


def post(rows: Sequence[tuple[str, int, int, int, str]], *, run_id: int) -> None:
    """Post opening stock of (place, item, location, units, lot) in the caller's transaction, once for each place."""
    first, *_rest = rows[0]
    places, items, sites, amounts, lots = zip(*rows, strict=True)
    iscm.set_opening_stock(
        OpeningStock(
            run_key=f"import:{run_id}/{first}"[:100], item_ids=items, location_ids=sites, units=amounts, lots=lots
        )
    )
    externals.bind_external(SOURCE, KEY_KIND, dict.fromkeys(places, run_id))


def _judge(cells: pl.DataFrame, scope: Scope) -> list[pl.DataFrame]:
    usual = _usual_site(scope)
    sites = cells["location"].fill_null(usual) if usual else cells["location"]
    known = [
        name_place(item, site, lot or "") if item is not None and site is not None else ""
        for item, site, lot in zip(cells["item"], sites, cells["lot"], strict=True)
    ]
    opened = {place for place, run in find_opened(known).items() if run != scope.run_id}
    kinds = _read_kinds(cells["item"])
    return [
        *units.find_unfit(cells, item="item", quantity="quantity"),
        parsing.note(sites.is_null() & cells["raw_location"].is_null(), "no_site", "location", cells["raw_location"]),
        parsing.note(
            pl.Series([p in opened for p in known], dtype=pl.Boolean), "stock_known", "item", cells["raw_item"]
        ),
        parsing.note(
            pl.Series([kinds.get(item, "stocked") != "stocked" for item in cells["item"]], dtype=pl.Boolean),
            "not_stocked",
            "item",
            cells["raw_item"],
        ),
    ]


def _read_kinds(items: pl.Series) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in parts(items.drop_nulls().unique().to_list(), 900):
        found |= dict(Item.objects.filter(pk__in=part).values_list("pk", "kind"))
    return found


def _usual_site(scope: Scope) -> int | None:
    site = locations.list_sites(scope.company.pk).first()
    return site.pk if site else None


def _rows(found: Sequence[tuple[str, list[Record]]], scope: Scope) -> list[StockRow]:
    usual = _usual_site(scope)
    return [
        StockRow(
            key=key,
            item_id=line["item"],
            location_id=line["location"] or usual or 0,  # without any site the line was set aside
            units=line["quantity"],
            lot=line["lot"] or "",
        )
        for key, (line,) in found
    ]


def _post_new(rows: list[StockRow], scope: Scope) -> Written:
    assert scope.run_id is not None
    opened = find_opened([row.place for row in rows])
    new = [row for row in rows if row.place not in opened]
    if new:
        told = [(row.place, row.item_id, row.location_id, row.units, row.lot) for row in new]
        post(told, run_id=scope.run_id)
    return Written(new=frozenset(row.key for row in new))


KIND = Kind(
    name="stock",
    title=_("Stock"),
    key=("item", "location", "lot"),
    fields=(
        shared.ITEM,
        shared.alike(
            shared.QUANTITY,
            minimum=0,
            names=synonyms("qty|stock|on hand|onhand|balance|units|stok|saldo|jumlah|jml|库存|库存数量|数量|在手量"),
        ),
        shared.UNIT,
        shared.LOCATION,
        Field(name="lot", label=_("Lot"), type="key", names=synonyms("batch|lot no|batch no|nomor lot|批次|批号")),
    ),
    judge=_judge,
    rows=_rows,
    write=at_once(_post_new),
    batch=50,
    examples=(
        {"item": "MON-15", "location": "JKT", "quantity": "120"},
        {"item": "CBL-HDMI", "location": "JKT", "quantity": "3500"},
    ),
    links="iscm_inventory:stock",
)
