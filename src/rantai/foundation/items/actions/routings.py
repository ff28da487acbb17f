"""Keep routings: the steps that make an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from rantai.foundation.items.actions import items
from rantai.foundation.items.models import Operation, OperationAlternate, Routing
from rantai.kernel import audit, changes, clock, externals, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One operation: working seconds of set-up, seconds of a base unit in 1/10,000, seconds of waiting.

    Works of one `setup_family` follow each other on a resource without a change-over.
    """

    step: int
    name: dict[str, str] = field(default_factory=dict)
    resource_id: int | None = None
    setup_seconds: int = 0
    seconds_per_unit: int = 0
    wait_seconds: int = 0
    is_milestone: bool = True
    setup_family: str = ""
    alternates: tuple[int, ...] = ()
    """Other resources that can do it, the best first."""


_FACTS = tuple(field.name for field in fields(Step) if field.name != "alternates")


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingRow:
    """A routing as a file names it by `key`."""

    key: str
    item_id: int
    steps: tuple[Step, ...]
    location_id: int | None = None
    code: str = ""
    rank: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


def add_routing(item_id: int, *, steps: Sequence[Step], by: str = "system", **facts: Any) -> Routing:
    """Add a routing; `facts` holds other fields of it such as location_id and rank."""
    require_transaction()
    routing = Routing.objects.create(item_id=item_id, changed_seq=changes.next_change(), **facts)
    _write_steps(routing, steps)
    _note(routing, "added", by)
    return routing


def edit_routing(
    routing: Routing, *, values: Mapping[str, Any], steps: Sequence[Step], expected_revision: int, by: str
) -> Routing:
    """Replace a routing's facts and steps; raises RevisionConflict."""
    revisions.take(routing, expected=expected_revision, changed_seq=changes.next_change(), **values)
    Operation.objects.filter(routing=routing).delete()
    _write_steps(routing, steps)
    _note(routing, "changed", by)
    return routing


def archive_routing(routing: Routing, *, by: str) -> None:
    """Take a routing out of use."""
    require_transaction()
    Routing.objects.filter(pk=routing.pk).update(archived_at=clock.now(), changed_seq=changes.next_change())
    _note(routing, "archived", by)


def upsert_routings(rows: Sequence[RoutingRow], *, source: str) -> dict[str, int]:
    """Add or change routings in bulk by the key of `source`; return key → routing id."""
    require_transaction()
    known = externals.find_external(source, "routing", [row.key for row in rows])
    added = {row.key: _create(row) for row in rows if row.key not in known}
    changed = [row.item_id for row in rows if row.key in known and _replace(known[row.key], row)]
    externals.bind_external(source, "routing", added)
    items.announce([row.item_id for row in rows if row.key in added] + changed)
    return known | added


def _create(row: RoutingRow) -> int:
    routing = Routing.objects.create(changed_seq=changes.next_change(), **_facts(row))
    _write_steps(routing, row.steps)
    return routing.pk


def _replace(routing_id: int, row: RoutingRow) -> bool:
    routing = Routing.objects.get(pk=routing_id)
    rows = Operation.objects.filter(routing=routing).prefetch_related("alternates").order_by("step")
    stored = [read_step(operation) for operation in rows]
    facts = _facts(row)
    same = stored == sorted(row.steps, key=lambda step: step.step)
    if same and all(getattr(routing, name) == value for name, value in facts.items()):
        return False
    revisions.take(routing, expected=routing.revision, changed_seq=changes.next_change(), **facts)
    Operation.objects.filter(routing=routing).delete()
    _write_steps(routing, row.steps)
    return True


def _facts(row: RoutingRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("item_id", "location_id", "code", "rank", "valid_from", "valid_to")}


def read_step(operation: Operation) -> Step:
    """Return an operation as a step; its alternates are prefetched."""
    others = sorted(operation.alternates.all(), key=lambda row: (row.rank, row.pk))
    facts = {name: getattr(operation, name) for name in _FACTS}
    return Step(alternates=tuple(row.resource_id for row in others), **facts)


def _write_steps(routing: Routing, steps: Sequence[Step]) -> None:
    rows = [Operation(routing=routing, **{name: getattr(step, name) for name in _FACTS}) for step in steps]
    made = Operation.objects.bulk_create(rows)
    OperationAlternate.objects.bulk_create(
        OperationAlternate(operation=operation, resource_id=pk, rank=rank)
        for operation, step in zip(made, steps, strict=True)
        for rank, pk in enumerate(dict.fromkeys(step.alternates), start=2)
        if pk != step.resource_id
    )


def _note(routing: Routing, action: str, by: str) -> None:
    audit.record(
        DocRef("item", routing.item_id), action=f"routing_{action}", by=by, changes={"routing": [None, routing.pk]}
    )
    items.announce([routing.item_id])
