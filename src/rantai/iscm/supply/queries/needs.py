"""Read what customers want: open orders with their days and stakes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, QuerySet

from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.sites import ShipTo, Sites

Columns = dict[str, Any]
_UNIT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FirmDemand:
    """What the thin row of an outcome needs beside the planner's columns; parallel to the order rows."""

    demand_ids: Ints
    seqs: Ints
    units: Ints
    """What is open; the planner's own column holds nothing of what is beyond every limit."""
    due_on: Sequence[date]
    ship_tos: Sequence[ShipTo]


def read_orders(
    sites: Sites, *, classes: Sequence[str], direct_items: Collection[int], now: int
) -> tuple[Columns, FirmDemand]:
    """Return open demand of orders: still wanted, neither fulfilled nor reserved nor cancelled.

    `class_rank` is the place of the demand's class in the company's list, the last for one that it does not name.
    """
    rows = fetch(_select_orders())
    ranks = {name: place for place, name in enumerate(classes)}
    ship_tos, due_days, due, promised = [], [], [], []
    for row in rows:
        ship_to = _find_ship_to(row, sites, direct_items)
        requested, given = row[4], row[5]
        ship_tos.append(ship_to)
        due_days.append(given or requested)
        due.append(_need(sites, ship_to, requested, now))
        promised.append(_need(sites, ship_to, given, now) if given else days.NEVER)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 15
    units, items = ints(columns[3]), ints(columns[1])
    orders = {
        "key": keys.tag(ints(columns[0]), keys.ORDER),
        "place": keys.pair(items, ints([ship_to.location_id for ship_to in ship_tos])),
        "due": ints(due),
        "quantity": units,
        "kind": np.zeros(len(rows), np.int64),
        "class_rank": ints([ranks.get(name, len(ranks)) for name in columns[6]]),
        "stake": _stakes(columns, units),
        "partial": ~np.array(columns[11], np.bool_),
        "promised_at": ints(promised),
    }
    firm = FirmDemand(
        demand_ids=ints(columns[0]), seqs=ints(columns[14]), units=units, due_on=due_days, ship_tos=ship_tos
    )
    return orders, firm


def fetch(rows: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a values_list as the driver gives them: ORM converters cost more than the read."""
    statement, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def ints(values: Any) -> Ints:
    """Return a column of whole numbers."""
    return np.array(values, np.int64)


def _select_orders() -> QuerySet[Any, Any]:
    left = F("units") - F("fulfilled") - F("cancelled") - F("reserved")
    return (
        Demand.objects.filter(state="open")
        .annotate(left=left)
        .filter(left__gt=0, item__kind="stocked")
        .order_by("id")
        .values_list(
            "pk", "item_id", "location_id", "left", "requested_on", "promise__promised_on", "demand_class",
            "margin_per_unit", "lifetime_value", "churn_sensitivity", "penalty_per_day", "ships_complete",
            "address__calendar_id", "address__territory_id", "changed_seq", "item__decoupling",
        )
    )  # fmt: skip


def _find_ship_to(row: tuple[Any, ...], sites: Sites, direct_items: Collection[int]) -> ShipTo:
    is_direct = row[15] == "dropship" or (row[2] is None and row[1] in direct_items)
    place = keys.DIRECT if is_direct else (row[2] or sites.default_id)
    return ShipTo(location_id=place, calendar_id=row[12], territory_id=row[13])


def _need(sites: Sites, ship_to: ShipTo, day: date, now: int) -> int:
    """Return by when units must be at the place: as the day begins on which they leave for the ship-to."""
    if ship_to.location_id == keys.DIRECT:
        return days.midnight(day + timedelta(days=1), sites.company_zone)
    ship_on = sites.leave_for(ship_to, day)
    begins = days.midnight(ship_on, sites.zone(ship_to.location_id))
    return max(begins, now) if ship_on >= sites.first_ship_on(ship_to.location_id) else begins


def _stakes(columns: list[tuple[Any, ...]], units: Ints) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return what is lost if a demand fails, in currency: its margin, a day's penalty, lifetime value at risk."""
    margin, lifetime, churn, penalty = (np.array(columns[place], np.float64) for place in (7, 8, 9, 10))
    return (margin * units / _UNIT + penalty + lifetime * churn / _UNIT) / _UNIT


def rank_of(settings: Mapping[str, Any]) -> list[str]:
    """Return the company's demand classes, the first served first."""
    return [str(name) for name in settings.get("demand_classes", ())]
