"""Hold the stock targets of item-locations."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

STOCK_METHODS: Final = ("none", "normal", "empirical")


@dataclass(frozen=True, kw_only=True, slots=True)
class StockSolution:
    """Order when the inventory position is at or below `reorder_point`, up to `order_up_to`; arrays (n,), units.

    Attributes
    ----------
    safety_stock : ndarray
        Reorder point less the mean demand of the protection time.
    reorder_point, order_up_to : ndarray
    lot_size : ndarray
        What is ordered at a time; obeys minimum, multiple and maximum.
    protection_mean, protection_std : ndarray
        Demand over lead time and review.
    cycle_service_level, fill_rate : ndarray
        Expected with these targets, 0 to 1.
    average_stock : ndarray
        Half a lot plus safety stock.
    orders_per_bucket : ndarray
        Demand over lot size; 0 without demand.
    method : ndarray of int8
        Index into ``STOCK_METHODS``; ``none`` where nothing is asked for and nothing varies.
    """

    safety_stock: NDArray[np.float64]
    reorder_point: NDArray[np.float64]
    order_up_to: NDArray[np.float64]
    lot_size: NDArray[np.float64]
    protection_mean: NDArray[np.float64]
    protection_std: NDArray[np.float64]
    cycle_service_level: NDArray[np.float64]
    fill_rate: NDArray[np.float64]
    average_stock: NDArray[np.float64]
    orders_per_bucket: NDArray[np.float64]
    method: NDArray[np.int8]

    def method_names(self) -> list[str]:
        """Return the law used for each row by name."""
        return [STOCK_METHODS[index] for index in self.method]
