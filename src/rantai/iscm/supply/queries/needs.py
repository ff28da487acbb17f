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
from rantai.kernel.compiled import Compiled

Columns = dict[str, Any]
_UNIT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FirmDemand:
    """What the thin row of an outcome needs beside the planner's columns."""

    demand_ids: Ints
    rows: Ints
    """Of each its row among the planner's demands."""
    seqs: Ints
    units: Ints
    """What is open; the planner's own column holds nothing of what is beyond every limit."""
    due_on: Sequence[date]
    ship_tos: Sequence[ShipTo]
    """Each once; `ship_to` says by row which."""
    ship_to: Ints


def read_orders(
    sites: Sites, *, classes: Sequence[str], direct_items: Collection[int], now: int,
    items: Collection[int] | None = None,
) -> tuple[Columns, FirmDemand]:  # fmt: skip
    """Return open demand of orders: still wanted, neither fulfilled nor reserved nor cancelled.

    `class_rank` is the place of the demand's class in the company's list, the last for one that it does not name.
    """
    rows = fetch(_select_orders()) if items is None else _ORDERS_OF.read(sorted(items))
    ranks = {name: place for place, name in enumerate(classes)}
    found = _ShipTos(sites, direct_items)
    ship_to = ints([found.number(row[2], row[1], row[12], row[13], row[15]) for row in rows])
    needs = _Needs(sites, found.rows, now)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 16
    units, items = ints(columns[3]), ints(columns[1])
    orders = {
        "key": keys.tag(ints(columns[0]), keys.ORDER),
        "place": keys.pair(items, ints([row.location_id for row in found.rows])[ship_to]) if rows else items,
        "due": ints(list(map(needs.find, ship_to.tolist(), columns[4]))),
        "quantity": units,
        "kind": np.zeros(len(rows), np.int64),
        "class_rank": ints([ranks.get(name, len(ranks)) for name in columns[6]]),
        "stake": _stakes(columns, units),
        "partial": ~np.array(columns[11], np.bool_),
        "promised_at": ints(list(map(needs.find, ship_to.tolist(), columns[5]))),
    }
    firm = FirmDemand(
        demand_ids=ints(columns[0]), rows=np.arange(len(rows)), seqs=ints(columns[14]), units=units,
        due_on=[given or asked for asked, given in zip(columns[4], columns[5], strict=True)],
        ship_tos=found.rows, ship_to=ship_to,
    )  # fmt: skip
    return orders, firm


def no_orders() -> FirmDemand:
    """Return the table of a plan without orders."""
    none = ints(())
    return FirmDemand(demand_ids=none, rows=none, seqs=none, units=none, due_on=[], ship_tos=[], ship_to=none)


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


_ORDERS_OF = Compiled(lambda items: _select_orders().filter(item_id__in=items))


class _ShipTos:
    """The ways to customers, each numbered once: orders are many, ways are few."""

    def __init__(self, sites: Sites, direct_items: Collection[int]) -> None:
        self._default, self._direct = sites.default_id, direct_items
        self._numbers: dict[tuple[int, int | None, int | None], int] = {}
        self.rows: list[ShipTo] = []

    def number(
        self, location: int | None, item: int, calendar: int | None, territory: int | None, decoupling: str
    ) -> int:
        """Return the number of the way that an order takes."""
        is_direct = decoupling == "dropship" or (location is None and item in self._direct)
        way = (keys.DIRECT if is_direct else (location or self._default), calendar, territory)
        known = self._numbers.get(way)
        if known is None:
            known = self._numbers[way] = len(self.rows)
            self.rows.append(ShipTo(location_id=way[0], calendar_id=calendar, territory_id=territory))
        return known


class _Needs:
    """By when units must be at their place for a way and a day, each found once."""

    def __init__(self, sites: Sites, ship_tos: Sequence[ShipTo], now: int) -> None:
        self._sites, self._ship_tos, self._now = sites, ship_tos, now
        self._known: dict[tuple[int, date | None], int] = {}

    def find(self, ship_to: int, day: date | None) -> int:
        """Return the instant; NEVER where no day is given."""
        key = (ship_to, day)
        known = self._known.get(key)
        if known is None:
            known = days.NEVER if day is None else _need(self._sites, self._ship_tos[ship_to], day, self._now)
            self._known[key] = known
        return known


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
