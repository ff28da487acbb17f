"""State what limits how much can run at once: resources, their loads, set-ups and what already occupies them.

Units as in ``problem``: quantities int64 in 1/10,000 (``UNIT`` = one machine, one head), instants int64 seconds since
the epoch, durations int64 seconds, -1 for none.
"""

# ruff: noqa: RUF009  (column() gives a dataclasses.field, made anew at each call)

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rantai_engines.planning.tables import NEVER, QUANTITY_LIMIT, InvalidProblem, build, column

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: One base unit, one machine.
UNIT = 10_000
_PPM = 1_000_000


class ResourceKind(IntEnum):
    """How a resource limits.

    INFINITE never does. FINITE: what runs at one instant is at most its maximum. BUCKET: what is loaded between two
    steps of its maximum is at most the value of the first, wherever in between it starts.
    """

    INFINITE = 0
    FINITE = 1
    BUCKET = 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class StepFunctions:
    """Values that change at instants: function f is value[i] from start[i] to start[i + 1].

    i runs over offset[f]:offset[f + 1]; starts rise within a function; the value is 0 before the first start, and the
    last one holds for ever. Values are quantities in 1/10,000.
    """

    offset: Ints
    start: Ints
    value: Ints

    def __len__(self) -> int:
        return len(self.offset) - 1


def no_step_functions() -> StepFunctions:
    """Give the table for a company whose limits never change."""
    return StepFunctions(offset=np.zeros(1, np.int64), start=np.zeros(0, np.int64), value=np.zeros(0, np.int64))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Loads:
    """What a step occupies of a resource from its start to its end, set-up included, whatever the order's quantity.

    Loads of one operation with the same ``group`` >= 0 are alternates by ``rank``: the one that is free latest is
    taken, or with ``by_rank`` the first that is free at all. ``setup`` is the state that the resource must be in (-1:
    any, and the state stays). A load occupies ``quantity`` for each order plus ``quantity_per`` (1/1,000,000) for each
    started unit. A BUCKET resource is charged in the bucket of the instant that lies ``point_ppm`` of the step's length
    behind its start. ``is_held``: the resource stays with the order until its next step begins.
    """

    operation: Ints = column(low=0, refers_to="Operations")
    resource: Ints = column(low=0, refers_to="Resources")
    quantity: Ints = column(UNIT, low=0, high=QUANTITY_LIMIT)
    quantity_per: Ints = column(0, low=0, high=4 * 10**12)
    group: Ints = column(-1, low=-1)
    rank: Ints = column(1)
    setup: Ints = column(-1, low=-1)
    effective_from: Ints = column(-NEVER)
    effective_to: Ints = column(NEVER)
    by_rank: Bools = column(0, low=0, high=1, dtype="bool")
    is_held: Bools = column(0, low=0, high=1, dtype="bool")
    point_ppm: Ints = column(0, low=0, high=_PPM)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Resources:
    """What limits how much can run at once.

    ``maximum`` holds always, or the step function ``maximum_steps`` >= 0 instead of it. ``efficiency_ppm`` divides
    the working time of a step (alternates: of the resource chosen). ``max_early``: a step ends later than the asked
    end minus so many seconds. ``setup_matrix`` and ``setup``: the matrix and the state at ``now``; set-ups are planned
    where loads are so large that one runs at a time: where two fit side by side, nobody knows whose state it is.
    ``calendar``: the resource works only then, besides the calendar of the operation.
    """

    key: Ints = column()
    calendar: Ints = column(-1, low=-1, refers_to="Calendars")
    maximum: Ints = column(UNIT, low=0, high=QUANTITY_LIMIT)
    kind: Ints = column(0, low=0, high=2)
    max_early: Ints = column(8_640_000, low=0)
    maximum_steps: Ints = column(-1, low=-1, refers_to="StepFunctions")
    efficiency_ppm: Ints = column(_PPM, low=1)
    setup_matrix: Ints = column(-1, low=-1)
    setup: Ints = column(-1, low=-1)
    cost_per_hour: Floats = column(0, low=0, high=1e18, dtype="float64")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SetupTimes:
    """Seconds to change a resource with this matrix from one state to another (``from_setup`` -1: no state yet).

    The same state needs no time. A change without a row is forbidden.
    """

    matrix: Ints = column(low=0)
    from_setup: Ints = column(low=-1)
    to_setup: Ints = column(low=0)
    seconds: Ints = column(0, low=0)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Occupations:
    """What open released orders occupy of a resource; the planner plans around it."""

    resource: Ints = column(low=0, refers_to="Resources")
    start: Ints = column()
    end: Ints = column()
    quantity: Ints = column(UNIT, low=0, high=QUANTITY_LIMIT)
    setup: Ints = column(-1, low=-1)


def no_setup_times() -> SetupTimes:
    return build(SetupTimes, {})


def no_occupations() -> Occupations:
    return build(Occupations, {})


def check_step_functions(functions: StepFunctions) -> None:
    """Name the first step function that does not rise in time."""
    offset, start = functions.offset, functions.start
    if not len(offset) or offset[0] != 0 or offset[-1] != len(start) or (np.diff(offset) < 0).any():
        raise InvalidProblem("StepFunctions", "offset", -1, f"must rise from 0 to {len(start)}")
    if len(start) != len(functions.value):
        raise InvalidProblem(
            "StepFunctions", "value", -1, f"has {len(functions.value)} rows where start has {len(start)}"
        )
    behind = np.zeros(len(start), np.bool_)
    behind[1:] = start[1:] <= start[:-1]
    behind[offset[:-1][offset[:-1] < len(start)]] = False
    if behind.any():
        raise InvalidProblem("StepFunctions", "start", int(np.argmax(behind)), "is not after the step before it")
    if (functions.value < 0).any():
        raise InvalidProblem("StepFunctions", "value", int(np.argmax(functions.value < 0)), "is negative")
