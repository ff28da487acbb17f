"""What a row of the grid stands for: which item-locations, whole or by customer, belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.queries import levels, names, steps
from rantai.iscm.demand.queries import parts as customers
from rantai.iscm.demand.queries.levels import Level, Trees
from rantai.iscm.demand.queries.parts import Parts
from rantai.iscm.demand.queries.steps import Steps

Ints = NDArray[np.int64]

WEEKS, MONTHS = "week", "month"
GROUPS = ("category", "item", "place", "location", "territory", "segment", "customer")
"""What a row may stand for; a place is an item at a location."""
MOST_FOUND = 200
"""Customers or items that are shown because they were searched for, though nothing is expected of them."""
EVERYTHING = Level()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What of the forecast is looked at, and how."""

    level: Level = EVERYTHING
    group: str = "category"
    per: str = WEEKS
    start: int = 0
    text: str = ""
    page: int = 1
    shows_steps: bool = False
    """Every row with the steps of its making, not what is expected alone."""


def read_parts(run: ForecastRun, found: Steps, asked: Asked, trees: Trees) -> Parts:
    """Return what is looked at: whole item-locations, or customers' parts where one or all of them are asked for."""
    reach = trees.reach(asked.level)
    inside = found.rows.find_whole(reach)
    is_by_customer = asked.group == "customer"
    items = _find_items(asked.text) if asked.text and not is_by_customer else None
    if items is not None:
        inside = inside[np.isin(found.item_ids[inside], items)]
    if asked.group not in ("customer", "segment") and not reach.is_of_some:
        return Parts(found=found, rows=inside)
    whose = _find_customers(asked.text) if asked.text and is_by_customer else [reach.party] if reach.party else []
    shown = [asked.level.item] if asked.level.item else (items or [])[:MOST_FOUND]
    part = customers.read_by_customer(
        run, found, inside, also=[(item, party) for item in shown for party in whose[:MOST_FOUND]]
    )
    assert part.party_ids is not None
    if reach.is_of_some:
        part = part.take(reach.match(part.party_ids))
    if asked.text and is_by_customer and part.party_ids is not None:
        part = part.take(np.isin(part.party_ids, whose))
    return part


def _find_items(text: str) -> list[int]:
    typed = Q(code__istartswith=text) | Q(name__icontains=text)
    return list(Item.objects.filter(typed, archived_at=None).values_list("id", flat=True)[:50_000])


def _find_customers(text: str) -> list[int]:
    found = parties.list_parties("customer").filter(name__icontains=text).order_by("name", "id")
    return list(found.values_list("id", flat=True)[:50_000])


def group(found: Steps, part: Parts, asked: Asked, trees: Trees) -> tuple[Ints, Ints, Ints, Ints]:
    """Return sorted keys of groups, the group of each row, the rows by group and how many each has."""
    items, places = part.item_ids, part.location_ids
    if asked.group == "customer":
        assert part.party_ids is not None
        wanted = part.party_ids
    elif asked.group == "segment":
        assert part.party_ids is not None
        wanted = _map(part.party_ids, trees.segment_of)
    elif asked.group == "item":
        wanted = items
    elif asked.group == "location":
        wanted = places
    elif asked.group == "place":
        wanted = steps.to_keys(items, places)
    elif asked.group == "territory":
        wanted = _map(places, {place: _up(territory, asked.level.territory, trees.territory_parents)
                               for place, territory in trees.territory_of.items()})  # fmt: skip
    else:
        wanted = _map(found.rows.category_ids[part.rows], levels.map_to_children(asked.level.category, trees.parents))
    keys, group = np.unique(wanted, return_inverse=True)
    return keys, group, np.argsort(group, kind="stable"), np.bincount(group, minlength=keys.size)


def _up(node: int, top: int, parents: dict[int, int]) -> int:
    return levels.map_to_children(top, parents).get(node, 0) if node else 0


def _map(values: Ints, table: dict[int, int]) -> Ints:
    known, places = np.unique(values, return_inverse=True)
    mapped: Ints = np.array([table.get(value, 0) for value in known.tolist()], dtype=np.int64)[places]
    return mapped


def to_level(key: int, asked: Asked) -> Level:
    held = asked.level
    if asked.group == "customer":
        return replace(held, party=key, segment=0)
    if asked.group == "segment":
        return replace(held, segment=key)
    if asked.group == "item":
        return replace(held, item=key, category=0)
    if asked.group == "place":
        return Level(item=key >> 31, location=key & (2**31 - 1), party=held.party, segment=held.segment)
    if asked.group == "location":
        return replace(held, location=key, territory=0)
    if asked.group == "territory":
        return replace(held, territory=key, location=0)
    return replace(held, category=key, item=0)


def is_rest(level: Level, asked: Asked) -> bool:
    if asked.group in ("item", "place"):
        return False
    if asked.group == "customer":
        return not level.party
    if asked.group == "segment":
        return not level.segment
    if asked.group == "location":
        return not level.location
    if asked.group == "territory":
        return level.territory in (0, asked.level.territory)
    return level.category in (0, asked.level.category)


def name_rows(found: Sequence[Level], asked: Asked) -> dict[Level, tuple[str, str]]:
    """Return names of rows without the customer or the thing that the page is about."""
    is_by_whom = asked.group in ("customer", "segment")
    short = {
        one: Level(party=one.party, segment=one.segment) if is_by_whom else replace(one, party=0, segment=0)
        for one in found
    }
    named = names.name_parts(list(short.values()))
    return {one: named[short[one]] for one in found}
