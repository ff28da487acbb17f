"""Hold where safety stock stands along a chain, and why."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

REASONS: Final = ("no_time", "passes_on", "customer_wait", "decouples", "covers_part")
NO_TIME, PASSES_ON, CUSTOMER_WAIT, DECOUPLES, COVERS_PART = range(5)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacementSolution:
    """Promises and stocks of every stage; arrays have shape (n_stages,).

    Attributes
    ----------
    service_time : ndarray of int64
        What the stage promises to those that it supplies, buckets.
    inbound_time : ndarray of int64
        What it waits for until all it needs is there, buckets.
    covered_time : ndarray of int64
        Inbound plus lead less service time: what its stock must cover, buckets.
    base_stock, safety_stock : ndarray
        Order up to this; the part of it that is above mean demand of the covered time; units.
    stage_cost : ndarray
        Of holding the safety stock, money/bucket.
    demand_mean, demand_std : ndarray
        That reach the stage, customers' and other stages' together, units/bucket.
    cost, bound : float
        Sum of the above, and what no placement undercuts; equal on trees.
    is_decoupling : ndarray of bool
        Whether stock stands here, so that what is before is uncoupled from what is after.
    reason : ndarray of int8
        Index into ``REASONS``: nothing to cover; holds none and passes its time on; holds because customers may
        wait no longer; holds all so that later stages need not; holds a part and promises the rest.
    saving : ndarray
        What the chain would cost more if the stage held nothing, money/bucket: infinite where it must, NaN where
        nobody asked (``explain``) or it holds nothing.
    """

    service_time: NDArray[np.int64]
    inbound_time: NDArray[np.int64]
    covered_time: NDArray[np.int64]
    base_stock: NDArray[np.float64]
    safety_stock: NDArray[np.float64]
    stage_cost: NDArray[np.float64]
    demand_mean: NDArray[np.float64]
    demand_std: NDArray[np.float64]
    cost: float
    bound: float
    is_decoupling: NDArray[np.bool_]
    reason: NDArray[np.int8]
    saving: NDArray[np.float64]

    def reason_names(self) -> list[str]:
        """Return the reason of each stage by name."""
        return [REASONS[index] for index in self.reason]
