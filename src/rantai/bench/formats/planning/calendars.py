"""Expand a calendar's buckets once: to steps of a value, or to working intervals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rantai.bench.formats.planning.collecting import Thing
from rantai.bench.formats.planning.model import Steps
from rantai.bench.formats.planning.values import (
    BEGINNING,
    DAY,
    END,
    EPOCH,
    UnreadableValue,
    read_duration,
    read_instant,
    read_number,
)

_EVERY_DAY = 127
#: Daily hours are expanded from this long before now; what ran before that has no hours.
_LOOK_BACK = 366 * DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """A stretch of time in which one bucket holds."""

    start: int
    end: int
    bucket_start: int
    priority: float
    value: float


def read_steps(calendar: Thing, *, now: int, is_bucketed: bool = False) -> Steps:
    """Return a calendar's value over time; where buckets count, each keeps its edges though the value is the same.

    The lowest priority number wins. Of equal ones, a bucket takes over when it starts; when it ends, the one with the
    earliest start holds again.
    """
    try:
        default = read_number(calendar.fields.get("default") or "0")
    except UnreadableValue as error:
        calendar.complain("default", error)
        default = 0.0
    spans: list[_Span] = []
    for bucket in calendar.list_parts("bucket"):
        try:
            spans += _list_spans(bucket, now=now)
        except UnreadableValue as error:
            calendar.complain("buckets", error)
    edges = sorted({BEGINNING, *(max(span.start, BEGINNING) for span in spans), *(span.end for span in spans)})
    opens = sorted(spans, key=lambda span: span.start)
    active: list[_Span] = []
    holds: _Span | None = None
    times: list[int] = []
    values: list[float] = []
    following = 0
    for edge in edges:
        active = [span for span in active if span.end > edge]
        while following < len(opens) and opens[following].start <= edge:
            if opens[following].end > edge:
                active.append(opens[following])
            following += 1
        holds = _choose(active, holds, edge)
        value = holds.value if holds else default
        if is_bucketed or not values or value != values[-1]:
            times.append(edge)
            values.append(value)
    return Steps(times=tuple(times), values=tuple(values))


def intersect(calendars: list[Steps]) -> Steps | None:
    """Return where all calendars are above zero, as steps of 1 and 0; None when there is no calendar."""
    if len(calendars) <= 1:
        return calendars[0] if calendars else None
    edges = sorted({time for steps in calendars for time in steps.times})
    iterators = [_Reader(steps) for steps in calendars]
    values = tuple(float(all(reader.read(edge) > 0 for reader in iterators)) for edge in edges)
    return Steps(times=tuple(edges), values=values)


def list_open(steps: Steps) -> list[tuple[int, int]]:
    """Return the disjoint intervals in which a calendar is above zero."""
    found: list[tuple[int, int]] = []
    for start, end, value in steps.list_spans():
        if value > 0 and end > start:
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
    return found


def advance(calendars: list[Steps], start: int, seconds: int) -> int:
    """Return when working time that starts at an instant is over; in hours that never come it runs round the clock."""
    steps = intersect(calendars)
    left, end = seconds, start
    for opens, closes in list_open(steps) if steps is not None and seconds > 0 else []:
        if closes > start:
            begins = max(opens, start)
            left, end = left - min(closes - begins, left), begins + min(closes - begins, left)
        if left == 0:
            return end
    return end + left


def go_back(calendars: list[Steps], end: int, seconds: int) -> int:
    """Return when working time must start that is over at an instant."""
    steps = intersect(calendars)
    left, start = seconds, end
    for opens, closes in reversed(list_open(steps)) if steps is not None and seconds > 0 else []:
        if opens < end:
            stops = min(closes, end)
            left, start = left - min(stops - opens, left), stops - min(stops - opens, left)
        if left == 0:
            return start
    return start - left


class _Reader:
    """Reads steps at instants that only rise."""

    def __init__(self, steps: Steps) -> None:
        self._steps, self._row = steps, 0

    def read(self, instant: int) -> float:
        while self._row + 1 < len(self._steps.times) and self._steps.times[self._row + 1] <= instant:
            self._row += 1
        return self._steps.values[self._row]


def _choose(active: list[_Span], holds: _Span | None, edge: int) -> _Span | None:
    if not active:
        return None
    lowest = min(span.priority for span in active)
    best = [span for span in active if span.priority == lowest]
    fresh = [span for span in best if max(span.start, BEGINNING) == edge]
    if fresh:
        return max(fresh, key=lambda span: span.bucket_start)
    return holds if holds in best else min(best, key=lambda span: span.bucket_start)


def _list_spans(bucket: Thing, *, now: int) -> list[_Span]:
    start = _instant(bucket, "start", BEGINNING)
    end = _instant(bucket, "end", END)
    value = read_number(bucket.fields.get("value") or "0")
    priority = read_number(bucket.fields.get("priority") or "0")
    days = int(read_number(bucket.fields.get("days") or str(_EVERY_DAY)))
    opens = round(read_duration(bucket.fields.get("starttime") or "PT0H"))
    closes = round(read_duration(bucket.fields.get("endtime") or "PT24H"))
    if days == _EVERY_DAY and opens == 0 and closes >= DAY - 1:
        return [_Span(start=start, end=end, bucket_start=start, priority=priority, value=value)] if end > start else []
    first = max(start, now - _LOOK_BACK) // DAY
    found = []
    for day in range(first, -(-min(end, END) // DAY)):
        begins, ends = max(day * DAY + opens, start), min(day * DAY + closes, end)
        if begins < ends and days >> _weekday(day) & 1:
            found.append(_Span(start=begins, end=ends, bucket_start=start, priority=priority, value=value))
    return found


def _weekday(day: int) -> int:
    """Count the days of the week from Sunday."""
    return (EPOCH + dt.timedelta(days=day)).isoweekday() % 7


def _instant(bucket: Thing, name: str, default: int) -> int:
    text = bucket.fields.get(name)
    return min(max(read_instant(text), BEGINNING), END) if text else default
