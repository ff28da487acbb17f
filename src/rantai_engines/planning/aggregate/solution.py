"""Hold an aggregate plan, what it costs, and what an hour more would have been worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class AggregateSolution:
    """What each source starts in each bucket, and what follows from it.

    Attributes
    ----------
    quantity : ndarray, shape (n_sources, n_buckets)
        Units started.
    setups : ndarray of bool, shape (n_sources, n_buckets)
        Whether an all-or-nothing source is used; False for the others.
    stock, backlog, missing : ndarray, shape (n_places, n_buckets)
        Units at a bucket's end: kept, waiting, below the target.
    hours, load, overtime : ndarray, shape (n_resources, n_buckets)
        Regular hours that stand, hours that are worked, and those of them beyond the regular ones.
    hour_value : ndarray, shape (n_resources, n_buckets)
        What one regular hour more would save, money/hour, with the set-ups as they are.
    costs : dict of str to float
        Money by kind: unit, setup, holding, backlog, short, target, overtime, hours, changes; they add up to `cost`.
    cost, bound : float
        Money; no plan costs less than the bound.
    was_cut : bool
        Whether `seconds` or `nodes` ended the search before the gap was closed.
    """

    quantity: Floats
    setups: NDArray[np.bool_]
    stock: Floats
    backlog: Floats
    missing: Floats
    hours: Floats
    load: Floats
    overtime: Floats
    hour_value: Floats
    costs: dict[str, float]
    cost: float
    bound: float
    was_cut: bool

    @property
    def gap(self) -> float:
        """Share of the cost that the bound leaves open; 0 where it is proven best."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0

    def share_sources(self, source_place: NDArray[np.int64]) -> Floats:
        """Return each source's share of what its item-location starts over all buckets, NaN where that is nothing."""
        started = self.quantity.sum(axis=1)
        total = np.zeros(len(self.stock))
        np.add.at(total, source_place, started)
        whole = total[source_place]
        return np.divide(started, whole, out=np.full(len(started), np.nan), where=whole > 0)
