"""Name the columns of the arrays that the kernels share, and their types.

One row-major array for each table keeps what is read together in one cache line and the argument lists short. The
kernels are compiled for exactly these types when this package is imported (``_compiling``).
"""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numba import typeof, types
from numpy.typing import NDArray

from rantai_engines.planning._packs import Pack, pack_type

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Net.clock. For questions: EARLIEST, before which nothing that is planned begins; KEEPS 1, nobody's units are taken at
# the asked place although they could be made up by when they are needed.
NOW, HORIZON, MAX_PIECES, LOOP, SPLITS, IS_LIMITED, SHIFTS, EARLIEST, KEEPS = range(9)
# Net.places: one row for each item-location; TARGET (or the step function TARGET_STEPS >= 0 instead of it) is the stock
# that every order brings back; none where targets are filled after all demands. POOL >= 0: places that buy together
UP_TO, FENCE, FIRST_SOURCE, END_SOURCE, AUTOFENCE, SEARCH, TARGET, TARGET_STEPS, POOL, PLACE_COLUMNS = range(10)
# Net.sources, grouped by item-location in order of service
(
    S_PLACE, S_ROW, S_LEAD, S_CALENDAR, S_WALL, S_MINIMUM, S_MULTIPLE, S_MAXIMUM, S_LIMIT, S_FROM, S_TO, S_YIELD,
    S_FIRST_LINE, S_END_LINE, S_FIRST_STEP, S_END_STEP, S_FIXED, S_POST, S_FIRST_CO, S_END_CO, S_FINITE, S_WEIGHT,
    S_KIND, S_PER_UNIT, S_JOIN, SOURCE_COLUMNS,
) = range(26)  # fmt: skip
# Net.lines, grouped by source; L_STEP is a row of Net.steps or -1, L_BIT the line's bit among the source's alternates
(
    L_PLACE, L_PER, L_FIXED, L_KEPT, L_STEP, L_FROM, L_TO, L_GROUP, L_BIT, L_ROW, L_AT_END, L_OFFSET, LINE_COLUMNS,
) = range(13)  # fmt: skip
# Net.co_products, grouped by source
K_PLACE, K_PER, K_FIXED, K_STEP, K_FROM, K_TO, K_ROW, CO_COLUMNS = range(8)
# Net.steps, grouped by source in sequence
T_FIXED, T_CALENDAR, T_FIRST_LOAD, T_END_LOAD, T_ROW, STEP_COLUMNS = range(6)
# Net.loads, grouped by step: those without alternates first (O_GROUP -1), then group by group in order of rank
# O_BY_RANK 1: the first that fits is taken; O_HOLDS 1: kept until the next step begins; O_POINT: when a bucket is
# charged, in 1/1,000,000 of the step's length
(
    O_RESOURCE, O_QUANTITY, O_PER, O_GROUP, O_SETUP, O_FROM, O_TO, O_CALENDAR, O_ROW, O_BY_RANK, O_HOLDS, O_POINT,
    LOAD_COLUMNS,
) = range(13)  # fmt: skip
# Net.resources
(
    R_KIND,
    R_EARLY,
    R_MATRIX,
    R_SETUP,
    R_EFFICIENCY,
    R_FIRST_BUCKET,
    R_END_BUCKET,
    R_MOST,
    R_KEY,
    R_CLOCK,
    RESOURCE_COLUMNS,
) = range(11)
#: State.log
GIVEN, MOVED = -(1 << 40), -(1 << 50)
#: R_CLOCK: the runs of a resource whose loads all work by this calendar stand in its working seconds (-1: in instants),
#: so that a night is no gap and what is free for a step in one piece is found at once.
#: How a resource's load is kept: not at all, as runs of one after the other, as runs with set-ups, as a step profile of
#: what is free, as what is left of each bucket.
INFINITE, SINGLE, SETUPS, COUNTED, BUCKETS = range(5)
# State.segments: where the projected balance of an item-location (then of a counted resource) lies in the pool
G_FIRST, G_ROOM, G_ROWS, G_BUSY = range(4)
# State.orders; a rider has no runs of its own and P_HOST is the order that it makes larger, which counts it in P_RIDERS
# P_OWNER: the demand for which it was planned
(
    P_SOURCE, P_END, P_QUANTITY, P_ALTERNATES, P_RUN, P_RUNS, P_HOST, P_BEFORE, P_RIDERS, P_AIM, P_OWNER, ORDER_COLUMNS,
) = range(12)  # fmt: skip
# State.runs: when a step of an order occupies a resource (N_LOAD -1: the step has no load)
N_STEP, N_LOAD, N_START, N_END, N_ORDER, N_BEFORE, RUN_COLUMNS = range(7)
# State.counters; C_OWNER: the demand that is being served; C_KEEP 1: the log is kept from one demand to the next
(
    C_POOL, C_LOG, C_ORDERS, C_DELIVERIES, C_DELAYS, C_SHORTAGES, C_FULL, C_ASKS, C_RUNS, C_BUSY_POOL, C_SHIFTS,
    C_OWNER, C_KEEP, COUNTERS,
) = range(14)  # fmt: skip
# Asks: what the demand loop works off, one row each
(
    A_DEMAND, A_PLACE, A_QUANTITY, A_AT, A_LATEST, A_MIN_SHIPMENT, A_PARTIAL, A_RIGHT, A_GROUP, A_DONE, ASK_COLUMNS,
) = range(11)  # fmt: skip


class Net(Pack):
    """What does not change while solving (see the column names above).

    setup_seconds: one square for each matrix, from ``setup_first[m]`` on, ``setup_size`` wide, -1 where a change is
    forbidden; row 0 is no state yet, row and column s + 1 are set-up s.
    step_start, step_value: the step functions one after the other, function f in step_offset[f]:step_offset[f + 1].
    """

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
    co_products: Ints
    loads: Ints
    resources: Ints
    setup_seconds: Ints
    step_offset: Ints
    step_start: Ints
    step_value: Ints
    unit_cost: Floats

    FIELDS = (
        "clock",
        "places",
        "sources",
        "lines",
        "steps",
        "unit_seconds",
        "calendar_offset",
        "open_start",
        "open_end",
        "open_before",
        "co_products",
        "loads",
        "resources",
        "setup_seconds",
        "step_offset",
        "step_start",
        "step_value",
        "unit_cost",
    )
    AXES: ClassVar[dict[str, int]] = {
        "places": 2,
        "sources": 2,
        "lines": 2,
        "steps": 2,
        "co_products": 2,
        "loads": 2,
        "resources": 2,
    }
    FLOATS = frozenset({"unit_seconds", "unit_cost"})


class State(Pack):
    """What solving changes; every table but ``segments``, ``busy`` and ``used`` grows and is refilled when full.

    log (what, a, b, c), undone backward: what >= 0 is an entry of the profile (place, time, quantity, 1 or -1 entries);
        -1 - load was taken, GIVEN - load given back (start, amount, end); MOVED - order has moved (old end, old start
        and old end of its runs)
    orders, runs: see the column names above; an order's runs are rows P_RUN to P_RUN + P_RUNS
    busy: where the runs of a resource lie in busy_start, busy_end, busy_setup and busy_change (seconds of set-up in it)
    bucket_left: what is free of each bucket
    reply: the rest of an answer (see ``_doors``)
    last_order: the row of the order last planned of each source, -1 none; P_BEFORE leads on to the one before
    last_run: the same for the runs of each resource and N_BEFORE
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
    runs: Ints
    busy: Ints
    busy_start: Ints
    busy_end: Ints
    busy_setup: Ints
    busy_change: Ints
    bucket_left: Ints
    reply: Ints
    last_order: Ints
    last_run: Ints

    FIELDS = (
        "segments",
        "pool_time",
        "pool_balance",
        "pool_count",
        "used",
        "counters",
        "log",
        "orders",
        "deliveries",
        "delays",
        "shortages",
        "runs",
        "busy",
        "busy_start",
        "busy_end",
        "busy_setup",
        "busy_change",
        "bucket_left",
        "reply",
        "last_order",
        "last_run",
    )
    AXES: ClassVar[dict[str, int]] = {
        "segments": 2,
        "log": 2,
        "orders": 2,
        "deliveries": 2,
        "delays": 2,
        "shortages": 2,
        "runs": 2,
        "busy": 2,
    }


_type_of: Callable[[Any], Any] = typeof
_ONE, _TWO = np.zeros(1, np.int64), np.zeros((1, 1), np.int64)
INT = types.int64
ROW = _type_of(_ONE)
TABLE = _type_of(_TWO)
NET: Any = pack_type(Net)
STATE: Any = pack_type(State)
PAIR: Any = types.UniTuple(INT, 2)
REPLY: Any = types.UniTuple(INT, 4)
