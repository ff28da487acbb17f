"""How the outside names our documents: imports and APIs upsert by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    rows = [ExternalRef(source=source, kind=kind, key=key, target_id=pk) for key, pk in targets.items()]
    ExternalRef.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)


def rebind_external(source: str, kind: str, targets: Mapping[str, int]) -> None:
    """Let the keys of `source` mean these documents from now on."""
    rows = [ExternalRef(source=source, kind=kind, key=key, target_id=pk) for key, pk in targets.items()]
    ExternalRef.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["source", "kind", "key"],
        update_fields=["target_id"],
    )
