"""Hold the demand history of every series as checked arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

MAX_SERIES = 2_000_000
MAX_POINTS = 500_000_000
MAX_POINTS_A_SERIES = 20_000
LARGEST_VALUE = 1e15


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastProblem:
    """Histories in CSR form that all end at the same bucket.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_series + 1,)
        Series i owns points ``offsets[i]:offsets[i + 1]``; a series without any point is allowed.
    values : ndarray of float64, shape (n_points,)
        Demand, units/bucket, oldest first, 0 to 1e15. Each begins at its first bucket of life; a bucket without
        demand is an explicit 0. Returns are not taken off.
    censored : ndarray of bool, shape (n_points,), optional
        True where the item was out of stock: the value is then a lower bound of demand.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above, or there are more than 2,000,000 series, 500,000,000
        points, or 20,000 points in a series.
    """

    offsets: NDArray[np.int64]
    values: NDArray[np.float64]
    censored: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        values = arrays.check_vector(self.values, field="values", dtype=np.float64)
        offsets = arrays.check_offsets(self.offsets, field="offsets", n_values=values.size)
        arrays.check_size(offsets.size - 1, field="series", limit=MAX_SERIES)
        arrays.check_size(values.size, field="points", limit=MAX_POINTS)
        lengths = np.diff(offsets)
        wanted = f"at most {MAX_POINTS_A_SERIES:,} points are allowed, use longer buckets"
        arrays.check_all(lengths <= MAX_POINTS_A_SERIES, lengths, field="length", wanted=wanted)
        good = (values >= 0) & (values <= LARGEST_VALUE)
        wanted = "demand is a finite number from 0 to 1e15; mark a stock-out as censored and leave returns out"
        arrays.check_all(good, values, field="values", wanted=wanted, offsets=offsets)
        object.__setattr__(self, "offsets", offsets)
        object.__setattr__(self, "values", values)
        if self.censored is not None:
            mask = arrays.check_vector(self.censored, field="censored", dtype=np.bool_, size=values.size)
            object.__setattr__(self, "censored", mask)

    @property
    def n_series(self) -> int:
        """Number of series."""
        return self.offsets.size - 1
