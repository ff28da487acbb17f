"""Levels of the forecast in words: the thing, the place, the customer or segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rantai.foundation.access.models import Territory
from rantai.foundation.items.models import Category, Item
from rantai.foundation.locations import queries as locations
from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models.accounts import Segment
from rantai.iscm.demand.queries.levels import Level
from rantai.kernel.texts import pick

_CHUNK = 900


def name_levels(found: Sequence[Level]) -> dict[Level, str]:
    """Return levels in words: the thing, then the place; empty for everything everywhere."""
    return {level: " · ".join(part for part in pair if part) for level, pair in name_parts(found).items()}


def name_parts(found: Sequence[Level]) -> dict[Level, tuple[str, str]]:
    """Return the name of each level's row and what stands under it: a query for each sort of thing that is named."""
    items = {pk: (code, pick(name)) for pk, code, name in _read(Item, {one.item for one in found}, "code", "name")}
    groups = {
        pk: pick(name) or code for pk, code, name in _read(Category, {one.category for one in found}, "code", "name")
    }
    areas = {
        pk: pick(name) or code for pk, code, name in _read(Territory, {one.territory for one in found}, "code", "name")
    }
    sites = dict(locations.list_sites().values_list("id", "name")) if any(one.location for one in found) else {}
    buyers = dict(_read(Party, {one.party for one in found}, "name"))
    classes = dict(_read(Segment, {one.segment for one in found}, "name"))
    named = {}
    for one in found:
        code, name = items.get(one.item, ("", ""))
        thing = code or groups.get(one.category, "")
        place = sites.get(one.location, "") or areas.get(one.territory, "")
        whose = buyers.get(one.party, "") or classes.get(one.segment, "")
        first, *others = [part for part in (thing, name, place, whose) if part] or [""]
        named[one] = (first, " · ".join(others))
    return named


def _read(
    model: type[Item] | type[Category] | type[Territory] | type[Party] | type[Segment], ids: set[int], *names: str
) -> list[tuple[Any, ...]]:
    wanted = sorted(ids - {0})
    return [
        row
        for start in range(0, len(wanted), _CHUNK)
        for row in model._default_manager.filter(pk__in=wanted[start : start + _CHUNK]).values_list("id", *names)
    ]
