"""Make room on a machine for an order that cannot go elsewhere, by moving other orders to an earlier gap.

An order that ends earlier harms nobody: what it gives is there in time. Only what it takes must be there earlier too.
"""

from numba import types

from rantai_engines.planning._capacity import amount, give_back
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._doors import draw
from rantai_engines.planning._layout import (
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_RUNS,
    C_SHIFTS,
    FENCE,
    GIVEN,
    INT,
    L_BIT,
    L_FROM,
    L_PLACE,
    L_TO,
    MOVED,
    N_BEFORE,
    N_END,
    N_LOAD,
    N_ORDER,
    N_START,
    NET,
    O_FROM,
    O_GROUP,
    O_RESOURCE,
    O_TO,
    P_AIM,
    P_ALTERNATES,
    P_END,
    P_QUANTITY,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    R_EARLY,
    R_KIND,
    S_CALENDAR,
    S_END_CO,
    S_END_LINE,
    S_END_STEP,
    S_FINITE,
    S_FIRST_CO,
    S_FIRST_LINE,
    S_FIRST_STEP,
    S_FROM,
    S_LEAD,
    S_PER_UNIT,
    S_PLACE,
    SINGLE,
    STATE,
    T_END_LOAD,
    T_FIRST_LOAD,
    Net,
    State,
)
from rantai_engines.planning._log import enter, note, undo
from rantai_engines.planning._lots import component_need
from rantai_engines.planning._placing import place_back, started_units, taken_at
from rantai_engines.planning._profile import add
from rantai_engines.planning._worktime import go_back, start_for
from rantai_engines.planning.tables import NEVER

#: Most orders that are moved for one.
_MOST_BLOCKERS = 4


@compiled(types.boolean(NET, INT))
def _is_movable(net: Net, source: int) -> bool:
    """Say whether orders of a source are of one step on one machine, without alternates and by-products."""
    step = net.sources[source, S_FIRST_STEP]
    first, end = net.steps[step, T_FIRST_LOAD], net.steps[step, T_END_LOAD]
    return bool(
        net.sources[source, S_END_STEP] - step == 1
        and net.sources[source, S_PER_UNIT] != 0
        and net.sources[source, S_END_CO] == net.sources[source, S_FIRST_CO]
        and end - first == 1
        and net.loads[first, O_GROUP] < 0
        and net.loads[first, O_FROM] <= -NEVER
        and net.loads[first, O_TO] >= NEVER
        and net.resources[net.loads[first, O_RESOURCE], R_KIND] == SINGLE
    )


@compiled(types.void(NET, STATE, INT))
def _lift(net: Net, st: State, order: int) -> None:
    """Take out, and log, what an order occupies, consumes and gives."""
    source, end, lot = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_QUANTITY]
    row = st.orders[order, P_RUN]
    load, start, run_end = st.runs[row, N_LOAD], st.runs[row, N_START], st.runs[row, N_END]
    need = amount(net, load, started_units(net, source, lot))
    if not give_back(net, st, load, start, run_end, need):
        return
    note(st, GIVEN - load, start, need, run_end)
    for line in range(net.sources[source, S_FIRST_LINE], net.sources[source, S_END_LINE]):
        bit = net.lines[line, L_BIT]
        at = taken_at(net, st.runs, source, end, lot, row, st.orders[order, P_RUNS], line)
        if bit >= 0 and (st.orders[order, P_ALTERNATES] >> bit) & 1 == 0:
            continue
        if net.lines[line, L_FROM] <= at < net.lines[line, L_TO]:
            units = component_need(net, source, line, lot)
            if units > 0:
                add(st, net.lines[line, L_PLACE], at, units, -1)
                note(st, net.lines[line, L_PLACE], at, units, -1)
    add(st, net.sources[source, S_PLACE], end, -lot, -1)
    note(st, net.sources[source, S_PLACE], end, -lot, -1)


@compiled(types.boolean(NET, STATE, INT, INT, INT))
def _supply(net: Net, st: State, order: int, end: int, depth: int) -> bool:
    """Draw again what a moved order takes, all or nothing."""
    source, lot = st.orders[order, P_SOURCE], st.orders[order, P_QUANTITY]
    row, runs = st.orders[order, P_RUN], st.orders[order, P_RUNS]
    for line in range(net.sources[source, S_FIRST_LINE], net.sources[source, S_END_LINE]):
        bit = net.lines[line, L_BIT]
        at = taken_at(net, st.runs, source, end, lot, row, runs, line)
        if bit >= 0 and (st.orders[order, P_ALTERNATES] >> bit) & 1 == 0:
            continue
        if net.lines[line, L_FROM] <= at < net.lines[line, L_TO]:
            units = component_need(net, source, line, lot)
            if units > 0 and draw(net, st, net.lines[line, L_PLACE], units, at, depth + 1, 1) < units:
                return False
    return True


@compiled(types.boolean(NET, STATE, INT, INT, INT))
def _shift(net: Net, st: State, order: int, until: int, depth: int) -> bool:
    """Move an order so that it ends by ``until``; false, with nothing changed, when it cannot."""
    source, lot = st.orders[order, P_SOURCE], st.orders[order, P_QUANTITY]
    log_mark, order_mark, scratch = st.counters[C_LOG], st.counters[C_ORDERS], st.counters[C_RUNS]
    row, old_end = st.orders[order, P_RUN], st.orders[order, P_END]
    old_start, old_run_end = st.runs[row, N_START], st.runs[row, N_END]
    _lift(net, st, order)
    if st.counters[C_FULL] != 0:
        return False
    fits, _start, end, _culprit = place_back(net, st, source, lot, until)
    resource = net.loads[st.runs[row, N_LOAD], O_RESOURCE]
    early = st.orders[order, P_AIM] - net.resources[resource, R_EARLY]
    opens = max(net.places[net.sources[source, S_PLACE], FENCE], net.sources[source, S_FROM])
    if fits != 0 and st.counters[C_FULL] == 0 and end > early and end >= opens:
        note(st, MOVED - order, old_end, old_start, old_run_end)
        st.orders[order, P_END] = end
        st.runs[row, N_START], st.runs[row, N_END] = st.runs[scratch, N_START], st.runs[scratch, N_END]
        st.counters[C_RUNS] = scratch
        enter(st, net.sources[source, S_PLACE], end, lot)
        if _supply(net, st, order, end, depth) and st.counters[C_FULL] == 0:
            return True
    st.counters[C_RUNS] = scratch if st.counters[C_ORDERS] == order_mark else st.counters[C_RUNS]
    undo(net, st, log_mark, order_mark)
    return False


@compiled(INT(STATE, INT, INT, INT))
def _blocker(st: State, resource: int, start: int, end: int) -> int:
    """Give the order that occupies the resource last between start and end, -1 for none."""
    best, best_start = -1, -NEVER
    row = st.last_run[resource]
    while row >= 0:
        if st.runs[row, N_START] < end and st.runs[row, N_END] > start and st.runs[row, N_START] > best_start:
            best, best_start = st.runs[row, N_ORDER], st.runs[row, N_START]
        row = st.runs[row, N_BEFORE]
    return best


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def make_room(net: Net, st: State, source: int, lot: int, aim: int, depth: int) -> int:
    """Clear the time in which an order of ``lot`` would best run to end by ``aim``; 1 when it is free now and was not.

    What has moved stays so until the caller takes it back. Each demand may move only so many orders.
    """
    if st.counters[C_SHIFTS] <= 0 or net.sources[source, S_FINITE] == 0 or not _is_movable(net, source):
        return 0
    log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
    load = net.steps[net.sources[source, S_FIRST_STEP], T_FIRST_LOAD]
    resource = net.loads[load, O_RESOURCE]
    end = go_back(net, net.sources[source, S_CALENDAR], aim, net.sources[source, S_LEAD])
    start, moved = start_for(net, source, aim, lot, -1), 0
    for _k in range(_MOST_BLOCKERS):
        order = _blocker(st, resource, start, end)
        if order < 0:
            return moved
        st.counters[C_SHIFTS] -= 1
        if not _is_movable(net, st.orders[order, P_SOURCE]) or not _shift(net, st, order, start, depth):
            break
        moved = 1
        if st.counters[C_FULL] != 0 or st.counters[C_SHIFTS] <= 0:
            break
    undo(net, st, log_mark, order_mark)
    return 0
