"""Tell which item-locations keep stock: what the item's master says, unless its place says something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rantai.foundation.items.models import Item
from rantai.iscm.inventory.queries import decoupling
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import fetch


@dataclass(frozen=True, kw_only=True, slots=True)
class Stocked:
    """Items that keep stock everywhere, and item-locations (keys) that differ from their item."""

    items: frozenset[int]
    kept: frozenset[int]
    not_kept: frozenset[int]

    def holds(self, pair: int) -> bool:
        """Tell whether an item-location keeps stock."""
        return pair in self.kept or (keys.split(pair)[0] in self.items and pair not in self.not_kept)

    def mask(self, pairs: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Tell for many item-locations at once."""
        usual = np.isin(keys.items_of(pairs), _array(self.items))
        return np.isin(pairs, _array(self.kept)) | (usual & ~np.isin(pairs, _array(self.not_kept)))


def read() -> Stocked:
    """Return what keeps stock, in two queries."""
    rows = Item.objects.filter(decoupling="stock", kind="stocked", archived_at=None)
    points = decoupling.load()
    return Stocked(
        items=frozenset(pk for (pk,) in fetch(rows.order_by("id").values_list("pk"))),
        kept=frozenset(keys.pair_of(item, place) for item, place in points.list_stocked()),
        not_kept=frozenset(keys.pair_of(item, place) for item, place in points.list_not_stocked()),
    )


def _array(values: frozenset[int]) -> Ints:
    return np.array(sorted(values), np.int64)
