"""What a plan moves week by week: stock at standard cost, planned purchases by supplier, work on resources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.strategy.queries.worth import SCALE, Worth
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Tables

Floats = NDArray[np.float64]
WEEK = 7 * 86_400
BUY, DROPSHIP = 1, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Whole weeks from the plan's present: what figures over time are for."""

    now: int
    weeks: int

    @property
    def end(self) -> int:
        """The instant with which it is over."""
        return self.now + self.weeks * WEEK

    def week_of(self, times: Ints) -> Ints:
        """Return the week of instants; what is past counts in the first, what is later in one behind the last."""
        return np.clip((times - self.now) // WEEK, 0, self.weeks).astype(np.int64)


def value_stock(problem: Tables, solution: Tables, worth: Worth, window: Window) -> Floats:
    """Return the value of stock at the end of each week, at standard cost, in the company's currency."""
    places = problem["item_locations"]["key"]
    unit = worth.cost[worth.item_rows(keys.items_of(places))] / SCALE
    level = np.zeros(window.weeks + 1)
    level[0] += float((problem["item_locations"]["on_hand"] * unit).sum())
    row_of = np.searchsorted
    orders, taken, given = solution["orders"], solution["consumption"], solution["deliveries"]
    receipts, demands = problem["receipts"], problem["demands"]
    moves = (
        (receipts["time"], receipts["quantity"], row_of(places, receipts["place"]), 1),
        (orders["end"], orders["quantity"], orders["item_location"], 1),
        (taken["time"], taken["quantity"], taken["item_location"], -1),
        (given["time"], given["quantity"], row_of(places, demands["place"][given["demand"]]), -1),
    )
    for times, units, rows, sign in moves:
        np.add.at(level, window.week_of(times), sign * units * unit[rows])
    found: Floats = np.cumsum(level)[: window.weeks]
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchases:
    """Planned orders at suppliers that arrive within the window."""

    by_week: Floats
    by_supplier: dict[int, float]
    variance: float
    """What they cost above standard cost; extra cost of new sites is in it."""
    unpriced: int
    """Orders whose cost nobody knows: neither the source's nor the standard one."""


def sum_purchases(problem: Tables, solution: Tables, worth: Worth, window: Window) -> Purchases:
    """Return what planned purchases cost: the source's cost, the standard cost where it has none."""
    orders, sources = solution["orders"], problem["sources"]
    source, inside = orders["source"], orders["end"] < window.end
    units = orders["quantity"] / SCALE
    standard = worth.cost[worth.item_rows(keys.items_of(sources["place"][source]))]
    own = worth.cost_of_sources(sources["source_id"][source])
    known = np.isfinite(own) & (own > 0)
    price = np.where(known, own, standard)
    bought = np.isin(sources["kind"][source], (BUY, DROPSHIP)) & inside
    extra = sources["extra_cost"][source] if "extra_cost" in sources else np.zeros(len(source))
    by_week = np.zeros(window.weeks + 1)
    np.add.at(by_week, window.week_of(orders["end"][bought]), (units * price)[bought])
    by_supplier: dict[int, float] = {}
    for supplier in np.unique(sources["supplier"][source][bought]).tolist():
        mine = bought & (sources["supplier"][source] == supplier)
        by_supplier[supplier] = float((units * price)[mine].sum())
    variance = (units * np.where(bought & known, own - standard, 0.0))[inside].sum() + (units * extra)[inside].sum()
    return Purchases(
        by_week=by_week[: window.weeks], by_supplier=by_supplier, variance=float(variance),
        unpriced=int((bought & (price == 0)).sum()),
    )  # fmt: skip


def sum_work(problem: Tables, solution: Tables, window: Window) -> dict[int, tuple[int, int]]:
    """Return seconds of work and seconds that can be worked by resource (its id), within the window.

    A machine that does two things at once has two seconds in each; nothing where the plan has no resources.
    """
    table, runs = problem.get("resources", {}), solution.get("runs", {})
    if not table or not runs or not len(table["key"]):
        return {}
    ids: Ints = table["resource_id"] if "resource_id" in table else table["key"]
    found: dict[int, tuple[int, int]] = {}
    for row in range(len(ids)):
        mine = runs["resource"] == row
        calendar = int(table["calendar"][row]) if "calendar" in table else -1
        done = _work(problem, calendar, runs["start"][mine], runs["end"][mine], window)
        busy = int((done * runs["quantity"][mine]).sum() // SCALE)
        open_seconds = _open(problem, table, row, window)
        before = found.get(int(ids[row]), (0, 0))
        found[int(ids[row])] = (before[0] + busy, before[1] + open_seconds)
    return found


def _work(problem: Tables, calendar: int, starts: Ints, ends: Ints, window: Window) -> Ints:
    """Return the working seconds between instants, as far as they lie in the window."""
    low, high = np.clip(starts, window.now, window.end), np.clip(ends, window.now, window.end)
    if calendar < 0:
        return (high - low).astype(np.int64)
    return _elapsed(problem, calendar, high) - _elapsed(problem, calendar, low)


def _elapsed(problem: Tables, calendar: int, instants: Ints) -> Ints:
    table = problem["calendars"]
    first, last = int(table["offset"][calendar]), int(table["offset"][calendar + 1])
    starts, ends = table["start"][first:last], table["end"][first:last]
    total = np.concatenate(([0], np.cumsum(ends - starts)))
    at = np.searchsorted(starts, instants, side="right")
    inside = np.where(at > 0, np.minimum(instants, ends[np.maximum(at - 1, 0)]) - starts[np.maximum(at - 1, 0)], 0)
    found: Ints = np.where(at > 0, total[np.maximum(at - 1, 0)] + np.maximum(inside, 0), 0).astype(np.int64)
    return found


def _open(problem: Tables, table: dict[str, Ints], row: int, window: Window) -> int:
    """Return the seconds that a resource can work in the window, times how much at once."""
    calendar = int(table["calendar"][row]) if "calendar" in table else -1
    steps = int(table["maximum_steps"][row]) if "maximum_steps" in table else -1
    cuts, values = [window.now], [int(table["maximum"][row])]
    if steps >= 0:
        functions = problem["step_functions"]
        first, last = int(functions["offset"][steps]), int(functions["offset"][steps + 1])
        cuts, values = functions["start"][first:last].tolist(), functions["value"][first:last].tolist()
    ends = [*cuts[1:], window.end]
    total = 0
    for start, end, value in zip(cuts, ends, values, strict=True):
        seconds = _work(problem, calendar, np.array([start]), np.array([max(start, end)]), window)
        total += int(seconds[0]) * value // SCALE
    return total
