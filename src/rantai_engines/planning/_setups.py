"""Keep what a resource with set-ups does: sorted runs, each with the set-up that precedes it inside its time.

A run's state is its set-up, or -1 when it keeps the state it finds. Putting a run before another changes the time
which that one needs to set up: it keeps its end and starts earlier, or the newcomer is refused.
"""

from numba import types

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    G_FIRST,
    G_ROWS,
    INT,
    NET,
    NOW,
    R_MATRIX,
    R_SETUP,
    STATE,
    Net,
    State,
)
from rantai_engines.planning._runs import drop_run, insert_run, run_from
from rantai_engines.planning.tables import NEVER


@short(INT(NET, INT, INT, INT))
def change_seconds(net: Net, resource: int, state: int, setup: int) -> int:
    """Give the seconds to change from a state (-1: none yet) to a set-up (-1: any), NEVER when that is forbidden."""
    if setup < 0 or setup == state:
        return 0
    first = net.resources[resource, R_MATRIX]
    size = net.setup_seconds[first]
    seconds = net.setup_seconds[first + 1 + (state + 1) * size + setup + 1]
    return int(seconds) if seconds >= 0 else NEVER


@short(INT(NET, STATE, INT, INT))
def state_before(net: Net, st: State, resource: int, i: int) -> int:
    """Give the state in which the run of row ``i`` finds the resource."""
    for k in range(i - 1, st.busy[resource, G_FIRST] - 1, -1):
        if st.busy_setup[k] >= 0:
            return int(st.busy_setup[k])
    return int(net.resources[resource, R_SETUP])


@short(INT(STATE, INT, INT))
def next_with_setup(st: State, resource: int, i: int) -> int:
    """Give the first row from ``i`` on whose run needs a state, -1 when there is none."""
    for k in range(i, st.busy[resource, G_FIRST] + st.busy[resource, G_ROWS]):
        if st.busy_setup[k] >= 0:
            return k
    return -1


@short(INT(STATE, INT, INT, INT))
def _row_for(st: State, resource: int, end: int, setup: int) -> int:
    """Give the row before which a run that ends at ``end`` belongs: a successor's set-up may become shorter by it."""
    i = run_from(st, resource, end)
    if setup >= 0 and i > st.busy[resource, G_FIRST] and st.busy_start[i - 1] + st.busy_change[i - 1] >= end:
        return i - 1
    return i


@compiled(types.boolean(NET, STATE, INT, INT, INT, INT, INT))
def _successor_fits(net: Net, st: State, resource: int, i: int, end: int, setup: int, wall: int) -> bool:
    """Say whether the next run that needs a state still fits when a run of ``setup`` ends at ``end`` before row i."""
    after = next_with_setup(st, resource, i)
    if setup < 0 or after < 0:
        return True
    change = change_seconds(net, resource, setup, st.busy_setup[after])
    if change >= NEVER:
        return False
    start = st.busy_start[after] + st.busy_change[after] - change
    free_from = st.busy_end[after - 1] if after > i else end
    return bool(start >= max(free_from, wall))


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def fit_setup(net: Net, st: State, resource: int, start: int, end: int, setup: int, wall: int) -> int:
    """Say how much set-up a run from start to end needs before its start, -1 when it does not fit there."""
    first = st.busy[resource, G_FIRST]
    i = _row_for(st, resource, end, setup)
    change = change_seconds(net, resource, state_before(net, st, resource, i), setup)
    if change >= NEVER or start - change < wall:
        return -1
    if i > first and st.busy_end[i - 1] > start - change:
        return -1
    return change if _successor_fits(net, st, resource, i, end, setup, wall) else -1


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def latest_with_setup(net: Net, st: State, resource: int, end: int, seconds: int, setup: int) -> int:
    """Give the next end to try before ``end``, at which a run did not fit: the edges of gaps, backward."""
    first = st.busy[resource, G_FIRST]
    best = -NEVER
    for i in range(first, first + st.busy[resource, G_ROWS]):
        after_setup = st.busy_start[i]
        if after_setup < end:
            best = max(best, after_setup)
        if setup >= 0 and st.busy_setup[i] >= 0:
            change = change_seconds(net, resource, setup, st.busy_setup[i])
            if change < NEVER:
                edge = st.busy_start[i] + st.busy_change[i] - change
                if edge < end:
                    best = max(best, edge)
    return best


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def earliest_with_setup(net: Net, st: State, resource: int, start: int, seconds: int, setup: int) -> int:
    """Give the next start to try after ``start``, at which a run did not fit: the edges of gaps, forward."""
    first = st.busy[resource, G_FIRST]
    best = NEVER
    for i in range(first, first + st.busy[resource, G_ROWS]):
        state = st.busy_setup[i] if st.busy_setup[i] >= 0 else state_before(net, st, resource, i)
        change = change_seconds(net, resource, state, setup)
        if change < NEVER and st.busy_end[i] + change > start:
            best = min(best, st.busy_end[i] + change)
    change = change_seconds(net, resource, net.resources[resource, R_SETUP], setup)
    if change < NEVER:
        wall = net.clock[NOW] + change
        if wall > start:
            best = min(best, wall)
    return best


@compiled(types.void(NET, STATE, INT, INT))
def refresh(net: Net, st: State, resource: int, i: int) -> None:
    """Write the set-up time of the first run from row ``i`` on that needs a state; its end stays.

    What was planned has room for its set-up. A confirmed order may have been given less, or an impossible change: its
    set-up is what there is room for, so that whoever comes before it and goes again leaves it as it was.
    """
    after = next_with_setup(st, resource, i)
    if after < 0:
        return
    change = change_seconds(net, resource, state_before(net, st, resource, after), st.busy_setup[after])
    begin = st.busy_start[after] + st.busy_change[after]
    free_from = net.clock[NOW]
    if after > st.busy[resource, G_FIRST]:
        free_from = max(free_from, st.busy_end[after - 1])
    change = min(change, max(begin - free_from, 0)) if change < NEVER else 0
    st.busy_start[after], st.busy_change[after] = begin - change, change


@compiled(types.boolean(NET, STATE, INT, INT, INT, INT))
def reserve_with_setup(net: Net, st: State, resource: int, start: int, end: int, setup: int) -> bool:
    """Add a run that fits, its set-up before ``start``; false when the pool is full."""
    i = _row_for(st, resource, end, setup)
    change = change_seconds(net, resource, state_before(net, st, resource, i), setup)
    i = insert_run(st, resource, i, start - change, end, setup, change)
    if i < 0:
        return False
    if setup >= 0:
        refresh(net, st, resource, i + 1)
    return True


@compiled(types.void(NET, STATE, INT, INT, INT))
def release_with_setup(net: Net, st: State, resource: int, start: int, end: int) -> None:
    """Take out the run whose work goes from start to end, and set up its successor anew."""
    for i in range(st.busy[resource, G_FIRST], st.busy[resource, G_FIRST] + st.busy[resource, G_ROWS]):
        if st.busy_end[i] == end and st.busy_start[i] + st.busy_change[i] == start:
            had_state = st.busy_setup[i] >= 0
            drop_run(st, resource, i)
            if had_state:
                refresh(net, st, resource, i)
            return
