"""Figures of stock with numerator and denominator (GLOSSARY 4.3): turns, days of supply, excess, accuracy, cycles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Abs, Cast, TruncDate

from rantai.foundation.locations import rules as places
from rantai.iscm.inventory.models import StockBalance, StockCountLine, StockMove, StockTarget
from rantai.kernel.measures import Kpi

YEAR = 365
COUNTED_DAYS = 90
CYCLE_DAYS = 365
COUNTED = ("count", "loss", "found", "correction")
"""Why books are changed to what was counted; damage and expiry are no errors of the books."""
ARRIVALS = ("receipt", "production", "transfer_in")
_UNIT = 10_000


def list_kpis(*, day: date, zone: str, excess_worth: float, settings: Mapping[str, Any]) -> list[Kpi]:
    """Return the figures of a day; money in 1/10,000 of the company's currency."""
    worth = measure_worth()
    return [
        measure_turns(day=day, zone=zone, worth=worth),
        measure_days_of_supply(worth=worth),
        Kpi(code="excess_share", numerator=excess_worth if worth else None, denominator=worth or None),
        *measure_accuracy(day=day, zone=zone, tolerance=int(settings.get("count_tolerance", 0))),
        measure_cycle_service(day=day, zone=zone),
    ]


def measure_worth() -> float:
    """Return our stock at our sites at standard cost."""
    rows = StockBalance.objects.filter(is_account=False, owner=None, location__kind__in=places.SITES)
    return float(rows.aggregate(worth=Sum(_value("on_hand")))["worth"] or 0.0)


def measure_turns(*, day: date, zone: str, worth: float, days: int = YEAR) -> Kpi:
    """Return cost of goods sold ÷ average inventory at cost, a year; both at standard cost.

    Source: Chopra and Meindl, Supply Chain Management. The average is of the stock at each day's end, exact from the
    ledger: today's worth less what was booked since. Books that are younger than the window are measured since their
    first move, and the average is scaled to a year so that the ratio stays turns a year.
    """
    moves = StockMove.objects.filter(at__lt=_end_of(day, zone), at__gte=_end_of(day - timedelta(days=days), zone))
    known = moves.order_by("at").values_list("at", flat=True).first()
    if known is None:
        return Kpi(code="inventory_turns", numerator=None, denominator=None)
    first = max(known.astimezone(ZoneInfo(zone)).date(), day - timedelta(days=days - 1))
    whole = (day - first).days + 1
    average = worth - sum(
        booked * (on - first).days / whole for on, booked in _book_by_day(moves, zone) if on is not None
    )
    sold = moves.filter(_inside("from"), to_location__kind="customer").aggregate(sold=Sum(_value("units")))["sold"]
    back = moves.filter(_inside("to"), from_location__kind="customer").aggregate(back=Sum(_value("units")))["back"]
    yearly = average * whole / YEAR
    return Kpi(
        code="inventory_turns",
        numerator=(sold or 0.0) - (back or 0.0),
        denominator=yearly if yearly > 0 else None,
    )


def measure_days_of_supply(*, worth: float) -> Kpi:
    """Return stock ÷ average daily forward demand, both at standard cost (SCOR AM.2.2, forward view)."""
    rows = StockTarget.objects.filter(run__state="current")
    daily = rows.aggregate(daily=Sum(F("demand_mean") / 7 * F("item__standard_cost"), output_field=FloatField()))
    return Kpi(code="days_of_supply", numerator=worth if daily["daily"] else None, denominator=daily["daily"] or None)


def measure_accuracy(*, day: date, zone: str, tolerance: int, days: int = COUNTED_DAYS) -> tuple[Kpi, Kpi]:
    """Return balances counted right ÷ balances counted, and the same by value (ASCM); tolerance in 1/10,000 of books.

    By value: what the books had right, Σ max(0, expected − |counted − expected|) ÷ Σ expected, at standard cost.
    """
    lines = StockCountLine.objects.filter(
        count__counted_at__lt=_end_of(day, zone),
        count__counted_at__gte=_end_of(day - timedelta(days=days), zone),
        count__reason__in=COUNTED,
    ).annotate(off=Abs(F("counted") - F("expected")))
    counted = lines.count()
    right = lines.filter(off__lte=F("expected") * tolerance / _UNIT).count()
    cost = F("balance__item__standard_cost")
    sums = lines.aggregate(
        books=Sum(Cast("expected", FloatField()) * cost / _UNIT),
        wrong=Sum(Cast("off", FloatField()) * cost / _UNIT, filter=Q(off__lt=F("expected"))),
        lost=Sum(Cast("expected", FloatField()) * cost / _UNIT, filter=Q(off__gte=F("expected"))),
    )
    books = sums["books"] or None
    kept = None if books is None else books - (sums["wrong"] or 0.0) - (sums["lost"] or 0.0)
    return (
        Kpi(code="inventory_accuracy", numerator=right if counted else None, denominator=counted or None),
        Kpi(code="inventory_accuracy_value", numerator=kept, denominator=books),
    )


_CYCLES = """
    SELECT COUNT(*), SUM(CASE WHEN before > 0 THEN 1 ELSE 0 END) FROM (
        SELECT at, reason, is_in, SUM(units) OVER w - units AS before, ROW_NUMBER() OVER w AS place FROM (
            SELECT m.id, m.item_id, m.to_location_id AS location_id, m.at, m.reason, 1 AS is_in, m.units
            FROM iscm_inventory_stockmove m JOIN foundation_locations_location l ON l.id = m.to_location_id
            LEFT JOIN iscm_inventory_stockmove r ON r.reverses_id = m.id
            WHERE m.reverses_id IS NULL AND r.id IS NULL AND m.from_location_id <> m.to_location_id
                AND l.kind IN ({sites}) AND m.to_owner_id IS NULL
            UNION ALL
            SELECT m.id, m.item_id, m.from_location_id, m.at, m.reason, 0, -m.units
            FROM iscm_inventory_stockmove m JOIN foundation_locations_location l ON l.id = m.from_location_id
            LEFT JOIN iscm_inventory_stockmove r ON r.reverses_id = m.id
            WHERE m.reverses_id IS NULL AND r.id IS NULL AND m.from_location_id <> m.to_location_id
                AND l.kind IN ({sites}) AND m.from_owner_id IS NULL
        ) sides WINDOW w AS (PARTITION BY item_id, location_id ORDER BY id, is_in ROWS UNBOUNDED PRECEDING)
    ) booked WHERE is_in = 1 AND place > 1 AND at >= %s AND at < %s AND reason IN ({arrivals})
"""


def measure_cycle_service(*, day: date, zone: str, days: int = CYCLE_DAYS) -> Kpi:
    """Return replenishment cycles without a stock-out ÷ cycles (Chopra and Meindl).

    A cycle ends with an arrival (a receipt, goods made, a transfer that came); it was without a stock-out if units
    were on hand when the arrival came. The first arrival of a place ends no cycle.
    """
    sql = _CYCLES.format(sites=_quote(places.SITES), arrivals=_quote(ARRIVALS))
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(sql, [adapt(_end_of(day - timedelta(days=days), zone)), adapt(_end_of(day, zone))])
        cycles, kept = cursor.fetchone()
    return Kpi(
        code="cycle_service_level", numerator=int(kept or 0) if cycles else None, denominator=int(cycles) or None
    )


def _book_by_day(moves: QuerySet[StockMove], zone: str) -> Iterable[tuple[date, float]]:
    """Yield what each day's moves added to our stock at standard cost."""
    days = moves.order_by().annotate(on=TruncDate("at", tzinfo=ZoneInfo(zone))).values("on")
    rows = days.annotate(
        came=Sum(_value("units"), filter=_inside("to")), went=Sum(_value("units"), filter=_inside("from"))
    )
    for row in rows.order_by("on"):
        yield row["on"], (row["came"] or 0.0) - (row["went"] or 0.0)


def _inside(side: str) -> Q:
    return Q(**{f"{side}_location__kind__in": places.SITES, f"{side}_owner": None})


def _value(column: str) -> Any:
    return Cast(F(column), FloatField()) * F("item__standard_cost") / _UNIT


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def _quote(words: Iterable[str]) -> str:
    """Return constants of this file as a list of SQL literals."""
    return ", ".join(f"'{word}'" for word in words)
