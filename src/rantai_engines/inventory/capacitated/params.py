"""Hold how much work a search for lots may do."""

from dataclasses import dataclass

from rantai_engines import arrays


@dataclass(frozen=True, kw_only=True, slots=True)
class CapacitatedParams:
    """Budget of a run, in work: the same budget gives the same plan on every machine.

    Attributes
    ----------
    bound_rounds : int
        Most subgradient steps of the Lagrangian bound, 10 to 100,000.
    search_work : float
        Of annealing, in items times periods squared, 1e4 to 1e12; 1e8 is about a second on one core.
    rounds : int
        Most rounds of re-solving windows exactly after the annealing, 0 to 1,000; a round without a gain ends it.
    nodes : int
        Branch-and-bound nodes that one window may take, 1 to 1,000,000.
    seconds : float
        No new window is begun, and the running one is cut, after this long; 0 for no limit. Only a run that was cut
        depends on the machine, and its solution says so.
    """

    bound_rounds: int = 1000
    search_work: float = 1.2e8
    rounds: int = 1
    nodes: int = 50
    seconds: float = 0.0

    def __post_init__(self) -> None:
        arrays.check_range(self.bound_rounds, field="bound_rounds", low=10, high=100_000)
        arrays.check_range(self.search_work, field="search_work", low=1e4, high=1e12)
        arrays.check_range(self.rounds, field="rounds", low=0, high=1_000)
        arrays.check_range(self.nodes, field="nodes", low=1, high=1_000_000)
        arrays.check_range(self.seconds, field="seconds", low=0, high=1e6)
