"""Read stock as it will be used up: by lot, and without lots by the arrivals that it came with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import Min, QuerySet, Sum

from rantai.foundation.locations import queries as locations
from rantai.iscm.inventory import queries
from rantai.iscm.inventory.models import PromotionCandidate, StockTarget
from rantai.iscm.inventory.queries.classes import Limits
from rantai.kernel import clock

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """Units of one lot, or of one arrival, that are still at a place; 1/10,000 base units."""

    item_id: int
    location_id: int
    lot_id: int
    """0: without a lot."""
    units: int
    received_on: date
    expires_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """What an item-location is expected to need, and what it may hold."""

    daily: float
    """Base units a day."""
    cover_days: float
    """Days of demand beyond which stock is excess."""


NOT_USED = Use(daily=0.0, cover_days=0.0)


def list_layers(zone: str) -> list[Layer]:
    """Return all usable stock at our sites by lot, or first in, first out: two queries, sorted by item and place."""
    found = [*_list_lots(zone), *_list_arrivals(zone)]
    return sorted(found, key=lambda one: (one.item_id, one.location_id, one.lot_id, one.received_on))


def load_uses(limits: Limits) -> dict[Pair, Use]:
    """Return the use of every item-location with a target; stock up to its order-up-to level is never excess."""
    columns = (
        StockTarget.objects.filter(run__state="current")
        .order_by()
        .values_list("item_id", "location_id", "demand_mean", "order_up_to")
    )
    found = {}
    for item, place, mean, up_to in columns.iterator(chunk_size=20_000):
        daily = max(0.0, mean / 7)
        wanted = up_to / 10_000 / daily if daily else 0.0
        found[item, place] = Use(daily=daily, cover_days=max(float(limits.cover_days), wanted))
    return found


def list_candidates() -> QuerySet[PromotionCandidate]:
    """Return what is not over."""
    return PromotionCandidate.objects.exclude(state="ended")


def list_in_need(item_id: int, *, but: int) -> list[tuple[StockTarget, int]]:
    """Return targets of an item at other places that hold less than they order at, with what is missing there."""
    here = dict(queries.usable().filter(item_id=item_id).order_by().values_list("location_id").annotate(Sum("on_hand")))
    rows = StockTarget.objects.filter(run__state="current", item_id=item_id).exclude(location_id=but)
    short = [(row, row.reorder_point - here.get(row.location_id, 0)) for row in rows.select_related("location")]
    return sorted(((row, units) for row, units in short if units > 0), key=lambda one: -one[1])


def last_useful_on(expires_on: date | None, limits: Limits) -> date | None:
    """Return the last day on which goods are sold."""
    return expires_on - timedelta(days=limits.expiry_days) if expires_on else None


def _list_lots(zone: str) -> Iterator[Layer]:
    rows = (
        queries.usable()
        .filter(on_hand__gt=0, lot__isnull=False, location_id__in=_list_sites())
        .order_by()
        .values_list("item_id", "location_id", "lot_id", "lot__expires_on")
        .annotate(units=Sum("on_hand"), since=Min("first_in_at"))
    )
    for item, place, lot, expires_on, units, since in rows.iterator(chunk_size=10_000):
        yield Layer(
            item_id=item,
            location_id=place,
            lot_id=lot,
            units=units,
            received_on=clock.business_date(since, zone),
            expires_on=expires_on,
        )


_ARRIVALS = """
    SELECT a.item_id, a.location_id, a.at, a.units, a.newer, b.on_hand FROM (
        SELECT m.item_id, m.to_location_id AS location_id, m.at, m.units,
            SUM(m.units) OVER (PARTITION BY m.item_id, m.to_location_id ORDER BY m.id DESC) - m.units AS newer
        FROM iscm_inventory_stockmove m
        LEFT JOIN iscm_inventory_stockmove r ON r.reverses_id = m.id
        WHERE m.lot_id IS NULL AND m.reverses_id IS NULL AND r.id IS NULL AND m.from_location_id <> m.to_location_id
    ) a JOIN (
        SELECT item_id, location_id, SUM(on_hand) AS on_hand FROM iscm_inventory_stockbalance
        WHERE lot_id IS NULL AND owner_id IS NULL AND status = 'available' AND NOT is_account AND on_hand > 0
        GROUP BY item_id, location_id
    ) b ON b.item_id = a.item_id AND b.location_id = a.location_id
    WHERE a.newer < b.on_hand
"""


def _list_arrivals(zone: str) -> Iterator[Layer]:
    """Yield what is left of arrivals without lots: the newest ones that add up to what is on hand."""
    sites = set(_list_sites())
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVALS)
        for item, place, at, units, newer, on_hand in iter(cursor.fetchone, None):
            if place not in sites:
                continue
            yield Layer(
                item_id=item,
                location_id=place,
                lot_id=0,
                units=min(int(units), int(on_hand) - int(newer)),
                received_on=clock.business_date(_read_instant(at), zone),
                expires_on=None,
            )


def _read_instant(value: datetime | str) -> datetime:
    """Return an instant as a cursor gives it: SQLite keeps text without a zone."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _list_sites() -> list[int]:
    return list(locations.list_sites().values_list("id", flat=True))
