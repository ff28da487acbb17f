"""Find what a trial has taken, from the entries that it left in the log."""

from numba import types

from rantai_engines.planning._compiling import compiled, short
from rantai_engines.planning._layout import (
    END_SOURCE,
    FIRST_SOURCE,
    G_FIRST,
    G_ROWS,
    INT,
    NET,
    P_BEFORE,
    P_END,
    P_HOST,
    P_QUANTITY,
    P_RUN,
    P_RUNS,
    P_SOURCE,
    ROW,
    S_PLACE,
    S_ROW,
    STATE,
    TABLE,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._placing import step_start
from rantai_engines.planning._profile import add, row_at
from rantai_engines.planning.asking import LeanKind
from rantai_engines.planning.tables import NEVER

_ON_HAND, _ORDER, _NEW_ORDER = int(LeanKind.ON_HAND), int(LeanKind.ORDER), int(LeanKind.NEW_ORDER)


@compiled(INT(STATE, INT, INT, INT, INT, TABLE, INT))
def _attribute(st: State, place: int, t: int, units: int, move: int, out: Ints, n: int) -> int:
    """Write (move, time, units): from when on the units taken at ``t`` are there, the latest first; give the end.

    Free units first: what the least balance from an instant on is more than before it came in at that instant. What
    is then left was somebody's, who gets a new order later: it came with the last arrivals.
    """
    first = st.segments[place, G_FIRST]
    end = first + st.segments[place, G_ROWS]
    least, own = NEVER, row_at(st, place, t + 1) - 1
    for i in range(end - 1, first - 1, -1):
        least = min(least, st.pool_balance[i])
        if i > own or units == 0:
            continue
        before = min(least, st.pool_balance[i - 1]) if i > first else 0
        free = min(units, max(least - max(before, 0), 0))
        if free > 0 and n < len(out):
            out[n, 0], out[n, 1], out[n, 2] = move, st.pool_time[i], free
            n += 1
            units -= free
    i = own
    while i >= first and units > 0 and n < len(out):
        come = st.pool_balance[i] - (st.pool_balance[i - 1] if i > first else 0)
        if come > 0:
            out[n, 0], out[n, 1], out[n, 2] = move, st.pool_time[i], min(units, come)
            units -= out[n, 2]
            n += 1
        i -= 1
    return n


@compiled(INT(STATE, TABLE, INT, TABLE))
def find_leans(st: State, moves: Ints, count: int, out: Ints) -> int:
    """Write (move, time, units) of the supplies that the withdrawals among ``moves`` (place, time, units) lean on.

    The trial that made the moves has been taken back; the state is as before. Gives the rows written.
    """
    n = 0
    for k in range(count):
        if moves[k, 2] > 0:
            add(st, moves[k, 0], moves[k, 1], moves[k, 2], 1)
    for k in range(count):
        if moves[k, 2] < 0:
            n = _attribute(st, moves[k, 0], moves[k, 1], -moves[k, 2], k, out, n)
            add(st, moves[k, 0], moves[k, 1], moves[k, 2], 1)
    for k in range(count - 1, -1, -1):
        add(st, moves[k, 0], moves[k, 1], -moves[k, 2], -1)
    return n


@short(INT(STATE, INT, INT, INT))
def _planned_units(st: State, source: int, end: int, most: int) -> int:
    """Add up the orders of a source that end at ``end``, up to ``most``."""
    order, units = st.last_order[source], 0
    while order >= 0 and units < most:
        if st.orders[order, P_END] == end:
            units += st.orders[order, P_QUANTITY]
        order = st.orders[order, P_BEFORE]
    return min(units, most)


@compiled(types.float64(NET, STATE, INT, INT, TABLE))
def list_new(net: Net, st: State, mark: int, last: int, out: Ints) -> float:
    """Write (source, item-location, start, end, units) of the orders mark:last; give what they cost."""
    cost = 0.0
    for order in range(mark, last):
        source, end, units = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_QUANTITY]
        bearer = st.orders[order, P_HOST] if st.orders[order, P_HOST] >= 0 else order
        first_run, runs = st.orders[bearer, P_RUN], st.orders[bearer, P_RUNS]
        k = order - mark
        out[k, 0], out[k, 1] = net.sources[source, S_ROW], net.sources[source, S_PLACE]
        out[k, 2] = step_start(net, st.runs, source, end, units, first_run, runs, -1)
        out[k, 3], out[k, 4] = end, units
        cost += net.unit_cost[source] * units
    return cost


@compiled(INT(NET, STATE, TABLE, TABLE, INT, TABLE, ROW, ROW, ROW, TABLE))
def name_leans(
    net: Net, st: State, moves: Ints, found: Ints, count: int, made: Ints, on_hand: Ints, there_at: Ints, mixed: Ints,
    out: Ints,
) -> int:  # fmt: skip
    """Write (move, kind, supply, item-location, time, units) of what ``found`` (move, time, units) comes from.

    What is made anew comes first, then stock, then what is planned; kind -1: what else arrives then. Gives the rows.
    ``mixed`` (n_moves): whether receipts or by-products come to the place; where one source alone fills it, nobody has
    to look through its orders.
    """
    n = 0
    for k in range(count):
        place, time, units = moves[found[k, 0], 0], found[k, 1], found[k, 2]
        source = net.places[place, FIRST_SOURCE]
        step, row = 0, 0
        while units > 0 and n < len(out):
            given, kind, supply = 0, -1, place
            if step == 0 and row < len(made):
                if made[row, 1] == place and made[row, 3] == time:
                    given, kind, supply = min(units, made[row, 4]), _NEW_ORDER, row
                row += 1
            elif step == 0:
                step = 1
                if there_at[place] == time:
                    given, kind = min(units, on_hand[place]), _ON_HAND
            elif source < net.places[place, END_SOURCE]:
                alone = mixed[found[k, 0]] == 0 and net.places[place, END_SOURCE] - net.places[place, FIRST_SOURCE] == 1
                given = units if alone else _planned_units(st, source, time, units)
                kind, supply = _ORDER, net.sources[source, S_ROW]
                source += 1
            else:
                given = units
            if given > 0:
                out[n, 0], out[n, 1], out[n, 2] = found[k, 0], kind, supply
                out[n, 3], out[n, 4], out[n, 5] = place, time, given
                n += 1
                units -= given
    return n
