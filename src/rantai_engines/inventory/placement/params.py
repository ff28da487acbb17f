"""Hold how far a search for the best placement goes."""

from dataclasses import dataclass

from rantai_engines import arrays


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacementParams:
    """Limits of a run; they matter only where a stage can be reached by more than one way.

    Attributes
    ----------
    nodes : int
        Most trees solved by the branch and bound, 1 to 1,000,000.
    gap : float
        Share of the cost by which a placement may miss the best, 0 to 1.
    explain : bool
        Whether each stage with stock is solved once more without it, to say what its stock saves.
    """

    nodes: int = 2_000
    gap: float = 1e-6
    explain: bool = False

    def __post_init__(self) -> None:
        arrays.check_range(self.nodes, field="nodes", low=1, high=1_000_000)
        arrays.check_range(self.gap, field="gap", low=0, high=1)
