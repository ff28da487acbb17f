"""Say when the steps that open production orders still have will occupy their resources.

When a step can begin is said by its own order alone; who comes first on a resource is said by that and by the resource
alone. So what happens to one order is laid anew on the resources that it uses, and nowhere else.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter

import numpy as np

from rantai.iscm.production import states
from rantai.iscm.production.models import ProductionStep
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.limits import UNIT, Layout, Machine
from rantai.iscm.supply.queries.needs import Columns, ints
from rantai.iscm.supply.queries.sites import Sites

COLUMNS = ("resource", "start", "end", "quantity", "setup", "order_key", "step", "place")
_HOUR = 3600


class Hours:
    """The working time of one calendar: when so many seconds of work from an instant on are done."""

    def __init__(self, start: days.Ints, end: days.Ints) -> None:
        self._start, self._end = start, end
        self._before = np.concatenate((np.zeros(1, np.int64), np.cumsum(end - start)))

    def open_at(self, instant: int) -> int:
        """Return the first working instant from one on; the instant itself where no time is left."""
        row = int(np.searchsorted(self._end, instant, "right"))
        return instant if row == len(self._start) else max(instant, int(self._start[row]))

    def work(self, instant: int, seconds: int) -> int:
        """Return when the work is done; what does not fit any more ends as if there were no pause."""
        if seconds <= 0:
            return instant
        at = self.open_at(instant)
        row = int(np.searchsorted(self._end, at, "right"))
        if row == len(self._start):
            return at + seconds
        done = int(self._before[row]) + at - int(self._start[row]) + seconds
        last = int(np.searchsorted(self._before, done, "left")) - 1
        if last >= len(self._start):
            return int(self._end[-1]) + done - int(self._before[-1])
        return int(self._start[last]) + done - int(self._before[last])


@dataclass(frozen=True, kw_only=True, slots=True)
class Floor:
    """The resources of a plan, as what open orders still have to do is laid on them.

    `rows` and `families` number the resources (by id) and their families as the plan does; `waits` gives by routing and
    step the seconds of waiting after it and its family.
    """

    machines: dict[int, Machine]
    rows: Mapping[int, int]
    families: Mapping[str, int]
    changing: Collection[int]
    waits: Mapping[tuple[int, int], tuple[int, str]]
    sites: Sites
    from_day: date
    to_day: date
    now: int
    _hours: dict[int | None, Hours] = field(default_factory=dict)

    @staticmethod
    def of(layout: Layout, waits: Mapping[tuple[int, int], tuple[int, str]], *, now: int) -> Floor:
        """Return the floor of a plan that is being laid out."""
        return Floor(
            machines=layout.machines.by_id, rows=layout.row_of, families=layout.family_of, changing=layout.changing,
            waits=waits, sites=layout.sites, from_day=layout.from_day, to_day=layout.to_day, now=now,
        )  # fmt: skip

    def hours(self, machine: Machine | None, location_id: int) -> Hours:
        """Return the working time of a resource, or of a place."""
        own = machine.calendar_id if machine else None
        calendar = own or self.sites.calendar_id(machine.location_id if machine else location_id)
        if calendar not in self._hours:
            self._hours[calendar] = Hours(*self.sites.working(calendar).expand(self.from_day, self.to_day))
        return self._hours[calendar]

    def find_limited(self, resource_id: int | None) -> Machine | None:
        """Return a resource that can be too busy and that the plan counts, None for others."""
        machine = self.machines.get(resource_id or 0)
        return machine if machine and machine.pk in self.rows and machine.is_limited else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    order_id: int
    routing_id: int | None
    step: int
    resource_id: int | None
    seconds: int
    item_id: int
    location_id: int
    start_on: date
    due_on: date
    position: int
    is_begun: bool
    """Work on its order has begun."""
    is_running: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ready:
    """A step that waits for its resource: from when on it could begin, were there nobody else."""

    step: _Step
    at: int
    seconds: int
    family: str

    @property
    def turn(self) -> tuple[object, ...]:
        """What comes first on a resource: what runs, then what can begin first, then what is due first."""
        return not self.step.is_running, self.at, self.step.due_on, self.step.order_id, self.step.position


def read_occupations(floor: Floor, resources: Collection[int] | None = None) -> Columns:
    """Return what the open steps of production orders occupy; of some resources (ids) where they are named.

    A step is ready when those before it would be done if they never waited; on its resource one follows the other in
    the order in which they are ready, on the resource's own working time.
    """
    queues: dict[int, list[_Ready]] = {}
    for _order, steps in groupby(_list_steps(resources), attrgetter("order_id")):
        for one in _list_ready(floor, list(steps)):
            queues.setdefault(one.step.resource_id or 0, []).append(one)
    wanted = sorted(pk for pk in queues if resources is None or pk in resources)
    rows = [row for pk in wanted for row in _lay(floor, floor.machines[pk], queues[pk])]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
    return {name: ints(column) for name, column in zip(COLUMNS, columns, strict=True)}


def list_resources(order_ids: Collection[int]) -> set[int]:
    """Return the resources that some orders still have work for."""
    rows = ProductionStep.objects.filter(order_id__in=order_ids, order__state__in=states.LIVE, resource__isnull=False)
    return set(rows.exclude(state="finished").order_by().values_list("resource_id", flat=True))


def _list_ready(floor: Floor, steps: list[_Step]) -> Iterator[_Ready]:
    """Yield the steps of one order that wait for limited resources, each ready when those before it could be done."""
    first = steps[0]
    at = floor.now
    if not first.is_begun:
        at = max(at, days.midnight(first.start_on, floor.sites.zone(first.location_id)))
    for step in steps:
        wait, family = floor.waits.get((step.routing_id or 0, step.step), (0, ""))
        seconds = max(0, step.seconds - wait)
        machine = floor.find_limited(step.resource_id)
        hours = floor.hours(floor.machines.get(step.resource_id or 0), step.location_id)
        if machine is not None:
            yield _Ready(step=step, at=at, seconds=seconds, family=family)
        at = hours.work(at, seconds + wait) if machine is None else hours.work(hours.work(at, seconds), wait)


def _lay(floor: Floor, machine: Machine, queue: list[_Ready]) -> Iterator[tuple[int, ...]]:
    """Yield when the steps of one resource occupy it; a day's or week's work has no places to wait for."""
    is_bucket, hours = machine.kind in ("day", "week"), floor.hours(machine, machine.location_id)
    free = [floor.now] * max(1, machine.capacity // UNIT)
    for one in sorted(queue, key=attrgetter("turn")):
        begins = hours.open_at(one.at if is_bucket else max(one.at, heapq.heappop(free)))
        ends, step = hours.work(begins, one.seconds), one.step
        if not is_bucket:
            heapq.heappush(free, ends)
        if ends > begins:
            quantity = round(step.seconds / _HOUR * UNIT) if is_bucket else UNIT
            setup = floor.families.get(one.family, -1) if machine.pk in floor.changing else -1
            key, place = int(keys.tag(step.order_id, keys.PRODUCTION)), keys.pair_of(step.item_id, step.location_id)
            yield floor.rows[machine.pk], begins, ends, quantity, setup, key, step.step, place


def _list_steps(resources: Collection[int] | None) -> list[_Step]:
    """Return the steps that are not finished, order by order, with the seconds still to work.

    With `resources` those of all orders that still need one of them: when they are ready depends on the steps before.
    """
    names = (
        "order_id", "order__routing_id", "step", "resource_id", "planned_seconds", "order__scrap", "order__units",
        "order__item_id", "order__location_id", "order__start_on", "order__due_on", "position", "order__state", "state",
    )  # fmt: skip
    rows = ProductionStep.objects.filter(order__state__in=states.LIVE).exclude(state="finished")
    if resources is not None:
        rows = rows.filter(order_id__in=rows.filter(resource_id__in=resources).values("order_id"))
    return [
        _Step(
            order_id=order, routing_id=routing, step=step, resource_id=resource,
            seconds=seconds * max(0, units - scrap) // max(units, 1), item_id=item, location_id=place,
            start_on=start_on, due_on=due_on, position=position, is_begun=begun == "started",
            is_running=state == "running",
        )
        for order, routing, step, resource, seconds, scrap, units, item, place, start_on, due_on, position, begun, state
        in rows.order_by("order_id", "position").values_list(*names)
    ]  # fmt: skip
