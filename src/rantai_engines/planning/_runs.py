"""Keep what a resource that does one thing at a time is busy with: sorted runs, neighbours joined.

Just-in-time packing makes orders touch, so that a resource with ten thousand orders has a few thousand runs. Instants
are int64 seconds; a run is half-open.
"""

from numba import types

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import C_BUSY_POOL, C_FULL, G_FIRST, G_ROOM, G_ROWS, INT, STATE, State
from rantai_engines.planning._rows import close_row, open_row
from rantai_engines.planning._worktime import first_at_least
from rantai_engines.planning.tables import NEVER


@compiled(types.boolean(STATE, INT))
def make_busy_room(st: State, resource: int) -> bool:
    """Move a full segment to the pool's end with twice the room; false (and the full mark) when the pool is full."""
    first, room = st.busy[resource, G_FIRST], st.busy[resource, G_ROOM]
    to, new_room = st.counters[C_BUSY_POOL], max(2 * room, 8)
    if to + new_room > len(st.busy_start):
        st.counters[C_FULL] = 1
        return False
    for k in range(st.busy[resource, G_ROWS]):
        st.busy_start[to + k] = st.busy_start[first + k]
        st.busy_end[to + k] = st.busy_end[first + k]
        st.busy_setup[to + k] = st.busy_setup[first + k]
        st.busy_change[to + k] = st.busy_change[first + k]
    st.counters[C_BUSY_POOL] = to + new_room
    st.busy[resource, G_FIRST], st.busy[resource, G_ROOM] = to, new_room
    return True


@short(INT(STATE, INT, INT))
def run_from(st: State, resource: int, t: int) -> int:
    """Give the pool row of the first run that starts at or after ``t`` (one past the last when there is none)."""
    first = st.busy[resource, G_FIRST]
    return first_at_least(st.busy_start, first, first + st.busy[resource, G_ROWS], t)


@compiled(INT(STATE, INT, INT, INT, INT))
def latest_gap(st: State, resource: int, end: int, seconds: int, lowest: int) -> int:
    """Give the latest instant at or before ``end`` by which ``seconds`` in one piece fit.

    The search stops, with an instant that is of no use, at ``lowest`` or before.
    """
    first = st.busy[resource, G_FIRST]
    i = run_from(st, resource, end) - 1
    at = end
    while i >= first:
        if st.busy_end[i] <= at - seconds:
            return at
        at = min(at, st.busy_start[i])
        if at <= lowest:
            return at
        i -= 1
    return at


@compiled(INT(STATE, INT, INT, INT))
def earliest_gap(st: State, resource: int, start: int, seconds: int) -> int:
    """Give the first instant from ``start`` on at which ``seconds`` in one piece can begin."""
    first = st.busy[resource, G_FIRST]
    end = first + st.busy[resource, G_ROWS]
    i = max(run_from(st, resource, start) - 1, first)
    at = start
    while i < end and st.busy_start[i] < at + max(seconds, 1):
        at = max(at, st.busy_end[i])
        i += 1
    return at


@compiled(INT(STATE, INT, INT, INT))
def last_run_in(st: State, resource: int, start: int, end: int) -> int:
    """Give the start of the last run that overlaps start to end, NEVER when there is none."""
    i = run_from(st, resource, end) - 1
    if i >= st.busy[resource, G_FIRST] and st.busy_end[i] > start:
        return int(st.busy_start[i])
    return NEVER


@compiled(INT(STATE, INT, INT, INT))
def first_run_in(st: State, resource: int, start: int, end: int) -> int:
    """Give the end of the first run that overlaps start to end, -NEVER when there is none."""
    first = st.busy[resource, G_FIRST]
    i = max(run_from(st, resource, start) - 1, first)
    if i < first + st.busy[resource, G_ROWS] and st.busy_end[i] <= start:
        i += 1
    if i < first + st.busy[resource, G_ROWS] and st.busy_start[i] < end:
        return int(st.busy_end[i])
    return -NEVER


@compiled(types.void(STATE, INT, INT))
def drop_run(st: State, resource: int, i: int) -> None:
    """Take row ``i`` out."""
    end = st.busy[resource, G_FIRST] + st.busy[resource, G_ROWS]
    close_row(st.busy_start, i, end)
    close_row(st.busy_end, i, end)
    close_row(st.busy_setup, i, end)
    close_row(st.busy_change, i, end)
    st.busy[resource, G_ROWS] -= 1


@compiled(INT(STATE, INT, INT, INT, INT, INT, INT))
def insert_run(st: State, resource: int, i: int, start: int, end: int, setup: int, change: int) -> int:
    """Put a run before row ``i``; give its row, -1 when the pool is full."""
    if st.busy[resource, G_ROWS] == st.busy[resource, G_ROOM]:
        offset = i - st.busy[resource, G_FIRST]
        if not make_busy_room(st, resource):
            return -1
        i = st.busy[resource, G_FIRST] + offset
    end_row = st.busy[resource, G_FIRST] + st.busy[resource, G_ROWS]
    open_row(st.busy_start, i, end_row)
    open_row(st.busy_end, i, end_row)
    open_row(st.busy_setup, i, end_row)
    open_row(st.busy_change, i, end_row)
    st.busy_start[i], st.busy_end[i], st.busy_setup[i], st.busy_change[i] = start, end, setup, change
    st.busy[resource, G_ROWS] += 1
    return i


@compiled(types.void(STATE, INT, INT))
def _drop(st: State, resource: int, i: int) -> None:
    """Take row ``i`` out of a resource without set-ups."""
    end = st.busy[resource, G_FIRST] + st.busy[resource, G_ROWS]
    close_row(st.busy_start, i, end)
    close_row(st.busy_end, i, end)
    st.busy[resource, G_ROWS] -= 1


@compiled(types.boolean(STATE, INT, INT, INT, INT))
def _insert(st: State, resource: int, i: int, start: int, end: int) -> bool:
    """Put a run before row ``i`` of a resource without set-ups; false when the pool is full."""
    if st.busy[resource, G_ROWS] == st.busy[resource, G_ROOM]:
        offset = i - st.busy[resource, G_FIRST]
        if not make_busy_room(st, resource):
            return False
        i = st.busy[resource, G_FIRST] + offset
    end_row = st.busy[resource, G_FIRST] + st.busy[resource, G_ROWS]
    open_row(st.busy_start, i, end_row)
    open_row(st.busy_end, i, end_row)
    st.busy_start[i], st.busy_end[i] = start, end
    st.busy[resource, G_ROWS] += 1
    return True


@compiled(types.boolean(STATE, INT, INT, INT))
def reserve(st: State, resource: int, start: int, end: int) -> bool:
    """Make the resource busy from start to end, which must be free; false when the pool is full."""
    if end <= start:
        return True
    first = st.busy[resource, G_FIRST]
    i = run_from(st, resource, start)
    before = i > first and st.busy_end[i - 1] == start
    after = i < first + st.busy[resource, G_ROWS] and st.busy_start[i] == end
    if before and after:
        st.busy_end[i - 1] = st.busy_end[i]
        _drop(st, resource, i)
    elif before:
        st.busy_end[i - 1] = end
    elif after:
        st.busy_start[i] = start
    else:
        return bool(_insert(st, resource, i, start, end))
    return True


@compiled(types.boolean(STATE, INT, INT, INT))
def release(st: State, resource: int, start: int, end: int) -> bool:
    """Free what was reserved; false when the pool is full (cutting a run makes two of one)."""
    if end <= start:
        return True
    i = run_from(st, resource, start + 1) - 1
    begins, ends = st.busy_start[i] == start, st.busy_end[i] == end
    if begins and ends:
        _drop(st, resource, i)
    elif begins:
        st.busy_start[i] = end
    elif ends:
        st.busy_end[i] = start
    else:
        old = st.busy_end[i]
        st.busy_end[i] = start
        if not _insert(st, resource, i + 1, end, old):
            # Nothing may have changed when the caller makes room and tries again.
            i = run_from(st, resource, start + 1) - 1
            st.busy_end[i] = old
            return False
    return True
