"""Time enters here, at the edge, and is passed down as `as_of` or `now`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_shift: ContextVar[timedelta] = ContextVar("shift", default=timedelta())


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC) + _shift.get()


@contextmanager
def pretending(instant: datetime) -> Iterator[None]:
    """Let the clock of this thread run on from `instant`: for the demonstration, whose past happens in a minute."""
    token = _shift.set(instant - datetime.now(UTC))
    try:
        yield
    finally:
        _shift.reset(token)


def business_date(instant: datetime, zone: str) -> date:
    """Return the calendar date of `instant` in a company's or location's zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def read_business_date(text: str, zone: str) -> date:
    """Return the day of an instant (as the turn names it) or a date, in a zone; today where none is named."""
    if not text:
        return business_date(now(), zone)
    moment = datetime.fromisoformat(text)
    return business_date(moment, zone) if moment.tzinfo else moment.date()
