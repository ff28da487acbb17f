"""Time enters here, at the edge, and is passed down as `as_of` or `now`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def business_date(instant: datetime, zone: str) -> date:
    """Return the calendar date of `instant` in a company's or location's zone."""
    return instant.astimezone(ZoneInfo(zone)).date()
