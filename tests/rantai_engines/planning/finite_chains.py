"""Random small chains whose steps need resources: of one, of many, by steps, by buckets, with set-ups and pools."""

from dataclasses import replace
from typing import Any

import numpy as np

from rantai_engines.planning.problem import (
    PER_SCALE,
    UNIT,
    CoProducts,
    Loads,
    Occupations,
    Problem,
    ResourceKind,
    Resources,
    SetupTimes,
    SourceKind,
    StepFunctions,
    build,
)

from .chains import DAY, NOW, random_problem

SETUPS = 3


def random_finite_problem(seed: int, *, demands: int = 8) -> Problem:
    """Make a nasty little finite chain: a resource at two levels of one tree, one of nothing, states."""
    problem = random_problem(seed, demands=demands)
    rng = np.random.default_rng(seed + 7)
    count = int(rng.integers(1, 4))
    resources = _resources(rng, count)
    return replace(
        problem,
        resources=resources,
        loads=_loads(rng, problem, resources),
        step_functions=_step_functions(rng),
        setup_times=_setup_times(rng),
        occupations=_occupations(rng, count),
        sources=replace(problem.sources, posttime=_post_times(rng, problem)),
        co_products=_co_products(rng, problem),
    )


def _resources(rng: np.random.Generator, count: int) -> Resources:
    kind = rng.choice([ResourceKind.FINITE, ResourceKind.FINITE, ResourceKind.INFINITE, ResourceKind.BUCKET], count)
    has_steps = (kind == ResourceKind.BUCKET) | (rng.random(count) < 0.2)
    has_setups = (kind == ResourceKind.FINITE) & ~has_steps & (rng.random(count) < 0.3)
    return build(
        Resources,
        {
            "key": rng.permutation(count) + 50,
            "calendar": np.where(rng.random(count) < 0.2, 0, -1),
            "maximum": np.where(has_setups, 1, rng.choice([0, 1, 1, 2, 3], count)) * UNIT,
            "kind": kind,
            "max_early": rng.choice([0, 3, 30, 100], count) * DAY,
            "maximum_steps": np.where(has_steps, rng.integers(0, 2, count), -1),
            "efficiency_ppm": np.where(rng.random(count) < 0.2, 800_000, 1_000_000),
            "setup_matrix": np.where(has_setups, 0, -1),
            "setup": np.where(has_setups, rng.integers(-1, SETUPS, count), -1),
        },
    )


def _loads(rng: np.random.Generator, problem: Problem, resources: Resources) -> Loads:
    count = len(resources.key)
    rows: list[dict[str, Any]] = []
    for operation in range(len(problem.operations.source)):
        if rng.random() < 0.3:
            continue
        able = rng.permutation(count)[: int(rng.integers(1, 3))]
        is_pool = len(able) > 1 and rng.random() < 0.7
        for rank, resource in enumerate(able):
            rows.append(
                {
                    "operation": operation,
                    "resource": int(resource),
                    "quantity": int(rng.choice([UNIT, UNIT, UNIT, 2 * UNIT, UNIT // 2])),
                    "quantity_per": PER_SCALE * int(resources.kind[resource] == ResourceKind.BUCKET),
                    "group": 0 if is_pool else -1,
                    "rank": rank,
                    "setup": int(rng.integers(-1, SETUPS)),
                }
            )
    return build(Loads, {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else {})})


def _step_functions(rng: np.random.Generator) -> StepFunctions:
    """Two functions: one that falls to nothing and rises, one of weekly buckets."""
    some = NOW + np.array([-100, 5, 9, 30]) * DAY
    weeks = NOW + np.arange(-2, 40) * 7 * DAY
    values = np.concatenate(([1, 0, 2, 1], rng.integers(0, 12, len(weeks)))) * UNIT
    return StepFunctions(
        offset=np.array([0, len(some), len(some) + len(weeks)]), start=np.concatenate((some, weeks)), value=values
    )


def _setup_times(rng: np.random.Generator) -> SetupTimes:
    """Every change but one is possible."""
    pairs = [(before, after) for before in range(-1, SETUPS) for after in range(SETUPS) if before != after]
    kept = [pair for pair in pairs if pair != (1, 2)]
    return build(
        SetupTimes,
        {
            "matrix": np.zeros(len(kept), np.int64),
            "from_setup": [before for before, _ in kept],
            "to_setup": [after for _, after in kept],
            "seconds": rng.integers(0, 30, len(kept)) * 3600,
        },
    )


def _occupations(rng: np.random.Generator, count: int) -> Occupations:
    many = int(rng.integers(0, 3))
    start = NOW + rng.integers(-3, 20, many) * DAY
    return build(
        Occupations,
        {
            "resource": rng.integers(0, count, many),
            "start": start,
            "end": start + rng.integers(1, 4, many) * DAY // 2,
            "quantity": np.full(many, UNIT),
            "setup": rng.integers(-1, SETUPS, many),
        },
    )


def _post_times(rng: np.random.Generator, problem: Problem) -> "np.ndarray[Any, Any]":
    count = len(problem.sources.key)
    return np.asarray(rng.integers(0, 5, count) * DAY * (rng.random(count) < 0.2))


def _co_products(rng: np.random.Generator, problem: Problem) -> CoProducts:
    makes = np.flatnonzero(problem.sources.kind == SourceKind.MAKE)
    chosen = makes[rng.random(len(makes)) < 0.2]
    others = rng.integers(0, len(problem.item_locations.key), len(chosen))
    keep = others != problem.sources.item_location[chosen]
    return build(
        CoProducts,
        {
            "source": chosen[keep],
            "item_location": others[keep],
            "quantity_per": rng.choice([0, 500_000, 1_000_000], int(keep.sum())),
            "quantity_fixed": rng.integers(0, 3, int(keep.sum())) * UNIT,
        },
    )
