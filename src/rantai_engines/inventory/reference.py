"""Set stock by brute force: enumerate, integrate, simulate; for the tests to compare with."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from scipy import integrate, optimize, stats


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
