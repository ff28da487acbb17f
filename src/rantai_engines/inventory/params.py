"""Hold what a person may choose about stock targets."""

from dataclasses import dataclass
from typing import Literal

from rantai_engines import arrays

Method = Literal["auto", "normal", "empirical"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StockParams:
    """Choices of a stock-target run.

    Attributes
    ----------
    method : str
        ``auto`` takes the empirical law where demand is intermittent or skewed and history suffices, else the
        normal; ``normal`` and ``empirical`` ask for one (empirical still needs `min_history`).
    samples : int
        Lead-time demands drawn for each item-location of the empirical law, 50 to 100,000.
    min_history : int
        Buckets of history that the empirical law needs, 2 to 10,000.
    max_cover : float
        Most buckets of demand that a lot may cover, 0 for no limit.
    allow_negative_safety_stock : bool
        Whether a service level below what the lot size gives by itself may lower the reorder point under the mean.
    """

    method: Method = "auto"
    samples: int = 400
    min_history: int = 12
    max_cover: float = 0.0
    allow_negative_safety_stock: bool = False

    def __post_init__(self) -> None:
        if self.method not in ("auto", "normal", "empirical"):
            raise arrays.InvalidProblem("method", f"it is {self.method!r}", "allowed is auto, normal or empirical")
        arrays.check_range(self.samples, field="samples", low=50, high=100_000)
        arrays.check_range(self.min_history, field="min_history", low=2, high=10_000)
        arrays.check_range(self.max_cover, field="max_cover", low=0, high=36_500)
