"""Levels that come from outside: what of them is still in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import ForecastRun
from rantai.iscm.demand.models.accounts import Segment
from rantai.iscm.demand.queries import accounts
from rantai.iscm.demand.queries.levels import Level, Rows, Trees

_CHUNK = 900


class Known:
    """What levels name, looked up at once: six queries, whatever their number."""

    def __init__(self, levels: Iterable[Level]) -> None:
        wanted = set(levels)
        self._items = _find(Item.objects.filter(archived_at=None), {level.item for level in wanted})
        self._categories = _find(Category.objects.all(), {level.category for level in wanted})
        self._territories = _find(Territory.objects.filter(archived_at=None), {level.territory for level in wanted})
        self._customers = _find(parties.list_parties(), {level.party for level in wanted})
        self._segments = _find(Segment.objects.all(), {level.segment for level in wanted})
        self._takers = _Takers() if self._segments else None
        self._sites = set(locations.list_sites().values_list("id", flat=True))

    def find_problem(self, level: Level) -> str:
        """Return why a level cannot be changed, or nothing."""
        if (level.item and level.item not in self._items) or (level.location and level.location not in self._sites):
            return _("This item or location is no longer in use.")
        if (level.category and level.category not in self._categories) or (
            level.territory and level.territory not in self._territories
        ):
            return _("This category or territory is no longer in use.")
        if level.party and level.party not in self._customers:
            return _("This customer is no longer in use.")
        return self._find_segment_problem(level) if level.segment else ""

    def _find_segment_problem(self, level: Level) -> str:
        if level.segment not in self._segments or self._takers is None:
            return _("This segment is not known. Choose one of the list.")
        if not self._takers.has_any(level):
            return _("Nothing is known of this segment's customers here to share a figure by. Name the customer.")
        return ""


class _Takers:
    """Which items the customers of segments are expected to take in the current run."""

    def __init__(self) -> None:
        run = ForecastRun.objects.filter(state="current").first()
        self._trees, self._known = Trees(), None if run is None else accounts.load(run)
        self._rows = None if self._known is None else Rows(self._known.item_ids, np.zeros_like(self._known.item_ids),
                                                           self._known.party_ids)  # fmt: skip

    def has_any(self, level: Level) -> bool:
        """Tell whether a segment's customers have a part of what a level names, at whatever place."""
        anywhere = replace(level, location=0, territory=0)
        return self._rows is not None and bool(self._rows.find(self._trees.reach(anywhere)).size)


def _find(rows: QuerySet[Any], ids: set[int]) -> set[int]:
    wanted, found = sorted(ids - {0}), set()
    for start in range(0, len(wanted), _CHUNK):
        found |= set(rows.filter(pk__in=wanted[start : start + _CHUNK]).values_list("id", flat=True))
    return found
