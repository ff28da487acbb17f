"""The figures by which scenarios are compared, each with numerator and denominator; null where nothing is to measure.

Money is in 1/10,000 of the company's currency unit, units in 1/10,000 base units, work in seconds. A total over time
(purchases) has the number of weeks below it. Revenue, margin and value at risk of customers' orders come from what
each order is worth; expected demand counts with the usual margin of its item, where it was ever ordered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.strategy.measures import flows, served
from rantai.iscm.strategy.measures.flows import Window
from rantai.iscm.strategy.measures.served import Served
from rantai.iscm.strategy.queries.worth import SCALE, Worth
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.snapshot import Tables

Floats = NDArray[np.float64]
Pair = tuple[int | None, int | None]

COSTS = frozenset({"margin", "value_at_risk", "stock_value", "purchases", "supplier", "own_cost"})
"""Figures for those alone who may see what things cost."""
LESS_IS_BETTER = frozenset({"value_at_risk", "stock_value", "purchases", "own_cost", "late_lines", "wait"})
TOTALS = frozenset({"purchases", "supplier", "own_cost", "late_lines", "margin"})
MONEY = frozenset({"margin", "value_at_risk", "stock_value", "purchases", "supplier", "own_cost", "revenue_on_time"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceChange:
    """A price that a scenario moves for what is expected: a share, of some items (None: all), in a time."""

    items: NDArray[np.int64] | None
    since: int
    until: int
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What is to say of one plan."""

    figures: dict[tuple[str, str], Pair]
    orders: Served
    series: dict[str, list[int]]
    """By week, in 1/10,000 of the currency unit."""


def measure(
    problem: Tables, solution: Tables, worth: Worth, window: Window, *, own_cost: int = 0,
    prices: Sequence[PriceChange] = (),
) -> Measured:  # fmt: skip
    """Return every figure of a plan; `own_cost` is what the changes themselves cost, once."""
    orders = served.measure(problem, solution, served.ORDER)
    expected = served.measure(problem, solution, served.FORECAST)
    bought = flows.sum_purchases(problem, solution, worth, window)
    stock = flows.value_stock(problem, solution, worth, window)
    found: dict[tuple[str, str], Pair] = {
        **_measure_orders(orders, worth),
        ("expected_on_time", ""): _share(int(expected.on_time.sum()), int(expected.units.sum())),
        ("wait", ""): _share(int((expected.given * expected.late_days).sum()), int(expected.given.sum())),
        ("margin", ""): _measure_margin(orders, expected, worth, bought.variance, own_cost, prices),
        ("stock_value", ""): (_money(float(stock.sum())), window.weeks) if window.weeks else (None, None),
        ("purchases", ""): (_money(float(bought.by_week.sum())), window.weeks),
        ("own_cost", ""): (own_cost, 1),
    }
    found |= {
        ("supplier", str(supplier)): (_money(amount), window.weeks) for supplier, amount in bought.by_supplier.items()
    }
    work = flows.sum_work(problem, solution, window)
    found |= {("capacity", str(resource)): _share(*pair) for resource, pair in work.items()}
    series = {
        "stock_value": [_money(value) for value in stock.tolist()],
        "purchases": [_money(value) for value in bought.by_week.tolist()],
    }
    return Measured(figures=found, orders=orders, series=series)


def _measure_orders(orders: Served, worth: Worth) -> dict[tuple[str, str], Pair]:
    rows = worth.demand_rows(orders.demand_ids)
    price = worth.price[rows] / SCALE
    kept = orders.is_kept
    found: dict[tuple[str, str], Pair] = {
        ("lines_on_time", ""): _share(int(kept.sum()), len(kept)),
        ("late_lines", ""): (int((~kept).sum()), len(kept)) if len(kept) else (None, None),
        ("units_on_time", ""): _share(int(orders.on_time.sum()), int(orders.units.sum())),
        ("revenue_on_time", ""): _share(
            _money(float((orders.on_time * price).sum())), _money(float((orders.units * price).sum()))
        ),
        ("value_at_risk", ""): _measure_risk(kept, worth, rows),
    }
    classes = np.array([worth.classes[row] for row in rows.tolist()], object)
    for name in sorted(set(classes.tolist())):
        mine = classes == name
        found["otif", name] = _share(int(kept[mine].sum()), int(mine.sum()))
    return found


def _measure_risk(kept: NDArray[np.bool_], worth: Worth, rows: NDArray[np.int64]) -> Pair:
    """Return lifetime value × churn of customers with a late or short line, of all with an open one; each once."""
    if not len(rows):
        return None, None
    parties, at = np.unique(worth.parties[rows], return_inverse=True)
    every, hurt = np.zeros(len(parties)), np.zeros(len(parties))
    np.maximum.at(every, at, worth.at_risk[rows])
    np.maximum.at(hurt, at[~kept], worth.at_risk[rows][~kept])
    return _money(float(hurt.sum())), _money(float(every.sum()))


def _measure_margin(
    orders: Served, expected: Served, worth: Worth, variance: float, own_cost: int, prices: Sequence[PriceChange]
) -> Pair:
    """Return the margin of what is given, less what supply costs above standard and the changes cost; of all asked."""
    of_order = worth.margin[worth.demand_rows(orders.demand_ids)] / SCALE
    items = worth.item_rows(keys.items_of(expected.places))
    usual = worth.usual_margin[items]
    usual = np.where(np.isfinite(usual), usual, 0.0)
    usual = (usual + _price_moves(expected, worth.cost[items] + usual, prices)) / SCALE
    given = float((orders.given * of_order).sum() + (expected.given * usual).sum())
    asked = float((orders.units * of_order).sum() + (expected.units * usual).sum())
    if not len(orders.keys) and not len(expected.keys):
        return None, None
    return _money(given - variance) - own_cost, _money(asked)


def _price_moves(expected: Served, price: Floats, changes: Sequence[PriceChange]) -> Floats:
    """Return by how much a unit of what is expected sells dearer."""
    found = np.zeros(len(expected.keys))
    for change in changes:
        mine = (expected.due >= change.since) & (expected.due < change.until)
        if change.items is not None:
            mine &= np.isin(keys.items_of(expected.places), change.items)
        found += np.where(mine, price * change.share, 0.0)
    return found


def find_window(problem: Tables, *, now: int) -> Window:
    """Return the weeks for which something is wanted, and room for what comes late: from 8 to 26."""
    due = problem["demands"]["due"]
    last = int(due.max()) if len(due) else now
    return Window(now=now, weeks=int(min(26, max(8, -(-(last - now) // flows.WEEK)))))


def ratio(pair: Pair) -> float | None:
    """Return a figure as one number, or None where nothing is to measure."""
    top, below = pair
    return None if top is None or not below else top / below


def join(
    plan: Mapping[tuple[str, str], Pair], own: Mapping[tuple[str, str], Pair]
) -> dict[tuple[str, str], tuple[Pair, Pair]]:
    """Return the figures of a plan and of a scenario side by side: (scenario's, plan's)."""
    none: Pair = (None, None)
    return {name: (own.get(name, none), plan.get(name, none)) for name in sorted({*plan, *own})}


def _share(top: int, below: int) -> Pair:
    return (top, below) if below else (None, None)


def _money(value: float) -> int:
    return round(value * SCALE)
