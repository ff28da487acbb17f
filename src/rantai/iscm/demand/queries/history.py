"""Weekly demand of the past in bulk: what was brought from before, and what our own orders asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from rantai.foundation.items.models import Item
from rantai.foundation.locations import queries as locations
from rantai.iscm.demand.queries import weeks
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ITEMS_AT_ONCE = 5_000
_FETCH = 50_000
_LAST_ID = 2**63 - 1
_NOTHING = np.zeros(0)
NOWHERE = 0
"""Stands for a location that nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyHistory:
    """Demand a week of item-locations in CSR form, all ending with the last full week; base units.

    Sorted by item and location. A series begins with its first week of demand; weeks without any are zeros.
    """

    item_ids: Ints
    location_ids: Ints
    offsets: Ints
    values: Floats
    last_week: int
    """Number of the last week in every series."""
    figures: dict[str, int]
    """What was read and what was left out."""

    @property
    def size(self) -> int:
        """Number of item-locations."""
        return int(self.item_ids.size)

    def with_empty(self, pairs: Sequence[tuple[int, int]]) -> WeeklyHistory:
        """Return the same with item-locations that nobody has asked for, in their sorted places."""
        if not pairs:
            return self
        everything = [*zip(self.item_ids.tolist(), self.location_ids.tolist(), strict=True), *pairs]
        wanted = sorted(everything)
        offsets, values = self.take(wanted)
        return replace(
            self,
            item_ids=np.array([item for item, _place in wanted], dtype=np.int64),
            location_ids=np.array([place for _item, place in wanted], dtype=np.int64),
            offsets=offsets,
            values=values,
        )

    def take(self, pairs: Sequence[tuple[int, int]]) -> tuple[Ints, Floats]:
        """Return offsets and values of these item-locations in their order, empty where there is no history."""
        own = zip(self.item_ids.tolist(), self.location_ids.tolist(), strict=True)
        rows = {pair: row for row, pair in enumerate(own)}
        places = [rows.get(pair, -1) for pair in pairs]
        parts = [self.values[self.offsets[row] : self.offsets[row + 1]] if row >= 0 else _NOTHING for row in places]
        offsets = np.concatenate([[0], np.cumsum([part.size for part in parts])]).astype(np.int64)
        return offsets, np.concatenate([_NOTHING, *parts])


@dataclass(frozen=True, slots=True)
class Cells:
    """Units of item-locations by week, one row each: parallel arrays."""

    item_ids: Ints
    location_ids: Ints
    weeks: Ints
    units: Ints


@dataclass(frozen=True, slots=True)
class CustomerCells:
    """Base units of our own orders by item, customer and week, one row each: parallel arrays."""

    item_ids: Ints
    party_ids: Ints
    weeks: Ints
    units: Floats


def load_customers(*, first_week: int, last_week: int) -> CustomerCells:
    """Return what customers wanted of items in some weeks, cancelled units taken off, aliases counted as one."""
    statement = (
        f"SELECT d.item_id, COALESCE(p.canonical_id, d.party_id), {weeks.sql_number('d.requested_on')} AS week,"  # noqa: S608
        " SUM(d.units - d.cancelled) FROM iscm_demand_demand d"
        " JOIN foundation_parties_party p ON p.id = d.party_id"
        " WHERE d.requested_on >= %s AND d.requested_on < %s AND d.units > d.cancelled"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [weeks.monday_of(first_week), weeks.monday_of(last_week + 1)])
        parts = list(_fetch(cursor))
    table = np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.int64)
    return CustomerCells(table[:, 0], table[:, 1], table[:, 2], table[:, 3] / SCALE)


def load_history(*, last_week: int, most_weeks: int) -> WeeklyHistory:
    """Return the weekly demand of everything that is stocked and not archived, in chunks of items.

    Returns are not taken off: a day on which more came back than was asked for counts as none. Demand whose place
    is unknown or no site of ours counts at the company's first site.
    """
    planned = _list_planned()
    places = find_places()
    cells = _join(list(_read_chunks(planned, until=last_week)))
    known = np.isin(cells.item_ids, planned)
    moved = ~np.isin(cells.location_ids, places)
    first_site = int(places[0]) if places.size else NOWHERE
    figures = {
        "items": int(np.unique(cells.item_ids[known]).size),
        "items_archived_left_out": Item.objects.filter(kind="stocked").exclude(archived_at=None).count(),
        "cells_moved_to_first_site": int((moved & known).sum()),
    }
    cells = Cells(
        cells.item_ids[known],
        np.where(moved, first_site, cells.location_ids)[known],
        cells.weeks[known],
        cells.units[known],
    )
    return _to_series(cells, last_week=last_week, most_weeks=most_weeks, figures=figures)


def load_item(item_id: int, *, last_week: int, most_weeks: int) -> WeeklyHistory:
    """Return the weekly demand of one item at each of its locations."""
    cells = _join([_read("iscm_demand_pastdemand", item_id, item_id, until=last_week),
                   _read("iscm_demand_demand", item_id, item_id, until=last_week)])  # fmt: skip
    cells = place_cells(cells)
    return _to_series(cells, last_week=last_week, most_weeks=most_weeks, figures={})


def load_orders(*, first_week: int, horizon: int, item_id: int | None = None) -> Cells:
    """Return units of our own orders by requested week, cancelled ones taken off: weeks counted from `first_week`."""
    low, high = (item_id, item_id) if item_id is not None else (0, _LAST_ID)
    cells = place_cells(_read("iscm_demand_demand", low, high, until=first_week + horizon - 1, since=first_week))
    merged = _merge(cells)
    return Cells(merged.item_ids, merged.location_ids, merged.weeks - first_week, merged.units)


def find_places() -> Ints:
    """Return our sites, the first one first."""
    return np.array(list(locations.list_sites().values_list("id", flat=True)), dtype=np.int64)


def place_cells(cells: Cells) -> Cells:
    """Put demand without a site of ours to the company's first site."""
    places = find_places()
    first_site = int(places[0]) if places.size else NOWHERE
    placed = np.where(np.isin(cells.location_ids, places), cells.location_ids, first_site)
    return Cells(cells.item_ids, placed, cells.weeks, cells.units)


def _list_planned() -> Ints:
    rows = Item.objects.filter(kind="stocked", archived_at=None).order_by("id")
    return np.fromiter(rows.values_list("id", flat=True), dtype=np.int64)


def _read_chunks(planned: Ints, *, until: int) -> Iterator[Cells]:
    """Chunks keep memory and queries small however many items there are."""
    for start in range(0, planned.size, ITEMS_AT_ONCE):
        chunk = planned[start : start + ITEMS_AT_ONCE]
        low, high = int(chunk[0]), int(chunk[-1])
        for table in ("iscm_demand_pastdemand", "iscm_demand_demand"):
            yield _read(table, low, high, until=until)


def _read(table: str, low: int, high: int, *, until: int, since: int = 0) -> Cells:
    """Return the weekly sums of a range of items; days with more returns than demand count as none."""
    is_past = table.endswith("pastdemand")
    units = "t.units" if is_past else "t.units - t.cancelled"
    week = weeks.sql_number("t.day" if is_past else "t.requested_on")
    limit = "t.run_id IN (SELECT id FROM iscm_demand_historyrun WHERE state = 'current')" if is_past else "1 = 1"
    day = "t.day" if is_past else "t.requested_on"
    # Names and numbers of our own only; ids and dates are parameters.
    statement = (
        f"SELECT t.item_id, COALESCE(t.location_id, 0), {week} AS week,"  # noqa: S608
        f" SUM({units}) FROM {table} t WHERE t.item_id BETWEEN %s AND %s AND {units} > 0"
        f" AND {day} >= %s AND {day} < %s AND {limit} GROUP BY 1, 2, 3"
    )
    params: list[Any] = [low, high, weeks.monday_of(since), weeks.monday_of(until + 1)]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        parts = list(_fetch(cursor))
    table_of = np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.int64)
    return Cells(*(np.ascontiguousarray(table_of[:, column]) for column in range(4)))


def _fetch(cursor: Any) -> Iterator[Ints]:
    while rows := cursor.fetchmany(_FETCH):
        # sums are numeric on PostgreSQL
        yield np.array([(item, place, week, int(units)) for item, place, week, units in rows], dtype=np.int64)


def _join(found: list[Cells]) -> Cells:
    return _merge(
        Cells(
            *(
                np.concatenate([getattr(cells, name) for cells in found] or [np.zeros(0, dtype=np.int64)])
                for name in Cells.__slots__
            )
        )
    )


def _merge(cells: Cells) -> Cells:
    """Sort by item, location and week, and add up what stands in the same cell."""
    order = np.lexsort((cells.weeks, cells.location_ids, cells.item_ids))
    rows = np.stack([cells.item_ids[order], cells.location_ids[order], cells.weeks[order]])
    if not order.size:
        return cells
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(rows, axis=1) != 0).any(axis=0)]))
    return Cells(rows[0, starts], rows[1, starts], rows[2, starts], np.add.reduceat(cells.units[order], starts))


def _to_series(cells: Cells, *, last_week: int, most_weeks: int, figures: dict[str, int]) -> WeeklyHistory:
    cells = _merge(cells)
    n = cells.weeks.size
    changes = np.diff(np.stack([cells.item_ids, cells.location_ids]), axis=1) != 0
    starts = np.flatnonzero(np.concatenate([[True], changes.any(axis=0)])) if n else np.zeros(0, dtype=np.int64)
    oldest = last_week - most_weeks + 1
    begins = np.maximum(cells.weeks[starts], oldest)
    offsets = np.concatenate([[0], np.cumsum(last_week - begins + 1)]).astype(np.int64)
    values = np.zeros(int(offsets[-1]))
    series = np.repeat(np.arange(starts.size), np.diff(np.append(starts, n)))
    kept = cells.weeks >= oldest
    values[(offsets[series] + cells.weeks - begins[series])[kept]] = cells.units[kept] / SCALE
    return WeeklyHistory(
        item_ids=cells.item_ids[starts],
        location_ids=cells.location_ids[starts],
        offsets=offsets,
        values=values,
        last_week=last_week,
        figures=figures,
    )
