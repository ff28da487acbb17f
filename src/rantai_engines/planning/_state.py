"""Set up the state from what is known at the start, and give it more room when an array runs full."""

from collections.abc import Collection

import numpy as np
from numba import types

from rantai_engines.planning._capacity import clocked
from rantai_engines.planning._compiling import compiled
from rantai_engines.planning._doors import REPLY_COLUMNS
from rantai_engines.planning._layout import (
    BUCKETS,
    C_FULL,
    C_LOG,
    C_POOL,
    COUNTED,
    COUNTERS,
    ORDER_COLUMNS,
    R_KIND,
    ROW,
    RUN_COLUMNS,
    SETUPS,
    SINGLE,
    STATE,
    Ints,
    State,
)
from rantai_engines.planning._profile import add
from rantai_engines.planning._runs import insert_run
from rantai_engines.planning._setups import refresh
from rantai_engines.planning._sorting import grouped_order
from rantai_engines.planning.network import Network
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.tables import NEVER

#: Places, instants and quantities of entries of the profiles.
Entries = tuple[Ints, Ints, Ints]


@compiled(types.void(STATE, ROW, ROW, ROW))
def _enter_known(st: State, place: Ints, time: Ints, quantity: Ints) -> None:
    """Enter known supplies, one row of each profile at most for each of them; the room is there."""
    for k in range(len(place)):
        if quantity[k] != 0:
            add(st, place[k], time[k], quantity[k], 1)


def first_state(
    problem: Problem, network: Network, *, spare_rows: int, rows: int, log_rows: int, planned: Entries | None = None
) -> State:
    """Give the state in which nothing is planned: stock, receipts, free capacity and what occupies it.

    ``spare_rows`` are free in each profile; ``rows`` (about as many as asks) and ``log_rows`` size what grows.
    ``planned`` (place, time, quantity) is entered besides.
    """
    place, time, quantity = _known(problem, network)
    if planned is not None:
        place, time, quantity = (np.concatenate(pair) for pair in zip((place, time, quantity), planned, strict=True))
        order = grouped_order(place, time)
        place, time, quantity = place[order], time[order], quantity[order]
    n = len(problem.item_locations.key) + len(problem.resources.key)
    known = np.bincount(place, minlength=n) + 1 + spare_rows
    segments = np.zeros((n, 4), np.int64)
    segments[:, 0], segments[:, 1] = np.cumsum(known) - known, known
    pool = int((6 if planned is None else 2) * known.sum())
    counters = np.zeros(COUNTERS, np.int64)
    counters[C_POOL] = known.sum()
    rows = max(rows, 1)
    busy_pool = 64 + 16 * rows
    state = State(
        segments=segments,
        pool_time=np.empty(pool, np.int64),
        pool_balance=np.empty(pool, np.int64),
        pool_count=np.empty(pool, np.int64),
        used=np.zeros(len(network.net.sources), np.int64),
        counters=counters,
        log=np.empty((log_rows, 4), np.int64),
        orders=np.empty((10 * rows, ORDER_COLUMNS), np.int64),
        deliveries=np.empty((rows + rows // 4, 3), np.int64),
        delays=np.empty((rows, 6), np.int64),
        shortages=np.empty((rows, 5), np.int64),
        runs=np.empty((8 * rows, RUN_COLUMNS), np.int64),
        busy=np.zeros((max(len(problem.resources.key), 1), 4), np.int64),
        busy_start=np.empty(busy_pool, np.int64),
        busy_end=np.empty(busy_pool, np.int64),
        busy_setup=np.empty(busy_pool, np.int64),
        busy_change=np.empty(busy_pool, np.int64),
        bucket_left=network.net.step_value.copy(),
        reply=np.zeros(REPLY_COLUMNS, np.int64),
        last_order=np.full(len(network.net.sources), -1),
        last_run=np.full(len(problem.resources.key), -1),
    )
    _enter_known(state, place, time, quantity)
    return _occupied(problem, network, state)


def _known(problem: Problem, network: Network) -> tuple[Ints, Ints, Ints]:
    """Give (place, time, quantity) of stock, receipts and free capacity; resources stand behind the item-locations."""
    p, r, now = problem.item_locations, problem.receipts, problem.now
    stocked = np.flatnonzero(p.on_hand > 0)
    parts = [
        (stocked, np.maximum(p.on_hand_at[stocked], now), p.on_hand[stocked]),
        (r.item_location, np.maximum(r.time, now), r.quantity),
    ]
    counted = network.limits.resources[:, R_KIND] == COUNTED
    resources, functions = problem.resources, problem.step_functions
    constant = np.flatnonzero(counted & (resources.maximum_steps < 0))
    parts.append((len(p.key) + constant, np.full(len(constant), -NEVER // 2), resources.maximum[constant]))
    for row in np.flatnonzero(counted & (resources.maximum_steps >= 0)):
        own = slice(*functions.offset[resources.maximum_steps[row] : resources.maximum_steps[row] + 2].tolist())
        change = np.diff(functions.value[own], prepend=0)
        parts.append((np.full(len(change), len(p.key) + row), functions.start[own], change))
    place, time, quantity = (np.concatenate([part[c] for part in parts]).astype(np.int64) for c in range(3))
    return place, time, quantity


def _occupied(problem: Problem, network: Network, state: State) -> State:
    """Occupy what open released orders occupy; where they overlap on one machine, the machine is busy once."""
    o, kinds = problem.occupations, network.limits.resources[:, R_KIND]
    order = np.lexsort((o.end, o.start, o.resource))
    for row in order[o.end[order] > o.start[order]].tolist():
        resource, kind = int(o.resource[row]), int(kinds[o.resource[row]])
        while not _occupy(problem, network, state, row, resource, kind):
            state = roomier(state)
    return state


def _occupy(problem: Problem, network: Network, state: State, row: int, resource: int, kind: int) -> bool:
    o, n = problem.occupations, len(problem.item_locations.key)
    start, end, quantity = int(o.start[row]), int(o.end[row]), int(o.quantity[row])
    if kind == COUNTED:
        return bool(_span(state, n + resource, start, end, -quantity))
    if kind == BUCKETS:
        first, last = network.limits.resources[resource, 5:7].tolist()
        bucket = first + int(np.searchsorted(network.net.step_start[first:last], start, "right")) - 1
        state.bucket_left[max(bucket, first)] -= quantity
    if kind == SINGLE:
        start, end = clocked(network.net, resource, start), clocked(network.net, resource, end)
        if end <= start:
            # It lies in a night: nothing that works by the calendar can meet it.
            return True
    if kind in (SINGLE, SETUPS):
        first, rows = int(state.busy[resource, 0]), int(state.busy[resource, 2])
        if rows and state.busy_end[first + rows - 1] >= start:
            if kind == SINGLE:
                state.busy_end[first + rows - 1] = max(int(state.busy_end[first + rows - 1]), end)
                return True
            start = max(start, int(state.busy_end[first + rows - 1]))
        if insert_run(state, resource, first + rows, start, max(end, start), int(o.setup[row]), 0) < 0:
            return False
        if kind == SETUPS:
            refresh(network.net, state, resource, int(state.busy[resource, 0]) + rows)
    return True


def _span(state: State, place: int, start: int, end: int, quantity: int) -> bool:
    if not add(state, place, start, quantity, 1):
        return False
    if not add(state, place, end, -quantity, 1):
        add(state, place, start, -quantity, -1)
        return False
    return True


def roomier(state: State, names: Collection[str] = ()) -> State:
    """Copy the state into arrays of twice the room, or only the named ones."""
    fixed = {"segments", "used", "counters", "busy", "bucket_left", "reply", "last_order", "last_run"}
    state.counters[C_FULL] = 0
    state.counters[C_LOG] = 0
    grown = {
        name: array if name in fixed or (names and name not in names) else _doubled(array)
        for name, array in state.arrays().items()
    }
    return State(**grown)


def _doubled(array: Ints) -> Ints:
    grown = np.empty((2 * len(array), *array.shape[1:]), np.int64)
    grown[: len(array)] = array
    return grown
