"""Hand demand, lead times and policies to the inventory engine and turn its answer into rows; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.inventory.bridge.levels import Base, Levels, set_levels
from rantai.iscm.inventory.models import StockTarget, StockTargetRun
from rantai.iscm.inventory.queries.lead_times import LeadTime
from rantai.iscm.inventory.queries.policies import Wanted
from rantai.kernel.quantities import SCALE
from rantai_engines.inventory import lot_sizing
from rantai_engines.inventory.params import StockParams
from rantai_engines.inventory.problem import CYCLE, FILL, LARGEST, MAX_PROTECTION, StockProblem
from rantai_engines.inventory.solution import STOCK_METHODS, StockSolution
from rantai_engines.inventory.solve import solve

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ENGINE = "inventory 2"
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
    abc: Sequence[str]
    xyz: Sequence[str]
    first_week: date
    """Monday of the first week of demand."""

    @property
    def size(self) -> int:
        """Number of item-locations."""
        return int(self.item_ids.size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The engine's question, its answer, and the dynamic lots of the rows that asked for them."""

    problem: StockProblem
    solution: StockSolution
    protection: Floats
    """(n,): weeks of lead time and review that demand is expected over."""
    mean: Floats
    """(n,): base units a week over these."""
    lots: dict[int, list[tuple[str, int]]]
    """Row → (Monday, 1/10,000 base units)."""


def set_targets(inputs: TargetInputs, *, seed: int) -> Answer:
    """Return the engine's answer; a wait beyond what the engine can hold is cut to its longest."""
    review = np.array([min(row.review_days / 7, MAX_PROTECTION / 2) for row in inputs.wanted], dtype=np.float64)
    waits = np.array([row.mean_weeks for row in inputs.lead_times], dtype=np.float64)
    waits = np.minimum(waits, MAX_PROTECTION - review)
    mean = np.minimum(mean_over(inputs.demand, waits + review), LARGEST)
    problem = _to_problem(inputs, waits, review, mean)
    solution = solve(problem, params=StockParams(), seed=seed)
    return Answer(
        problem=problem, solution=solution, protection=waits + review, mean=mean, lots=_plan_lots(inputs, problem)
    )


def _to_problem(inputs: TargetInputs, waits: Floats, review: Floats, mean: Floats) -> StockProblem:
    """Translate. What stands at a chosen place of the chain covers the days of that place instead of the whole wait.

    It absorbs what its lead time strays as well; what covers no day holds nothing.
    """
    lead_times, wanted = inputs.lead_times, inputs.wanted
    covered = np.array([-1.0 if row.covered_days is None else row.covered_days / 7 for row in wanted])
    placed = covered >= 0
    samples = [() if placed[i] else row.samples for i, row in enumerate(lead_times)]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in samples])]).astype(np.int64)
    fixed = np.array([row.lot_size if row.lot_rule == "fixed" else 0 for row in wanted]) / SCALE
    weighed = np.array([row.lot_rule in ("economic", "dynamic") for row in wanted])
    minimum, multiple, maximum = (
        np.array([getattr(row, name) / SCALE for row in lead_times], dtype=np.float64)
        for name in ("minimum", "multiple", "maximum")
    )
    return StockProblem(
        key=inputs.item_ids * 1_000_003 + inputs.location_ids,
        demand_mean=mean,
        demand_std=np.minimum(inputs.demand_std, LARGEST),
        lead_time_mean=np.where(placed, np.minimum(covered, MAX_PROTECTION), waits),
        lead_time_std=np.where(placed & (covered <= 0), 0.0, [row.std_weeks for row in lead_times]),
        review_period=np.where(placed, 0.0, review),
        service_level=np.array([row.service_level / 10_000 for row in wanted], dtype=np.float64),
        service_kind=np.array([FILL if row.service_kind == "fill" else CYCLE for row in wanted], dtype=np.int8),
        order_cost=np.where(weighed, inputs.order_cost, 0.0),
        holding_cost=np.minimum(inputs.unit_cost * inputs.holding_rate / 52, LARGEST),
        minimum_lot=np.where(fixed > 0, fixed, minimum),
        lot_multiple=np.where(fixed > 0, 0.0, multiple),
        maximum_lot=np.where(fixed > 0, 0.0, maximum),
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


def to_rows(run: StockTargetRun, inputs: TargetInputs, answer: Answer, *, at_once: int) -> Iterator[list[StockTarget]]:
    """Yield the rows of a run in chunks, quantities rounded up to whole base units."""
    solution, review = answer.solution, np.array([row.review_days / 7 for row in inputs.wanted])
    beyond = np.maximum(solution.lot_size - answer.mean * review, 0)
    columns = (solution.safety_stock, answer.mean * answer.protection, solution.lot_size, beyond, answer.mean * review)
    bases = list(zip(*(round_up(column).tolist() for column in columns), strict=True))
    for start in range(0, inputs.size, at_once):
        rows = range(start, min(start + at_once, inputs.size))
        yield [_to_row(run, inputs, answer, i, Base(**dict(zip(_BASE, bases[i], strict=True)))) for i in rows]


_BASE = ("safety", "expected", "lot", "beyond", "review")


def round_up(units: Floats) -> Ints:
    """Return units as 1/10,000, rounded up to whole base units."""
    return np.minimum(np.ceil(np.maximum(units, 0) - 1e-6) * SCALE, _LARGEST_UNITS).astype(np.int64)


def _plan_lots(inputs: TargetInputs, problem: StockProblem) -> dict[int, list[tuple[str, int]]]:
    """Return the cheapest lots over the forecast of the rows that ask for them (Wagner and Whitin, 1958)."""
    rows = [i for i, row in enumerate(inputs.wanted) if row.lot_rule == "dynamic"]
    if not rows:
        return {}
    horizon = inputs.demand.shape[1]
    quantity, _cost = lot_sizing.solve_dynamic_lots(
        np.arange(len(rows) + 1, dtype=np.int64) * horizon,
        np.ascontiguousarray(inputs.demand[rows]).ravel(),
        order_cost=problem.order_cost[rows],
        holding_cost=problem.holding_cost[rows],
    )
    lots = round_up(quantity.reshape(len(rows), horizon))
    mondays = [(inputs.first_week + timedelta(weeks=week)).isoformat() for week in range(horizon)]
    return {
        row: [(mondays[week], int(lots[place, week])) for week in np.flatnonzero(lots[place]).tolist()]
        for place, row in enumerate(rows)
    }


def _to_row(run: StockTargetRun, inputs: TargetInputs, answer: Answer, i: int, base: Base) -> StockTarget:
    wanted, lead_time, solution, problem = inputs.wanted[i], inputs.lead_times[i], answer.solution, answer.problem
    method = STOCK_METHODS[solution.method[i]]
    if wanted.safety_stock is not None:
        base, method = replace(base, safety=wanted.safety_stock), "fixed"
    lots = answer.lots.get(i, [])
    if lots:
        base = replace(base, lot=lots[0][1], beyond=max(0, lots[0][1] - base.review))
    levels = set_levels(wanted, base)
    return StockTarget(
        run=run,
        item_id=int(inputs.item_ids[i]),
        location_id=int(inputs.location_ids[i]),
        **_say_levels(levels),
        method=method if levels.safety == base.safety else "fixed",
        service_level=wanted.service_level,
        service_kind=wanted.service_kind,
        expected_cycle=round(float(solution.cycle_service_level[i]) * 10_000),
        expected_fill=round(float(solution.fill_rate[i]) * 10_000),
        demand_mean=float(answer.mean[i]),
        dependent_mean=_measure_dependent(inputs, answer, i),
        uses=[[item, round(units, 4)] for item, units in inputs.uses[i][:MOST_USES]],
        demand_std=float(problem.demand_std[i]),
        lead_time_weeks=float(lead_time.mean_weeks),
        lead_time_std_weeks=float(lead_time.std_weeks),
        lead_time_basis=lead_time.basis,
        lead_time_samples=lead_time.arrivals,
        review_weeks=wanted.review_days / 7,
        protection_std=float(solution.protection_std[i]),
        source_id=lead_time.source_id,
        policy_id=wanted.policy_id,
        abc=inputs.abc[i],
        xyz=inputs.xyz[i],
        demand_class=wanted.demand_class,
        policy_kind=wanted.kind,
        lot_rule=wanted.lot_rule,
        lots=lots,
        covered_weeks=float(problem.lead_time_mean[i] + problem.review_period[i]),
        rules=wanted.rules,
    )


def _say_levels(levels: Levels) -> dict[str, int]:
    return {
        "safety_stock": levels.safety,
        "lead_time_demand": levels.expected,
        "reorder_point": levels.reorder,
        "order_up_to": levels.up_to,
        "lot_size": levels.lot,
        "plan_level": levels.plan_level,
        "plan_up_to": levels.plan_up_to,
        "plan_minimum": levels.minimum,
        "plan_multiple": levels.multiple,
        "cards": levels.cards,
    }


def _measure_dependent(inputs: TargetInputs, answer: Answer, i: int) -> float:
    """Return the dependent share of the mean week, over the same weeks as that."""
    if not inputs.uses[i]:
        return 0.0
    return float(mean_over(inputs.dependent[i : i + 1], answer.protection[i : i + 1])[0])
