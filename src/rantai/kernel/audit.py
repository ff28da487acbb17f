"""Who changed what: append-only, with personal values sealed by a key of their party."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rantai.kernel import clock, inserts, rows
from rantai.kernel.models import AuditEntry
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


def record(ref: DocRef, *, action: str, by: str, changes: dict[str, Any] | None = None) -> None:
    """Note an act on a document with what it changed: field → [before, after], nothing personal."""
    require_transaction()
    values = {"at": clock.now(), "actor": by, "ref_kind": ref.kind, "ref_id": ref.id, "action": action}
    inserts.send([rows.make(AuditEntry, changes=changes or {}, **values)])


def record_all(acts: Iterable[tuple[DocRef, dict[str, Any]]], *, action: str, by: str) -> None:
    """Note the same act on many documents, each with what it changed, in as few statements as the database takes."""
    require_transaction()
    at = clock.now()
    inserts.send(
        [
            rows.make(AuditEntry, at=at, actor=by, ref_kind=ref.kind, ref_id=ref.id, action=action, changes=told)
            for ref, told in acts
        ]
    )


def record_sealed(ref: DocRef, *, action: str, by: str, sealed: bytes, party_id: int) -> None:
    """Note a change of personal values that the caller has sealed with the party's key."""
    require_transaction()
    AuditEntry.objects.create(
        at=clock.now(),
        actor=by,
        ref_kind=ref.kind,
        ref_id=ref.id,
        action=action,
        sealed=sealed,
        sealed_for=party_id,
    )
