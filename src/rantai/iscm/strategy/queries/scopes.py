"""What a change is about: items with all of their category's branches, sources, customers' shares of demand."""

from __future__ import annotations

import numpy as np
from django.db.models import Sum

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.iscm.demand.models import Demand
from rantai.iscm.inventory.models import StockTarget
from rantai.iscm.strategy.queries.changes import Change
from rantai.iscm.strategy.queries.overlays import patches
from rantai.iscm.strategy.queries.overlays.patches import Bools
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import fetch
from rantai.iscm.supply.queries.snapshot import Tables
from rantai.srm import facade as srm

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def list_items(*, item_id: int | None, category_id: int | None) -> Ints | None:
    """Return the items that a change names, None where it is about all."""
    if item_id is not None:
        return np.array([item_id], np.int64)
    if category_id is None:
        return None
    rows = Item.objects.filter(category_id__in=list_branch(category_id)).order_by("id").values_list("pk")
    return np.array([pk for (pk,) in fetch(rows)], np.int64)


def list_branch(category_id: int) -> list[int]:
    """Return a category and all below it."""
    below: dict[int | None, list[int]] = {}
    for pk, parent in Category.objects.order_by("id").values_list("pk", "parent_id"):
        below.setdefault(parent, []).append(pk)
    return _walk(category_id, below)


def find_places(tables: Tables, change: Change) -> Bools:
    """Return which item-locations (rows) a change is about."""
    items = list_items(item_id=change.item_id, category_id=change.category_id)
    return patches.in_scope(tables["item_locations"]["key"], items=items, location=change.location_id)


def find_sources(tables: Tables, change: Change) -> Bools:
    """Return which sources (rows) a change is about."""
    table = tables["sources"]
    items = list_items(item_id=change.item_id, category_id=change.category_id)
    mine = patches.in_scope(table["place"], items=items, location=change.location_id)
    if change.source_id is not None:
        mine &= table["source_id"] == change.source_id
    if change.supplier_id is not None:
        mine &= table["supplier"] == change.supplier_id
    return mine


def list_receipts(supplier_id: int, items: Ints | None) -> Ints:
    """Return the keys under which the plan knows a supplier's open orders and requisitions."""
    found = []
    for row in srm.list_open_supply():
        if row.supplier_id != supplier_id or (items is not None and row.item_id not in items):
            continue
        kind, pk = (keys.SCHEDULE, row.schedule_id) if row.schedule_id else (keys.REQUISITION, row.ref.id)
        found.append(int(keys.tag(pk, kind)))
    return np.array(found, np.int64)


def weigh_customers(*, demand_class: str, territory_id: int | None) -> dict[int, float] | None:
    """Return by item which share of all units ever ordered a class or a territory ordered; None: everybody's."""
    if not demand_class and territory_id is None:
        return None
    rows = Demand.objects.order_by().values_list("item_id").annotate(units=Sum("units"))
    every = dict(rows)
    if demand_class:
        rows = rows.filter(demand_class=demand_class)
    if territory_id is not None:
        rows = rows.filter(address__territory_id__in=_list_territories(territory_id))
    return {item: units / every[item] for item, units in rows if every[item]}


def read_spreads(tables: Tables, *, review_weeks: float | None = None) -> tuple[Floats, Floats, Floats]:
    """Return by item-location (row): the level it was set for, its spread, and what another review does to it.

    The spread is the deviation of demand over lead time and review, in 1/10,000 units; the last is √ of the new
    time to cover over the old, 1 where nobody knows.
    """
    places = tables["item_locations"]["key"]
    levels, spreads, stretch = np.zeros(len(places)), np.zeros(len(places)), np.ones(len(places))
    rows = StockTarget.objects.filter(run__state="current").order_by("id")
    names = ("item_id", "location_id", "service_level", "protection_std", "lead_time_weeks", "review_weeks")
    for item, location, level, spread, lead, review in fetch(rows.values_list(*names)):
        place = keys.pair_of(item, location)
        at = int(np.searchsorted(places, place))
        if at == len(places) or places[at] != place:
            continue
        levels[at], spreads[at] = level / 10_000, spread * 10_000
        if review_weeks is not None and lead + review > 0:
            stretch[at] = ((lead + review_weeks) / (lead + review)) ** 0.5
    return levels, spreads, stretch


def _list_territories(territory_id: int) -> list[int]:
    below: dict[int | None, list[int]] = {}
    for pk, parent in Territory.objects.order_by("id").values_list("pk", "parent_id"):
        below.setdefault(parent, []).append(pk)
    return _walk(territory_id, below)


def _walk(first: int, below: dict[int | None, list[int]]) -> list[int]:
    found, waiting = [], [first]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += below.get(one, [])
    return found
