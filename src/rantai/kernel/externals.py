"""How the outside names our documents: imports and APIs upsert by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection

from rantai.kernel.models import ExternalRef


def find_external(source: str, kind: str, keys: Iterable[str]) -> dict[str, int]:
    """Return our ids of those `keys` that `source` has named before."""
    found: dict[str, int] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), 900):
        rows = ExternalRef.objects.filter(source=source, kind=kind, key__in=wanted[start : start + 900])
        found.update(rows.values_list("key", "target_id"))
    return found


def bind_external(source: str, kind: str, targets: Mapping[str, int]) -> None:
    """Remember that `source` calls our documents by these keys; a known key is left alone."""
    _write(source, kind, targets, known="NOTHING")


def rebind_external(source: str, kind: str, targets: Mapping[str, int]) -> None:
    """Let the keys of `source` mean these documents from now on."""
    _write(source, kind, targets, known="UPDATE SET target_id = excluded.target_id")


def _write(source: str, kind: str, targets: Mapping[str, int], *, known: str) -> None:
    # An import writes a key for each of its documents: rows of the ORM would cost more than all else about them.
    if targets:
        with connection.cursor() as cursor:
            cursor.executemany(f"{_INSERT} {known}", [(source, kind, key, pk) for key, pk in targets.items()])


_INSERT = (
    "INSERT INTO kernel_externalref (source, kind, key, target_id) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (source, kind, key) DO"
)
