"""The benchmarks by name; each module is loaded only when it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where a benchmark's function is, and on which databases it is run."""

    function: str
    databases: tuple[str, ...] = ("sqlite",)
    """Migrated, empty, one run on each; none: the function makes what it needs."""


BENCHES = {
    "import": Bench(function="rantai.bench.histories:measure_import"),
    "turn": Bench(function="rantai.bench.histories:measure_turn"),
    "promise": Bench(function="rantai.bench.promises:measure", databases=("sqlite", "postgresql")),
    "confirm": Bench(function="rantai.bench.confirms:measure", databases=("sqlite", "postgresql")),
    "pages": Bench(function="rantai.bench.pages:measure", databases=()),
    "plan": Bench(function="rantai.bench.plans:measure"),
    "netchange": Bench(function="rantai.bench.netchanges:measure", databases=("sqlite", "postgresql")),
    "plan-quality": Bench(function="rantai.bench.exact.quality:measure", databases=()),
    "planning-cases": Bench(function="rantai.bench.planning_cases:measure", databases=()),
    "forecast": Bench(function="rantai.bench.forecasts:measure", databases=()),
    "lot-sizing": Bench(function="rantai.bench.lot_sizes:measure", databases=()),
    "start": Bench(function="rantai.bench.starts:measure", databases=()),
}
