"""Hand down what the months build ahead: stock to hold for needs that the detailed plan does not see yet."""

from __future__ import annotations

from typing import Any

import numpy as np

from rantai.iscm.supply.models import AggregateStock
from rantai.iscm.supply.queries import aggregate_plans, aggregate_scope, days, keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import ints
from rantai.iscm.supply.queries.sites import Sites

Tables = dict[str, dict[str, Any]]
_NAMES = ("item_id", "location_id", "week", "stock", "taken")


def list_places() -> Ints:
    """Return the item-locations (keys) that the plan that stands builds ahead."""
    rows = AggregateStock.objects.filter(plan__state="standing").order_by().values_list("item_id", "location_id")
    return ints([keys.pair_of(item, place) for item, place in rows.distinct()])


def lay_in(tables: Tables, sites: Sites, *, now: int, weeks: int) -> None:
    """Let stock targets of the plan that stands rise by steps; each stands for its safety stock, whichever is more.

    The detailed plan sees forecasts of `weeks` weeks and builds ahead for them by itself. Of the stock that the months
    hold as a week ends, first in first out, only what is for later weeks is handed down, less what orders ask for
    then: the detailed plan sees every order. What is handed down never falls within the weeks that it sees.
    """
    plan = aggregate_plans.find_standing()
    table = tables["item_locations"]
    table["safety_steps"] = np.full(len(table["key"]), -1, np.int64)
    rows = list(plan.stocks.order_by("item_id", "location_id", "week").values_list(*_NAMES)) if plan else []
    if not rows:
        return
    known = {int(key): row for row, key in enumerate(table["key"])}
    firm = _sum_later_orders(tables, horizon=now + weeks * 7 * 86_400)
    by_place: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_place.setdefault(keys.pair_of(row[0], row[1]), []).append(row)
    for pair, own in by_place.items():
        if pair in known:
            at = known[pair]
            steps = _list_steps(
                own, pair, sites, weeks=weeks, firm=int(firm[at]), safety=int(table["safety_stock"][at])
            )
            if len(steps) > 1:
                table["safety_steps"][at] = _add(tables["step_functions"], steps)


def _list_steps(
    rows: list[tuple[Any, ...]], pair: int, sites: Sites, *, weeks: int, firm: int, safety: int
) -> list[tuple[int, int]]:
    """Return from when on how many units are to be there: the safety stock first, then whatever is more."""
    place = keys.split(pair)[1]
    today, zone = sites.today(place), sites.zone(place)
    steps = [(0, safety)]
    for monday, held in aggregate_plans.list_held(
        [row[2:5] for row in rows], until=today + weeks * aggregate_plans.WEEK
    ):
        if held - firm > steps[-1][1] and monday > today:
            steps.append((days.midnight(monday, zone), held - firm))
    return steps


def _add(functions: dict[str, Any], steps: list[tuple[int, int]]) -> int:
    """Append a step function; return its row."""
    row = len(functions["offset"]) - 1
    functions["offset"] = np.append(functions["offset"], functions["offset"][-1] + len(steps)).astype(np.int64)
    for name, values in zip(("start", "value"), zip(*steps, strict=True), strict=True):
        functions[name] = np.append(functions[name], ints(values)).astype(np.int64)
    return row


def _sum_later_orders(tables: Tables, *, horizon: int) -> Ints:
    """Return the units that orders beyond the horizon take of each item-location, down the bills."""
    demands, places = tables["demands"], tables["item_locations"]["key"]
    later = (demands["kind"] != keys.FORECAST) & (demands["due"] > horizon)
    own = np.zeros(len(places))
    np.add.at(own, np.searchsorted(places, demands["place"][later]), demands["quantity"][later].astype(np.float64))
    if not later.any():
        return own.astype(np.int64)
    brings = aggregate_scope.rows_of_sources(tables)
    lines = aggregate_scope.read_lines(tables, now=horizon)
    first = aggregate_scope.find_first_sources(tables, brings)
    return np.ceil(aggregate_scope.explode(own, lines, brings, first)).astype(np.int64)
