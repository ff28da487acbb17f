"""Read what limits how much can run at once: machines, lines, teams, change-overs, what a supplier takes in a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from rantai.foundation.items.models import OperationAlternate, Resource, ResourceCapacity, SetupTime
from rantai.iscm.supply.queries import days
from rantai.iscm.supply.queries.needs import Columns, fetch, ints
from rantai.iscm.supply.queries.sites import Sites

INFINITE, FINITE, BUCKET = 0, 1, 2
UNIT = 10_000
_KINDS = {"infinite": INFINITE, "finite": FINITE, "day": BUCKET, "week": BUCKET}
_PER_SCALE = 1_000_000
_HOUR = 3600
_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A resource as a planner counts it; capacity and efficiency in 1/10,000."""

    pk: int
    code: str
    location_id: int
    calendar_id: int | None
    kind: str
    capacity: int
    efficiency: int

    @property
    def is_limited(self) -> bool:
        """Whether it can be too busy."""
        return self.kind != "infinite"


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """A step on a resource: a row of operations, the resource (below zero: what a supplier takes), and how much of it.

    `group` is −1 where no other resource can do the step. `family` matters where the resource has change-overs.
    """

    operation: int
    resource: int
    rank: int
    group: int
    family: str
    quantity: int
    quantity_per: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """Units that a source takes orders for in a week."""

    source_key: int
    source_id: int
    weekly: int
    zone: str


class Machines:
    """Every resource in use with its capacities by date, change-overs and the steps that it can do for others."""

    def __init__(self) -> None:
        names = ("pk", "code", "location_id", "calendar_id", "kind", "capacity", "efficiency")
        rows = fetch(Resource.objects.filter(archived_at=None).order_by("id").values_list(*names))
        self.by_id = {row[0]: Machine(**dict(zip(names, row, strict=True))) for row in rows}
        self.capacities: dict[int, list[tuple[date, int]]] = defaultdict(list)
        dated = ResourceCapacity.objects.order_by("resource_id", "from_on")
        for pk, day, capacity in dated.values_list("resource_id", "from_on", "capacity"):
            self.capacities[pk].append((day, capacity))
        self.setups: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
        times = SetupTime.objects.order_by("id").values_list("resource_id", "from_family", "to_family", "seconds")
        for pk, before, after, seconds in fetch(times):
            self.setups[pk][before, after] = seconds
        self._alternates: dict[int, list[int]] = defaultdict(list)
        others = OperationAlternate.objects.order_by("operation_id", "rank", "id")
        for operation, pk in fetch(others.values_list("operation_id", "resource_id")):
            self._alternates[operation].append(pk)

    def list_ways(self, operation: int, own: int | None) -> list[Machine]:
        """Return the resources that can do a step, the best first; none where nothing limits it."""
        wanted = dict.fromkeys([*([own] if own else []), *self._alternates.get(operation, ())])
        found = [self.by_id[pk] for pk in wanted if pk in self.by_id]
        return found if any(machine.is_limited for machine in found) else []

    def find_most(self, machine: Machine) -> int:
        """Return the largest capacity that a resource ever has."""
        return max([machine.capacity, *(units for _day, units in self.capacities.get(machine.pk, ()))])

    def changes_over(self, machine: Machine) -> bool:
        """Tell whether change-overs count: only where one thing is done at a time."""
        is_single = machine.kind == "finite" and machine.capacity == UNIT and machine.pk not in self.capacities
        return is_single and machine.pk in self.setups


def to_load(machine: Machine, *, operation: int, rank: int, group: int, family: str, setup: int, per: int) -> Load:
    """Return a step's load: a place among those in parallel, or the hours that it takes of a day or week."""
    is_bucket = _KINDS[machine.kind] == BUCKET
    share = max(machine.efficiency, 1) / UNIT
    return Load(
        operation=operation,
        resource=machine.pk,
        rank=rank,
        group=group,
        family=family,
        quantity=round(setup / _HOUR / share * UNIT) if is_bucket else UNIT,
        quantity_per=round(per / UNIT / _HOUR / share * _PER_SCALE) if is_bucket else 0,
    )


class Layout:
    """The tables of limits of one snapshot, numbered once all loads are known."""

    def __init__(
        self, machines: Machines, sites: Sites, loads: Sequence[Load], allowances: Sequence[Allowance],
        calendars: Mapping[int, int], *, from_day: date, to_day: date,
    ) -> None:  # fmt: skip
        self.machines, self.sites, self.loads, self.calendars = machines, sites, loads, calendars
        self.from_day, self.to_day = from_day, to_day
        used = sorted({load.resource for load in loads if load.resource > 0})
        self.used = [machines.by_id[pk] for pk in used]
        self.allowances = sorted(allowances, key=lambda row: row.source_key)
        self.row_of = {machine.pk: row for row, machine in enumerate(self.used)}
        self.row_of |= {-row.source_key: len(used) + place for place, row in enumerate(self.allowances)}
        self.changing = [machine.pk for machine in self.used if machines.changes_over(machine)]
        names = {load.family for load in loads if load.resource in self.changing and load.family}
        self.family_of = {name: number for number, name in enumerate(sorted(names))}
        self._steps: list[tuple[list[int], list[int]]] = []

    def family(self, resource: int, name: str) -> int:
        """Return the number of a family at a resource, −1 where it does not matter there."""
        return self.family_of.get(name, -1) if resource in self.changing else -1

    def write_loads(self) -> Columns:
        """Return the loads of operations."""
        rows = self.loads
        return {
            "operation": ints([row.operation for row in rows]),
            "resource": ints([self.row_of[row.resource] for row in rows]),
            "quantity": ints([row.quantity for row in rows]),
            "quantity_per": ints([row.quantity_per for row in rows]),
            "group": ints([row.group for row in rows]),
            "rank": ints([row.rank for row in rows]),
            "setup": ints([self.family(row.resource, row.family) for row in rows]),
        }

    def write_resources(self) -> tuple[Columns, Columns]:
        """Return resources, and the step functions of those whose capacity changes."""
        own = [self._describe(machine) for machine in self.used]
        mine = [self._allow(row) for row in self.allowances]
        names = (
            "key", "calendar", "kind", "maximum", "maximum_steps", "efficiency_ppm", "setup_matrix", "source_id",
        )  # fmt: skip
        columns = _transpose([*own, *mine], len(names))
        lengths = [len(starts) for starts, _values in self._steps]
        steps = {
            "offset": ints([0, *np.cumsum(lengths).tolist()]),
            "start": ints([at for starts, _values in self._steps for at in starts]),
            "value": ints([units for _starts, values in self._steps for units in values]),
        }
        return dict(zip(names, columns, strict=True)), steps

    def write_setup_times(self) -> Columns:
        """Return every change-over between families that meet at a resource; what nobody gave takes no time."""
        rows = [row for matrix, pk in enumerate(self.changing) for row in self._list_changes(matrix, pk)]
        return dict(zip(("matrix", "from_setup", "to_setup", "seconds"), _transpose(rows, 4), strict=True))

    def _list_changes(self, matrix: int, pk: int) -> Iterator[tuple[int, int, int, int]]:
        given = self.machines.setups[pk]
        met = sorted({load.family for load in self.loads if load.resource == pk and load.family})
        for after in met:
            yield matrix, -1, self.family_of[after], 0
            for before in met:
                if before != after:
                    seconds = given.get((before, after), given.get(("", after), 0))
                    yield matrix, self.family_of[before], self.family_of[after], seconds

    def _describe(self, machine: Machine) -> tuple[int, ...]:
        kind = _KINDS[machine.kind]
        return (
            machine.pk,
            self.calendars[machine.pk],
            kind,
            max(machine.capacity, 0),
            self._step(machine, kind),
            max(machine.efficiency, 1) * 100,
            self.changing.index(machine.pk) if machine.pk in self.changing else -1,
            0,
        )

    def _step(self, machine: Machine, kind: int) -> int:
        dated, zone = self.machines.capacities.get(machine.pk, []), self.sites.zone(machine.location_id)
        if kind == INFINITE or (kind == FINITE and not dated):
            return -1
        if kind == FINITE:
            days_on = [self.from_day, *(day for day, _units in dated if day > self.from_day)]
        else:
            days_on = list(self._buckets(machine.kind))
        values = [self._room(machine, day) for day in days_on]
        self._steps.append(([days.midnight(day, zone) for day in days_on], values))
        return len(self._steps) - 1

    def _room(self, machine: Machine, day: date) -> int:
        dated = self.machines.capacities.get(machine.pk, [])
        units = next((units for since, units in reversed(dated) if since <= day), machine.capacity)
        if machine.kind == "finite":
            return max(units, 0)
        working = self.sites.working(machine.calendar_id or self.sites.calendar_id(machine.location_id))
        length = 7 if machine.kind == "week" else 1
        is_open = any(working.is_open(day + timedelta(days=offset)) for offset in range(length))
        return max(units, 0) if is_open else 0

    def _buckets(self, kind: str) -> Iterator[date]:
        day = self.from_day - timedelta(days=self.from_day.weekday() if kind == "week" else 0)
        while day < self.to_day:
            yield day
            day += _WEEK if kind == "week" else timedelta(days=1)

    def _allow(self, row: Allowance) -> tuple[int, ...]:
        mondays = list(self._buckets("week"))
        self._steps.append(([days.midnight(day, row.zone) for day in mondays], [row.weekly] * len(mondays)))
        return -row.source_key, -1, BUCKET, row.weekly, len(self._steps) - 1, 1_000_000, -1, row.source_id


def _transpose(rows: Sequence[Sequence[int]], width: int) -> list[days.Ints]:
    return [ints(column) for column in zip(*rows, strict=True)] if rows else [ints([]) for _column in range(width)]
