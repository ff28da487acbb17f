"""State a small plan as a mixed-integer program over days, and let HiGHS prove the best of it.

Variables, by day t: n[o, t] orders of source o that start on t and k[o, t] multiples of its lot in them; stock; what
is shipped to each demand. A quantity-dependent run has one copy of its source for each length. Aims are taken one
after the other, each within what the one before it found.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from rantai_engines.planning.problem import PER_SCALE, UNIT, Problem, ResourceKind, SourceKind
from rantai_engines.planning.solution import Solution

DAY = 86_400
#: No order and no shipment of a small chain is larger.
_MOST = 400.0
_SECONDS = 30.0
_GAP = 1e-5


@dataclass(frozen=True, kw_only=True)
class Best:
    """The most that a class can have; ``is_proved`` when HiGHS closed the gap in time, else it is a bound."""

    value: float
    is_proved: bool


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A source, or one length of it: so many days from start to end, on so many resources."""

    source: int
    days: int
    minimum: float
    maximum: float
    multiple: float


@dataclass
class Program:
    """Columns and rows, added one by one."""

    problem: Problem
    costs: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    row_lows: list[float] = field(default_factory=list)
    row_highs: list[float] = field(default_factory=list)
    ships: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """How many days there are, the first of them now."""
        return (self.problem.horizon_end - self.problem.now) // DAY

    def column(self, *, high: float = _MOST, is_whole: bool = False) -> int:
        """Add a variable that is never negative and return its number."""
        self.lows.append(0.0)
        self.highs.append(high)
        self.whole.append(int(is_whole))
        return len(self.lows) - 1

    def row(self, terms: list[tuple[int, float]], *, low: float = -np.inf, high: float = np.inf) -> None:
        """Add a constraint on a sum of columns."""
        number = len(self.row_lows)
        self.entries.extend((number, column, factor) for column, factor in terms)
        self.row_lows.append(low)
        self.row_highs.append(high)

    def maximise(self, weights: dict[int, float]) -> Best:
        """Return the largest weighted sum of columns, or the bound that was proved in time."""
        costs = np.zeros(len(self.lows))
        for column, weight in weights.items():
            costs[column] = -weight
        shape = (len(self.row_lows), len(self.lows))
        rows, columns, factors = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = csr_array((factors.astype(float), (rows, columns)), shape=shape)
        found = milp(
            costs,
            integrality=np.array(self.whole),
            bounds=Bounds(np.array(self.lows), np.array(self.highs)),
            constraints=LinearConstraint(matrix, np.array(self.row_lows), np.array(self.row_highs)),
            options={"time_limit": _SECONDS, "mip_rel_gap": _GAP},
        )
        if found.status == 0:
            return Best(value=-float(found.fun), is_proved=True)
        if found.status == 1 and found.mip_dual_bound is not None:
            return Best(value=-float(found.mip_dual_bound), is_proved=False)
        raise ImpossibleProgram(found.message)


class ImpossibleProgram(Exception):
    """The program has no solution, though the planner has one: one of them reads a rule otherwise."""


def state_program(problem: Problem) -> Program:
    """Return the constraints of a problem made by ``instances``."""
    program = Program(problem)
    changes: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    busy: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    for way in _list_ways(problem):
        _add_way(program, way, changes, busy)
    for demand in range(len(problem.demands.key)):
        _add_demand(program, demand, changes)
    _add_balances(program, changes)
    for (resource, _day), terms in busy.items():
        if problem.resources.kind[resource] == ResourceKind.FINITE:
            program.row(terms, high=float(problem.resources.maximum[resource]) / UNIT)
    return program


def keep_deliveries(program: Program, solution: Solution, demands: NDArray[np.int64]) -> None:
    """Fix what these demands are shipped, and when, at what a plan has."""
    given: dict[tuple[int, int], float] = defaultdict(float)
    rows = solution.deliveries
    for demand, at, quantity in zip(rows.demand, rows.time, rows.quantity, strict=True):
        given[int(demand), int(at - program.problem.now) // DAY] += int(quantity) / UNIT
    wanted = set(demands.tolist())
    for (demand, day), column in program.ships.items():
        if demand in wanted:
            value = given.pop((demand, day), 0.0)
            program.lows[column] = program.highs[column] = value
    assert not any(demand in wanted for demand, _ in given), "a delivery that the program has no day for"


def best_on_time(program: Program, demands: NDArray[np.int64], weights: NDArray[np.float64]) -> Best:
    """Return the most weighted units that these demands can have on their due days."""
    due = (program.problem.demands.due - program.problem.now) // DAY
    aims = {
        program.ships[int(d), int(due[d])]: float(weights[d]) for d in demands if (int(d), int(due[d])) in program.ships
    }
    return program.maximise(aims) if aims else Best(value=0.0, is_proved=True)


def _list_ways(problem: Problem) -> list[_Way]:
    sources, operations = problem.sources, problem.operations
    found = []
    for source in range(len(sources.key)):
        steps = np.flatnonzero(operations.source == source)
        fixed = (int(sources.lead_time[source]) + int(operations.fixed_seconds[steps].sum())) // DAY
        each = round(float(operations.unit_seconds[steps].sum()) / DAY)
        minimum, maximum = int(sources.minimum[source]) / UNIT, int(sources.maximum[source]) / UNIT or _MOST
        multiple = int(sources.multiple[source]) / UNIT
        if not each:
            found.append(_Way(source=source, days=fixed, minimum=minimum, maximum=maximum, multiple=multiple))
            continue
        smallest = -(-max(minimum, 1.0) // multiple) * multiple
        for quantity in np.arange(smallest, maximum + 1, multiple):
            days = fixed + each * int(quantity)
            found.append(_Way(source=source, days=days, minimum=quantity, maximum=quantity, multiple=quantity))
    return found


def _add_way(
    program: Program,
    way: _Way,
    changes: dict[tuple[int, int], list[tuple[int, float]]],
    busy: dict[tuple[int, int], list[tuple[int, float]]],
) -> None:
    problem, source = program.problem, way.source
    taken = _list_taken(problem, source)
    loads = _list_loads(problem, source)
    for start in range(program.days - way.days):
        orders = program.column(high=50.0, is_whole=True)
        lots = program.column(high=_MOST / way.multiple, is_whole=True)
        program.row([(lots, way.multiple), (orders, -way.minimum)], low=0.0)
        program.row([(lots, way.multiple), (orders, -way.maximum)], high=0.0)
        changes[int(problem.sources.item_location[source]), start + way.days].append((lots, way.multiple))
        for place, each in taken:
            changes[place, start].append((lots, -way.multiple * each))
        for resource, quantity in loads:
            for day in range(start, start + way.days):
                busy[resource, day].append((orders, quantity))


def _list_taken(problem: Problem, source: int) -> list[tuple[int, float]]:
    if problem.sources.kind[source] == SourceKind.MOVE:
        return [(int(problem.sources.origin[source]), 1.0)]
    lines = problem.bom_lines
    return [
        (int(lines.component[line]), int(lines.quantity_per[line]) / PER_SCALE)
        for line in np.flatnonzero(lines.source == source)
    ]


def _list_loads(problem: Problem, source: int) -> list[tuple[int, float]]:
    loads, steps = problem.loads, np.flatnonzero(problem.operations.source == source)
    own = np.flatnonzero(np.isin(loads.operation, steps))
    return [(int(loads.resource[load]), int(loads.quantity[load]) / UNIT) for load in own]


def _add_demand(program: Program, demand: int, changes: dict[tuple[int, int], list[tuple[int, float]]]) -> None:
    demands, problem = program.problem.demands, program.problem
    quantity = int(demands.quantity[demand]) / UNIT
    first = max(int(demands.due[demand] - problem.now) // DAY, 0)
    shipped = []
    for day in range(first, program.days):
        column = program.column(high=quantity)
        program.ships[demand, day] = column
        changes[int(demands.item_location[demand]), day].append((column, -1.0))
        shipped.append((column, 1.0))
        if not demands.partial[demand]:
            chosen = program.column(high=1.0, is_whole=True)
            program.row([(column, 1.0), (chosen, -quantity)], low=0.0, high=0.0)
    program.row(shipped, high=quantity)


def _add_balances(program: Program, changes: dict[tuple[int, int], list[tuple[int, float]]]) -> None:
    problem = program.problem
    arriving: dict[tuple[int, int], float] = defaultdict(float)
    for place, at, quantity in zip(
        problem.receipts.item_location, problem.receipts.time, problem.receipts.quantity, strict=True
    ):
        arriving[int(place), max(int(at - problem.now) // DAY, 0)] += int(quantity) / UNIT
    for place in range(len(problem.item_locations.key)):
        before = -1
        for day in range(program.days):
            stock = program.column(high=10 * _MOST)
            known = arriving[place, day] + (int(problem.item_locations.on_hand[place]) / UNIT if day == 0 else 0.0)
            terms = [(stock, 1.0), *((column, -factor) for column, factor in changes[place, day])]
            if before >= 0:
                terms.append((before, -1.0))
            program.row(terms, low=known, high=known)
            before = stock
