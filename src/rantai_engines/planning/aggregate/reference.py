"""The slow and obvious way: try every pattern of set-ups, and write each linear program out by hand."""

from itertools import product

import numpy as np
from scipy.optimize import linprog

from rantai_engines.planning.aggregate.problem import AggregateProblem

Key = tuple[str, int, int]


class _Linear:
    """A linear program over named columns."""

    def __init__(self) -> None:
        self.columns: dict[Key, int] = {}
        self.costs: list[float] = []
        self.highs: list[float] = []
        self.equal: list[tuple[dict[int, float], float]] = []
        self.most: list[tuple[dict[int, float], float]] = []

    def column(self, key: Key, cost: float, high: float = np.inf) -> None:
        self.columns[key] = len(self.costs)
        self.costs.append(cost)
        self.highs.append(high)

    def row(self, terms: list[tuple[float, Key]], right: float, *, equal: bool = False) -> None:
        found: dict[int, float] = {}
        for factor, key in terms:
            if key in self.columns:
                found[self.columns[key]] = found.get(self.columns[key], 0.0) + factor
        (self.equal if equal else self.most).append((found, right))

    def solve(self) -> float:
        found = linprog(
            self.costs,
            *self._lay_out(self.most),
            *self._lay_out(self.equal),
            bounds=[(0, high) for high in self.highs],
            method="highs",
        )
        return float(found.fun) if found.x is not None else np.inf

    def _lay_out(self, rows: list[tuple[dict[int, float], float]]) -> tuple[np.ndarray, list[float]]:
        matrix = np.zeros((len(rows), len(self.costs)))
        for place, (terms, _right) in enumerate(rows):
            for column, factor in terms.items():
                matrix[place, column] = factor
        return matrix, [right for _terms, right in rows]


def find_cost(problem: AggregateProblem) -> float:
    """Return the cost of the best plan, money; for a dozen set-ups at most."""
    buckets = range(problem.n_buckets)
    spots = [(source, bucket) for source in np.flatnonzero(problem.has_setup).tolist() for bucket in buckets]
    return min(_price(problem, dict(zip(spots, used, strict=True))) for used in product((0, 1), repeat=len(spots)))


def _price(problem: AggregateProblem, used: dict[tuple[int, int], int]) -> float:
    program = _Linear()
    for bucket in range(problem.n_buckets):
        _add_columns(program, problem, used, bucket)
    for bucket in range(problem.n_buckets):
        _add_places(program, problem, bucket)
        _add_resources(program, problem, used, bucket)
    for (source, bucket), is_used in used.items():
        program.row([(-1.0, ("x", source, bucket))], -problem.minimum[source] * is_used)
    return program.solve() + sum(problem.setup_cost[source] * is_used for (source, _bucket), is_used in used.items())


def _add_columns(program: _Linear, p: AggregateProblem, used: dict[tuple[int, int], int], t: int) -> None:
    last = t == p.n_buckets - 1
    for s in range(p.n_sources):
        late = t + p.source_lead[s] >= p.n_buckets
        program.column(("x", s, t), p.unit_cost[s], 0.0 if late or not used.get((s, t), 1) else p.maximum[s, t])
    for i in range(p.n_places):
        program.column(("stock", i, t), p.holding_cost[i])
        program.column(("wait", i, t), p.backlog_cost[i] + p.short_cost[i] * last)
        program.column(("missing", i, t), p.target_cost[i])
    for r in range(p.n_resources):
        program.column(("over", r, t), p.overtime_cost[r], p.overtime_limit[r, t])
        if p.is_staffed[r]:
            program.column(("hours", r, t), p.hour_cost[r], p.capacity[r, t])
            program.column(("raise", r, t), p.raise_cost[r])
            program.column(("cut", r, t), p.cut_cost[r])


def _add_places(program: _Linear, p: AggregateProblem, t: int) -> None:
    for i in range(p.n_places):
        comes = [(1.0, ("x", s, t - int(p.source_lead[s]))) for s in range(p.n_sources) if p.source_place[s] == i]
        goes = [
            (-float(per), ("x", int(s), t))
            for s, place, per in zip(p.line_source, p.line_place, p.line_per, strict=True)
            if place == i
        ]
        before = [(1.0, ("stock", i, t - 1)), (-1.0, ("wait", i, t - 1))]
        after = [(-1.0, ("stock", i, t)), (1.0, ("wait", i, t))]
        opening = p.on_hand[i] - p.opening_backlog[i] if t == 0 else 0.0
        program.row(comes + goes + before + after, p.demand[i, t] - p.receipts[i, t] - opening, equal=True)
        fresh = p.demand[i, t] + (p.opening_backlog[i] if t == 0 else 0.0)
        program.row([(1.0, ("wait", i, t)), (-1.0, ("wait", i, t - 1))], fresh)
        program.row([(-1.0, ("stock", i, t)), (-1.0, ("missing", i, t))], -p.target[i, t])


def _add_resources(program: _Linear, p: AggregateProblem, used: dict[tuple[int, int], int], t: int) -> None:
    for r in range(p.n_resources):
        loads = [k for k in range(len(p.load_source)) if p.load_resource[k] == r]
        work = [(float(p.load_hours[k]), ("x", int(p.load_source[k]), t)) for k in loads]
        turned = sum(float(p.load_setup_hours[k]) * used.get((int(p.load_source[k]), t), 0) for k in loads)
        free = 0.0 if p.is_staffed[r] else p.capacity[r, t]
        program.row([*work, (-1.0, ("over", r, t)), (-1.0, ("hours", r, t))], free - turned)
        if p.is_staffed[r]:
            change = [
                (1.0, ("hours", r, t)),
                (-1.0, ("hours", r, t - 1)),
                (-1.0, ("raise", r, t)),
                (1.0, ("cut", r, t)),
            ]
            program.row(change, p.opening_hours[r] if t == 0 else 0.0, equal=True)
            program.row([(1.0, ("over", r, t)), (-p.overtime_share[r], ("hours", r, t))], 0.0)
