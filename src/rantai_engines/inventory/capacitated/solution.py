"""Hold the lots of many items on one machine."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class CapacitatedSolution:
    """What to make in each period, what it costs, and how far it may be from the best.

    Attributes
    ----------
    setups : ndarray of bool, shape (n_items, n_periods)
    quantity, stock : ndarray, shape (n_items, n_periods)
        Units made, and units left at the period's end.
    load, overtime : ndarray, shape (n_periods,)
        Machine time used, set-ups included, and by how much that is above the capacity; overtime stands only where
        no plan within the capacity was found.
    cost, setup_cost, holding_cost : float
        Money; the first is the sum of the others.
    bound : float
        No plan costs less (Lagrangian relaxation of the capacity); money.
    windows : int
        Subproblems that were solved exactly.
    was_cut : bool
        Whether `seconds` ended the run before its budget of work did.
    """

    setups: NDArray[np.bool_]
    quantity: NDArray[np.float64]
    stock: NDArray[np.float64]
    load: NDArray[np.float64]
    overtime: NDArray[np.float64]
    cost: float
    setup_cost: float
    holding_cost: float
    bound: float
    windows: int
    was_cut: bool

    @property
    def is_feasible(self) -> bool:
        """Whether every period keeps to its capacity."""
        return not self.overtime.any()

    @property
    def gap(self) -> float:
        """Share of the cost that the bound leaves open; 0 where it is proven best."""
        return (self.cost - self.bound) / self.cost if self.cost > 0 else 0.0
