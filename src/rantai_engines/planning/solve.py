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
from enum import IntEnum
from itertools import pairwise

import numpy as np

from rantai_engines.planning._improve import Search, improve_queue
from rantai_engines.planning._joining import fold_riders
from rantai_engines.planning._layout import (
    A_DEMAND,
    A_PLACE,
    A_RIGHT,
    C_DELAYS,
    C_DELIVERIES,
    C_ORDERS,
    C_RUNS,
    C_SHORTAGES,
    S_PLACE,
    TARGET,
    TARGET_STEPS,
    Ints,
    State,
)
from rantai_engines.planning._loop import FAITHFUL, FILL, LATE, ON_TIME, PART, serve_all
from rantai_engines.planning._pegging import merge_orders
from rantai_engines.planning._state import first_state, roomier
from rantai_engines.planning._trim import trim_orders
from rantai_engines.planning.account import Rows, write_solution
from rantai_engines.planning.network import Network, lay_out, ordered, queue_demands, queue_targets
from rantai_engines.planning.problem import DemandKind, Problem
from rantai_engines.planning.solution import Solution

#: Free rows that each item-location begins with.
_SPARE_ROWS = 4
#: Rows that the growing tables begin with, apart from what the number of demands suggests.
_FIRST_ROWS = 1024
_FIRST_LOG = 65_536


class Loop(IntEnum):
    """How demands are served: by the house's rules, or as the public planning cases expect it."""

    HOUSE = 0
    FAITHFUL = 1


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
    loop: Loop = Loop.HOUSE
    splits: int = 2
    shifts: int = 24
    late_by_class: bool = True
    search_orders: bool = True


_DEFAULTS = Params()


def solve(problem: Problem, *, params: Params = _DEFAULTS, seed: int = 0) -> Solution:
    """Plan every demand of a problem.

    Parameters
    ----------
    problem : what is known at ``problem.now``.
    params : how to plan.
    seed : of the search for a better order inside the classes of small components; nothing else is drawn.

    Returns
    -------
    Solution : the same for the same problem, whatever the order of its rows.

    Notes
    -----
    Complexity: about asks × log(rows of an item-location) plus rows moved; one ask takes a microsecond or two.
    """
    network, plan = plan_rows(problem, params=params, seed=seed)
    return write_solution(problem, network, plan, release_until=params.release_until, root_reasons=params.root_reasons)


def plan_rows(problem: Problem, *, params: Params, seed: int) -> tuple[Network, Rows]:
    """Plan every demand; give the network and the kernels' rows, from which ``write_solution`` makes the plan."""
    # What does not fit in one gap waits whole where the planning cases are served.
    splits = params.splits if params.loop == Loop.HOUSE else 0
    network = lay_out(problem, max_pieces=params.max_pieces, loop=params.loop, splits=splits, shifts=params.shifts)
    asks = queue_demands(
        problem, promises_first=params.promises_first, forecasts_after_orders=params.forecasts_after_orders
    )
    rows = _FIRST_ROWS + len(asks)
    state = first_state(problem, network, spare_rows=_SPARE_ROWS, rows=rows, log_rows=_FIRST_LOG)
    if params.loop == Loop.FAITHFUL:
        state = _serve_faithful(problem, network, state, asks)
    else:
        if params.search_orders:
            search = Search(
                max_pieces=params.max_pieces, splits=params.splits, shifts=params.shifts, seed=seed,
                late_by_class=params.late_by_class,
            )  # fmt: skip
            asks = improve_queue(problem, asks, search=search)
        state = _serve_classes(network, state, asks, late_by_class=params.late_by_class)
    if params.fill_stock_targets:
        state = _serve(network, state, queue_targets(problem, network), LATE)
    fold_riders(state)
    state = trim_all(problem, network, state)
    return network, _finished_rows(problem, network, state, is_merging=params.merge_orders)


def _serve_faithful(problem: Problem, network: Network, state: State, asks: Ints) -> State:
    """Serve what open orders need, fill stock to its targets, then serve the demands one after the other."""
    needs = int((problem.demands.kind[asks[:, A_DEMAND]] == DemandKind.REQUIREMENT).sum())
    targets = queue_targets(problem, network)
    _first, own = np.unique(targets[:, A_PLACE], return_index=True)
    state = _serve(network, state, asks, FAITHFUL, end=needs)
    state = _serve(network, state, np.ascontiguousarray(targets[np.sort(own)]), FILL)
    state = _serve(network, state, asks, FAITHFUL, begin=needs)
    # What is there for a target is claimed in the end, once; no order brings more than that.
    network.net.places[:, TARGET], network.net.places[:, TARGET_STEPS] = 0, -1
    return state


def _serve_classes(network: Network, state: State, asks: Ints, *, late_by_class: bool) -> State:
    """Serve each class in three passes: all on time, a part on time, the rest later.

    Where lateness goes by class the three are done before the next class begins; else nobody is served late before
    all classes have what they can have on time.
    """
    bounds = np.flatnonzero(np.diff(asks[:, A_RIGHT], prepend=-1, append=-1)).tolist()
    rounds = [(ON_TIME, PART, LATE)] if late_by_class else [(ON_TIME, PART), (LATE,)]
    for passes in rounds:
        for begin, end in pairwise(bounds):
            for how in passes:
                state = _serve(network, state, asks, how, begin=begin, end=end)
    return state


def _serve(network: Network, state: State, asks: Ints, how: int, *, begin: int = 0, end: int | None = None) -> State:
    """Run the demand loop; whenever an array runs full, give it twice the room and go on where it stopped."""
    end = len(asks) if end is None else end
    while begin < end:
        begin = serve_all(network.net, state, asks, begin, end, how)
        if begin < end:
            state = roomier(state)
    return state


def trim_all(problem: Problem, network: Network, state: State) -> State:
    """Take off each order what nobody needs, end items first, earliest first."""
    orders, keys = state.orders[: state.counters[C_ORDERS]], problem.item_locations.key
    rank = np.empty(len(keys), np.int64)
    rank[np.lexsort((keys, network.level))] = np.arange(len(keys))
    sequence = ordered(rank[network.net.sources[orders[:, 0], S_PLACE]], orders[:, 1], since=problem.now)
    begin = trim_orders(network.net, state, sequence, 0)
    while begin < len(sequence):
        state = roomier(state)
        begin = trim_orders(network.net, state, sequence, begin)
    return state


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
        runs=state.runs[: counters[C_RUNS]],
        deliveries=state.deliveries[: counters[C_DELIVERIES]],
        delays=state.delays[: counters[C_DELAYS]],
        shortages=state.shortages[: counters[C_SHORTAGES]],
    )
