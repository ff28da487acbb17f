"""How near small plans come to the best ones: each class's share of the worth it could have on time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rantai.bench.exact.instances import make_instance
from rantai.bench.exact.program import best_on_time, keep_deliveries, state_program
from rantai.bench.options import Options
from rantai_engines.planning.problem import Problem
from rantai_engines.planning.solution import Solution
from rantai_engines.planning.solve import solve

#: The seeds of the instances are those from here on; the figure that counts is that of --size 1000.
FIRST_SEED = 1
INSTANCES = 200


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What one class of one instance lacks of the best it could have, the classes above as the planner left them."""

    seed: int
    rank: int
    ours: float
    best: float
    is_proved: bool

    @property
    def share(self) -> float:
        """The part of the best that is missing."""
        return max(1.0 - self.ours / self.best, 0.0)


def measure(options: Options) -> dict[str, Any]:
    """Plan so many seeded chains and prove the best of each class of each."""
    count = options.read_size(INSTANCES)
    started, gaps = time.perf_counter(), list[Gap]()
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        problem = make_instance(seed)
        gaps += list_gaps(seed, problem, solve(problem))
    worst = max(gaps, key=lambda gap: (gap.share, gap.best), default=None)
    options.keep([{"seed": g.seed, "class": g.rank, "ours": g.ours, "best": g.best, "gap": g.share} for g in gaps])
    return {
        "size": count,
        "seconds": time.perf_counter() - started,
        "by_class": {
            str(rank): describe([g for g in gaps if g.rank == rank]) for rank in sorted({g.rank for g in gaps})
        },
        "all": describe(gaps),
        "unproved": sum(not gap.is_proved for gap in gaps),
        "worst": {"seed": worst.seed, "class": worst.rank, "gap": round(worst.share, 4)} if worst else None,
    }


def list_gaps(seed: int, problem: Problem, solution: Solution) -> list[Gap]:
    """Return the gap of every class that could have anything on time."""
    demands = problem.demands
    weights = demands.stake / np.maximum(demands.quantity, 1) * 10_000
    found = []
    for rank in np.unique(demands.class_rank):
        own = np.flatnonzero(demands.class_rank == rank)
        program = state_program(problem)
        keep_deliveries(program, solution, np.flatnonzero(demands.class_rank < rank))
        best = best_on_time(program, own, weights)
        if best.value > 1e-6:
            ours = measure_on_time(problem, solution, own, weights)
            found.append(Gap(seed=seed, rank=int(rank), ours=ours, best=best.value, is_proved=best.is_proved))
    return found


def measure_on_time(
    problem: Problem, solution: Solution, demands: Sequence[int] | np.ndarray[Any, Any], weights: np.ndarray[Any, Any]
) -> float:
    """Return the weighted units that a plan gives these demands by their due dates."""
    rows = solution.deliveries
    own = np.isin(rows.demand, demands) & (rows.time <= problem.demands.due[rows.demand])
    return float((rows.quantity[own] / 10_000 * weights[rows.demand[own]]).sum())


def describe(gaps: Sequence[Gap]) -> dict[str, Any]:
    """Return the median, the 95th percentile and the worst of the gaps, and how many plans are the best there is."""
    shares = np.array([gap.share for gap in gaps]) if gaps else np.zeros(1)
    return {
        "classes": len(gaps),
        "median": round(float(np.median(shares)), 4),
        "p95": round(float(np.percentile(shares, 95)), 4),
        "worst": round(float(shares.max()), 4),
        "best_share": round(float((shares < 1e-6).mean()), 4),
        "below_ours": sum(gap.ours > gap.best + 1e-6 for gap in gaps),
    }
