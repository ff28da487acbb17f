"""Hand demand, lead times and policies to the inventory engine and turn its answer into rows; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.inventory.models import StockTarget, StockTargetRun
from rantai.iscm.inventory.queries.lead_times import LeadTime
from rantai.iscm.inventory.queries.policies import Wanted
from rantai.kernel.quantities import SCALE
from rantai_engines.inventory.params import StockParams
from rantai_engines.inventory.problem import CYCLE, FILL, LARGEST, MAX_PROTECTION, StockProblem
from rantai_engines.inventory.solution import STOCK_METHODS, StockSolution
from rantai_engines.inventory.solve import solve

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ENGINE = "inventory 1"
MOST_USES = 12
"""Items made of a part that its target names."""
_LARGEST_UNITS = 9 * 10**18


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetInputs:
    """What targets are made of, one row an item-location; weeks and base units."""

    item_ids: Ints
    location_ids: Ints
    demand: Floats
    """(n, horizon): expected a week."""
    demand_std: Floats
    dependent: Floats
    """(n, horizon): the share of the expected that is wanted for what is made of it."""
    uses: Sequence[Sequence[tuple[int, float]]]
    """Items made of it with the base units that they take a week."""
    history_offsets: Ints
    history_values: Floats
    lead_times: Sequence[LeadTime]
    wanted: Sequence[Wanted]
    unit_cost: Floats
    """Money of one base unit."""
    order_cost: float
    holding_rate: float
    """Share of the cost of a unit, a year."""

    @property
    def size(self) -> int:
        """Number of item-locations."""
        return int(self.item_ids.size)


def set_targets(inputs: TargetInputs, *, seed: int) -> tuple[StockProblem, StockSolution]:
    """Return the engine's question and its answer."""
    problem = to_problem(inputs)
    return problem, solve(problem, params=StockParams(), seed=seed)


def to_problem(inputs: TargetInputs) -> StockProblem:
    """Translate; a wait beyond what the engine can hold is cut to its longest."""
    lead_times, wanted = inputs.lead_times, inputs.wanted
    review = np.array([min(row.review_days / 7, MAX_PROTECTION / 2) for row in wanted], dtype=np.float64)
    waits = np.array([row.mean_weeks for row in lead_times], dtype=np.float64)
    waits = np.minimum(waits, MAX_PROTECTION - review)
    samples = [row.samples for row in lead_times]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in samples])]).astype(np.int64)
    return StockProblem(
        key=inputs.item_ids * 1_000_003 + inputs.location_ids,
        demand_mean=np.minimum(mean_over(inputs.demand, waits + review), LARGEST),
        demand_std=np.minimum(inputs.demand_std, LARGEST),
        lead_time_mean=waits,
        lead_time_std=np.array([row.std_weeks for row in lead_times], dtype=np.float64),
        review_period=review,
        service_level=np.array([row.service_level / 10_000 for row in wanted], dtype=np.float64),
        service_kind=np.array([FILL if row.service_kind == "fill" else CYCLE for row in wanted], dtype=np.int8),
        order_cost=np.full(inputs.size, inputs.order_cost),
        holding_cost=np.minimum(inputs.unit_cost * inputs.holding_rate / 52, LARGEST),
        minimum_lot=np.array([row.minimum / SCALE for row in lead_times], dtype=np.float64),
        lot_multiple=np.array([row.multiple / SCALE for row in lead_times], dtype=np.float64),
        maximum_lot=np.array([row.maximum / SCALE for row in lead_times], dtype=np.float64),
        history_offsets=inputs.history_offsets,
        history_values=np.minimum(inputs.history_values, LARGEST),
        lead_time_offsets=offsets,
        lead_time_values=np.minimum(np.array([wait for row in samples for wait in row]), MAX_PROTECTION),
    )


def mean_over(demand: Floats, protection: Floats) -> Floats:
    """Return the mean week over the weeks that stock must last: lead time and review, at least one week."""
    weeks = np.clip(np.ceil(protection - 1e-9), 1, demand.shape[1]).astype(np.int64)
    sums = np.cumsum(demand, axis=1)
    found: Floats = sums[np.arange(demand.shape[0]), weeks - 1] / weeks
    return found


def to_rows(
    run: StockTargetRun, inputs: TargetInputs, problem: StockProblem, solution: StockSolution, *, at_once: int
) -> Iterator[list[StockTarget]]:
    """Yield the rows of a run in chunks, quantities rounded up to whole base units."""
    safety, reorder, upto, lots = (
        round_up(column)
        for column in (solution.safety_stock, solution.reorder_point, solution.order_up_to, solution.lot_size)
    )
    for start in range(0, inputs.size, at_once):
        rows = range(start, min(start + at_once, inputs.size))
        yield [
            _to_row(run, inputs, problem, solution, i, (int(safety[i]), int(reorder[i]), int(upto[i]), int(lots[i])))
            for i in rows
        ]


def round_up(units: Floats) -> Ints:
    """Return units as 1/10,000, rounded up to whole base units."""
    return np.minimum(np.ceil(np.maximum(units, 0) - 1e-6) * SCALE, _LARGEST_UNITS).astype(np.int64)


def _to_row(
    run: StockTargetRun, inputs: TargetInputs, problem: StockProblem, solution: StockSolution, i: int,
    sizes: tuple[int, int, int, int],
) -> StockTarget:  # fmt: skip
    wanted, lead_time = inputs.wanted[i], inputs.lead_times[i]
    safety, reorder, upto, lot = sizes
    method = STOCK_METHODS[solution.method[i]]
    if wanted.safety_stock is not None:
        shift = wanted.safety_stock - safety
        safety, reorder, upto, method = wanted.safety_stock, max(0, reorder + shift), max(0, upto + shift), "fixed"
    return StockTarget(
        run=run,
        item_id=int(inputs.item_ids[i]),
        location_id=int(inputs.location_ids[i]),
        safety_stock=safety,
        reorder_point=reorder,
        order_up_to=max(upto, reorder),
        lot_size=lot,
        method=method,
        service_level=wanted.service_level,
        service_kind=wanted.service_kind,
        expected_cycle=round(float(solution.cycle_service_level[i]) * 10_000),
        expected_fill=round(float(solution.fill_rate[i]) * 10_000),
        demand_mean=float(problem.demand_mean[i]),
        dependent_mean=_measure_dependent(inputs, problem, i),
        uses=[[item, round(units, 4)] for item, units in inputs.uses[i][:MOST_USES]],
        demand_std=float(problem.demand_std[i]),
        lead_time_weeks=float(problem.lead_time_mean[i]),
        lead_time_std_weeks=float(problem.lead_time_std[i]),
        lead_time_basis=lead_time.basis,
        lead_time_samples=lead_time.arrivals,
        review_weeks=float(problem.review_period[i]),
        protection_std=float(solution.protection_std[i]),
        source_id=lead_time.source_id,
        policy_id=wanted.policy_id,
    )


def _measure_dependent(inputs: TargetInputs, problem: StockProblem, i: int) -> float:
    """Return the dependent share of the mean week, over the same weeks as that."""
    if not inputs.uses[i]:
        return 0.0
    protection = np.array([problem.lead_time_mean[i] + problem.review_period[i]])
    return float(mean_over(inputs.dependent[i : i + 1], protection)[0])
