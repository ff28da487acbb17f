"""Keep the projected balance of every item-location as sorted rows, with an undo log.

A row holds the balance from its instant on. Supplies and withdrawals of one instant share a row; a row whose last
entry is undone disappears, so trials leave nothing behind. Flat rows beat every tree up to some ten thousand rows
in one item-location, which is more than the longest of our models has.
"""

from numba import types

from rantai_engines.planning._layout import (
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_POOL,
    G_FIRST,
    G_ROOM,
    G_ROWS,
    INT,
    STATE,
    State,
    compiled,
)
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


@compiled(INT(STATE, INT, INT))
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
        for j in range(end, i, -1):
            st.pool_time[j] = st.pool_time[j - 1]
            st.pool_balance[j] = st.pool_balance[j - 1]
            st.pool_count[j] = st.pool_count[j - 1]
        st.pool_time[i] = t
        st.pool_balance[i] = st.pool_balance[i - 1] if i > first else 0
        st.pool_count[i] = 0
        st.segments[place, G_ROWS] += 1
        end += 1
    for j in range(i, end):
        st.pool_balance[j] += quantity
    st.pool_count[i] += entries
    if st.pool_count[i] == 0:
        for j in range(i, end - 1):
            st.pool_time[j] = st.pool_time[j + 1]
            st.pool_balance[j] = st.pool_balance[j + 1]
            st.pool_count[j] = st.pool_count[j + 1]
        st.segments[place, G_ROWS] -= 1
    return True


@compiled(types.void(STATE, INT, INT, INT))
def enter(st: State, place: int, t: int, quantity: int) -> None:
    """Change the balance and log it; does nothing but mark when the log or the pool is full."""
    n = st.counters[C_LOG]
    if n == len(st.log):
        st.counters[C_FULL] = 1
    if st.counters[C_FULL] != 0 or not add(st, place, t, quantity, 1):
        return
    st.log[n, 0], st.log[n, 1], st.log[n, 2] = place, t, quantity
    st.counters[C_LOG] = n + 1


@compiled(types.void(STATE, INT, INT, INT, INT))
def place_order(st: State, source: int, end: int, quantity: int, alternates: int) -> None:
    """Append a planned order and count it against its source's limit."""
    n = st.counters[C_ORDERS]
    if n == len(st.orders):
        st.counters[C_FULL] = 1
        return
    st.orders[n, 0], st.orders[n, 1], st.orders[n, 2], st.orders[n, 3] = source, end, quantity, alternates
    st.counters[C_ORDERS] = n + 1
    st.used[source] += quantity


@compiled(types.void(STATE, INT, INT))
def undo(st: State, log_mark: int, order_mark: int) -> None:
    """Take back every entry and order made since the marks were read."""
    for k in range(st.counters[C_LOG] - 1, log_mark - 1, -1):
        add(st, st.log[k, 0], st.log[k, 1], -st.log[k, 2], -1)
    st.counters[C_LOG] = log_mark
    for k in range(st.counters[C_ORDERS] - 1, order_mark - 1, -1):
        st.used[st.orders[k, 0]] -= st.orders[k, 2]
    st.counters[C_ORDERS] = order_mark


@compiled(INT(STATE, INT, INT))
def first_negative(st: State, place: int, t: int) -> int:
    """Give the pool row of the first negative balance at or after ``t``, -1 when there is none."""
    end = st.segments[place, G_FIRST] + st.segments[place, G_ROWS]
    for i in range(row_at(st, place, t), end):
        if st.pool_balance[i] < 0:
            return i
    return -1


@compiled(INT(STATE, INT, INT))
def more_after(st: State, place: int, t: int) -> int:
    """Give the first instant from which the least balance is greater than it is from ``t`` on, NEVER for none."""
    end = st.segments[place, G_FIRST] + st.segments[place, G_ROWS]
    least, last = NEVER, end
    for i in range(row_at(st, place, t), end):
        if st.pool_balance[i] <= least:
            least, last = st.pool_balance[i], i
    return st.pool_time[last + 1] if last + 1 < end else NEVER
