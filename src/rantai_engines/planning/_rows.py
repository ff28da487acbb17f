"""Move rows of one column and change them.

One column at a time, by unsigned row numbers: so the compiler makes block moves and vector sums of these loops. (A
signed number may count from the end, which costs a test at each access.)
"""

import numpy as np
from numba import types

from rantai_engines.planning._compiling import short
from rantai_engines.planning._layout import INT, ROW, Ints

_ONE = np.uint64(1)


@short(types.void(ROW, INT, INT))
def open_row(rows: Ints, i: int, end: int) -> None:
    """Move rows i:end one on."""
    last = np.uint64(end)
    for k in range(np.uint64(end - i)):
        rows[last - k] = rows[last - k - _ONE]


@short(types.void(ROW, INT, INT))
def close_row(rows: Ints, i: int, end: int) -> None:
    """Move rows i + 1:end one back, over row i."""
    for k in range(np.uint64(i), np.uint64(end - 1)):
        rows[k] = rows[k + _ONE]


@short(types.void(ROW, INT, INT, INT))
def raise_rows(rows: Ints, i: int, end: int, change: int) -> None:
    """Add to rows i:end."""
    for k in range(np.uint64(i), np.uint64(end)):
        rows[k] += change


@short(INT(ROW, INT, INT))
def first_below_zero(rows: Ints, i: int, end: int) -> int:
    """Give the first negative one of rows i:end, -1 for none."""
    for k in range(np.uint64(i), np.uint64(end)):
        if rows[k] < 0:
            return int(k)
    return -1


@short(INT(ROW, INT, INT, INT))
def least_of(rows: Ints, i: int, end: int, least: int) -> int:
    """Give the least of rows i:end and ``least``."""
    for k in range(np.uint64(i), np.uint64(end)):
        least = min(least, rows[k])
    return least
