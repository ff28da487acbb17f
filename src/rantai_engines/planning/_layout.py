"""Name the columns of the arrays that the kernels share, and their types.

One row-major array for each table keeps what is read together in one cache line and the argument lists short. The
kernels are compiled for exactly these types when this package is imported: Numba can neither cache a self-recursive
function whose types it must infer (the second process dies) nor one that calls back through another.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import njit, typeof, types
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Net.clock
NOW, HORIZON, MAX_PIECES = range(3)
# Net.places: one row for each item-location
UP_TO, FENCE, FIRST_SOURCE, END_SOURCE = range(4)
# Net.sources, grouped by item-location in order of service
(
    S_PLACE, S_ROW, S_LEAD, S_CALENDAR, S_WALL, S_MINIMUM, S_MULTIPLE, S_MAXIMUM, S_LIMIT, S_FROM, S_TO, S_YIELD,
    S_FIRST_LINE, S_END_LINE, S_FIRST_STEP, S_END_STEP, SOURCE_COLUMNS,
) = range(17)  # fmt: skip
# Net.lines, grouped by source; L_STEP is a row of Net.steps or -1, L_BIT the line's bit among the source's alternates
L_PLACE, L_PER, L_FIXED, L_KEPT, L_STEP, L_FROM, L_TO, L_GROUP, L_BIT, L_ROW, LINE_COLUMNS = range(11)
# Net.steps, grouped by source in sequence
T_FIXED, T_CALENDAR = range(2)
# State.segments: where the projected balance of an item-location lies in the pool
G_FIRST, G_ROOM, G_ROWS, G_BUSY = range(4)
# State.counters
C_POOL, C_LOG, C_ORDERS, C_DELIVERIES, C_DELAYS, C_SHORTAGES, C_FULL, C_ASKS = range(8)
# Asks: what the demand loop works off, one row each
A_DEMAND, A_PLACE, A_QUANTITY, A_AT, A_LATEST, A_MIN_SHIPMENT, A_PARTIAL, ASK_COLUMNS = range(8)


class Net(NamedTuple):
    """What does not change while solving (see the column names above)."""

    clock: Ints
    places: Ints
    sources: Ints
    lines: Ints
    steps: Ints
    unit_seconds: Floats
    calendar_offset: Ints
    open_start: Ints
    open_end: Ints
    open_before: Ints


class State(NamedTuple):
    """What solving changes; every table but ``segments`` and ``used`` grows and is refilled when full.

    log (place, time, quantity) · orders (source, end, quantity, bits of the alternates taken)
    deliveries (demand, time, quantity) · delays (demand, quantity, since, until, cause, subject)
    shortages (demand, quantity, cause, subject, until)
    """

    segments: Ints
    pool_time: Ints
    pool_balance: Ints
    pool_count: Ints
    used: Ints
    counters: Ints
    log: Ints
    orders: Ints
    deliveries: Ints
    delays: Ints
    shortages: Ints


_type_of: Callable[[Any], Any] = typeof
_ONE, _TWO = np.zeros(1, np.int64), np.zeros((1, 1), np.int64)
INT = types.int64
ROW = _type_of(_ONE)
TABLE = _type_of(_TWO)
NET = _type_of(Net(_ONE, _TWO, _TWO, _TWO, _TWO, np.zeros(1), _ONE, _ONE, _ONE, _ONE))
STATE = _type_of(State(_TWO, _ONE, _ONE, _ONE, _ONE, _ONE, _TWO, _TWO, _TWO, _TWO, _TWO))
REPLY: Any = types.UniTuple(INT, 4)

F = TypeVar("F", bound=Callable[..., Any])


def compiled(signature: Any) -> Callable[[F], F]:
    """Compile for one signature, cached, without the interpreter's lock.

    Nothing so compiled may allocate or slice: reference counts are off, because counting the twenty arrays of Net and
    State at every call took more than half of the time.
    """
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    decorate: Callable[[F], F] = njit(signature, **options)
    return decorate
