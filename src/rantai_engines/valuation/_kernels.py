"""Compiled loops over customers: fold lines into occasions, sum hypergeometric series."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MAX_TERMS = 100_000


@njit(cache=True, nogil=True)
def fold_occasions(
    offsets: Ints, days: Ints, amounts: Floats, count: Ints, first: Ints, last: Ints, sums: Floats
) -> None:
    """Fold each customer's lines into purchase occasions.

    Parameters
    ----------
    offsets, days, amounts : ndarray
        As in ``ValuationProblem``.
    count, first, last : ndarray of int64, shape (n_customers,), out
        Occasions, and the day of the first and the last of them (untouched without any).
    sums : ndarray, shape (n_customers, 3), out
        Net amount of everything; of all occasions; of the occasions after the first.
    """
    for customer in range(offsets.size - 1):
        low, high = offsets[customer], offsets[customer + 1]
        order = np.argsort(days[low:high], kind="mergesort")
        position = 0
        while position < order.size:
            day = days[low + order[position]]
            total = 0.0
            returned = 0.0
            while position < order.size and days[low + order[position]] == day:
                total += amounts[low + order[position]]
                returned -= min(amounts[low + order[position]], 0.0)
                position += 1
            sums[customer, 0] += total
            # What is left of a sale given back in full may be a rounding error instead of nought.
            if total < 0.0 or (returned > 0.0 and total <= 1e-9 * returned):
                continue
            sums[customer, 1] += total
            if count[customer] == 0:
                first[customer] = day
            else:
                sums[customer, 2] += total
            last[customer] = day
            count[customer] += 1


@njit(cache=True, nogil=True)
def _sum_series(a: float, b: float, c: float, z: float) -> float:
    """Sum 2F1(a, b; c; z) for 0 <= z < 1 term by term (Abramowitz & Stegun 15.1.1)."""
    term = 1.0
    total = 1.0
    for n in range(_MAX_TERMS):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z
        total += term
        # Terms may grow before they shrink, so the ratio is looked at too.
        if abs(term) <= 1e-14 * abs(total) and n > 4:
            break
    return total


@njit(cache=True, nogil=True)
def _expect(x: float, age: float, horizon: float, r: float, alpha: float, a: float, b: float) -> float:
    """Return what a customer known to be alive is expected to buy within the horizon.

    Fader, Hardie & Lee (2005) equation 10 without its denominator. The series has two equal forms (Euler's
    transformation, Abramowitz & Stegun 15.3.3); the one whose terms fall faster is summed.
    """
    # Two removable singularities, at a = 1 and at a + b + x = 1; beside them the error stays near 1e-6 of the result.
    if abs(a - 1.0) < 1e-6:
        a = 1.0 + 1e-6
    if abs(a + b + x - 1.0) < 1e-6:
        b += 2e-6
    z = horizon / (alpha + age + horizon)
    log_left = math.log1p(-z)
    c = a + b + x - 1.0
    if a - r - x - 2.0 <= r + x - a:
        tail = math.exp((a - 1.0) * log_left) * _sum_series(c - r - x, a - 1.0, c, z)
    else:
        tail = math.exp((r + x) * log_left) * _sum_series(r + x, b + x, c, z)
    return max(0.0, c / (a - 1.0) * (1.0 - tail))


@njit(cache=True, nogil=True)
def expect_discounted(
    frequency: Floats,
    age: Floats,
    alive: Floats,
    model: tuple[float, float, float, float],
    steps: Floats,
    discounts: Floats,
    expected: Floats,
    discounted: Floats,
) -> None:
    """Expect each customer's purchases up to the last step, plain and discounted.

    Parameters
    ----------
    frequency, age, alive : ndarray, shape (n_customers,)
        Repeats x, age T in periods, probability alive.
    model : tuple of float
        r, alpha, a, b.
    steps, discounts : ndarray, shape (n_steps,)
        Rising ends of the discount periods, in periods from now, and the factor at each.
    expected, discounted : ndarray, shape (n_customers,), out
        Purchases until the last step; each step's purchases times its factor, summed.
    """
    r, alpha, a, b = model
    for customer in range(frequency.size):
        before = 0.0
        for k in range(steps.size):
            now = alive[customer] * _expect(frequency[customer], age[customer], steps[k], r, alpha, a, b)
            now = max(now, before)
            discounted[customer] += (now - before) * discounts[k]
            before = now
        expected[customer] = before
