"""Cancel or shrink orders that nobody needs any more.

A lot that was sized for one demand often covers what an earlier-planned order was for. Whatever is over from an order's
arrival to the end of the horizon is taken off it, end items first and earliest orders first, and its components are
free again. No delivery moves: less is consumed, and never earlier.
"""

from numba import types

from rantai_engines.planning._capacity import amount, give_back, is_effective, take
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._layout import (
    BUCKETS,
    C_FULL,
    C_RUNS,
    INFINITE,
    INT,
    L_BIT,
    L_FROM,
    L_PLACE,
    L_TO,
    N_END,
    N_LOAD,
    N_START,
    N_STEP,
    NET,
    O_HOLDS,
    O_RESOURCE,
    P_ALTERNATES,
    P_END,
    P_QUANTITY,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    R_KIND,
    ROW,
    S_END_CO,
    S_END_LINE,
    S_FIRST_CO,
    S_FIRST_LINE,
    S_PLACE,
    SETUPS,
    STATE,
    T_END_LOAD,
    T_FIRST_LOAD,
    UP_TO,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._lots import component_need, lot_for
from rantai_engines.planning._placing import run_start, started_units, taken_at
from rantai_engines.planning._profile import add, spare_from


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def book_components(net: Net, st: State, order: int, lot: int, entries: int, end_line: int, first_run: int) -> int:
    """Book (entries 1) or release (-1) what the order takes at the size ``lot`` of its lines before ``end_line``.

    ``first_run``: where the runs of that size stand. Gives the line at which the pool ran full, else ``end_line``.
    """
    source, end, runs = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_RUNS]
    for line in range(net.sources[source, S_FIRST_LINE], end_line):
        bit = net.lines[line, L_BIT]
        at = taken_at(net, st.runs, source, end, lot, first_run, runs, line)
        taken = bit < 0 or (st.orders[order, P_ALTERNATES] >> bit) & 1 == 1
        if taken and net.lines[line, L_FROM] <= at < net.lines[line, L_TO]:
            need = component_need(net, source, line, lot)
            if need > 0 and not add(st, net.lines[line, L_PLACE], at, -entries * need, entries):
                return line
    return end_line


@compiled(types.boolean(NET, STATE, INT, INT, INT))
def keeps_bill(net: Net, st: State, order: int, new: int, first_run: int) -> bool:
    """Say whether the same lines are effective when the order is smaller and so begins later."""
    source, end, old = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_QUANTITY]
    own, runs = st.orders[order, P_RUN], st.orders[order, P_RUNS]
    for line in range(net.sources[source, S_FIRST_LINE], net.sources[source, S_END_LINE]):
        before = taken_at(net, st.runs, source, end, old, own, runs, line)
        after = taken_at(net, st.runs, source, end, new, first_run, runs, line)
        if (net.lines[line, L_FROM] <= before < net.lines[line, L_TO]) != (
            net.lines[line, L_FROM] <= after < net.lines[line, L_TO]
        ):
            return False
    return True


@compiled(types.boolean(NET, STATE, INT, INT))
def draft_runs(net: Net, st: State, order: int, new: int) -> bool:
    """Write behind all runs those of the order at the size ``new``: each ends as before and starts later.

    False when there is no room, or a set-up stands in the way, or a later start might fall into a fuller bucket, or a
    resource is held beyond the run.
    """
    own, n, to = st.orders[order, P_RUN], st.orders[order, P_RUNS], st.counters[C_RUNS]
    if to + n > len(st.runs):
        return False
    for k in range(n):
        load, step = st.runs[own + k, N_LOAD], st.runs[own + k, N_STEP]
        kind = net.resources[net.loads[load, O_RESOURCE], R_KIND] if load >= 0 else INFINITE
        if kind in (SETUPS, BUCKETS) or (load >= 0 and net.loads[load, O_HOLDS] != 0):
            return False
        st.runs[to + k, N_STEP], st.runs[to + k, N_LOAD] = step, load
        st.runs[to + k, N_END] = st.runs[own + k, N_END]
        first, end = k, k + 1
        while first > 0 and st.runs[own + first - 1, N_STEP] == step:
            first -= 1
        while end < n and st.runs[own + end, N_STEP] == step:
            end += 1
        st.runs[to + k, N_START] = run_start(net, st, st.orders[order, P_SOURCE], own + first, own + end, new)
        for other in range(net.steps[step, T_FIRST_LOAD], net.steps[step, T_END_LOAD]):
            before = is_effective(net, other, st.runs[own + k, N_START])
            if before != is_effective(net, other, st.runs[to + k, N_START]):
                return False
    return True


@compiled(types.void(NET, STATE, INT, INT))
def _free_runs(net: Net, st: State, order: int, new: int) -> None:
    """Give back the time that the order does not need at the size ``new``, whose runs stand behind all runs.

    Where an array is too full to say so the time stays occupied: nothing is planned after the trim.
    """
    source, own, n = st.orders[order, P_SOURCE], st.orders[order, P_RUN], st.orders[order, P_RUNS]
    for k in range(n):
        load = st.runs[own + k, N_LOAD]
        start, end = st.runs[own + k, N_START], st.runs[own + k, N_END]
        st.runs[own + k, N_START] = st.runs[st.counters[C_RUNS] + k, N_START] if new > 0 else end
        if load < 0 or net.resources[net.loads[load, O_RESOURCE], R_KIND] == INFINITE:
            continue
        old_need = amount(net, load, started_units(net, source, st.orders[order, P_QUANTITY]))
        if give_back(net, st, load, start, end, old_need) and new > 0:
            take(net, st, load, st.runs[own + k, N_START], end, amount(net, load, started_units(net, source, new)))
    st.counters[C_FULL] = 0


@compiled(INT(NET, STATE, ROW, INT))
def trim_orders(net: Net, st: State, sequence: Ints, begin: int) -> int:
    """Trim the orders in ``sequence`` from position ``begin``; give the position reached when the pool ran full.

    A cancelled order keeps its row with quantity 0.
    """
    for k in range(begin, len(sequence)):
        order = sequence[k]
        source, end, lot = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_QUANTITY]
        place = net.sources[source, S_PLACE]
        spare = spare_from(st, place, end)
        if (
            spare <= 0
            or net.places[place, UP_TO] > 0
            or net.sources[source, S_END_CO] > net.sources[source, S_FIRST_CO]
        ):
            continue
        smaller = lot_for(net, source, lot - spare) if spare < lot else 0
        if smaller >= lot:
            continue
        draft = st.counters[C_RUNS]
        if smaller > 0 and (not draft_runs(net, st, order, smaller) or not keeps_bill(net, st, order, smaller, draft)):
            continue
        # Book the smaller needs before the larger are released: only booking can run out of room.
        end_line = net.sources[source, S_END_LINE]
        booked = book_components(net, st, order, smaller, 1, end_line, draft) if smaller > 0 else end_line
        if booked < end_line:
            book_components(net, st, order, smaller, -1, booked, draft)
            return k
        book_components(net, st, order, lot, -1, end_line, st.orders[order, P_RUN])
        add(st, place, end, smaller - lot, -1 if smaller == 0 else 0)
        _free_runs(net, st, order, smaller)
        st.orders[order, P_QUANTITY] = smaller
    return len(sequence)
