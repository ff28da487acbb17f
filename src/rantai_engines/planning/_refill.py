"""Have the sources of an item-location make up a shortage: by rank, by cost or in shares."""

from numba import types

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._doors import DOOR, Y_AT, Y_CAUSE, Y_SUBJECT, reply
from rantai_engines.planning._layout import (
    C_FULL,
    C_LOG,
    C_ORDERS,
    END_SOURCE,
    FIRST_SOURCE,
    INT,
    L_PLACE,
    LOOP,
    MAX_PIECES,
    NET,
    S_FIRST_LINE,
    S_FROM,
    S_KIND,
    S_MAXIMUM,
    S_MINIMUM,
    S_TO,
    S_WEIGHT,
    SEARCH,
    SPLITS,
    STATE,
    UP_TO,
    Net,
    State,
)
from rantai_engines.planning._log import undo
from rantai_engines.planning._lots import half_lot
from rantai_engines.planning._order import order
from rantai_engines.planning._outputs import tree_cost
from rantai_engines.planning._pools import above_target
from rantai_engines.planning.problem import SourceSearch
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

_BY_COST, _SPLIT, _POOL = int(SourceSearch.COST), int(SourceSearch.SPLIT), int(SourceSearch.POOL)
_MAX_TRIES = 12
_NONE, _NO_SOURCE, _CAPACITY = int(CauseKind.NONE), int(CauseKind.NO_SOURCE), int(CauseKind.CAPACITY)


@compiled(types.boolean(NET, INT, INT, INT))
def _suits(net: Net, source: int, quantity: int, t: int) -> bool:
    """Say whether a make source is effective at ``t`` and its size range holds the quantity; others always suit."""
    if net.sources[source, S_KIND] != 0:
        return True
    maximum = net.sources[source, S_MAXIMUM]
    return bool(
        net.sources[source, S_FROM] <= t < net.sources[source, S_TO]
        and net.sources[source, S_MINIMUM] <= quantity
        and (maximum == 0 or quantity <= maximum)
    )


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT))
def _from_one(net: Net, st: State, source: int, want: int, t: int, depth: int, strict: int, whole: int) -> int:
    """Plan as many orders of one source as it takes, smaller ones where one as large does not fit.

    ``whole`` 1: an order smaller than asked and allowed is refused, as the planning cases do among alternates.
    """
    got, piece, splits = 0, want, 0
    for _piece in range(net.clock[MAX_PIECES]):
        log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
        lot = order(net, st, source, piece, t, depth, strict)
        if lot == 0 and st.reply[Y_CAUSE] == _CAPACITY and splits < net.clock[SPLITS]:
            # What does not fit in one gap may fit in two.
            half = half_lot(net, source, piece)
            if half > 0:
                piece, splits = half, splits + 1
                continue
        maximum = net.sources[source, S_MAXIMUM]
        if whole != 0 and 0 < lot < want - got and (maximum == 0 or maximum > lot):
            undo(net, st, log_mark, order_mark)
            return got
        got += lot
        piece = want - got
        if lot == 0 or piece <= 0 or st.counters[C_FULL] != 0:
            return got
    return got


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT))
def _by_rank(net: Net, st: State, place: int, want: int, least: int, t: int, depth: int, strict: int) -> int:
    """Ask the sources in order until ``least`` is there; the soonest instant that any of them names counts."""
    got, next_at, cause, subject = 0, NEVER, _NO_SOURCE, place
    for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
        lots = _from_one(net, st, source, want - got, t, depth, strict, 0)
        got += lots
        if got >= least or st.counters[C_FULL] != 0:
            reply(st, NEVER, _NONE, -1)
            return got
        if st.reply[Y_AT] < next_at or cause == _NO_SOURCE:
            next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
    reply(st, next_at, cause, subject)
    return got


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _suited_first(net: Net, st: State, place: int, want: int, least: int, t: int, depth: int) -> int:
    """Ask first the sources that are effective and whose sizes hold the quantity, then the others; no order in part."""
    got, next_at, cause, subject = 0, NEVER, _NO_SOURCE, place
    for sweep in range(2):
        for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
            if _suits(net, source, want - got, t) != (sweep == 0):
                continue
            lots = _from_one(net, st, source, want - got, t, depth, 0, 1)
            got += lots
            if got >= least or st.counters[C_FULL] != 0:
                reply(st, NEVER, _NONE, -1)
                return got
            if st.reply[Y_AT] < next_at or cause == _NO_SOURCE:
                next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
    reply(st, next_at, cause, subject)
    return got


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _by_cost(net: Net, st: State, place: int, want: int, t: int, depth: int, strict: int) -> int:
    """Try every source, keep the one whose tree costs least for a unit; again for the rest."""
    got, next_at, cause, subject = 0, NEVER, _NO_SOURCE, place
    for _piece in range(net.clock[MAX_PIECES]):
        best, best_cost = -1, 1e300
        for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
            log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
            lot = order(net, st, source, want - got, t, depth, strict)
            if lot == 0:
                if st.reply[Y_AT] < next_at or cause == _NO_SOURCE:
                    next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
                continue
            cost = tree_cost(net, st, order_mark) / lot
            undo(net, st, log_mark, order_mark)
            if cost < best_cost:
                best, best_cost = source, cost
        if best < 0 or st.counters[C_FULL] != 0:
            break
        got += order(net, st, best, want - got, t, depth, strict)
        if got >= want:
            next_at, cause, subject = NEVER, _NONE, -1
            break
    reply(st, next_at, cause, subject)
    return got


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def _fullest(net: Net, st: State, place: int, t: int, most: int, after: int) -> int:
    """Give the source whose origin has most above its target at ``t``, behind ``after`` that had ``most``; -1: none."""
    best, best_above = -1, -NEVER
    for source in range(net.places[place, FIRST_SOURCE] + 1, net.places[place, END_SOURCE]):
        above = above_target(net, st, net.lines[net.sources[source, S_FIRST_LINE], L_PLACE], t)
        if above > best_above and (above < most or (above == most and source > after)):
            best, best_above = source, above
    return best


@compiled(INT(NET, STATE, INT, INT, INT, INT))
def _from_pool(net: Net, st: State, place: int, want: int, t: int, depth: int) -> int:
    """Take what the first source can give, then what others can, the one with most above its target first."""
    got, next_at, cause, subject = 0, NEVER, _NO_SOURCE, place
    source, above = net.places[place, FIRST_SOURCE], NEVER
    for _source in range(net.places[place, END_SOURCE] - source):
        got += _from_one(net, st, source, want - got, t, depth, 0, 0)
        if got >= want or st.counters[C_FULL] != 0:
            reply(st, NEVER, _NONE, -1)
            return got
        if st.reply[Y_AT] < next_at or cause == _NO_SOURCE:
            next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
        source = _fullest(net, st, place, t, above, source)
        if source < 0:
            break
        above = above_target(net, st, net.lines[net.sources[source, S_FIRST_LINE], L_PLACE], t)
    reply(st, next_at, cause, subject)
    return got


@compiled(INT(NET, STATE, INT, INT))
def _weights(net: Net, st: State, place: int, t: int) -> int:
    """Add up the weights of the sources that are effective at ``t``."""
    total = 0
    for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
        if net.sources[source, S_FROM] <= t < net.sources[source, S_TO]:
            total += net.sources[source, S_WEIGHT]
    return total


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT))
def _in_shares(net: Net, st: State, place: int, want: int, t: int, depth: int, strict: int) -> int:
    """Share a quantity among the effective sources by weight, last one first; if one gives less, all give less."""
    first, end, goal = net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE], want
    for _try in range(_MAX_TRIES):
        log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
        weights, got, left, is_whole = _weights(net, st, place, t), 0, goal, True
        reply(st, NEVER, _NO_SOURCE, place)
        for k in range(end - first):
            source = end - 1 - k
            weight = net.sources[source, S_WEIGHT]
            if weight == 0 or not net.sources[source, S_FROM] <= t < net.sources[source, S_TO]:
                continue
            share = left if weight == weights else int(left * (weight / weights))
            weights -= weight
            if share <= 0:
                continue
            lot = order(net, st, source, share, t, depth, strict)
            if lot < share:
                is_whole, goal = False, int(goal * (lot / share))
                break
            got += lot
            left -= lot
        if is_whole or st.counters[C_FULL] != 0:
            return got
        undo(net, st, log_mark, order_mark)
        if goal == 0:
            return 0
    return 0


@compiled(DOOR)
def refill(net: Net, st: State, place: int, quantity: int, t: int, depth: int, strict: int) -> int:
    """Plan orders that end by ``t`` for a shortage, and for what the item-location orders besides."""
    several = net.places[place, END_SOURCE] - net.places[place, FIRST_SOURCE] > 1
    want, search = quantity + net.places[place, UP_TO], net.places[place, SEARCH]
    if several and search == _SPLIT:
        return _in_shares(net, st, place, want, t, depth, 0)
    if several and search == _POOL:
        return _from_pool(net, st, place, want, t, depth)
    if several and search == _BY_COST:
        return _by_cost(net, st, place, want, t, depth, 0)
    if several and net.clock[LOOP] != 0:
        return _suited_first(net, st, place, want, quantity, t, depth)
    return _by_rank(net, st, place, want, quantity, t, depth, 0 if several else strict)
