"""Keep resources: machines, lines and teams with capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rantai.foundation.items.models import Resource
from rantai.kernel import audit, changes, externals
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceRow:
    """A resource as a file names it by `key`; capacity and efficiency in 1/10,000."""

    key: str
    name: dict[str, str]
    location_id: int
    calendar_id: int | None = None
    capacity: int = 10_000
    efficiency: int = 10_000


def add_resource(
    code: str, *, name: Mapping[str, str] | str, location_id: int, by: str = "system", **facts: Any
) -> Resource:
    """Add a resource; `facts` holds other fields of it such as calendar_id and capacity."""
    require_transaction()
    names = {"en": name} if isinstance(name, str) else dict(name)
    resource = Resource.objects.create(
        code=code, name=names, location_id=location_id, changed_seq=changes.next_change(), **facts
    )
    audit.record(DocRef("resource", resource.pk), action="added", by=by)
    return resource


def edit_resource(resource: Resource, *, values: Mapping[str, Any], by: str) -> Resource:
    """Change a resource."""
    require_transaction()
    Resource.objects.filter(pk=resource.pk).update(changed_seq=changes.next_change(), **values)
    resource.refresh_from_db()
    audit.record(DocRef("resource", resource.pk), action="changed", by=by)
    return resource


def upsert_resources(rows: Sequence[ResourceRow], *, source: str) -> dict[str, int]:
    """Add or change resources in bulk by the key of `source`, which is their code; return key → resource id."""
    require_transaction()
    known = externals.find_external(source, "resource", [row.key for row in rows])
    seq = changes.next_change()
    added: dict[str, int] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in ResourceRow.__slots__ if name != "key"}
        if row.key not in known:
            added[row.key] = Resource.objects.create(code=row.key, changed_seq=seq, **values).pk
        elif not Resource.objects.filter(pk=known[row.key], **values).exists():
            Resource.objects.filter(pk=known[row.key]).update(changed_seq=seq, **values)
    externals.bind_external(source, "resource", added)
    return known | added
