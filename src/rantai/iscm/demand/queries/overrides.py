"""What people changed of the forecast, and how it lies on top of what the engine found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries import weeks
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """One override as it is applied: a place, weeks counted from the run's first, and a quantity or a factor."""

    item_id: int
    location_id: int
    start: int
    end: int
    quantity: float | None
    factor: float | None


def list_live(*, first_week: date, item_id: int | None = None) -> QuerySet[ForecastOverride]:
    """Return the overrides that hold for weeks from `first_week` on, in the order in which they were made."""
    rows = ForecastOverride.objects.filter(ended_at=None, ends_on__gt=first_week)
    return (rows.filter(item_id=item_id) if item_id else rows).order_by("id")


def list_of_item(item_id: int) -> QuerySet[ForecastOverride]:
    """Return every override of an item, taken back or past ones too, newest first."""
    return ForecastOverride.objects.filter(item_id=item_id).select_related("location").order_by("-id")


def read_changes(rows: Iterable[ForecastOverride], *, first_week: date, horizon: int) -> list[Change]:
    """Return overrides in weeks of a run; those that begin after its horizon wait for a later run."""
    first = weeks.number_of(first_week)
    found = [
        Change(
            row.item_id,
            row.location_id or 0,
            max(0, weeks.number_of(row.starts_on) - first),
            min(horizon, weeks.number_of(row.ends_on) - first),
            None if row.quantity is None else row.quantity / SCALE,
            None if row.factor is None else row.factor / SCALE,
        )
        for row in rows
    ]
    return [change for change in found if change.start < change.end]


def list_missing_pairs(
    changes: Iterable[Change], item_ids: Ints, location_ids: Ints, *, site: int
) -> list[tuple[int, int]]:
    """Return what people forecast and the engine did not; an item without a place is put to `site`."""
    pairs = set(zip(item_ids.tolist(), location_ids.tolist(), strict=True))
    known = {item for item, _place in pairs}
    wanted = {
        (change.item_id, change.location_id or site)
        for change in changes
        if change.location_id or change.item_id not in known
    }
    return sorted(wanted - pairs)


def apply(changes: Iterable[Change], *, item_ids: Ints, location_ids: Ints, statistical: Floats) -> Floats:
    """Return the means `(n, horizon)` with the changes on top, each on what those before it left.

    Rows are sorted by item. A quantity for all locations of an item is shared as their forecasts are, or equally
    where they expect nothing.
    """
    mean = statistical.copy()
    for change in changes:
        low, high = np.searchsorted(item_ids, [change.item_id, change.item_id + 1])
        rows = np.arange(low, high)
        if change.location_id:
            rows = rows[location_ids[low:high] == change.location_id]
        if rows.size:
            span = slice(change.start, change.end)
            mean[rows, span] = _change(mean[rows, span], change)
    return mean


def _change(before: Floats, change: Change) -> Floats:
    if change.quantity is None:
        assert change.factor is not None
        return before * change.factor
    total = before.sum(axis=0)
    even = np.full_like(before, 1 / before.shape[0])
    return change.quantity * np.divide(before, total, out=even, where=total > 0)
