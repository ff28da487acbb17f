"""Lay again what open orders occupy, on the resources that an event touches and on no other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np

from rantai.foundation.items.models import Operation
from rantai.iscm.supply.queries import keys, limits, progress, snapshot, sourcing
from rantai.iscm.supply.queries.needs import Columns, ints
from rantai.iscm.supply.queries.sites import Sites
from rantai.iscm.supply.queries.snapshot import Tables
from rantai.kernel import clock
from rantai_engines.planning.changes import ChangeOccupations, Work

Rows = Mapping[int, tuple[tuple[int, ...], ...]]
"""Of resources (rows of the plan) all that occupies them, as `progress.COLUMNS`."""
_ORDER, _PLACE = progress.COLUMNS.index("order_key"), progress.COLUMNS.index("place")


class Occupying:
    """What open orders occupy in one held plan, read at the plan's present."""

    def __init__(self, problem: Tables, sites: Sites, *, now: int, horizon_end: int) -> None:
        self._now, self._horizon_end, self._sites, self._problem = now, horizon_end, sites, problem
        self._rows = {pk: row for row, pk in enumerate(problem["resources"]["key"].tolist()) if pk > 0}
        self._floor: progress.Floor | None = None
        table = problem["occupations"]
        self.is_placed = "place" in table
        """False in a plan of a former release, over which no works can be laid."""
        unplaced = np.full(len(table["start"]), -1, np.int64)
        self._held: dict[int, tuple[tuple[int, ...], ...]] = _by_resource(
            {name: table.get(name, unplaced) for name in progress.COLUMNS}
        )

    def find(self, order_ids: Collection[int], resource_ids: Iterable[int] = ()) -> Rows:
        """Return what is laid otherwise by now, of what orders or other capacities touch."""
        touched = set(resource_ids)
        if order_ids:
            touched |= progress.list_resources(order_ids)
            touched |= self._list_held(order_ids)
        asked = {pk: self._rows[pk] for pk in touched if pk in self._rows}
        if not asked:
            return {}
        found = _by_resource(progress.read_occupations(self._read_floor(), sorted(asked)))
        return {
            row: found.get(row, ()) for row in sorted(asked.values()) if found.get(row, ()) != self._held.get(row, ())
        }

    def list_places(self, changed: Rows) -> set[int]:
        """Return the item-locations (keys) of orders of which a resource does something else."""
        both = ((set(rows), set(self._held.get(resource, ()))) for resource, rows in changed.items())
        return {row[_PLACE] for now, before in both for row in now ^ before}

    def take(self, changed: Rows) -> None:
        """Keep what the held plan has taken over."""
        self._held.update(changed)

    def set_capacity(self, resource_id: int, capacity: int) -> None:
        """Count the places of a resource anew from now on."""
        machines = self._read_floor().machines
        if resource_id in machines:
            machines[resource_id] = replace(machines[resource_id], capacity=capacity)

    def select(self, places: Collection[int]) -> Columns:
        """Return what orders at item-locations (keys) occupy."""
        wanted = set(places)
        return _to_columns(row for rows in self._held.values() for row in rows if row[_PLACE] in wanted)

    def _list_held(self, order_ids: Collection[int]) -> set[int]:
        mine = {int(keys.tag(pk, keys.PRODUCTION)) for pk in order_ids}
        pks = self._problem["resources"]["key"]
        return {int(pks[resource]) for resource, rows in self._held.items() if any(row[_ORDER] in mine for row in rows)}

    def _read_floor(self) -> progress.Floor:
        """Return the resources as the plan has numbered them, read when work is first heard of."""
        if self._floor is None:
            on, machines = clock.business_date(self._sites.as_of, self._sites.company_zone), limits.Machines()
            own = (machines.by_id[pk] for pk in self._rows if pk in machines.by_id)
            from_day, to_day = snapshot.find_days(self._now, self._horizon_end, on=on)
            self._floor = progress.Floor(
                machines=machines.by_id, rows=self._rows, families=_name_families(self._problem),
                changing={machine.pk for machine in own if machines.changes_over(machine)},
                waits=sourcing.Makes(on).list_waits(), sites=self._sites, from_day=from_day, to_day=to_day,
                now=self._now,
            )  # fmt: skip
        return self._floor


def to_changes(changed: Rows) -> list[ChangeOccupations]:
    """Return them as changes of a held plan."""
    return [
        ChangeOccupations(
            resource=resource,
            works=tuple(Work(start, end, quantity, setup) for _resource, start, end, quantity, setup, *_whose in rows),
        )
        for resource, rows in changed.items()
    ]


def _by_resource(table: Columns) -> dict[int, tuple[tuple[int, ...], ...]]:
    found: dict[int, list[tuple[int, ...]]] = {}
    for row in zip(*(table[name].tolist() for name in progress.COLUMNS), strict=True):
        found.setdefault(row[0], []).append(row)
    return {resource: tuple(rows) for resource, rows in found.items()}


def _to_columns(rows: Iterable[tuple[int, ...]]) -> Columns:
    found = sorted(rows)
    columns = list(zip(*found, strict=True)) if found else [()] * len(progress.COLUMNS)
    return {name: ints(column) for name, column in zip(progress.COLUMNS, columns, strict=True)}


def _name_families(problem: Tables) -> dict[str, int]:
    """Return the numbers that a plan gave the families of its steps."""
    loads = problem["loads"]
    is_named = loads["setup"] >= 0
    steps = problem["operations"]["operation_id"][loads["operation"][is_named]].tolist()
    names = dict(Operation.objects.filter(pk__in=set(steps)).values_list("pk", "setup_family"))
    return {
        names[pk]: number for pk, number in zip(steps, loads["setup"][is_named].tolist(), strict=True) if pk in names
    }
