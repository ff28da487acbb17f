"""Keep calendars: shifts of the week, days that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rantai.foundation import events
from rantai.foundation.calendars.models import Calendar, CalendarException, Shift
from rantai.kernel import audit, changes, outbox, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

OFFICE = (8 * 3600, 17 * 3600)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftRow:
    """Working time of a weekday, 0 Monday … 6 Sunday, in seconds after local midnight."""

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionRow:
    """A day with other hours than its weekday."""

    day: date
    is_open: bool = False
    starts: int = 0
    ends: int = 86_400
    name: str = ""


def weekdays(*, days: Sequence[int] = range(5), starts: int = OFFICE[0], ends: int = OFFICE[1]) -> tuple[ShiftRow, ...]:
    """Return the same hours for several weekdays, by default Monday to Friday."""
    return tuple(ShiftRow(weekday=day, starts=starts, ends=ends) for day in days)


def add_calendar(
    code: str, *, name: str, zone: str, shifts: Sequence[ShiftRow] = weekdays(),
    exceptions: Sequence[ExceptionRow] = (),
    by: str = "system",
) -> Calendar:  # fmt: skip
    """Add a calendar, by default Monday to Friday, eight to five."""
    require_transaction()
    calendar = Calendar.objects.create(code=code, name=name, zone=zone, changed_seq=changes.next_change())
    _replace_hours(calendar, shifts, exceptions)
    audit.record(DocRef("calendar", calendar.pk), action="added", by=by)
    outbox.record(events.CalendarChanged(calendar_id=calendar.pk))
    return calendar


def edit_calendar(
    calendar: Calendar, *, values: Mapping[str, object], shifts: Sequence[ShiftRow],
    exceptions: Sequence[ExceptionRow], expected_revision: int, by: str,
) -> Calendar:  # fmt: skip
    """Replace name, zone and hours of a calendar; raises RevisionConflict."""
    revisions.take(calendar, expected=expected_revision, changed_seq=changes.next_change(), **values)
    _replace_hours(calendar, shifts, exceptions)
    audit.record(DocRef("calendar", calendar.pk), action="changed", by=by)
    outbox.record(events.CalendarChanged(calendar_id=calendar.pk))
    return calendar


def _replace_hours(calendar: Calendar, shifts: Sequence[ShiftRow], exceptions: Sequence[ExceptionRow]) -> None:
    Shift.objects.filter(calendar=calendar).delete()
    CalendarException.objects.filter(calendar=calendar).delete()
    Shift.objects.bulk_create(
        [Shift(calendar=calendar, weekday=row.weekday, starts=row.starts, ends=row.ends) for row in shifts]
    )
    CalendarException.objects.bulk_create(
        [
            CalendarException(
                calendar=calendar, day=row.day, is_open=row.is_open, starts=row.starts, ends=row.ends, name=row.name
            )
            for row in exceptions
        ]
    )
