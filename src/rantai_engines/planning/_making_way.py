"""Let forecasts and stock targets give way to somebody's demand, where only they are in its way.

The firm state says when a demand could be had without them. Where the whole plan has it later, those of them that hold
what it uses there (time on a resource, units of an item-location) are planned again after it.
"""

from bisect import bisect_right

import numpy as np

from rantai_engines.planning._event import Event
from rantai_engines.planning._held_state import firm_kinds
from rantai_engines.planning._layout import (
    C_LOG,
    C_ORDERS,
    N_END,
    N_LOAD,
    N_START,
    O_RESOURCE,
    P_OWNER,
    P_QUANTITY,
    P_RUN,
    P_RUNS,
)
from rantai_engines.planning._limits_changed import list_orders_on
from rantai_engines.planning._pegs_at import Need, list_needs
from rantai_engines.planning.solution import ConsumerKind

#: Forecasts that give way to the demands of one event at most, and needs that are looked at: next to each withdrawal,
#: and in all.
_MOST, _NEAR, _LOOKED_AT = 12, 3, 48


def make_way(firm: Event, plan: Event) -> None:
    """Serve the demands of an event again before forecasts, where that is worth it."""
    kinds = plan.facts.demands.columns["kind"]
    late = [d for d in plan.unplanned if d >= 0 and firm_kinds(kinds[d]) and plan.got(d) > firm.got(d)]
    if late:
        victims = _list_victims(firm, plan, set(late))
        if victims:
            plan.replan_before(late, victims)
            plan.gave_way = dict.fromkeys(late, victims)


def _list_victims(firm: Event, plan: Event, late: set[int]) -> list[int]:
    """List the forecasts and stock targets that hold what demands use in the firm state, lowest right first."""
    needs = []
    for resource, start, end in _runs(firm, late):
        for order in list_orders_on(plan, resource, start, end, over=-1):
            needs.append(Need(kind=int(ConsumerKind.ORDER), number=order, time=start, units=0))
    for place, time in _places(firm):
        there = list_needs(plan.facts, plan.held, place)
        at = bisect_right(there, time, key=lambda need: need.time)
        needs += there[max(at - _NEAR, 0) : at + _NEAR]
    seen: dict[int, int | None] = {}
    kinds, found = plan.facts.demands.columns["kind"], dict[int, None]()
    for need in needs[:_LOOKED_AT]:
        victim = plan.lowest(need, seen)
        if victim is not None and victim not in plan.unplanned and (victim < 0 or not firm_kinds(kinds[victim])):
            found[victim] = None
    return sorted(found, key=plan.right, reverse=True)[:_MOST]


def _places(firm: Event) -> list[tuple[int, int]]:
    """List (item-location, instant) of what the event's demands take in the firm state, the last of each."""
    log = firm.state.log[firm.served_from : firm.state.counters[C_LOG]]
    taken = log[(log[:, 0] >= 0) & (log[:, 0] < len(firm.net.places)) & (log[:, 2] < 0)]
    return sorted({int(place): int(time) for place, time in taken[np.argsort(taken[:, 1])][:, :2]}.items())


def _runs(firm: Event, late: set[int]) -> list[tuple[int, int, int]]:
    """List (resource, start, end) of what was planned for the event's demands in the firm state."""
    state, net, found = firm.state, firm.net, []
    for order in range(firm.marks[0], int(state.counters[C_ORDERS])):
        if state.orders[order, P_QUANTITY] > 0 and int(state.orders[order, P_OWNER]) in late:
            first, runs = state.orders[order, [P_RUN, P_RUNS]].tolist()
            for load, start, end in state.runs[first : first + runs][:, [N_LOAD, N_START, N_END]].tolist():
                if load >= 0:
                    found.append((int(net.loads[load, O_RESOURCE]), start, end))
    return found
