"""Change what open orders occupy of a resource in a held state: what has no room beside it any more is dropped."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from rantai_engines.planning._capacity import clocked, give_back, take
from rantai_engines.planning._event import Event, Full
from rantai_engines.planning._facts import Facts
from rantai_engines.planning._layout import (
    BUCKETS,
    COUNTED,
    G_FIRST,
    G_ROWS,
    GIVEN,
    INFINITE,
    N_BEFORE,
    N_END,
    N_ORDER,
    N_START,
    NOW,
    O_RESOURCE,
    P_QUANTITY,
    R_CLOCK,
    R_END_BUCKET,
    R_FIRST_BUCKET,
    R_KIND,
    SETUPS,
)
from rantai_engines.planning._limits_changed import drop_lowest, list_orders_on, unload
from rantai_engines.planning._log import note
from rantai_engines.planning._runs import insert_run, run_from
from rantai_engines.planning._setups import change_seconds, refresh, release_with_setup, state_before
from rantai_engines.planning._unplan import book
from rantai_engines.planning._worktime import end_at_work, start_at_work
from rantai_engines.planning.changes import Work
from rantai_engines.planning.tables import NEVER

Span = tuple[int, int]


def change_occupations(facts: Facts, event: Event, resource: int, old: Sequence[Work]) -> list[int]:
    """Occupy a resource as the facts say by now, instead of as ``old``; give the item-locations that may be short."""
    kind = int(event.net.resources[resource, R_KIND])
    loads = np.flatnonzero(event.net.loads[:, O_RESOURCE] == resource)
    if not len(loads) or kind == INFINITE:
        return []
    old, new = [work for work in old if work.end > work.start], facts.list_works(resource)
    if kind == SETUPS:
        short = _change_runs(event, resource, _one_by_one(old), _one_by_one(new))
    else:
        load, gone, came = int(loads[0]), Counter(old) - Counter(new), Counter(new) - Counter(old)
        if kind == COUNTED:
            short = _change_counted(event, resource, gone.elements(), came.elements())
        elif kind == BUCKETS:
            short = _change_buckets(event, load, gone.elements(), came.elements())
        else:
            short = _change_spans(facts, event, load, old, new)
    event.check()
    return short


def _change_counted(event: Event, resource: int, gone: Iterable[Work], came: Iterable[Work]) -> list[int]:
    state, own = event.state, len(event.net.places) + resource
    for work in gone:
        book(state, own, work.start, work.quantity, -1)
        book(state, own, work.end, -work.quantity, -1)
    for work in came:
        book(state, own, work.start, -work.quantity, 1)
        book(state, own, work.end, work.quantity, 1)
    return unload(event, resource)


def _change_buckets(event: Event, load: int, gone: Iterable[Work], came: Iterable[Work]) -> list[int]:
    net, state, short = event.net, event.state, list[int]()
    resource = int(net.loads[load, O_RESOURCE])
    first, last = int(net.resources[resource, R_FIRST_BUCKET]), int(net.resources[resource, R_END_BUCKET])
    for work in gone:
        start = max(work.start, int(net.step_start[first]))
        give_back(net, state, load, start, work.end, work.quantity)
        note(state, GIVEN - load, start, work.quantity, work.end)
    filled = set()
    for work in came:
        start = max(work.start, int(net.step_start[first]))
        take(net, state, load, start, work.end, work.quantity)
        note(state, -1 - load, start, work.quantity, work.end)
        filled.add(first + int(np.searchsorted(net.step_start[first:last], start, "right")) - 1)
    event.check()
    for bucket in sorted(filled):
        since, until = int(net.step_start[bucket]), int(net.step_start[bucket + 1]) if bucket + 1 < last else NEVER
        # what open orders fill by themselves stays: nobody else is in it then
        while state.bucket_left[bucket] < 0 and (running := _list_begun(event, resource, since, until)):
            short += drop_lowest(event, running, since)
    return short


def _list_begun(event: Event, resource: int, since: int, until: int) -> list[int]:
    """List the orders that begin on a resource between two instants."""
    state, found, row = event.state, dict[int, None](), int(event.state.last_run[resource])
    while row >= 0:
        order = int(state.runs[row, N_ORDER])
        if state.orders[order, P_QUANTITY] > 0 and since <= state.runs[row, N_START] < until:
            found[order] = None
        row = int(state.runs[row, N_BEFORE])
    return list(found)


def _change_spans(facts: Facts, event: Event, load: int, old: Sequence[Work], new: Sequence[Work]) -> list[int]:
    """Free and take time of a resource that does one thing at a time; where works overlap it is busy once."""
    net, state, short = event.net, event.state, list[int]()
    resource = int(net.loads[load, O_RESOURCE])
    besides = [(each.start, each.end) for each in facts.occupations if each.resource == resource]
    was = _join(event, resource, [*besides, *((work.start, work.end) for work in old)])
    now = _join(event, resource, [*besides, *((work.start, work.end) for work in new)])
    for start, end in _to_instants(event, resource, _subtract(was, now)):
        if not give_back(net, state, load, start, end, 0):
            raise Full
        note(state, GIVEN - load, start, 0, end)
    for start, end in _to_instants(event, resource, _subtract(now, was)):
        for order in list_orders_on(event, resource, start, end, over=-1):
            short += event.drop(order)
        if not take(net, state, load, start, end, 0):
            raise Full
        note(state, -1 - load, start, 0, end)
    return short


def _join(event: Event, resource: int, spans: Iterable[Span]) -> list[Span]:
    """Give spans as a resource counts time, sorted, those that meet as one."""
    found: list[Span] = []
    for start, end in sorted(
        (int(clocked(event.net, resource, a)), int(clocked(event.net, resource, b))) for a, b in spans
    ):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _subtract(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Give what of joined spans lies in none of others."""
    found = []
    for start, end in spans:
        at = start
        for begin, until in others:
            if until > at and begin < end:
                found.append((at, begin))
                at = until
        found.append((at, end))
    return [(start, end) for start, end in found if start < end]


def _to_instants(event: Event, resource: int, spans: Iterable[Span]) -> list[Span]:
    clock = int(event.net.resources[resource, R_CLOCK])
    if clock < 0:
        return list(spans)
    return [(int(start_at_work(event.net, clock, a)), int(end_at_work(event.net, clock, b))) for a, b in spans]


def _one_by_one(works: Iterable[Work]) -> list[Work]:
    """Put works one behind the other, as a resource with set-ups is laid down."""
    found: list[Work] = []
    for work in sorted(works, key=lambda work: (work.start, work.end)):
        start = max(work.start, found[-1].end) if found else work.start
        found.append(work._replace(start=start, end=max(work.end, start)))
    return found


def _change_runs(event: Event, resource: int, old: Sequence[Work], new: Sequence[Work]) -> list[int]:
    """Take works out of a resource with set-ups and put others in; the event has kept what it did before.

    A set-up between two works is what there is room for. Planned orders whose own no longer fits are dropped.
    """
    net, state, short = event.net, event.state, list[int]()
    was, now = (Counter((work.start, work.end, work.setup) for work in works) for works in (old, new))
    # works without length stand in the order of their former starts
    is_plain = all(start < end for start, end, _setup in was | now)
    gone, came = (was - now, now - was) if is_plain else (was, now)
    for start, end, _setup in came:
        for order in list_orders_on(event, resource, start, end, over=-1):
            short += event.drop(order)
    for start, end, _setup in gone.elements():
        release_with_setup(net, state, resource, start, end)
    for start, end, setup in came.elements():
        if insert_run(state, resource, int(run_from(state, resource, start + 1)), start, end, setup, 0) < 0:
            raise Full
    for row in _rows(event, resource):
        refresh(net, state, resource, row)
    while (order := _find_misfit(event, resource)) >= 0:
        short += event.drop(order)
    return short


def _rows(event: Event, resource: int) -> range:
    first = int(event.state.busy[resource, G_FIRST])
    return range(first, first + int(event.state.busy[resource, G_ROWS]))


def _find_misfit(event: Event, resource: int) -> int:
    """Give an order whose set-up has no room on a resource, -1 for none."""
    net, state = event.net, event.state
    planned = {
        (int(state.runs[row, N_START]), int(state.runs[row, N_END])): int(state.runs[row, N_ORDER])
        for row in _list_runs(event, resource)
    }
    before = int(net.clock[NOW])
    for row in _rows(event, resource):
        change, setup = int(state.busy_change[row]), int(state.busy_setup[row])
        order = planned.get((int(state.busy_start[row]) + change, int(state.busy_end[row])), -1)
        needed = change_seconds(net, resource, state_before(net, state, resource, row), setup)
        if order >= 0 and (change < needed or state.busy_start[row] < before):
            return order
        before = int(state.busy_end[row])
    return -1


def _list_runs(event: Event, resource: int) -> list[int]:
    state, found, row = event.state, list[int](), int(event.state.last_run[resource])
    while row >= 0:
        if state.orders[state.runs[row, N_ORDER], P_QUANTITY] > 0:
            found.append(row)
        row = int(state.runs[row, N_BEFORE])
    return found
