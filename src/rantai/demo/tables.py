"""The world as CSV tables of the kinds that `rantai import` takes: what `demo --export` writes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from rantai.demo import people
from rantai.demo.world import LANES, RESOURCES, SITES, World

Rows = Iterator[Sequence[object]]


def write_tables(world: World, folder: Path) -> dict[str, int]:
    """Write every table into a folder; return rows by file. The bytes depend on size, seed and day alone."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, (header, list_rows) in TABLES.items():
        rows = list(list_rows(world))
        (folder / f"{name}.csv").write_bytes(to_csv(header, rows))
        counts[f"{name}.csv"] = len(rows)
    return counts


def write_table(world: World, name: str, path: Path) -> Path:
    """Write the file of one kind."""
    header, list_rows = TABLES[name]
    path.write_bytes(to_csv(header, list_rows(world)))
    return path


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as UTF-8 with line feeds."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _past_orders(world: World) -> Rows:
    for line in world.history:
        yield (
            line.invoice, line.item.code, line.item.name["en"], line.units, line.at.strftime("%Y-%m-%d %H:%M"),
            line.price, line.customer.key, line.customer.name, line.customer.country, line.site,
        )  # fmt: skip


def _items(world: World) -> Rows:
    for item in world.catalogue.items:
        yield (
            item.code, item.name["en"], item.name["id"], item.name["zh-hans"], item.family, item.cost * 1_000,
            item.price * 1_000, item.decoupling,
        )  # fmt: skip


def _parties(world: World) -> Rows:
    for row in world.customers:
        yield (
            row.key, row.name, "reseller" if row.segment == "reseller" else "customer", row.kind, row.language,
            row.email, row.phone, row.street, row.city, row.region, row.postcode, row.country,
        )  # fmt: skip
    for code, name, city, country, language, *_rest in (*people.SUPPLIERS, *people.EXPRESS, *people.SECOND_TIER):
        yield (
            code,
            name,
            "supplier",
            "organisation",
            language,
            f"{code.lower()}@supplier.example",
            "",
            "",
            city,
            "",
            "",
            country,
        )


def _sources(world: World) -> Rows:
    for row in world.sources:
        yield (
            row.item.code, row.kind, row.site, row.origin, row.lead_time, row.spread, row.minimum, row.multiple,
            row.cost * 1_000 or "", row.rank,
        )  # fmt: skip


def _boms(world: World) -> Rows:
    for item in world.catalogue.items:
        for part, units in item.parts:
            yield item.code, part, units


def _resources(_world: World) -> Rows:
    for code, site, thousands, *names in RESOURCES:
        yield code, site, thousands * 1_000, *names


def _lanes(_world: World) -> Rows:
    sites = {code for code, *_rest in SITES}
    for origin, target, transit, cost in LANES:
        yield origin, target if target in sites else "", "" if target in sites else target, transit, cost


def _prices(world: World) -> Rows:
    for item in world.catalogue.sold:
        yield "STANDARD", item.code, item.price * 1_000, "IDR"


def _stock(world: World) -> Rows:
    for row in world.stock:
        yield row.item.code, row.site, row.units


def _open_purchases(world: World) -> Rows:
    for row in world.purchases:
        yield (
            row.number, row.supplier, row.item.code, row.site, row.units, row.due_on, row.answer,
            row.expected_on if row.answer else "",
        )  # fmt: skip


def _sell_outs(world: World) -> Rows:
    for row in world.sell_outs:
        yield row.customer.key, row.item.code, row.monday, "week", row.sold, row.on_shelf, row.told_on


def _orders(world: World) -> Rows:
    for order in world.orders:
        for line in order.lines:
            yield (
                order.reference, order.customer.key, order.placed_on, order.stage, order.kind, line.item.code,
                line.units, line.requested_on,
            )  # fmt: skip


TABLES: dict[str, tuple[tuple[str, ...], Callable[[World], Rows]]] = {
    "items": (("code", "name", "name id", "name zh", "category", "standard cost", "price", "decoupling"), _items),
    "parties": (
        (
            "key", "name", "role", "kind", "language", "email", "phone", "street", "city", "region", "postcode",
            "country",
        ),
        _parties,
    ),
    "sources": (
        ("item", "kind", "location", "origin", "lead time", "spread", "minimum", "multiple", "cost", "rank"),
        _sources,
    ),
    "boms": (("item", "component", "quantity"), _boms),
    "resources": (("code", "location", "cost per hour", "name", "name id", "name zh"), _resources),
    "lanes": (("origin", "destination", "territory", "transit days", "cost"), _lanes),
    "prices": (("price list", "item", "price", "currency"), _prices),
    "past-orders": (
        (
            "Order number", "Item code", "Item name", "Quantity", "Order date", "Unit price", "Customer number",
            "Customer name", "Country", "Warehouse",
        ),
        _past_orders,
    ),
    "stock": (("item", "location", "quantity"), _stock),
    "open-purchases": (
        ("number", "supplier", "item", "location", "quantity", "due", "answer", "expected"),
        _open_purchases,
    ),
    "sell-out": (
        ("customer", "item", "week", "period", "units sold", "shelf stock", "known since"),
        _sell_outs,
    ),
    "recent-orders": (
        ("reference", "customer", "placed", "stage", "kind", "item", "quantity", "requested"),
        _orders,
    ),
}  # fmt: skip
