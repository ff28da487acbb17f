"""How right promises were: the share of Pq days that were met, by who supplied and by class of item (GLOSSARY 4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import ShipmentLine
from rantai.iscm.promising.models import PromiseRevision, SupplySlot
from rantai.kernel.measures import Kpi
from rantai.kernel.refs import DocRef

QUANTILES = {50: "expected_on", 80: "p80_on", 90: "p90_on"}
"""Of a first promise: the day that is met so many times in a hundred, if we are right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A first promise with the day on which all of it was there, None while it is not."""

    supplier_id: int | None
    category_id: int | None
    days: dict[int, date]
    there_on: date | None
    demand_id: int = 0

    def is_kept(self, quantile: int, *, today: date) -> bool | None:
        """Tell whether a day was kept; None where none was said or nobody can tell yet."""
        day = self.days.get(quantile)
        if day is None or (self.there_on is None and day >= today):
            return None
        return self.there_on is not None and self.there_on <= day


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Of promises that lean on a supplier (None: our stock and our own making) and a class of item."""

    supplier_id: int | None
    category_id: int | None
    met: dict[int, int]
    due: dict[int, int]

    def off(self, quantile: int) -> float | None:
        """Return share met less what was said, None where nothing was due: above 0 is too careful."""
        due = self.due[quantile]
        return self.met[quantile] / due - quantile / 100 if due else None


def measure_calibration(*, since: date, today: date) -> list[Kpi]:
    """Return promise calibration over all promises due: met ÷ due of each quantile."""
    found = calibrate(read_said(since=since), today=today)
    return [
        Kpi(
            code=f"promise_met_p{quantile}",
            numerator=sum(row.met[quantile] for row in found),
            denominator=sum(row.due[quantile] for row in found),
        )
        for quantile in QUANTILES
    ]


def calibrate(said: Iterable[Said], *, today: date) -> list[Calibration]:
    """Count promises met and due by supplier and class; a day that has passed without the goods was not met."""
    met: dict[tuple[int | None, int | None], dict[int, int]] = defaultdict(lambda: dict.fromkeys(QUANTILES, 0))
    due: dict[tuple[int | None, int | None], dict[int, int]] = defaultdict(lambda: dict.fromkeys(QUANTILES, 0))
    for row in said:
        key = (row.supplier_id, row.category_id)
        for quantile in row.days:
            is_kept = row.is_kept(quantile, today=today)
            if is_kept is not None:
                due[key][quantile] += 1
                met[key][quantile] += is_kept
    order = sorted(due, key=lambda key: (key[0] is not None, key[0] or 0, key[1] or 0))
    return [Calibration(supplier_id=key[0], category_id=key[1], met=met[key], due=due[key]) for key in order]


def read_said(*, since: date) -> list[Said]:
    """Read the first promises given from a day on, with when their goods were there; four queries."""
    first = PromiseRevision.objects.filter(revision=1, at__date__gte=since, promised_on__isnull=False)
    rows = list(first.exclude(demand__state="cancelled").select_related("demand__item", "demand__address"))
    suppliers = _read_suppliers(rows)
    there = _read_there([row.demand for row in rows])
    return [
        Said(
            supplier_id=next((suppliers[ref] for ref in row.relies_on if ref in suppliers), None),
            category_id=row.demand.item.category_id,
            days={quantile: getattr(row, name) for quantile, name in QUANTILES.items() if getattr(row, name)},
            there_on=there.get(row.demand_id),
            demand_id=row.demand_id,
        )
        for row in rows
    ]


def _read_suppliers(rows: Sequence[PromiseRevision]) -> dict[str, int]:
    """Return who brings the supplies that promises leaned on."""
    refs = {ref: DocRef.parse(ref) for row in rows for ref in row.relies_on if ref.startswith("purchase_order:")}
    slots = SupplySlot.objects.filter(
        kind="purchase", supply_id__in={ref.id for ref in refs.values()}, supplier__isnull=False
    )
    by_order = dict(slots.values_list("supply_id", "supplier_id"))
    return {text: by_order[ref.id] for text, ref in refs.items() if ref.id in by_order}


def _read_there(demands: Sequence[Demand]) -> dict[int, date]:
    """Return the day at the ship-to on which the last units of fulfilled demands were delivered."""
    zones = {row.pk: row.address.zone if row.address else "UTC" for row in demands if row.state == "fulfilled"}
    lines = ShipmentLine.objects.filter(demand_id__in=list(zones)).exclude(shipment__state="cancelled")
    last: dict[int, datetime] = {}
    open_still: set[int] = set()
    for demand_id, at in lines.values_list("demand_id", "shipment__delivered_at"):
        if at is None:
            open_still.add(demand_id)
        else:
            last[demand_id] = max(at, last.get(demand_id, at))
    return {pk: at.astimezone(ZoneInfo(zones[pk])).date() for pk, at in last.items() if pk not in open_still}
