"""Read the stock targets that are current."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from rantai.iscm.inventory.models import StockTarget, StockTargetRun

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentTargets:
    """Current targets in bulk, sorted by item and location, each pair once; quantities in 1/10,000 base units."""

    run_id: int
    as_of: datetime
    item_ids: Ints
    location_ids: Ints
    safety_stock: Ints
    reorder_point: Ints
    order_up_to: Ints
    """0: no order-up-to level."""
    lot_size: Ints
    plan_level: Ints
    """Projected stock below it is replenished; demand of the lead time is not in it (time-phased)."""
    plan_up_to: Ints
    """The plan fills up to it; 0: to plan_level only."""
    plan_minimum: Ints
    """Least of one order by the lot rule of the place; 0: as its source says."""
    plan_multiple: Ints
    """Orders are multiples of it by the lot rule of the place; 0: as its source says."""
    policy_kind: tuple[str, ...]
    service_level: Floats
    """0 to 1."""
    lead_time_weeks: Floats

    def row(self, item_id: int, location_id: int) -> int | None:
        """Return the row of an item-location, or None."""
        low, high = np.searchsorted(self.item_ids, [item_id, item_id + 1])
        found = low + int(np.searchsorted(self.location_ids[low:high], location_id))
        return int(found) if found < high and self.location_ids[found] == location_id else None


def find_run() -> StockTargetRun | None:
    """Return the current run, or None before the first."""
    return StockTargetRun.objects.filter(state="current").first()


def load_current() -> CurrentTargets | None:
    """Return the current targets in bulk, or None before the first run."""
    run = find_run()
    if run is None:
        return None
    rows = StockTarget.objects.filter(run=run).order_by("item_id", "location_id")
    columns = rows.values_list(
        "item_id", "location_id", "safety_stock", "reorder_point", "order_up_to", "lot_size", "plan_level",
        "plan_up_to", "plan_minimum", "plan_multiple", "service_level", "lead_time_weeks", "policy_kind",
    )  # fmt: skip
    found = list(zip(*columns.iterator(chunk_size=20_000), strict=True)) or [()] * 13
    whole = [np.array(column, dtype=np.int64) for column in found[:11]]
    return CurrentTargets(
        run_id=run.pk,
        as_of=run.as_of,
        item_ids=whole[0],
        location_ids=whole[1],
        safety_stock=whole[2],
        reorder_point=whole[3],
        order_up_to=whole[4],
        lot_size=whole[5],
        plan_level=whole[6],
        plan_up_to=whole[7],
        plan_minimum=whole[8],
        plan_multiple=whole[9],
        policy_kind=tuple(found[12]),
        service_level=whole[10] / 10_000,
        lead_time_weeks=np.array(found[11], dtype=np.float64),
    )


def find_target(item_id: int, location_id: int) -> StockTarget | None:
    """Return the current target of an item-location with its run, or None."""
    rows = StockTarget.objects.filter(run__state="current", item_id=item_id, location_id=location_id)
    return rows.select_related("run").first()


def list_targets(item_id: int) -> list[StockTarget]:
    """Return the current targets of an item by location."""
    rows = StockTarget.objects.filter(run__state="current", item_id=item_id)
    return list(rows.select_related("run", "location").order_by("location__code"))
