"""Compiled search over set-ups by simulated annealing; each trial's quantities are the cheapest for its set-ups.

Source of the method: Kirkpatrick, Gelatt & Vecchi (1983). A trial adds, drops or shifts a set-up, lets two items trade
one, or plans an item anew by dynamic programme under disturbed prices of machine time. Overtime is allowed at a price
that rises while plans are infeasible and falls while they are not (strategic oscillation).
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rantai_engines.inventory.capacitated import _flows as k

_UNIT = 1.0 / 9007199254740992.0
_BLOCK = 100
_FEW, _MANY = 20, 60
_PACE = 1.03


@njit(cache=True, nogil=True)
def _draw(states: NDArray[np.uint64]) -> float:
    """Return the next number of [0, 1) of splitmix64 (Steele, Lea & Flood 2014)."""
    states[0] += np.uint64(0x9E3779B97F4A7C15)
    z = states[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * _UNIT


@njit(cache=True, nogil=True)
def _plan_anew(data: k.Data, item: int, prices: k.Floats, state: k.State, states: NDArray[np.uint64]) -> None:
    """Take an item's set-ups of a stretch of periods from a dynamic programme under disturbed prices."""
    setups, load, setup_time = state[0], state[3], data[2]
    periods = load.size
    first = int(_draw(states) * periods)
    last = min(periods, first + 3 + int(_draw(states) * periods))
    if _draw(states) < 0.5:
        first, last = 0, periods
    disturbed = np.empty(periods)
    top = prices.max()
    for t in range(periods):
        disturbed[t] = prices[t] * (0.2 + 1.6 * _draw(states))
        if _draw(states) < 0.3:
            disturbed[t] += top * _draw(states)
    wanted = np.zeros(periods, dtype=np.int8)
    k.choose_setups(data, item, disturbed, wanted)
    for t in range(first, last):
        load[t] += setup_time[item] * (wanted[t] - setups[item, t])
        setups[item, t] = wanted[t]
    k.lay_item(data, item, state)


@njit(cache=True, nogil=True)
def _drop(data: k.Data, item: int, period: int, state: k.State) -> bool:
    if not k.clear(item, period, state):
        return False
    state[0][item, period] = 0
    state[3][period] -= data[2][item]
    return True


@njit(cache=True, nogil=True)
def _add(data: k.Data, item: int, period: int, state: k.State) -> None:
    state[0][item, period] = 1
    state[3][period] += data[2][item]


@njit(cache=True, nogil=True)
def _find_neighbour(setups: k.Flags, item: int, period: int, states: NDArray[np.uint64]) -> int:
    """Return the set-up of an item next before or after a period, -1 where there is none."""
    before, after = period - 1, period + 1
    while before >= 0 and not setups[item, before]:
        before -= 1
    while after < setups.shape[1] and not setups[item, after]:
        after += 1
    if after == setups.shape[1]:
        return before
    if before < 0:
        return after
    return before if _draw(states) < 0.5 else after


@njit(cache=True, nogil=True)
def _change(data: k.Data, state: k.State, states: NDArray[np.uint64]) -> tuple[bool, int, int]:
    """Change a set-up or two; return whether it could be done, and the items it touched (-1 for none)."""
    setups = state[0]
    n, periods = setups.shape
    item, period, kind = int(_draw(states) * n), int(_draw(states) * periods), _draw(states)
    other, beside = int(_draw(states) * n), period - 1 + int(_draw(states) * 3)
    beside = min(periods - 1, max(0, beside))
    if setups[item, period]:
        if not _drop(data, item, period, state):
            return False, item, -1
        if kind > 0.5 and other != item and not setups[other, beside]:
            _add(data, other, beside, state)
            return True, item, other
        return True, item, -1
    if kind < 0.5:
        left = _find_neighbour(setups, item, period, states)
        if left < 0:
            return False, item, -1
        _add(data, item, period, state)
        return _drop(data, item, left, state), item, -1
    _add(data, item, period, state)
    if kind > 0.7 and other != item and setups[other, beside]:
        return _drop(data, other, beside, state), item, other
    return True, item, -1


@njit(cache=True, nogil=True)
def _copy(source: k.State, target: k.State) -> None:
    target[0][:] = source[0]
    target[1][:] = source[1]
    target[2][:] = source[2]
    target[3][:] = source[3]


@njit(cache=True, nogil=True)
def _refresh(data: k.Data, state: k.State, moves: k.Moves, small: float) -> None:
    for i in range(state[0].shape[0]):
        k.list_moves(data, i, state, moves, small)


@njit(cache=True, nogil=True)
def anneal(
    data: k.Data,
    prices: k.Floats,
    start: k.Flags,
    steps: int,
    heat: tuple[float, float],
    penalty: float,
    small: float,
    anew: float,
    seed: int,
    best_setups: k.Flags,
) -> float:
    """Search set-ups from a start; return the cost of the best plan within the capacity, infinite if none was met.

    Parameters
    ----------
    data : tuple of ndarray
        Need, hold, set-up time, set-up cost, capacity.
    prices : ndarray, shape (n_periods,)
        Of machine time, from the Lagrangian bound.
    start, best_setups : ndarray of int8, shape (n_items, n_periods)
        The second is written where a plan within the capacity was met.
    steps : int
        Trials.
    heat : tuple of float
        First and last temperature, money.
    penalty : float
        First price of a unit of overtime, money.
    small : float
        Machine time that counts as none.
    anew : float
        Share of trials that plan an item anew.
    seed : int
    """
    state, moves = k.start_state(data, start, small)
    k.balance(data, state, moves, penalty, small, 10_000)
    kept, _ = k.start_state(data, start, small)
    cost, over = k.price_plan(data, state)
    least = np.inf
    states = np.empty(1, dtype=np.uint64)
    states[0] = np.uint64(seed)
    cooling = (heat[1] / heat[0]) ** (1.0 / max(1, steps))
    heated, low, high, feasible = heat[0], penalty * 0.2, penalty * 100.0, 0
    for step in range(steps):
        heated *= cooling
        feasible += over <= small
        if step % _BLOCK == _BLOCK - 1:
            if feasible < _FEW:
                penalty = min(high, penalty * _PACE)
            elif feasible > _MANY:
                penalty = max(low, penalty / _PACE)
            feasible = 0
        _copy(state, kept)
        item, other, can = int(_draw(states) * start.shape[0]), -1, True
        if _draw(states) < anew:
            _plan_anew(data, item, prices, state, states)
        else:
            can, item, other = _change(data, state, states)
        if can:
            k.list_moves(data, item, state, moves, small)
            if other >= 0:
                k.list_moves(data, other, state, moves, small)
            k.merge_moves(moves)
            k.balance(data, state, moves, penalty, small, 60)
            dropped = k.drop_idle_setups(data, state, small)
            found, beyond = k.price_plan(data, state)
            worse = found - cost + penalty * (beyond - over)
            if worse <= 0.0 or _draw(states) < math.exp(-worse / heated):
                cost, over = found, beyond
                if over <= small and cost < least - 1e-9 * cost:
                    least = cost
                    best_setups[:] = state[0]
                if dropped:
                    _refresh(data, state, moves, small)
                continue
        _copy(kept, state)
        _refresh(data, state, moves, small)
    return float(least)


def warm_up() -> None:
    """Compile what a plan needs, by a plan of two items and two periods."""
    two, setups = np.ones(2), np.ones((2, 2), dtype=np.int8)
    data = (np.ones((2, 2)), two, two, two, 9.0 * two)
    prices = np.zeros(2)
    k.find_bound(data, 10, 4.0, prices)
    k.choose_setups(data, 0, prices, setups[0])
    anneal(data, prices, setups.copy(), 200, (1.0, 0.1), 1.0, 1e-6, 0.2, 1, setups)
    state, moves = k.start_state(data, setups, 1e-6)
    k.balance(data, state, moves, 1.0, 1e-6, 100)
    k.drop_idle_setups(data, state, 1e-6)
    k.price_plan(data, state)
