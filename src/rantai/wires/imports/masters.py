"""Bring masters in short transactions, remembering which of them are new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from rantai.foundation.items.models import Item
from rantai.kernel import externals, inserts
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports.kinds.kind import parts
from rantai.wires.imports.models import ImportedMaster, ImportRun

BATCH = 75


class Keyed(Protocol):
    """A row that names itself by the key of its source."""

    @property
    def key(self) -> str:
        """The source's key."""
        ...


Row = TypeVar("Row", bound=Keyed)


def bring(
    run: ImportRun,
    kind: str,
    rows: Sequence[Row],
    upsert: Callable[[Sequence[Row]], dict[str, int]],
    report: Callable[[int, str], None],
    note: str,
) -> dict[str, int]:
    """Add the masters that nobody has named before; return key → id of all. Known ones are left as they are.

    An item of ours with that code is known too: what a history tells of it is less than we have.
    """
    keys = [row.key for row in rows]
    known = externals.find_external(run.source, kind, keys)
    if kind == "item":
        known |= _adopt_items(run, [key for key in keys if key not in known])
    new = [row for row in rows if row.key not in known]
    for part in parts(new, BATCH):
        known |= run_atomic(partial(_add, run, kind, part, upsert))
        report(0, note)
    return known


def _adopt_items(run: ImportRun, codes: Sequence[str]) -> dict[str, int]:
    met: dict[str, int] = {}
    for part in parts(codes, 900):
        met.update(Item.objects.filter(code__in=part).values_list("code", "id"))
    for part in parts(list(met.items()), BATCH):
        run_atomic(partial(externals.bind_external, run.source, "item", dict(part)))
    return met


def _add(
    run: ImportRun, kind: str, part: Sequence[Row], upsert: Callable[[Sequence[Row]], dict[str, int]]
) -> dict[str, int]:
    added = upsert(part)
    remember(run, kind, added.values())
    return added


def remember(run: ImportRun, kind: str, target_ids: Iterable[int]) -> None:
    """Note which masters an import brought first, in the caller's transaction; one noted before stays as it is."""
    inserts.add_missing([ImportedMaster(run=run, kind=kind, target_id=pk) for pk in set(target_ids)])
