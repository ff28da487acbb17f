"""Compiled loops of capacitated lot sizing: the Lagrangian bound, and the cheapest quantities for given set-ups.

Letters: `need` (n, T) demand and `made` (n, T) production in machine time, `stock` (n, T) left at a period's end in
machine time, `hold` (n,) money/(machine time period), `load` and `capacity` (T,) machine time.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.int8]
Data = tuple[Floats, Floats, Floats, Floats, Floats]
State = tuple[Flags, Floats, Floats, Floats]
Moves = tuple[Floats, Floats, NDArray[np.int64]]


@njit(cache=True, nogil=True)
def choose_setups(data: Data, item: int, prices: Floats, setups: Flags) -> float:
    """Write the cheapest set-ups of one item where machine time costs `prices`, and return their cost.

    Source: Wagner & Whitin (1958), with the prices of Trigeiro, Thomas & McClain (1989).
    """
    need, hold, setup_time, setup_cost, _ = data
    periods = int(need.shape[1])
    best = np.full(periods + 1, np.inf)
    begun = np.full(periods + 1, -1, dtype=np.int64)
    best[0] = 0.0
    for s in range(periods):
        if need[item, s] <= 0.0 and best[s] < best[s + 1]:
            best[s + 1] = best[s]
            begun[s + 1] = -1
        spent = best[s] + setup_cost[item] + prices[s] * setup_time[item]
        for t in range(s, periods):
            spent += need[item, t] * (prices[s] + hold[item] * (t - s))
            if spent < best[t + 1]:
                best[t + 1] = spent
                begun[t + 1] = s
    setups[:] = 0
    t = periods
    while t > 0:
        s = int(begun[t])
        if s < 0:
            t -= 1
            continue
        setups[s] = 1
        t = s
    return float(best[periods])


@njit(cache=True, nogil=True)
def lay_item(data: Data, item: int, state: State) -> None:
    """Make each need of an item in the latest set-up at or before it; `load` is kept up to date.

    A first need without a set-up gets one.
    """
    need, _, setup_time, _, _ = data
    setups, made, stock, load = state
    last, left = -1, 0.0
    for t in range(need.shape[1]):
        load[t] -= made[item, t]
        made[item, t] = 0.0
    for t in range(need.shape[1]):
        if setups[item, t]:
            last = t
        if need[item, t] > 0.0:
            if last < 0:
                setups[item, t] = 1
                load[t] += setup_time[item]
                last = t
            made[item, last] += need[item, t]
            load[last] += need[item, t]
    for t in range(need.shape[1]):
        left += made[item, t] - need[item, t]
        stock[item, t] = left


@njit(cache=True, nogil=True)
def find_bound(data: Data, rounds: int, target: float, best_prices: Floats) -> float:
    """Return the Lagrangian bound of the relaxed capacity and write its prices.

    Subgradient steps towards `target`, shortened after fifteen without a gain (Held, Wolfe & Crowder 1974).
    """
    need, _, setup_time, _, capacity = data
    n, periods = need.shape
    prices, load = np.zeros(periods), np.zeros(periods)
    setups, made, stock = np.zeros((n, periods), dtype=np.int8), np.zeros((n, periods)), np.zeros((n, periods))
    state = (setups, made, stock, load)
    best, step, idle = -1.0, 1.0, 0
    for _ in range(rounds):
        value = -(prices * capacity).sum()
        for i in range(n):
            value += choose_setups(data, i, prices, setups[i])
            lay_item(data, i, state)
        for t in range(periods):
            load[t] = made[:, t].sum() + (setups[:, t] * setup_time).sum()
        idle += 1
        if value > best + 1e-9 * abs(best):
            best, idle = value, 0
            best_prices[:] = prices
        elif idle >= 15:
            step, idle = 0.6 * step, 0
            prices[:] = best_prices
            if step < 1e-4:
                break
        away = load - capacity
        norm = 0.0
        for t in range(periods):
            if away[t] > 0.0 or prices[t] > 0.0:
                norm += away[t] * away[t]
        if norm < 1e-12:
            break
        length = step * max(target - value, 1e-3 * target) / norm
        for t in range(periods):
            prices[t] = max(0.0, prices[t] + length * away[t])
    return max(best, 0.0)


@njit(cache=True, nogil=True)
def list_moves(data: Data, item: int, state: State, moves: Moves, small: float) -> None:
    """Write what a unit of an item's machine time costs to move from period s to period q."""
    setups, made, stock, _ = state
    hold, periods = data[1], data[0].shape[1]
    each = moves[0]
    each[item] = np.inf
    for s in range(periods):
        if made[item, s] <= small:
            continue
        for q in range(s):
            if setups[item, q]:
                each[item, s, q] = hold[item] * (s - q)
        for q in range(s + 1, periods):
            if stock[item, q - 1] <= small:
                break
            if setups[item, q]:
                each[item, s, q] = -hold[item] * (q - s)


@njit(cache=True, nogil=True)
def merge_moves(moves: Moves) -> None:
    """Write the cheapest item to move between each two periods."""
    each, cheapest, who = moves
    n, periods = each.shape[0], each.shape[1]
    for s in range(periods):
        for q in range(periods):
            best, item = np.inf, -1
            for i in range(n):
                if each[i, s, q] < best:
                    best, item = each[i, s, q], i
            cheapest[s, q] = best
            who[s, q] = item


@njit(cache=True, nogil=True)
def _find_cycle(cheapest: Floats, tolerance: float, cycle: NDArray[np.int64]) -> int:
    """Write a circle of periods round which moving saves money, backwards; return its length, 0 for none.

    Bellman and Ford over the periods and one node more, the machine's idle time.
    """
    size = cheapest.shape[0]
    distance, before = np.zeros(size), np.full(size, -1, dtype=np.int64)
    seen = np.empty(size, dtype=np.int64)
    for _ in range(size):
        changed = False
        for s in range(size):
            for q in range(size):
                reached = distance[s] + cheapest[s, q]
                if reached < distance[q] - tolerance:
                    distance[q] = reached
                    before[q] = s
                    changed = True
        if not changed:
            return 0
        seen[:] = -1
        for start in range(size):
            at = start
            while at >= 0 and seen[at] < 0:
                seen[at] = start
                at = before[at]
            if at >= 0 and seen[at] == start:
                length, first = 0, at
                while length == 0 or at != first:
                    cycle[length] = at
                    length += 1
                    at = before[at]
                return length
    return 0


@njit(cache=True, nogil=True)
def _measure_cycle(
    state: State, capacity: Floats, who: NDArray[np.int64], cycle: NDArray[np.int64], small: float
) -> float:
    """Return how much machine time can move round a circle."""
    made, stock, load = state[1], state[2], state[3]
    idle, amount = load.size, np.inf
    for k in range(cycle.size):
        q, s = cycle[k], cycle[(k + 1) % cycle.size]
        if q == idle:
            if capacity[s] - load[s] > small:
                amount = min(amount, capacity[s] - load[s])
        elif s == idle:
            if load[q] - capacity[q] > small:
                amount = min(amount, load[q] - capacity[q])
        else:
            item, shares = who[s, q], 0
            room = made[item, s]
            for t in range(s, q):
                room = min(room, stock[item, t])
            for j in range(cycle.size):
                to, origin = cycle[j], cycle[(j + 1) % cycle.size]
                if to != idle and origin != idle and who[origin, to] == item:
                    shares += 1
            amount = min(amount, room / shares)
    return float(amount)


@njit(cache=True, nogil=True)
def balance(data: Data, state: State, moves: Moves, penalty: float, small: float, most: int) -> int:
    """Move production between the periods of its set-ups until no circle of moves saves money; return the moves.

    For given set-ups this is the optimum (a minimum-cost flow without negative cycles; Klein 1967); overtime costs
    `penalty` for a unit of machine time. `moves` must fit the state, and does afterwards.
    """
    capacity, load = data[4], state[3]
    made, stock = state[1], state[2]
    _, cheapest, who = moves
    idle = load.size
    circle = np.empty(idle + 1, dtype=np.int64)
    for count in range(most):
        for s in range(idle):
            free = capacity[s] - load[s]
            cheapest[s, idle] = 0.0 if free > small else penalty
            cheapest[idle, s] = -penalty if free < -small else 0.0
        cycle = circle[: _find_cycle(cheapest, 1e-9 * penalty, circle)]
        amount = _measure_cycle(state, capacity, who, cycle, small) if cycle.size else np.inf
        if amount == np.inf:
            return count
        for k in range(cycle.size):
            q, s = cycle[k], cycle[(k + 1) % cycle.size]
            if q == idle or s == idle:
                continue
            item = who[s, q]
            made[item, s] -= amount
            made[item, q] += amount
            load[s] -= amount
            load[q] += amount
            for t in range(s, q):
                stock[item, t] -= amount
            for t in range(q, s):
                stock[item, t] += amount
        for k in range(cycle.size):
            q, s = cycle[k], cycle[(k + 1) % cycle.size]
            if q != idle and s != idle:
                list_moves(data, who[s, q], state, moves, small)
        merge_moves(moves)
    return most


@njit(cache=True, nogil=True)
def price_plan(data: Data, state: State) -> tuple[float, float]:
    """Return the cost of set-ups and stock, and the machine time above the capacity."""
    setups, _, stock, load = state
    _, hold, _, setup_cost, capacity = data
    cost = over = 0.0
    for i in range(setups.shape[0]):
        for t in range(setups.shape[1]):
            cost += setup_cost[i] * setups[i, t] + hold[i] * stock[i, t]
    for t in range(load.size):
        over += max(0.0, load[t] - capacity[t])
    return cost, over


@njit(cache=True, nogil=True)
def start_state(data: Data, setups: Flags, small: float) -> tuple[State, Moves]:
    """Return a plan that makes each need as late as its set-ups allow, with its moves."""
    n, periods = setups.shape
    load = np.zeros(periods)
    for t in range(periods):
        load[t] = (setups[:, t] * data[2]).sum()
    state = (setups.copy(), np.zeros((n, periods)), np.zeros((n, periods)), load)
    moves = (
        np.full((n, periods, periods), np.inf),
        np.full((periods + 1, periods + 1), np.inf),
        np.full((periods, periods), -1, dtype=np.int64),
    )
    for i in range(n):
        lay_item(data, i, state)
        list_moves(data, i, state, moves, small)
    merge_moves(moves)
    return state, moves


@njit(cache=True, nogil=True)
def drop_idle_setups(data: Data, state: State, small: float) -> bool:
    """Give up set-ups that make nothing; tell whether there were any."""
    setups, made, load = state[0], state[1], state[3]
    dropped = False
    for i in range(setups.shape[0]):
        for t in range(setups.shape[1]):
            if setups[i, t] and made[i, t] <= small and clear(i, t, state):
                setups[i, t] = 0
                load[t] -= data[2][i]
                dropped = True
    return dropped


@njit(cache=True, nogil=True)
def clear(item: int, period: int, state: State) -> bool:
    """Move what an item makes in a period to the set-up before; tell whether there is one, or nothing to move."""
    setups, made, stock, load = state
    amount = made[item, period]
    if amount <= 0.0:
        return True
    for before in range(period - 1, -1, -1):
        if setups[item, before]:
            made[item, before] += amount
            made[item, period] = 0.0
            load[before] += amount
            load[period] -= amount
            for t in range(before, period):
                stock[item, t] += amount
            return True
    return False
