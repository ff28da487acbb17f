"""Change where things come from: a supplier that stops, lead times, lot sizes, which source is asked first."""

from __future__ import annotations

import numpy as np

from rantai.iscm.strategy.queries.overlays import patches
from rantai.iscm.strategy.queries.overlays.patches import Bools, Columns
from rantai.iscm.supply.queries.days import NEVER, Ints
from rantai.iscm.supply.queries.snapshot import Tables

BUY, DROPSHIP = 1, 3
_EVERYWHERE = 10_000
_SPLIT = 2
_SHARE = 10_000


def stop_supplier(
    tables: Tables, *, supplier: int, items: Ints | None, since: int, until: int, share: int, receipts: Ints,
    planned_keys: Ints, planned_units: Ints,
) -> Tables:  # fmt: skip
    """Let a supplier deliver nothing, or a share, of what would come in [since, until); the rest comes at its end.

    `receipts` are the keys of its open orders; `planned_units` is what the plan had come from each of its sources in
    that time, of which a share stays possible.
    """
    tables = _hold_receipts(tables, receipts, since=since, until=until, share=share)
    table = tables["sources"]
    bought = np.isin(table["kind"], (BUY, DROPSHIP)) & (table["supplier"] == supplier)
    mine = np.flatnonzero(bought & patches.in_scope(table["place"], items=items, location=None))
    known = dict(zip(planned_keys.tolist(), planned_units.tolist(), strict=True))
    columns = {name: values.copy() for name, values in _windowed(table).items()}
    later: list[tuple[int, int, int, int]] = []
    for row in mine.tolist():
        allowed = known.get(int(table["key"][row]), 0) * share // _SHARE
        windows = _cut(int(table["effective_from"][row]), int(table["effective_to"][row]), since, until, allowed)
        if not windows:
            columns["planned"][row] = False
            continue
        columns["effective_from"][row], columns["effective_to"][row], limit = windows[0]
        columns["limit"][row] = min(limit, int(columns["limit"][row]))
        later += [(row, *window) for window in windows[1:]]
    tables = patches.replace(tables, "sources", **columns)
    return _add_windows(tables, later)


def change_lead_time(tables: Tables, *, rows: Bools, days: int) -> Tables:
    """Let sources take some working days more or less, never less than none."""
    lead_time = tables["sources"]["lead_time"]
    return patches.replace(tables, "sources", lead_time=np.where(rows, np.maximum(lead_time + days, 0), lead_time))


def change_lots(
    tables: Tables, *, rows: Bools, minimum: int | None, multiple: int | None, maximum: int | None
) -> Tables:
    """Let orders of sources have other sizes; None leaves a rule as it is, a maximum below the minimum falls away."""
    table = tables["sources"]
    changed: Columns = {}
    for name, value in (("minimum", minimum), ("multiple", multiple), ("maximum", maximum)):
        if value is not None:
            changed[name] = np.where(rows, value, table[name])
    low, high = ((changed if name in changed else table)[name] for name in ("minimum", "maximum"))
    if (rows & (high > 0) & (high < low)).any():
        changed["maximum"] = np.where(rows & (high < low), 0, high)
    return patches.replace(tables, "sources", **changed) if changed else tables


def change_rank(tables: Tables, *, source_id: int, rank: int) -> Tables:
    """Let a source be asked as the rank-th of its item-location; one for all places stays behind the places' own."""
    table = tables["sources"]
    mine = table["source_id"] == source_id
    wanted = rank + table["rank"] // _EVERYWHERE * _EVERYWHERE
    return patches.replace(tables, "sources", rank=np.where(mine, wanted, table["rank"]))


def change_share(tables: Tables, *, source_id: int, share: int) -> Tables:
    """Let a source bring a share of all orders of its item-locations, the others the rest as they share it now."""
    table, places = tables["sources"], tables["item_locations"]
    mine = table["source_id"] == source_id
    rows = np.unique(patches.find_rows(tables, table["place"][mine]))
    search = patches.read(places, "search").copy()
    search[rows] = _SPLIT
    weight = patches.read(table, "weight").astype(np.float64)
    others = ~mine & np.isin(table["place"], places["key"][rows])
    sums = np.zeros(len(places["key"]))
    place_rows = patches.find_rows(tables, table["place"])
    np.add.at(sums, place_rows[others], weight[others])
    changed = weight.copy()
    changed[mine] = share / _SHARE
    has_others = sums[place_rows] > 0
    changed[others & has_others] = (weight / np.where(has_others, sums[place_rows], 1))[others & has_others] * (
        1 - share / _SHARE
    )
    tables = patches.replace(tables, "item_locations", search=search)
    return patches.replace(tables, "sources", weight=changed)


def prefer_cheapest(tables: Tables, *, places: Bools) -> Tables:
    """Let item-locations ask their sources by what they cost in all instead of by rank."""
    search = patches.read(tables["item_locations"], "search")
    return patches.replace(tables, "item_locations", search=np.where(places, 1, search))


def _hold_receipts(tables: Tables, receipts: Ints, *, since: int, until: int, share: int) -> Tables:
    table = tables["receipts"]
    held = np.isin(table["key"], receipts) & (table["time"] >= since) & (table["time"] < until)
    if not held.any():
        return tables
    rows = np.flatnonzero(held)
    units = table["quantity"][rows]
    step = np.where(units % patches.WHOLE_UNIT == 0, patches.WHOLE_UNIT, 1)
    kept = units * share // _SHARE // step * step
    time, quantity = table["time"].copy(), table["quantity"].copy()
    time[rows[kept == 0]] = until
    partly = kept > 0
    quantity[rows[partly]] = kept[partly]
    rest = patches.take(table, rows[partly])
    rest["quantity"] = (units - kept)[partly]
    rest["time"] = np.full(int(partly.sum()), until, np.int64)
    rest["key"] = patches.new_keys(table["key"], int(partly.sum()))
    tables = patches.replace(tables, "receipts", time=time, quantity=quantity)
    some = rest["quantity"] > 0
    return patches.append(tables, "receipts", patches.take(rest, some))


def _windowed(table: Columns) -> Columns:
    names = ("effective_from", "effective_to", "limit", "planned")
    return {name: patches.read(table, name) for name in names}


def _cut(begins: int, ends: int, since: int, until: int, allowed: int) -> list[tuple[int, int, int]]:
    """Return the windows in which arrivals stay possible, each with the units that may come in it."""
    unlimited = NEVER
    parts = [
        (begins, min(ends, since), unlimited),
        *([(max(begins, since), min(ends, until), allowed)] if allowed else []),
        (max(begins, until), ends, unlimited),
    ]
    return [(first, last, limit) for first, last, limit in parts if first < last]


def _add_windows(tables: Tables, later: list[tuple[int, int, int, int]]) -> Tables:
    if not later:
        return tables
    table = tables["sources"]
    rows = np.array([row for row, *_rest in later], np.int64)
    more = patches.take(table, rows)
    more["key"] = patches.new_keys(table["key"], len(rows))
    for place, name in ((1, "effective_from"), (2, "effective_to"), (3, "limit")):
        more[name] = np.array([window[place] for window in later], np.int64)
    return patches.append(tables, "sources", more)
