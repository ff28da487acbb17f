"""Hold demand, costs and capacity of many items that share one machine, as checked arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai_engines import arrays

MAX_CELLS = 20_000
MAX_PERIODS = 400
LARGEST = 1e12


@dataclass(frozen=True, kw_only=True, slots=True)
class CapacitatedProblem:
    """What each item needs by when, and what the machine can give.

    Attributes
    ----------
    demand : ndarray, shape (n_items, n_periods)
        Units due at the end of each period, net of stock; no backlog is allowed.
    unit_time : ndarray, shape (n_items,)
        Machine time a unit, above 0.
    setup_time : ndarray, shape (n_items,)
        Machine time of a set-up, in each period that makes the item.
    setup_cost : ndarray, shape (n_items,)
        Money/set-up.
    holding_cost : ndarray, shape (n_items,)
        Money/(unit period), charged on what is left at a period's end.
    capacity : ndarray, shape (n_periods,)
        Machine time.

    Raises
    ------
    InvalidProblem
        If a shape, dtype or value is outside the above; a value negative, not finite or above 1e12; more than
        20,000 items times periods or 400 periods.
    """

    demand: NDArray[np.float64]
    unit_time: NDArray[np.float64]
    setup_time: NDArray[np.float64]
    setup_cost: NDArray[np.float64]
    holding_cost: NDArray[np.float64]
    capacity: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not isinstance(self.demand, np.ndarray) or self.demand.ndim != 2:
            raise arrays.InvalidProblem("demand", "it is no table", "pass an array of (n_items, n_periods)")
        n, periods = self.demand.shape
        arrays.check_size(n * periods, field="items times periods", limit=MAX_CELLS)
        arrays.check_size(periods, field="periods", limit=MAX_PERIODS)
        if n * periods == 0:
            raise arrays.InvalidProblem("demand", "it is empty", "pass at least one item and one period")
        flat = arrays.check_vector(self.demand.reshape(-1), field="demand", dtype=np.float64)
        self._keep("demand", flat, offsets=np.arange(0, n * periods + 1, periods))
        object.__setattr__(self, "demand", flat.reshape(n, periods))
        for name in ("unit_time", "setup_time", "setup_cost", "holding_cost"):
            view = arrays.check_vector(getattr(self, name), field=name, dtype=np.float64, size=n)
            self._keep(name, view, lowest=1e-9 if name == "unit_time" else 0.0)
        self._keep("capacity", arrays.check_vector(self.capacity, field="capacity", dtype=np.float64, size=periods))

    def _keep(
        self,
        name: str,
        view: NDArray[np.float64],
        *,
        lowest: float = 0.0,
        offsets: NDArray[np.int64] | None = None,
    ) -> None:
        wanted = f"a number from {lowest:g} to {LARGEST:g} is wanted"
        arrays.check_all((view >= lowest) & (view <= LARGEST), view, field=name, wanted=wanted, offsets=offsets)
        object.__setattr__(self, name, view)

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.demand.shape[0])

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return int(self.demand.shape[1])
