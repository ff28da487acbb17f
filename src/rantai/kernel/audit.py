"""Who changed what: append-only, with personal values sealed by a key of their party."""

from __future__ import annotations

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
