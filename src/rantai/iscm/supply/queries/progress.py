"""Say when the steps that open production orders still have will occupy their resources."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from rantai.iscm.production import states
from rantai.iscm.production.models import ProductionStep
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.limits import UNIT, Layout, Machine
from rantai.iscm.supply.queries.needs import Columns, ints
from rantai.iscm.supply.queries.sites import Sites

_HOUR = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    order_id: int
    routing_id: int | None
    step: int
    resource_id: int | None
    seconds: int
    location_id: int
    start_on: date


class Clock:
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


def read_occupations(
    layout: Layout, sites: Sites, waits: Mapping[tuple[int, int], tuple[int, str]], *, now: int
) -> Columns:
    """Return what the open steps of production orders occupy, the order that is due first placed first.

    A step begins when the one before it is done and its resource has room, on its own working time. `waits` gives
    by routing and step the seconds of waiting after it and its family.
    """
    hours: dict[int | None, Clock] = {}
    free: dict[int, list[int]] = {}
    rows: list[tuple[int, ...]] = []
    order_id, ready = 0, now
    for step in _list_steps():
        if step.order_id != order_id:
            order_id, ready = step.order_id, max(now, days.midnight(step.start_on, sites.zone(step.location_id)))
        wait, family = waits.get((step.routing_id or 0, step.step), (0, ""))
        seconds = max(0, step.seconds - wait)
        machine = layout.machines.by_id.get(step.resource_id or 0)
        calendar = _calendar_of(machine, step.location_id, sites)
        if calendar not in hours:
            hours[calendar] = Clock(*sites.working(calendar).expand(layout.from_day, layout.to_day))
        clock = hours[calendar]
        if machine is None or machine.pk not in layout.row_of or not machine.is_limited:
            ready = clock.work(ready, seconds + wait)
            continue
        begins = clock.open_at(max(ready, _take_lane(free, machine, now)))
        ends = clock.work(begins, seconds)
        heapq.heappush(free[machine.pk], ends)
        ready = clock.work(ends, wait)
        if ends > begins:
            rows.append(_occupy(layout, machine, step, begins, ends, family))
    names = ("resource", "start", "end", "quantity", "setup", "order_key", "step")
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {name: ints(column) for name, column in zip(names, columns, strict=True)}


def _calendar_of(machine: Machine | None, location_id: int, sites: Sites) -> int | None:
    if machine and machine.calendar_id:
        return machine.calendar_id
    return sites.calendar_id(machine.location_id if machine else location_id)


def _take_lane(free: dict[int, list[int]], machine: Machine, now: int) -> int:
    """Return when one of the places of a resource is free, and take it; a day's or week's work has no places."""
    if machine.pk not in free:
        places = 1 if machine.kind != "finite" else max(1, machine.capacity // UNIT)
        free[machine.pk] = [now] * places
    at = heapq.heappop(free[machine.pk])
    return now if machine.kind != "finite" else at


def _occupy(layout: Layout, machine: Machine, step: _Step, begins: int, ends: int, family: str) -> tuple[int, ...]:
    is_bucket = machine.kind in ("day", "week")
    quantity = round(step.seconds / _HOUR * UNIT) if is_bucket else UNIT
    setup = layout.family(machine.pk, family)
    key = int(keys.tag(step.order_id, keys.PRODUCTION))
    return layout.row_of[machine.pk], begins, ends, quantity, setup, key, step.step


def _list_steps() -> list[_Step]:
    """Return the steps that are not finished, by due date, order and position, with the seconds still to work."""
    names = (
        "order_id", "order__routing_id", "step", "resource_id", "planned_seconds", "good", "scrap", "order__units",
        "order__location_id", "order__start_on",
    )  # fmt: skip
    rows = ProductionStep.objects.filter(order__state__in=states.LIVE).exclude(state="finished")
    found = rows.order_by("order__due_on", "order_id", "position").values_list(*names)
    return [
        _Step(
            order_id=order, routing_id=routing, step=step, resource_id=resource,
            seconds=seconds * max(0, units - good - scrap) // max(units, 1), location_id=place, start_on=start_on,
        )
        for order, routing, step, resource, seconds, good, scrap, units, place, start_on in found
    ]  # fmt: skip
