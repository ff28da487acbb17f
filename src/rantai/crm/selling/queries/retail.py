"""Read by week what retailers sold and had on their shelves, as was known at the end of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rantai.crm.insight import queries as insight
from rantai.crm.selling.models import RetailSale

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

RETAIL = "retail"
PAST_WEEKS = 104
LEAST_DAYS = 5
"""A week told by days counts when so many of them are: shops close on Sundays and holidays."""
_HALF, _WEEK = 3, 7


@dataclass(frozen=True, kw_only=True, slots=True)
class RetailWeeks:
    """Known weeks of customers and items, sorted by pair and week; arrays of one length."""

    party_ids: Longs
    """Of the canonical customer."""
    item_ids: Longs
    mondays: Longs
    """Ordinals."""
    sold: Floats
    """1/10,000 of the item's base unit."""
    on_shelf: Floats
    """Likewise, at the week's end; NaN where nobody told."""


NOTHING = RetailWeeks(
    party_ids=np.zeros(0, dtype=np.int64),
    item_ids=np.zeros(0, dtype=np.int64),
    mondays=np.zeros(0, dtype=np.int64),
    sold=np.zeros(0),
    on_shelf=np.zeros(0),
)


def read_retail(company_id: int, *, as_of: date, party_id: int | None = None) -> RetailWeeks:
    """Return the weeks that were over and told at the end of a day, of one customer where it is named."""
    rows = RetailSale.objects.filter(
        company_id=company_id, recorded_on__lte=as_of, first_on__lte=as_of,
        first_on__gt=as_of - timedelta(weeks=PAST_WEEKS),
    ).order_by("recorded_on", "id")  # fmt: skip
    aliases = insight.read_aliases()
    if party_id is not None:
        rows = rows.filter(party_id__in=[party_id, *(alias for alias, party in aliases.items() if party == party_id)])
    table = [
        (aliases.get(party, party), item, first.toordinal(), days, sold, -1 if shelf is None else shelf)
        for party, item, first, days, sold, shelf in rows.values_list(
            "party_id", "item_id", "first_on", "days", "sold", "on_shelf"
        ).iterator(chunk_size=10_000)
    ]
    return sum_weeks(np.array(table, dtype=np.int64)) if table else NOTHING


def sum_weeks(told: Longs) -> RetailWeeks:
    """Return weeks of what was told, oldest first: party, item, first day, days, sold, on the shelf or -1; `(n, 6)`.

    A week that does not begin on a Monday is the one in which most of its days lie. What was told of a whole week
    stands before what was told of its days.
    """
    order = np.lexsort((told[:, 3], told[:, 2], told[:, 1], told[:, 0]))  # stable: the newest of a slot is its last
    told = told[order]
    newest = np.append((np.diff(told[:, :4], axis=0) != 0).any(axis=1), True)
    told = told[newest]
    is_week = told[:, 3] == _WEEK
    monday = (told[:, 2] + np.where(is_week, _HALF, 0) - 1) // _WEEK * _WEEK + 1
    slots = np.stack([told[:, 0], told[:, 1], monday], axis=1)
    found, place = np.unique(slots, axis=0, return_inverse=True)
    place = place.reshape(-1)
    has_week = np.bincount(place[is_week], minlength=len(found)) > 0
    counts = has_week | (np.bincount(place, minlength=len(found)) >= LEAST_DAYS)
    stands = np.where(has_week[place], is_week, True)
    sold = np.bincount(place[stands], told[stands, 4], len(found)).astype(np.float64)
    last = np.zeros(len(found), dtype=np.int64)
    last[place[stands]] = np.flatnonzero(stands)  # rows of a week rise by day: its last one says the shelf
    shelf = told[last, 5]
    return RetailWeeks(
        party_ids=found[counts, 0],
        item_ids=found[counts, 1],
        mondays=found[counts, 2],
        sold=sold[counts],
        on_shelf=np.where(shelf < 0, np.nan, shelf)[counts],
    )
