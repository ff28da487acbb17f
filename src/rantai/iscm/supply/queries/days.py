"""Turn working days into the planner's seconds and back, so that plan and promise say the same dates.

The rule. A lead time counts working days of the source's calendar after the day on which it starts: begun at any
time of a Monday, three days are over on Thursday, and the goods may leave from Friday on. So that the planner's
arithmetic on instants gives exactly this, a working day is one second of working time, at the midnight with which
the day begins at the receiving place. Forward, a start within Monday has Monday's second behind it; backward, a
need at Friday's midnight finds the seconds of Thursday, Wednesday, Tuesday, and starts by the end of Monday.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rantai.foundation.calendars.queries import WorkingDays
from rantai.kernel import clock

Ints = NDArray[np.int64]

TICK = 1
"""Seconds of working time that stand for one working day."""
NEVER = 1 << 60
"""The planner's word for no instant (rantai_engines.planning.tables.NEVER; a test compares them)."""


@lru_cache(maxsize=200_000)
def midnight(day: date, zone: str) -> int:
    """Return the UTC second with which a day begins at a place."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def day_of(instant: int, zone: str) -> date:
    """Return the day by whose end something that comes at `instant` is there: midnight belongs to the day before."""
    return datetime.fromtimestamp(instant - 1, UTC).astimezone(ZoneInfo(zone)).date()


def days_of(instants: Ints, zone: str) -> Ints:
    """Return the same as `day_of` for many instants, as ordinals (`date.toordinal`)."""
    if not len(instants):
        return np.zeros(0, np.int64)
    first, last = day_of(int(instants.min()), zone), day_of(int(instants.max()), zone)
    ordinals = range(first.toordinal(), last.toordinal() + 1)
    begins = np.array([midnight(date.fromordinal(one), zone) for one in ordinals], np.int64)
    found: Ints = np.searchsorted(begins, instants - 1, "right") - 1 + ordinals[0]
    return found


def usable_day(instant: int, zone: str) -> date:
    """Return the first day on which what comes at `instant` can leave: the day after it came."""
    return day_of(instant, zone) + timedelta(days=1)


def expand_days(
    working: WorkingDays, zone: str, *, from_day: date, to_day: date, as_of: datetime, now: int
) -> tuple[Ints, Ints]:
    """Return starts and ends of the seconds that stand for the working days in [from_day, to_day).

    Where the source's zone has another date than the receiving place, its own date says what is still ahead: those
    days' seconds are put right behind `now`, and those of days that it has already are left out.
    """
    today = clock.business_date(as_of, working.zone)
    starts: list[int] = []
    for offset in range((to_day - from_day).days):
        day = from_day + timedelta(days=offset)
        if not working.is_open(day):
            continue
        begins = midnight(day, zone)
        if day > today:
            starts.append(max(begins, now, starts[-1] + TICK if starts else begins))
        elif begins < now:
            starts.append(begins)
    found = np.array(starts, np.int64)
    return found, found + TICK
