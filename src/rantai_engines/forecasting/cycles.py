"""Expect each customer's next purchases of an item from its calendar, or from the rhythm of its past ones.

NumPy and SciPy alone; nothing is compiled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays
from rantai_engines.forecasting import schedules
from rantai_engines.forecasting._dates import expect_dates
from rantai_engines.forecasting._renewal import expect_renewals
from rantai_engines.forecasting._repeats import find_repeats

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_OCCASIONS = 3
"""Two intervals are the least that show a rhythm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CycleProblem:
    """Purchases of many customer-items in CSR form, oldest first.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_rows + 1,)
        Row i owns purchases ``offsets[i]:offsets[i + 1]``: one a day, one or more.
    days : ndarray of int64, shape (n_purchases,)
        Day numbers, rising within a row, none after `until_day`.
    quantities : ndarray, shape (n_purchases,)
        Units, above 0.
    alive : ndarray, shape (n_rows,)
        Probability that the customer still buys at all, 0 to 1.
    until_day : int
        Last day observed; the first week forecast begins the day after.
    customers : ndarray of int64, shape (n_rows,), optional
        Whose row it is: what a customer buys by one calendar is told by all its rows together.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above.
    """

    offsets: Longs
    days: Longs
    quantities: Floats
    alive: Floats
    until_day: int
    customers: Longs | None = None

    def __post_init__(self) -> None:
        days = arrays.check_vector(self.days, field="days", dtype=np.int64)
        offsets = arrays.check_offsets(self.offsets, field="offsets", n_values=days.size)
        n = offsets.size - 1
        quantities = arrays.check_vector(self.quantities, field="quantities", dtype=np.float64, size=days.size)
        alive = arrays.check_vector(self.alive, field="alive", dtype=np.float64, size=n)
        counts = np.diff(offsets)
        arrays.check_all(counts >= 1, counts, field="offsets", wanted="one purchase or more a row")
        arrays.check_all(quantities > 0, quantities, field="quantities", wanted="above 0 is allowed")
        arrays.check_all((alive >= 0) & (alive <= 1), alive, field="alive", wanted="0 to 1 is allowed")
        rises = np.ones(days.size, dtype=np.bool_)
        rises[1:] = days[1:] > days[:-1]
        rises[offsets[:-1]] = True
        arrays.check_all(rises & (days <= self.until_day), days, field="days", wanted="rising, none after until_day")
        for field, values in (("offsets", offsets), ("days", days), ("quantities", quantities), ("alive", alive)):
            object.__setattr__(self, field, values)
        if self.customers is not None:
            customers = arrays.check_vector(self.customers, field="customers", dtype=np.int64, size=n)
            object.__setattr__(self, "customers", customers)


@dataclass(frozen=True, kw_only=True, slots=True)
class CycleForecast:
    """What is expected of each row.

    Attributes
    ----------
    mean, variance : ndarray, shape (n_rows, weeks)
        Units a week, and their variance.
    likely : ndarray, shape (n_rows, weeks)
        The usual quantity in the weeks in which the rhythm falls due, else 0: what a person would write down.
    interval, spread : ndarray, shape (n_rows,)
        Usual days from one purchase or date to the next, and their coefficient of variation as used (0: by calendar).
    quantity : ndarray, shape (n_rows,)
        Usual units of a purchase.
    active : ndarray, shape (n_rows,)
        Probability that the row still buys, seen how long it has been silent.
    regular : ndarray of bool, shape (n_rows,)
        Rows with a calendar or LEAST_OCCASIONS purchases; nothing is expected of others.
    """

    mean: Floats
    variance: Floats
    likely: Floats
    interval: Floats
    spread: Floats
    quantity: Floats
    active: Floats
    regular: NDArray[np.bool_]


def forecast_cycles(problem: CycleProblem, *, weeks: int) -> CycleForecast:
    """Return expected purchases by week, of each row by the way in which it buys.

    Parameters
    ----------
    problem : CycleProblem
    weeks : int
        Horizon, 1 or more.

    Returns
    -------
    CycleForecast

    Notes
    -----
    A row that keeps a calendar of its own or of its customer (`schedules`) is expected on its dates; one of which two
    alike purchases were seen that have usually been followed by a third (`_repeats`), too; any other with
    LEAST_OCCASIONS purchases by the time since its last (`_renewal`). Whether a calendar or the time since explains a
    row is a matter of likelihood. On buying by review day, agreement or need: Silver, Pyke & Thomas (2017),
    "Inventory and Production Management in Supply Chains", chapters 6 and 10.

    Complexity: rows times weeks squared.
    """
    arrays.check_range(weeks, field="weeks", low=1, high=400)
    offsets, days, counts = problem.offsets, problem.days, np.diff(problem.offsets)
    own = schedules.find_schedules(offsets, days)
    dated = own if problem.customers is None else schedules.inherit(own, offsets, days, problem.customers)
    chance = find_repeats(offsets, days, problem.quantities, until_day=problem.until_day)
    begun = np.isnan(dated.period) & (counts < LEAST_OCCASIONS) & (chance >= schedules.LEAST_SHARE)
    dated = schedules.begin(dated, begun, offsets, days)
    steady = np.isfinite(dated.period)
    loose = ~steady & (counts >= LEAST_OCCASIONS)
    trust = np.where(begun, chance, np.nan)[steady]
    parts = (
        (loose, expect_renewals(_take(problem, loose), weeks=weeks)),
        (steady, expect_dates(_take(problem, steady), dated.take(steady, counts), trust, weeks=weeks)),
    )
    found = {name: np.zeros((counts.size, *values.shape[1:])) for name, values in parts[0][1].items()}
    for rows, columns in parts:
        for name, values in columns.items():
            found[name][rows] = values
    return CycleForecast(regular=steady | loose, **found)


def _take(problem: CycleProblem, rows: NDArray[np.bool_]) -> CycleProblem:
    """Return some rows of a problem."""
    counts = np.diff(problem.offsets)
    inside = np.repeat(rows, counts)
    return CycleProblem(
        offsets=np.concatenate([[0], np.cumsum(counts[rows])]).astype(np.int64),
        days=problem.days[inside],
        quantities=problem.quantities[inside],
        alive=problem.alive[rows],
        until_day=problem.until_day,
    )
