"""Read what the plan expects to buy, by supplier, item, place and week, and the stock that follows from the plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import days, keys, plans, reading, sourcing
from rantai.iscm.supply.queries.columns import Columns
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.iscm.supply.queries.sites import Sites
from rantai.srm.messages import SharedForecast

_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class StockWeek:
    """Movements of an item-location in a week as the plan sees them, in 1/10,000 base units."""

    monday: date
    opening: int
    receipts: int
    planned: int
    orders: int
    forecast: int
    taken: int
    """By orders of ours for other items or places."""
    closing: int
    lowest: int


def read_outlook() -> SharedForecast | None:
    """Return planned purchases of the whole horizon, or None before the first plan."""
    run = plans.find_run()
    if run is None:
        return None
    reader = PlanReader(run)
    sites = Sites(as_of=run.as_of, company_zone=parties.get_company().zone)
    orders, sources = reader.whole("orders"), reader.whole("sources")
    sums: dict[tuple[int, int, int, date], int] = defaultdict(int)
    if orders and len(orders["source"]):
        _sum_purchases(sums, orders, sources, sites)
    rows = sorted(sums.items())
    return SharedForecast(
        run_id=run.pk,
        as_of=run.as_of,
        supplier_ids=tuple(key[0] for key, _units in rows),
        item_ids=tuple(key[1] for key, _units in rows),
        location_ids=tuple(key[2] for key, _units in rows),
        bucket_starts=tuple(key[3] for key, _units in rows),
        units=tuple(units for _key, units in rows),
    )


def list_stock_weeks(run: PlanRun, item_id: int, location_id: int, *, weeks: int = 26) -> list[StockWeek]:
    """Return the projected stock of an item-location by week, empty where the plan does not know it.

    What is overdue or due in the running week before today counts in the first week.
    """
    reader, pair = PlanReader(run), keys.pair_of(item_id, location_id)
    if reader.find_row(pair) is None:
        return []
    zone = Sites(as_of=run.as_of, company_zone=parties.get_company().zone).zone(location_id)
    first = days.usable_day(run.now, zone)
    first -= timedelta(days=first.weekday())
    moves = _list_moves(reader, pair)
    stock = _read_on_hand(reader, pair)
    found = []
    for number in range(weeks):
        monday = first + number * _WEEK
        ends = days.midnight(monday + _WEEK, zone)
        begins = days.midnight(monday, zone) if number else 0
        mine = sorted((at, amount, kind) for at, amount, kind in moves if begins <= at < ends)
        week = _sum_week(monday, stock, mine)
        found.append(week)
        stock = week.closing
    return found


def read_targets(run: PlanRun, item_id: int, location_id: int) -> tuple[int, int, int]:
    """Return safety stock, reorder level and order-up-to level that the plan worked with."""
    row = _find_place(PlanReader(run), keys.pair_of(item_id, location_id))
    return (row["safety_stock"], row["reorder_level"], row["order_up_to"]) if row else (0, 0, 0)


def _find_place(reader: PlanReader, pair: int) -> dict[str, int] | None:
    rows = reader.select("item_locations", pair, key=pair)
    return rows[0] if rows else None


def _read_on_hand(reader: PlanReader, pair: int) -> int:
    row = _find_place(reader, pair)
    return row["on_hand"] if row else 0


def _list_moves(reader: PlanReader, pair: int) -> list[tuple[int, int, str]]:
    """Return every planned movement of an item-location: instant, signed units, why."""
    found: list[tuple[int, int, str]] = []
    receipts, orders, pegs = (reader.of_place(name, pair) for name in ("receipts", "orders", "pegs"))
    if receipts:
        found += [(at, units, "receipts") for at, units in _pairs(receipts, "time")]
    if orders:
        found += [(at, units, "planned") for at, units in _pairs(orders, "end")]
    if pegs:
        demands = reader.table("demands", pair)
        kinds = dict(zip(demands["row"].tolist(), demands["kind"].tolist(), strict=True)) if demands else {}
        for kind, consumer, units, at in zip(
            *(pegs[name].tolist() for name in ("consumer_kind", "consumer", "quantity", "need_time")), strict=True
        ):
            if kind == reading.FOR_ORDER:
                found.append((at, -units, "taken"))
            elif kind == reading.FOR_DEMAND:
                found.append((at, -units, ("orders", "forecast", "taken", "taken")[kinds[consumer]]))
    return found


def _pairs(table: Columns, instant: str) -> list[tuple[int, int]]:
    return list(zip(table[instant].tolist(), table["quantity"].tolist(), strict=True))


def _sum_week(monday: date, opening: int, moves: list[tuple[int, int, str]]) -> StockWeek:
    sums: dict[str, int] = defaultdict(int)
    stock = lowest = opening
    # At one instant what comes is there before what goes.
    for _at, units, kind in sorted(moves, key=lambda move: (move[0], -move[1])):
        sums[kind] += abs(units)
        stock += units
        lowest = min(lowest, stock)
    return StockWeek(
        monday=monday,
        opening=opening,
        receipts=sums["receipts"],
        planned=sums["planned"],
        orders=sums["orders"],
        forecast=sums["forecast"],
        taken=sums["taken"],
        closing=stock,
        lowest=lowest,
    )


def _sum_purchases(
    sums: dict[tuple[int, int, int, date], int],
    orders: Columns,
    sources: Columns,
    sites: Sites,
) -> None:
    bought = np.isin(sources["kind"][orders["source"]], (sourcing.BUY,)) & (sources["supplier"][orders["source"]] > 0)
    for row in np.flatnonzero(bought).tolist():
        source = int(orders["source"][row])
        item, place = keys.split(int(sources["place"][source]))
        due_on = days.day_of(int(orders["end"][row]), sites.zone(place))
        monday = due_on - timedelta(days=due_on.weekday())
        sums[int(sources["supplier"][source]), item, place, monday] += int(orders["quantity"][row])
