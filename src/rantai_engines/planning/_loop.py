"""Serve the demands in their order: which dates are tried, which part is taken, when it is over.

Two settings. HOUSE serves each class in three passes: first whoever can have everything on time, then what others can
have of it on time, then the rest at the next date worth asking. FAITHFUL serves one after the other and cuts
quantities by halves, as the planning cases do; before and after, it FILLs stock to its targets.
"""

from numba import types

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._doors import Y_AT, Y_CAUSE, Y_SUBJECT
from rantai_engines.planning._draw import draw
from rantai_engines.planning._keeping import fill_target
from rantai_engines.planning._layout import (
    A_AT,
    A_DEMAND,
    A_DONE,
    A_GROUP,
    A_LATEST,
    A_MIN_SHIPMENT,
    A_PARTIAL,
    A_PLACE,
    A_QUANTITY,
    C_DELAYS,
    C_DELIVERIES,
    C_FULL,
    C_KEEP,
    C_LOG,
    C_ORDERS,
    C_OWNER,
    C_SHIFTS,
    C_SHORTAGES,
    HORIZON,
    INT,
    NET,
    REPLY,
    SHIFTS,
    STATE,
    TABLE,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._log import undo
from rantai_engines.planning.problem import UNIT
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

#: How ``serve_all`` goes through the asks.
ON_TIME, PART, LATE, FAITHFUL, FILL = range(5)
_DAY = 86_400
#: Dates that a late demand asks for one after the other; from then on each is later by a share of its lateness.
_MOST_TRIES, _MOST_FAITHFUL, _LEAP_SHARE = 64, 1000, 16
_HORIZON, _TOGETHER = int(CauseKind.HORIZON), int(CauseKind.SHIPMENT_RULE)


@compiled(types.void(STATE, INT, INT, INT))
def _deliver(st: State, demand: int, at: int, quantity: int) -> None:
    """Write that a demand gets units."""
    n = st.counters[C_DELIVERIES]
    if n == len(st.deliveries):
        st.counters[C_FULL] = 1
        return
    st.deliveries[n, 0], st.deliveries[n, 1], st.deliveries[n, 2] = demand, at, quantity
    st.counters[C_DELIVERIES] = n + 1


@compiled(types.void(STATE, INT, INT, INT, INT, INT, INT))
def _delay(st: State, demand: int, quantity: int, since: int, until: int, cause: int, subject: int) -> None:
    """Write that open units of a demand had to wait."""
    n = st.counters[C_DELAYS]
    if n == len(st.delays):
        st.counters[C_FULL] = 1
        return
    st.delays[n, 0], st.delays[n, 1], st.delays[n, 2] = demand, quantity, since
    st.delays[n, 3], st.delays[n, 4], st.delays[n, 5] = until, cause, subject
    st.counters[C_DELAYS] = n + 1


@compiled(types.void(STATE, INT, INT, INT, INT, INT))
def _shortage(st: State, demand: int, quantity: int, cause: int, subject: int, until: int) -> None:
    """Write that units of a demand are not given."""
    n = st.counters[C_SHORTAGES]
    if n == len(st.shortages):
        st.counters[C_FULL] = 1
        return
    st.shortages[n, 0], st.shortages[n, 1] = demand, quantity
    st.shortages[n, 2], st.shortages[n, 3], st.shortages[n, 4] = cause, subject, until
    st.counters[C_SHORTAGES] = n + 1


@compiled(types.boolean(NET, STATE, TABLE, INT))
def _serve_on_time(net: Net, st: State, asks: Ints, k: int) -> bool:
    """Give the demand everything at its date, or leave it for later. False when an array ran full."""
    at, rest = asks[k, A_AT], asks[k, A_QUANTITY]
    if at >= net.clock[HORIZON]:
        return True
    log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
    st.counters[C_SHIFTS] = net.clock[SHIFTS]
    if draw(net, st, asks[k, A_PLACE], rest, at, 0, 1) == rest:
        _deliver(st, asks[k, A_DEMAND], at, rest)
        asks[k, A_DONE] = 1
    else:
        undo(net, st, log_mark, order_mark)
    return bool(st.counters[C_FULL] == 0)


@compiled(types.boolean(NET, STATE, TABLE, INT))
def _serve_part(net: Net, st: State, asks: Ints, k: int) -> bool:
    """Give a demand that may come in parts what it can have at its date. False when an array ran full."""
    at, rest, smallest = asks[k, A_AT], asks[k, A_QUANTITY], asks[k, A_MIN_SHIPMENT]
    if at >= net.clock[HORIZON] or asks[k, A_PARTIAL] == 0:
        return True
    log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
    got = draw(net, st, asks[k, A_PLACE], rest, at, 0, 0)
    if st.counters[C_FULL] != 0:
        return False
    if got == rest or (got > 0 and got >= smallest and rest - got >= smallest):
        _deliver(st, asks[k, A_DEMAND], at, got)
        if st.counters[C_FULL] != 0:
            return False
        asks[k, A_QUANTITY] = rest - got
        asks[k, A_DONE] = 1 if got == rest else 0
    else:
        undo(net, st, log_mark, order_mark)
    return True


@compiled(types.boolean(NET, STATE, TABLE, INT))
def _serve_late(net: Net, st: State, asks: Ints, k: int) -> bool:
    """Ask at the demand's date, take what its shipping rule allows, go on at the next date worth asking.

    False when an array ran full; the caller then takes back what this demand did and gives more room.
    """
    demand, place, at = asks[k, A_DEMAND], asks[k, A_PLACE], asks[k, A_AT]
    rest, smallest, is_partial = asks[k, A_QUANTITY], asks[k, A_MIN_SHIPMENT], asks[k, A_PARTIAL] != 0
    refused, refused_at, leap, tries = 0, at, _DAY, 0
    if at >= net.clock[HORIZON]:
        _shortage(st, demand, rest, _HORIZON, place, NEVER)
        return bool(st.counters[C_FULL] == 0)
    while True:
        tries += 1
        log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
        got = draw(net, st, place, rest, at, 0, 0)
        next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
        if got == rest or (is_partial and got > 0 and got >= smallest and rest - got >= smallest):
            _deliver(st, demand, at, got)
            rest -= got
        else:
            undo(net, st, log_mark, order_mark)
            if is_partial and got >= smallest and got > refused:
                refused, refused_at = got, at
        if st.counters[C_FULL] != 0:
            return False
        if rest == 0:
            return True
        if next_at <= at:
            next_at, leap = at + leap, 2 * leap
        if tries > _MOST_TRIES:
            next_at = max(next_at, at + (at - asks[k, A_AT]) // _LEAP_SHARE + _DAY)
        if next_at >= net.clock[HORIZON] or next_at >= asks[k, A_LATEST]:
            break
        _delay(st, demand, rest, at, next_at, cause, subject)
        at = next_at
    if refused > 0:
        got = draw(net, st, place, min(refused, rest), refused_at, 0, 0)
        if got > 0:
            _deliver(st, demand, refused_at, got)
        rest -= got
    if rest > 0 and cause == 0:
        cause, subject = _HORIZON, place
    if rest > 0:
        _shortage(st, demand, rest, cause, subject, next_at)
    return bool(st.counters[C_FULL] == 0)


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def _halve(net: Net, st: State, place: int, most: int, least: int, at: int) -> int:
    """Find by halves how much of ``most`` can be had at ``at`` when ``least`` can; nothing stays planned."""
    low, high, step = least, most, max(UNIT, most // 100)
    log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
    while high - low > step and st.counters[C_FULL] == 0:
        middle = max((low + high) // 2 // UNIT * UNIT, low + 1)
        got = draw(net, st, place, middle, at, 0, 0)
        undo(net, st, log_mark, order_mark)
        if got >= middle:
            low = middle
        else:
            high = middle
    return low


@compiled(REPLY(NET, STATE, INT, INT, INT, INT))
def _try_faithful(net: Net, st: State, place: int, rest: int, smallest: int, at: int) -> tuple[int, int, int, int]:
    """Say how much of ``rest`` can be had at ``at``, at last by halves; nothing stays planned."""
    log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
    got = draw(net, st, place, rest, at, 0, 0)
    next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
    undo(net, st, log_mark, order_mark)
    if got == 0 and 0 < smallest < rest and st.counters[C_FULL] == 0:
        least = draw(net, st, place, smallest, at, 0, 0)
        undo(net, st, log_mark, order_mark)
        if least >= smallest:
            got = _halve(net, st, place, rest, smallest, at)
        elif st.reply[Y_AT] < next_at:
            next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
    return got, next_at, cause, subject


@compiled(types.boolean(NET, STATE, TABLE, INT))
def _serve_faithful(net: Net, st: State, asks: Ints, k: int) -> bool:
    """Take parts and dates in the order in which the planning cases do. False when an array ran full."""
    demand, place, at = asks[k, A_DEMAND], asks[k, A_PLACE], asks[k, A_AT]
    rest, smallest, is_partial = asks[k, A_QUANTITY], asks[k, A_MIN_SHIPMENT], asks[k, A_PARTIAL] != 0
    refused, refused_at, tries = 0, at, 0
    if at >= net.clock[HORIZON]:
        _shortage(st, demand, rest, _HORIZON, place, NEVER)
        return bool(st.counters[C_FULL] == 0)
    while True:
        tries += 1
        got, next_at, cause, subject = _try_faithful(net, st, place, rest, smallest, at)
        taken = 0
        if got == rest or (is_partial and got > 0 and got >= smallest and rest - got >= smallest):
            log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
            taken = draw(net, st, place, got, at, 0, 0)
            if taken < got:
                undo(net, st, log_mark, order_mark)
                taken = 0
        if st.counters[C_FULL] != 0:
            return False
        if taken > 0:
            _deliver(st, demand, at, taken)
            rest -= taken
            if rest == 0:
                return True
            continue
        if is_partial and got >= smallest and got > refused:
            refused, refused_at = got, at
        if next_at < NEVER and (got > 0 or next_at <= at):
            next_at = at + _DAY
        if tries > _MOST_FAITHFUL:
            next_at = max(next_at, at + (at - asks[k, A_AT]) // _LEAP_SHARE + _DAY)
        if next_at >= net.clock[HORIZON] or next_at >= asks[k, A_LATEST]:
            break
        _delay(st, demand, rest, at, next_at, cause, subject)
        at = next_at
    if refused > 0:
        got = draw(net, st, place, min(refused, rest), refused_at, 0, 0)
        if got > 0:
            _deliver(st, demand, refused_at, got)
        rest -= got
    if rest > 0 and cause == 0:
        cause, subject = _HORIZON, place
    if rest > 0:
        _shortage(st, demand, rest, cause, subject, next_at)
    return bool(st.counters[C_FULL] == 0)


@compiled(types.boolean(NET, STATE, TABLE, INT, INT))
def _serve_group(net: Net, st: State, asks: Ints, begin: int, end: int) -> bool:
    """Serve demands that ship together: all whole at one date, which moves until all can. False: an array ran full."""
    at, latest = asks[begin, A_AT], NEVER
    for k in range(begin, end):
        at, latest = max(at, asks[k, A_AT]), min(latest, asks[k, A_LATEST])
    since, leap, tries = at, _DAY, 0
    while True:
        tries += 1
        log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
        next_at, cause, subject = -NEVER, 0, -1
        for k in range(begin, end):
            got = draw(net, st, asks[k, A_PLACE], asks[k, A_QUANTITY], at, 0, 0)
            if got < asks[k, A_QUANTITY] and st.reply[Y_AT] > next_at:
                next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
            if st.counters[C_FULL] != 0:
                return False
        if next_at == -NEVER:
            break
        undo(net, st, log_mark, order_mark)
        if next_at <= at:
            next_at, leap = at + leap, 2 * leap
        if tries > _MOST_TRIES:
            next_at = max(next_at, at + (at - since) // _LEAP_SHARE + _DAY)
        if next_at >= net.clock[HORIZON] or next_at >= latest:
            for k in range(begin, end):
                _shortage(st, asks[k, A_DEMAND], asks[k, A_QUANTITY], cause, subject, next_at)
            return bool(st.counters[C_FULL] == 0)
        for k in range(begin, end):
            _delay(st, asks[k, A_DEMAND], asks[k, A_QUANTITY], at, next_at, cause, subject)
        at = next_at
    for k in range(begin, end):
        if asks[k, A_AT] < since:
            _delay(st, asks[k, A_DEMAND], asks[k, A_QUANTITY], asks[k, A_AT], since, _TOGETHER, asks[k, A_DEMAND])
        _deliver(st, asks[k, A_DEMAND], at, asks[k, A_QUANTITY])
    return bool(st.counters[C_FULL] == 0)


@compiled(INT(TABLE, INT, INT))
def _group_end(asks: Ints, k: int, end: int) -> int:
    """Give the row after the last of the group that begins at ``k``."""
    last = k + 1
    while asks[k, A_GROUP] >= 0 and last < end and asks[last, A_GROUP] == asks[k, A_GROUP]:
        last += 1
    return last


@compiled(INT(NET, STATE, TABLE, INT, INT, INT))
def serve_all(net: Net, st: State, asks: Ints, begin: int, end: int, how: int) -> int:
    """Serve the asks begin:end; give the row reached, which is short of ``end`` when an array ran full."""
    k = begin
    while k < end:
        deliveries, delays = st.counters[C_DELIVERIES], st.counters[C_DELAYS]
        shortages, orders = st.counters[C_SHORTAGES], st.counters[C_ORDERS]
        after, ok, base = _group_end(asks, k, end), True, st.counters[C_LOG]
        st.counters[C_OWNER] = asks[k, A_DEMAND]
        if asks[k, A_GROUP] >= 0:
            if how != ON_TIME and how != PART:
                ok = _serve_group(net, st, asks, k, after)
        elif how == ON_TIME:
            ok = _serve_on_time(net, st, asks, k)
        elif how == FILL:
            ok = fill_target(net, st, asks[k, A_PLACE]) != 0
        elif how == FAITHFUL:
            ok = _serve_faithful(net, st, asks, k)
        elif asks[k, A_DONE] == 0 and how == PART:
            ok = _serve_part(net, st, asks, k)
        elif asks[k, A_DONE] == 0:
            ok = _serve_late(net, st, asks, k)
        if not ok:
            undo(net, st, base, orders)
            st.counters[C_DELIVERIES], st.counters[C_DELAYS] = deliveries, delays
            st.counters[C_SHORTAGES] = shortages
            if how == ON_TIME:
                asks[k, A_DONE] = 0
            return k
        if st.counters[C_KEEP] == 0:
            st.counters[C_LOG] = base
        k = after
    return end
