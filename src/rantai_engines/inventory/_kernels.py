"""Compiled loops over item-locations: resample lead-time demand, place lots."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CYCLE = 0
_MOST_BLOCKS = 16
_ENOUGH_LEAD_TIMES = 5
_UNIT = 1.0 / 9007199254740992.0


@njit(cache=True, nogil=True)
def _scramble(state: int) -> int:
    """Return the output of splitmix64 for a state (Steele, Lea & Flood 2014, figure 17)."""
    z = np.uint64(state)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _draw(states: NDArray[np.uint64]) -> float:
    """Return the next number of [0, 1) and step the state."""
    states[0] += np.uint64(0x9E3779B97F4A7C15)
    return float(_scramble(states[0]) >> np.uint64(11)) * _UNIT


@njit(cache=True, nogil=True)
def is_skewed(history: Floats) -> bool:
    """Tell whether demand is intermittent (ADI 1.32), variable (CV squared .49) or skewed (above 1).

    Source of the first two limits: Syntetos, Boylan & Croston (2005).
    """
    n = history.size
    top = history.max() if n else 0.0
    if top <= 0.0:
        return False
    y = history / top
    count = (y > 0.0).sum()
    mean = y.sum() / count
    cv2 = (y * y).sum() / count / (mean * mean) - 1.0
    d = y - y.mean()
    variance = (d * d).mean()
    skew = (d * d * d).mean() / variance**1.5 if variance > 1e-12 else 0.0
    return bool(n >= 1.32 * count or cv2 >= 0.49 or skew > 1.0)


@njit(cache=True, nogil=True)
def _draw_lead_time(observed: Floats, mean: float, std: float, states: NDArray[np.uint64]) -> float:
    """Draw an observed lead time; with under five of them, one of three points of the same mean and deviation."""
    if observed.size >= _ENOUGH_LEAD_TIMES:
        return float(observed[int(_draw(states) * observed.size)])
    chance = _draw(states)
    if std <= 0.0 or 1.0 / 6.0 <= chance < 5.0 / 6.0:
        return mean
    away = math.sqrt(3.0) * std
    return max(0.0, mean - away) if chance < 0.5 else mean + away


@njit(cache=True, nogil=True)
def sample_demand(
    history: Floats, observed: Floats, law: tuple[float, float, float], states: NDArray[np.uint64], out: Floats
) -> None:
    """Write sorted samples of demand over a lead time and a review.

    Whole blocks of neighbouring buckets are drawn around the circle of history (at most 16 a sample), so that runs
    of demand stay together. Source: Politis & Romano (1992), circular block bootstrap; for lead-time demand of
    intermittent items Willemain, Smart & Schwarz (2004).

    Parameters
    ----------
    history, observed : ndarray
        Past demand, units/bucket; observed lead times, buckets.
    law : tuple of float
        Lead time mean, its std, review period, buckets.
    """
    n = history.size
    sums = np.zeros(n + 1)
    for t in range(n):
        sums[t + 1] = sums[t] + history[t]
    for k in range(out.size):
        span = _draw_lead_time(observed, law[0], law[1], states) + law[2]
        whole = int(span)
        block = max(1, -(-whole // _MOST_BLOCKS))
        total = 0.0
        left = whole
        while left > 0:
            length = min(block, left)
            left -= length
            start = int(_draw(states) * n)
            if length == 1:
                total += history[start]
                continue
            while length >= n:
                total += sums[n]
                length -= n
            end = start + length
            total += sums[end] - sums[start] if end <= n else sums[n] - sums[start] + sums[end - n]
        if span > whole:
            total += (span - whole) * history[int(_draw(states) * n)]
        out[k] = total
    out.sort()


@njit(cache=True, nogil=True)
def expected_shortage(samples: Floats, level: float) -> float:
    """Return the mean of what sorted samples exceed a level by."""
    total = 0.0
    for k in range(samples.size - 1, -1, -1):
        if samples[k] <= level:
            break
        total += samples[k] - level
    return total / samples.size


@njit(cache=True, nogil=True)
def level_for_cycles(samples: Floats, service: float) -> float:
    """Return the smallest sample that at least a share of sorted samples does not exceed."""
    n = samples.size
    return float(samples[min(n - 1, max(0, math.ceil(service * n - 1e-9) - 1))])


@njit(cache=True, nogil=True)
def level_for_shortage(samples: Floats, allowed: float) -> float:
    """Return the lowest level, 0 or more, whose expected shortage is as allowed: exact between two samples."""
    n = samples.size
    above = 0.0
    for k in range(n - 1, -1, -1):
        above += samples[k]
        count = n - k
        below = samples[k - 1] if k > 0 else 0.0
        if (above - count * below) / n >= allowed:
            return float(max(0.0, (above - allowed * n) / count))
    return 0.0


@njit(cache=True, nogil=True)
def resample_rows(
    rows: Ints,
    keys: Ints,
    seed: int,
    history: tuple[Ints, Floats],
    lead_times: tuple[Ints, Floats],
    laws: Floats,
    service: Floats,
    kinds: NDArray[np.int8],
    lots: Floats,
    samples: int,
    out: Floats,
) -> None:
    """Find the reorder point of each row by resampling.

    Parameters
    ----------
    rows : ndarray of int64
        Which rows.
    keys : ndarray of int64, shape (n,)
        With `seed`, the start of each row's own stream of chance.
    history, lead_times : tuple of ndarray
        CSR offsets and values.
    laws : ndarray, shape (n, 4)
        Lead time mean and std, review period (buckets), mean demand of a bucket (units): history is scaled to it.
    service, kinds, lots : ndarray, shape (n,)
        Level, ``CYCLE`` or ``FILL``, units of a cycle.
    out : ndarray, shape (n, 5), out
        Reorder point, share of samples not above it, expected shortage at it and a lot above it, and the std of
        samples; units.
    """
    found = np.empty(samples)
    states = np.empty(1, dtype=np.uint64)
    for row in rows:
        past = history[1][history[0][row] : history[0][row + 1]]
        seen = lead_times[1][lead_times[0][row] : lead_times[0][row + 1]]
        states[0] = _scramble(np.uint64(keys[row]) + np.uint64(seed) * np.uint64(0xD1B54A32D192ED03))  # type: ignore[arg-type]
        sample_demand(past, seen, (laws[row, 0], laws[row, 1], laws[row, 2]), states, found)
        found *= laws[row, 3] / past.mean()
        if kinds[row] == CYCLE:
            level = level_for_cycles(found, service[row])
        else:
            level = level_for_shortage(found, (1.0 - service[row]) * lots[row])
        out[row, 0] = level
        out[row, 1] = np.searchsorted(found, level, side="right") / samples
        out[row, 2] = expected_shortage(found, level)
        out[row, 3] = expected_shortage(found, level + lots[row])
        out[row, 4] = found.std()


@njit(cache=True, nogil=True)
def find_skewed(offsets: Ints, values: Floats, enough: int, skewed: NDArray[np.bool_], long: NDArray[np.bool_]) -> None:
    """Write which rows have a history long enough with any demand, and which of those are skewed."""
    for row in range(offsets.size - 1):
        past = values[offsets[row] : offsets[row + 1]]
        long[row] = past.size >= enough and past.max() > 0.0
        skewed[row] = long[row] and is_skewed(past)


@njit(cache=True, nogil=True)
def place_lots(
    offsets: Ints,
    demand: Floats,
    order_cost: Floats,
    holding_cost: Floats,
    unit_cost: Floats,
    priced: bool,
    quantity: Floats,
    cost: Floats,
) -> None:
    """Write the cheapest lots of each row (Wagner & Whitin 1958), forward over the period that a lot begins in.

    best[t] is the least cost of the first t periods, begun[t] where its last lot began (-1: nothing was needed).
    """
    for row in range(offsets.size - 1):
        low, n = offsets[row], offsets[row + 1] - offsets[row]
        best = np.full(n + 1, np.inf)
        begun = np.full(n + 1, -1, dtype=np.int64)
        best[0] = 0.0
        for s in range(n):
            if demand[low + s] == 0.0 and best[s] < best[s + 1]:
                best[s + 1] = best[s]
                begun[s + 1] = -1
            spent = best[s] + order_cost[row]
            for t in range(s, n):
                carried = holding_cost[row] * (t - s) * demand[low + t]
                if not priced and carried > order_cost[row]:
                    break  # a new order for this period is cheaper, and so for every later one
                spent += carried + unit_cost[low + s] * demand[low + t]
                if spent < best[t + 1]:
                    best[t + 1] = spent
                    begun[t + 1] = s
        cost[row] = best[n]
        t = n
        while t > 0:
            s = begun[t]
            if s < 0:
                t -= 1
                continue
            quantity[low + s] = demand[low + s : low + t].sum()
            t = s
