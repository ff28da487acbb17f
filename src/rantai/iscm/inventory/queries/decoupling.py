"""Where forecast meets orders: an item may be kept in stock at one place and made to order at another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rantai.iscm.inventory.models import DecouplingPoint

STOCK = "stock"
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Points:
    """What is said for single item-locations, over what their items' masters say."""

    said: dict[Pair, str]

    def of(self, item_id: int, location_id: int | None, default: str) -> str:
        """Return how customers get an item at a location; `default` is its master's word."""
        return self.said.get((item_id, location_id), default) if location_id else default

    def list_stocked(self) -> set[Pair]:
        """Return the item-locations that are said to keep stock."""
        return {pair for pair, word in self.said.items() if word == STOCK}

    def list_not_stocked(self) -> set[Pair]:
        """Return the item-locations that are said to keep none."""
        return {pair for pair, word in self.said.items() if word != STOCK}


def load() -> Points:
    """Return every point, read once."""
    rows = DecouplingPoint.objects.values_list("item_id", "location_id", "decoupling")
    return Points({(item, place): word for item, place, word in rows})


def load_items(item_ids: Iterable[int]) -> Points:
    """Return the points of some items, read once."""
    rows = DecouplingPoint.objects.filter(item_id__in=list(item_ids)).values_list(
        "item_id", "location_id", "decoupling"
    )
    return Points({(item, place): word for item, place, word in rows})


def find_point(item_id: int, location_id: int) -> DecouplingPoint | None:
    """Return what is said for one item-location, or None."""
    return DecouplingPoint.objects.filter(item_id=item_id, location_id=location_id).first()
