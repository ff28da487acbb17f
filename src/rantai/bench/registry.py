"""The benchmarks by name; each module is loaded only when it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where a benchmark's function is, and on which databases it is run."""

    function: str
    databases: tuple[str, ...] = ("sqlite",)
    """Migrated, empty, one run on each; none: the function makes what it needs."""
    brief: Mapping[str, Any] = field(default_factory=dict)
    """Options of `rantai bench all`, where nothing else was asked: all of them fit ten minutes."""


_BOTH = ("sqlite", "postgresql")

BENCHES = {
    "import": Bench(function="rantai.bench.histories:measure_import", brief={"size": "200000"}),
    "turn": Bench(function="rantai.bench.histories:measure_turn"),
    "promise": Bench(function="rantai.bench.promises:measure", databases=_BOTH),
    "confirm": Bench(function="rantai.bench.confirms:measure", databases=_BOTH),
    "pages": Bench(function="rantai.bench.pages:measure", databases=(), brief={"size": "small"}),
    "plan": Bench(function="rantai.bench.plans:measure"),
    "netchange": Bench(
        function="rantai.bench.netchanges:measure", databases=_BOTH, brief={"size": "10000", "events": 200}
    ),
    "plan-quality": Bench(function="rantai.bench.exact.quality:measure", databases=(), brief={"size": "100"}),
    "planning-cases": Bench(function="rantai.bench.planning_cases:measure", databases=()),
    "forecast": Bench(function="rantai.bench.forecasts:measure", databases=(), brief={"size": "1000"}),
    "lot-sizing": Bench(function="rantai.bench.lot_sizes:measure", databases=(), brief={"seconds": 2.0}),
    "start": Bench(function="rantai.bench.starts:measure", databases=()),
}
