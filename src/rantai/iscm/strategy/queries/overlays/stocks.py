"""Change how much stock is wanted: more or less safety, another service level, lots of some weeks, none at all."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from rantai.iscm.strategy.queries.overlays import patches
from rantai.iscm.strategy.queries.overlays.patches import Bools
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Tables

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
_DAY = 86_400
_WEEK = 7 * _DAY
_SHIFT = 8 * 3_600
_DEEPEST = 30


def set_safety(tables: Tables, *, places: Bools, safety: Ints) -> Tables:
    """Let item-locations (rows) keep another safety stock; what is ordered on top of it stays as it is."""
    table = tables["item_locations"]
    moved = np.where(places, safety - table["safety_stock"], 0)
    reorder = np.maximum(table["reorder_level"] + moved, 0)
    up_to = np.where(table["order_up_to"] > 0, np.maximum(table["order_up_to"] + moved, 0), 0)
    return patches.replace(
        tables, "item_locations", safety_stock=table["safety_stock"] + moved, reorder_level=reorder, order_up_to=up_to
    )


def scale_safety(tables: Tables, *, places: Bools, factor: float | Floats) -> Tables:
    """Let item-locations keep some times their safety stock, in whole units where it is in whole units."""
    safety = tables["item_locations"]["safety_stock"]
    return set_safety(tables, places=places, safety=_whole(safety * factor, like=safety))


def set_service_level(tables: Tables, *, places: Bools, level: float, levels: Floats, spreads: Floats) -> Tables:
    """Let item-locations be as sure as a service level asks.

    `levels` (0 to 1) is what each was set for, 0 where nobody knows; `spreads` is the deviation of its demand over
    lead time and review, 1/10,000 units. Normal demand: safety = z × spread; what was found from past demand instead
    is stretched by the ratio of the two z.
    """
    safety = tables["item_locations"]["safety_stock"]
    wanted = NormalDist().inv_cdf(level)
    known = np.array([NormalDist().inv_cdf(one) if 0.5 < one < 1 else 0.0 for one in levels])
    stretched = np.where(known > 0, safety * wanted / np.where(known > 0, known, 1), spreads * wanted)
    found = np.where(safety > 0, stretched, spreads * wanted)
    return set_safety(tables, places=places, safety=_whole(np.maximum(found, 0), like=safety))


def set_lot_weeks(tables: Tables, *, places: Bools, weeks: float) -> Tables:
    """Let each replenishment bring some weeks of demand on top of the target; 0 brings what is missing."""
    table = tables["item_locations"]
    target = np.maximum(table["safety_stock"], table["reorder_level"])
    lot = _whole(weekly_demand(tables) * weeks, like=table["safety_stock"] + table["order_up_to"])
    wanted = np.where(lot > 0, target + lot, 0)
    return patches.replace(tables, "item_locations", order_up_to=np.where(places, wanted, table["order_up_to"]))


def keep_none(tables: Tables, *, places: Bools) -> Tables:
    """Let item-locations keep no stock of their own."""
    table = tables["item_locations"]
    names = ("safety_stock", "reorder_level", "order_up_to")
    return patches.replace(tables, "item_locations", **{name: np.where(places, 0, table[name]) for name in names})


def find_waits(tables: Tables, *, whole: bool) -> Ints:
    """Return by item-location (row) how long its first source takes, in seconds of the calendar.

    `whole`: with all that this one needs below it, nothing of which is on stock. A working day counts as 1.4 days,
    work on machines as days of eight hours.
    """
    table, places = tables["sources"], tables["item_locations"]["key"]
    own = np.zeros(len(places), np.int64)
    first = _first_sources(tables)
    known = first >= 0
    own[known] = np.ceil(_find_days(tables)[first[known]] * 1.4).astype(np.int64) * _DAY
    if not whole:
        return own
    uppers, lowers = _list_needs(tables, first)
    total = own.copy()
    for _level in range(_DEEPEST):
        below = np.zeros(len(places), np.int64)
        np.maximum.at(below, uppers, total[lowers])
        if (own + below == total).all():
            break
        total = own + below
    assert len(table["key"]) > int(first.max(initial=-1))
    return total


def weekly_demand(tables: Tables) -> Floats:
    """Return the demand of an average week by item-location (row), 1/10,000 units, of all that the plan expects."""
    demands = tables["demands"]
    sums = np.zeros(len(tables["item_locations"]["key"]))
    if not len(demands["key"]):
        return sums
    np.add.at(sums, patches.find_rows(tables, demands["place"]), demands["quantity"])
    span = max(1, -(-int(demands["due"].max() - demands["due"].min()) // _WEEK))
    return sums / span


def _first_sources(tables: Tables) -> Ints:
    """Return by item-location (row) the source (row) that is asked first, -1 where there is none."""
    table = tables["sources"]
    found = np.full(len(tables["item_locations"]["key"]), -1, np.int64)
    order = np.lexsort((table["key"], table["cost"], table["rank"]))[::-1]
    found[patches.find_rows(tables, table["place"][order])] = order
    return found


def _find_days(tables: Tables) -> Floats:
    """Return the working days that each source (row) takes, for one unit."""
    steps, lead_time = tables["operations"], tables["sources"]["lead_time"]
    work = np.zeros(len(lead_time))
    if len(steps["source"]):
        np.add.at(work, steps["source"], steps["fixed_seconds"] + steps["unit_seconds"])
    found: Floats = lead_time + np.ceil(work / _SHIFT)
    return found


def _list_needs(tables: Tables, first: Ints) -> tuple[Ints, Ints]:
    """Return pairs of item-locations (rows): what is replenished by its first source, and what this one takes."""
    sources, lines = tables["sources"], tables["bom_lines"]
    place_of = patches.find_rows(tables, sources["place"])
    moved = np.flatnonzero((sources["origin"] >= 0) & (first[place_of] == np.arange(len(place_of))))
    upper, lower = [place_of[moved]], [sources["origin"][moved]]
    if len(lines["source"]):
        used = first[place_of[lines["source"]]] == lines["source"]
        upper.append(place_of[lines["source"][used]])
        lower.append(lines["component"][used])
    return np.concatenate(upper), np.concatenate(lower)


def _whole(found: Floats, *, like: Ints) -> Ints:
    """Round up to whole units where the figure beside it is in whole units."""
    step = np.where(like % patches.WHOLE_UNIT == 0, patches.WHOLE_UNIT, 1)
    return (np.ceil(np.round(found / step, 6)) * step).astype(np.int64)
