"""The whole world of the demonstration: a function of size, seed and day, without clock and without database."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.demo import past, people, pipeline, present, retailing, standing
from rantai.demo.catalogue import Catalogue, DemoItem, make_catalogue
from rantai.demo.past import PastLine
from rantai.demo.people import Customer
from rantai.demo.pipeline import Contract, Deal
from rantai.demo.present import LiveOrder, LivePurchase
from rantai.demo.retailing import SellOut

SITES = (
    # code, name, kind, city
    ("CKR", "Cikarang", "plant"),
    ("SMG", "Semarang", "plant"),
    ("JKT", "Jakarta", "warehouse"),
    ("SUB", "Surabaya", "warehouse"),
    ("MES", "Medan", "warehouse"),
)

TERRITORIES = (
    # code, parent, English, Indonesian, Chinese
    ("ID", "", "Indonesia", "Indonesia", "印度尼西亚"),
    ("ID-W", "ID", "Jakarta and West Java", "Jakarta dan Jawa Barat", "雅加达与西爪哇"),
    ("ID-E", "ID", "East", "Timur", "东区"),
    ("ID-S", "ID", "Sumatra", "Sumatra", "苏门答腊"),
    ("EXP", "", "Export", "Ekspor", "出口"),
)

LANES = (
    # origin, destination or territory, working days, rupiah a unit
    ("CKR", "JKT", 1, 4_000),
    ("CKR", "SUB", 2, 9_000),
    ("SMG", "CKR", 2, 6_000),
    ("JKT", "SUB", 2, 8_000),
    ("JKT", "MES", 4, 15_000),
    ("JKT", "ID-W", 1, 9_000),
    ("SUB", "ID-W", 3, 16_000),
    ("SUB", "ID-E", 2, 11_000),
    ("JKT", "ID-E", 3, 18_000),
    ("MES", "ID-S", 1, 12_000),
    ("JKT", "ID-S", 5, 22_000),
    ("JKT", "EXP", 7, 60_000),
)

RESOURCES = (
    # code, site, thousands of rupiah an hour, English, Indonesian, Chinese
    ("CKR-ASM", "CKR", 420, "Assembly line", "Lini perakitan", "总装线"),
    ("CKR-TST", "CKR", 260, "Test bench", "Meja uji", "测试台"),
    ("SMG-MOD", "SMG", 540, "Module line", "Lini modul", "模组线"),
    ("SMG-QC", "SMG", 140, "Inspection", "Inspeksi", "检验"),
)

_MODULE_PARTS = ("PNL", "CTL", "MBD", "FAN")
_COVER_WEEKS, _RATE_WEEKS = 5, 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How large a world is."""

    customers: int
    activity: float
    accessories: int
    components: int
    closed: int
    purchases: int
    agreements: int
    rounds: int


SIZES = {
    "small": Size(
        customers=400, activity=4.0, accessories=20, components=0, closed=20, purchases=20, agreements=22, rounds=20
    ),
    "medium": Size(
        customers=5_000, activity=0.5, accessories=120, components=220, closed=40, purchases=50, agreements=36,
        rounds=40,
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoSource:
    """A way to replenish an item at a site; `origin` is a supplier's or a site's code."""

    item: DemoItem
    kind: str
    site: str
    origin: str
    lead_time: int
    spread: float
    minimum: int
    multiple: int
    rank: int = 1
    dearer: int = 0
    """Per cent above what the item usually costs."""

    @property
    def cost(self) -> int:
        """What a unit costs there, in thousands of rupiah; 0 where nothing is bought."""
        return round(self.item.cost * (1 + self.dearer / 100)) if self.kind in ("buy", "dropship") else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoStock:
    """Units on a shelf on the first day of the last four weeks."""

    item: DemoItem
    site: str
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Everything of the demonstration company."""

    size: str
    seed: int
    as_of: date
    catalogue: Catalogue
    customers: tuple[Customer, ...]
    sources: tuple[DemoSource, ...]
    substitutes: tuple[tuple[str, str], ...]
    history: tuple[PastLine, ...]
    stock: tuple[DemoStock, ...]
    orders: tuple[LiveOrder, ...]
    purchases: tuple[LivePurchase, ...]
    contracts: tuple[Contract, ...]
    deals: tuple[Deal, ...]
    sell_outs: tuple[SellOut, ...]

    @property
    def first_day(self) -> date:
        """The day on which the history begins."""
        return self.as_of - timedelta(days=past.YEARS_IN_DAYS)


def make_world(*, size: str, seed: int, as_of: date) -> World:
    """Write the world; each part draws from its own stream so that one may change without the others."""
    scale = SIZES[size]
    catalogue = make_catalogue(_chance(seed, "items"), accessories=scale.accessories, components=scale.components)
    customers = people.make_customers(_chance(seed, "customers"), scale.customers, activity=scale.activity)
    shelf = past.make_shelf(_chance(seed, "shelf"), catalogue)
    settled = standing.make_needs(
        _chance(seed, "needs"), customers=customers, shelf=shelf.keep_stocked(), as_of=as_of,
        agreements=scale.agreements, rounds=scale.rounds,
    )  # fmt: skip
    history = past.make_history(
        _chance(seed, "history"), customers=customers, needs=settled.needs, shelf=shelf, as_of=as_of
    )
    orders = present.make_orders(
        _chance(seed, "orders"), customers=customers, needs=settled.needs, shelf=shelf, as_of=as_of, closed=scale.closed
    )
    deals = pipeline.make_deals(
        _chance(seed, "pipeline"), needs=settled.needs, customers=customers, shelf=shelf.keep_stocked(), as_of=as_of
    )
    sell_outs = retailing.make_sell_outs(
        _chance(seed, "sell-out"), customers=customers, settled=settled, history=history, orders=orders, as_of=as_of
    )
    sources = tuple(_make_sources(_chance(seed, "sources"), catalogue))
    bought = [(row.item, row.origin, row.site) for row in sources if row.kind == "buy" and row.rank == 1]
    return World(
        size=size, seed=seed, as_of=as_of,
        catalogue=catalogue,
        customers=tuple(customers),
        sources=sources,
        substitutes=tuple(_list_substitutes(catalogue)),
        history=tuple(history),
        stock=tuple(_fill_shelves(_chance(seed, "stock"), catalogue, history, orders, as_of)),
        orders=tuple(orders),
        purchases=tuple(
            present.make_purchases(
                _chance(seed, "purchases"), orders=orders, bought=bought, as_of=as_of, count=scale.purchases
            )
        ),
        contracts=tuple(pipeline.make_contracts(_chance(seed, "agreements"), terms=settled.terms, as_of=as_of)),
        deals=tuple(deals),
        sell_outs=tuple(sell_outs),
    )  # fmt: skip


def _chance(seed: int, part: str) -> random.Random:
    return random.Random(f"{seed}/{part}")  # noqa: S311 (a world to look at, no secret)


def _make_sources(chance: random.Random, catalogue: Catalogue) -> Iterator[DemoSource]:
    by_family = {family: row for row in people.SUPPLIERS for family in row[5].split(",")}
    for item in (*catalogue.components, *catalogue.accessories):
        yield _buy(chance, item, by_family[item.family])
    for item in (*catalogue.modules, *catalogue.finished):
        yield _move_or_make(item, "make", item.made_at, "", 2 if item.made_at == "SMG" else 3)
    for item in catalogue.modules:
        yield _move_or_make(item, "move", "CKR", "SMG", 2)
    for item in catalogue.finished:
        yield _move_or_make(item, "move", "JKT", "CKR", 1)
        yield _move_or_make(item, "move", "SUB", "CKR", 2)
        yield _move_or_make(item, "move", "MES", "JKT", 4)
    for item in catalogue.accessories:
        if not item.is_dropshipped:
            yield _move_or_make(item, "move", "SUB", "JKT", 2)
            yield _move_or_make(item, "move", "MES", "JKT", 4)
    yield from _make_express(catalogue)


def _make_express(catalogue: Catalogue) -> Iterator[DemoSource]:
    """What goods distributors have on their shelves, too: any number, within days, for more."""
    by_family = {family: row for row in people.EXPRESS for family in row[5].split(",")}
    for item in (*catalogue.components, *catalogue.accessories):
        supplier = by_family.get(item.family)
        if supplier and not item.is_dropshipped:
            yield DemoSource(
                item=item, kind="buy", site=_find_site(item), origin=supplier[0], lead_time=int(supplier[6]),
                spread=0.5, minimum=0, multiple=1, rank=2, dearer=int(supplier[7]),
            )  # fmt: skip


def _find_site(item: DemoItem) -> str:
    """Return where what is bought arrives."""
    if item.price:
        return "JKT"
    return "SMG" if item.family in _MODULE_PARTS else "CKR"


def _buy(chance: random.Random, item: DemoItem, supplier: Sequence[str]) -> DemoSource:
    is_part = item.price == 0
    multiple = chance.choice((10, 20, 50)) if is_part else chance.choice((1, 5, 10))
    return DemoSource(
        item=item,
        kind="dropship" if item.is_dropshipped else "buy",
        site="" if item.is_dropshipped else _find_site(item),
        origin=supplier[0],
        lead_time=int(supplier[6]),
        spread=0.5 + int(supplier[7]),
        minimum=0 if item.is_dropshipped else multiple * chance.randint(1, 3),
        multiple=0 if item.is_dropshipped else multiple,
    )


def _move_or_make(item: DemoItem, kind: str, site: str, origin: str, lead_time: int) -> DemoSource:
    return DemoSource(
        item=item, kind=kind, site=site, origin=origin, lead_time=lead_time, spread=0.0, minimum=0,
        multiple=5 if kind == "make" and item.decoupling == "stock" else 0,
    )  # fmt: skip


def _list_substitutes(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """A 15-inch monitor may stand in for a 17-inch one and the other way round."""
    codes = {item.code for item in catalogue.finished}
    for small, large in (("MON-15-XG", "MON-17-SX"), ("MON-15-XGT", "MON-17-SXT"), ("MON-15-TCH", "MON-17-TCH")):
        if {small, large} <= codes:
            yield small, large
            yield large, small


def _fill_shelves(
    chance: random.Random, catalogue: Catalogue, history: Sequence[PastLine], orders: Sequence[LiveOrder], as_of: date
) -> Iterator[DemoStock]:
    since = as_of - timedelta(weeks=_RATE_WEEKS)
    sold: dict[tuple[str, str], int] = defaultdict(int)
    for line in history:
        if line.at.date() >= since:
            sold[line.item.code, line.site] += max(0, line.units)
    needs = present.sum_needs(orders)
    for item in catalogue.sold:
        if item.decoupling == "stock" and not item.is_short:
            for site in ("JKT", "SUB", "MES"):
                place = (item.code, site)
                cover = round(sold[place] * _COVER_WEEKS / _RATE_WEEKS * chance.uniform(0.5, 1.5))
                if cover + needs[place]:
                    yield DemoStock(item=item, site=site, units=cover + needs[place])
    for item in catalogue.modules:
        yield DemoStock(item=item, site="CKR", units=chance.randint(10, 60))
    for item in catalogue.components:
        yield DemoStock(item=item, site=_find_site(item), units=10 * chance.randint(2, 20))
