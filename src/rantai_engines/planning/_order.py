"""Plan one order of one source, with everything it occupies and consumes."""

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._components import take_components
from rantai_engines.planning._doors import (
    DOOR,
    Y_ALTERNATES,
    Y_AT,
    Y_CAUSE,
    Y_FROM,
    Y_STEP,
    Y_SUBJECT,
    reply,
)
from rantai_engines.planning._joining import join_order
from rantai_engines.planning._layout import (
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_RUNS,
    FENCE,
    INT,
    LOOP,
    NET,
    NOW,
    P_ALTERNATES,
    REPLY,
    S_END_CO,
    S_FINITE,
    S_FIRST_CO,
    S_FROM,
    S_JOIN,
    S_KIND,
    S_LIMIT,
    S_PLACE,
    S_POST,
    S_ROW,
    S_TO,
    STATE,
    Net,
    State,
)
from rantai_engines.planning._log import enter, place_order, reply_from, undo
from rantai_engines.planning._lots import lot_for, lot_in_time, lot_within
from rantai_engines.planning._outputs import enter_co_products
from rantai_engines.planning._placing import place_back
from rantai_engines.planning._pools import is_pool_full
from rantai_engines.planning._shifting import make_room
from rantai_engines.planning._worktime import end_from, start_for, wall_of
from rantai_engines.planning.problem import SourceKind
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

_MAX_TRIES = 12
_NONE, _LEAD, _CAPACITY = int(CauseKind.NONE), int(CauseKind.LEAD_TIME), int(CauseKind.CAPACITY)
_MAXIMUM, _EFFECTIVITY = int(CauseKind.SUPPLIER_MAXIMUM), int(CauseKind.EFFECTIVITY)
_FENCE, _SIZE, _CALENDAR = int(CauseKind.FENCE), int(CauseKind.SIZE), int(CauseKind.CALENDAR)
_NO_SOURCE, _BUY = int(CauseKind.NO_SOURCE), int(SourceKind.BUY)


@compiled(REPLY(NET, INT, INT, INT))
def _wait_for(net: Net, source: int, lot: int, end: int) -> tuple[int, int, int, int]:
    """Say whether a lot may end at ``end`` (first number 1), else when it could and why not before."""
    place, row = net.sources[source, S_PLACE], net.sources[source, S_ROW]
    fence, opens = net.places[place, FENCE], net.sources[source, S_FROM]
    lead = max(end_from(net, source, wall_of(net, source), lot, -1), net.clock[NOW])
    first = max(lead, fence, opens)
    if first <= end:
        return 1, first, _NONE, -1
    if first >= NEVER:
        return 0, NEVER, _CALENDAR, row
    if first >= net.sources[source, S_TO]:
        return 0, NEVER, _EFFECTIVITY, row
    if first == lead:
        return 0, first, _LEAD, row
    if first == fence:
        return 0, first, _FENCE, place
    return 0, first, _EFFECTIVITY, row


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _first_lot(net: Net, st: State, source: int, quantity: int, t: int, depth: int, strict: int) -> int:
    """Size the order by the source's rules and by what is left of its limit; 0, with the reply, for none."""
    row, lot = net.sources[source, S_ROW], lot_for(net, source, quantity)
    if net.clock[LOOP] != 0 and net.sources[source, S_KIND] == _BUY:
        place = net.sources[source, S_PLACE]
        if is_pool_full(net, st, place, t):
            reply(st, NEVER, _NO_SOURCE, place)
            return 0
    if lot == 0:
        reply(st, NEVER, _SIZE, row)
        return 0
    left = net.sources[source, S_LIMIT] - st.used[source]
    if lot > left:
        lot = lot_within(net, source, left)
        if lot == 0:
            reply(st, NEVER, _MAXIMUM, row)
    return lot


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def _place(net: Net, st: State, source: int, lot: int, aim: int, is_dated: int) -> int:
    """Occupy what the order needs so that it ends by ``aim``; give when it ends, -NEVER (with the reply) if it cannot.

    ``is_dated`` 0: nobody will use the instant of the reply.
    """
    log_mark, order_mark, first_run = st.counters[C_LOG], st.counters[C_ORDERS], st.counters[C_RUNS]
    fits, _start, end, culprit = place_back(net, st, source, lot, aim)
    opens = max(net.places[net.sources[source, S_PLACE], FENCE], net.sources[source, S_FROM])
    if (fits != 0 and end >= opens) or st.counters[C_FULL] != 0:
        return end
    undo(net, st, log_mark, order_mark)
    st.counters[C_RUNS] = first_run
    next_at = NEVER
    if is_dated != 0:
        since = max(start_for(net, source, aim, lot, -1), wall_of(net, source))
        next_at = reply_from(net, st, source, since, lot, -1)
    if culprit < 0:
        reply(st, next_at, _LEAD, net.sources[source, S_ROW])
    else:
        reply(st, next_at, _CAPACITY, culprit)
    return -NEVER


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT))
def _attempt(net: Net, st: State, source: int, lot: int, aim: int, depth: int, strict: int, is_dated: int) -> int:
    """Plan an order of ``lot`` that ends by ``aim``; give the lot that is possible: only ``lot`` itself is planned."""
    log_mark, order_mark, first_run = st.counters[C_LOG], st.counters[C_ORDERS], st.counters[C_RUNS]
    finite, end = net.sources[source, S_FINITE], aim
    if finite != 0:
        end = _place(net, st, source, lot, aim, is_dated)
        if end == -NEVER or st.counters[C_FULL] != 0:
            return 0
    place_order(net, st, source, end, lot, first_run, aim)
    n_runs = st.counters[C_RUNS] - first_run
    most = take_components(net, st, source, end, lot, first_run, n_runs, depth, strict)
    if st.counters[C_FULL] != 0:
        return 0
    if most == lot:
        alternates = st.reply[Y_ALTERNATES]
        enter(st, net.sources[source, S_PLACE], end, lot)
        if net.sources[source, S_END_CO] > net.sources[source, S_FIRST_CO]:
            enter_co_products(net, st, source, end, lot, first_run, n_runs)
        st.orders[order_mark, P_ALTERNATES] = alternates
        return lot
    undo(net, st, log_mark, order_mark)
    if finite != 0 and is_dated != 0 and st.reply[Y_AT] < NEVER:
        forward = reply_from(net, st, source, st.reply[Y_FROM], lot, st.reply[Y_STEP])
        st.reply[Y_AT] = max(st.reply[Y_AT], forward)
    return most


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _wait_or_shrink(net: Net, st: State, source: int, lot: int, aim: int, limit: int, strict: int) -> int:
    """Give the lot that may end at ``aim``: all of it, at ``limit`` perhaps less, else 0 with the reply."""
    in_time, next_at, cause, subject = _wait_for(net, source, lot, aim)
    if in_time != 0:
        return lot
    finite = net.sources[source, S_FINITE]
    if finite != 0 and cause == _LEAD and (strict == 0 or aim < limit):
        wall = max(wall_of(net, source), net.clock[NOW])
        next_at = max(next_at, reply_from(net, st, source, wall, lot, -1))
    smaller = 0
    if aim == limit and cause == _LEAD and net.clock[LOOP] == 0 and (strict == 0 or finite == 0):
        smaller = lot_in_time(net, source, lot, aim)
        if smaller > 0 and (smaller >= lot or _wait_for(net, source, smaller, aim)[0] == 0):
            smaller = 0
    reply(st, next_at, cause, subject)
    return smaller


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _join_at_last(net: Net, st: State, source: int, quantity: int, limit: int, near: int, depth: int) -> int:
    """Make an order larger that ends long before; where none can be, the reply to the new order stands."""
    next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
    joined = 0
    if net.sources[source, S_JOIN] > near:
        joined = join_order(net, st, source, quantity, limit - near, limit - net.sources[source, S_JOIN], depth)
    if joined == 0:
        reply(st, next_at, cause, subject)
    return joined


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _order_anew(net: Net, st: State, source: int, lot: int, limit: int, depth: int, strict: int) -> int:
    """Plan a new order that ends by ``limit``, its posttime before it as far as that can be; give its lot."""
    aim = limit - net.sources[source, S_POST]
    short_at, short_cause, short_subject = NEVER, _NONE, -1
    for _try in range(_MAX_TRIES):
        possible, is_tried = _wait_or_shrink(net, st, source, lot, aim, limit, strict), False
        if possible == lot:
            is_tried, log_mark, order_mark = True, st.counters[C_LOG], st.counters[C_ORDERS]
            is_dated = 1 if strict == 0 or aim < limit else 0
            possible = _attempt(net, st, source, lot, aim, depth, strict, is_dated)
            if st.counters[C_FULL] != 0:
                return 0
            if possible < lot and is_dated == 0 and make_room(net, st, source, lot, aim, depth) != 0:
                possible = _attempt(net, st, source, lot, aim, depth, strict, 0)
                if possible < lot:
                    undo(net, st, log_mark, order_mark)
            if possible == lot:
                reply(st, short_at, short_cause, short_subject)
                return lot
        next_at = st.reply[Y_AT]
        if aim < limit:
            aim = next_at if aim < next_at <= limit else limit
            continue
        if short_cause == _NONE:
            short_at, short_cause, short_subject = next_at, st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
        lot = lot_within(net, source, possible)
        if lot == 0 or (is_tried and strict != 0):
            break
    if st.reply[Y_AT] >= net.sources[source, S_TO]:
        st.reply[Y_AT] = NEVER
    return 0


@compiled(DOOR)
def order(net: Net, st: State, source: int, quantity: int, t: int, depth: int, strict: int) -> int:
    """Plan one order that ends by ``t`` for as much of the quantity as can be; give its lot.

    It should end the source's posttime before; that shrinks as far as it must. Then the lot shrinks to what lead time
    and components allow.
    """
    lot = _first_lot(net, st, source, quantity, t, depth, strict)
    if lot == 0:
        return 0
    limit = min(t, net.sources[source, S_TO] - 1)
    if net.sources[source, S_JOIN] > 0 and net.clock[LOOP] == 0:
        # What would run beside or before an order of its own kind had better be part of it.
        near = min(limit - start_for(net, source, limit, lot, -1), net.sources[source, S_JOIN])
        joined = join_order(net, st, source, quantity, limit, limit - near, depth)
        if joined > 0 or st.counters[C_FULL] != 0:
            return joined
        lot = _order_anew(net, st, source, lot, limit, depth, strict)
        if lot > 0 or st.counters[C_FULL] != 0:
            return lot
        return _join_at_last(net, st, source, quantity, limit, near, depth)
    return _order_anew(net, st, source, lot, limit, depth, strict)
