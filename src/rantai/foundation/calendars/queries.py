"""Read working time: which days are open, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from rantai.foundation.calendars.models import Calendar
from rantai.kernel.compiled import Compiled

Spans = tuple[tuple[int, int], ...]
_ALL_DAY: Spans = ((0, 86_400),)
_HORIZON_DAYS = 3700
_KEPT_DAYS = 2000


class NeverOpen(ValueError):
    """A calendar in which no working day can be found."""

    def __init__(self, name: str, day: date) -> None:
        self.name, self.day = name, day
        super().__init__(
            _("The calendar %(name)s has no working day within ten years of %(day)s. Give it a shift.")
            % {"name": name, "day": day}
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingDays:
    """The open days and hours of a calendar; pure, so that it can be kept and shared."""

    name: str = ""
    zone: str = "UTC"
    week: tuple[Spans, ...] = (_ALL_DAY,) * 7
    """Open spans of Monday … Sunday, in seconds after local midnight."""
    exceptions: dict[date, Spans] = field(default_factory=dict)
    _sought: dict[tuple[date, int], date] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was looked for: promises ask for the same few days again and again."""

    def spans(self, day: date) -> Spans:
        """Return the open spans of a day."""
        found = self.exceptions.get(day)
        return self.week[day.weekday()] if found is None else found

    def is_open(self, day: date) -> bool:
        """Tell whether any work is done on a day."""
        return bool(self.spans(day))

    def on_or_after(self, day: date) -> date:
        """Return the first open day from `day` on; raises NeverOpen."""
        return self._seek(day, 1)

    def on_or_before(self, day: date) -> date:
        """Return the last open day up to `day`; raises NeverOpen."""
        return self._seek(day, -1)

    def add(self, day: date, days: int) -> date:
        """Return the `days`-th open day after `day`; with 0 the day itself or the next open one."""
        current = self.on_or_after(day) if days == 0 else day
        for _step in range(days):
            current = self.on_or_after(current + timedelta(days=1))
        return current

    def subtract(self, day: date, days: int) -> date:
        """Return the `days`-th open day before `day`; with 0 the day itself or the open one before it."""
        current = self.on_or_before(day) if days == 0 else day
        for _step in range(days):
            current = self.on_or_before(current - timedelta(days=1))
        return current

    def count(self, start: date, end: date) -> int:
        """Return the number of open days in the half-open period from `start` to `end`, negative if it runs back."""
        if end < start:
            return -self.count(end, start)
        return sum(self.is_open(start + timedelta(days=offset)) for offset in range((end - start).days))

    def expand(self, from_day: date, to_day: date) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return starts and ends `(n_spans,)` of the open spans in UTC seconds, half-open, of [from_day, to_day).

        Spans that touch are joined; hours that a clock change skips are not counted, those it repeats are.
        """
        zone = ZoneInfo(self.zone)
        found: list[list[int]] = []
        for offset in range((to_day - from_day).days):
            day = from_day + timedelta(days=offset)
            for starts, ends in self.spans(day):
                start, end = _instant(day, starts, zone), _instant(day, ends, zone)
                if found and found[-1][1] >= start:
                    found[-1][1] = max(found[-1][1], end)
                elif end > start:
                    found.append([start, end])
        spans = np.array(found, dtype=np.int64).reshape(-1, 2)
        return spans[:, 0].copy(), spans[:, 1].copy()

    def _seek(self, day: date, step: int) -> date:
        known = self._sought.get((day, step))
        if known is not None:
            return known
        for offset in range(_HORIZON_DAYS):
            candidate = day + timedelta(days=offset * step)
            if self.is_open(candidate):
                if len(self._sought) >= _KEPT_DAYS:
                    self._sought.clear()
                self._sought[day, step] = candidate
                return candidate
        raise NeverOpen(self.name, day)


EVERY_DAY = WorkingDays()
VERSION = ("revision", "changed_seq", "code")
_VERSIONS = Compiled(lambda calendar_id: Calendar.objects.filter(pk=calendar_id).only(*VERSION))


def get_working_days(calendar_id: int | None) -> WorkingDays:
    """Return the working days of a calendar, kept by its version; None is open every day."""
    if calendar_id is None:
        return EVERY_DAY
    (calendar,) = _VERSIONS.read(calendar_id)
    return recall_working_days(calendar)


def recall_working_days(calendar: Calendar) -> WorkingDays:
    """Return the working days of a calendar whose version (`VERSION`) was read just now, with what names it."""
    return _read(calendar.pk, (calendar.revision, calendar.changed_seq, calendar.code))


def list_calendars() -> QuerySet[Calendar]:
    """Return the calendars in use, by name."""
    return Calendar.objects.filter(archived_at=None).order_by("name")


@lru_cache(maxsize=2000)
def _read(calendar_id: int, _version: tuple[int, int, str]) -> WorkingDays:
    """Read a calendar; its version is part of the key only, so that a change is read anew.

    The code is in it because a database that was emptied gives its ids and revisions out again.
    """
    calendar = Calendar.objects.prefetch_related("shifts", "exceptions").get(pk=calendar_id)
    week: list[list[tuple[int, int]]] = [[] for _weekday in range(7)]
    for shift in calendar.shifts.all():
        week[shift.weekday].append((shift.starts, shift.ends))
    return WorkingDays(
        name=calendar.name,
        zone=calendar.zone,
        week=tuple(tuple(sorted(spans)) for spans in week),
        exceptions={row.day: _exception_spans(row) for row in calendar.exceptions.all()},
    )


def _exception_spans(row: Any) -> Spans:
    return ((row.starts, row.ends),) if row.is_open else ()


def _instant(day: date, seconds: int, zone: ZoneInfo) -> int:
    """Return the UTC second of a local time of day; 86,400 is the next local midnight."""
    moved = day + timedelta(days=seconds // 86_400)
    local = (
        datetime(moved.year, moved.month, moved.day, tzinfo=zone)
        if seconds % 86_400 == 0
        else _local(day, seconds, zone)
    )
    return int(local.timestamp())


def _local(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    hours, rest = divmod(seconds, 3600)
    return datetime(day.year, day.month, day.day, hours, rest // 60, rest % 60, tzinfo=zone)
