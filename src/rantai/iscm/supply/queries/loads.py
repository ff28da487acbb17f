"""Read how busy a plan keeps the resources: room and load by day or week, and the works behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from rantai.foundation.items.models import Resource
from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import days, keys, layout, pegsteps
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.limits import BUCKET, UNIT
from rantai.iscm.supply.queries.reading import PlanReader

_HOUR = 3600
_TABLES = (
    "resources", "runs", "occupations", "step_functions", "calendars", "operations", "orders", "reasons", "demands",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceLine:
    """A resource of a plan; `used_share` is what is loaded of its room from now to the end of what is loaded."""

    row: int
    resource_id: int
    code: str
    name: dict[str, str]
    location_id: int
    zone: str
    kind: str
    used_share: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DayLoad:
    """Seconds of work that a resource has room for from a day on, and those that are taken."""

    day: date
    capacity_seconds: int
    loaded_seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A step on a resource: of a planned order (`order` its row in the plan), or of an open one (`order` −1)."""

    order: int
    order_key: int
    """Of an open order: `keys.untag` gives its id. −1 for planned ones."""
    step: int
    operation_id: int
    item_id: int
    location_id: int
    units: int
    start: int
    end: int
    quantity: int
    due: int
    demand_keys: tuple[int, ...]


def read(run: PlanRun) -> Book:
    """Return the loads of a plan; its blocks are read when they are first asked for, each once."""
    return Book(run)


class Book:
    """The loads of one plan."""

    def __init__(self, run: PlanRun) -> None:
        self.run = run
        self._reader = PlanReader(run)
        self._kept: dict[str, dict[str, Any]] = {}

    @cached_property
    def resources(self) -> tuple[ResourceLine, ...]:
        """Resources with work in this plan or room for it, by code; what suppliers take in a week is not among them."""
        ids = self._table("resources")["key"].tolist()
        named = Resource.objects.select_related("location").in_bulk([pk for pk in ids if pk > 0])
        rows = [(row, named[pk]) for row, pk in enumerate(ids) if pk in named]
        return tuple(
            ResourceLine(
                row=row, resource_id=found.pk, code=found.code, name=found.name, location_id=found.location_id,
                zone=found.location.zone or parties.get_company().zone, kind=found.kind,
                used_share=self._share(row),
            )
            for row, found in sorted(rows, key=lambda pair: pair[1].code)
        )  # fmt: skip

    def list_days(self, resource_id: int, first: date, count: int) -> list[DayLoad]:
        """Return room and load of `count` days at the resource's place."""
        return self._list_periods(resource_id, [first + timedelta(days=offset) for offset in range(count + 1)])

    def list_weeks(self, resource_id: int, first_monday: date, count: int) -> list[DayLoad]:
        """Return room and load of `count` weeks at the resource's place."""
        return self._list_periods(resource_id, [first_monday + timedelta(weeks=week) for week in range(count + 1)])

    def list_runs(self, resource_id: int, start: int, end: int) -> list[Run]:
        """Return the works on a resource that touch the period, by start: of planned orders and of open ones."""
        line = self._line(resource_id)
        runs, held = self._table("runs"), self._table("occupations")
        planned = _touching(runs, line.row, start, end)
        opened = _touching(held, line.row, start, end)
        found = [self._to_run(row) for row in planned.tolist()] + [_to_open(held, row) for row in opened.tolist()]
        found = self._explain(found)
        return sorted(found, key=lambda one: (one.start, one.end, one.order))

    def _list_periods(self, resource_id: int, edges_on: Sequence[date]) -> list[DayLoad]:
        line = self._line(resource_id)
        edges = np.array([days.midnight(day, line.zone) for day in edges_on], np.int64)
        room, load = self._room(line.row, edges), self._load(line.row, edges)
        return [
            DayLoad(day=day, capacity_seconds=int(has), loaded_seconds=int(taken))
            for day, has, taken in zip(edges_on, room, load, strict=False)
        ]

    def _line(self, resource_id: int) -> ResourceLine:
        return next(line for line in self.resources if line.resource_id == resource_id)

    def _table(self, name: str) -> dict[str, Any]:
        if not self._kept:
            self._kept = {table: self._reader.whole(table) or layout.empty(table) for table in _TABLES}
        return self._kept[name]

    def _share(self, row: int) -> float | None:
        last = max((int(each["end"][each["resource"] == row].max(initial=0)) for each in self._busy()), default=0)
        if last <= self.run.now:
            return None
        edges = np.array([self.run.now, last], np.int64)
        room = int(self._room(row, edges)[0])
        return int(self._load(row, edges)[0]) / room if room else None

    def _busy(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._table("runs"), self._table("occupations")

    def _room(self, row: int, edges: Ints) -> Ints:
        resources = self._table("resources")
        if int(resources["kind"][row]) == BUCKET:
            return self._bucket_room(row, edges)
        function = int(resources["maximum_steps"][row])
        if function < 0:
            return np.diff(self._worked(row, edges)) * int(resources["maximum"][row]) // UNIT
        starts, values = self._steps(function)
        cuts = np.unique(np.concatenate((edges, starts[(starts > edges[0]) & (starts < edges[-1])])))
        units = values[np.maximum(np.searchsorted(starts, cuts[:-1], "right") - 1, 0)]
        seconds = np.diff(self._worked(row, cuts)) * units // UNIT
        return np.add.reduceat(seconds, np.searchsorted(cuts, edges[:-1])) if len(seconds) else seconds

    def _bucket_room(self, row: int, edges: Ints) -> Ints:
        """Spread what a day or week has over its working time, so that days of a week can be told."""
        starts, values = self._steps(int(self._table("resources")["maximum_steps"][row]))
        if len(starts) < 2:
            return np.zeros(len(edges) - 1, np.int64)
        found = np.zeros(len(edges) - 1, np.int64)
        at = np.clip(np.searchsorted(starts, edges, "right") - 1, 0, len(starts) - 2)
        worked, opens = self._worked(row, starts), self._worked(row, edges)
        whole = np.diff(worked)
        before = np.concatenate((np.zeros(1, np.int64), np.cumsum(values[:-1] * _HOUR // UNIT)))
        part = np.where(whole[at] > 0, (opens - worked[at]) / np.maximum(whole[at], 1), 0.0)
        reached = before[at] + np.rint(part * (values[at] * _HOUR // UNIT)).astype(np.int64)
        found[:] = np.maximum(np.diff(reached), 0)
        return found

    def _load(self, row: int, edges: Ints) -> Ints:
        found = np.zeros(len(edges) - 1, np.int64)
        is_bucket = int(self._table("resources")["kind"][row]) == BUCKET
        for table in self._busy():
            mine = _touching(table, row, int(edges[0]), int(edges[-1]))
            start, end, units = (table[name][mine] for name in ("start", "end", "quantity"))
            if is_bucket:
                inside = (start >= edges[0]) & (start < edges[-1])
                at = np.searchsorted(edges, start[inside], "right") - 1
                np.add.at(found, at, units[inside] * _HOUR // UNIT)
                continue
            # Working time only grows, so a run's part of a period is cut out of working seconds: three look-ups in all.
            since, until, seconds = (self._worked(row, instants)[:, None] for instants in (start, end, edges))
            inside = np.diff(np.clip(seconds[:, 0], since, until))
            found += (inside * units[:, None] // UNIT).sum(axis=0)
        return found

    def _worked(self, row: int, instants: Ints) -> Ints:
        """Return the working seconds of a resource up to instants."""
        calendar, table = int(self._table("resources")["calendar"][row]), self._table("calendars")
        if calendar < 0:
            return instants
        own = slice(int(table["offset"][calendar]), int(table["offset"][calendar + 1]))
        start, end = table["start"][own], table["end"][own]
        before = np.concatenate((np.zeros(1, np.int64), np.cumsum(end - start)))
        at = np.searchsorted(start, instants, "right")
        if not len(start):
            return np.zeros(len(instants), np.int64)
        last = np.maximum(at - 1, 0)
        found: Ints = np.where(at > 0, before[last] + np.minimum(instants, end[last]) - start[last], 0)
        return found

    def _steps(self, function: int) -> tuple[Ints, Ints]:
        table = self._table("step_functions")
        own = slice(int(table["offset"][function]), int(table["offset"][function + 1]))
        return table["start"][own], table["value"][own]

    def _to_run(self, row: int) -> Run:
        runs, operations, orders = self._table("runs"), self._table("operations"), self._table("orders")
        order, operation = int(runs["order"][row]), int(runs["operation"][row])
        item, place = keys.split(self._reader.pair(int(orders["item_location"][order])))
        return Run(
            order=order, order_key=-1, step=int(operations["step"][operation]),
            operation_id=int(operations["operation_id"][operation]), item_id=item, location_id=place,
            units=int(orders["quantity"][order]), start=int(runs["start"][row]), end=int(runs["end"][row]),
            quantity=int(runs["quantity"][row]), due=int(orders["end"][order]), demand_keys=self._wanted_by(order),
        )  # fmt: skip

    def _explain(self, found: list[Run]) -> list[Run]:
        """Find by the pegs whom orders are there for whose reasons a net change did not write."""
        silent = {one.order: one for one in found if one.order >= 0 and not one.demand_keys} if self.run.step else {}
        if not silent:
            return found
        starts = {
            order: [pegsteps.Supply(pair=keys.pair_of(one.item_id, one.location_id), order=order)]
            for order, one in silent.items()
        }
        served = pegsteps.list_served(self.run, starts)
        tagged = {order: tuple(int(keys.tag(pk, keys.ORDER)) for pk in ids) for order, ids in served.items()}
        return [replace(one, demand_keys=tagged.get(one.order, one.demand_keys)) for one in found]

    def _wanted_by(self, order: int) -> tuple[int, ...]:
        """Return for which demands an order is there, by their key in the plan."""
        reasons, demands = self._table("reasons"), self._table("demands")
        low, high = np.searchsorted(reasons["order"], [order, order + 1]) if reasons else (0, 0)
        part = slice(int(low), int(high))
        rows = reasons["subject"][part][reasons["kind"][part] == 0] if reasons else ()
        return tuple(dict.fromkeys(int(demands["key"][row]) for row in rows))


def _touching(table: dict[str, Any], row: int, start: int, end: int) -> Ints:
    return np.flatnonzero((table["resource"] == row) & (table["start"] < end) & (table["end"] > start))


def _to_open(held: dict[str, Any], row: int) -> Run:
    return Run(
        order=-1, order_key=int(held["order_key"][row]), step=int(held["step"][row]), operation_id=0, item_id=0,
        location_id=0, units=0, start=int(held["start"][row]), end=int(held["end"][row]),
        quantity=int(held["quantity"][row]), due=int(held["end"][row]), demand_keys=(),
    )  # fmt: skip
