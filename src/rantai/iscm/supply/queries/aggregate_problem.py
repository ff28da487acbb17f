"""State the months by the week: what is wanted, who brings it, what limits it, and what each choice costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import Company
from rantai.iscm.inventory.rules import USUAL_HOLDING_RATE
from rantai.iscm.supply import rules
from rantai.iscm.supply.queries import aggregate_scope, days, keys
from rantai.iscm.supply.queries.aggregate_hours import list_hours
from rantai.iscm.supply.queries.aggregate_scope import Bools, Floats, Lines, Scope, Tables
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.limits import FINITE, UNIT
from rantai.iscm.supply.queries.needs import fetch

_HOUR = 3600
_MILLION = 1_000_000
_WEEKS_A_YEAR = 52
_WORKING_DAYS = 5
_TARGET_WEIGHT = 4.0
"""Stock missing from its target for a week costs so many times what holding it costs."""
MOST_SETUPS = 240
"""Set-ups by week that are decided one by one; more are spread over the units of a usual week."""
_BY_LEVEL = 0.001
"""Holding costs this share more at each level down the chain: of equal places the one upstream keeps the stock."""
_BY_RANK = 0.01
"""A source of the next rank costs this share of an item's cost more: the first one is meant to be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """The engine's columns by name, and what their rows are."""

    columns: dict[str, Any]
    mondays: tuple[date, ...]
    places: Ints
    """Item-location keys."""
    resources: Ints
    """Keys as the planner's: a resource, below zero what a source's supplier can do."""
    source_ids: Ints
    """By resource: the source whose supplier is meant, 0 for machines."""
    left_out: int
    """Item-locations that the plan of the months does not look at."""


def state(tables: Tables, company: Company, *, now: int, first: date, weeks: int) -> Stated:
    """Return the problem of `weeks` weeks from a Monday; what is due as a week begins counts for the week before."""
    lines = aggregate_scope.read_lines(tables, now=now)
    scope = aggregate_scope.choose(tables, lines, now=now)
    edges = np.array([days.midnight(first + timedelta(weeks=n), company.zone) for n in range(weeks + 1)], np.int64)
    writer = _Writer(tables, scope, lines, edges, now)
    costs = _Costs(tables, scope, company, lines)
    columns = writer.write_places() | costs.write() | writer.write_sources(costs.unit) | writer.write_resources()
    return Stated(
        columns=_spread_setups(columns, scope.needed[scope.places] / UNIT / weeks),
        mondays=tuple(first + timedelta(weeks=n) for n in range(weeks)),
        places=tables["item_locations"]["key"][scope.places],
        resources=tables["resources"]["key"][scope.resources],
        source_ids=tables["resources"]["source_id"][scope.resources],
        left_out=int(len(scope.places) - scope.places.sum()),
    )


def _spread_setups(columns: dict[str, Any], weekly: Floats) -> dict[str, Any]:
    """Let a unit bear its share of the set-up of a usual lot where there are too many set-ups to decide each."""
    sources, weeks = columns["maximum"].shape
    is_lot = columns["minimum"] > 0
    is_lot[columns["load_source"][columns["load_setup_hours"] > 0]] = True
    if int(is_lot.sum()) * weeks <= MOST_SETUPS:
        return columns
    lot = np.maximum(np.maximum(columns["minimum"], weekly[columns["source_place"]]), 1.0)
    share = columns["load_setup_hours"] / lot[columns["load_source"]]
    return columns | {
        "minimum": np.zeros(sources),
        "load_hours": columns["load_hours"] + share,
        "load_setup_hours": np.zeros(len(share)),
    }


class _Writer:
    """Rows of the planner's tables as rows of the engine's columns."""

    def __init__(self, tables: Tables, scope: Scope, lines: Lines, edges: Ints, now: int) -> None:
        self.tables, self.scope, self.lines, self.edges, self.now = tables, scope, lines, edges, now
        self.keys = tables["item_locations"]["key"]
        self.place_of: Ints = np.cumsum(scope.places) - 1
        self.weeks = len(edges) - 1

    def write_places(self) -> dict[str, Any]:
        """Return demand, receipts, stock and its targets, in base units."""
        table, mask = self.tables["item_locations"], self.scope.places
        target = np.maximum(table["safety_stock"], table["reorder_level"])[mask] / UNIT
        return {
            "demand": self._spread("demands", "due"),
            "receipts": self._spread("receipts", "time"),
            "target": np.repeat(target[:, None], self.weeks, axis=1),
            "on_hand": np.maximum(table["on_hand"][mask], 0) / UNIT,
            "opening_backlog": np.zeros(int(mask.sum())),
        }

    def _spread(self, name: str, instant: str) -> Floats:
        """Return units by item-location and week; what is late belongs to the first week, what is beyond to none."""
        rows = self.tables[name]
        place: Ints = np.searchsorted(self.keys, np.asarray(rows["place"], np.int64))
        week: Ints = np.maximum(np.searchsorted(self.edges, rows[instant] - 1, "right") - 1, 0)
        kept = self.scope.places[place] & (week < self.weeks)
        found = np.zeros((int(self.scope.places.sum()), self.weeks))
        np.add.at(found, (self.place_of[place[kept]], week[kept]), rows["quantity"][kept] / UNIT)
        return found

    def write_sources(self, unit_cost: Floats) -> dict[str, Any]:
        """Return sources, each once for every resource that can do its steps, with components and hours."""
        sources, brings = self.tables["sources"], aggregate_scope.rows_of_sources(self.tables)
        rows, ways = _list_ways(self.tables, np.flatnonzero(self.scope.sources))
        loads = _list_loads(self.tables, rows, ways, self.scope.resources)
        is_loaded = np.isin(np.arange(len(rows)), loads["load_source"])
        starts, ends = self.edges[:-1], self.edges[1:]
        since, until = sources["effective_from"][rows, None], sources["effective_to"][rows, None]
        place = self.place_of[brings[rows]]
        taken, component, per = self._list_taken(rows)
        return loads | {
            "source_place": place.astype(np.int64),
            "source_lead": self._list_leads(rows),
            "unit_cost": unit_cost[place] * _BY_RANK * (_number_ranks(place, sources["rank"][rows]) + ways * 0.1),
            "setup_cost": np.zeros(len(rows)),
            # what nothing limits may be started in any quantity: its lots are for the detailed plan
            "minimum": np.where(is_loaded & (since[:, 0] <= self.now), sources["minimum"][rows] / UNIT, 0.0)
            * ((since <= starts) & (until > ends)).all(axis=1),
            "maximum": np.where((since < ends) & (until > starts), np.inf, 0.0),
            "line_source": taken,
            "line_place": component,
            "line_per": per,
        }

    def _list_taken(self, rows: Ints) -> tuple[Ints, Ints, Floats]:
        """Return the lines of the sources in `rows` (which may name one twice)."""
        order = np.argsort(self.lines.source, kind="stable")
        low = np.searchsorted(self.lines.source[order], rows)
        count = np.searchsorted(self.lines.source[order], rows, "right") - low
        at = np.repeat(low - np.concatenate(([0], np.cumsum(count)[:-1])), count) + np.arange(count.sum())
        own, source = order[at.astype(np.int64)], np.repeat(np.arange(len(rows)), count)
        known = self.scope.places[self.lines.component[own]]
        own, source = own[known], source[known]
        return source.astype(np.int64), self.place_of[self.lines.component[own]].astype(np.int64), self.lines.per[own]

    def _list_leads(self, rows: Ints) -> Ints:
        """Return whole weeks: a lead time is working days, a second of the calendar each."""
        sources, calendars = self.tables["sources"], self.tables["calendars"]
        per_week = np.full(len(calendars["offset"]), _WORKING_DAYS, np.int64)
        for row in np.unique(sources["calendar"][rows]):
            if row >= 0:
                own = calendars["start"][slice(*calendars["offset"][row : row + 2].tolist())]
                count = int(((own >= self.now) & (own < self.edges[-1])).sum())
                per_week[row] = max(1, round(count / self.weeks))
        weeks: Ints = sources["lead_time"][rows] // days.TICK // per_week[sources["calendar"][rows]]
        return weeks.astype(np.int64)

    def write_resources(self) -> dict[str, Any]:
        """Return hours by week; nobody has said what overtime costs, so there is none."""
        hours = list_hours(self.tables, np.flatnonzero(self.scope.resources), self.edges, now=self.now)
        count = len(hours)
        nothing = ("overtime_cost", "opening_hours", "hour_cost", "raise_cost", "cut_cost", "overtime_share")
        return {name: np.zeros(count) for name in nothing} | {
            "capacity": hours, "overtime_limit": np.zeros(hours.shape), "is_staffed": np.zeros(count, np.bool_),
        }  # fmt: skip


def _list_ways(tables: Tables, sources: Ints) -> tuple[Ints, Ints]:
    """Return sources and the number of the way of each: as many ways as its step with the most choices has."""
    loads = tables["loads"]
    ways = np.ones(len(tables["sources"]["key"]), np.int64)
    if len(loads["operation"]):
        grouped = loads["group"] >= 0
        counts = np.bincount(loads["operation"][grouped], minlength=len(tables["operations"]["source"]))
        np.maximum.at(ways, tables["operations"]["source"], np.maximum(counts, 1))
    rows = np.repeat(sources, ways[sources])
    first = np.concatenate(([0], np.cumsum(ways[sources])[:-1])) if len(sources) else np.zeros(0, np.int64)
    return rows, (np.arange(len(rows)) - np.repeat(first, ways[sources])).astype(np.int64)


def _list_loads(tables: Tables, rows: Ints, ways: Ints, resources: Bools) -> dict[str, Any]:
    """Return the hours of limited resources for one unit, and for a week in which the source is used at all."""
    loads, operations, table = tables["loads"], tables["operations"], tables["resources"]
    number = np.cumsum(resources) - 1
    at: dict[int, list[int]] = {}
    for own, source in enumerate(rows.tolist()):
        at.setdefault(source, []).append(own)
    choices: dict[int, list[int]] = {}
    for row in np.lexsort((loads["rank"], loads["operation"])).tolist():
        choices.setdefault(int(loads["operation"][row]), []).append(row)
    found: list[tuple[int, int, float, float]] = []
    for operation, some in choices.items():
        for own in at.get(int(operations["source"][operation]), ()):
            is_choice = loads["group"][some[0]] >= 0
            for row in [some[min(int(ways[own]), len(some) - 1)]] if is_choice else some:
                resource = int(loads["resource"][row])
                if resources[resource]:
                    each, once = _measure(loads, operations, table, row, operation, resource)
                    found.append((own, int(number[resource]), each, once))
    columns = list(zip(*found, strict=True)) if found else [(), (), (), ()]
    return {
        "load_source": np.array(columns[0], np.int64), "load_resource": np.array(columns[1], np.int64),
        "load_hours": np.array(columns[2], np.float64), "load_setup_hours": np.array(columns[3], np.float64),
    }  # fmt: skip


def _measure(
    loads: Mapping[str, Any], operations: Mapping[str, Any], table: Mapping[str, Any], row: int, step: int, at: int
) -> tuple[float, float]:
    """Return hours for a unit and for an order: of a place among those in parallel, or of a day's or week's hours."""
    if table["kind"][at] == FINITE:
        share = loads["quantity"][row] / UNIT * _MILLION / table["efficiency_ppm"][at] / _HOUR
        return float(operations["unit_seconds"][step] * share), float(operations["fixed_seconds"][step] * share)
    return float(loads["quantity_per"][row] / _MILLION), float(loads["quantity"][row] / UNIT)


def _number_ranks(place: Ints, rank: Ints) -> Ints:
    """Return 0 for the sources of an item-location's first rank, 1 for those of its next one."""
    order = np.lexsort((rank, place))
    fresh = np.concatenate((np.ones(min(1, len(order)), np.bool_), place[order][1:] != place[order][:-1]))
    higher = np.concatenate((np.zeros(min(1, len(order)), np.bool_), rank[order][1:] != rank[order][:-1]))
    total = np.cumsum(higher & ~fresh)
    begun = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
    number = np.zeros(len(order), np.int64)
    number[order] = total - total[begun]
    return number


class _Costs:
    """Money for a unit and week, from standard costs and from what is at stake in orders."""

    def __init__(self, tables: Tables, scope: Scope, company: Company, lines: Lines) -> None:
        self._tables, self._scope, self._lines = tables, scope, lines
        self._rate = int(company.settings.get("holding_rate", 0)) / UNIT or USUAL_HOLDING_RATE
        self.unit = self._find_costs()

    def _find_costs(self) -> Floats:
        """Return what a unit costs; where nobody said, what the middle one of the others does."""
        items = keys.items_of(self._tables["item_locations"]["key"][self._scope.places])
        known = dict(fetch(Item.objects.exclude(standard_cost=0).order_by("id").values_list("pk", "standard_cost")))
        cost = np.array([known.get(item, 0) / UNIT for item in items.tolist()], np.float64)
        usual = float(np.median(cost[cost > 0])) if (cost > 0).any() else 1.0
        return np.where(cost > 0, cost, usual)

    def write(self) -> dict[str, Any]:
        """Return costs of holding, waiting and of what is never served."""
        levels = aggregate_scope.count_levels(self._lines, aggregate_scope.rows_of_sources(self._tables), self._scope)
        holding = self.unit * self._rate / _WEEKS_A_YEAR * (1 + _BY_LEVEL * levels)
        short = np.maximum(self._find_stakes(), self.unit * rules.SHORT_SHARE)
        return {
            "holding_cost": holding,
            "target_cost": holding * _TARGET_WEIGHT,
            "short_cost": short,
            "backlog_cost": short * rules.WAIT_SHARE,
        }

    def _find_stakes(self) -> Floats:
        """Return what is at stake in a unit of an item-location's orders, on average; 0 where there is none."""
        demands, places = self._tables["demands"], self._tables["item_locations"]["key"]
        firm = demands["kind"] == keys.ORDER
        row = np.searchsorted(places, demands["place"][firm])
        stake, units = np.zeros(len(places)), np.zeros(len(places))
        np.add.at(stake, row, demands["stake"][firm])
        np.add.at(units, row, demands["quantity"][firm] / UNIT)
        found: Floats = np.divide(stake, units, out=np.zeros(len(places)), where=units > 0)[self._scope.places]
        return np.maximum(found, 0.0)
