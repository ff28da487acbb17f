"""Keep resources: machines, lines and teams with capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rantai.foundation.items.models import Resource, ResourceCapacity, SetupTime
from rantai.kernel import audit, externals
from rantai.kernel import changes as changes_of
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceRow:
    """A resource as a file names it by `key`; capacity, efficiency and the cost of an hour in 1/10,000.

    `capacities` says from which days it can do how much, `changes` how long it takes from one family to another; None
    leaves what is there.
    """

    key: str
    name: dict[str, str]
    location_id: int
    calendar_id: int | None = None
    kind: str = "finite"
    capacity: int = 10_000
    efficiency: int = 10_000
    hourly_cost: int | None = None
    capacities: tuple[tuple[date, int], ...] | None = None
    changes: tuple[tuple[str, str, int], ...] | None = None


_FACTS = ("name", "location_id", "calendar_id", "kind", "capacity", "efficiency", "hourly_cost")


def add_resource(
    code: str, *, name: Mapping[str, str] | str, location_id: int, by: str = "system", **facts: Any
) -> Resource:
    """Add a resource; `facts` holds other fields of it such as calendar_id and capacity."""
    require_transaction()
    names = {"en": name} if isinstance(name, str) else dict(name)
    resource = Resource.objects.create(
        code=code, name=names, location_id=location_id, changed_seq=changes_of.next_change(), **facts
    )
    audit.record(DocRef("resource", resource.pk), action="added", by=by)
    return resource


def edit_resource(resource: Resource, *, values: Mapping[str, Any], by: str) -> Resource:
    """Change a resource."""
    require_transaction()
    Resource.objects.filter(pk=resource.pk).update(changed_seq=changes_of.next_change(), **values)
    resource.refresh_from_db()
    audit.record(DocRef("resource", resource.pk), action="changed", by=by)
    return resource


def set_capacities(resource_id: int, *, capacities: Sequence[tuple[date, int]], by: str) -> None:
    """Say from which days a resource can do how much; replaces what was said. Nothing is written where it is so."""
    require_transaction()
    rows = ResourceCapacity.objects.filter(resource_id=resource_id).order_by("from_on")
    before, after = list(rows.values_list("from_on", "capacity")), sorted(dict(capacities).items())
    if before == after:
        return
    rows.delete()
    ResourceCapacity.objects.bulk_create(
        ResourceCapacity(resource_id=resource_id, from_on=day, capacity=units) for day, units in after
    )
    _note_change(resource_id, "capacity", before, after, by)


def set_setup_times(resource_id: int, *, changes: Sequence[tuple[str, str, int]], by: str) -> None:
    """Say how many seconds a resource takes from a family ('': any) to another; replaces what was said."""
    require_transaction()
    rows = SetupTime.objects.filter(resource_id=resource_id).order_by("from_family", "to_family")
    before = list(rows.values_list("from_family", "to_family", "seconds"))
    after = sorted((old, new, seconds) for (old, new), seconds in {row[:2]: row[2] for row in changes}.items())
    if before == after:
        return
    rows.delete()
    SetupTime.objects.bulk_create(
        SetupTime(resource_id=resource_id, from_family=old, to_family=new, seconds=seconds)
        for old, new, seconds in after
    )
    _note_change(resource_id, "setup_times", before, after, by)


def upsert_resources(rows: Sequence[ResourceRow], *, source: str) -> dict[str, int]:
    """Add or change resources in bulk by the key of `source`, which is their code; return key → resource id."""
    require_transaction()
    known = externals.find_external(source, "resource", [row.key for row in rows])
    seq = changes_of.next_change()
    added: dict[str, int] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in _FACTS}
        if row.key not in known:
            added[row.key] = Resource.objects.create(code=row.key, changed_seq=seq, **values).pk
        elif not Resource.objects.filter(pk=known[row.key], **values).exists():
            Resource.objects.filter(pk=known[row.key]).update(changed_seq=seq, **values)
    externals.bind_external(source, "resource", added)
    ids = known | added
    for row in rows:
        if row.capacities is not None:
            set_capacities(ids[row.key], capacities=row.capacities, by=source)
        if row.changes is not None:
            set_setup_times(ids[row.key], changes=row.changes, by=source)
    return ids


def _note_change(resource_id: int, what: str, before: Sequence[Any], after: Sequence[Any], by: str) -> None:
    Resource.objects.filter(pk=resource_id).update(changed_seq=changes_of.next_change())
    audit.record(
        DocRef("resource", resource_id), action="changed", by=by,
        changes={what: [[list(map(str, row)) for row in before], [list(map(str, row)) for row in after]]},
    )  # fmt: skip
