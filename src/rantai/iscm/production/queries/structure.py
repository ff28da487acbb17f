"""Read how items come to be, level by level, in a number of queries that grows with levels and not with items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.queries import WorkingDays
from rantai.foundation.items import queries as items
from rantai.foundation.items.models import BillOfMaterials, BomLine, Operation, Routing, Source
from rantai.foundation.locations import queries as locations
from rantai.iscm.production.queries import walk


class Ways:
    """The ways of items and of all that their bills lead to."""

    def __init__(
        self, item_ids: Collection[int], *, on: date, lateness: Callable[[Source], tuple[int, int, int]] | None = None
    ) -> None:
        self._on, self._lateness = on, lateness
        self._sources: dict[int, list[Source]] = defaultdict(list)
        self._bills: dict[int, list[BillOfMaterials]] = defaultdict(list)
        self._lines: dict[int, list[BomLine]] = defaultdict(list)
        self._routings: dict[int, list[Routing]] = defaultdict(list)
        self._steps: dict[int, list[Operation]] = defaultdict(list)
        self._working: dict[int | None, WorkingDays] = {}
        self._sites = {site.pk: site for site in locations.list_sites()}
        self.item_ids = self._read_down(set(item_ids))

    def find_way(self, item_id: int, location_id: int) -> walk.Way | None:
        """Return the first source that brings an item to a location, its own before those of any, by rank."""
        rows = [
            row
            for row in self._sources.get(item_id, ())
            if row.kind != "dropship" and row.location_id in (None, location_id) and row.origin_id != location_id
        ]
        best = min(rows, key=lambda row: (row.location_id is None, row.rank, row.pk), default=None)
        return None if best is None else self.to_way(best, location_id)

    def to_way(self, source: Source, location_id: int) -> walk.Way:
        """Return a source as the walk reads it, with the bill and routing that hold at a location."""
        site = self._sites.get(location_id)
        bill = self._pick(self._bills, source.item_id, location_id, source.bill_id) if source.kind == "make" else None
        routing = (
            self._pick(self._routings, source.item_id, location_id, source.routing_id)
            if source.kind == "make"
            else None
        )
        return walk.Way(
            kind=source.kind,
            source_id=source.pk,
            lead_time_days=source.lead_time_days,
            working=self.get_working_days(source.calendar_id),
            zone=site.zone if site else "UTC",
            supplier_id=source.supplier_id,
            origin_id=source.origin_id,
            parts=tuple(_to_part(line) for line in self._lines[bill]) if bill else (),
            work=tuple(self._to_work(step, location_id) for step in self._steps[routing]) if routing else (),
            bill_id=bill,
            routing_id=routing,
            late_days=self._lateness(source) if self._lateness and source.kind != "make" else (0, 0, 0),
        )

    def list_steps(self, routing_id: int) -> list[Operation]:
        """Return the operations of a routing that was read, in their order."""
        return self._steps[routing_id]

    def get_source(self, source_id: int) -> Source | None:
        """Return a source that was read."""
        return next((row for rows in self._sources.values() for row in rows if row.pk == source_id), None)

    def get_site_days(self, location_id: int) -> WorkingDays:
        """Return the days on which a place works."""
        site = self._sites.get(location_id)
        return self.get_working_days(site.calendar_id if site else None)

    def get_working_days(self, calendar_id: int | None) -> WorkingDays:
        """Return working days, read once."""
        if calendar_id not in self._working:
            self._working[calendar_id] = calendars.get_working_days(calendar_id)
        return self._working[calendar_id]

    def _read_down(self, wanted: set[int]) -> set[int]:
        known: set[int] = set()
        for _level in range(walk.MAX_LEVELS):
            fresh = wanted - known
            if not fresh:
                break
            known |= fresh
            for source in items.list_sources(sorted(fresh), None, self._on):
                self._sources[source.item_id].append(source)
            made = {pk for pk in fresh if any(row.kind == "make" for row in self._sources[pk])}
            wanted = self._read_makes(made) if made else set()
        return known

    def _read_makes(self, item_ids: Iterable[int]) -> set[int]:
        """Read bills and routings of made items; return their components."""
        found: set[int] = set()
        made = sorted(item_ids)
        bills = list(_hold_on(BillOfMaterials.objects.filter(item_id__in=made), self._on))
        for bill in bills:
            self._bills[bill.item_id].append(bill)
        for line in BomLine.objects.filter(bill__in=[bill.pk for bill in bills]).order_by("bill_id", "position", "id"):
            line.bill = next(bill for bill in bills if bill.pk == line.bill_id)
            self._lines[line.bill_id].append(line)
        for bill in bills:
            self._lines[bill.pk] = items.choose_lines(self._lines[bill.pk], self._on)
            found.update(line.component_id for line in self._lines[bill.pk])
        routings = list(_hold_on(Routing.objects.filter(item_id__in=made), self._on))
        for routing in routings:
            self._routings[routing.item_id].append(routing)
        steps = Operation.objects.filter(routing__in=[row.pk for row in routings]).select_related("resource")
        for step in steps.order_by("routing_id", "step"):
            self._steps[step.routing_id].append(step)
        return found

    def _pick(self, rows: dict[int, list], item_id: int, location_id: int, named: int | None) -> int | None:
        """Return the bill or routing that a source names, else the first of the place, else of any place."""
        known = rows.get(item_id, [])
        if named is not None and any(row.pk == named for row in known):
            return named
        fitting = [row for row in known if row.location_id in (None, location_id)]
        best = min(fitting, key=lambda row: (row.location_id is None, row.rank, row.pk), default=None)
        return best.pk if best else None

    def _to_work(self, step: Operation, location_id: int) -> walk.Work:
        share = (step.resource.efficiency if step.resource else 10_000) / 10_000
        site = self._sites.get(location_id)
        calendar_id = step.resource.calendar_id if step.resource and step.resource.calendar_id else None
        if calendar_id is None and site is not None:
            calendar_id = site.calendar_id
        return walk.Work(
            step=step.step,
            fixed_seconds=int(step.setup_seconds / share) + step.wait_seconds,
            unit_seconds=step.seconds_per_unit / 10_000 / share,
            hours=self.get_working_days(calendar_id),
        )


def _hold_on(rows: QuerySet, on: date) -> QuerySet:
    rows = rows.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on))
    return rows.filter(archived_at=None).order_by("rank", "id")


def _to_part(line: BomLine) -> walk.Part:
    return walk.Part(
        item_id=line.component_id,
        quantity=line.quantity,
        batch=line.bill.batch,
        yield_share=line.yield_share,
        operation=line.operation,
        position=line.position,
    )
