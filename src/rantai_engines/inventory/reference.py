"""Set stock by brute force: enumerate, integrate, simulate; for the tests to compare with."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize, special, stats

from rantai_engines.inventory.capacitated.problem import CapacitatedProblem
from rantai_engines.inventory.placement.problem import ANY, PlacementProblem, list_longest_times

Floats = NDArray[np.float64]


def normal_loss(z: float) -> float:
    """Return E(Z - z)+ of a standard normal by quadrature."""
    return float(integrate.quad(lambda u: (u - z) * stats.norm.pdf(u), z, z + 40)[0])


def factor_for_loss(loss: float) -> float:
    """Return the z of a given loss by root search."""
    return float(optimize.brentq(lambda z: normal_loss(z) - loss, -6, 12, xtol=1e-12))


def cheapest_lots(
    demand: Sequence[float], *, order_cost: float, holding_cost: float, unit_cost: Sequence[float] | None = None
) -> float:
    """Return the least cost over every subset of periods to order in."""
    n, best = len(demand), math.inf
    for chosen in itertools.product([False, True], repeat=n):
        cost, last = 0.0, -1
        for period in range(n):
            if chosen[period]:
                cost, last = cost + order_cost, period
            if demand[period] > 0 and last < 0:
                cost = math.inf
                break
            if demand[period] > 0:
                price = unit_cost[last] if unit_cost is not None else 0.0
                cost += demand[period] * (price + holding_cost * (period - last))
        best = min(best, cost)
    return best


def protection_demand(history: Sequence[float], *, buckets: int) -> dict[float, float]:
    """Return the exact law of the sum of independent buckets drawn from a history: {units: chance}."""
    law = {0.0: 1.0}
    for _ in range(buckets):
        following: dict[float, float] = {}
        for total, chance in law.items():
            for value in history:
                following[total + value] = following.get(total + value, 0.0) + chance / len(history)
        law = following
    return law


def simulate_service(
    *, mean: float, std: float, lead_time: int, reorder_point: float, lot_size: float, buckets: int, seed: int
) -> tuple[float, float]:
    """Play continuous review with backorders and gamma demand, a bucket at a time.

    Returns
    -------
    cycle_service, fill_rate : float
        Share of cycles without stock-out at the arrival; share of units served from stock.
    """
    chance = np.random.default_rng(seed)
    orders: list[int] = []
    on_hand = position = reorder_point + lot_size
    cycles = short_cycles = 0
    short_units = asked = 0.0
    for bucket, demand in enumerate(chance.gamma((mean / std) ** 2, std**2 / mean, buckets)):
        while orders and orders[0] <= bucket:
            orders.pop(0)
            cycles += 1
            short_cycles += on_hand < 0
            on_hand += lot_size
        short_units += min(demand, max(0.0, demand - max(on_hand, 0.0)))
        asked += demand
        on_hand, position = on_hand - demand, position - demand
        while position <= reorder_point:
            orders.append(bucket + 1 + lead_time)
            position += lot_size
    return 1 - short_cycles / cycles, 1 - short_units / asked


def cheapest_capacitated_lots(problem: CapacitatedProblem) -> float:
    """Return the least cost by the plain mixed-integer programme (made, stock, set-up); infinite if nothing fits."""
    n, periods = problem.demand.shape
    cells = n * periods
    rows, low, high = [], [], []
    for i, t in itertools.product(range(n), range(periods)):
        cell, row = i * periods + t, np.zeros(3 * cells)
        row[cell], row[cells + cell] = 1, -1
        if t:
            row[cells + cell - 1] = 1
        rows.append(row)
        low.append(problem.demand[i, t])
        high.append(problem.demand[i, t])
        row = np.zeros(3 * cells)
        row[cell], row[2 * cells + cell] = 1, -problem.demand[i, t:].sum()
        rows.append(row)
        low.append(-np.inf)
        high.append(0)
    for t in range(periods):
        row = np.zeros(3 * cells)
        for i in range(n):
            row[i * periods + t] = problem.unit_time[i]
            row[2 * cells + i * periods + t] = problem.setup_time[i]
        rows.append(row)
        low.append(-np.inf)
        high.append(problem.capacity[t])
    found = optimize.milp(
        np.concatenate(
            [np.zeros(cells), np.repeat(problem.holding_cost, periods), np.repeat(problem.setup_cost, periods)]
        ),
        constraints=optimize.LinearConstraint(np.array(rows), low, high),
        integrality=np.repeat([0, 0, 1], cells),
        bounds=optimize.Bounds(0, np.repeat([np.inf, np.inf, 1], cells)),
        options={"mip_rel_gap": 0},
    )
    return float(found.fun) if found.x is not None else math.inf


def cheapest_placement(problem: PlacementProblem) -> float:
    """Return the least cost of safety stock over every promise of every stage."""
    longest = list_longest_times(problem)
    most = np.where(problem.service_time == ANY, longest, np.minimum(problem.service_time, longest))
    best, arcs = math.inf, list(zip(problem.origin, problem.destination, problem.quantity, strict=True))
    deviation = [_deviation(problem, arcs, stage) for stage in range(problem.n_stages)]
    factor = special.ndtri(problem.service_level)
    for promise in itertools.product(*(range(int(top) + 1) for top in most)):
        cost = 0.0
        for stage in range(problem.n_stages):
            waits = [promise[start] for start, end, _ in arcs if end == stage]
            covered = max([int(problem.inbound_time[stage]), *waits]) + problem.lead_time[stage] - promise[stage]
            if covered < 0:
                break
            cost += problem.holding_cost[stage] * factor[stage] * deviation[stage] * math.sqrt(covered)
        else:
            best = min(best, cost)
    return best


def _deviation(problem: PlacementProblem, arcs: list[tuple[int, int, float]], stage: int) -> float:
    """Return the deviation of demand at a stage, by every way to every customer."""
    ways: dict[int, float] = {}
    open_ways = [(stage, 1.0)]
    while open_ways:
        at, units = open_ways.pop()
        ways[at] = ways.get(at, 0.0) + units
        open_ways += [(end, units * quantity) for start, end, quantity in arcs if start == at]
    return math.hypot(*(units * problem.demand_std[end] for end, units in ways.items()))


def play_lots(
    quantity: Sequence[float], useful_days: Sequence[int], *, order: Sequence[int], rate: float, cover: int
) -> tuple[Floats, Floats]:
    """Take lots day by day in an order; return what is taken of each in all, and within a cover of whole days."""
    left, taken, early = list(quantity), np.zeros(len(quantity)), np.zeros(len(quantity))
    for day in range(max(useful_days, default=-1) + 1):
        wanted = rate
        for lot in order:
            if day > useful_days[lot] or wanted <= 0:
                continue
            used = min(wanted, left[lot])
            left[lot] -= used
            wanted -= used
            taken[lot] += used
            early[lot] += used if day < cover else 0.0
    return taken, early
