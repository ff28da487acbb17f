"""Hold the purchases of every customer as checked arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

MAX_CUSTOMERS = 5_000_000
MAX_TRANSACTIONS = 200_000_000
MAX_DAY_SPAN = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuationProblem:
    """Transactions of customers in CSR form, observed up to one day.

    Lines of one customer on one day are one purchase occasion where their sum is positive, or where it is zero and
    nothing came back (goods given free are an occasion in the literature's data too); any other day is a return day.
    Fader & Hardie count occasions, not lines.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_customers + 1,)
        Customer i owns transactions ``offsets[i]:offsets[i + 1]``; a customer without any is allowed.
    days : ndarray of int64, shape (n_transactions,)
        Day number of each, in any epoch, unsorted within a customer; none after `until_day`.
    amounts : ndarray of float64, shape (n_transactions,)
        Money in major units; a return is negative, zero is allowed, |amount| at most 1e15.
    until_day : int
        Last day observed, inclusive.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above, or there are more than 5,000,000 customers,
        200,000,000 transactions or 100,000 days.
    """

    offsets: NDArray[np.int64]
    days: NDArray[np.int64]
    amounts: NDArray[np.float64]
    until_day: int

    def __post_init__(self) -> None:
        amounts = arrays.check_vector(self.amounts, field="amounts", dtype=np.float64)
        days = arrays.check_vector(self.days, field="days", dtype=np.int64, size=amounts.size)
        offsets = arrays.check_offsets(self.offsets, field="offsets", n_values=amounts.size)
        arrays.check_size(offsets.size - 1, field="customers", limit=MAX_CUSTOMERS)
        arrays.check_size(amounts.size, field="transactions", limit=MAX_TRANSACTIONS)
        arrays.check_all(
            np.abs(amounts) <= 1e15,
            amounts,
            field="amounts",
            wanted="a finite amount of at most 1e15 is wanted",
            offsets=offsets,
        )
        in_time = (days <= self.until_day) & (days >= self.until_day - MAX_DAY_SPAN)
        wanted = f"a day within the {MAX_DAY_SPAN:,} days up to until_day {self.until_day} is wanted"
        arrays.check_all(in_time, days, field="days", wanted=wanted, offsets=offsets)
        object.__setattr__(self, "offsets", offsets)
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "amounts", amounts)

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return self.offsets.size - 1
