"""List what planned orders take from an item-location, and what they bring there."""

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._layout import (
    END_SOURCE,
    FIRST_SOURCE,
    INT,
    L_BIT,
    L_FROM,
    L_TO,
    NET,
    P_ALTERNATES,
    P_BEFORE,
    P_END,
    P_HOST,
    P_QUANTITY,
    P_RIDERS,
    P_RUN,
    P_RUNS,
    STATE,
    TABLE,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._lots import component_need
from rantai_engines.planning._placing import taken_at
from rantai_engines.planning._unplan import HELD, Held


@compiled(INT(NET, STATE, HELD, INT, TABLE))
def list_uses(net: Net, st: State, hd: Held, place: int, out: Ints) -> int:
    """Write (order, time, units, line) of what planned orders take from an item-location; give how many, -1: too many.

    Riders count with their hosts, here and in ``list_made``.
    """
    n = 0
    for use in range(hd.use_offset[place], hd.use_offset[place + 1]):
        line, source = hd.use_line[use], hd.use_source[use]
        bit, order = net.lines[line, L_BIT], st.last_order[source]
        while order >= 0:
            lot, end = st.orders[order, P_QUANTITY] + st.orders[order, P_RIDERS], st.orders[order, P_END]
            is_taken = bit < 0 or (st.orders[order, P_ALTERNATES] >> bit) & 1 == 1
            if lot > 0 and is_taken and st.orders[order, P_HOST] < 0:
                first_run, runs = st.orders[order, P_RUN], st.orders[order, P_RUNS]
                at = taken_at(net, st.runs, source, end, lot, first_run, runs, line)
                units = component_need(net, source, line, lot)
                if net.lines[line, L_FROM] <= at < net.lines[line, L_TO] and units > 0:
                    if n == len(out):
                        return -1
                    out[n, 0], out[n, 1], out[n, 2], out[n, 3] = order, at, units, line
                    n += 1
            order = st.orders[order, P_BEFORE]
    return n


@compiled(INT(NET, STATE, INT, TABLE))
def list_made(net: Net, st: State, place: int, out: Ints) -> int:
    """Write (order, end, units, source) of the planned orders of an item-location; give how many, -1: too many."""
    n = 0
    for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
        order = st.last_order[source]
        while order >= 0:
            units = st.orders[order, P_QUANTITY] + st.orders[order, P_RIDERS]
            if units > 0 and st.orders[order, P_HOST] < 0:
                if n == len(out):
                    return -1
                out[n, 0], out[n, 1], out[n, 2], out[n, 3] = order, st.orders[order, P_END], units, source
                n += 1
            order = st.orders[order, P_BEFORE]
    return n
