"""What one kind of file is: its fields, its rules, how its lines become rows, how the rows are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db.models import Max, Model
from django.utils.functional import Promise

from rantai.kernel import changes, externals
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports.columns import Field
from rantai.wires.imports.scope import Scope

Record = dict[str, Any]
"""One line: field → typed cell, None where it is empty or has no column."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule over the cells of one line; `test` holds where it is broken."""

    reason: str
    field: str
    test: pl.Expr


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a batch changed: keys of rows that are new, that differ now, that were refused and why."""

    new: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)
    masters: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Kind → ids of what is ours since this batch, and of nobody before."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Further figures of the account, to be added up."""


Note = Callable[[Written], None]
"""To be called in the transaction of a batch, so that the account is written with it."""
Judge = Callable[[pl.DataFrame, Scope], list[pl.DataFrame]]
Rows = Callable[[Sequence[tuple[str, list[Record]]], Scope], list[Any]]
Write = Callable[[list[Any], Scope, Note], None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file. Lines with one key make one row; a wrong line sets aside all lines of its key."""

    name: str
    title: str | Promise
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """Fields whose cells together name a row."""
    lines: tuple[str, ...] = ()
    """Fields that tell the lines of one row apart; without any, a key may stand on one line only."""
    checks: tuple[Check, ...] = ()
    judge: Judge = lambda _cells, _scope: []
    rows: Rows
    write: Write
    batch: int = 400
    examples: tuple[Mapping[str, str], ...]
    """Two lines for the template: field → cell."""
    links: str = ""
    """URL name of the page where what came in is seen."""


def at_once(act: Callable[[list[Any], Scope], Written]) -> Write:
    """Return what writes a batch, and notes what it changed, in one transaction."""

    def write(rows: list[Any], scope: Scope, note: Note) -> None:
        run_atomic(lambda: note(act(rows, scope)))

    return write


def upsert(
    rows: Sequence[Any], scope: Scope, *, kind: str, model: type[Model], act: Callable[..., dict[str, int]]
) -> Written:
    """Upsert masters by key and tell which are new and which changed, by their ids and change numbers."""
    top = model._default_manager.aggregate(top=Max("pk"))["top"] or 0
    before = changes.next_change()
    ids = act(rows, source=scope.source)
    touched = set(
        model._default_manager.filter(pk__in=list(ids.values()), changed_seq__gt=before).values_list("pk", flat=True)
    )
    new = {key for key, pk in ids.items() if pk > top}
    return Written(
        new=frozenset(new),
        changed=frozenset(key for key, pk in ids.items() if pk in touched and key not in new),
        masters={kind: frozenset(ids[key] for key in new)},
    )


def read_stored(
    keys: Sequence[str], *, kind: str, model: type[Model], names: Sequence[str], scope: Scope
) -> dict[str, Record]:
    """Return what the masters of these keys hold now, so that a file without a column leaves it as it is."""
    ids = externals.find_external(scope.source, kind, keys)
    stored: dict[int, Record] = {}
    for part in parts(list(ids.values()), 900):
        stored |= {row.pop("pk"): row for row in model._default_manager.filter(pk__in=part).values("pk", *names)}
    return {key: stored[pk] for key, pk in ids.items() if pk in stored}


def fold(
    found: Sequence[tuple[str, list[Record]]],
    scope: Scope,
    *,
    row: Callable[..., Any],
    kind: str,
    model: type[Model],
    names: Sequence[str],
    tell: Callable[[Record], Record],
) -> list[Any]:
    """Return rows of what the masters of these keys hold now, and what their one line tells."""
    stored = read_stored([key for key, _lines in found], kind=kind, model=model, names=names, scope=scope)
    return [row(key=key, **{**stored.get(key, {}), **tell(line)}) for key, (line,) in found]


def given(record: Record, names: Sequence[str] = (), *, links: Sequence[str] = ()) -> Record:
    """Return the filled cells of a line among `names`, and among `links` as ids."""
    told = {name: record[name] for name in names if record.get(name) is not None}
    return told | {f"{name}_id": record[name] for name in links if record.get(name) is not None}


def parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Cut rows into pieces of a size."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


PERIOD = Check(reason="period_backwards", field="valid_to", test=pl.col("valid_to") <= pl.col("valid_from"))
"""A period must end after it begins."""
