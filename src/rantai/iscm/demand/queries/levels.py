"""Levels of a forecast: a thing (item, category, all) at a place (location, territory, all), of whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.queries import segments

Ints = NDArray[np.int64]

ALL_CUSTOMERS = -1
"""Stands in a row for everybody's demand that is not told apart; 0 is everybody without a rhythm of their own."""
_CHUNK = 900


class BadLevel(ValueError):
    """A text that names no level."""


@dataclass(frozen=True, slots=True, order=True)
class Level:
    """One cell's place in the hierarchy; 0 is everything, everywhere, of all customers."""

    item: int = 0
    category: int = 0
    location: int = 0
    territory: int = 0
    party: int = 0
    segment: int = 0

    @property
    def key(self) -> str:
        """The level as the name of a field."""
        whose = f".{self.party}" if self.party else f".0.{self.segment}" if self.segment else ""
        return f"{self.item}.{self.category}.{self.location}.{self.territory}{whose}"

    @classmethod
    def parse(cls, text: str) -> Level:
        """Read a key; raises BadLevel."""
        parts = text.split(".")
        if len(parts) not in (4, 5, 6) or not all(
            part.isascii() and part.isdigit() and len(part) < 19 for part in parts
        ):
            raise BadLevel(text)
        level = cls(*map(int, parts))
        pairs = ((level.item, level.category), (level.location, level.territory), (level.party, level.segment))
        if any(all(pair) for pair in pairs):
            raise BadLevel(text)
        return level


@dataclass(frozen=True, slots=True)
class Reach:
    """Which item-locations something touches; None leaves an axis open, items and categories add to each other."""

    items: frozenset[int] | None = None
    categories: frozenset[int] | None = None
    locations: frozenset[int] | None = None
    party: int = 0
    """One customer's part of them; 0: all customers together."""
    segment: int = 0
    """The part of a segment; 0: no segment."""
    members: frozenset[int] = frozenset()
    """The customers of the segment."""

    def meets(self, other: Reach, category_of: dict[int, int]) -> bool:
        """Tell whether an item-location can be in both; `category_of` knows the items of both."""
        if self.locations is not None and other.locations is not None and not self.locations & other.locations:
            return False
        if self.is_of_some and other.is_of_some and self.segment != other.segment and not self.whose & other.whose:
            return False
        if self.party and other.party and self.party != other.party:
            return False
        if self.is_everything or other.is_everything:
            return True
        mine, theirs = self.items or frozenset(), other.items or frozenset()
        inside, beyond = self.categories or frozenset(), other.categories or frozenset()
        if mine & theirs or inside & beyond:
            return True
        return any(category_of.get(item) in beyond for item in mine) or any(
            category_of.get(item) in inside for item in theirs
        )

    def covers(self, other: Reach, category_of: dict[int, int]) -> bool:
        """Tell whether every item-location of the other is in this one, whoever the customers are."""
        if self.locations is not None and (other.locations is None or not other.locations <= self.locations):
            return False
        if self.is_everything:
            return True
        inside = self.categories or frozenset()
        return (
            not other.is_everything
            and (other.categories or frozenset()) <= inside
            and all(item in (self.items or ()) or category_of.get(item) in inside for item in other.items or ())
        )

    @property
    def is_of_some(self) -> bool:
        """Tell whether it is a part of the demand: one customer's or a segment's."""
        return bool(self.party or self.segment)

    @property
    def whose(self) -> frozenset[int]:
        """The customers whose part it is."""
        return frozenset([self.party]) if self.party else self.members

    def match(self, party_ids: Ints) -> NDArray[np.bool_]:
        """Tell which of some customers it is of."""
        if self.party:
            return party_ids == self.party
        return np.isin(party_ids, np.fromiter(self.members, dtype=np.int64, count=len(self.members)))

    @property
    def is_everything(self) -> bool:
        """Tell whether every item is touched."""
        return self.items is None and self.categories is None


class Trees:
    """The trees of categories, territories and customers, read once where something asks for them."""

    def __init__(self, run_id: int | None = None) -> None:
        """Customers stand in the segments that a run froze, by default the current one."""
        self._run_id = run_id

    @cached_property
    def parents(self) -> dict[int, int]:
        """Category → the one above it, 0 none."""
        return {pk: parent or 0 for pk, parent in Category.objects.values_list("id", "parent_id")}

    @cached_property
    def territory_parents(self) -> dict[int, int]:
        """Territory → the one above it, 0 none."""
        return {pk: parent or 0 for pk, parent in Territory.objects.values_list("id", "parent_id")}

    @cached_property
    def territory_of(self) -> dict[int, int]:
        """Site → its territory, 0 none."""
        return {pk: found or 0 for pk, found in locations.list_sites().values_list("id", "territory_id")}

    @cached_property
    def customers(self) -> dict[int, int]:
        """Customer that was merged into another → the other."""
        return dict(Party.objects.exclude(canonical=None).values_list("id", "canonical_id"))

    @cached_property
    def segment_of(self) -> dict[int, int]:
        """Customer → its segment; who is in none is missing."""
        return segments.read(self._run_id)

    def reach(self, level: Level) -> Reach:
        """Return what a level touches, with everything below it."""
        party = self.customers.get(level.party, level.party) if level.party else 0
        members = (
            frozenset(who for who, segment in self.segment_of.items() if segment == level.segment)
            if level.segment
            else frozenset()
        )
        whose = (party, level.segment, members)
        places: frozenset[int] | None = None
        if level.location:
            places = frozenset([level.location])
        elif level.territory:
            inside = list_below(level.territory, self.territory_parents)
            places = frozenset(place for place, territory in self.territory_of.items() if territory in inside)
        if level.item:
            return Reach(frozenset([level.item]), None, places, *whose)
        categories = list_below(level.category, self.parents) if level.category else None
        return Reach(None, categories, places, *whose)


class Rows:
    """Item-locations sorted by item, whole or by customer, in which reaches are looked up."""

    def __init__(self, item_ids: Ints, location_ids: Ints, party_ids: Ints | None = None) -> None:
        self.item_ids, self.location_ids, self.party_ids = item_ids, location_ids, party_ids

    @cached_property
    def category_ids(self) -> Ints:
        """The category of each row's item, 0 none."""
        known = np.array(
            list(Item.objects.order_by("id").values_list("id", "category_id").iterator(chunk_size=10_000)),
            dtype=np.float64,
        ).reshape(-1, 2)
        if not known.size or not self.item_ids.size:
            return np.zeros(self.item_ids.size, dtype=np.int64)
        ids, categories = known[:, 0].astype(np.int64), np.nan_to_num(known[:, 1]).astype(np.int64)
        place = np.minimum(np.searchsorted(ids, self.item_ids), ids.size - 1)
        found: Ints = np.where(ids[place] == self.item_ids, categories[place], 0)
        return found

    def find(self, reach: Reach) -> Ints:
        """Return the rows that a reach touches, in order; of a customer none where rows are not told apart."""
        rows = self.find_whole(reach)
        if not reach.is_of_some:
            return rows
        return rows[:0] if self.party_ids is None else rows[reach.match(self.party_ids[rows])]

    def find_whole(self, reach: Reach) -> Ints:
        """Return the rows of things and places that a reach touches, whoever the customer is, in order."""
        if reach.categories is None and reach.items is not None and len(reach.items) == 1:
            (item,) = reach.items
            low, high = np.searchsorted(self.item_ids, [item, item + 1])
            rows = np.arange(low, high)
        else:
            rows = np.flatnonzero(self._match_things(reach))
        if reach.locations is not None:
            rows = rows[np.isin(self.location_ids[rows], list(reach.locations))]
        return rows

    def _match_things(self, reach: Reach) -> NDArray[np.bool_]:
        if reach.items is None and reach.categories is None:
            return np.ones(self.item_ids.size, dtype=np.bool_)
        found = np.zeros(self.item_ids.size, dtype=np.bool_)
        if reach.items is not None:
            found |= np.isin(self.item_ids, list(reach.items))
        if reach.categories is not None:
            found |= np.isin(self.category_ids, list(reach.categories))
        return found


def list_below(node: int, parents: dict[int, int]) -> frozenset[int]:
    """Return a node of a tree with everything below it."""
    children: dict[int, list[int]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    found, waiting = {node}, [node]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def map_to_children(top: int, parents: dict[int, int]) -> dict[int, int]:
    """Return for every node below `top` (0: the roots) the child of `top` over it; `top` itself stays."""
    found: dict[int, int] = {}
    for node in parents:
        path, at = [node], node
        while at and at != top and parents.get(at, 0) not in path:
            at = parents.get(at, 0)
            path.append(at)
        if at == top:
            found[node] = path[-2] if len(path) > 1 else node
    return found


def read_categories(items: Iterable[int]) -> dict[int, int]:
    """Return item → category, 0 none."""
    wanted = sorted(set(items))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = Item.objects.filter(pk__in=wanted[start : start + _CHUNK]).values_list("id", "category_id")
        found |= {pk: category or 0 for pk, category in rows}
    return found
