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
    "start": Bench(function="rantai.bench.starts:measure", databases=()),
}
