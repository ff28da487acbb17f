"""Write an aggregate plan as a mixed-integer program: blocks of columns, and rows as whole arrays.

The multi-level capacitated lot-sizing model with backlog (Pochet and Wolsey, Production Planning by Mixed Integer
Programming, 2006, chapters 12 and 13), overtime and staffed hours as in aggregate planning (Holt, Modigliani, Muth and
Simon, 1960; in the linear form of Hanssmann and Hess, 1960).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from rantai_engines.arrays import InvalidProblem
from rantai_engines.planning.aggregate.problem import AggregateProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class Program:
    """Columns by name as (first, shape), costs and bounds of each column, rows as coordinates."""

    blocks: dict[str, Ints] = field(default_factory=dict)
    costs: list[Floats] = field(default_factory=list)
    highs: list[Floats] = field(default_factory=list)
    whole: list[NDArray[np.bool_]] = field(default_factory=list)
    parts: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    row_lows: list[Floats] = field(default_factory=list)
    row_highs: list[Floats] = field(default_factory=list)
    n_columns: int = 0
    n_rows: int = 0

    def add_columns(self, name: str, cost: Floats, *, high: Floats | float = np.inf, is_whole: bool = False) -> Ints:
        """Add a block of columns shaped as its costs; return their numbers in that shape."""
        numbers = self.n_columns + np.arange(cost.size, dtype=np.int64).reshape(cost.shape)
        self.blocks[name] = numbers
        self.costs.append(cost.ravel())
        self.highs.append(np.broadcast_to(high, cost.shape).ravel().astype(float))
        self.whole.append(np.full(cost.size, is_whole))
        self.n_columns += cost.size
        return numbers

    def add_rows(self, low: Floats | float, high: Floats | float, shape: tuple[int, ...]) -> Ints:
        """Add rows with their bounds; return their numbers in that shape."""
        size = int(np.prod(shape))
        numbers = self.n_rows + np.arange(size, dtype=np.int64).reshape(shape)
        self.row_lows.append(np.broadcast_to(low, shape).ravel().astype(float))
        self.row_highs.append(np.broadcast_to(high, shape).ravel().astype(float))
        self.n_rows += size
        return numbers

    def put(self, rows: Ints, columns: Ints, factor: Floats | float) -> None:
        """Put factor times column into rows, element by element; equal places add up."""
        factors = np.broadcast_to(factor, rows.shape).ravel().astype(float)
        self.parts.append((rows.ravel(), columns.ravel(), factors))

    def matrix(self) -> csr_array:
        """Return all rows."""
        rows, columns, factors = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return coo_array((factors, (rows, columns)), shape=(self.n_rows, self.n_columns)).tocsr()


def write(problem: AggregateProblem) -> Program:
    """Return the program of a problem."""
    program = Program()
    _add_columns(program, problem)
    _balance_stock(program, problem)
    _wait_for_demand_alone(program, problem)
    _keep_targets(program, problem)
    _limit_hours(program, problem)
    _set_up(program, problem)
    return program


def _add_columns(program: Program, problem: AggregateProblem) -> None:
    spread = np.ones(problem.n_buckets)
    program.add_columns("quantity", np.outer(problem.unit_cost, spread), high=_most_started(problem))
    setups = np.flatnonzero(problem.has_setup)
    program.add_columns("setups", np.outer(problem.setup_cost[setups], spread), high=1.0, is_whole=True)
    program.add_columns("stock", np.outer(problem.holding_cost, spread))
    backlog = np.outer(problem.backlog_cost, spread)
    backlog[:, -1:] += problem.short_cost[:, None]
    program.add_columns("backlog", backlog)
    program.add_columns("missing", np.outer(problem.target_cost, spread), high=problem.target)
    program.add_columns("overtime", np.outer(problem.overtime_cost, spread), high=problem.overtime_limit)
    staffed = problem.is_staffed
    program.add_columns("hours", np.outer(problem.hour_cost[staffed], spread), high=problem.capacity[staffed])
    program.add_columns("raised", np.outer(problem.raise_cost[staffed], spread))
    program.add_columns("cut", np.outer(problem.cut_cost[staffed], spread))


def _most_started(problem: AggregateProblem) -> Floats:
    """Return the most that a source may start: nothing where it would come after the last bucket."""
    most = problem.maximum.copy()
    starts = np.arange(problem.n_buckets)
    most[starts[None, :] + problem.source_lead[:, None] >= problem.n_buckets] = 0.0
    return most


def _balance_stock(program: Program, problem: AggregateProblem) -> None:
    """What was there and comes, less what is taken and wanted, is what is left or waits."""
    stock, backlog, quantity = (program.blocks[name] for name in ("stock", "backlog", "quantity"))
    wanted = problem.demand - problem.receipts
    wanted[:, :1] -= (problem.on_hand - problem.opening_backlog)[:, None]
    rows = program.add_rows(wanted, wanted, wanted.shape)
    program.put(rows, stock, -1.0)
    program.put(rows, backlog, 1.0)
    program.put(rows[:, 1:], stock[:, :-1], 1.0)
    program.put(rows[:, 1:], backlog[:, :-1], -1.0)
    source, start = np.nonzero(_most_started(problem) > 0)
    program.put(rows[problem.source_place[source], start + problem.source_lead[source]], quantity[source, start], 1.0)
    taken = rows[problem.line_place], quantity[problem.line_source]
    program.put(*taken, -np.repeat(problem.line_per[:, None], problem.n_buckets, axis=1))


def _wait_for_demand_alone(program: Program, problem: AggregateProblem) -> None:
    """Only independent demand may wait: a component that is not there cannot be taken."""
    backlog = program.blocks["backlog"]
    most = problem.demand.copy()
    most[:, :1] += problem.opening_backlog[:, None]
    rows = program.add_rows(-np.inf, most, most.shape)
    program.put(rows, backlog, 1.0)
    program.put(rows[:, 1:], backlog[:, :-1], -1.0)


def _keep_targets(program: Program, problem: AggregateProblem) -> None:
    place, bucket = np.nonzero(problem.target > 0)
    rows = program.add_rows(problem.target[place, bucket], np.inf, place.shape)
    program.put(rows, program.blocks["stock"][place, bucket], 1.0)
    program.put(rows, program.blocks["missing"][place, bucket], 1.0)


def _limit_hours(program: Program, problem: AggregateProblem) -> None:
    """Work stays within regular hours and overtime; staffed hours change at a cost and bound their overtime."""
    given = problem.capacity.copy()
    given[problem.is_staffed] = 0.0
    rows = program.add_rows(-np.inf, given, given.shape)
    program.blocks["capacity_rows"] = rows
    for load_hours, columns in _list_work(program, problem):
        loads = np.flatnonzero(load_hours > 0)
        hours = np.repeat(load_hours[loads, None], problem.n_buckets, axis=1)
        program.put(rows[problem.load_resource[loads]], columns[loads], hours)
    program.put(rows, program.blocks["overtime"], -1.0)
    program.put(rows[problem.is_staffed], program.blocks["hours"], -1.0)
    _staff(program, problem)


def _list_work(program: Program, problem: AggregateProblem) -> list[tuple[Floats, Ints]]:
    """Return hours by load, and by load the columns that they are for: units started, then buckets of use."""
    row_of = np.cumsum(problem.has_setup) - 1
    quantity, setups = program.blocks["quantity"][problem.load_source], program.blocks["setups"]
    if not len(setups):
        return [(problem.load_hours, quantity)]
    return [(problem.load_hours, quantity), (problem.load_setup_hours, setups[row_of[problem.load_source]])]


def _staff(program: Program, problem: AggregateProblem) -> None:
    staffed = np.flatnonzero(problem.is_staffed)
    hours, shape = program.blocks["hours"], (len(staffed), problem.n_buckets)
    before = np.zeros(shape)
    before[:, :1] = problem.opening_hours[staffed, None]
    rows = program.add_rows(before, before, shape)
    program.put(rows, hours, 1.0)
    program.put(rows[:, 1:], hours[:, :-1], -1.0)
    program.put(rows, program.blocks["raised"], -1.0)
    program.put(rows, program.blocks["cut"], 1.0)
    beyond = program.add_rows(-np.inf, 0.0, shape)
    program.put(beyond, program.blocks["overtime"][staffed], 1.0)
    program.put(beyond, hours, -np.repeat(problem.overtime_share[staffed, None], problem.n_buckets, axis=1))


def _set_up(program: Program, problem: AggregateProblem) -> None:
    """An all-or-nothing source starts its minimum or more where it is used, and nothing where it is not."""
    sources = np.flatnonzero(problem.has_setup)
    quantity, setups = program.blocks["quantity"][sources], program.blocks["setups"]
    most = np.minimum(problem.maximum[sources], _list_needed(problem)[problem.source_place[sources], None])
    most = np.maximum(most, problem.minimum[sources, None])
    above = program.add_rows(-np.inf, 0.0, quantity.shape)
    program.put(above, quantity, 1.0)
    program.put(above, setups, -most)
    below = program.add_rows(0.0, np.inf, quantity.shape)
    program.put(below, quantity, 1.0)
    program.put(below, setups, -np.repeat(problem.minimum[sources, None], problem.n_buckets, axis=1))


def _list_needed(problem: AggregateProblem) -> Floats:
    """Return for each item-location the units that all demand and its largest target can take of it, down the bills."""
    own = problem.demand.sum(axis=1) + problem.opening_backlog + problem.target.max(axis=1, initial=0.0)
    parents = problem.source_place[problem.line_source]
    needed, lots = own.copy(), np.zeros(problem.n_places)
    np.maximum.at(lots, problem.source_place, problem.minimum)
    for _level in range(problem.n_places + 1):
        below = own.copy()
        np.add.at(below, problem.line_place, problem.line_per * (needed + lots * problem.n_buckets)[parents])
        if np.array_equal(below, needed):
            return needed
        needed = below
    raise InvalidProblem("line_place", "the bills run in a circle", "take one of its lines out")
