"""Take back, bit by bit, what a plan holds for somebody: needs, the orders that served them, what these occupy.

Where something is released, orders of which something is then over from their end to the end of the horizon shrink or
vanish, and release what they take in turn, level by level. First those that were planned for the
demand in question, newest first: so a new demand that goes again leaves the plan as it was. Then those that came in
time for the need that has gone, the latest first, which are those that pegs would name. Then later ones.

Every change of a profile or a resource stands in the state's log, every other change in the journal of ``Held``, so
that an event can be taken back whole.
"""

from typing import Any, ClassVar

from numba import types

from rantai_engines.planning._capacity import amount, give_back, take
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._layout import (
    C_FULL,
    C_RUNS,
    END_SOURCE,
    FIRST_SOURCE,
    G_FIRST,
    G_ROWS,
    GIVEN,
    INFINITE,
    INT,
    K_FROM,
    K_PLACE,
    K_STEP,
    K_TO,
    L_BIT,
    L_FROM,
    L_PLACE,
    L_TO,
    N_END,
    N_LOAD,
    N_START,
    NET,
    O_RESOURCE,
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
    R_KIND,
    S_END_CO,
    S_END_LINE,
    S_FIRST_CO,
    S_FIRST_LINE,
    S_MULTIPLE,
    S_PLACE,
    STATE,
    UP_TO,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._log import note
from rantai_engines.planning._lots import component_need, lot_for
from rantai_engines.planning._outputs import co_product_units
from rantai_engines.planning._packs import Pack, pack_type
from rantai_engines.planning._placing import started_units, step_end, taken_at
from rantai_engines.planning._profile import add, first_negative, spare_from
from rantai_engines.planning._refill import refill
from rantai_engines.planning._trim import draft_runs, keeps_bill
from rantai_engines.planning.tables import NEVER

# Held.tally; B_OWNER: whose orders are released first; B_EVENT: the event that planned for nobody but them, -1 none
B_JOURNAL, B_QUEUE, B_OWNER, B_EVENT, TALLIES = range(5)
# Held.journal: which table, row, column, and what stood there; of what others count up and down, by how much
IN_ORDERS, IN_RUNS, IN_USED, IN_RIDERS = range(4)
# Held.waiting, by item-location: whether it stands in the queue, what has been released there, the latest need for it
W_IN_QUEUE, W_UNITS, W_TIME, WAITING_COLUMNS = range(4)
#: How many orders are looked at before and after a need that has gone.
_LOOKED_AT = 64


class Held(Pack):
    """What a held state has besides: a journal, a queue of item-locations with releases, and who uses an item-location.

    level: low-level code of each item-location. seen: the event that changed it last.
    use_line[use_offset[p]:use_offset[p + 1]]: the lines that take from item-location p, use_source their sources.
    """

    tally: Ints
    journal: Ints
    queue: Ints
    waiting: Ints
    level: Ints
    seen: Ints
    use_offset: Ints
    use_line: Ints
    use_source: Ints

    FIELDS = ("tally", "journal", "queue", "waiting", "level", "seen", "use_offset", "use_line", "use_source")
    AXES: ClassVar[dict[str, int]] = {"journal": 2, "waiting": 2}


HELD: Any = pack_type(Held)


@compiled(types.void(STATE, HELD, INT, INT, INT, INT))
def _write(st: State, hd: Held, table: int, row: int, column: int, value: int) -> None:
    """Change one number of a table (of a count: by ``value``) and note in the journal how to change it back."""
    n = hd.tally[B_JOURNAL]
    if n == len(hd.journal):
        st.counters[C_FULL] = 1
        return
    hd.journal[n, 0], hd.journal[n, 1], hd.journal[n, 2] = table, row, column
    if table == IN_ORDERS:
        hd.journal[n, 3], st.orders[row, column] = st.orders[row, column], value
    elif table == IN_RUNS:
        hd.journal[n, 3], st.runs[row, column] = st.runs[row, column], value
    elif table == IN_USED:
        hd.journal[n, 3] = -value
        st.used[row] += value
    else:
        hd.journal[n, 3] = -value
        st.orders[row, P_RIDERS] += value
    hd.tally[B_JOURNAL] = n + 1


@compiled(types.void(STATE, HELD))
def write_back(st: State, hd: Held) -> None:
    """Write again all that stood where the journal says, last change first."""
    for n in range(hd.tally[B_JOURNAL] - 1, -1, -1):
        table, row, column = hd.journal[n, 0], hd.journal[n, 1], hd.journal[n, 2]
        if table == IN_ORDERS:
            st.orders[row, column] = hd.journal[n, 3]
        elif table == IN_RUNS:
            st.runs[row, column] = hd.journal[n, 3]
        elif table == IN_USED:
            st.used[row] += hd.journal[n, 3]
        else:
            st.orders[row, P_RIDERS] += hd.journal[n, 3]
    hd.tally[B_JOURNAL] = 0


@compiled(types.void(HELD, INT, INT, INT))
def push(hd: Held, place: int, t: int, units: int) -> None:
    """Say that units have become free at an item-location, which were for a need at ``t``."""
    if hd.waiting[place, W_IN_QUEUE] == 0:
        hd.queue[hd.tally[B_QUEUE]] = place
        hd.tally[B_QUEUE] += 1
        hd.waiting[place, W_IN_QUEUE], hd.waiting[place, W_UNITS], hd.waiting[place, W_TIME] = 1, 0, -NEVER
    hd.waiting[place, W_UNITS] += units
    hd.waiting[place, W_TIME] = max(hd.waiting[place, W_TIME], t)


@compiled(types.void(HELD))
def forget_queue(hd: Held) -> None:
    """Empty the queue."""
    for k in range(hd.tally[B_QUEUE]):
        hd.waiting[hd.queue[k], W_IN_QUEUE] = 0
    hd.tally[B_QUEUE] = 0


@compiled(types.void(STATE, INT, INT, INT, INT))
def book(st: State, place: int, t: int, units: int, entries: int) -> None:
    """Change a balance, and log it: ``entries`` 1 for an entry, -1 for taking one out, 0 for changing one."""
    if st.counters[C_FULL] == 0 and add(st, place, t, units, entries):
        note(st, place, t, units, entries)


@compiled(types.void(NET, STATE, HELD, INT, INT, INT))
def _shrink_components(net: Net, st: State, hd: Held, order: int, new: int, draft: int) -> None:
    """Release what the order takes and book what it takes at the size ``new``, whose runs begin at ``draft``."""
    source, end, lot = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_QUANTITY]
    host = st.orders[order, P_HOST]
    bearer = host if host >= 0 else order
    first_run, n_runs = st.orders[bearer, P_RUN], st.orders[bearer, P_RUNS]
    for line in range(net.sources[source, S_FIRST_LINE], net.sources[source, S_END_LINE]):
        bit, place = net.lines[line, L_BIT], net.lines[line, L_PLACE]
        at = taken_at(net, st.runs, source, end, lot, first_run, n_runs, line)
        if bit >= 0 and (st.orders[order, P_ALTERNATES] >> bit) & 1 == 0:
            continue
        if not net.lines[line, L_FROM] <= at < net.lines[line, L_TO]:
            continue
        old_need = component_need(net, source, line, lot)
        need = component_need(net, source, line, new) if new > 0 else 0
        if need > 0:
            book(st, place, taken_at(net, st.runs, source, end, new, draft, n_runs, line), -need, 1)
        if old_need > 0:
            book(st, place, at, old_need, -1)
            push(hd, place, at, old_need - need)


@compiled(types.void(NET, STATE, HELD, INT, INT, INT))
def _shrink_runs(net: Net, st: State, hd: Held, order: int, new: int, draft: int) -> None:
    """Give back the order's time on its resources, and take what it needs at the size ``new``."""
    source, own, n = st.orders[order, P_SOURCE], st.orders[order, P_RUN], st.orders[order, P_RUNS]
    for k in range(n):
        load, start, end = st.runs[own + k, N_LOAD], st.runs[own + k, N_START], st.runs[own + k, N_END]
        new_start = st.runs[draft + k, N_START]
        if load >= 0 and net.resources[net.loads[load, O_RESOURCE], R_KIND] != INFINITE:
            need = amount(net, load, started_units(net, source, st.orders[order, P_QUANTITY]))
            if not give_back(net, st, load, start, end, need):
                return
            note(st, GIVEN - load, start, need, end)
            if new > 0:
                need = amount(net, load, started_units(net, source, new))
                if not take(net, st, load, new_start, end, need):
                    return
                note(st, -1 - load, new_start, need, end)
        if new > 0 and new_start != start:
            _write(st, hd, IN_RUNS, own + k, N_START, new_start)


@compiled(types.UniTuple(INT, 2)(NET, STATE, INT, INT))
def co_product(net: Net, st: State, order: int, row: int) -> tuple[int, int]:
    """Give when an order gives a by-product and how much, 0 where the row is not effective then."""
    source, end, lot = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_QUANTITY]
    step = net.co_products[row, K_STEP]
    at = step_end(net, st.runs, source, end, lot, st.orders[order, P_RUN], st.orders[order, P_RUNS], step)
    if not net.co_products[row, K_FROM] <= at < net.co_products[row, K_TO]:
        return at, 0
    return at, co_product_units(net, source, row, lot)


@compiled(types.void(NET, STATE, HELD, INT, INT, INT))
def shrink(net: Net, st: State, hd: Held, order: int, new: int, draft: int) -> None:
    """Make an order smaller, or cancel it (``new`` 0); the runs of the new size stand from ``draft`` on."""
    source, end, lot = st.orders[order, P_SOURCE], st.orders[order, P_END], st.orders[order, P_QUANTITY]
    host = st.orders[order, P_HOST]
    _shrink_components(net, st, hd, order, new, draft)
    book(st, net.sources[source, S_PLACE], end, new - lot, -1 if new == 0 else 0)
    if new == 0:
        for row in range(net.sources[source, S_FIRST_CO], net.sources[source, S_END_CO]):
            at, units = co_product(net, st, order, row)
            if units > 0:
                book(st, net.co_products[row, K_PLACE], at, -units, -1)
    if host < 0:
        _shrink_runs(net, st, hd, order, new, draft)
    else:
        _write(st, hd, IN_RIDERS, host, P_RIDERS, new - lot)
    _write(st, hd, IN_USED, source, 0, new - lot)
    _write(st, hd, IN_ORDERS, order, P_QUANTITY, new)


@compiled(types.boolean(NET, STATE, INT))
def _needs_no_besides(net: Net, st: State, order: int) -> bool:
    """Say whether nobody needs what the order gives besides its output."""
    source = st.orders[order, P_SOURCE]
    for row in range(net.sources[source, S_FIRST_CO], net.sources[source, S_END_CO]):
        at, units = co_product(net, st, order, row)
        if units > 0 and spare_from(st, net.co_products[row, K_PLACE], at) < units:
            return False
    return True


@compiled(INT(NET, STATE, INT, INT, INT))
def _smaller(net: Net, st: State, order: int, spare: int, budget: int) -> int:
    """Give the size that an order may have when ``spare`` of it is over; its own where it must stay.

    Where stock is filled up to a level, surplus is meant to be: an order goes when nobody uses any of it and all its
    units, but for those that fill up, have become free now.
    """
    source, lot = st.orders[order, P_SOURCE], st.orders[order, P_QUANTITY]
    multiple, up_to = max(net.sources[source, S_MULTIPLE], 1), net.places[net.sources[source, S_PLACE], UP_TO]
    if up_to > 0 and (spare < lot or budget < (lot - up_to if lot > up_to else lot)):
        return int(lot)
    if spare >= lot:
        new = 0
    elif st.orders[order, P_HOST] >= 0:
        new = (lot - spare + multiple - 1) // multiple * multiple
    else:
        new = lot_for(net, source, lot - spare)
    if net.sources[source, S_END_CO] > net.sources[source, S_FIRST_CO] and (
        new > 0 or not _needs_no_besides(net, st, order)
    ):
        return int(lot)
    return int(lot) if new == 0 and st.orders[order, P_RIDERS] > 0 else int(new)


@compiled(INT(NET, STATE, HELD, INT, INT))
def _try_shrink(net: Net, st: State, hd: Held, order: int, budget: int) -> int:
    """Take off an order what is over of it; give how much that is."""
    lot = st.orders[order, P_QUANTITY]
    if lot == 0:
        return 0
    spare = spare_from(st, net.sources[st.orders[order, P_SOURCE], S_PLACE], st.orders[order, P_END])
    new = _smaller(net, st, order, spare, budget) if spare > 0 else lot
    if new >= lot:
        return 0
    draft, host = st.orders[order, P_RUN], st.orders[order, P_HOST]
    if host >= 0:
        draft = st.orders[host, P_RUN]
    elif new > 0:
        draft = st.counters[C_RUNS]
        if not draft_runs(net, st, order, new) or not keeps_bill(net, st, order, new, draft):
            return 0
    shrink(net, st, hd, order, new, draft)
    return int(lot - new)


@compiled(INT(STATE, INT))
def _spare_since(st: State, place: int) -> int:
    """Give the first instant from which the balance is positive for ever, NEVER when there is none."""
    first = st.segments[place, G_FIRST]
    i = first + st.segments[place, G_ROWS] - 1
    at = NEVER
    while i >= first and st.pool_balance[i] > 0:
        at = st.pool_time[i]
        i -= 1
    return int(at)


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _next_order(net: Net, st: State, place: int, since: int, by: int, end: int, row: int) -> int:
    """Give the order of the item-location that comes next after (``end``, ``row``), -1 for none.

    ``by`` 0: backward in time, none that ends before ``since``; 1: forward.
    """
    best, best_end = -1, 0
    for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
        order = st.last_order[source]
        while order >= 0:
            at = st.orders[order, P_END]
            if st.orders[order, P_QUANTITY] > 0 and at >= since:
                if by == 0:
                    is_next = at < end or (at == end and order < row)
                    is_better = best < 0 or at > best_end or (at == best_end and order > best)
                else:
                    is_next = at > end or (at == end and order > row)
                    is_better = best < 0 or at < best_end or (at == best_end and order < best)
                if is_next and is_better:
                    best, best_end = order, at
            order = st.orders[order, P_BEFORE]
    return int(best)


@compiled(types.void(NET, STATE, HELD, INT, INT, INT))
def _relax_place(net: Net, st: State, hd: Held, place: int, t: int, budget: int) -> None:
    """Shrink orders by what has become free at an item-location."""
    owner = hd.tally[B_OWNER]
    if owner > -NEVER:
        for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
            order = st.last_order[source]
            while order >= 0:
                if st.orders[order, P_OWNER] == owner:
                    budget -= _try_shrink(net, st, hd, order, NEVER)
                order = st.orders[order, P_BEFORE]
    if hd.tally[B_EVENT] >= 0 and hd.tally[B_EVENT] == hd.seen[place]:
        # Nothing has happened here since: what is over now was over before.
        return
    for by in range(2):
        end, row = t, NEVER
        for _look in range(_LOOKED_AT):
            since = _spare_since(st, place)
            if since >= NEVER or st.counters[C_FULL] != 0:
                return
            order = _next_order(net, st, place, since, by, end, row)
            if order < 0:
                break
            end, row = st.orders[order, P_END], order
            budget -= _try_shrink(net, st, hd, order, budget)


@compiled(types.void(NET, STATE, HELD))
def relax(net: Net, st: State, hd: Held) -> None:
    """Work off the queue, upper levels first; stops, with the full mark, when an array runs full."""
    while st.counters[C_FULL] == 0 and hd.tally[B_QUEUE] > 0:
        best = 0
        for k in range(1, hd.tally[B_QUEUE]):
            one, other = hd.queue[k], hd.queue[best]
            if hd.level[one] < hd.level[other] or (hd.level[one] == hd.level[other] and one < other):
                best = k
        place = hd.queue[best]
        hd.tally[B_QUEUE] -= 1
        hd.queue[best] = hd.queue[hd.tally[B_QUEUE]]
        hd.waiting[place, W_IN_QUEUE] = 0
        _relax_place(net, st, hd, place, hd.waiting[place, W_TIME], hd.waiting[place, W_UNITS])


@compiled(INT(NET, STATE, INT))
def mend(net: Net, st: State, place: int) -> int:
    """Have sources make up whatever is short at an item-location; give when it is still short, NEVER for nowhere."""
    while True:
        i = first_negative(st, place, -NEVER)
        if i < 0:
            return NEVER
        lack, at = -st.pool_balance[i], st.pool_time[i]
        got = refill(net, st, place, lack, at, 0, 0)
        if got == 0 or st.counters[C_FULL] != 0:
            return int(at)
