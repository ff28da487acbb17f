"""Read what customers will want beyond their orders: forecast that no order has consumed yet, in items of stock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from rantai.iscm.demand.queries import consumption, forecasts
from rantai.iscm.supply.queries import days, explosion, keys, stocked, wholes
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.needs import Columns, ints
from rantai.iscm.supply.queries.sites import Sites

_UNIT = 10_000


def read_forecast(sites: Sites, *, weeks: int, now: int, direct_items: Collection[int]) -> Columns:
    """Return forecast demand net of orders, one row an item-location and week, wanted as the week's work begins.

    Orders, shipped ones included, consume the forecast of their week and of weeks around it by policy, as the ledger
    of consumption says, and never more than there is: remaining = gross − consumed to the last unit. Of the running
    week at most the share of its working days that is left. Only what is kept on stock is planned to a forecast:
    of what is made or assembled to order, the parts that are.
    """
    forecast = forecasts.load_current()
    if forecast is None:
        return dict.fromkeys(("key", "place", "due", "quantity"), np.zeros(0, np.int64)) | {"kind": ints([])}
    places = np.where(forecast.location_ids == 0, sites.default_id, forecast.location_ids)
    pairs = keys.pair(forecast.item_ids, places)
    units = np.maximum(np.rint(forecast.mean * _UNIT), 0).astype(np.int64)
    net = np.maximum(units - _consumed(forecast.weeks, pairs, sites, units.shape), 0)
    sold = np.unique(places)
    starts, shares = _lay_out_weeks(forecast.weeks, weeks, sold, sites, now)
    net = np.minimum(net, np.rint(units * shares[np.searchsorted(sold, places)]).astype(np.int64))
    net[np.isin(forecast.item_ids, ints(sorted(direct_items)))] = 0
    pairs, net = explosion.to_stocked(pairs, net, stocked=stocked.read(), on=sites.as_of.date())
    net = wholes.carry(net, whole=wholes.are_whole(keys.items_of(pairs)))
    needed = keys.places_of(pairs)
    if not np.isin(needed, sold).all():
        sold = np.unique(needed)
        starts, _shares = _lay_out_weeks(forecast.weeks, weeks, sold, sites, now)
    row, week = np.nonzero(net)
    return {
        "key": keys.forecast(pairs[row], week),
        "place": pairs[row],
        "due": starts[np.searchsorted(sold, needed[row]), week],
        "quantity": net[row, week],
        "kind": np.full(len(row), keys.FORECAST, np.int64),
    }


def _consumed(weeks: Sequence[date], pairs: Ints, sites: Sites, shape: tuple[int, ...]) -> Ints:
    """Return the units that orders have consumed by forecast row and week; no week more than was foreseen."""
    netted = consumption.is_netted()
    # Right after an upgrade nothing is netted yet: orders count in their own week until the next forecast.
    load = consumption.load_consumed if netted else forecasts.load_weekly_orders
    orders = load(weeks[0], len(weeks))
    taken = np.zeros(shape, np.int64)
    wanted = keys.pair(orders.item_ids, np.where(orders.location_ids == 0, sites.default_id, orders.location_ids))
    by_key = np.argsort(pairs, kind="stable")
    found = np.minimum(np.searchsorted(pairs[by_key], wanted), len(pairs) - 1)
    row = by_key[found] if len(pairs) else found
    known = (pairs[row] == wanted) if len(pairs) else np.zeros(len(wanted), np.bool_)
    np.add.at(taken, (row[known], orders.week[known]), orders.units[known])
    return taken


def _lay_out_weeks(
    weeks: Sequence[date], horizon: int, places: Ints, sites: Sites, now: int
) -> tuple[Ints, np.ndarray[Any, np.dtype[np.float64]]]:
    """Return by place and week when its work begins, and which share of its days is left (0: over or too far)."""
    starts = np.zeros((len(places), len(weeks)), np.int64)
    shares = np.zeros((len(places), len(weeks)))
    for row, place in enumerate(places.tolist()):
        working, zone, today = sites.calendar(place), sites.zone(place), sites.today(place)
        last = today + timedelta(weeks=horizon)
        for column, monday in enumerate(weeks):
            if monday >= last or monday + timedelta(days=7) <= today:
                continue
            whole = working.count(monday, monday + timedelta(days=7))
            left = working.count(max(monday, today), monday + timedelta(days=7))
            first = working.on_or_after(max(monday, today))
            starts[row, column] = max(days.midnight(first, zone), now)
            shares[row, column] = left / whole if whole else float(monday > today)
    return starts, shares
