"""Write new rows by statements that are put together once, without the ORM's toll on each value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, models

from rantai.kernel import statements
from rantai.kernel.transactions import require_transaction

Row = TypeVar("Row", bound=models.Model)
Adapt = Callable[[Any], Any]

PARAMETERS = 30_000
"""Of one statement: SQLite since 3.32 takes 32,766, PostgreSQL any number."""


def add(rows: Sequence[Row]) -> Sequence[Row]:
    """Write new rows of one table, in their order, give them their keys and return them.

    What `bulk_create` does, for tables without parents; raises IntegrityError as it does.
    """
    require_transaction()
    if not rows:
        return rows
    statement = _prepare(type(rows[0]), connection.vendor)
    for chunk in _cut(rows, statement):
        text, values = statement.write(chunk)
        keys = statements.read(f"{text} RETURNING {statement.key}", values)
        for row, (key,) in zip(chunk, keys, strict=True):
            row.pk = key
    alias = connection.alias
    for row in rows:
        row._state.adding, row._state.db = False, alias
    return rows


def send(rows: Sequence[Row]) -> None:
    """Write new rows of one table that nobody touches again: they get no keys, and nothing waits for them.

    What breaks a constraint is raised by what is asked next, at the latest by the commit.
    """
    _send(rows, "")


def add_missing(rows: Sequence[Row]) -> None:
    """Write those new rows that break no unique constraint; none gets its key: read them afterwards."""
    _send(rows, " ON CONFLICT DO NOTHING")


def _send(rows: Sequence[Row], ending: str) -> None:
    require_transaction()
    if not rows:
        return
    statement = _prepare(type(rows[0]), connection.vendor)
    for chunk in _cut(rows, statement):
        text, values = statement.write(chunk)
        statements.send(text + ending, values)


def _cut(rows: Sequence[Row], statement: _Statement) -> Iterator[Sequence[Row]]:
    at_once = PARAMETERS // len(statement.names)
    return (rows[start : start + at_once] for start in range(0, len(rows), at_once))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Statement:
    head: str
    names: tuple[str, ...]
    read: Callable[[dict[str, Any]], tuple[Any, ...]]
    stamps: tuple[models.Field[Any, Any], ...]
    """Fields that set themselves when a row is made."""
    adapts: tuple[tuple[int, Adapt], ...]
    """What the database driver does not take as it is, by place."""
    key: str
    gives_keys: bool
    arrays: str
    """How many rows at once are named as arrays of columns; empty where a column is of a kind that they are not for."""

    def write(self, rows: Sequence[models.Model]) -> tuple[str, list[Any]]:
        """Return the statement for rows, and its values."""
        found = [self.values(row) for row in rows]
        if self.arrays and statements.takes_arrays(len(rows)):
            return f"{self.head} {self.arrays}", [statements.to_array(column) for column in zip(*found, strict=True)]
        return _put_together(self.head, len(self.names), len(rows)), [value for row in found for value in row]

    def values(self, row: models.Model) -> Sequence[Any]:
        for field in self.stamps:
            field.pre_save(row, True)
        values = list(self.read(row.__dict__))
        for place, adapt in self.adapts:
            if values[place] is not None:
                values[place] = adapt(values[place])
        return values


@lru_cache(maxsize=512)
def _put_together(head: str, width: int, count: int) -> str:
    one = "(" + ", ".join(["%s"] * width) + ")"
    return f"{head} VALUES {', '.join([one] * count)}"


@lru_cache
def _prepare(model: type[models.Model], vendor: str) -> _Statement:
    assert not model._meta.parents, "a row of several tables is written by bulk_create"
    quote, meta = connection.ops.quote_name, model._meta
    gives_keys = isinstance(meta.pk, models.AutoField | models.BigAutoField)
    fields = [field for field in meta.concrete_fields if not (gives_keys and field.primary_key)]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    adapts = ((place, _find_adapt(field)) for place, field in enumerate(fields))
    names = tuple(field.attname for field in fields)
    return _Statement(
        head=f"INSERT INTO {quote(meta.db_table)} ({columns})",
        names=names,
        read=itemgetter(*names),
        stamps=tuple(field for field in fields if getattr(field, "auto_now", 0) or getattr(field, "auto_now_add", 0)),
        adapts=tuple((place, adapt) for place, adapt in adapts if adapt is not None),
        key=quote(str(meta.pk.column)),
        gives_keys=gives_keys,
        arrays=_name_arrays(fields),
    )


_ARRAYS = {"bigint", "integer", "smallint", "boolean", "date", "timestamp with time zone"}


def _name_arrays(fields: Sequence[models.Field[Any, Any]]) -> str:
    """Return a query of rows that come as one array for each column."""
    kinds = [str(field.db_type(connection)) for field in fields]
    if connection.vendor != "postgresql" or not all(kind in _ARRAYS or _is_text(kind) for kind in kinds):
        return ""
    casts = ", ".join(f"%s::{'text' if _is_text(kind) else kind}[]" for kind in kinds)
    names = [f"c{place}" for place in range(len(kinds))]
    chosen = ", ".join(f"{name}::jsonb" if kind == "jsonb" else name for name, kind in zip(names, kinds, strict=True))
    return f"SELECT {chosen} FROM unnest({casts}) AS told({', '.join(names)})"  # noqa: S608


def _is_text(kind: str) -> bool:
    return kind in ("text", "jsonb") or kind.startswith("varchar")


_PLAIN = (models.IntegerField, models.CharField, models.TextField, models.BooleanField)


def _find_adapt(field: models.Field[Any, Any]) -> Adapt | None:
    """Return what turns a value into what the driver takes, or None where it takes the value itself."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.DateTimeField):
        # rows of one statement share their instants and days: each is turned once
        return lru_cache(maxsize=256)(connection.ops.adapt_datetimefield_value)
    if isinstance(field, models.DateField):
        return lru_cache(maxsize=256)(connection.ops.adapt_datefield_value)
    if isinstance(field, models.JSONField):
        return partial(json.dumps, cls=field.encoder)
    if isinstance(field, _PLAIN):
        return None
    return lambda value: field.get_db_prep_save(value, connection)
