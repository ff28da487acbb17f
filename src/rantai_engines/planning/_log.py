"""Change the state and remember how, so that whatever does not work out can be taken back."""

from numba import types

from rantai_engines.planning._capacity import give_back, take
from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_OWNER,
    C_RUNS,
    GIVEN,
    INT,
    LOOP,
    MOVED,
    N_BEFORE,
    N_END,
    N_LOAD,
    N_ORDER,
    N_START,
    NET,
    O_RESOURCE,
    P_AIM,
    P_ALTERNATES,
    P_BEFORE,
    P_END,
    P_HOST,
    P_OWNER,
    P_QUANTITY,
    P_RIDERS,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    S_END_STEP,
    S_FINITE,
    S_FIRST_STEP,
    STATE,
    T_END_LOAD,
    T_FIRST_LOAD,
    Net,
    State,
)
from rantai_engines.planning._placing import end_forward
from rantai_engines.planning._profile import add


@short(types.void(STATE, INT, INT, INT))
def enter(st: State, place: int, t: int, quantity: int) -> None:
    """Change the balance and log it; does nothing but mark when the log or the pool is full."""
    n = st.counters[C_LOG]
    if n == len(st.log):
        st.counters[C_FULL] = 1
    if st.counters[C_FULL] != 0 or not add(st, place, t, quantity, 1):
        return
    st.log[n, 0], st.log[n, 1], st.log[n, 2], st.log[n, 3] = place, t, quantity, 1
    st.counters[C_LOG] = n + 1


@short(types.void(STATE, INT, INT, INT, INT))
def note(st: State, what: int, a: int, b: int, c: int) -> None:
    """Log a change that the caller has made; mark when the log is full."""
    n = st.counters[C_LOG]
    if n == len(st.log):
        st.counters[C_FULL] = 1
        return
    st.log[n, 0], st.log[n, 1], st.log[n, 2], st.log[n, 3] = what, a, b, c
    st.counters[C_LOG] = n + 1


@compiled(types.void(NET, STATE, INT, INT, INT, INT, INT))
def place_order(net: Net, st: State, source: int, end: int, quantity: int, first_run: int, aim: int) -> None:
    """Append a planned order, whose runs begin at ``first_run``, and count it against its source's limit.

    ``aim``: by when it had to end, which is later than ``end`` where capacity made it early.
    """
    n = st.counters[C_ORDERS]
    if n == len(st.orders):
        st.counters[C_FULL] = 1
        return
    st.orders[n, P_SOURCE], st.orders[n, P_END], st.orders[n, P_QUANTITY] = source, end, quantity
    st.orders[n, P_ALTERNATES] = 0
    st.orders[n, P_RUN], st.orders[n, P_RUNS] = first_run, st.counters[C_RUNS] - first_run
    st.orders[n, P_HOST], st.orders[n, P_BEFORE], st.orders[n, P_RIDERS] = -1, st.last_order[source], 0
    st.orders[n, P_AIM], st.orders[n, P_OWNER] = aim, st.counters[C_OWNER]
    st.last_order[source] = n
    for row in range(first_run, st.counters[C_RUNS]):
        st.runs[row, N_ORDER] = n
        if st.runs[row, N_LOAD] >= 0:
            resource = net.loads[st.runs[row, N_LOAD], O_RESOURCE]
            st.runs[row, N_BEFORE] = st.last_run[resource]
            st.last_run[resource] = row
    st.counters[C_ORDERS] = n + 1
    st.used[source] += quantity


@compiled(types.void(STATE, INT, INT, INT, INT))
def _move_back(st: State, order: int, end: int, run_start: int, run_end: int) -> None:
    """Write again when a moved order ended and ran."""
    st.orders[order, P_END] = end
    for row in range(st.orders[order, P_RUN], st.orders[order, P_RUN] + st.orders[order, P_RUNS]):
        st.runs[row, N_START], st.runs[row, N_END] = run_start, run_end


@compiled(types.void(NET, STATE, INT, INT))
def undo(net: Net, st: State, log_mark: int, order_mark: int) -> None:
    """Take back every entry and order made since the marks were read."""
    for k in range(st.counters[C_LOG] - 1, log_mark - 1, -1):
        what = st.log[k, 0]
        if what >= 0:
            add(st, what, st.log[k, 1], -st.log[k, 2], -st.log[k, 3])
        elif what > GIVEN:
            give_back(net, st, -1 - what, st.log[k, 1], st.log[k, 3], st.log[k, 2])
        elif what > MOVED:
            take(net, st, GIVEN - what, st.log[k, 1], st.log[k, 3], st.log[k, 2])
        else:
            _move_back(st, MOVED - what, st.log[k, 1], st.log[k, 2], st.log[k, 3])
    st.counters[C_LOG] = log_mark
    if st.counters[C_ORDERS] > order_mark:
        for row in range(st.counters[C_RUNS] - 1, st.orders[order_mark, P_RUN] - 1, -1):
            if st.runs[row, N_LOAD] >= 0:
                st.last_run[net.loads[st.runs[row, N_LOAD], O_RESOURCE]] = st.runs[row, N_BEFORE]
        st.counters[C_RUNS] = st.orders[order_mark, P_RUN]
    for k in range(st.counters[C_ORDERS] - 1, order_mark - 1, -1):
        st.used[st.orders[k, P_SOURCE]] -= st.orders[k, P_QUANTITY]
        st.last_order[st.orders[k, P_SOURCE]] = st.orders[k, P_BEFORE]
        if st.orders[k, P_HOST] >= 0:
            st.orders[st.orders[k, P_HOST], P_RIDERS] -= st.orders[k, P_QUANTITY]
    st.counters[C_ORDERS] = order_mark


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def reply_from(net: Net, st: State, source: int, start: int, lot: int, step: int) -> int:
    """Give when an order could end whose ``step`` begins at ``start`` or as soon after as capacity allows.

    The faithful loop looks past what orders of other sources occupy in this very trial, so that its date is a hopeful
    one.
    """
    if net.clock[LOOP] == 0 or net.sources[source, S_FINITE] == 0:
        return end_forward(net, st, source, start, lot, step)
    own = -1 - net.steps[net.sources[source, S_FIRST_STEP], T_FIRST_LOAD]
    last = -net.steps[net.sources[source, S_END_STEP] - 1, T_END_LOAD]
    for k in range(st.counters[C_LOG] - 1, -1, -1):
        if GIVEN < st.log[k, 0] < 0 and not last <= st.log[k, 0] <= own:
            give_back(net, st, -1 - st.log[k, 0], st.log[k, 1], st.log[k, 3], st.log[k, 2])
    at = end_forward(net, st, source, start, lot, step)
    for k in range(st.counters[C_LOG]):
        if GIVEN < st.log[k, 0] < 0 and not last <= st.log[k, 0] <= own:
            take(net, st, -1 - st.log[k, 0], st.log[k, 1], st.log[k, 3], st.log[k, 2])
    return at
