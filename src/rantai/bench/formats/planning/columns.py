"""Gather the rows of the engine's tables one by one; a column that no row names keeps the engine's default."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from rantai.bench.formats.planning.calendars import intersect, list_open
from rantai.bench.formats.planning.model import Steps
from rantai.bench.formats.planning.values import nearest
from rantai_engines.planning.problem import NEVER, PER_SCALE, UNIT, Calendars, StepFunctions, build

T = TypeVar("T")
#: What the engine takes for the largest quantity of one row.
_MOST = 10**15
#: And for the most of one thing in a unit of another, for a share and for the seconds of a unit.
_MOST_PER, MOST_WEIGHT, MOST_SECONDS = 4 * 10**12, 1e9, 1e12


class Rows:
    """The rows of one table; every row names the same columns."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, **values: Any) -> int:
        """Add a row and return its number."""
        if not self._columns:
            self._columns = {name: [] for name in values}
        for name, column in self._columns.items():
            column.append(values[name])
        self._count += 1
        return self._count - 1

    def list_rows(self) -> list[dict[str, Any]]:
        """Return the rows, each by the names of its columns."""
        return [{name: column[row] for name, column in self._columns.items()} for row in range(self._count)]

    def build(self, table: type[T]) -> T:
        """Return the engine's table."""
        return build(table, {name: np.array(column) for name, column in self._columns.items()})


class Timetable:
    """The calendars and step functions of a problem, each kept once."""

    def __init__(self) -> None:
        self._calendars: dict[tuple[tuple[int, int], ...], int] = {}
        self._functions: dict[Steps, int] = {}

    def add_calendar(self, calendars: list[Steps]) -> int:
        """Return the number of the calendar in which all the given ones are open, -1 where there is none."""
        if not calendars:
            return -1
        steps = intersect(calendars)
        intervals = tuple(list_open(steps)) if steps is not None else ()
        return self._calendars.setdefault(intervals, len(self._calendars))

    def add_steps(self, steps: Steps) -> int:
        """Return the number of a step function."""
        return self._functions.setdefault(steps, len(self._functions))

    def build_calendars(self) -> Calendars:
        """Return the engine's calendars."""
        each = list(self._calendars)
        flat = np.array([interval for intervals in each for interval in intervals], np.int64).reshape(-1, 2)
        return Calendars(offset=_offsets(each), start=flat[:, 0].copy(), end=flat[:, 1].copy())

    def build_functions(self) -> StepFunctions:
        """Return the engine's step functions."""
        each = list(self._functions)
        times = np.array([time for steps in each for time in steps.times], np.int64)
        values = np.array([units(value) for steps in each for value in steps.values], np.int64)
        return StepFunctions(offset=_offsets([steps.times for steps in each]), start=times, value=values)


def units(quantity: float) -> int:
    """Return a quantity in the engine's 1/10,000; nothing is below zero."""
    return max(nearest(min(quantity * UNIT, _MOST)), 0)


def per(quantity: float) -> int:
    """Return a quantity per unit in the engine's 1/1,000,000."""
    return max(nearest(min(quantity * PER_SCALE, _MOST_PER)), 0)


def limit(quantity: float) -> int:
    """Return a maximum in the engine's units, 0 where there is none."""
    return 0 if quantity >= _MOST / UNIT else units(quantity)


def sizes(minimum: float, multiple: float, maximum: float) -> dict[str, int]:
    """Return the columns of lot sizes; a maximum below the minimum gives way to it."""
    least, most = units(minimum), limit(maximum)
    return {"minimum": least, "multiple": units(multiple), "maximum": max(most, least) if most else 0}


def last_end(until: int, *, forever: int) -> int:
    """Return the end of effect of a source: what ends exactly at ``until`` is still given, so it is a second later."""
    return NEVER if until >= forever else until + 1


def never_after(instant: int, *, forever: int) -> int:
    """Return an end of effect, NEVER where it is the end of the model's time."""
    return NEVER if instant >= forever else instant


def _offsets(rows: list[tuple[Any, ...]]) -> Any:
    return np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
