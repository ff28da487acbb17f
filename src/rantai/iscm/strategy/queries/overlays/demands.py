"""Change what customers want: more or less of it, a promotion with its dip, prices; and who is served first.

Orders that customers gave stand as they are. What moves is what is expected besides them; where more is wanted than
is expected now, the part for open orders is added as expected demand of the same place and day.
"""

from __future__ import annotations

import numpy as np

from rantai.iscm.strategy.queries.overlays import patches
from rantai.iscm.strategy.queries.overlays.patches import Bools
from rantai.iscm.supply.queries import keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import Columns
from rantai.iscm.supply.queries.snapshot import Tables

ORDER, FORECAST = 0, 1
_SHARE = 10_000


def scale_demand(
    tables: Tables, *, items: Ints | None, since: int, until: int, by: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Tables:
    """Let what is expected of items in [since, until) move by a share, given for each row of the demands.

    `by` is 0.2 for a fifth more, -0.2 for a fifth less.
    """
    table = tables["demands"]
    mine = patches.in_scope(table["place"], items=items, location=None)
    mine &= (table["due"] >= since) & (table["due"] < until) & (by != 0)
    expected = mine & (table["kind"] == FORECAST)
    changed = patches.replace(tables, "demands", quantity=_scale(table, expected, 1 + by))
    return _add_for_orders(changed, mine & (table["kind"] == ORDER) & (by > 0), by)


def promote(tables: Tables, *, items: Ints | None, since: int, until: int, uplift: float, pulled: float) -> Tables:
    """Let demand rise in [since, until); a share of the rise is missing in as long a time afterwards."""
    before = tables["demands"]
    tables = scale_demand(tables, items=items, since=since, until=until, by=np.full(len(before["key"]), uplift))
    if not pulled:
        return tables
    table = tables["demands"]
    extra = _sum_by_place(tables, table, np.ones(len(table["key"]), np.bool_)) - _sum_by_place(
        tables, before, np.ones(len(before["key"]), np.bool_)
    )
    dip = patches.in_scope(table["place"], items=items, location=None) & (table["kind"] == FORECAST)
    dip &= (table["due"] >= until) & (table["due"] < until + (until - since))
    there = _sum_by_place(tables, table, dip)
    kept = np.where(there > 0, 1 - np.minimum(pulled * extra / np.maximum(there, 1), 1), 1.0)
    rows = patches.find_rows(tables, table["place"])
    return patches.replace(tables, "demands", quantity=_scale(table, dip, kept[rows]))


def order_classes(tables: Tables, *, ranks: Ints) -> Tables:
    """Serve customers' orders in another order of classes; `ranks` has the new rank for each old one."""
    table = tables["demands"]
    known = np.minimum(table["class_rank"], len(ranks) - 1)
    wanted = np.where(table["kind"] == ORDER, ranks[known], table["class_rank"])
    return patches.replace(tables, "demands", class_rank=wanted)


def order_by_stake(tables: Tables, *, groups: int = 4) -> Tables:
    """Serve customers' orders by what is at stake with them: the most costly to lose first, in some groups."""
    table = tables["demands"]
    rank = table["class_rank"].copy()
    rows = np.flatnonzero(table["kind"] == ORDER)
    place = np.lexsort((table["key"][rows], -table["stake"][rows]))
    found = np.empty(len(rows), np.int64)
    found[place] = np.arange(len(rows)) * groups // max(len(rows), 1)
    rank[rows] = found
    return patches.replace(tables, "demands", class_rank=rank)


def delay_expected(tables: Tables, *, places: Bools, waits: Ints) -> Tables:
    """Let what is expected of item-locations (rows) be supplied only after it is ordered: so many seconds later.

    When it is wanted stays in `wanted_at`, which the engine does not read and the figures do.
    """
    table = tables["demands"]
    at = patches.find_rows(tables, table["place"])
    later = (table["kind"] == FORECAST) & places[at]
    due = np.where(later, table["due"] + waits[at], table["due"])
    return patches.replace(tables, "demands", due=due, wanted_at=patches.read(table, "wanted_at", table["due"]))


def _scale(table: Columns, rows: Bools, factor: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Ints:
    """Return quantities with some rows times a factor; what rounding takes from a week the place's next one has.

    What came in whole units stays in whole units.
    """
    quantity: Ints = table["quantity"].copy()
    at = np.flatnonzero(rows)
    if not len(at):
        return quantity
    at = at[np.lexsort((table["key"][at], table["due"][at], table["place"][at]))]
    places = table["place"][at]
    starts = np.flatnonzero(np.diff(places, prepend=places[0] - 1))
    broken = np.add.reduceat(quantity[at] % patches.WHOLE_UNIT != 0, starts) > 0
    lengths = np.diff(starts, append=len(at))
    step = np.repeat(np.where(broken, 1, patches.WHOLE_UNIT), lengths)
    wanted = np.maximum(quantity[at] * factor[at], 0.0)
    total = np.cumsum(wanted)
    total -= np.repeat(total[starts] - wanted[starts], lengths)
    rounded = (np.floor(total / step + 0.5) * step).astype(np.int64)
    before = np.concatenate(([0], rounded[:-1]))
    before[starts] = 0
    quantity[at] = rounded - before
    return quantity


def _add_for_orders(tables: Tables, rows: Bools, by: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Tables:
    """Add as expected demand what would come on top of open orders."""
    table = tables["demands"]
    at = np.flatnonzero(rows)
    if not len(at):
        return tables
    more = patches.take(table, at)
    every = np.ones(len(at), np.bool_)
    more["quantity"] = _scale(more, every, by[at])
    more["kind"] = np.full(len(at), FORECAST, np.int64)
    more["key"] = patches.new_keys(table["key"], len(at))
    more["stake"], more["class_rank"] = np.zeros(len(at)), np.zeros(len(at), np.int64)
    more["partial"], more["receipt"] = every, np.full(len(at), -1, np.int64)
    more["promised_at"] = np.full(len(at), 1 << 60, np.int64)
    return patches.append(tables, "demands", patches.take(more, more["quantity"] > 0))


def _sum_by_place(tables: Tables, table: Columns, rows: Bools) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    sums = np.zeros(len(tables["item_locations"]["key"]))
    np.add.at(sums, patches.find_rows(tables, table["place"][rows]), table["quantity"][rows])
    return sums


def weigh_items(
    places: Ints, *, share: float, weights: dict[int, float] | None
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return by how much each row moves: the share, times what of its item is meant."""
    if weights is None:
        return np.full(len(places), share)
    items = keys.items_of(places)
    known, at = np.unique(items, return_inverse=True)
    return share * np.array([weights.get(int(item), 0.0) for item in known])[at]
