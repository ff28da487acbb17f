"""What item-locations ask each other in the planning cases: is a receipt near, and do all together have enough?"""

from numba import types

from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._layout import (
    END_SOURCE,
    FIRST_SOURCE,
    G_FIRST,
    G_ROWS,
    INT,
    NET,
    P_BEFORE,
    P_END,
    POOL,
    STATE,
    TARGET,
    TARGET_STEPS,
    Net,
    State,
)
from rantai_engines.planning._profile import row_at
from rantai_engines.planning._worktime import first_at_least
from rantai_engines.planning.tables import NEVER


@compiled(INT(STATE, INT, INT))
def _balance(st: State, place: int, t: int) -> int:
    """Give the projected balance at ``t``."""
    i = row_at(st, place, t + 1) - 1
    return int(st.pool_balance[i]) if i >= st.segments[place, G_FIRST] else 0


@compiled(INT(NET, INT, INT))
def _target(net: Net, place: int, t: int) -> int:
    """Give the stock target at ``t``."""
    function = net.places[place, TARGET_STEPS]
    if function < 0:
        return int(net.places[place, TARGET])
    first, end = net.step_offset[function], net.step_offset[function + 1]
    step = first_at_least(net.step_start, first, end, t + 1) - 1
    return int(net.step_value[step]) if step >= first else 0


@compiled(types.boolean(NET, STATE, INT, INT, INT))
def _is_ordered(net: Net, st: State, place: int, after: int, by: int) -> bool:
    """Say whether a planned order of an item-location ends in (after, by]."""
    for source in range(net.places[place, FIRST_SOURCE], net.places[place, END_SOURCE]):
        order = st.last_order[source]
        while order >= 0:
            if after < st.orders[order, P_END] <= by:
                return True
            order = st.orders[order, P_BEFORE]
    return False


@compiled(INT(NET, STATE, INT, INT))
def above_target(net: Net, st: State, place: int, t: int) -> int:
    """Give the balance at ``t`` less the stock target of that instant."""
    return _balance(st, place, t) - _target(net, place, t)


@compiled(types.boolean(NET, STATE, INT, INT))
def is_pool_full(net: Net, st: State, place: int, t: int) -> bool:
    """Say whether those that buy together with an item-location have more at ``t`` than all their targets."""
    pool, stock, target = net.places[place, POOL], 0, 0
    if pool < 0:
        return False
    for other in range(len(net.places)):
        if net.places[other, POOL] == pool:
            stock += max(_balance(st, other, t), 0)
            target += _target(net, other, t)
    return bool(stock > target)


@compiled(INT(NET, STATE, INT, INT, INT))
def awaited_receipt(net: Net, st: State, place: int, t: int, until: int) -> int:
    """Give when the next supply after ``t`` and by ``until`` comes, NEVER for none or where it is a planned order."""
    end = st.segments[place, G_FIRST] + st.segments[place, G_ROWS]
    for i in range(row_at(st, place, t + 1), end):
        at = st.pool_time[i]
        if at > until:
            return NEVER
        if st.pool_balance[i] > (st.pool_balance[i - 1] if i > st.segments[place, G_FIRST] else 0):
            return NEVER if _is_ordered(net, st, place, t, at) else at
    return NEVER


@compiled(INT(NET, STATE, INT, INT, INT))
def restored_by(net: Net, st: State, place: int, t: int, until: int) -> int:
    """Give the first instant after ``t`` and by ``until`` from which stock keeps its target, NEVER for none."""
    end, at = st.segments[place, G_FIRST] + st.segments[place, G_ROWS], NEVER
    for i in range(row_at(st, place, t), end):
        if st.pool_balance[i] < _target(net, place, st.pool_time[i]):
            at = NEVER
        elif at == NEVER:
            at = st.pool_time[i]
    return int(at) if t < at <= until else NEVER
