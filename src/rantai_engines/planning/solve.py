"""Plan supply for every demand: full plan, infinite capacity, material and lead times constrained.

Demands are served one after the other in the order of their right (``network.queue_demands``), each through all
levels before the next, so that no demand can be worse for another of lower right. For each:

1. It asks for its units at its date. What the projected balance gives from that date on is taken from stock. Where a
   withdrawal would leave a later need of higher right short, it is legal only if that shortage can be made up by a
   new order in time: otherwise those units are protected.
2. A shortage is made up at the date it appears, just in time, by the sources in the order of rank: the first that is
   on time wins. Lot sizes round up; what is over stays for whoever comes later.
3. What cannot be had at the date is asked for again at the earliest date that stock, a receipt or any source can give
   it, until the horizon or the demand's latest date. Each step is recorded with its leaf cause.
4. After all demands, stock targets are filled, end items first.

5. What is over of an order to the end of the horizon is taken off it as far as its lot sizes allow.

Then orders of one source that arrive at the same instant become one, units are pegged, and each order is explained.
"""

from dataclasses import dataclass

import numpy as np

from rantai_engines.planning._kernels import serve_all
from rantai_engines.planning._layout import (
    C_DELAYS,
    C_DELIVERIES,
    C_FULL,
    C_LOG,
    C_ORDERS,
    C_POOL,
    C_SHORTAGES,
    S_PLACE,
    Ints,
    Net,
    State,
)
from rantai_engines.planning._pegging import merge_orders
from rantai_engines.planning._profile import add
from rantai_engines.planning._trim import trim_orders
from rantai_engines.planning.account import Rows, write_solution
from rantai_engines.planning.network import Network, lay_out, ordered, queue_demands, queue_targets
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.solution import Solution

#: Free rows that each item-location begins with.
_SPARE_ROWS = 4
#: Rows that the growing tables begin with, apart from what the number of demands suggests.
_FIRST_ROWS = 1024
_FIRST_LOG = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Params:
    """How to plan.

    ``release_until``: planned orders that start by then are to be released now. ``max_pieces``: most orders of one
    source for one shortage. The others switch a rule of ``solve`` off.
    """

    release_until: int = 0
    promises_first: bool = True
    forecasts_after_orders: bool = True
    fill_stock_targets: bool = True
    merge_orders: bool = True
    root_reasons: bool = True
    max_pieces: int = 1000


_DEFAULTS = Params()


def solve(problem: Problem, *, params: Params = _DEFAULTS, seed: int = 0) -> Solution:
    """Plan every demand of a problem.

    Parameters
    ----------
    problem : what is known at ``problem.now``.
    params : how to plan.
    seed : of searches that draw at random; the full plan with infinite capacity draws nothing.

    Returns
    -------
    Solution : the same for the same problem, whatever the order of its rows.

    Notes
    -----
    Complexity: about asks × log(rows of an item-location) plus rows moved; one ask takes a microsecond or two.
    """
    del seed
    network = lay_out(problem, max_pieces=params.max_pieces)
    asks = queue_demands(
        problem, promises_first=params.promises_first, forecasts_after_orders=params.forecasts_after_orders
    )
    if params.fill_stock_targets:
        asks = np.concatenate((asks, queue_targets(problem, network)))
    state = _trim(problem, network, _serve(problem, network.net, asks))
    rows = _finished_rows(problem, network, state, is_merging=params.merge_orders)
    return write_solution(problem, network, rows, release_until=params.release_until, root_reasons=params.root_reasons)


def _serve(problem: Problem, net: Net, asks: Ints) -> State:
    """Run the demand loop; whenever an array runs full, give it twice the room and go on where it stopped."""
    state = _first_state(problem, net, n_asks=len(asks))
    begin = serve_all(net, state, asks, 0)
    while begin < len(asks):
        state = _roomier(state)
        begin = serve_all(net, state, asks, begin)
    return state


def _trim(problem: Problem, network: Network, state: State) -> State:
    """Take off each order what nobody needs, end items first, earliest first."""
    orders, keys = state.orders[: state.counters[C_ORDERS]], problem.item_locations.key
    rank = np.empty(len(keys), np.int64)
    rank[np.lexsort((keys, network.level))] = np.arange(len(keys))
    sequence = ordered(rank[network.net.sources[orders[:, 0], S_PLACE]], orders[:, 1], since=problem.now)
    begin = trim_orders(network.net, state, sequence, 0)
    while begin < len(sequence):
        state = _roomier(state)
        begin = trim_orders(network.net, state, sequence, begin)
    return state


def _first_state(problem: Problem, net: Net, *, n_asks: int) -> State:
    places, receipts, n = problem.item_locations, problem.receipts, len(problem.item_locations.key)
    known = np.bincount(receipts.item_location, minlength=n) + 1 + _SPARE_ROWS
    segments = np.zeros((n, 4), np.int64)
    segments[:, 0], segments[:, 1] = np.cumsum(known) - known, known
    pool = int(6 * known.sum())
    counters = np.zeros(8, np.int64)
    counters[C_POOL] = known.sum()
    rows = _FIRST_ROWS + n_asks
    state = State(
        segments=segments,
        pool_time=np.empty(pool, np.int64),
        pool_balance=np.empty(pool, np.int64),
        pool_count=np.empty(pool, np.int64),
        used=np.zeros(len(net.sources), np.int64),
        counters=counters,
        log=np.empty((_FIRST_LOG, 3), np.int64),
        orders=np.empty((10 * rows, 4), np.int64),
        deliveries=np.empty((rows + rows // 4, 3), np.int64),
        delays=np.empty((rows, 6), np.int64),
        shortages=np.empty((rows, 5), np.int64),
    )
    for place in np.flatnonzero(places.on_hand > 0):
        add(state, int(place), max(int(places.on_hand_at[place]), problem.now), places.on_hand[place], 1)
    for k in np.flatnonzero(receipts.quantity > 0):
        add(state, receipts.item_location[k], max(int(receipts.time[k]), problem.now), receipts.quantity[k], 1)
    return state


def _roomier(state: State) -> State:
    """Copy the state into arrays of twice the room."""
    fixed = {"segments": state.segments, "used": state.used, "counters": state.counters}
    state.counters[C_FULL] = 0
    state.counters[C_LOG] = 0
    grown = {name: _doubled(array) for name, array in state._asdict().items() if name not in fixed}
    return State(**fixed, **grown)


def _doubled(array: Ints) -> Ints:
    grown = np.empty((2 * len(array), *array.shape[1:]), np.int64)
    grown[: len(array)] = array
    return grown


def _finished_rows(problem: Problem, network: Network, state: State, *, is_merging: bool) -> Rows:
    """Cut the grown arrays to what was written, merge orders and put them in the order of start and key."""
    counters, net = state.counters, network.net
    orders = state.orders[: counters[C_ORDERS]]
    orders = orders[orders[:, 2] > 0]
    orders = orders[np.argsort(orders[:, 3], kind="stable")] if orders[:, 3].any() else orders
    orders = np.ascontiguousarray(orders[ordered(orders[:, 0], orders[:, 1], since=problem.now)])
    if is_merging:
        orders = np.ascontiguousarray(orders[: merge_orders(net, orders)])
    return Rows(
        orders=orders,
        deliveries=state.deliveries[: counters[C_DELIVERIES]],
        delays=state.delays[: counters[C_DELAYS]],
        shortages=state.shortages[: counters[C_SHORTAGES]],
    )
