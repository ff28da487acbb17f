"""What a customer usually takes of an item at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

USUAL = 3
"""The usual quantity is the middle one of so many last purchases: a changed agreement counts after two."""


def find_usual(quantities: Floats, row: Longs, *, n_rows: int) -> Floats:
    """Return the median of each row's last USUAL quantities, 0 where it has none; rows stand together, oldest first.

    The median is the point forecast for absolute error (Gneiting 2011, "Making and evaluating point forecasts"); one
    order for something else moves it little.
    """
    near = count_back(row, n_rows=n_rows) < USUAL
    values, owner = quantities[near], row[near]
    ranked = values[np.lexsort((values, owner))]
    count = np.bincount(owner, minlength=n_rows)
    start = np.cumsum(count) - count
    has = count > 0
    found = np.zeros(n_rows)
    found[has] = (ranked[(start + (count - 1) // 2)[has]] + ranked[(start + count // 2)[has]]) / 2
    return found


def measure(quantities: Floats, row: Longs, *, n_rows: int) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each row's quantities, 0 where it has none."""
    count = np.bincount(row, minlength=n_rows)
    mean = np.bincount(row, quantities, n_rows) / np.maximum(count, 1)
    squares = np.bincount(row, (quantities - mean[row]) ** 2, n_rows) / np.maximum(count - 1, 1)
    return mean, np.sqrt(squares)


def count_back(row: Longs, *, n_rows: int) -> Longs:
    """Return how many entries of its row come after each."""
    ends = np.cumsum(np.bincount(row, minlength=n_rows))
    back: Longs = ends[row] - 1 - np.arange(row.size)
    return back
