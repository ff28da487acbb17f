"""Lots of a Trigeiro file in the time that is given, with the plan and how far it may be from the best."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from rantai.bench.formats.trigeiro import read_trigeiro
from rantai.bench.options import BadOption, Options
from rantai_engines.inventory.capacitated.params import CapacitatedParams
from rantai_engines.inventory.capacitated.problem import CapacitatedProblem
from rantai_engines.inventory.capacitated.solution import CapacitatedSolution
from rantai_engines.inventory.capacitated.solve import solve

PUBLIC_FOLDER = Path("../shared/data/lot-sizing")
SECONDS = 10.0
# What reading, pricing and writing may take of the time that is given.
_KEPT = 0.8
# Rounds of windows: more than the time allows.
_ROUNDS = 100
_SEED = 1


def measure(options: Options) -> dict[str, Any]:
    """Plan one file, or each of a folder, within --seconds each; kernels are compiled before the clock starts."""
    place = options.find_data(PUBLIC_FOLDER)
    files = _list_files(place)
    _warm()
    allowed = options.seconds or SECONDS
    rows = [plan_file(path, allowed=allowed) for path in files]
    options.keep([row | plan for row, plan in rows] if len(rows) != 1 else rows[0][0] | rows[0][1])
    figures: dict[str, Any] = {"size": len(rows), "seconds": sum(row["seconds"] for row, _ in rows), "allowed": allowed}
    if len(rows) == 1:
        return rows[0][0] | figures
    figures["data"] = place.name if place else None
    gaps = [row["gap_to_bound"] for row, _ in rows if row["feasible"]]
    if rows:
        figures |= {
            "feasible": sum(row["feasible"] for row, _ in rows),
            "mean_gap_to_bound": round(mean(gaps), 5) if gaps else None,
            "longest_seconds": max(row["seconds"] for row, _ in rows),
            "costs": {row["file"]: row["cost"] for row, _ in rows},
        }
    return figures


def _list_files(place: Path | None) -> list[Path]:
    if place is None:
        return []
    found = [place] if place.is_file() else sorted(path for path in place.iterdir() if path.suffix.lower() == ".dat")
    if not found:
        raise BadOption(f"'{place}' holds no .DAT file of Trigeiro's form.")
    return found


def _warm() -> None:
    """Compile what is not compiled yet."""
    one = np.ones(2)
    small = CapacitatedProblem(
        demand=np.ones((2, 2)), unit_time=one, setup_time=one, setup_cost=one, holding_cost=one, capacity=one * 9
    )
    solve(small, params=CapacitatedParams(search_work=1e4, rounds=1), seed=_SEED)


def plan_file(path: Path, *, allowed: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the figures of a file, and its plan; with 0 seconds allowed, by the budget of work alone."""
    started = time.perf_counter()
    problem = read_trigeiro(path)
    limited = CapacitatedParams(rounds=_ROUNDS, seconds=max(allowed - _KEPT, 0.5 * allowed))
    found = solve(problem, params=limited if allowed else CapacitatedParams(), seed=_SEED)
    figures = {
        "file": path.name,
        "items": problem.n_items,
        "periods": problem.n_periods,
        "cost": round(found.cost, 6),
        "setup_cost": round(found.setup_cost, 6),
        "holding_cost": round(found.holding_cost, 6),
        "bound": round(found.bound, 3),
        # The bound is one on plans that keep to the capacity; overtime may cost less.
        "gap_to_bound": round(found.gap, 5) if found.is_feasible else None,
        "feasible": found.is_feasible,
        "overtime": round(float(found.overtime.sum()), 6),
        "windows": found.windows,
        "was_cut": found.was_cut,
        "seconds": round(time.perf_counter() - started, 3),
    }
    return figures, _describe(problem, found)


def _describe(problem: CapacitatedProblem, found: CapacitatedSolution) -> dict[str, Any]:
    """Return the plan: items by row, periods by column."""
    return {
        "plan": {
            "setup": found.setups.astype(int).tolist(),
            "quantity": found.quantity.round(6).tolist(),
            "stock": found.stock.round(6).tolist(),
            "load": found.load.round(6).tolist(),
            "capacity": problem.capacity.tolist(),
        }
    }
