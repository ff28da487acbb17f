"""Read what people want of stock: the nearest rule says it, and what it leaves open the next one above.

Nearest first: item and location; item; category and those above it; everything. Of rules that reach equally far the
one comes first that names more classes: demand class before value before variability.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import product

from rantai.foundation.items.models import Category, Item
from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory.models import StockPolicy
from rantai.iscm.inventory.queries import vendors
from rantai.iscm.inventory.queries.classes import Limits, read_limits

SERVICE_LEVEL = 9_500
REVIEW_DAYS = 1
KIND, LOT_RULE = "order_point", "economic"
DEFAULT = 0
"""Stands for the company's settings where a rule is named."""
_CLASSES = sorted(product((1, 0), repeat=3), key=lambda named: (-sum(named), [-one for one in named]))
"""Which of demand class, value and variability a rule names: those that name more come first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is asked for of an item-location; `policy_id` None is the company's default."""

    service_level: int
    service_kind: str
    review_days: int
    safety_stock: int | None
    policy_id: int | None
    level: str
    """place, item, category, class or all: the nearest rule that says anything."""
    kind: str = KIND
    lot_rule: str = LOT_RULE
    lot_size: int = 0
    least: int | None = None
    most: int | None = None
    container: int = 0
    cards: int = 0
    covered_days: int | None = None
    supplier_id: int | None = None
    """Who keeps the stock, where somebody else does."""
    demand_class: str = ""
    """The class of orders that asks for the service level."""
    rules: dict[str, int] = field(default_factory=dict)
    """What was asked for → the policy that asked, 0 the company's default."""


class Policies:
    """Every policy, read once, answering for many item-locations."""

    def __init__(self, *, on: date | None = None) -> None:
        self._by_subject = {
            (row.category_id, row.item_id, row.location_id, row.demand_class, row.abc, row.xyz): row
            for row in StockPolicy.objects.order_by("id")
        }
        self._above = dict(Category.objects.values_list("id", "parent_id"))
        company = parties.find_company()
        self._settings = company.settings if company else {}
        self._vendors = vendors.load(on=on) if on else {}
        self._chains: dict[tuple[int | None, str, str, str], list[tuple[StockPolicy, str]]] = {}

    def find(
        self, item_id: int, location_id: int | None, category_id: int | None, *, abc: str = "", xyz: str = "",
        demand_classes: Sequence[str] = (),
    ) -> Wanted:  # fmt: skip
        """Return what is wanted of an item at a location; of its demand classes the one that asks for most counts."""
        own = [
            (row, level)
            for key, level in (((None, item_id, location_id), "place"), ((None, item_id, None), "item"))
            if (level == "item" or location_id is not None) and (row := self._by_subject.get((*key, "", "", "")))
        ]
        found = [
            self._resolve([*own, *self._list_chain(category_id, name, abc, xyz)], name)
            for name in (demand_classes or ("",))
        ]
        wanted = max(found, key=lambda one: one.service_level)
        vendor = self._vendors.get((item_id, location_id)) if location_id else None
        return _under_agreement(wanted, *vendor) if vendor else wanted

    @cached_property
    def default(self) -> Wanted:
        """What holds where nobody said anything: the company's settings."""
        return self._resolve([], "")

    @property
    def limits(self) -> Limits:
        """Where one class ends and the next begins."""
        return read_limits(self._settings)

    @property
    def order_cost(self) -> int:
        """Cost of placing an order, in 1/10,000 of the company's currency; 0 where nobody gave it."""
        return int(self._settings.get("order_cost", 0))

    @property
    def holding_rate(self) -> int:
        """Cost of holding stock for a year as a share of its cost, in 1/10,000; 0 where nobody gave it."""
        return int(self._settings.get("holding_rate", 0))

    def _list_chain(
        self, category_id: int | None, demand_class: str, abc: str, xyz: str
    ) -> list[tuple[StockPolicy, str]]:
        key = (category_id, demand_class, abc, xyz)
        if key not in self._chains:
            self._chains[key] = list(self._walk(*key))
        return self._chains[key]

    def _walk(
        self, category_id: int | None, demand_class: str, abc: str, xyz: str
    ) -> Iterator[tuple[StockPolicy, str]]:
        seen: set[int | None] = set()
        while category_id is not None and category_id not in seen:
            seen.add(category_id)
            yield from self._list_at(category_id, (demand_class, abc, xyz), "category")
            category_id = self._above.get(category_id)
        yield from self._list_at(None, (demand_class, abc, xyz), "all")

    def _list_at(
        self, category_id: int | None, classes: tuple[str, str, str], level: str
    ) -> Iterator[tuple[StockPolicy, str]]:
        tried: set[tuple[str, ...]] = set()
        for named in _CLASSES:
            key = tuple(word if use else "" for use, word in zip(named, classes, strict=True))
            row = None if key in tried else self._by_subject.get((category_id, None, None, *key))  # type: ignore[arg-type]
            tried.add(key)
            if row:
                yield row, "class" if level == "all" and any(key) else level

    def _resolve(self, chain: Sequence[tuple[StockPolicy, str]], demand_class: str) -> Wanted:
        service = next((row for row, _level in chain if row.service_level is not None), None)
        review = next((row for row, _level in chain if row.review_days is not None), None)
        safety = next((row for row, _level in chain if row.safety_stock is not None), None)
        way = next((row for row, _level in chain if row.kind), None)
        lot = next((row for row, _level in chain if row.lot_rule), None)
        cover = next((row for row, _level in chain if row.covered_days is not None), None)
        said = {"service": service, "review": review, "way": way, "lot": lot, "safety": safety, "cover": cover}
        return Wanted(
            service_level=(service and service.service_level)
            or int(self._settings.get("service_level", SERVICE_LEVEL)),
            service_kind=service.service_kind if service else "cycle",
            review_days=(review.review_days or 0) if review else int(self._settings.get("review_days", REVIEW_DAYS)),
            safety_stock=safety.safety_stock if safety else None,
            policy_id=service.pk if service else None,
            level=chain[0][1] if chain else "all",
            kind=way.kind if way else KIND,
            lot_rule=lot.lot_rule if lot else LOT_RULE,
            lot_size=(lot.lot_size or 0) if lot else 0,
            least=way.least if way else None,
            most=way.most if way else None,
            container=(way.container or 0) if way else 0,
            cards=(way.cards or 0) if way else 0,
            covered_days=cover.covered_days if cover else None,
            demand_class=demand_class,
            rules={name: row.pk if row else DEFAULT for name, row in said.items()},
        )


def find_policy(item_id: int, location_id: int | None) -> Wanted:
    """Return what is wanted of one item at a location, whatever its classes are."""
    category_id = Item.objects.values_list("category_id", flat=True).get(pk=item_id)
    return Policies().find(item_id, location_id, category_id)


def find_own(item_id: int, location_id: int | None) -> StockPolicy | None:
    """Return the policy set for exactly this item and location, or None."""
    rows = StockPolicy.objects.filter(category=None, item_id=item_id)
    return (rows.filter(location_id=location_id) if location_id else rows.filter(location=None)).first()


def _under_agreement(wanted: Wanted, supplier_id: int, least: int, most: int) -> Wanted:
    return replace(wanted, kind="vendor_managed", supplier_id=supplier_id, least=least, most=most)
