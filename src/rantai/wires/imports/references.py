"""Find in bulk what the keys in a file refer to: items, places, parties, calendars, units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Model
from rapidfuzz import process

from rantai.foundation.access.models import Territory
from rantai.foundation.calendars.models import Calendar
from rantai.foundation.items.models import Item, Resource, Unit
from rantai.foundation.locations import rules as places
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Party
from rantai.kernel.models import ExternalRef
from rantai.wires.imports.scope import Scope

_CHUNK = 900
_MAX_NEIGHBOURS = 50_000


def find_all(kind: str, keys: Iterable[str], *, scope: Scope) -> dict[str, int]:
    """Return key → id for the keys that refer to something; each key is looked up once an import."""
    known = scope.found.setdefault(kind, {})
    asked = scope.found.setdefault(f"{kind} asked", {})
    fresh = [key for key in dict.fromkeys(keys) if key not in asked]
    if fresh:
        asked.update(dict.fromkeys(fresh, 1))
        known.update(_FINDERS[kind](fresh, scope))
    return known


def find_near(kind: str, key: str) -> str:
    """Return the code that is most like an unknown one, or '' where none is near."""
    model = _CODED.get(kind)
    if model is None:
        return ""
    codes = list(model._default_manager.order_by("code").values_list("code", flat=True)[:_MAX_NEIGHBOURS])
    found = process.extractOne(key, codes, score_cutoff=80)
    return str(found[0]) if found else ""


def list_kinds() -> frozenset[str]:
    """Return the types of cells that refer to something of ours."""
    return frozenset(_FINDERS)


def _items(keys: Sequence[str], scope: Scope) -> dict[str, int]:
    found = _by(Item.objects.all(), "code", keys)
    found |= _external("item", [key for key in keys if key not in found], scope)
    return found | _unique(Item.objects.filter(archived_at=None), "gtin", [key for key in keys if key not in found])


def _parties(keys: Sequence[str], scope: Scope) -> dict[str, int]:
    found = _external("party", keys, scope)
    left = [key for key in keys if key not in found]
    return found | _unique(Party.objects.filter(archived_at=None, canonical=None), "name", left)


def _locations(keys: Sequence[str], scope: Scope) -> dict[str, int]:
    mine = Location.objects.filter(company=scope.company, kind__in=(*places.SITES, "zone", "bin"), archived_at=None)
    found = _by(mine, "code", keys)
    return found | _unique(mine, "name", [key for key in keys if key not in found])


def _coded(model: type[Model]) -> Callable[[Sequence[str], Scope], dict[str, int]]:
    return lambda keys, _scope: _by(model._default_manager.all(), "code", keys)


def _units(keys: Sequence[str], scope: Scope) -> dict[str, int]:
    names: dict[str, int] = {}
    for pk, code, name in Unit.objects.order_by("-id").values_list("id", "code", "name"):
        names |= {text.casefold(): pk for text in (*name.values(), code)}
    return {key: names[key.casefold()] for key in keys if key.casefold() in names}


def _by(rows: Any, name: str, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in _parts(keys):
        found.update(rows.filter(**{f"{name}__in": part}).values_list(name, "id"))
    return found


def _unique(rows: Any, name: str, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, set[int]] = defaultdict(set)
    for part in _parts(keys):
        for value, pk in rows.filter(**{f"{name}__in": part}).values_list(name, "id"):
            found[value].add(pk)
    return {value: min(ids) for value, ids in found.items() if len(ids) == 1}


def _external(kind: str, keys: Sequence[str], scope: Scope) -> dict[str, int]:
    """Look in this source first; a key that only other sources use counts where they agree."""
    own: dict[str, int] = {}
    others: dict[str, set[int]] = defaultdict(set)
    for part in _parts(keys):
        rows = ExternalRef.objects.filter(kind=kind, key__in=part).values_list("source", "key", "target_id")
        for source, key, pk in rows:
            if source == scope.source:
                own[key] = pk
            else:
                others[key].add(pk)
    return {key: min(ids) for key, ids in others.items() if len(ids) == 1} | own


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]


_CODED: dict[str, type[Model]] = {
    "item": Item,
    "location": Location,
    "calendar": Calendar,
    "resource": Resource,
    "territory": Territory,
    "unit": Unit,
}
_FINDERS: dict[str, Callable[[Sequence[str], Scope], dict[str, int]]] = {
    "item": _items,
    "party": _parties,
    "location": _locations,
    "calendar": _coded(Calendar),
    "resource": _coded(Resource),
    "territory": _coded(Territory),
    "unit": _units,
}
