"""New items that sell as like items did when they were new, until their own history speaks (R157, R158)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import Prefetch, QuerySet
from numpy.typing import NDArray

from rantai.iscm.demand.models.changes import ItemLaunch, ItemLaunchLike
from rantai.iscm.demand.queries import weeks
from rantai.iscm.demand.queries.history import WeeklyHistory
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SMOOTHED = 3
"""Weeks over which a like item's launch is smoothed: its single orders are not the new one's."""
SETTLED = 13
"""Weeks whose mean holds beyond what a like item has lived."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A forecast's arrays with launches laid in."""

    mean: Floats
    quantiles: Floats
    error_std: Floats
    count: int
    """Rows in which like items still speak."""


def list_live() -> QuerySet[ItemLaunch]:
    """Return the launches that hold, with the items that each is like."""
    likes = Prefetch("likes", queryset=ItemLaunchLike.objects.select_related("item").order_by("-share", "id"))
    rows = ItemLaunch.objects.filter(ended_at=None).select_related("item", "location")
    return rows.prefetch_related(likes).order_by("-launch_on", "-id")


def list_pairs(launches: Iterable[ItemLaunch], past: WeeklyHistory) -> list[tuple[int, int]]:
    """Return the item-locations of launches that have no history yet."""
    known = set(zip(past.item_ids.tolist(), past.location_ids.tolist(), strict=True))
    wanted = {(one.item_id, one.location_id) for one in launches if one.item.archived_at is None}
    return sorted(wanted - known)


def lay_in(
    past: WeeklyHistory, launches: Iterable[ItemLaunch], *, first_week: int, mean: Floats, quantiles: Floats,
    error_std: Floats,
) -> Expected:  # fmt: skip
    """Return the forecast with new items as their like items were in the same week of life.

    The weight of own statistics is the share of `blend_weeks` that the item has lived; from then on it is 1 and the
    launch says nothing more. A like item is read at the launch's location, or over all where it was never sold there.
    """
    rows = {pair: row for row, pair in enumerate(zip(past.item_ids.tolist(), past.location_ids.tolist(), strict=True))}
    mean, quantiles, error_std, count = mean.copy(), quantiles.copy(), error_std.copy(), 0
    base, spreads = mean.copy(), quantiles.copy()
    for one in launches:
        row = rows.get((one.item_id, one.location_id))
        if row is None:
            continue
        own = min(1.0, float(past.offsets[row + 1] - past.offsets[row]) / one.blend_weeks)
        if own >= 1.0:
            continue
        count += 1
        curve, spread, error = _like(past, one, first_week, base, spreads, error_std)
        mean[row] = own * mean[row] + (1 - own) * curve
        quantiles[row] = own * quantiles[row] + (1 - own) * curve[:, None] * spread
        error_std[row] = own * error_std[row] + (1 - own) * error
    return Expected(mean=mean, quantiles=np.maximum.accumulate(quantiles, axis=-1), error_std=error_std, count=count)


def _like(
    past: WeeklyHistory, one: ItemLaunch, first_week: int, base: Floats, spreads: Floats, error_std: Floats
) -> tuple[Floats, Floats, float]:
    """Return the curve of a launch over the horizon, its quantiles relative to the mean, and its error of one week."""
    horizon, scale = base.shape[1], one.scale / SCALE
    ages = np.arange(first_week, first_week + horizon) - weeks.number_of(one.launch_on)
    curve, spread, error = np.zeros(horizon), np.zeros(spreads.shape[2]), 0.0
    for like in one.likes.all():
        share = like.share / SCALE
        low, high = np.searchsorted(past.item_ids, [like.item_id, like.item_id + 1])
        found = np.arange(low, high)
        here = found[past.location_ids[found] == one.location_id]
        for row in (here if here.size else found).tolist():
            curve += share * _read_life(past.values[past.offsets[row] : past.offsets[row + 1]], ages)
            error = float(np.hypot(error, share * error_std[row]))
        spread += share * _relative(base, spreads, here if here.size else found)
    return curve * scale, spread, error * scale


def _read_life(sold: Floats, ages: Ints) -> Floats:
    """Return what an item sold at these ages, smoothed; beyond them what it settled at, before them nothing."""
    if not sold.size:
        return np.zeros(ages.size)
    padded = np.pad(sold, SMOOTHED // 2, mode="edge")
    smooth = np.convolve(padded, np.full(SMOOTHED, 1 / SMOOTHED), mode="valid")
    settled = sold[-SETTLED:].mean()
    lived = np.where(ages < sold.size, smooth[np.clip(ages, 0, sold.size - 1)], settled)
    return np.where(ages >= 0, lived, 0.0)


def _relative(base: Floats, spreads: Floats, rows: Ints) -> Floats:
    """Return quantiles relative to the mean; around one, half of it either way, where the like item expects nothing."""
    total = float(base[rows].sum())
    if total <= 0:
        return np.linspace(0.5, 1.5, spreads.shape[2])
    found: Floats = spreads[rows].sum(axis=(0, 1)) / total
    return found
