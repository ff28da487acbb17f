"""Read what was committed after a plan's watermark: which items it concerns, and how these stand now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db.models import Model

from rantai.foundation.items.models import BillOfMaterials, PlanningRule, Resource, Routing, Source
from rantai.iscm.demand.models import Demand, ForecastRun
from rantai.iscm.fulfilment.models import TransferOrder
from rantai.iscm.inventory.models import StockBalance, StockTargetRun
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import keys, needs, supplies
from rantai.iscm.supply.queries.needs import Columns, ints
from rantai.iscm.supply.queries.sites import Sites
from rantai.kernel import statements
from rantai.srm import facade as srm

_DEMAND, _STOCK, _PRODUCTION, _TRANSFER, _SOURCE, _RESOURCE, _OTHER = range(7)
_FOLLOWED: tuple[tuple[int, type[Model], str], ...] = (
    (_DEMAND, Demand, "item_id"),
    (_STOCK, StockBalance, "item_id"),
    (_PRODUCTION, ProductionOrder, "id"),
    (_TRANSFER, TransferOrder, "id"),
    (_SOURCE, Source, "id"),
    (_RESOURCE, Resource, "id"),
    # what no event changes in place: the next whole plan reads it
    *((_OTHER, model, "id") for model in (BillOfMaterials, Routing, PlanningRule, ForecastRun, StockTargetRun)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """What changed after a watermark: items of demands, stock, purchases, work (its components too); limits."""

    wanted: frozenset[int]
    stocked: frozenset[int]
    bought: frozenset[int]
    worked: frozenset[int]
    """Of production and transfers: what they bring and what they take."""
    orders: frozenset[int]
    """Production orders, whose work occupies resources."""
    sources: frozenset[int]
    resources: frozenset[int]
    others: bool
    """Something changed that a plan is made again for: bills, routings, rules, forecasts, stock targets."""

    @property
    def items(self) -> frozenset[int]:
        """Every item that is to be looked at."""
        return self.wanted | self.stocked | self.bought | self.worked


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Of what changed, how it stands now, as a snapshot lays it out; None where nothing of the kind changed."""

    orders: Columns | None
    purchases: Columns | None
    work: Columns | None
    requirements: list[supplies.Requirement] | None
    stock: dict[int, int] | None
    accepted: frozenset[int]
    """Proposals (keys of receipts) that were accepted and are no documents yet."""


def read(watermark: int) -> Since:
    """Return what was committed with a number above the watermark."""
    found: list[set[int]] = [set() for _kind in range(_OTHER + 1)]
    for kind, pk in statements.read(_text(), [watermark] * len(_FOLLOWED)):
        found[kind].add(pk)
    worked: set[int] = set()
    if found[_PRODUCTION]:
        work = ProductionOrder.objects.filter(pk__in=found[_PRODUCTION]).order_by()
        worked |= {pk for pair in work.values_list("item_id", "components__item_id") for pk in pair if pk}
    if found[_TRANSFER]:
        moved = TransferOrder.objects.filter(pk__in=found[_TRANSFER]).order_by()
        worked |= {pk for pk in moved.values_list("lines__item_id", flat=True) if pk}
    return Since(
        wanted=frozenset(found[_DEMAND]), stocked=frozenset(found[_STOCK]),
        bought=frozenset(srm.list_changed_items(watermark)), worked=frozenset(worked),
        orders=frozenset(found[_PRODUCTION]),
        sources=frozenset(found[_SOURCE]), resources=frozenset(found[_RESOURCE]), others=bool(found[_OTHER]),
    )  # fmt: skip


def read_standing(
    news: Since, sites: Sites, *, classes: list[str], direct_items: Collection[int], now: int
) -> Standing:
    """Return how what changed stands now, in the planner's columns of the plan whose sites and present are given."""
    orders = purchases = work = requirements = stock = None
    if news.wanted:
        orders, _firm = needs.read_orders(sites, classes=classes, direct_items=direct_items, now=now, items=news.wanted)
    if news.bought:
        purchases = supplies.read_purchases(sites, items=news.bought)
    if news.worked:
        work = supplies.read_work(sites, items=news.worked)
        requirements = [row for row in supplies.list_requirements() if keys.split(row.pair)[0] in news.worked]
    if news.stocked:
        found = supplies.read_stock(sites.ids, items=news.stocked)
        stock = dict(zip(found["place"].tolist(), found["on_hand"].tolist(), strict=True))
    accepted: list[int] = []
    if news.bought or news.worked:
        rows = PlannedOrder.objects.filter(state="accepted", item_id__in=news.bought | news.worked).order_by()
        accepted = list(rows.values_list("pk", flat=True))
    return Standing(
        orders=orders,
        purchases=purchases,
        work=work,
        requirements=requirements,
        stock=stock,
        accepted=frozenset(int(keys.tag(pk, keys.PLANNED)) for pk in accepted),
    )


@lru_cache
def _text() -> str:
    parts = (
        f"SELECT {kind}, {column} FROM {model._meta.db_table} WHERE changed_seq > %s"  # noqa: S608 (our own names)
        for kind, model, column in _FOLLOWED
    )
    return " UNION ALL ".join(parts)


def read_sources(pks: Collection[int] | None = None) -> dict[int, tuple[int, int]]:
    """Return by source its lead time in days, and a mark of all else that a plan reads of it."""
    names = (
        "pk", "lead_time_days", "item_id", "location_id", "kind", "supplier_id", "origin_id", "bill_id", "routing_id",
        "rank", "minimum", "multiple", "maximum", "cost", "calendar_id", "valid_from", "valid_to", "fixed_quantity",
        "weekly_capacity", "share", "archived_at",
    )  # fmt: skip
    rows = Source.objects.order_by() if pks is None else Source.objects.filter(pk__in=pks).order_by()
    return {row[0]: (row[1], hash(row[2:])) for row in needs.fetch(rows.values_list(*names))}


def read_resources(pks: Collection[int] | None = None) -> dict[int, tuple[int, int]]:
    """Return by resource its capacity, and a mark of all else that a plan reads of it."""
    names = ("pk", "capacity", "code", "location_id", "calendar_id", "kind", "efficiency", "archived_at")
    rows = Resource.objects.order_by() if pks is None else Resource.objects.filter(pk__in=pks).order_by()
    return {row[0]: (row[1], hash(row[2:])) for row in needs.fetch(rows.values_list(*names))}


def rows_of(places: Columns, items: Collection[int]) -> dict[int, int]:
    """Return by item-location (key) its row, of all that a plan knows of some items."""
    known = places["key"]
    wanted = ints(sorted(items))
    low = np.searchsorted(known, keys.pair(wanted, np.zeros(len(wanted), np.int64)))
    high = np.searchsorted(known, keys.pair(wanted + 1, np.zeros(len(wanted), np.int64)))
    return {
        int(known[row]): row
        for first, last in zip(low.tolist(), high.tolist(), strict=True)
        for row in range(first, last)
    }
