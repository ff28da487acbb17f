"""Change a source's lead time or a resource's maximum in a held state: what no longer fits is dropped."""

from collections.abc import Sequence

import numpy as np

from rantai_engines.planning._capacity import clocked, take
from rantai_engines.planning._event import Event
from rantai_engines.planning._facts import Facts
from rantai_engines.planning._held_state import HeldState
from rantai_engines.planning._layout import (
    BUCKETS,
    COUNTED,
    INFINITE,
    N_BEFORE,
    N_END,
    N_LOAD,
    N_ORDER,
    N_START,
    O_QUANTITY,
    O_RESOURCE,
    P_BEFORE,
    P_HOST,
    P_QUANTITY,
    R_CLOCK,
    R_KIND,
    R_MATRIX,
    R_MOST,
    S_LEAD,
    SETUPS,
)
from rantai_engines.planning._log import note
from rantai_engines.planning._pegs_at import Need
from rantai_engines.planning._profile import first_negative
from rantai_engines.planning._unplan import book
from rantai_engines.planning._worktime import end_at_work, start_at_work
from rantai_engines.planning.changes import (
    AddOccupation,
    Change,
    ChangeCalendar,
    ChangeLeadTime,
    ChangeMaximum,
    ChangeOccupations,
)
from rantai_engines.planning.solution import ConsumerKind
from rantai_engines.planning.tables import NEVER


def why_not(facts: Facts, held: HeldState, change: Change) -> str:
    """Say why a change needs a full plan, nothing where it can be made in place."""
    if isinstance(change, ChangeCalendar):
        return "a calendar has changed, by which the time on a resource is counted"
    if isinstance(change, ChangeLeadTime) and 0 in (change.lead_time, int(facts.sources.lead_time[change.source])):
        return "a lead time of nothing may close a circle"
    if isinstance(change, AddOccupation) and held.net.resources[change.resource, R_KIND] in (SETUPS, BUCKETS):
        return "a resource with set-ups or buckets is occupied otherwise"
    if isinstance(change, ChangeOccupations):
        known = int(held.net.setup_seconds[held.net.resources[change.resource, R_MATRIX]]) - 1
        if any(work.setup >= known for work in change.works):
            return "an open order needs a set-up that the plan does not know"
    if isinstance(change, ChangeMaximum):
        if facts.resources.maximum_steps[change.resource] >= 0:
            return "the resource's maximum goes by steps"
        kind, loads = int(held.net.resources[change.resource, R_KIND]), held.net.loads
        least = loads[loads[:, O_RESOURCE] == change.resource, O_QUANTITY].min(initial=NEVER // 4)
        if kind not in (INFINITE, COUNTED) and 2 * least <= change.maximum:
            return "the resource can do several things at a time from now on"
    return ""


def change_lead_time(facts: Facts, event: Event, source: int) -> list[int]:
    """Drop what is planned on a source and give it its new lead time; give the item-locations that may be short."""
    position = int(event.held.position[source]) if source < len(event.held.position) else -1
    if position < 0:
        return []
    short, state = [], event.state
    order = int(state.last_order[position])
    while order >= 0:
        if state.orders[order, P_QUANTITY] > 0 and state.orders[order, P_HOST] < 0:
            short += event.drop(order)
        order = int(state.orders[order, P_BEFORE])
    event.write(event.net.sources, (position, S_LEAD), int(facts.sources.lead_time[source]))
    return short


def change_maximum(facts: Facts, event: Event, resource: int) -> list[int]:
    """Drop what a resource can carry no longer, lowest right first; give the item-locations that may be short."""
    net, state = event.net, event.state
    kind, most = int(net.resources[resource, R_KIND]), int(facts.resources.maximum[resource])
    old = int(net.resources[resource, R_MOST])
    event.write(net.resources, (resource, R_MOST), most)
    if kind == INFINITE or most == old:
        return []
    short = []
    if kind == COUNTED:
        own = len(net.places) + resource
        book(state, own, -NEVER // 2, most - old, 1 if old == 0 else -1 if most == 0 else 0)
        event.check()
    for order in list_orders_on(event, resource, -NEVER, NEVER, over=most):
        short += event.drop(order)
    return short + (unload(event, resource) if kind == COUNTED else [])


def unload(event: Event, resource: int) -> list[int]:
    """Drop orders from a counted resource that carries too much, lowest right first."""
    state, own = event.state, len(event.net.places) + resource
    short: list[int] = []
    event.check()
    while (row := int(first_negative(state, own, -NEVER))) >= 0:
        at = int(state.pool_time[row])
        running = list_orders_on(event, resource, at, at + 1, over=-1)
        if not running:
            # What was released by hand is too much by itself: look no further than where it ends.
            return short + _unload_later(event, resource, at)
        short += drop_lowest(event, running, at)
    return short


def drop_lowest(event: Event, orders: Sequence[int], at: int) -> list[int]:
    """Drop that of some orders which runs for whoever has the lowest right."""
    seen: dict[int, int | None] = {}
    needs = [Need(kind=int(ConsumerKind.ORDER), number=order, time=at, units=0) for order in orders]
    worst = max(needs, key=lambda need: (event.right(event.lowest(need, seen)), need.number))
    return event.drop(worst.number)


def _unload_later(event: Event, resource: int, since: int) -> list[int]:
    """Drop every order that runs where a resource carries too much after an instant."""
    state, own = event.state, len(event.net.places) + resource
    first, _, rows, _ = state.segments[own].tolist()
    times = state.pool_time[first : first + rows].tolist()
    less = [
        (times[k], times[k + 1] if k + 1 < rows else NEVER)
        for k in range(rows)
        if times[k] >= since and state.pool_balance[first + k] < 0
    ]
    found = dict.fromkeys(
        order for begin, end in less for order in list_orders_on(event, resource, begin, end, over=-1)
    )
    return [place for order in found for place in event.drop(order)]


def add_occupation(event: Event, occupation: AddOccupation) -> list[int]:
    """Occupy a resource for a time, dropping what runs then; give the item-locations that may be short."""
    net, state, resource = event.net, event.state, occupation.resource
    start, end, kind = occupation.start, occupation.end, int(net.resources[resource, R_KIND])
    loads = np.flatnonzero(net.loads[:, O_RESOURCE] == resource)
    if end <= start or not len(loads) or kind == INFINITE:
        return []
    if kind == COUNTED:
        own = len(net.places) + resource
        book(state, own, start, -occupation.quantity, 1)
        book(state, own, end, occupation.quantity, 1)
        return unload(event, resource)
    short = [place for order in list_orders_on(event, resource, start, end, over=-1) for place in event.drop(order)]
    load = int(loads[0])
    for begin, until in _free_spans(event, resource, start, end):
        if not take(net, state, load, begin, until, 0):
            break
        note(state, -1 - load, begin, 0, until)
    event.check()
    return short


def _free_spans(event: Event, resource: int, start: int, end: int) -> list[tuple[int, int]]:
    """List when a resource that does one thing at a time is free between two instants."""
    net, state, clock = event.net, event.state, int(event.net.resources[resource, R_CLOCK])
    at, until = int(clocked(net, resource, start)), int(clocked(net, resource, end))
    first, _, rows, _ = state.busy[resource].tolist()
    spans = []
    for row in range(first, first + rows):
        busy_from, busy_until = int(state.busy_start[row]), int(state.busy_end[row])
        if busy_until <= at or busy_from >= until:
            continue
        spans.append((at, busy_from))
        at = busy_until
    spans.append((at, until))
    if clock < 0:
        return [span for span in spans if span[0] < span[1]]
    return [
        (int(start_at_work(net, clock, begin)), int(end_at_work(net, clock, stop)))
        for begin, stop in spans
        if begin < stop
    ]


def list_orders_on(event: Event, resource: int, since: int, until: int, *, over: int) -> list[int]:
    """List the orders that run on a resource between two instants and take more than ``over`` of it."""
    net, state, found = event.net, event.state, dict[int, None]()
    row = int(state.last_run[resource])
    while row >= 0:
        order = int(state.runs[row, N_ORDER])
        load = int(state.runs[row, N_LOAD])
        if (
            state.orders[order, P_QUANTITY] > 0
            and state.runs[row, N_START] < until
            and state.runs[row, N_END] > since
            and net.loads[load, O_QUANTITY] > over
        ):
            found[order] = None
        row = int(state.runs[row, N_BEFORE])
    return list(found)
