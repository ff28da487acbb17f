"""Keep sources: the ways to replenish an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from rantai.foundation import events
from rantai.foundation.items.models import Source
from rantai.kernel import audit, changes, clock, externals, inserts, outbox, revisions
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

_BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRow:
    """A source as a file names it by `key`; quantities and cost in 1/10,000."""

    key: str
    item_id: int
    kind: str = "buy"
    location_id: int | None = None
    supplier_id: int | None = None
    origin_id: int | None = None
    bill_id: int | None = None
    routing_id: int | None = None
    rank: int = 1
    lead_time_days: int = 0
    lead_time_sd_days: float = 0.0
    minimum: int = 0
    multiple: int = 0
    maximum: int = 0
    fixed_quantity: int = 0
    weekly_capacity: int = 0
    share: int = 1
    cost: int = 0
    currency: str = ""
    calendar_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_placeholder: bool = False


_FACTS = tuple(field.name for field in fields(SourceRow) if field.name != "key")


def add_source(item_id: int, *, kind: str, by: str = "system", **facts: Any) -> Source:
    """Add a way to replenish an item; `facts` holds other fields of Source."""
    require_transaction()
    source = Source.objects.create(item_id=item_id, kind=kind, changed_seq=changes.next_change(), **facts)
    _note(source, "added", by)
    return source


def edit_source(source: Source, *, values: Mapping[str, Any], expected_revision: int, by: str) -> Source:
    """Change a source; a placeholder that somebody looked at is none any more. Raises RevisionConflict."""
    values = {"is_placeholder": False, **values}
    before = {name: str(getattr(source, name)) for name in values}
    revisions.take(source, expected=expected_revision, changed_seq=changes.next_change(), **values)
    changed = {name: [before[name], str(value)] for name, value in values.items() if before[name] != str(value)}
    _note(source, "changed", by, changed)
    return source


def archive_source(source: Source, *, by: str) -> None:
    """Take a source out of use."""
    require_transaction()
    Source.objects.filter(pk=source.pk).update(archived_at=clock.now(), changed_seq=changes.next_change())
    _note(source, "archived", by)


def upsert_sources(rows: Sequence[SourceRow], *, source: str) -> dict[str, int]:
    """Add or change sources in bulk by the key of `source`; return key → source id.

    The same rows twice change nothing: only sources that differ are written.
    """
    require_transaction()
    by_key = {row.key: row for row in rows}
    known = externals.find_external(source, "source", by_key)
    changed = _change_known(known, by_key)
    added = _add_rows({key: row for key, row in by_key.items() if key not in known})
    externals.bind_external(source, "source", {key: row.pk for key, row in added.items()})
    _announce([*changed, *added.values()])
    return known | {key: row.pk for key, row in added.items()}


def _add_rows(by_key: Mapping[str, SourceRow]) -> dict[str, Source]:
    if not by_key:
        return {}
    seq = changes.next_change()
    new = [Source(changed_seq=seq, **_facts(row)) for row in by_key.values()]
    return dict(zip(by_key, inserts.add(new), strict=True))


def _change_known(known: Mapping[str, int], by_key: Mapping[str, SourceRow]) -> list[Source]:
    ids = list(known.values())
    stored: dict[int, Source] = {}
    for start in range(0, len(ids), _BATCH):
        stored |= Source.objects.in_bulk(ids[start : start + _BATCH])
    changed: list[Source] = []
    for key, pk in known.items():
        row, facts = stored[pk], _facts(by_key[key])
        if any(getattr(row, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(row, name, value)
            row.revision += 1
            changed.append(row)
    if changed:
        seq = changes.next_change()
        for row in changed:
            row.changed_seq = seq
        names = [name.removesuffix("_id") for name in _FACTS]
        Source.objects.bulk_update(changed, [*names, "revision", "changed_seq"], batch_size=200)
    return changed


def _facts(row: SourceRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FACTS}


def _announce(rows: Sequence[Source]) -> None:
    outbox.record(*(events.SourceChanged(item_id=row.item_id, source_id=row.pk) for row in rows))


def _note(source: Source, action: str, by: str, changed: dict[str, Any] | None = None) -> None:
    audit.record(DocRef("item", source.item_id), action=f"source_{action}", by=by, changes=changed)
    _announce([source])
