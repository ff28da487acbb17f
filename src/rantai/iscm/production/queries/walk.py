"""Say when something could be made from what there is: a walk down bills and routings with infinite capacity.

Pure. It keeps the planner's rule of days, so that promise and plan say the same: a lead time counts working days
after the day on which it starts and is over as its last day begins; operations take working hours; what is finished
within a day can leave on the next. Instants are UTC seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from rantai.foundation.calendars.queries import WorkingDays

Place = tuple[int, int]
"""Item and location."""

MAX_LEVELS = 40
_SCALE = 10_000
_CHUNK_DAYS = 60
_MAX_CHUNKS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One operation of a way to make: working seconds, once and for each base unit, in the hours of its resource."""

    step: int
    fixed_seconds: int
    unit_seconds: float
    hours: WorkingDays

    def seconds(self, units: int) -> int:
        """Return the working seconds for units in 1/10,000."""
        return self.fixed_seconds + round(self.unit_seconds * units / _SCALE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A line of a bill: units of a component for a batch, and what survives of them in 1/10,000."""

    item_id: int
    quantity: int
    batch: int
    yield_share: int = _SCALE
    operation: int = 0
    position: int = 0

    def needed(self, units: int) -> int:
        """Return the component's units for units of the product, rounded up."""
        return -(-units * self.quantity * _SCALE // (self.batch * self.yield_share))


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How an item comes to a location: bought, made there, or moved from elsewhere."""

    kind: str
    source_id: int
    lead_time_days: int
    working: WorkingDays
    zone: str
    supplier_id: int | None = None
    origin_id: int | None = None
    parts: tuple[Part, ...] = ()
    work: tuple[Work, ...] = ()
    bill_id: int | None = None
    routing_id: int | None = None
    late_days: tuple[int, int, int] = (0, 0, 0)
    """Working days late at P50, P80 and P90."""


class Structure(Protocol):
    """What the walk reads."""

    def find_way(self, item_id: int, location_id: int) -> Way | None:
        """Return the first way by which an item comes to a location."""


@dataclass(kw_only=True, slots=True)
class Supply:
    """What is there and what is confirmed to come; it shrinks as the walk uses it."""

    free: dict[Place, int] = field(default_factory=dict)
    arrivals: dict[Place, list[tuple[int, int]]] = field(default_factory=dict)
    """Instant and units, soonest first."""


def make(
    way: Way,
    structure: Structure,
    supply: Supply,
    *,
    location_id: int,
    units: int,
    now: int,
    level: int = 0,
    quantile: int = 0,
) -> int | None:
    """Return the instant at which units could be finished if work began at once; None where a component never comes."""
    ready: dict[int, int] = {}
    for part in way.parts:
        at = arrive(
            structure, supply, item_id=part.item_id, location_id=location_id, units=part.needed(units), now=now,
            level=level + 1, quantile=quantile,
        )  # fmt: skip
        if at is None:
            return None
        step = _step_of(part, way.work)
        ready[step] = max(ready.get(step, now), at)
    instant = max(now, ready.get(0, now))
    if not way.work:
        return _add_days(way, instant, quantile)
    for work in way.work:
        instant = advance(work.hours, max(instant, ready.get(work.step, now)), work.seconds(units))
    return instant


def arrive(
    structure: Structure,
    supply: Supply,
    *,
    item_id: int,
    location_id: int,
    units: int,
    now: int,
    level: int = 0,
    quantile: int = 0,
) -> int | None:
    """Return when so many units can be used at a place: from stock, from what comes, else bought, made or moved."""
    rest, instant = take(supply, (item_id, location_id), units, now)
    if not rest:
        return instant
    way = structure.find_way(item_id, location_id) if level < MAX_LEVELS else None
    if way is None:
        return None
    at: int | None
    if way.kind == "make":
        at = make(way, structure, supply, location_id=location_id, units=rest, now=now, level=level, quantile=quantile)
    elif way.kind == "move" and way.origin_id:
        there = arrive(
            structure,
            supply,
            item_id=item_id,
            location_id=way.origin_id,
            units=rest,
            now=now,
            level=level + 1,
            quantile=quantile,
        )
        at = None if there is None else _add_days(way, there, quantile)
    else:
        at = _add_days(way, now, quantile)
    return None if at is None else max(instant, at)


def plan_back(work: Sequence[Work], *, units: int, due_on: date, zone: str) -> list[date]:
    """Return the latest day on which each operation must begin for the last one to end with a day."""
    instant = midnight(due_on + timedelta(days=1), zone)
    starts: list[date] = []
    for step in reversed(work):
        instant = retreat(step.hours, instant, step.seconds(units))
        starts.append(datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone)).date())
    return starts[::-1]


def advance(hours: WorkingDays, instant: int, seconds: int) -> int:
    """Return the instant at which so much working time has passed; raises NeverOpen with the calendar."""
    if seconds <= 0:
        return instant
    day = _day_at(hours, instant)
    for chunk in range(_MAX_CHUNKS):
        first = day + timedelta(days=chunk * _CHUNK_DAYS - (chunk == 0))
        for start, end in _spans(hours, first, day + timedelta(days=(chunk + 1) * _CHUNK_DAYS)):
            begin = max(start, instant)
            if begin >= end:
                continue
            if end - begin >= seconds:
                return begin + seconds
            seconds -= end - begin
    hours.on_or_after(day + timedelta(days=_MAX_CHUNKS * _CHUNK_DAYS))
    raise AssertionError("a calendar that is open has time")


def retreat(hours: WorkingDays, instant: int, seconds: int) -> int:
    """Return the last instant from which so much working time passes until `instant`."""
    if seconds <= 0:
        return instant
    day = _day_at(hours, instant)
    for chunk in range(_MAX_CHUNKS):
        last = day - timedelta(days=chunk * _CHUNK_DAYS - 2 * (chunk == 0))
        spans = _spans(hours, day - timedelta(days=(chunk + 1) * _CHUNK_DAYS), last)
        for start, end in reversed(list(spans)):
            finish = min(end, instant)
            if finish <= start:
                continue
            if finish - start >= seconds:
                return finish - seconds
            seconds -= finish - start
    hours.on_or_before(day - timedelta(days=_MAX_CHUNKS * _CHUNK_DAYS))
    raise AssertionError("a calendar that is open has time")


def midnight(day: date, zone: str) -> int:
    """Return the UTC second with which a day begins at a place."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def day_of(instant: int, zone: str) -> date:
    """Return the day by whose end something that comes at an instant is there."""
    return datetime.fromtimestamp(instant - 1, UTC).astimezone(ZoneInfo(zone)).date()


def _add_days(way: Way, instant: int, quantile: int) -> int:
    """Return the instant at which a way's lead time is over: as its last working day begins."""
    lead = way.lead_time_days + way.late_days[quantile]
    begins = datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(way.zone)).date()
    day = way.working.add(begins, lead) if lead else begins
    return max(instant, midnight(day, way.zone) + 1)


def take(supply: Supply, place: Place, units: int, now: int) -> tuple[int, int]:
    """Use what is there, then what comes, the soonest first; return what is missing and when the used is there."""
    used = min(units, max(0, supply.free.get(place, 0)))
    if used:
        supply.free[place] -= used
    rest, instant = units - used, now
    coming = supply.arrivals.get(place, [])
    while rest and coming:
        at, count = coming[0]
        taken = min(rest, count)
        rest -= taken
        instant = max(instant, at)
        if taken == count:
            coming.pop(0)
        else:
            coming[0] = (at, count - taken)
    return rest, instant


def _step_of(part: Part, work: Iterable[Work]) -> int:
    return part.operation if any(step.step == part.operation for step in work) else 0


def _day_at(hours: WorkingDays, instant: int) -> date:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(hours.zone)).date()


def _spans(hours: WorkingDays, first: date, last: date) -> Iterable[tuple[int, int]]:
    starts, ends = hours.expand(first, last)
    return zip(starts.tolist(), ends.tolist(), strict=True)
