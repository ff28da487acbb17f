"""Lay a finished plan down as a state, as if each of its orders had just been planned.

The state so made holds nothing else: no room left over from trials, no order that was cancelled, every entry of a
profile once for each order, delivery and receipt that made it. From such a state a plan can be changed bit by bit.
"""

import numpy as np
from numba import types

from rantai_engines.planning._capacity import amount, take
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._layout import (
    C_DELAYS,
    C_DELIVERIES,
    C_FULL,
    C_ORDERS,
    C_RUNS,
    C_SHORTAGES,
    INT,
    N_BEFORE,
    N_END,
    N_LOAD,
    N_ORDER,
    N_START,
    NET,
    O_RESOURCE,
    P_BEFORE,
    P_END,
    P_HOST,
    P_OWNER,
    P_QUANTITY,
    P_RIDERS,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    ROW,
    S_PLACE,
    STATE,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._placing import started_units
from rantai_engines.planning._state import Entries, first_state, roomier
from rantai_engines.planning.account import Rows, list_co_products, list_consumption
from rantai_engines.planning.network import Network
from rantai_engines.planning.problem import Problem

#: Free rows in each profile, and rows that the growing tables have besides what stands in them.
_SPARE_ROWS, _SPARE = 6, 4096
_LOG_ROWS = 65_536
#: Tables that begin with what the plan has, and their counters.
_TABLES = {
    "orders": C_ORDERS,
    "runs": C_RUNS,
    "deliveries": C_DELIVERIES,
    "delays": C_DELAYS,
    "shortages": C_SHORTAGES,
}


@compiled(types.void(NET, STATE))
def _chain(net: Net, st: State) -> None:
    """Tie the orders of each source and the runs of each resource, newest first, and count what sources have given."""
    for k in range(st.counters[C_ORDERS]):
        source = st.orders[k, P_SOURCE]
        st.orders[k, P_BEFORE], st.orders[k, P_HOST], st.orders[k, P_RIDERS] = st.last_order[source], -1, 0
        st.orders[k, P_OWNER] = -(1 << 60)
        st.last_order[source] = k
        st.used[source] += st.orders[k, P_QUANTITY]
        for row in range(st.orders[k, P_RUN], st.orders[k, P_RUN] + st.orders[k, P_RUNS]):
            st.runs[row, N_ORDER] = k
            if st.runs[row, N_LOAD] >= 0:
                resource = net.loads[st.runs[row, N_LOAD], O_RESOURCE]
                st.runs[row, N_BEFORE] = st.last_run[resource]
                st.last_run[resource] = row


@compiled(INT(NET, STATE, ROW, INT))
def _occupy(net: Net, st: State, sequence: Ints, begin: int) -> int:
    """Occupy what the runs in ``sequence`` need, from position ``begin``; give the position where the pool ran full."""
    for k in range(begin, len(sequence)):
        row = sequence[k]
        order = st.runs[row, N_ORDER]
        started = started_units(net, st.orders[order, P_SOURCE], st.orders[order, P_QUANTITY])
        load = st.runs[row, N_LOAD]
        if not take(net, st, load, st.runs[row, N_START], st.runs[row, N_END], amount(net, load, started)):
            return k
        if st.counters[C_FULL] != 0:
            return k
    return len(sequence)


def lay_down(problem: Problem, network: Network, rows: Rows) -> State:
    """Give the state of a plan, order k of ``rows`` in row k; deliveries of place p's stock target have demand -1 - p.

    Complexity: one sort of all that enters or leaves an item-location.
    """
    orders, runs = _own_runs(rows)
    rows = Rows(orders=orders, runs=runs, deliveries=rows.deliveries, delays=rows.delays, shortages=rows.shortages)
    size = max(len(orders) // 10, len(runs) // 8) + _SPARE // 8
    state = first_state(
        problem,
        network,
        spare_rows=_SPARE_ROWS,
        rows=size,
        log_rows=_LOG_ROWS,
        planned=_entries(problem, network, rows),
    )
    arrays = state.arrays()
    for name, counter in _TABLES.items():
        table = getattr(rows, name)
        arrays[name] = np.empty((len(table) + len(table) // 4 + _SPARE, arrays[name].shape[1]), np.int64)
        arrays[name][: len(table)] = table
        state.counters[counter] = len(table)
    state = State(**arrays)
    _chain(network.net, state)
    loaded = np.flatnonzero(runs[:, N_LOAD] >= 0)
    sequence = loaded[np.lexsort((runs[loaded, N_END], runs[loaded, N_START]))]
    begin = _occupy(network.net, state, sequence, 0)
    while begin < len(sequence):
        state = roomier(state)
        begin = _occupy(network.net, state, sequence, begin)
    return state


def _own_runs(rows: Rows) -> tuple[Ints, Ints]:
    """Give the orders and their runs, one order's after the other's, without those of nobody."""
    orders, count = rows.orders.copy(), rows.orders[:, P_RUNS]
    first = np.cumsum(count) - count
    taken = np.repeat(orders[:, P_RUN] - first, count) + np.arange(count.sum())
    orders[:, P_RUN] = first
    return orders, np.ascontiguousarray(rows.runs[taken])


def _entries(problem: Problem, network: Network, rows: Rows) -> Entries:
    """Give what the plan enters in the profiles of item-locations and of counted resources."""
    orders, runs, net = rows.orders, rows.runs, network.net
    taken, besides = list_consumption(network, orders, runs), list_co_products(network, orders, runs)
    demand = rows.deliveries[:, 0]
    place = (
        np.where(demand < 0, -1 - demand, problem.demands.item_location[np.maximum(demand, 0)])
        if len(problem.demands.key)
        else -1 - demand
    )
    parts = [
        (net.sources[orders[:, P_SOURCE], S_PLACE], orders[:, P_END], orders[:, P_QUANTITY]),
        (taken.item_location, taken.time, -taken.quantity),
        (besides.item_location, besides.time, besides.quantity),
        (place, rows.deliveries[:, 1], -rows.deliveries[:, 2]),
    ]
    return tuple(np.concatenate([part[c] for part in parts]).astype(np.int64) for c in range(3))  # type: ignore[return-value]
