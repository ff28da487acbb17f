"""Take units so that each order brings stock back to its target, as the planning cases do."""

from rantai_engines.planning import _doors
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._doors import Y_AT, Y_CAUSE, Y_SUBJECT, reply
from rantai_engines.planning._draw import make_up
from rantai_engines.planning._layout import (
    AUTOFENCE,
    C_FULL,
    C_LOG,
    C_ORDERS,
    G_BUSY,
    HORIZON,
    INT,
    NET,
    NOW,
    PAIR,
    REPLY,
    STATE,
    Net,
    State,
)
from rantai_engines.planning._log import enter, undo
from rantai_engines.planning._pools import awaited_receipt
from rantai_engines.planning._profile import add, first_low, first_negative, more_after
from rantai_engines.planning._refill import refill
from rantai_engines.planning.solution import CauseKind
from rantai_engines.planning.tables import NEVER

_MAX_TRIES, _MAX_DATES = 12, 1000
_NONE, _RECEIPT = int(CauseKind.NONE), int(CauseKind.AWAITS_RECEIPT)


@compiled(REPLY(NET, STATE, INT, INT, INT))
def _first_short(net: Net, st: State, place: int, since: int, failed: int) -> tuple[int, int, int, int]:
    """Give (instant, balance, what is missing, 0) of the first date that wants an order, NEVER for none.

    Where the target could not be had ``_MAX_TRIES`` times it is left alone: only what is owed counts.
    """
    if failed < _MAX_TRIES:
        return first_low(net, st, place, since)
    i = first_negative(st, place, since)
    if i < 0:
        return NEVER, 0, 0, 0
    return st.pool_time[i], st.pool_balance[i], -st.pool_balance[i], 0


@compiled(PAIR(NET, STATE, INT, INT, INT, INT, INT, INT))
def _bring_back(
    net: Net, st: State, place: int, balance: int, lack: int, at: int, t: int, depth: int
) -> tuple[int, int]:
    """Order what brings stock back to its target at ``at``: (what is still owed there, what of the target is missing).

    What cannot be had together with the target is asked for alone.
    """
    got = make_up(net, st, place, lack, at, t, depth, 0)
    if balance + got < 0 and got == 0 and lack > -balance and st.counters[C_FULL] == 0:
        got = make_up(net, st, place, -balance, at, t, depth, 0)
    return max(-balance - got, 0), max(lack - got, 0)


@_doors.draw_keeping.define
def draw_keeping(net: Net, st: State, place: int, quantity: int, t: int, depth: int) -> int:
    """Take units by ``t`` as ``draw`` does; each order that this causes brings stock back to its target, too.

    Only what is below nothing makes the withdrawal smaller.
    """
    want, next_at, cause, subject, tries, failed, since = quantity, NEVER, _NONE, -1, 0, 0, t
    log_mark, order_mark = st.counters[C_LOG], st.counters[C_ORDERS]
    enter(st, place, t, -want)
    at, balance, lack, _unused = _first_short(net, st, place, since, failed)
    while at < NEVER and st.counters[C_FULL] == 0:
        orders_before = st.counters[C_ORDERS]
        owed, missing = _bring_back(net, st, place, balance, lack, at, t, depth)
        failed += missing > 0
        since = at + 1 if missing > 0 else at
        if owed > 0:
            if cause == _NONE or st.reply[Y_AT] < next_at:
                next_at, cause, subject = st.reply[Y_AT], st.reply[Y_CAUSE], st.reply[Y_SUBJECT]
            want -= owed
            if orders_before > order_mark:
                # Earlier orders of this attempt were sized for more than can be had: begin again with less.
                undo(net, st, log_mark, order_mark)
                tries, since = tries + 1, t
                want = 0 if tries > _MAX_TRIES else want
                if want > 0:
                    enter(st, place, t, -want)
            else:
                add(st, place, t, owed, 0)
                st.log[log_mark, 2] += owed
        if want <= 0:
            break
        at, balance, lack, _unused = _first_short(net, st, place, since, failed)
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


@compiled(INT(NET, STATE, INT))
def fill_target(net: Net, st: State, place: int) -> int:
    """Order what brings stock to its target from now on, as soon as it can be had; give 0 when an array is full."""
    st.segments[place, G_BUSY] = 1
    since = net.clock[NOW]
    for _date in range(_MAX_DATES):
        at, _balance, lack, _unused = first_low(net, st, place, since)
        if at >= net.clock[HORIZON] or st.counters[C_FULL] != 0:
            break
        if net.places[place, AUTOFENCE] > 0:
            awaited = awaited_receipt(net, st, place, at, at + net.places[place, AUTOFENCE])
            if awaited < NEVER:
                since = awaited
                continue
        got, next_at = refill(net, st, place, lack, at, 0, 0), st.reply[Y_AT]
        since = at if got >= lack else at + 1
        if got < lack and at < next_at < net.clock[HORIZON] and st.counters[C_FULL] == 0:
            got += refill(net, st, place, lack - got, next_at, 0, 0)
            since = next_at if got > 0 else next_at + 1
    st.segments[place, G_BUSY] = 0
    return int(st.counters[C_FULL] == 0)
