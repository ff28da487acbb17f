"""Take what an order consumes, line by line, alternates by rank."""

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._doors import (
    Y_ALTERNATES,
    Y_AT,
    Y_CAUSE,
    Y_FROM,
    Y_STEP,
    Y_SUBJECT,
    draw,
    reply,
)
from rantai_engines.planning._layout import (
    C_FULL,
    C_LOG,
    C_ORDERS,
    INT,
    L_AT_END,
    L_BIT,
    L_FROM,
    L_GROUP,
    L_OFFSET,
    L_PLACE,
    L_STEP,
    L_TO,
    LOOP,
    NET,
    S_END_LINE,
    S_FIRST_LINE,
    STATE,
    Net,
    State,
)
from rantai_engines.planning._log import undo
from rantai_engines.planning._lots import component_need, lot_from_component
from rantai_engines.planning._placing import taken_at
from rantai_engines.planning._profile import spare_from
from rantai_engines.planning._worktime import end_from, start_for
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

_NONE = int(CauseKind.NONE)


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT, INT))
def _in_stock(
    net: Net, st: State, source: int, first: int, last: int, end: int, lot: int, first_run: int, n_runs: int
) -> int:
    """Give the first of the alternate lines first:last whose component is there in full, -1 for none."""
    for line in range(first, last):
        at = taken_at(net, st.runs, source, end, lot, first_run, n_runs, line)
        if net.lines[line, L_FROM] <= at < net.lines[line, L_TO] and spare_from(
            st, net.lines[line, L_PLACE], at
        ) >= component_need(net, source, line, lot):
            return line
    return -1


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT, INT, INT, INT))
def _take_one_of(
    net: Net, st: State, source: int, first: int, last: int, end: int, lot: int, first_run: int, n_runs: int,
    depth: int, strict: int,
) -> int:  # fmt: skip
    """Take a component by the first of its alternate lines that gives the whole.

    Gives ``lot`` and the line's bit (Y_ALTERNATES), or the smaller lot that the best of them supports, with the
    instant at which the order could end, and from when on (Y_FROM) which step (Y_STEP) could begin.
    """
    stocked = -1
    if net.clock[LOOP] != 0 and net.lines[first, L_BIT] >= 0:
        stocked = _in_stock(net, st, source, first, last, end, lot, first_run, n_runs)
    tried, can, best_at, cause, subject, step, best_from = 0, 0, NEVER, _NONE, -1, -1, NEVER
    for line in range(first, last):
        at = taken_at(net, st.runs, source, end, lot, first_run, n_runs, line)
        if (stocked >= 0 and line != stocked) or at < net.lines[line, L_FROM] or at >= net.lines[line, L_TO]:
            continue
        need, bit = component_need(net, source, line, lot), net.lines[line, L_BIT]
        log_mark, order_mark, units = st.counters[C_LOG], st.counters[C_ORDERS], need
        if need > 0:
            place = net.lines[line, L_PLACE]
            units = draw(net, st, place, need, at, depth + 1, strict if bit < 0 else 0)
        if units >= need or st.counters[C_FULL] != 0:
            st.reply[Y_ALTERNATES] = 1 << bit if bit >= 0 else 0
            return lot
        reply_at, reply_cause, reply_subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
        undo(net, st, log_mark, order_mark)
        can = max(can, lot_from_component(net, source, line, units))
        since = reply_at - net.lines[line, L_OFFSET] if reply_at < NEVER else NEVER
        ends = since
        if net.lines[line, L_AT_END] == 0:
            ends = end_from(net, source, since, lot, net.lines[line, L_STEP])
        if tried == 0 or ends < best_at:
            best_at, cause, subject, step, best_from = ends, reply_cause, reply_subject, net.lines[line, L_STEP], since
            if net.lines[line, L_AT_END] != 0:
                best_from = start_for(net, source, since, lot, -1)
        tried = 1
    if tried == 0:
        st.reply[Y_ALTERNATES] = 0
        return lot
    reply(st, best_at, cause, subject)
    st.reply[Y_STEP], st.reply[Y_FROM] = step, best_from
    return can


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT, INT))
def take_components(
    net: Net, st: State, source: int, end: int, lot: int, first_run: int, n_runs: int, depth: int, strict: int
) -> int:
    """Take all components of an order; give the lot that they support, with the reply of the last to come.

    ``lot`` itself: all is taken, and Y_ALTERNATES has the bits of the alternates.
    """
    next_at, cause, subject, most, alternates, step, since = -NEVER, _NONE, -1, lot, 0, -1, NEVER
    line = net.sources[source, S_FIRST_LINE]
    while line < net.sources[source, S_END_LINE]:
        last = line + 1
        while last < net.sources[source, S_END_LINE] and net.lines[last, L_GROUP] == net.lines[line, L_GROUP]:
            last += 1
        can = _take_one_of(net, st, source, line, last, end, lot, first_run, n_runs, depth, strict)
        if st.counters[C_FULL] != 0:
            return 0
        if can < lot:
            most = min(most, can)
            if st.reply[Y_AT] > next_at:
                next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
                step, since = st.reply[Y_STEP], st.reply[Y_FROM]
            if strict != 0:
                break
        else:
            alternates |= st.reply[Y_ALTERNATES]
        line = last
    reply(st, next_at, cause, subject)
    st.reply[Y_ALTERNATES], st.reply[Y_STEP], st.reply[Y_FROM] = alternates, step, since
    return most
