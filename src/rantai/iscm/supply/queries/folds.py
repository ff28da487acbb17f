"""Find blocks over which many changes lie, and what these come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from rantai.iscm.supply.models import ChangedPlace, PlanChange, PlanRun
from rantai.iscm.supply.queries import changes, columns
from rantai.iscm.supply.queries.days import Ints

LONGEST_READ = timedelta(seconds=60)
"""Whoever has read which change holds an item-location has read that change by then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fold:
    """What the changes of a block come to: of each item-location (key) its latest, with step and change."""

    block: int
    limit: int
    latest: dict[int, tuple[int, int, int]]
    tables: changes.Tables


def find_limit(run: PlanRun, *, before: datetime) -> int:
    """Return the last step that was published before an instant, 0 for none."""
    found = PlanChange.objects.filter(run=run, step__gt=0, published_at__lt=before).aggregate(last=Max("step"))
    return found["last"] or 0


def list_full(run: PlanRun, *, limit: int, most: int) -> list[int]:
    """Return the blocks over which more than so many changes up to a step lie, those with most of them first."""
    rows = ChangedPlace.objects.filter(run=run, step__lte=limit).values_list("block")
    found = rows.annotate(count=Count("change", distinct=True)).filter(count__gt=most).order_by("-count", "block")
    return [block for block, _count in found]


def read_fold(run: PlanRun, block: int, *, limit: int) -> Fold:
    """Return what the changes of a block up to a step come to."""
    latest = list_latest(run, block, limit=limit)
    places: dict[int, list[int]] = {}
    for place, (_block, _step, change) in latest.items():
        places.setdefault(change, []).append(place)
    parts = changes.read_parts(places)
    return Fold(
        block=block,
        limit=limit,
        latest=latest,
        tables=_join([(parts[change], np.array(own, np.int64)) for change, own in sorted(places.items())]),
    )


def list_latest(run: PlanRun, block: int, *, limit: int) -> dict[int, tuple[int, int, int]]:
    """Return of each item-location of a block its latest change up to a step."""
    return changes.list_latest(ChangedPlace.objects.filter(run=run, block=block, step__lte=limit))


def is_left_over(run: PlanRun, *, at: datetime) -> bool:
    """Tell whether there are changes that nobody cites and that were not dropped."""
    return list_uncited(run).exists() or list_over(run, at=at).exists()


def list_uncited(run: PlanRun) -> QuerySet[PlanChange]:
    """Return the changes that no item-location names, and of which that was not noted yet."""
    cited = Exists(ChangedPlace.objects.filter(change=OuterRef("pk")))
    return PlanChange.objects.filter(~cited, run=run, uncited_at=None)


def list_over(run: PlanRun, *, at: datetime) -> QuerySet[PlanChange]:
    """Return the changes with bytes that nobody can be reading any more."""
    return PlanChange.objects.filter(run=run, uncited_at__lt=at - LONGEST_READ).exclude(codec="")


def _join(parts: list[tuple[changes.Tables, Ints]]) -> changes.Tables:
    found: dict[str, columns.Columns] = {}
    for name in changes.CHANGED:
        rows = [changes.select_places(part[name], places) for part, places in parts if name in part]
        if rows:
            found[name] = {column: np.concatenate([table[column] for table in rows]) for column in rows[0]}
    return found
