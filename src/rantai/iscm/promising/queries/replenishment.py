"""The sources of the items of an ask, read when stock and receipts do not suffice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.queries import WorkingDays
from rantai.foundation.items import queries as items
from rantai.foundation.items.models import Source
from rantai.kernel import clock


class Replenishment:
    """How items come to be, and when they would be there if somebody started now."""

    def __init__(self, item_ids: Collection[int], *, as_of: datetime) -> None:
        self._item_ids, self._as_of = item_ids, as_of
        self._by_item: dict[int, list[Source]] | None = None
        self._working: dict[int | None, WorkingDays] = {}

    def find_source(self, item_id: int, location_id: int) -> Source | None:
        """Return the first source that brings an item to a location: of its own before those of any, by rank."""
        return next(iter(self.list_sources(item_id, location_id)), None)

    def list_sources(self, item_id: int, location_id: int) -> list[Source]:
        """Return every source that brings an item to a location, the first to try first."""
        rows = [row for row in self._read(item_id) if row.kind != "dropship" and row.location_id in (None, location_id)]
        elsewhere = [row for row in rows if row.origin_id != location_id]
        return sorted(elsewhere, key=lambda row: (row.location_id is None, row.rank, row.pk))

    def list_origins(self) -> set[int]:
        """Return the sites from which items are moved to others."""
        rows = [row for item_id in self._item_ids for row in self._read(item_id)]
        return {row.origin_id for row in rows if row.kind == "move" and row.origin_id is not None}

    def find_dropship(self, item_id: int, *, refused: Collection[int] = ()) -> Source | None:
        """Return the first source that sends an item straight to the customer, of partners who have not refused."""
        rows = [row for row in self._read(item_id) if row.kind == "dropship" and row.supplier_id not in refused]
        return min(rows, key=lambda row: (row.rank, row.pk), default=None)

    def find(self, item_id: int, source_id: int | None) -> Source | None:
        """Return one source of an item, or None where it is not in force."""
        return next((row for row in self._read(item_id) if row.pk == source_id), None) if source_id else None

    def list_suppliers(self) -> set[int]:
        """Return the suppliers of what was read."""
        known = self._by_item or {}
        return {row.supplier_id for rows in known.values() for row in rows if row.supplier_id}

    def get_working_days(self, source: Source) -> WorkingDays:
        """Return the days on which a source works."""
        if source.calendar_id not in self._working:
            self._working[source.calendar_id] = calendars.get_working_days(source.calendar_id)
        return self._working[source.calendar_id]

    def arrive(self, source: Source) -> date:
        """Return the day by whose end a source would have delivered."""
        return self.get_working_days(source).add(self.find_today(source), source.lead_time_days)

    def find_today(self, source: Source) -> date:
        """Return the day on which work at a source begins if somebody starts it now."""
        return clock.business_date(self._as_of, self.get_working_days(source).zone)

    def _read(self, item_id: int) -> list[Source]:
        if self._by_item is None:
            self._by_item = defaultdict(list)
            for source in items.list_sources(self._item_ids, None, clock.business_date(self._as_of, "UTC")):
                self._by_item[source.item_id].append(source)
        return self._by_item.get(item_id, [])
