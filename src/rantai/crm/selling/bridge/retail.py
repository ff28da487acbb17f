"""Lay out what retailers sell beside what they order, and expect their orders from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.crm.insight import bridge as insight
from rantai.crm.insight.bridge import Expected, Rhythms
from rantai.crm.selling.bridge import agreements
from rantai.crm.selling.bridge.agreements import SCALE
from rantai.crm.selling.queries.retail import PAST_WEEKS, RetailWeeks
from rantai_engines.forecasting.shelf import ShelfProblem, forecast_shelves

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST = 12
"""Weeks of retail sales from which on a retailer's orders are foretold from them."""
FRESH_WEEKS = 4
"""Who has told nothing for longer is foretold from what it orders, as before."""
LEAST_ORDERS = 3
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelves:
    """What is expected of retailers, and which purchases are explained by their shelves and no rhythm."""

    expected: Expected
    taken: Flags


def expect_shelves(held: RetailWeeks, seen: Rhythms, *, planned: Longs, until_day: int, weeks: int) -> Shelves:
    """Return what pairs order whose retail sales are known; `planned` pairs have an agreement, which stands first."""
    pairs, keys, week = _choose(held, seen, planned, until_day)
    rows, offsets = agreements.find_purchases(seen, pairs)
    ordered, share, gap = _lay_orders(seen, rows, offsets, until_day)
    enough = (ordered > 0).sum(axis=1) >= LEAST_ORDERS
    sold, shelf = np.full((2, pairs.size, PAST_WEEKS), np.nan)
    mine = np.isin(keys, pairs) & (week >= 0)
    place = np.searchsorted(pairs, keys[mine]), week[mine]
    sold[place], shelf[place] = held.sold[mine] / SCALE, held.on_shelf[mine] / SCALE
    found = forecast_shelves(
        ShelfProblem(sold=sold[enough], shelf=shelf[enough], ordered=ordered[enough], share=share[enough]), weeks=weeks
    )
    kept = np.flatnonzero(enough)[found.tells]
    taken = np.zeros(seen.days.size, dtype=np.bool_)
    told = np.zeros(pairs.size, dtype=np.bool_)
    told[kept] = True
    taken[rows[np.repeat(told, np.diff(offsets))]] = True
    return Shelves(
        expected=Expected(
            party_ids=pairs[kept] >> 31,
            item_ids=pairs[kept] & (2**31 - 1),
            mean=found.mean[found.tells],
            variance=found.variance[found.tells],
            likely=found.likely[found.tells],
            interval=gap[kept],
        ),
        taken=taken,
    )


def _choose(held: RetailWeeks, seen: Rhythms, planned: Longs, until_day: int) -> tuple[Longs, Longs, Longs]:
    """Return pairs of which enough is known, and of each week told its pair and its place, the last week's last."""
    keys = insight.to_keys(np.stack([held.party_ids, held.item_ids], axis=1))
    week = PAST_WEEKS - 1 - (until_day - _WEEK + 1 - held.mondays) // _WEEK
    week = np.where(held.mondays + _WEEK - 1 <= until_day, week, -1)
    pairs, place = np.unique(keys, return_inverse=True)
    counts = np.bincount(place.reshape(-1), week >= 0, pairs.size)
    last = np.full(pairs.size, -1, dtype=np.int64)
    np.maximum.at(last, place.reshape(-1), week)
    kept = (counts >= LEAST) & (last >= PAST_WEEKS - FRESH_WEEKS) & ~np.isin(pairs, planned)
    kept &= np.isin(pairs & (2**31 - 1), seen.stocked)
    return pairs[kept], keys, week


def _lay_orders(seen: Rhythms, rows: Longs, offsets: Longs, until_day: int) -> tuple[Floats, Floats, Floats]:
    """Return units ordered by week, the part of a week gone by at an order, and the usual days between orders."""
    n = offsets.size - 1
    owner = np.repeat(np.arange(n), np.diff(offsets))
    back = until_day - seen.days[rows]
    inside = back < PAST_WEEKS * _WEEK
    ordered = np.zeros((n, PAST_WEEKS))
    np.add.at(ordered, (owner[inside], PAST_WEEKS - 1 - back[inside] // _WEEK), seen.units[rows][inside])
    gone = (_WEEK - 1 - back % _WEEK) / _WEEK
    count = np.bincount(owner[inside], minlength=n)
    share = np.bincount(owner[inside], gone[inside], n) / np.maximum(count, 1)
    earliest, latest = np.full(n, PAST_WEEKS * _WEEK), np.zeros(n, dtype=np.int64)
    np.minimum.at(earliest, owner[inside], back[inside])
    np.maximum.at(latest, owner[inside], back[inside])
    gap = np.maximum(latest - earliest, 0) / np.maximum(count - 1, 1)
    return ordered, share, gap
