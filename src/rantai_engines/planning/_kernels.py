"""Ask for units through all levels, undo what does not work out, and serve demands in their order.

``ask`` has three doors in one function, because only a function that calls nothing but itself can be both recursive
and cached: DRAW takes units from an item-location, REFILL has its sources make up a shortage, ORDER plans one order of
one source with everything it consumes. Each answers (units got, next instant worth asking, cause, subject); what was
got stays planned until the caller undoes it.

The doors stand in the order in which they open each other, and the next is reached by arithmetic: a constant in a
recursive call would be a type of its own, which Numba compiles apart and then cannot link from its cache.
"""

from numba import types

from rantai_engines.planning._layout import (
    A_AT,
    A_DEMAND,
    A_LATEST,
    A_MIN_SHIPMENT,
    A_PARTIAL,
    A_PLACE,
    A_QUANTITY,
    C_ASKS,
    C_DELAYS,
    C_DELIVERIES,
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_SHORTAGES,
    END_SOURCE,
    FENCE,
    FIRST_SOURCE,
    G_BUSY,
    HORIZON,
    INT,
    L_BIT,
    L_FROM,
    L_GROUP,
    L_PLACE,
    L_STEP,
    L_TO,
    MAX_PIECES,
    NET,
    NOW,
    REPLY,
    S_END_LINE,
    S_FIRST_LINE,
    S_FROM,
    S_LIMIT,
    S_PLACE,
    S_ROW,
    S_TO,
    S_WALL,
    STATE,
    TABLE,
    UP_TO,
    Ints,
    Net,
    State,
    compiled,
)  # fmt: skip
from rantai_engines.planning._lots import component_need, lot_for, lot_from_component, lot_in_time, lot_within
from rantai_engines.planning._profile import enter, first_negative, more_after, place_order, undo
from rantai_engines.planning._worktime import end_from, start_for
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

DRAW, REFILL, ORDER = range(3)
_UNTRIED, _FAILED, _MET = range(3)
_DAY = 86_400
_MAX_DEPTH = 200
_MAX_TRIES = 12
_NONE, _LEAD, _NO_SOURCE = int(CauseKind.NONE), int(CauseKind.LEAD_TIME), int(CauseKind.NO_SOURCE)
_MAXIMUM, _EFFECTIVITY = int(CauseKind.SUPPLIER_MAXIMUM), int(CauseKind.EFFECTIVITY)
_RECEIPT, _FENCE, _SIZE = int(CauseKind.AWAITS_RECEIPT), int(CauseKind.FENCE), int(CauseKind.SIZE)
_CALENDAR, _CIRCLE, _HORIZON = int(CauseKind.CALENDAR), int(CauseKind.CIRCLE), int(CauseKind.HORIZON)


@compiled(REPLY(NET, INT, INT, INT))
def _wait_for(net: Net, source: int, lot: int, end: int) -> tuple[int, int, int, int]:
    """Say whether a lot may end at ``end`` (first number 1), else when it could and why not before."""
    place, row = net.sources[source, S_PLACE], net.sources[source, S_ROW]
    fence, opens = net.places[place, FENCE], net.sources[source, S_FROM]
    lead = max(end_from(net, source, net.sources[source, S_WALL], lot, -1), net.clock[NOW])
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


@compiled(REPLY(NET, STATE, INT, INT, INT, INT, INT))
def ask(net: Net, st: State, door: int, which: int, quantity: int, t: int, depth: int) -> tuple[int, int, int, int]:
    """Get units by ``t``: DRAW and REFILL at item-location ``which``, ORDER from source ``which``."""
    if door == DRAW:
        if st.segments[which, G_BUSY] != 0 or depth > _MAX_DEPTH:
            return 0, NEVER, _CIRCLE, which
        st.counters[C_ASKS] += 1
        st.segments[which, G_BUSY] = 1
        want, next_at, cause, subject = quantity, NEVER, _NONE, -1
        log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
        enter(st, which, t, -want)
        tries = 0
        i = first_negative(st, which, t)
        while i >= 0 and st.counters[C_FULL] == 0:
            at, lack = st.pool_time[i], -st.pool_balance[i]
            orders_before = st.counters[C_ORDERS]
            got, reply_at, reply_cause, reply_subject = ask(net, st, door + 1, which, lack, at, depth)
            if got < lack:
                if cause == _NONE or reply_at < next_at:
                    next_at, cause, subject = reply_at, reply_cause, reply_subject
                want -= lack - got
                if orders_before > order_mark:
                    # Earlier repairs of this attempt were sized for more than can be had: begin again with less.
                    undo(st, log_mark, order_mark)
                    tries += 1
                    if tries > _MAX_TRIES:
                        want = 0
                    if want > 0:
                        enter(st, which, t, -want)
                else:
                    enter(st, which, t, lack - got)
            i = first_negative(st, which, t)
        if want <= 0:
            want = 0
            undo(st, log_mark, order_mark)
        if want < quantity:
            received_at = more_after(st, which, t)
            if received_at < next_at:
                next_at, cause, subject = received_at, _RECEIPT, which
        st.segments[which, G_BUSY] = 0
        return want, next_at, cause, subject

    if door == REFILL:
        rest, got = quantity + net.places[which, UP_TO], 0
        next_at, cause, subject = NEVER, _NO_SOURCE, which
        for source in range(net.places[which, FIRST_SOURCE], net.places[which, END_SOURCE]):
            for _piece in range(net.clock[MAX_PIECES]):
                lot, reply_at, reply_cause, reply_subject = ask(net, st, door + 1, source, rest, t, depth)
                if lot == 0:
                    if reply_at < next_at or cause == _NO_SOURCE:
                        next_at, cause, subject = reply_at, reply_cause, reply_subject
                    break
                got += lot
                rest -= lot
                if rest <= 0:
                    break
            if got >= quantity or st.counters[C_FULL] != 0:
                return got, NEVER, _NONE, -1
        return got, next_at, cause, subject

    row, place = net.sources[which, S_ROW], net.sources[which, S_PLACE]
    lot = lot_for(net, which, quantity)
    if lot == 0:
        return 0, NEVER, _SIZE, row
    left = net.sources[which, S_LIMIT] - st.used[which]
    if lot > left:
        lot = lot_within(net, which, left)
        if lot == 0:
            return 0, NEVER, _MAXIMUM, row
    end = min(t, net.sources[which, S_TO] - 1)
    in_time, next_at, cause, subject = _wait_for(net, which, lot, end)
    if in_time == 0:
        lot = lot_in_time(net, which, lot, end) if cause == _LEAD else 0
        if lot == 0 or _wait_for(net, which, lot, end)[0] == 0:
            return 0, next_at, cause, subject
    for _try in range(_MAX_TRIES):
        log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
        next_at, cause, subject, most, alternates = -NEVER, _NONE, -1, lot, 0
        line = net.sources[which, S_FIRST_LINE]
        while line < net.sources[which, S_END_LINE]:
            # The alternates of one group: the first that gives the whole; else the best reply of them.
            group, state, can = net.lines[line, L_GROUP], _UNTRIED, 0
            group_at, group_cause, group_subject = NEVER, _NONE, -1
            while line < net.sources[which, S_END_LINE] and net.lines[line, L_GROUP] == group:
                at = max(start_for(net, which, end, lot, net.lines[line, L_STEP]), net.clock[NOW])
                if state == _MET or at < net.lines[line, L_FROM] or at >= net.lines[line, L_TO]:
                    line += 1
                    continue
                need = component_need(net, which, line, lot)
                line_log, line_orders = st.counters[C_LOG], st.counters[C_ORDERS]
                units, reply_at, reply_cause, reply_subject = need, NEVER, _NONE, -1
                if need > 0:
                    units, reply_at, reply_cause, reply_subject = ask(
                        net, st, door - 2, net.lines[line, L_PLACE], need, at, depth + 1
                    )
                if st.counters[C_FULL] != 0:
                    return 0, NEVER, _NONE, -1
                if units >= need:
                    state = _MET
                    if net.lines[line, L_BIT] >= 0:
                        alternates |= 1 << net.lines[line, L_BIT]
                else:
                    undo(st, line_log, line_orders)
                    can = max(can, lot_from_component(net, which, line, units))
                    reply_at = end_from(net, which, reply_at, lot, net.lines[line, L_STEP])
                    if state == _UNTRIED or reply_at < group_at:
                        group_at, group_cause, group_subject = reply_at, reply_cause, reply_subject
                    state = _FAILED
                line += 1
            if state == _FAILED:
                most = min(most, can)
                if group_at > next_at:
                    next_at, cause, subject = group_at, group_cause, group_subject
        if most == lot:
            enter(st, place, end, lot)
            place_order(st, which, end, lot, alternates)
            return lot, NEVER, _NONE, -1
        undo(st, log_mark, order_mark)
        lot = lot_within(net, which, most)
        if lot == 0:
            break
    return 0, next_at if next_at < net.sources[which, S_TO] else NEVER, cause, subject


@compiled(types.void(STATE, INT, INT, INT))
def _deliver(st: State, demand: int, at: int, quantity: int) -> None:
    n = st.counters[C_DELIVERIES]
    if n == len(st.deliveries):
        st.counters[C_FULL] = 1
        return
    st.deliveries[n, 0], st.deliveries[n, 1], st.deliveries[n, 2] = demand, at, quantity
    st.counters[C_DELIVERIES] = n + 1


@compiled(types.void(STATE, INT, INT, INT, INT, INT, INT))
def _delay(st: State, demand: int, quantity: int, since: int, until: int, cause: int, subject: int) -> None:
    n = st.counters[C_DELAYS]
    if n == len(st.delays):
        st.counters[C_FULL] = 1
        return
    st.delays[n, 0], st.delays[n, 1], st.delays[n, 2] = demand, quantity, since
    st.delays[n, 3], st.delays[n, 4], st.delays[n, 5] = until, cause, subject
    st.counters[C_DELAYS] = n + 1


@compiled(types.void(STATE, INT, INT, INT, INT, INT))
def _shortage(st: State, demand: int, quantity: int, cause: int, subject: int, until: int) -> None:
    n = st.counters[C_SHORTAGES]
    if n == len(st.shortages):
        st.counters[C_FULL] = 1
        return
    st.shortages[n, 0], st.shortages[n, 1] = demand, quantity
    st.shortages[n, 2], st.shortages[n, 3], st.shortages[n, 4] = cause, subject, until
    st.counters[C_SHORTAGES] = n + 1


@compiled(types.boolean(NET, STATE, TABLE, INT))
def serve(net: Net, st: State, asks: Ints, k: int) -> bool:
    """Serve one demand: ask at its date, take what its shipping rule allows, go on at the next date worth asking.

    False when an array ran full; the caller then takes back what this demand did and gives more room.
    """
    demand, place, at = asks[k, A_DEMAND], asks[k, A_PLACE], asks[k, A_AT]
    rest, smallest, is_partial = asks[k, A_QUANTITY], asks[k, A_MIN_SHIPMENT], asks[k, A_PARTIAL] != 0
    refused, refused_at, leap = 0, at, _DAY
    if at >= net.clock[HORIZON]:
        _shortage(st, demand, rest, _HORIZON, place, NEVER)
        return bool(st.counters[C_FULL] == 0)
    while True:
        log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
        got, next_at, cause, subject = ask(net, st, DRAW, place, rest, at, 0)
        if got == rest or (is_partial and got > 0 and got >= smallest and rest - got >= smallest):
            _deliver(st, demand, at, got)
            rest -= got
        else:
            undo(st, log_mark, order_mark)
            if is_partial and got >= smallest and got > refused:
                refused, refused_at = got, at
        if st.counters[C_FULL] != 0:
            return False
        if rest == 0:
            return True
        if next_at <= at:
            next_at, leap = at + leap, 2 * leap
        if next_at >= net.clock[HORIZON] or next_at >= asks[k, A_LATEST]:
            break
        _delay(st, demand, rest, at, next_at, cause, subject)
        at = next_at
    if refused > 0:
        got = ask(net, st, DRAW, place, min(refused, rest), refused_at, 0)[0]
        _deliver(st, demand, refused_at, got)
        rest -= got
    if rest > 0:
        _shortage(st, demand, rest, cause, subject, next_at)
    return bool(st.counters[C_FULL] == 0)


@compiled(INT(NET, STATE, TABLE, INT))
def serve_all(net: Net, st: State, asks: Ints, begin: int) -> int:
    """Serve the asks from row ``begin`` on; give the row reached, which is short of the end when an array ran full."""
    for k in range(begin, len(asks)):
        deliveries, delays = st.counters[C_DELIVERIES], st.counters[C_DELAYS]
        shortages, orders = st.counters[C_SHORTAGES], st.counters[C_ORDERS]
        if not serve(net, st, asks, k):
            undo(st, 0, orders)
            st.counters[C_DELIVERIES], st.counters[C_DELAYS] = deliveries, delays
            st.counters[C_SHORTAGES] = shortages
            return k
        st.counters[C_LOG] = 0
    return len(asks)
