"""Translate snapshots to the planning engine's arrays and its plans back to columns; writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from django.conf import settings

from rantai.iscm.supply import rules
from rantai.iscm.supply.queries import cutting, days, layout
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Tables
from rantai_engines import spreading
from rantai_engines.planning.aggregate import solve as aggregate
from rantai_engines.planning.aggregate.params import AggregateParams
from rantai_engines.planning.aggregate.problem import AggregateProblem
from rantai_engines.planning.aggregate.solution import AggregateSolution
from rantai_engines.planning.problem import (
    BomLines,
    Calendars,
    CoProducts,
    Demands,
    ItemLocations,
    Loads,
    Occupations,
    Operations,
    Problem,
    Receipts,
    Resources,
    SetupTimes,
    SourceKind,
    Sources,
    StepFunctions,
    build,
)
from rantai_engines.planning.side_by_side import solve_in_parts
from rantai_engines.planning.solution import SUBJECT_TABLE, CauseKind, Solution
from rantai_engines.planning.solve import Params, solve
from rantai_engines.planning.tables import NEVER

ENGINE = "planning 2"
assert NEVER == days.NEVER
assert tuple(kind.name for kind in CauseKind) == (
    "NONE", "LEAD_TIME", "NO_SOURCE", "SUPPLIER_MAXIMUM", "EFFECTIVITY", "AWAITS_RECEIPT", "FENCE", "SIZE",
    "SHIPMENT_RULE", "MAX_LATENESS", "CALENDAR", "CIRCLE", "HORIZON", "DUE_IN_PAST",
    "CAPACITY",
)  # fmt: skip

_TABLES = {
    "item_locations": ItemLocations,
    "sources": Sources,
    "bom_lines": BomLines,
    "operations": Operations,
    "receipts": Receipts,
    "demands": Demands,
    "loads": Loads,
    "resources": Resources,
    "setup_times": SetupTimes,
    "occupations": Occupations,
    "co_products": CoProducts,
}
_NAMED = {name: name for name in layout.SOLUTION} | {"co_outputs": "co_products"}
"""Tables of a plan → what the engine calls them: what comes besides is a table of the problem, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A plan as columns, with the checksums of what was asked and answered."""

    tables: Tables
    problem_hash: str
    solution_hash: str


def plan(tables: Tables, *, now: int, horizon_end: int, release_until: int) -> Answer:
    """Solve the problem that a snapshot's tables state; the same tables give the same answer."""
    problem = to_problem(tables, now=now, horizon_end=horizon_end)
    # Product lines that share nothing are planned side by side; how many cores there are never shows in the plan.
    spread = spreading.choose(settings.CLUSTER)
    solution = solve_in_parts(problem, params=Params(release_until=release_until), spread=spread)
    found = to_tables(solution)
    return Answer(
        tables=found, problem_hash=checksum(tables, f"{now}/{horizon_end}"), solution_hash=checksum(found, "")
    )


def plan_weeks(columns: dict[str, Any]) -> AggregateSolution:
    """Solve the months by the week; the search ends by its nodes, so that the same columns give the same plan."""
    return aggregate.solve(AggregateProblem(**columns), params=AggregateParams(nodes=rules.AGGREGATE_NODES))


def to_problem(tables: Tables, *, now: int, horizon_end: int) -> Problem:
    """Return the engine's problem; `place` columns become rows of the item-locations."""
    places = tables["item_locations"]["key"]
    made: dict[str, Any] = {}
    for name, kind in _TABLES.items():
        columns = dict(tables.get(name) or layout.empty(name))
        if "place" in columns:
            columns["item_location"] = np.searchsorted(places, columns.pop("place")).astype(np.int64)
        known = {field.name for field in fields(kind)}
        made[name] = build(kind, {column: values for column, values in columns.items() if column in known})
    calendars, steps = tables["calendars"], tables.get("step_functions") or layout.empty("step_functions")
    _let_bought_run(made)
    return Problem(
        now=now,
        horizon_end=horizon_end,
        calendars=Calendars(offset=calendars["offset"], start=calendars["start"], end=calendars["end"]),
        step_functions=StepFunctions(offset=steps["offset"], start=steps["start"], value=steps["value"]),
        **made,
    )


def _let_bought_run(made: dict[str, Any]) -> None:
    """State sources that others limit as made: to the engine only what is made has steps and loads."""
    sources, operations = made["sources"], made["operations"]
    kind = sources.kind.copy()
    kind[operations.source] = SourceKind.MAKE
    made["sources"] = replace(sources, kind=kind)


def to_tables(solution: Solution) -> Tables:
    """Return a plan as columns."""
    tables = {name: getattr(solution, own) for name, own in _NAMED.items()}
    return {name: {field.name: getattr(table, field.name) for field in fields(table)} for name, table in tables.items()}


def checksum(tables: Tables, salt: str) -> str:
    """Return a hash of columns by name, dtype and content."""
    digest = hashlib.sha256(salt.encode())
    for table in sorted(tables):
        for column in sorted(tables[table]):
            values = np.ascontiguousarray(tables[table][column])
            if not len(values):
                continue
            digest.update(f"{table}.{column}:{values.dtype.str}:{len(values)};".encode())
            digest.update(values.data)
    return digest.hexdigest()


def subject_tables() -> dict[int, str]:
    """Return which table a cause's subject stands in."""
    return {int(cause): table for cause, table in SUBJECT_TABLE.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Units that somebody asks a date for: an item-location (key), and the instant by which they would do."""

    place: int
    quantity: int
    due: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A part of what was asked: when it is there, and of what kind its supply is."""

    line: int
    time: int
    quantity: int
    basis: str
    source_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """Units of a supply that are promised already: neither they nor the demand that holds them are planned again."""

    place: int
    receipt_key: int
    """-1: of stock."""
    demand_key: int
    """-1: of somebody whom the plan does not know."""
    units: int


def list_leaned_on(problem: Tables, places: Sequence[int]) -> Ints:
    """Return the item-locations (keys) that some of them lean on, themselves included where the plan knows them."""
    mine, _sources = _reach(problem, places)
    found: Ints = problem["item_locations"]["key"][mine]
    return found


def promise(
    problem: Tables, solution: Tables, wanted: list[Wanted], *, now: int, horizon_end: int, newer: list[Wanted],
    spoken: Sequence[Spoken] = (),
) -> list[Answered]:  # fmt: skip
    """Say when units could be had: after every firm order, before any forecast or stock target.

    Plans again the part of the network that the asked items lean on. What orders elsewhere take of its stock and
    components counts as firm; `newer` are orders that the plan does not know yet; `spoken` is what was promised of
    stock and receipts, which nobody else is offered.
    """
    part = _cut_out(problem, solution, [row.place for row in (*wanted, *newer)], spoken)
    firm = len(part["demands"]["key"])
    part["demands"] = _add_wanted(part["demands"], newer, class_rank=1 << 20, first=firm)
    part["demands"] = _add_wanted(part["demands"], wanted, class_rank=1 << 21, first=firm + len(newer))
    stated = to_problem(part, now=now, horizon_end=max(horizon_end, now + 86_400))
    found = solve(stated, params=Params(fill_stock_targets=False))
    return list(_read_answers(found, part, first=firm + len(newer)))


def _reach(problem: Tables, places: Sequence[int]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return which item-locations some of them lean on, and which sources bring these."""
    keys, sources, lines = problem["item_locations"]["key"], problem["sources"], problem["bom_lines"]
    source_at = np.searchsorted(keys, sources["place"])
    mine = np.isin(keys, np.array(places, np.int64))
    while True:
        kept = mine[source_at]
        below = np.concatenate((sources["origin"][kept & (sources["origin"] >= 0)], _components(lines, kept)))
        if mine[below].all():
            return mine, kept
        mine[below] = True


def _cut_out(problem: Tables, solution: Tables, places: list[int], spoken: Sequence[Spoken]) -> Tables:
    """Return the tables of the item-locations that some of them lean on, without what is promised already."""
    keys, sources = problem["item_locations"]["key"], problem["sources"]
    mine, kept = _reach(problem, places)
    part = {
        name: _select(problem[name], np.isin(problem[name]["place"], keys[mine])) for name in ("receipts", "demands")
    }
    part["item_locations"] = _select(problem["item_locations"], mine)
    for target in ("safety_stock", "reorder_level", "order_up_to"):
        part["item_locations"][target] = np.zeros(int(mine.sum()), np.int64)
    _take_off(part, spoken)
    part["sources"] = _select(sources, kept)
    part["sources"]["origin"] = _renumber(part["sources"]["origin"], mine)
    operations = problem["operations"]["source"]
    steps = kept[operations] if len(operations) else np.zeros(0, np.bool_)
    part["operations"], part["bom_lines"] = _cut_steps(problem, kept, mine, steps)
    part |= cutting.cut_limits(problem, solution, steps=steps, mine=mine)
    part["calendars"] = problem["calendars"]
    part["demands"] = _keep_firm(part["demands"], problem, solution, mine)
    return part


def _take_off(part: Tables, spoken: Sequence[Spoken]) -> None:
    """Take promised units off their supplies and off the demands that hold them.

    What is more than a supply had when the plan was made came since: it is taken off what was expected there.
    """
    places, receipts, demands = part["item_locations"], part["receipts"], part["demands"]
    for row in spoken:
        if row.demand_key >= 0:
            _lower(demands, demands["key"] == row.demand_key, "quantity", row.units)
        is_there = places["key"] == row.place
        if row.receipt_key < 0:
            rest = _lower(places, is_there, "on_hand", row.units)
            _lower(receipts, receipts["place"] == row.place, "quantity", rest)
        elif is_there.any():
            _lower(receipts, receipts["key"] == row.receipt_key, "quantity", row.units)


def _lower(table: dict[str, Any], rows: np.ndarray[Any, Any], column: str, units: int) -> int:
    """Take units off rows, the first first; return what they did not have."""
    for at in np.flatnonzero(rows).tolist():
        count = min(units, int(table[column][at]))
        table[column][at] -= count
        units -= count
    return units


def _components(lines: dict[str, Any], kept: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return lines["component"][kept[lines["source"]]] if len(lines["source"]) else np.zeros(0, np.int64)


def _cut_steps(
    problem: Tables, kept: np.ndarray[Any, Any], mine: np.ndarray[Any, Any], steps: np.ndarray[Any, Any]
) -> tuple[Any, Any]:
    operations, lines = problem["operations"], problem["bom_lines"]
    needed = kept[lines["source"]] if len(lines["source"]) else np.zeros(0, np.bool_)
    some_steps, some_lines = _select(operations, steps), _select(lines, needed)
    some_steps["source"] = _renumber(some_steps["source"], kept)
    some_lines["source"] = _renumber(some_lines["source"], kept)
    some_lines["component"] = _renumber(some_lines["component"], mine)
    some_lines["operation"] = _renumber(some_lines["operation"], steps)
    return some_steps, some_lines


def _keep_firm(
    demands: dict[str, Any], problem: Tables, solution: Tables, mine: np.ndarray[Any, Any]
) -> dict[str, Any]:
    """Drop forecasts; add what planned orders outside the part take from it."""
    firm = _select(demands, demands["kind"] != 1)
    firm["receipt"] = np.full(len(firm["key"]), -1, np.int64)
    taken, orders = solution["consumption"], solution["orders"]
    outside = np.zeros(0, np.bool_)
    if len(taken["order"]):
        outside = mine[taken["item_location"]] & ~mine[orders["item_location"][taken["order"]]]
    keys = problem["item_locations"]["key"]
    rows = [
        Wanted(place=int(keys[place]), quantity=int(units), due=int(time))
        for place, units, time in zip(
            taken["item_location"][outside], taken["quantity"][outside], taken["time"][outside], strict=True
        )
    ]
    # Keys of real demands are positive and far apart from the few that are made here.
    firm["key"] = np.arange(len(firm["key"]), dtype=np.int64)
    return _add_wanted(firm, rows, class_rank=0, first=len(firm["key"]))


def _add_wanted(demands: dict[str, Any], rows: list[Wanted], *, class_rank: int, first: int) -> dict[str, Any]:
    count = len(rows)
    more = {
        "key": np.arange(first, first + count, dtype=np.int64),
        "place": np.array([row.place for row in rows], np.int64),
        "due": np.array([row.due for row in rows], np.int64),
        "quantity": np.array([row.quantity for row in rows], np.int64),
        "kind": np.zeros(count, np.int64),
        "class_rank": np.full(count, class_rank, np.int64),
        "stake": np.zeros(count),
        "partial": np.ones(count, np.bool_),
        "promised_at": np.full(count, NEVER, np.int64),
        "receipt": np.full(count, -1, np.int64),
    }
    return {name: np.concatenate((demands[name], more[name])) for name in more}


def _read_answers(found: Solution, part: Tables, *, first: int) -> Any:
    pegs, orders, sources = found.pegs, found.orders, part["sources"]
    asked = (pegs.consumer_kind == 0) & (pegs.consumer >= first)
    for row in np.flatnonzero(asked).tolist():
        kind = int(pegs.supply_kind[row])
        source = int(sources["source_id"][orders.source[pegs.supply[row]]]) if kind == 2 else 0
        yield Answered(
            line=int(pegs.consumer[row]) - first,
            time=int(pegs.need_time[row]),
            quantity=int(pegs.quantity[row]),
            basis=("stock", "receipt", "plan")[kind],
            source_id=source,
        )


def _select(table: dict[str, Any], mask: np.ndarray[Any, Any]) -> dict[str, Any]:
    return {name: values[mask] for name, values in table.items()}


def _renumber(index: np.ndarray[Any, Any], kept: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return row numbers among the rows that are kept; −1 stays."""
    if not len(index):
        return index
    numbers = np.cumsum(kept) - 1
    return np.where(index >= 0, numbers[np.maximum(index, 0)], -1).astype(np.int64)
