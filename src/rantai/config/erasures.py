"""Who was erased stays erased: what a restored backup brings back is erased again.

A backup knows the erasures up to its own moment. Later ones stand in the database that it replaces, and in the later
backups beside it: a new machine knows them too.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from rantai.foundation import facade as foundation
from rantai.foundation.events import PartyErased
from rantai.foundation.parties.models import Party, Tombstone
from rantai.kernel import relay

FILE = "erasures.json"


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """Somebody was erased."""

    party_id: int
    erased_at: datetime
    by: str


def write(folder: Path) -> None:
    """Put the erasures that the database knows beside its copy."""
    rows = [{"party_id": row.party_id, "erased_at": row.erased_at.isoformat(), "by": row.by} for row in list_known()]
    (folder / FILE).write_text(json.dumps({"database": name_database(), "erasures": rows}))


def collect(*places: Path) -> dict[str, list[Erasure]]:
    """Return database → erasures, of the database here and of the backups in these folders."""
    found = {name_database(): list_known()}
    for file in {file for place in places for file in place.glob(f"*/{FILE}")}:
        told: dict[str, Any] = json.loads(file.read_text())
        found.setdefault(told["database"], []).extend(
            Erasure(party_id=row["party_id"], erased_at=datetime.fromisoformat(row["erased_at"]), by=row["by"])
            for row in told["erasures"]
        )
    return found


def apply(known: dict[str, list[Erasure]], *, since: datetime) -> int:
    """Erase again who was erased in this database since its copy was made; return how many.

    Earlier erasures are in the copy. Whoever it does not know came later; the same number may soon be another party.
    """
    later = {row.party_id: row for row in known.get(name_database(), ()) if row.erased_at > since}
    present = Party.objects.filter(pk__in=later).values_list("pk", flat=True)
    rows = [Tombstone(party_id=pk, erased_at=later[pk].erased_at, by=later[pk].by) for pk in present]
    if not rows:
        return 0
    with transaction.atomic(durable=True):
        Tombstone.objects.bulk_create(rows, ignore_conflicts=True)
        foundation.reapply_tombstones()
    # What the houses keep of them goes now, before anybody can look.
    relay.deliver_kind(PartyErased.__name__)
    return len(rows)


def list_known() -> list[Erasure]:
    """Return who was erased in the database here; nobody where it is empty."""
    if Tombstone._meta.db_table not in connection.introspection.table_names():
        return []
    rows = Tombstone.objects.order_by("party_id").values_list("party_id", "erased_at", "by")
    return [Erasure(party_id=pk, erased_at=at, by=by) for pk, at, by in rows]


def name_database() -> str:
    """Return what tells this database from every other and is the same in its copies: the instant of its beginning."""
    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        return ""
    began: datetime | None = recorder.migration_qs.order_by("applied").values_list("applied", flat=True).first()
    return began.isoformat() if began else ""
