"""Find what cites a master, and delete masters that nothing cites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from rantai.foundation.calendars.models import Calendar, CalendarException, Shift
from rantai.foundation.items.models import (
    BillOfMaterials,
    BomLine,
    Item,
    ItemUnit,
    Operation,
    Resource,
    Routing,
    Source,
)
from rantai.foundation.locations.models import Lane
from rantai.foundation.parties.models import Address, Party, PartyRole
from rantai.kernel.models import ExternalRef
from rantai.wires.imports.kinds.kind import parts

MODELS: dict[str, type[Model]] = {
    "source": Source,
    "bill": BillOfMaterials,
    "routing": Routing,
    "resource": Resource,
    "lane": Lane,
    "item": Item,
    "party": Party,
    "calendar": Calendar,
}
ORDER = tuple(MODELS)
"""Users before what they use."""
OWNED: dict[str, tuple[type[Model], ...]] = {
    "bill": (BomLine,),
    "routing": (Operation,),
    "item": (ItemUnit,),
    "party": (PartyRole, Address),
    "calendar": (Shift, CalendarException),
}
"""What is a part of a master and goes with it."""


def find_citations(kind: str, ids: Sequence[int]) -> dict[int, set[str]]:
    """Return id → the tables that cite it, over every foreign key of the database, parts of it included."""
    found: dict[int, set[str]] = defaultdict(set)
    owned = OWNED.get(kind, ())
    for model, name in _list_links(MODELS[kind], but=owned):
        for part in parts(ids, 900):
            for pk in model._base_manager.filter(**{f"{name}__in": part}).values_list(name, flat=True).distinct():
                found[pk].add(str(model._meta.verbose_name))
    for own in owned:
        _cite_parts(own, MODELS[kind], ids, found)
    return dict(found)


def remove(kind: str, ids: Sequence[int]) -> None:
    """Delete masters with their parts and the names that sources have for them, in the caller's transaction."""
    for own in OWNED.get(kind, ()):
        own._base_manager.filter(**{f"{_link_to(own, MODELS[kind])}__in": ids}).delete()
    MODELS[kind]._base_manager.filter(pk__in=ids).delete()
    ExternalRef.objects.filter(kind=kind, target_id__in=ids).delete()


def _cite_parts(own: type[Model], model: type[Model], ids: Sequence[int], found: dict[int, set[str]]) -> None:
    link = _link_to(own, model)
    for citing, name in _list_links(own):
        for part in parts(ids, 900):
            rows = citing._base_manager.filter(**{f"{name}__{link}__in": part})
            for pk in rows.values_list(f"{name}__{link}", flat=True).distinct():
                found[pk].add(str(citing._meta.verbose_name))


def _list_links(model: type[Model], *, but: Sequence[type[Model]] = ()) -> list[tuple[type[Model], str]]:
    relations: list[Any] = list(model._meta.get_fields(include_hidden=True))
    return [
        (relation.related_model, relation.field.name)
        for relation in relations
        if relation.auto_created and not relation.concrete and relation.related_model not in but
    ]


def _link_to(own: type[Model], model: type[Model]) -> str:
    return next(field.name for field in own._meta.concrete_fields if field.related_model is model)
