"""State what is free to promise, what is asked, and how late sources have been, as frozen columns.

Units: quantities int64 in 1/10,000 of the item's base unit, instants int64 seconds since the epoch. Rows may stand in
any order; keys decide between equals.
"""

# ruff: noqa: RUF009  (column() gives a dataclasses.field, made anew at each call)

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning.tables import NEVER, QUANTITY_LIMIT, InvalidProblem, build, check, column

__all__ = ["NEVER", "InvalidProblem", "build"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Slots:
    """Supply by item-location and instant: on-hand (at now) and scheduled receipts, with what is promised of it."""

    key: Ints = column()
    item_location: Ints = column(low=0)
    time: Ints = column()
    available: Ints = column(low=0, high=QUANTITY_LIMIT)
    promised: Ints = column(0, low=0, high=QUANTITY_LIMIT)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Committed:
    """Demand that holds units without naming a slot (a promise of the plan, a safety stock that may not be sold)."""

    item_location: Ints = column(low=0)
    time: Ints = column()
    quantity: Ints = column(low=0, high=QUANTITY_LIMIT)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lines:
    """What is asked; ``rank`` then ``key`` is the order of service, ``partial`` whether slices are welcome."""

    key: Ints = column()
    item_location: Ints = column(low=0)
    wanted_at: Ints = column()
    quantity: Ints = column(low=0, high=QUANTITY_LIMIT)
    rank: Ints = column(0)
    partial: Bools = column(0, low=0, high=1, dtype="bool")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AtpProblem:
    """An available-to-promise question at ``now``; slots and commitments of the past count as now.

    Raises
    ------
    InvalidProblem : a column of the wrong shape, dtype or range, a key that stands twice, a slot promised over.
    """

    now: int
    slots: Slots
    committed: Committed
    lines: Lines

    def __post_init__(self) -> None:
        for table in (self.slots, self.committed, self.lines):
            check(table, sizes={})
        over = self.slots.promised > self.slots.available
        if over.any():
            row = int(np.argmax(over))
            text = f"{self.slots.promised[row]} is over the {self.slots.available[row]} available"
            raise InvalidProblem("Slots", "promised", row, text)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lateness:
    """Working days that deliveries of each source came late (negative: early), and the working days to count in.

    CSR: the observations of source s are ``days[offset[s]:offset[s + 1]]``, in any order. ``day_start`` holds the first
    instant of every working day of calendar c in ``day_offset[c]:day_offset[c + 1]``, rising; ``calendar[s]`` is the
    source's calendar, -1 for every day.
    """

    offset: Ints
    days: Floats
    calendar: Ints
    day_offset: Ints
    day_start: Ints

    def __post_init__(self) -> None:
        for name, offset, rows in (("offset", self.offset, self.days), ("day_offset", self.day_offset, self.day_start)):
            if not len(offset) or offset[0] != 0 or offset[-1] != len(rows) or (np.diff(offset) < 0).any():
                raise InvalidProblem("Lateness", name, -1, f"must rise from 0 to {len(rows)}")
        if len(self.calendar) != len(self.offset) - 1:
            raise InvalidProblem(
                "Lateness", "calendar", -1, f"needs one row for each of {len(self.offset) - 1} sources"
            )
        if not np.isfinite(self.days).all():
            raise InvalidProblem("Lateness", "days", int(np.argmax(~np.isfinite(self.days))), "is not a number of days")
        if len(self.calendar) and (self.calendar.max() >= len(self.day_offset) - 1 or self.calendar.min() < -1):
            raise InvalidProblem("Lateness", "calendar", -1, f"there are {len(self.day_offset) - 1} calendars")
