"""Promotions and other events: what they add to the weeks ahead, and what they explain of the weeks behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Prefetch, QuerySet
from numpy.typing import NDArray

from rantai.iscm.demand.models.changes import DemandEvent, DemandEventScope
from rantai.iscm.demand.queries import weeks
from rantai.iscm.demand.queries.history import WeeklyHistory
from rantai.iscm.demand.queries.levels import Level, Reach, Rows, Trees, read_categories
from rantai.iscm.demand.queries.overrides import spread
from rantai.kernel.quantities import SCALE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LIFTS = ("promotion", "event")
"""Kinds that will happen again only where somebody plans them: they add to the weeks ahead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Causes:
    """History as the engine should see it: without what events explain, marked where shelves were empty."""

    values: Floats
    censored: NDArray[np.bool_]
    figures: dict[str, int]


def list_live(*, since: date | None = None) -> QuerySet[DemandEvent]:
    """Return the events that were not called off, oldest first, with what they touch."""
    rows = DemandEvent.objects.filter(ended_at=None).prefetch_related(_with_scopes()).order_by("id")
    return rows.filter(ends_on__gt=since) if since else rows


def list_all() -> QuerySet[DemandEvent]:
    """Return every event, those that begin last first, with what they touch."""
    return DemandEvent.objects.prefetch_related(_with_scopes()).order_by("-starts_on", "-id")


def list_touching(item_id: int, location_id: int | None, *, since: date) -> list[DemandEvent]:
    """Return the events that move, or moved, an item since a day, oldest first: at one location or at any."""
    trees, here = Trees(), Reach(frozenset([item_id]), None, None if location_id is None else frozenset([location_id]))
    category_of = read_categories([item_id])
    rows = list_live(since=since).order_by("starts_on", "id")
    return [event for event in rows if here.meets(reach_of(event, trees), category_of)]


def _with_scopes() -> Prefetch[str]:
    return Prefetch("scopes", queryset=DemandEventScope.objects.select_related("item", "category", "location"))


def reach_of(event: DemandEvent, trees: Trees) -> Reach:
    """Return the item-locations that an event touches."""
    scopes = list(event.scopes.all())
    items = {scope.item_id for scope in scopes if scope.item_id}
    places = {scope.location_id for scope in scopes if scope.location_id}
    inside: set[int] = set()
    for scope in scopes:
        if scope.category_id:
            inside |= trees.reach(Level(category=scope.category_id)).categories or set()
    return Reach(
        items=frozenset(items) if items or inside else None,
        categories=frozenset(inside) if inside else None,
        locations=frozenset(places) if places else None,
    )


def add(
    events: Iterable[DemandEvent], base: Floats, *, rows: Rows, first_week: date, trees: Trees, weights: Floats | None
) -> Floats:
    """Return the forecast `(n, horizon)` with what promotions and events add to their weeks, each on the step before.

    A factor lifts every row; units are shared as the rows sell. Lifts of several events add up: each is a share of
    the forecast without any.
    """
    mean, first = base, weeks.number_of(first_week)
    for event in events:
        if event.kind not in LIFTS:
            continue
        start, end = _clip(event, first, base.shape[1])
        touched = rows.find(reach_of(event, trees)) if start < end else np.zeros(0, dtype=np.int64)
        if not touched.size:
            continue
        if mean is base:
            mean = base.copy()
        mean[touched, start:end] = np.maximum(
            mean[touched, start:end]
            + _lift(event, base[touched, start:end], None if weights is None else weights[touched]),
            0.0,
        )
    return mean


def _lift(event: DemandEvent, before: Floats, weights: Floats | None) -> Floats:
    if event.factor is not None:
        return before * (event.factor / SCALE - 1.0)
    assert event.quantity is not None
    length = weeks.number_of(event.ends_on) - weeks.number_of(event.starts_on)
    return spread(before, event.quantity / SCALE * before.shape[1] / length, weights, is_span=True)


def clean(past: WeeklyHistory, events: Iterable[DemandEvent], *, trees: Trees | None = None) -> Causes:
    """Return history without what past events explain; weeks without stock are marked as a lower bound.

    A lift is divided away, units of an event or a one-off order are taken off as they were sold, never below 0.
    """
    trees, rows = trees or Trees(), Rows(past.item_ids, past.location_ids)
    values, censored = past.values.copy(), np.zeros(past.values.size, dtype=np.bool_)
    figures = {"cleaned_weeks": 0, "censored_weeks": 0}
    for event in events:
        cells = _find_cells(past, event, rows.find(reach_of(event, trees)))
        if not cells.size:
            continue
        if event.kind == "stock_out":
            censored[cells] = True
            figures["censored_weeks"] += int(cells.size)
            continue
        values[cells] = _take_off(event, values[cells])
        figures["cleaned_weeks"] += int(cells.size)
    return Causes(values=values, censored=censored, figures=figures)


def _take_off(event: DemandEvent, sold: Floats) -> Floats:
    if event.factor is not None:
        return sold / (event.factor / SCALE) if event.factor else sold
    assert event.quantity is not None
    total = sold.sum()
    if not total:
        return sold
    rest: Floats = np.maximum(0.0, sold - event.quantity / SCALE * sold / total)
    return rest


def _find_cells(past: WeeklyHistory, event: DemandEvent, touched: Ints) -> Ints:
    """Return the places in `values` of an event's weeks that lie in the series of these rows."""
    last = min(past.last_week + 1, weeks.number_of(event.ends_on))
    wanted = np.arange(weeks.number_of(event.starts_on), last)
    if not wanted.size or not touched.size:
        return np.zeros(0, dtype=np.int64)
    cells = past.offsets[touched + 1][:, None] - 1 - (past.last_week - wanted)[None, :]
    found: Ints = cells[cells >= past.offsets[touched][:, None]]
    return found


def _clip(event: DemandEvent, first: int, horizon: int) -> tuple[int, int]:
    start, end = weeks.number_of(event.starts_on) - first, weeks.number_of(event.ends_on) - first
    return max(0, start), min(horizon, end)
