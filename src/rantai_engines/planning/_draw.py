"""Take units from an item-location, making up what this and later needs would miss."""

from rantai_engines.planning import _doors
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._doors import Y_AT, Y_CAUSE, Y_SUBJECT, reply
from rantai_engines.planning._layout import (
    AUTOFENCE,
    C_ASKS,
    C_FULL,
    C_LOG,
    C_ORDERS,
    G_BUSY,
    INT,
    IS_LIMITED,
    KEEPS,
    NET,
    STATE,
    TARGET,
    TARGET_STEPS,
    Net,
    State,
)
from rantai_engines.planning._log import enter, undo
from rantai_engines.planning._pools import restored_by
from rantai_engines.planning._profile import add, first_negative, more_after
from rantai_engines.planning._refill import refill
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

_MAX_DEPTH = 200
_MAX_TRIES = 12
_NONE, _RECEIPT, _CIRCLE = int(CauseKind.NONE), int(CauseKind.AWAITS_RECEIPT), int(CauseKind.CIRCLE)


@compiled(INT(NET, STATE, INT, INT, INT, INT, INT, INT))
def make_up(net: Net, st: State, place: int, lack: int, at: int, t: int, depth: int, strict: int) -> int:
    """Get what is short at ``at`` for a need at ``t``: by what is on its way, by new orders, or by earlier ones."""
    if depth == 0 and net.clock[KEEPS] != 0:
        at = t
    if net.places[place, AUTOFENCE] > 0:
        restored = restored_by(net, st, place, at, at + net.places[place, AUTOFENCE])
        if restored < NEVER:
            reply(st, restored, _RECEIPT, place)
            return 0
    got = refill(net, st, place, lack, at, depth, strict)
    if got == 0 and at > t and net.clock[IS_LIMITED] != 0 and st.counters[C_FULL] == 0:
        # What a later need would miss can perhaps be had before, where capacity is free.
        next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
        got = refill(net, st, place, lack, t, depth, strict)
        if got < lack and next_at < st.reply[Y_AT]:
            reply(st, next_at, cause, subject)
    return got


@_doors.draw.define
def draw(net: Net, st: State, place: int, quantity: int, t: int, depth: int, strict: int) -> int:
    """Take units by ``t``; a withdrawal that a later need would miss is legal only if that can be made up."""
    if st.segments[place, G_BUSY] != 0 or depth > _MAX_DEPTH:
        reply(st, NEVER, _CIRCLE, place)
        return 0
    st.counters[C_ASKS] += 1
    st.segments[place, G_BUSY] = 1
    if net.places[place, TARGET] > 0 or net.places[place, TARGET_STEPS] >= 0:
        return _doors.draw_keeping(net, st, place, quantity, t, depth)
    want, next_at, cause, subject, tries = quantity, NEVER, _NONE, -1, 0
    log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
    enter(st, place, t, -want)
    i = first_negative(st, place, t)
    while i >= 0 and st.counters[C_FULL] == 0:
        lack, orders_before = -st.pool_balance[i], st.counters[C_ORDERS]
        got = make_up(net, st, place, lack, st.pool_time[i], t, depth, strict)
        if got < lack:
            if cause == _NONE or st.reply[Y_AT] < next_at:
                next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
            want -= lack - got
            if strict != 0:
                want = 0
                break
            if orders_before > order_mark:
                # Earlier repairs of this attempt were sized for more than can be had: begin again with less.
                undo(net, st, log_mark, order_mark)
                tries += 1
                if tries > _MAX_TRIES:
                    want = 0
                if want > 0:
                    enter(st, place, t, -want)
            else:
                # The entry of this attempt grows smaller, so that a withdrawal is one entry for ever.
                add(st, place, t, lack - got, 0)
                st.log[log_mark, 2] += lack - got
        i = first_negative(st, place, t)
    if want <= 0:
        want = 0
        undo(net, st, log_mark, order_mark)
    if want < quantity:
        received_at = more_after(st, place, t)
        if received_at < next_at:
            next_at, cause, subject = received_at, _RECEIPT, place
    st.segments[place, G_BUSY] = 0
    reply(st, next_at, cause, subject)
    return want
