"""Hold what a person may choose about a forecast."""

from dataclasses import dataclass
from typing import Literal

from rantai_engines import arrays

Effort = Literal["operational", "best"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastParams:
    """Choices of a forecast run.

    Attributes
    ----------
    horizon : int
        Buckets ahead, 1 to 400.
    season_length : int
        Buckets in a season (52 weeks, 12 months, 7 days); 1 for none, at most 1,000.
    cuts : int
        Origins of the rolling evaluation, 1 to 10.
    effort : str
        ``operational`` searches smoothing constants on coarse grids; ``best`` on fine ones, with the global
        boosted model (about five times the time). What that model compiles, whoever asks for it first waits for.
    """

    horizon: int = 26
    season_length: int = 52
    cuts: int = 3
    effort: Effort = "operational"

    def __post_init__(self) -> None:
        arrays.check_range(self.horizon, field="horizon", low=1, high=400)
        arrays.check_range(self.season_length, field="season_length", low=1, high=1_000)
        arrays.check_range(self.cuts, field="cuts", low=1, high=10)
        if self.effort not in ("operational", "best"):
            raise arrays.InvalidProblem("effort", f"it is {self.effort!r}", "allowed is operational or best")
