"""Let many order lines consume a forecast at once, as ``consumption.consume_line`` does one by one."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rantai_engines import arrays
from rantai_engines.forecasting.consumption import ConsumableForecast, Takes

Longs = NDArray[np.int64]


def consume_lines(
    forecast: ConsumableForecast, consumed: Longs, *, series: Longs, day: Longs, quantity: Longs
) -> Takes:
    """Return what lines take in their order, each seeing what those before it have left.

    Parameters
    ----------
    forecast : ConsumableForecast
    consumed : ndarray of int64, shape (n_buckets,)
        Taken before; left as it is.
    series, day, quantity : ndarray of int64, shape (n_lines,)
        As in ``consume_line``.

    Returns
    -------
    Takes
        Rows in the order of lines.

    Raises
    ------
    InvalidProblem
        If a shape or dtype is wrong, a series is none of the forecast's, or a quantity is below 0.

    Notes
    -----
    Linear in lines times buckets in their windows; two passes, the first counts the rows.
    """
    rows = arrays.check_vector(series, field="series", dtype=np.int64)
    days = arrays.check_vector(day, field="day", dtype=np.int64, size=rows.size)
    asked = arrays.check_vector(quantity, field="quantity", dtype=np.int64, size=rows.size)
    taken = arrays.check_vector(consumed, field="consumed", dtype=np.int64, size=forecast.starts.size)
    known = (rows >= -1) & (rows < forecast.offsets.size - 1)
    arrays.check_all(known, rows, field="series", wanted="a series of the forecast or -1 is allowed")
    arrays.check_all(asked >= 0, asked, field="quantity", wanted="0 or more is allowed")
    fits = (taken >= 0) & (taken <= forecast.gross)
    arrays.check_all(fits, taken, field="consumed", wanted="0 to the gross forecast is allowed")
    beyond = np.zeros(rows.size, dtype=np.int64)
    policy = (forecast.offsets, forecast.starts, forecast.ends, forecast.gross)
    windows = (forecast.backward, forecast.forward, forecast.spill)
    nothing = np.zeros((0, 3), dtype=np.int64)
    count = _consume(*policy, *windows, taken.copy(), rows, days, asked, beyond, nothing)
    takes = np.zeros((count, 3), dtype=np.int64)
    _consume(*policy, *windows, taken.copy(), rows, days, asked, beyond, takes)
    return Takes(line=takes[:, 0].copy(), bucket=takes[:, 1].copy(), quantity=takes[:, 2].copy(), beyond=beyond)


@njit(cache=True, nogil=True)
def _consume(
    offsets: Longs,
    starts: Longs,
    ends: Longs,
    gross: Longs,
    backward: Longs,
    forward: Longs,
    spill: Longs,
    consumed: Longs,
    series: Longs,
    day: Longs,
    quantity: Longs,
    beyond: Longs,
    takes: Longs,
) -> int:
    """Consume line after line; write takes where there is room and return how many there are."""
    count = 0
    for line in range(series.size):
        left = quantity[line]
        own = series[line]
        for _ in range(2):
            if own < 0 or left <= 0:
                break
            low, high = offsets[own], offsets[own + 1]
            here = low + np.searchsorted(starts[low:high], day[line], side="right")
            place, direction = here - 1, -1
            while left > 0:
                if direction < 0 and (place < low or ends[place] <= day[line] - backward[own]):
                    place, direction = here, 1
                if direction > 0 and (place >= high or starts[place] > day[line] + forward[own]):
                    break
                taken = min(left, gross[place] - consumed[place])
                if taken > 0:
                    consumed[place] += taken
                    left -= taken
                    if count < takes.shape[0]:
                        takes[count, 0], takes[count, 1], takes[count, 2] = line, place, taken
                    count += 1
                place += direction
            own = spill[own]
        beyond[line] = left
    return count
