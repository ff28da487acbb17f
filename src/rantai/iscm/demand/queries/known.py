"""Levels that come from outside: what of them is still in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.queries.levels import Level

_CHUNK = 900


class Known:
    """What levels name, looked up at once: five queries, whatever their number."""

    def __init__(self, levels: Iterable[Level]) -> None:
        wanted = set(levels)
        self._items = _find(Item.objects.filter(archived_at=None), {level.item for level in wanted})
        self._categories = _find(Category.objects.all(), {level.category for level in wanted})
        self._territories = _find(Territory.objects.filter(archived_at=None), {level.territory for level in wanted})
        self._customers = _find(parties.list_parties(), {level.party for level in wanted})
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
        return ""


def _find(rows: QuerySet[Any], ids: set[int]) -> set[int]:
    wanted, found = sorted(ids - {0}), set()
    for start in range(0, len(wanted), _CHUNK):
        found |= set(rows.filter(pk__in=wanted[start : start + _CHUNK]).values_list("id", flat=True))
    return found
