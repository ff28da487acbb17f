"""Keep the projected balance of every item-location as sorted rows, with an undo log.

A row holds the balance from its instant on. Supplies and withdrawals of one instant share a row; a row whose last
entry is undone disappears, so trials leave nothing behind. Flat rows beat every tree up to some ten thousand rows
in one item-location, which is more than the longest of our models has.
"""

from numba import types

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    C_FULL,
    C_POOL,
    G_FIRST,
    G_ROOM,
    G_ROWS,
    INT,
    NET,
    REPLY,
    STATE,
    TARGET,
    TARGET_STEPS,
    Net,
    State,
)
from rantai_engines.planning._rows import close_row, first_below_zero, least_of, open_row, raise_rows
from rantai_engines.planning._worktime import first_at_least
from rantai_engines.planning.tables import NEVER


@compiled(types.boolean(STATE, INT))
def _make_room(st: State, place: int) -> bool:
    """Move a full segment to the pool's end with twice the room; false (and the full mark) when the pool is full."""
    first, room = st.segments[place, G_FIRST], st.segments[place, G_ROOM]
    to, new_room = st.counters[C_POOL], max(2 * room, 4)
    if to + new_room > len(st.pool_time):
        st.counters[C_FULL] = 1
        return False
    for k in range(room):
        st.pool_time[to + k] = st.pool_time[first + k]
        st.pool_balance[to + k] = st.pool_balance[first + k]
        st.pool_count[to + k] = st.pool_count[first + k]
    st.counters[C_POOL] = to + new_room
    st.segments[place, G_FIRST], st.segments[place, G_ROOM] = to, new_room
    return True


@short(INT(STATE, INT, INT))
def row_at(st: State, place: int, t: int) -> int:
    """Give the pool row of the first entry at or after ``t`` (one past the last when there is none)."""
    first = st.segments[place, G_FIRST]
    end = first + st.segments[place, G_ROWS]
    return first_at_least(st.pool_time, first, end, t)


@compiled(types.boolean(STATE, INT, INT, INT, INT))
def add(st: State, place: int, t: int, quantity: int, entries: int) -> bool:
    """Change the balance from ``t`` on; ``entries`` is 1 for an entry and -1 for undoing one."""
    i = row_at(st, place, t)
    end = st.segments[place, G_FIRST] + st.segments[place, G_ROWS]
    if i == end or st.pool_time[i] != t:
        if st.segments[place, G_ROWS] == st.segments[place, G_ROOM]:
            offset = i - st.segments[place, G_FIRST]
            if not _make_room(st, place):
                return False
            i = st.segments[place, G_FIRST] + offset
        first = st.segments[place, G_FIRST]
        end = first + st.segments[place, G_ROWS]
        open_row(st.pool_time, i, end)
        open_row(st.pool_balance, i, end)
        open_row(st.pool_count, i, end)
        st.pool_time[i] = t
        st.pool_balance[i] = st.pool_balance[i - 1] if i > first else 0
        st.pool_count[i] = 0
        st.segments[place, G_ROWS] += 1
        end += 1
    raise_rows(st.pool_balance, i, end, quantity)
    st.pool_count[i] += entries
    if st.pool_count[i] == 0:
        close_row(st.pool_time, i, end)
        close_row(st.pool_balance, i, end)
        close_row(st.pool_count, i, end)
        st.segments[place, G_ROWS] -= 1
    return True


@compiled(types.boolean(STATE, INT, INT, INT, INT, INT))
def add_span(st: State, place: int, start: int, end: int, quantity: int, entries: int) -> bool:
    """Change the balance from ``start`` until ``end`` alone; false, with nothing changed, when the pool is full."""
    if end <= start:
        return True
    if not add(st, place, start, quantity, entries):
        return False
    if not add(st, place, end, -quantity, entries):
        add(st, place, start, -quantity, -entries)
        return False
    return True


@compiled(INT(STATE, INT, INT, INT, INT))
def last_below(st: State, place: int, start: int, end: int, least: int) -> int:
    """Give from when on the balance is below ``least`` where it last is so between start and end, NEVER if nowhere."""
    first = st.segments[place, G_FIRST]
    i = row_at(st, place, end) - 1
    while i >= first and st.pool_balance[i] >= least:
        if st.pool_time[i] <= start:
            return NEVER
        i -= 1
    if i < first:
        return -NEVER if least > 0 else NEVER
    while i > first and st.pool_balance[i - 1] < least:
        i -= 1
    return int(st.pool_time[i]) if st.pool_balance[first] >= least or i > first else -NEVER


@compiled(INT(STATE, INT, INT, INT, INT))
def first_enough(st: State, place: int, start: int, end: int, least: int) -> int:
    """Give when the first stretch below ``least`` that touches start to end is over, -NEVER when there is none.

    NEVER when the balance stays below.
    """
    first = st.segments[place, G_FIRST]
    last = first + st.segments[place, G_ROWS]
    i = max(row_at(st, place, start + 1) - 1, first)
    while i < last and st.pool_time[i] < end and st.pool_balance[i] >= least:
        i += 1
    if i == last or st.pool_time[i] >= end:
        return -NEVER
    while i < last and st.pool_balance[i] < least:
        i += 1
    return int(st.pool_time[i]) if i < last else NEVER


@short(INT(STATE, INT, INT))
def first_negative(st: State, place: int, t: int) -> int:
    """Give the pool row of the first negative balance at or after ``t``, -1 when there is none."""
    end = st.segments[place, G_FIRST] + st.segments[place, G_ROWS]
    return first_below_zero(st.pool_balance, row_at(st, place, t), end)


@compiled(REPLY(NET, STATE, INT, INT))
def first_low(net: Net, st: State, place: int, t: int) -> tuple[int, int, int, int]:
    """Give when the balance is first below the stock target at or after ``t``: (instant, balance, what is missing, 0).

    The instant is NEVER when it never is.
    """
    function, first = net.places[place, TARGET_STEPS], st.segments[place, G_FIRST]
    target = net.places[place, TARGET] if function < 0 else 0
    step = net.step_offset[function] if function >= 0 else 0
    last_step = net.step_offset[function + 1] if function >= 0 else 0
    end, i, at = first + st.segments[place, G_ROWS], row_at(st, place, t + 1), t
    balance = st.pool_balance[i - 1] if i > first else 0
    while at < NEVER:
        while step < last_step and net.step_start[step] <= at:
            target, step = net.step_value[step], step + 1
        if balance < target:
            return at, balance, target - balance, 0
        at = min(st.pool_time[i] if i < end else NEVER, net.step_start[step] if step < last_step else NEVER)
        if i < end and st.pool_time[i] == at:
            balance, i = st.pool_balance[i], i + 1
    return NEVER, balance, 0, 0


@short(INT(STATE, INT, INT))
def more_after(st: State, place: int, t: int) -> int:
    """Give the first instant from which the least balance is greater than it is from ``t`` on, NEVER for none."""
    first = st.segments[place, G_FIRST]
    end, begin = first + st.segments[place, G_ROWS], row_at(st, place, t)
    least = st.pool_balance[begin - 1] if begin > first else 0
    last = begin - 1
    for i in range(begin, end):
        if st.pool_balance[i] <= least or st.pool_time[i] == t:
            least, last = st.pool_balance[i], i
    return st.pool_time[last + 1] if last + 1 < end else NEVER


@short(INT(STATE, INT, INT))
def spare_from(st: State, place: int, t: int) -> int:
    """Give the least balance from ``t`` on."""
    first = st.segments[place, G_FIRST]
    i = row_at(st, place, t + 1) - 1
    least = st.pool_balance[i] if i >= first else 0
    return least_of(st.pool_balance, i + 1, first + st.segments[place, G_ROWS], least)
