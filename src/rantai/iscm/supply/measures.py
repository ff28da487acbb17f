"""Service and swing in figures (GLOSSARY 4.3): fill rates at the first shipment, bullwhip of orders to suppliers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from django.db.models import F, Min

from rantai.iscm.demand.models import Demand
from rantai.iscm.demand.queries import history, weeks
from rantai.iscm.fulfilment.models import ShipmentLine
from rantai.kernel.measures import Kpi
from rantai.srm import facade as srm

SERVICE_DAYS = 28
SWING_WEEKS, LEAST_WEEKS = 26, 8
_CHUNK = 900


def measure_fill_rates(*, day: date, days: int = SERVICE_DAYS) -> tuple[Kpi, Kpi, Kpi]:
    """Return unit, line and order fill rate of the orders requested in the days that end with `day`.

    Units at the first shipment of a line ÷ units ordered (β; Chopra and Meindl, Silver, Pyke and Thomas); lines and
    orders complete at their first shipment ÷ lines and orders (ASCM). What was cancelled was not asked for; what has
    not shipped is not filled. Date basis: requested.
    """
    rows = list(
        Demand.objects.filter(requested_on__gt=day - timedelta(days=days), requested_on__lte=day)
        .filter(units__gt=F("cancelled"))
        .order_by("id")
        .values_list("id", "kind", "order_id", "units", "cancelled")
    )
    first = dict(_list_first_shipped([row[0] for row in rows]))
    lines = [(row[0], (row[1], row[2]), row[3] - row[4]) for row in rows]
    asked = sum(units for _pk, _order, units in lines)
    filled = sum(min(units, first.get(pk, (0, 0))[1]) for pk, _order, units in lines)
    whole = {pk for pk, _order, units in lines if first.get(pk, (0, 0))[1] >= units}
    by_order: dict[tuple[str, int], list[int]] = defaultdict(list)
    for pk, order, _units in lines:
        by_order[order].append(pk)
    complete = sum(_is_complete(pks, whole, first) for pks in by_order.values())
    return (
        Kpi(code="unit_fill_rate", numerator=filled / 10_000 if lines else None, denominator=asked / 10_000 or None),
        Kpi(code="line_fill_rate", numerator=len(whole) if lines else None, denominator=len(lines) or None),
        Kpi(code="order_fill_rate", numerator=complete if lines else None, denominator=len(by_order) or None),
    )


def measure_bullwhip(*, day: date, most_weeks: int = SWING_WEEKS) -> Kpi:
    """Return Var(orders placed) ÷ Var(demand) by week (Lee et al., 1997) of items that we buy and customers ask for.

    Both are base units a week of all these items together, over the full weeks since the first order that was sent,
    at most half a year; under two months nothing is said. Sample variances.
    """
    monday = day - timedelta(days=day.weekday())
    rows = srm.list_ordered(since=monday - timedelta(weeks=most_weeks), until=monday)
    since = min((on - timedelta(days=on.weekday()) for _item, on, _units in rows), default=monday)
    count = (monday - since).days // 7
    placed = _by_week(rows, since, count)
    wanted = _load_demand(set(placed), last_week=weeks.number_of(monday) - 1, count=count)
    both = placed.keys() & wanted.keys()
    if count < LEAST_WEEKS or not both:
        return Kpi(code="bullwhip", numerator=None, denominator=None)
    orders, demand = (_add((series[item] for item in both), count) for series in (placed, wanted))
    return Kpi(code="bullwhip", numerator=_variance(orders), denominator=_variance(demand) or None)


def _load_demand(item_ids: set[int], *, last_week: int, count: int) -> dict[int, list[float]]:
    """Return what customers asked for by item and week, at all places together."""
    if not count:
        return {}
    past = history.load_history(last_week=last_week, most_weeks=count)
    found: dict[int, list[float]] = {}
    for row, item in enumerate(past.item_ids.tolist()):
        if item in item_ids:
            values = past.values[past.offsets[row] : past.offsets[row + 1]].tolist()
            series = found.setdefault(item, [0.0] * count)
            for place, units in enumerate(values, start=count - len(values)):
                series[place] += units
    return found


def _list_first_shipped(demand_ids: list[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield demand → (its first shipment that left, units on it)."""
    for start in range(0, len(demand_ids), _CHUNK):
        part = demand_ids[start : start + _CHUNK]
        left = ShipmentLine.objects.filter(demand_id__in=part, shipment__shipped_at__isnull=False)
        firsts = dict(left.order_by().values_list("demand_id").annotate(at=Min("shipment__shipped_at")))
        sums: dict[int, tuple[int, int]] = {}
        for pk, shipment, at, units in left.values_list("demand_id", "shipment_id", "shipment__shipped_at", "units"):
            if at == firsts[pk]:
                sums[pk] = (shipment, sums.get(pk, (shipment, 0))[1] + units)
        yield from sums.items()


def _is_complete(pks: Iterable[int], whole: set[int], first: Mapping[int, tuple[int, int]]) -> bool:
    lines = list(pks)
    return all(pk in whole for pk in lines) and len({first[pk][0] for pk in lines}) == 1


def _by_week(rows: Iterable[tuple[int, date, int]], since: date, count: int) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for item, on, units in rows:
        place = (on - since).days // 7
        if 0 <= place < count:
            found.setdefault(item, [0.0] * count)[place] += units / 10_000
    return found


def _add(series: Iterable[list[float]], count: int) -> list[float]:
    total = [0.0] * count
    for one in series:
        total = [a + b for a, b in zip(total, one, strict=True)]
    return total


def _variance(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
