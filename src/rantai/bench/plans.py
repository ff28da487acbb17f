"""A finite plan of a whole company: how long it takes and how many demands it keeps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rantai.bench import chains
from rantai.bench.formats.planning.drafting import Rules
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.translating import translate
from rantai.bench.options import Options
from rantai_engines.planning import solve as planning
from rantai_engines.planning.problem import UNIT, DemandKind, Problem
from rantai_engines.planning.solution import Solution

ITEM_LOCATIONS = 100_000
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A problem, where it came from, and what its file says that is not planned with."""

    problem: Problem
    source: str
    notes: tuple[str, ...] = ()


def measure(options: Options) -> dict[str, Any]:
    """Plan the model in --data, or a chain of so many item-locations made from a seed.

    The engine is solved alone here: nothing is read from or published to a database. Kernels are compiled when they
    are imported, before the clock starts.
    """
    started = time.perf_counter()
    loaded = _load(options)
    load_seconds = time.perf_counter() - started
    started, worked = time.perf_counter(), time.process_time()
    solution = planning.solve(loaded.problem)
    solve_seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    problem = loaded.problem
    summary = {
        "size": len(problem.item_locations.key),
        "seconds": load_seconds + solve_seconds,
        "data": loaded.source,
        "load_seconds": round(load_seconds, 3),
        "solve_seconds": round(solve_seconds, 3),
        "solve_cpu_seconds": round(cpu_seconds, 3),
        "publish_seconds": None,
        "resources": len(problem.resources.key),
        **summarise(problem, solution),
        "notes": list(loaded.notes)[:20],
    }
    options.keep(summary)
    return summary


def summarise(problem: Problem, solution: Solution) -> dict[str, Any]:
    """Return how the demands come out: a demand is on time when its last unit is there by its due date."""
    demands = problem.demands
    asked = (demands.quantity > 0) & (demands.kind != DemandKind.REQUIREMENT)
    on_time = asked & (solution.last_delivery <= demands.due)
    short = asked & (solution.delivered < demands.quantity)
    by_class = {
        str(rank): round(float(on_time[asked & (demands.class_rank == rank)].mean()), 4)
        for rank in np.unique(demands.class_rank[asked])
    }
    count = int(asked.sum())
    late_units, late_seconds = _sum_late(problem, solution)
    return {
        "demands": count,
        "on_time": round(float(on_time.sum() / max(count, 1)), 5),
        "on_time_by_class": by_class,
        "late": int((asked & ~on_time & ~short).sum()),
        "short": int(short.sum()),
        "units_late": round(late_units / UNIT, 1),
        "unit_days_late": round(late_seconds / UNIT / DAY, 1),
        "planned_orders": len(solution.orders.source),
        "pegs": len(solution.pegs.supply),
        "reasons": len(solution.reasons.order),
    }


def _sum_late(problem: Problem, solution: Solution) -> tuple[float, float]:
    """Return the units delivered after their due date, and those times the seconds between."""
    rows, demands = solution.deliveries, problem.demands
    wait = rows.time - demands.due[rows.demand]
    late = (wait > 0) & (demands.kind[rows.demand] != DemandKind.REQUIREMENT)
    return float(rows.quantity[late].sum()), float((rows.quantity[late].astype(float) * wait[late]).sum())


def _load(options: Options) -> Loaded:
    found = options.find_data()
    if found is None:
        size = options.read_size(ITEM_LOCATIONS)
        return Loaded(problem=chains.make_problem(item_locations=size), source=f"seed {chains.SEED}")
    path = Path(found)
    translated = translate(load_model(path), rules=Rules())
    return Loaded(problem=translated.problem, source=path.name, notes=tuple(translated.notes))
