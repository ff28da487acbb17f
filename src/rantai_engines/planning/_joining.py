"""Make a planned order larger, where that costs no capacity.

An order whose steps take the same time for any quantity occupies its resources once. What is needed when it ends, or
not too long after, is better made in it than in an order of its own. A rider is a row of orders without runs, whose
host is the order that it makes larger; it takes its components when the host does. When all demands are served, riders
are folded into their hosts. Balances stay right: the whole needs no more of a component than its parts.
"""

from numba import types

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._components import take_components
from rantai_engines.planning._doors import reply
from rantai_engines.planning._layout import (
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_RUNS,
    INT,
    NET,
    P_BEFORE,
    P_END,
    P_HOST,
    P_QUANTITY,
    P_RIDERS,
    P_RUN,
    P_RUNS,
    S_LIMIT,
    S_MAXIMUM,
    S_MULTIPLE,
    S_PLACE,
    STATE,
    Net,
    State,
)
from rantai_engines.planning._log import enter, place_order, undo
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

#: How many of a source's newest orders are looked at, and how many of these are tried.
_LOOKED_AT, _TRIED = 48, 3
_NONE = int(CauseKind.NONE)


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def _room(net: Net, st: State, source: int, host: int, quantity: int, left: int) -> int:
    """Give how much larger an order may become for ``quantity``, in multiples, within what the source has left."""
    multiple, maximum = max(net.sources[source, S_MULTIPLE], 1), net.sources[source, S_MAXIMUM]
    more = (quantity + multiple - 1) // multiple * multiple
    if maximum > 0:
        more = min(more, maximum - st.orders[host, P_QUANTITY] - st.orders[host, P_RIDERS])
    return int(max(min(more, left) // multiple * multiple, 0))


@compiled(INT(STATE, INT, INT, INT, INT))
def _latest_host(st: State, source: int, by: int, after: int, last: int) -> int:
    """Give the source's order that ends latest in (after, by], among those of less than ``last``; -1 for none.

    One that was cancelled has given its resource back: nobody rides in it.
    """
    best, best_end, order = -1, after, st.last_order[source]
    for _look in range(_LOOKED_AT):
        if order < 0:
            break
        end = st.orders[order, P_END]
        before_last = last < 0 or end < st.orders[last, P_END] or (end == st.orders[last, P_END] and order < last)
        is_live = st.orders[order, P_QUANTITY] + st.orders[order, P_RIDERS] > 0
        if is_live and st.orders[order, P_HOST] < 0 and best_end < end <= by and before_last:
            best, best_end = order, end
        order = st.orders[order, P_BEFORE]
    return int(best)


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def join_order(net: Net, st: State, source: int, quantity: int, by: int, after: int, depth: int) -> int:
    """Make an order of the source larger that ends in (after, by], the latest first; give the units got."""
    host, left = -1, net.sources[source, S_LIMIT] - st.used[source]
    for _try in range(_TRIED):
        host = _latest_host(st, source, by, after, host)
        if host < 0:
            return 0
        lot = _room(net, st, source, host, quantity, left)
        if lot == 0:
            continue
        log_mark, order_mark, end = st.counters[C_LOG], st.counters[C_ORDERS], st.orders[host, P_END]
        first_run, n_runs = st.orders[host, P_RUN], st.orders[host, P_RUNS]
        place_order(net, st, source, end, lot, st.counters[C_RUNS], end)
        if st.counters[C_FULL] != 0:
            return 0
        st.orders[order_mark, P_HOST] = host
        st.orders[host, P_RIDERS] += lot
        if take_components(net, st, source, end, lot, first_run, n_runs, depth, 1) == lot:
            enter(st, net.sources[source, S_PLACE], end, lot)
            reply(st, NEVER, _NONE, -1)
            return lot
        if st.counters[C_FULL] != 0:
            return 0
        undo(net, st, log_mark, order_mark)
    return 0


@compiled(types.void(STATE))
def fold_riders(st: State) -> None:
    """Add each rider to its host; its own row stays with quantity 0."""
    for order in range(st.counters[C_ORDERS]):
        host = st.orders[order, P_HOST]
        if host >= 0:
            st.orders[host, P_QUANTITY] += st.orders[order, P_QUANTITY]
            st.orders[host, P_RIDERS] -= st.orders[order, P_QUANTITY]
            st.orders[order, P_QUANTITY], st.orders[order, P_HOST] = 0, -1
