"""What people changed of the forecast, and how it lies on top of what the steps before it found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, cast

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from rantai.iscm.demand.models import ForecastOverride
from rantai.iscm.demand.queries import weeks
from rantai.iscm.demand.queries.levels import Level, Reach, Rows, Trees
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ALL = Reach()
_COLUMNS = (
    "id", "item_id", "category_id", "location_id", "territory_id", "party_id", "segment_id", "starts_on", "ends_on",
    "quantity", "factor", "is_span", "by",
)  # fmt: skip
"""What a change is made of: rows of models cost ten times as much, and there may be ten thousand."""


class Told(Protocol):
    """An override or its columns."""

    id: int
    item_id: int | None
    category_id: int | None
    location_id: int | None
    territory_id: int | None
    party_id: int | None
    segment_id: int | None
    starts_on: date
    ends_on: date
    quantity: int | None
    factor: int | None
    is_span: bool
    by: str


@dataclass(frozen=True, slots=True)
class Change:
    """One override as it is applied: a reach, weeks counted from the run's first, and a quantity or a factor."""

    item_id: int
    location_id: int
    start: int
    end: int
    quantity: float | None
    factor: float | None
    reach: Reach = ALL
    is_span: bool = False
    """The quantity is of all its weeks together, not of each."""
    override_id: int = 0
    by: str = ""


def list_live(*, first_week: date, item_id: int | None = None) -> QuerySet[ForecastOverride]:
    """Return the overrides that hold for weeks from `first_week` on, in the order in which they were made."""
    rows = ForecastOverride.objects.filter(ended_at=None, ends_on__gt=first_week)
    return (rows.filter(item_id=item_id) if item_id else rows).order_by("id")


def list_of_item(item_id: int, category_ids: Iterable[int] = ()) -> QuerySet[ForecastOverride]:
    """Return every override that reaches an item, taken back or past ones too, newest first."""
    wide = Q(item=None) & (Q(category=None) | Q(category__in=list(category_ids)))
    rows = ForecastOverride.objects.filter(Q(item_id=item_id) | wide)
    return rows.select_related("location", "category", "territory", "party", "segment").order_by("-id")


def list_columns(rows: QuerySet[ForecastOverride]) -> list[Told]:
    """Return what changes are made of, in their order."""
    return cast("list[Told]", list(rows.values_list(*_COLUMNS, named=True)))


def level_of(row: ForecastOverride | Told) -> Level:
    """Return the level at which an override was made."""
    return Level(
        row.item_id or 0, row.category_id or 0, row.location_id or 0, row.territory_id or 0, row.party_id or 0,
        row.segment_id or 0,
    )  # fmt: skip


def read_changes(
    rows: Iterable[ForecastOverride | Told], *, first_week: date, horizon: int, trees: Trees | None = None
) -> list[Change]:
    """Return overrides in weeks of a run; those that begin after its horizon wait for a later run.

    Of a quantity for several weeks together, weeks that lie outside the run keep their even share.
    """
    trees, first = trees or Trees(), weeks.number_of(first_week)
    found = [_to_change(row, trees, first, horizon) for row in rows]
    return [change for change in found if change.start < change.end]


def _to_change(row: ForecastOverride | Told, trees: Trees, first: int, horizon: int) -> Change:
    starts, ends = weeks.number_of(row.starts_on) - first, weeks.number_of(row.ends_on) - first
    start, end = max(0, starts), min(horizon, ends)
    quantity = None if row.quantity is None else row.quantity / SCALE
    if quantity is not None and row.is_span:
        quantity *= max(0, end - start) / (ends - starts)
    factor = None if row.factor is None else row.factor / SCALE
    return Change(
        row.item_id or 0, row.location_id or 0, start, end, quantity, factor,
        trees.reach(level_of(row)), row.is_span, row.id, row.by,
    )  # fmt: skip


def list_missing_pairs(
    changes: Iterable[Change], item_ids: Ints, location_ids: Ints, *, site: int
) -> list[tuple[int, int]]:
    """Return what people forecast and the engine did not; an item without a place is put to `site`."""
    pairs = set(zip(item_ids.tolist(), location_ids.tolist(), strict=True))
    known = {item for item, _place in pairs}
    wanted = {
        (change.item_id, change.location_id or site)
        for change in changes
        if change.item_id and (change.location_id or change.item_id not in known)
    }
    return sorted(wanted - pairs)


def apply(
    changes: Iterable[Change],
    *,
    item_ids: Ints,
    location_ids: Ints,
    statistical: Floats,
    weights: Floats | None = None,
) -> Floats:
    """Return the means `(n, horizon)` with the changes on top, each on what those before it left.

    Rows are sorted by item. A quantity for several rows is spread in proportion to what they expect then, what
    rounding leaves goes to the largest; where they expect nothing, by `weights` (what history asked for), else evenly.
    """
    mean, rows = statistical.copy(), Rows(item_ids, location_ids)
    for change in changes:
        lay(mean, change, rows, weights)
    return mean


def lay(mean: Floats, change: Change, rows: Rows, weights: Floats | None) -> tuple[Ints, slice]:
    """Lay one change over means in place; return the rows and weeks that it touched."""
    touched, span = rows.find(change.reach), slice(change.start, change.end)
    if touched.size:
        if change.quantity is None:
            assert change.factor is not None
            mean[touched, span] *= change.factor
        else:
            own = None if weights is None else weights[touched]
            mean[touched, span] = spread(mean[touched, span], change.quantity, own, is_span=change.is_span)
    return touched, span


def spread(before: Floats, quantity: float, weights: Floats | None, *, is_span: bool) -> Floats:
    """Return `(rows, weeks)` that add up to a quantity in each week, or over all of them, to the ten-thousandth."""
    if not is_span:
        return _split(before, quantity, weights)
    flat = None if weights is None else np.repeat(weights, before.shape[1])
    return _split(before.reshape(-1, 1), quantity, flat).reshape(before.shape)


def _split(before: Floats, quantity: float, weights: Floats | None) -> Floats:
    rows = before.shape[0]
    fallback = np.full(rows, 1.0 / rows)
    if weights is not None and weights.sum() > 0:
        fallback = weights / weights.sum()
    columns = np.repeat(fallback[:, None], before.shape[1], axis=1)
    return divide(before, np.full(before.shape[1], round(quantity * SCALE), dtype=np.float64), columns)


def divide(before: Floats, units: Floats, fallback: Floats) -> Floats:
    """Return `(rows, columns)` of which each column adds up to its units (1/10,000), shared as `before` is.

    A column in which nothing is expected is shared by `fallback`, whose columns add up to one.
    """
    shares = np.divide(before, before.sum(axis=0), out=fallback.copy(), where=before.sum(axis=0) > 0)
    parts = np.floor(shares * units)
    parts[shares.argmax(axis=0), np.arange(before.shape[1])] += units - parts.sum(axis=0)
    found: Floats = parts / SCALE
    return found
