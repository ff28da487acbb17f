"""Tell how long what is on a retailer's shelf will last, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from rantai.crm.selling.queries import retail
from rantai.foundation.items.models import Item

RECENT_WEEKS = 8
"""Weeks whose sales are the usual ones."""
OLD_WEEKS = 13
"""Who has told nothing of an item for longer sells it no more, or has stopped telling."""
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class ShelfRow:
    """What a retailer told of an item last; 1/10,000 of its base unit."""

    item: Item
    week: date
    """Monday of the last week that is known."""
    sold: int
    usual: int
    """A week, over the last weeks that are known."""
    on_shelf: int | None
    cover_days: int | None
    """Days for which the shelf lasts; None where the shelf is not known or nothing sells."""


def list_shelves(company_id: int, party_id: int, *, as_of: date) -> list[ShelfRow]:
    """Return items of which a customer told lately, those that run out first on top."""
    told = retail.read_retail(company_id, as_of=as_of, party_id=party_id)
    recent = (as_of - timedelta(weeks=OLD_WEEKS)).toordinal()
    ends = np.flatnonzero(np.append(np.diff(told.item_ids) != 0, True)) if told.item_ids.size else ()
    lasts = [int(end) for end in ends if told.mondays[end] > recent]
    items = Item.objects.select_related("base_unit").in_bulk([int(told.item_ids[end]) for end in lasts])
    rows = [_tell(told, end, items[int(told.item_ids[end])]) for end in lasts]
    return sorted(rows, key=lambda row: (row.cover_days is None, row.cover_days or 0, row.item.code))


def _tell(told: retail.RetailWeeks, end: int, item: Item) -> ShelfRow:
    mine = (told.item_ids == item.pk) & (told.mondays > told.mondays[end] - RECENT_WEEKS * _WEEK)
    usual, shelf = float(told.sold[mine].mean()), float(told.on_shelf[end])
    on_shelf = None if np.isnan(shelf) else round(shelf)
    return ShelfRow(
        item=item,
        week=date.fromordinal(int(told.mondays[end])),
        sold=round(float(told.sold[end])),
        usual=round(usual),
        on_shelf=on_shelf,
        cover_days=int(shelf / usual * _WEEK) if on_shelf is not None and usual > 0 else None,
    )
