"""Look for a better order in which the demands of a class are served, where the chain is small enough to try many.

Within a class the right is equal, so who is served first is free: a hopeless demand may take what another needed to
be on time. Components (item-locations that share sources, parts or resources) are independent of each other; in each
small one, class by class, some dozens of orders are tried and the one with the most stake on time is kept. First the
demands that failed are moved to the front, one after the other, then orders are drawn at random.

What is tried for a class depends on the component's item-locations and on the demands of its own and of higher
classes alone, so no higher class changes for a lower one's presence; the same problem and seed give the same order.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rantai_engines.planning._layout import A_DEMAND, A_DONE, A_GROUP, A_PLACE, A_RIGHT, C_DELIVERIES, Ints, State
from rantai_engines.planning._loop import LATE, ON_TIME, PART, serve_all
from rantai_engines.planning._state import first_state, roomier
from rantai_engines.planning.network import Network, lay_out
from rantai_engines.planning.parts import find_components, take
from rantai_engines.planning.problem import Problem

#: A component with more item-locations is left as it is.
MOST_PLACES = 64
#: A class with more demands in one component is left as it is.
MOST_DEMANDS = 50
#: Orders tried for one class of one component, and of all components together.
TRIALS, ALL_TRIALS = 48, 4_000
#: Cutting a component out reads every table: small components times item-locations beyond this are left as they are.
_MOST_CUTTING = 2_000_000
#: Rows that the arrays of a trial begin with, and free ones in each profile: copying them is what a trial costs.
_ROWS, _SPARE_ROWS = 32, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """How the trials plan, which is how the whole is planned, and the seed of what is drawn."""

    max_pieces: int
    splits: int
    shifts: int
    seed: int
    late_by_class: bool


def improve_queue(problem: Problem, asks: Ints, *, search: Search) -> Ints:
    """Return the asks with better orders inside the classes of small components.

    Parameters
    ----------
    problem : what is planned.
    asks : rows of ``network.queue_demands``, by right.
    search : how to plan the trials.

    Notes
    -----
    Complexity: at most ``ALL_TRIALS`` plans of one class of one small component, some hundred microseconds each.
    """
    component = find_components(problem)
    small = find_small(component)
    if not len(small):
        return asks
    trials = min(TRIALS, ALL_TRIALS // len(small))
    own = component[problem.demands.item_location[asks[:, A_DEMAND]]]
    improved = asks.copy()
    for each in small[np.isin(small, own)] if trials > 1 else ():
        rows = np.flatnonzero(own == each)
        order = _improve_component(problem, component == each, asks[rows], search, trials=trials)
        improved[rows] = asks[rows[order]]
    return improved


def find_small(component: Ints) -> Ints:
    """Return the components in which orders are tried: none where cutting all of them out would take too long."""
    small = np.flatnonzero(np.bincount(component) <= MOST_PLACES)
    return small if len(small) * len(component) <= _MOST_CUTTING else small[:0]


def _improve_component(
    problem: Problem, inside: "np.ndarray[Any, Any]", asks: Ints, search: Search, *, trials: int
) -> Ints:
    """Return the best order found of the asks of one component."""
    part = take(problem, inside).problem
    network = lay_out(part, max_pieces=search.max_pieces, splits=search.splits, shifts=search.shifts)
    state = first_state(part, network, spare_rows=_SPARE_ROWS, rows=_ROWS, log_rows=4 * _ROWS)
    row = np.full(len(problem.demands.key), -1, np.int64)
    row[np.flatnonzero(inside[problem.demands.item_location])] = np.arange(len(part.demands.key))
    place = np.cumsum(inside) - 1
    own = asks.copy()
    own[:, A_DEMAND] = row[asks[:, A_DEMAND]]
    own[:, A_PLACE] = place[asks[:, A_PLACE]]
    staked = part.demands.stake / np.maximum(part.demands.quantity, 1)
    order = np.arange(len(asks))
    bounds = np.flatnonzero(np.diff(asks[:, A_RIGHT], prepend=-1, append=-1))
    for begin, end in pairwise(bounds.tolist()):
        block = own[begin:end]
        # Whether stakes are known is asked of this class alone: a lower one must not change how it is weighed.
        is_staked = (staked[block[:, A_DEMAND]] > 0).any()
        weights = staked if is_staked else np.ones(len(staked))
        # Demands that ship together stay together: their class is left as it is.
        is_free = 1 < len(block) <= MOST_DEMANDS and (block[:, A_GROUP] < 0).all()
        count = trials if is_free else 1
        best, state = _improve_class(part, network, state, block, weights, search, trials=count)
        order[begin:end] = begin + best
    return order


def _improve_class(
    problem: Problem, network: Network, state: State, block: Ints, weights: "np.ndarray[Any, Any]", search: Search,
    *, trials: int,
) -> tuple[Ints, State]:  # fmt: skip
    """Return the best order of one class and the state that it leaves."""
    best = np.arange(len(block))
    value, kept, asks = _try(problem, network, state, block, best, weights)
    failed = best[asks[:, A_DONE] == 0]
    waiting, tried = list(failed), {best.tobytes()}
    keys = problem.demands.key[block[:, A_DEMAND]]
    random = np.random.default_rng([search.seed, *np.sort(keys).astype(np.uint64).tolist()])
    for _ in range(trials - 1):
        if not len(failed):
            break
        if waiting:
            first = waiting.pop(0)
            order = np.concatenate(([first], best[best != first]))
        else:
            order = random.permutation(len(block))
        if order.tobytes() in tried:
            continue
        tried.add(order.tobytes())
        new_value, new_state, new_asks = _try(problem, network, state, block, order, weights)
        if new_value > value:
            best, value, kept, asks = order, new_value, new_state, new_asks
            failed = best[asks[:, A_DONE] == 0]
            waiting = list(failed)
    return best, _serve(network, kept, asks, LATE) if search.late_by_class else kept


def _try(
    problem: Problem, network: Network, state: State, block: Ints, order: Ints, weights: "np.ndarray[Any, Any]"
) -> tuple[float, State, Ints]:
    """Return the stake that an order has on time, the state that it leaves, and what is left of the asks."""
    trial, asks = State(**{name: array.copy() for name, array in state.arrays().items()}), block[order].copy()
    known = int(trial.counters[C_DELIVERIES])
    trial = _serve(network, _serve(network, trial, asks, ON_TIME), asks, PART)
    given = trial.deliveries[known : trial.counters[C_DELIVERIES]]
    value = float((given[:, 2] * weights[given[:, 0]]).sum())
    return value, trial, asks


def _serve(network: Network, state: State, asks: Ints, how: int) -> State:
    """Serve all asks; see ``solve``."""
    begin = 0
    while begin < len(asks):
        begin = serve_all(network.net, state, asks, begin, len(asks), how)
        if begin < len(asks):
            state = roomier(state)
    return state
