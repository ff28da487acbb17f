"""A finite plan of a whole company: how long it takes and how many demands it keeps."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management import call_command

from rantai.bench import chain_worlds, chains
from rantai.bench.formats.planning.drafting import Rules
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.translating import translate
from rantai.bench.options import Options
from rantai_engines.planning.problem import UNIT, DemandKind, Problem
from rantai_engines.planning.side_by_side import solve_in_parts
from rantai_engines.planning.solution import Solution
from rantai_engines.planning.solve import Params
from rantai_engines.spreading import count_cores, in_threads

ITEM_LOCATIONS = 100_000
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A problem, where it came from, and what its file says that is not planned with."""

    problem: Problem
    source: str
    notes: tuple[str, ...] = ()


def measure(options: Options) -> dict[str, Any]:
    """Plan the model in --data by the engine alone, or a chain of so many item-locations from database to plan.

    Kernels are compiled when they are imported, before the clock starts.
    """
    summary = _measure_file(options) if options.data else _measure_database(options)
    options.keep(summary)
    return summary


def _measure_database(options: Options) -> dict[str, Any]:
    """Read a chain that was laid into the empty database, plan it and publish the plan."""
    begun = time.perf_counter()
    laid = chain_worlds.lay(item_locations=options.read_size(ITEM_LOCATIONS))
    laying = time.perf_counter() - begun
    started = time.perf_counter()
    told = _plan_once()
    seconds = time.perf_counter() - started
    phases = [f"{name}{cpu}_seconds" for cpu in ("", "_cpu") for name in ("load", "solve", "publish")]
    return {
        "size": laid.item_locations,
        "seconds": seconds,
        "data": f"seed {chains.SEED}, in the database",
        "lay_seconds": round(laying, 3),
        **{name: told[name] for name in phases},
        "resources": laid.resources,
        "demands": laid.demands,
        "item_locations_planned": told["item_locations"],
        "on_time": round(1 - (told["late"] + told["short"]) / max(told["orders"], 1), 5),
        **{name: told[name] for name in ("late", "short", "proposals", "exceptions", "planned_orders", "pegs", "runs")},
        "plan_bytes": chain_worlds.count_plan_bytes(),
        "notes": [],
    }


def _plan_once() -> dict[str, Any]:
    """Make one plan in this process as `rantai planner --once` does; return its figures."""
    said = StringIO()
    call_command("planner", once=True, as_of=chain_worlds.AS_OF.isoformat(), json=True, stdout=said)
    told: dict[str, Any] = json.loads(said.getvalue().strip().splitlines()[-1])
    return told


def _measure_file(options: Options) -> dict[str, Any]:
    """Plan a model from a file as the planner does, on all cores; nothing is read from or published to a database."""
    started = time.perf_counter()
    loaded = _load(options)
    load_seconds = time.perf_counter() - started
    started, worked = time.perf_counter(), time.process_time()
    solution = solve_in_parts(loaded.problem, params=Params(), spread=in_threads(count_cores()))
    solve_seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    problem = loaded.problem
    return {
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
    assert found is not None, "a file was asked for"
    path = Path(found)
    translated = translate(load_model(path), rules=Rules())
    return Loaded(problem=translated.problem, source=path.name, notes=tuple(translated.notes))
