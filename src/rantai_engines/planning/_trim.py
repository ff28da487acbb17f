"""Cancel or shrink orders that nobody needs any more.

A lot that was sized for one demand often covers what an earlier-planned order was for. Whatever is over from an order's
arrival to the end of the horizon is taken off it, end items first and earliest orders first, and its components are
free again. No delivery moves: less is consumed, and never earlier.
"""

from numba import types

from rantai_engines.planning._layout import (
    G_FIRST,
    G_ROWS,
    INT,
    L_BIT,
    L_FROM,
    L_PLACE,
    L_STEP,
    L_TO,
    NET,
    NOW,
    ROW,
    S_END_LINE,
    S_FIRST_LINE,
    S_PLACE,
    STATE,
    UP_TO,
    Ints,
    Net,
    State,
    compiled,
)
from rantai_engines.planning._lots import component_need, lot_for
from rantai_engines.planning._profile import add, row_at
from rantai_engines.planning._worktime import start_for
from rantai_engines.planning.tables import NEVER


@compiled(INT(STATE, INT, INT))
def spare_from(st: State, place: int, t: int) -> int:
    """Give the least balance from ``t`` on."""
    least = NEVER
    for i in range(row_at(st, place, t), st.segments[place, G_FIRST] + st.segments[place, G_ROWS]):
        least = min(least, st.pool_balance[i])
    return least


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def book_components(net: Net, st: State, order: int, lot: int, entries: int, end_line: int) -> int:
    """Book (entries 1) or release (-1) what the order takes at the size ``lot`` of its lines before ``end_line``.

    Gives the line at which the pool ran full, ``end_line`` when all is booked.
    """
    source, end = st.orders[order, 0], st.orders[order, 1]
    for line in range(net.sources[source, S_FIRST_LINE], end_line):
        bit = net.lines[line, L_BIT]
        at = max(start_for(net, source, end, lot, net.lines[line, L_STEP]), net.clock[NOW])
        taken = bit < 0 or (st.orders[order, 3] >> bit) & 1 == 1
        if taken and net.lines[line, L_FROM] <= at < net.lines[line, L_TO]:
            need = component_need(net, source, line, lot)
            if need > 0 and not add(st, net.lines[line, L_PLACE], at, -entries * need, entries):
                return line
    return end_line


@compiled(types.boolean(NET, INT, INT, INT, INT))
def _keeps_bill(net: Net, source: int, end: int, old: int, new: int) -> bool:
    """Say whether the same lines are effective when the order is smaller and so begins later."""
    for line in range(net.sources[source, S_FIRST_LINE], net.sources[source, S_END_LINE]):
        before = max(start_for(net, source, end, old, net.lines[line, L_STEP]), net.clock[NOW])
        after = max(start_for(net, source, end, new, net.lines[line, L_STEP]), net.clock[NOW])
        if (net.lines[line, L_FROM] <= before < net.lines[line, L_TO]) != (
            net.lines[line, L_FROM] <= after < net.lines[line, L_TO]
        ):
            return False
    return True


@compiled(INT(NET, STATE, ROW, INT))
def trim_orders(net: Net, st: State, sequence: Ints, begin: int) -> int:
    """Trim the orders in ``sequence`` from position ``begin``; give the position reached when the pool ran full.

    A cancelled order keeps its row with quantity 0.
    """
    for k in range(begin, len(sequence)):
        order = sequence[k]
        source, end, lot = st.orders[order, 0], st.orders[order, 1], st.orders[order, 2]
        place = net.sources[source, S_PLACE]
        spare = spare_from(st, place, end)
        if spare <= 0 or net.places[place, UP_TO] > 0:
            continue
        smaller = lot_for(net, source, lot - spare) if spare < lot else 0
        if smaller >= lot or (smaller > 0 and not _keeps_bill(net, source, end, lot, smaller)):
            continue
        # Book the smaller needs before the larger are released: only booking can run out of room.
        end_line = net.sources[source, S_END_LINE]
        booked = book_components(net, st, order, smaller, 1, end_line) if smaller > 0 else end_line
        if booked < end_line:
            book_components(net, st, order, smaller, -1, booked)
            return k
        book_components(net, st, order, lot, -1, end_line)
        add(st, place, end, smaller - lot, -1 if smaller == 0 else 0)
        st.orders[order, 2] = smaller
    return len(sequence)
