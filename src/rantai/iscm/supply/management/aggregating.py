"""Plan the months by the week in the planner's process: read, solve twice, and say what is built ahead and why."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from rantai.iscm.supply import bridge, rules
from rantai.iscm.supply.queries import aggregate_problem, keys
from rantai.iscm.supply.queries.aggregate_problem import Stated
from rantai.iscm.supply.queries.aggregate_scope import Floats
from rantai.iscm.supply.queries.limits import UNIT
from rantai.iscm.supply.queries.snapshot import take_snapshot
from rantai.kernel import clock

ENGINE = "aggregate 1"
_LEAST = 0.005
"""Base units below which stock is a rounding of the search, not something built ahead."""
_NEVER_AHEAD = 2.0
"""Holding a unit for a week costs so many times what a week of waiting does: then nobody builds ahead."""
_LATE = 5
"""Saturday: from then on the months begin with the next Monday."""
_MILLION = 1_000_000


def make(as_of: datetime) -> dict[str, Any]:
    """Return the plan of the months as plain rows (units and money in 1/10,000), as `aggregates.propose` takes it."""
    begun = time.perf_counter()
    snapshot = take_snapshot(as_of, weeks=rules.AGGREGATE_WEEKS)
    company = snapshot.company
    today = clock.business_date(as_of, company.zone)
    weeks = min(int(company.settings.get("aggregate_weeks", rules.AGGREGATE_WEEKS)), rules.AGGREGATE_WEEKS)
    # at the end of a week its hours are gone
    first = today - timedelta(days=today.weekday() if today.weekday() < _LATE else today.weekday() - 7)
    stated = aggregate_problem.state(snapshot.tables, company, now=snapshot.now, first=first, weeks=weeks)
    found = {
        "first_week": first.isoformat(), "weeks": weeks, "engine": ENGINE, "places": len(stated.places),
        "left_out": stated.left_out, "sources": len(stated.columns["source_place"]), "costs": {}, "cost": 0,
        "cost_waiting": 0, "gap_ppm": 0, "was_cut": False, "loads": [], "stocks": [],
    }  # fmt: skip
    if len(stated.resources):
        found |= _solve(stated)
    return found | {"seconds": round(time.perf_counter() - begun, 3)}


def _solve(stated: Stated) -> dict[str, Any]:
    columns = stated.columns
    solution = bridge.plan_weeks(columns)
    alone = bridge.plan_weeks(_forbid_building_ahead(columns))
    return {
        "costs": {kind: _whole(value) for kind, value in solution.costs.items()},
        "cost": _whole(solution.cost),
        "cost_waiting": max(_whole(solution.cost), _whole(_price(alone, columns))),
        "gap_ppm": round(solution.gap * _MILLION),
        "was_cut": solution.was_cut,
        "loads": _list_loads(stated, solution),
        "stocks": _list_stocks(stated, solution),
    }


def _forbid_building_ahead(columns: dict[str, Any]) -> dict[str, Any]:
    """Return the same problem where holding a week costs more than waiting one; places and targets keep their order."""
    times = _NEVER_AHEAD * float((columns["backlog_cost"] / columns["holding_cost"]).max(initial=1.0))
    return columns | {name: columns[name] * times for name in ("holding_cost", "target_cost")}


def _price(solution: Any, columns: dict[str, Any]) -> float:
    """Return what a plan costs by the real costs."""
    other = sum(value for kind, value in solution.costs.items() if kind not in ("holding", "target"))
    held = float((solution.stock * columns["holding_cost"][:, None]).sum())
    return float(other + held + (solution.missing * columns["target_cost"][:, None]).sum())


def _list_loads(stated: Stated, solution: Any) -> list[list[Any]]:
    """Return number, resource, source, week, hours, load, overtime, value of an hour more."""
    rows = []
    for number, (key, source) in enumerate(zip(stated.resources.tolist(), stated.source_ids.tolist(), strict=True)):
        for week, monday in enumerate(stated.mondays):
            figures = [getattr(solution, name)[number, week] for name in ("hours", "load", "overtime", "hour_value")]
            ids = [key, None] if key > 0 else [None, source]
            rows.append([number, *ids, monday.isoformat(), *(_whole(max(0.0, value)) for value in figures)])
    return rows


def _list_stocks(stated: Stated, solution: Any) -> list[list[Any]]:
    """Return item, location, week, stock, taken, ahead, holding, and for which week and limit, where any is ahead."""
    columns = stated.columns
    taken = _list_taken(columns, solution)
    # what was there or under way is used first: stock that nobody makes is not built ahead
    given = columns["on_hand"][:, None] + np.cumsum(columns["receipts"] - taken, axis=1)
    ahead = np.maximum(solution.stock - np.maximum(columns["target"], np.maximum(given, 0.0)), 0.0)
    ahead[ahead < _LEAST] = 0.0
    rows = []
    for place in np.flatnonzero(ahead.any(axis=1)).tolist():
        item, location = keys.split(int(stated.places[place]))
        if location == keys.DIRECT:
            continue
        limits = _list_limits(columns, place)
        for week, monday in enumerate(stated.mondays):
            why = _find_why(stated, solution, limits, week, bool(ahead[place, week]))
            held = ahead[place, week] * columns["holding_cost"][place]
            figures = (solution.stock[place, week], max(0.0, taken[place, week]), ahead[place, week], held)
            rows.append([item, location, monday.isoformat(), *(_whole(value) for value in figures), *why])
    return rows


def _list_taken(columns: dict[str, Any], solution: Any) -> Floats:
    """Return units that demand and what is made of an item-location take, by week."""
    taken = np.zeros(solution.stock.shape)
    np.add.at(taken, columns["line_place"], columns["line_per"][:, None] * solution.quantity[columns["line_source"]])
    found: Floats = taken + columns["demand"] - np.diff(solution.backlog, axis=1, prepend=0.0)
    return found


def _list_limits(columns: dict[str, Any], place: int) -> list[int]:
    """Return the resources on the way to an item-location: its own first, of what is made of it, of what it takes."""
    brings = columns["source_place"]
    parent, component = brings[columns["line_source"]], columns["line_place"]
    found: list[int] = []
    for here, there in ((component, parent), (parent, component)):
        seen, waiting = {place}, [place]
        while waiting:
            at = waiting.pop(0)
            found += columns["load_resource"][brings[columns["load_source"]] == at].tolist()
            more = set(there[here == at].tolist()) - seen
            seen |= more
            waiting += sorted(more)
    return list(dict.fromkeys(found))


def _find_why(stated: Stated, solution: Any, limits: list[int], week: int, is_ahead: bool) -> list[Any]:
    """Return the next week in which hours of a limit are short, with the resource or source that it is."""
    for later in range(week + 1, len(stated.mondays)) if is_ahead else ():
        value = {limit: float(solution.hour_value[limit, later]) for limit in limits}
        if limits and max(value.values()) * UNIT >= 1:
            limit = max(limits, key=lambda one: value[one])
            key = int(stated.resources[limit])
            source = None if key > 0 else int(stated.source_ids[limit])
            return [stated.mondays[later].isoformat(), key if key > 0 else None, source]
    return [None, None, None]


def _whole(value: float) -> int:
    return round(float(value) * UNIT)
