"""Find the cheapest aggregate plan, prove how good it is, and price the hours that bind."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import vstack

from rantai_engines.planning.aggregate._program import Floats, Ints, Program, write
from rantai_engines.planning.aggregate.params import AggregateParams
from rantai_engines.planning.aggregate.problem import AggregateProblem
from rantai_engines.planning.aggregate.solution import AggregateSolution

_CUT = 1
_SETUPS_AT_ONCE = 240
_WHOLE = 1e-6
_COST_OF = {
    "quantity": "unit", "setups": "setup", "stock": "holding", "missing": "target", "overtime": "overtime",
    "hours": "hours", "raised": "changes", "cut": "changes",
}  # fmt: skip


class NoPlanFound(RuntimeError):
    """The least lots of the set-ups that were tried do not fit into the hours: it takes more nodes or seconds."""


def solve(problem: AggregateProblem, *, params: AggregateParams, seed: int = 0) -> AggregateSolution:
    """Choose what to start in each bucket; every problem has a plan, since demand may wait and targets be missed.

    Parameters
    ----------
    problem : AggregateProblem
    params : AggregateParams
    seed : int
        Takes no part: the same problem gives the same plan.

    Returns
    -------
    AggregateSolution

    Raises
    ------
    InvalidProblem
        If the bills run in a circle.
    NoPlanFound
        If the least lots of the set-ups that were tried do not fit into the hours.
    """
    program = write(problem)
    if not program.blocks["setups"].size:
        return _read(problem, program, *_price(program, np.zeros(program.n_columns)), None)
    found = _search(program, params)
    return _read(problem, program, *_price(program, found.setups), found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """Set-ups (columns that are not whole are 0), the cost that no plan goes below, whether the search was cut."""

    setups: Floats
    bound: float
    was_cut: bool


def _search(program: Program, params: AggregateParams) -> _Found:
    """Choose all set-ups at once where they are few, else window after window of buckets (relax and fix).

    Relax and fix: Pochet and Wolsey (2006), section 3.6: what lies before the window is fixed, what lies behind it may
    be broken; the first window's bound holds for every plan.
    """
    numbers = program.blocks["setups"]
    buckets = numbers.shape[1]
    wide = max(1, min(buckets, _SETUPS_AT_ONCE // len(numbers)))
    windows = [numbers[:, start : start + wide] for start in range(0, buckets, wide)]
    lows, highs = np.zeros(program.n_columns), np.concatenate(program.highs)
    bound, was_cut = float(_solve_linear(program, lows, highs)[0].fun), False
    for window in windows:
        found = _solve_window(program, window, lows, highs, params, share=len(windows))
        was_cut = was_cut or found.status == _CUT
        if window is windows[0] and found.mip_dual_bound is not None:
            bound = max(bound, float(found.mip_dual_bound))
        fixed = np.rint(found.x[window]) if found.x is not None else _round_linear(program, window, lows, highs)
        lows[window], highs[window] = fixed, fixed
    setups = np.zeros(program.n_columns)
    setups[numbers] = lows[numbers]
    return _Found(setups=setups, bound=bound, was_cut=was_cut)


def _round_linear(program: Program, window: Ints, lows: Floats, highs: Floats) -> Floats:
    """Return set-ups where no search had the time: all that a linear plan breaks, or none if these do not fit."""
    broken, _upper = _solve_linear(program, lows, highs)
    fixed: Floats = np.ceil(broken.x[window] - _WHOLE)
    tried = lows.copy(), highs.copy()
    for bound in tried:
        bound[window] = fixed
    try:
        _solve_linear(program, *tried)
    except NoPlanFound:
        return np.zeros_like(fixed)
    return fixed


def _solve_window(
    program: Program, window: Ints, lows: Floats, highs: Floats, params: AggregateParams, *, share: int
) -> OptimizeResult:
    whole = np.zeros(program.n_columns, np.int64)
    whole[window] = 1
    options: dict[str, Any] = {"mip_rel_gap": params.gap, "node_limit": max(1, params.nodes // share)}
    if params.seconds:
        options["time_limit"] = params.seconds / share
    return milp(
        np.concatenate(program.costs),
        integrality=whole,
        bounds=Bounds(lows, highs),
        constraints=_rows(program),
        options=options,
    )


def _rows(program: Program) -> LinearConstraint:
    return LinearConstraint(program.matrix(), np.concatenate(program.row_lows), np.concatenate(program.row_highs))


def _price(program: Program, setups: Floats) -> tuple[Floats, Floats]:
    """Solve with the set-ups fixed; return the columns, and by row what one unit more of its limit saves."""
    whole, highs = np.concatenate(program.whole), np.concatenate(program.highs)
    found, upper = _solve_linear(program, setups, np.where(whole, setups, highs))
    saved = np.zeros(program.n_rows)
    saved[upper] = -found.ineqlin.marginals[: int(upper.sum())]
    return np.asarray(found.x), saved


def _solve_linear(program: Program, lows: Floats, highs: Floats) -> tuple[OptimizeResult, NDArray[np.bool_]]:
    """Solve with broken set-ups between bounds; return what was found and the rows that have a limit above."""
    matrix, low, high = program.matrix(), np.concatenate(program.row_lows), np.concatenate(program.row_highs)
    equal = low == high
    upper, lower = ~equal & np.isfinite(high), ~equal & np.isfinite(low)
    found = linprog(
        np.concatenate(program.costs),
        A_ub=vstack([matrix[upper], -matrix[lower]], format="csr"),
        b_ub=np.concatenate([high[upper], -low[lower]]),
        A_eq=matrix[equal],
        b_eq=low[equal],
        bounds=np.stack([lows, highs], axis=1),
        method="highs-ipm",
    )
    if found.x is None:
        raise NoPlanFound(f"The set-ups that were tried leave no plan: {found.message}")
    return found, upper


def _read(
    problem: AggregateProblem, program: Program, values: Floats, saved: Floats, found: _Found | None
) -> AggregateSolution:
    taken = {name: values[numbers] for name, numbers in program.blocks.items() if name != "capacity_rows"}
    hours = problem.capacity.copy()
    hours[problem.is_staffed] = taken["hours"]
    setups = np.zeros(taken["quantity"].shape, np.bool_)
    setups[problem.has_setup] = taken["setups"] > 0.5
    costs = _list_costs(problem, program, values)
    cost = sum(costs.values())
    return AggregateSolution(
        quantity=taken["quantity"],
        setups=setups,
        stock=taken["stock"],
        backlog=taken["backlog"],
        missing=taken["missing"],
        hours=hours,
        load=_list_load(problem, taken["quantity"], setups),
        overtime=taken["overtime"],
        hour_value=saved[program.blocks["capacity_rows"]],
        costs=costs,
        cost=cost,
        bound=cost if found is None else min(cost, found.bound),
        was_cut=found is not None and found.was_cut,
    )


def _list_costs(problem: AggregateProblem, program: Program, values: Floats) -> dict[str, float]:
    spent = np.concatenate(program.costs) * values
    found = dict.fromkeys(
        ("unit", "setup", "holding", "backlog", "short", "target", "overtime", "hours", "changes"), 0.0
    )
    for name, kind in _COST_OF.items():
        found[kind] += float(spent[program.blocks[name]].sum())
    backlog = values[program.blocks["backlog"]]
    found["backlog"] = float((backlog * problem.backlog_cost[:, None]).sum())
    found["short"] = float((backlog[:, -1] * problem.short_cost).sum())
    return found


def _list_load(problem: AggregateProblem, quantity: Floats, setups: NDArray[np.bool_]) -> Floats:
    load = np.zeros(problem.capacity.shape)
    work = problem.load_hours[:, None] * quantity[problem.load_source]
    work += problem.load_setup_hours[:, None] * setups[problem.load_source]
    np.add.at(load, problem.load_resource, work)
    return load
