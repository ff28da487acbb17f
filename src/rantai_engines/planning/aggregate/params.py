"""Hold how long the search for an aggregate plan may go on."""

from dataclasses import dataclass

from rantai_engines import arrays


@dataclass(frozen=True, kw_only=True, slots=True)
class AggregateParams:
    """When a plan is good enough.

    Attributes
    ----------
    gap : float
        Share of the cost that may stay unproven, 0 to 1.
    nodes : int
        Most branch-and-bound nodes, 1 to 10,000,000: the same number gives the same plan on every machine.
    seconds : float
        End after this long, 0 for no limit. Only a run that was cut depends on the machine, and its solution says so.
    """

    gap: float = 1e-3
    nodes: int = 5_000
    seconds: float = 0.0

    def __post_init__(self) -> None:
        arrays.check_range(self.gap, field="gap", low=0, high=1)
        arrays.check_range(self.nodes, field="nodes", low=1, high=10_000_000)
        arrays.check_range(self.seconds, field="seconds", low=0, high=1e6)
