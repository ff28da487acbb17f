"""Plan once more with some columns of the plan's problem exchanged: what a scenario asks; nothing is written."""

from __future__ import annotations

import base64
import resource
import time
from typing import Any

from rantai.iscm.supply import bridge
from rantai.iscm.supply.management.planning import Plan
from rantai.iscm.supply.queries import columns
from rantai.iscm.supply.queries.snapshot import Tables

_KEPT = ("orders", "consumption", "deliveries", "runs")
"""What figures are made of; pegs and reasons stay where they can be made again."""


def solve(plan: Plan, patch: dict[str, str]) -> dict[str, Any]:
    """Return the solution of a plan's problem with the patch laid over it.

    `patch` holds packed columns (base64) by table; columns that it does not name are the plan's own arrays.
    """
    tables = lay(plan.problem, patch)
    begun, used = time.perf_counter(), time.process_time()
    answer = bridge.plan(
        tables, now=plan.run.now, horizon_end=plan.run.horizon_end, release_until=plan.run.params["release_until"]
    )
    return {
        "revision": plan.run.revision,
        "problem_hash": answer.problem_hash,
        "solution_hash": answer.solution_hash,
        "engine": bridge.ENGINE,
        "seconds": round(time.perf_counter() - begun, 3),
        "cpu_seconds": round(time.process_time() - used, 3),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "solution": {name: _pack(answer.tables[name]) for name in _KEPT if name in answer.tables},
    }


def lay(problem: Tables, patch: dict[str, str]) -> Tables:
    """Return tables in which the patch's columns stand instead of the plan's."""
    changed = {name: columns.unpack(base64.b64decode(packed), columns.CODEC) for name, packed in patch.items()}
    return {name: {**problem.get(name, {}), **changed.get(name, {})} for name in {**problem, **changed}}


def _pack(table: dict[str, Any]) -> str:
    return base64.b64encode(columns.pack(table)).decode()
