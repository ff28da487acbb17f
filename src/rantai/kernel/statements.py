"""Run SQL whose text comes again and again with other values, so that the database reads and plans it once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import index
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

ARRAYS_FROM = 50
"""Rows from which on PostgreSQL gets columns as arrays, whose text is the same for any number of rows."""

LARGEST = 1000
"""Values of a statement that is worth keeping; a larger one is bulk work, and its next has another length."""


def read(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with _open(values) as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def write(sql: str, values: Sequence[Any] = ()) -> int:
    """Run a statement that brings no rows; return how many it changed."""
    with _open(values) as cursor:
        cursor.execute(sql, values)
        changed: int = cursor.rowcount
        return changed


def send(sql: str, values: Sequence[Any] = ()) -> None:
    """Run a statement whose answer nobody needs.

    It is done before anything that is asked later. What the database has against it is raised there: at the next
    question on PostgreSQL, at the commit if there is none.
    """
    database = connections[DEFAULT_DB_ALIAS]
    is_sent = _is_kept(database, values) and database.in_atomic_block
    with database.sending_cursor() if is_sent else database.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(sql, values)


@lru_cache(maxsize=512)
def list_values(count: int, *types: str) -> str:
    """Return the text of a VALUES list of so many rows; the types of its first row are those of its columns."""
    first = ", ".join(f"CAST(%s AS {kind})" for kind in types)
    others = ", ".join(["%s"] * len(types))
    return "VALUES " + ", ".join([f"({first})", *[f"({others})"] * (count - 1)])


def list_rows(rows: Sequence[Sequence[Any]], *types: str) -> tuple[str, list[Any]]:
    """Return the text of a list of rows, as a subquery, and its values."""
    if not takes_arrays(len(rows)):
        return list_values(len(rows), *types), [value for row in rows for value in row]
    casts = ", ".join(f"%s::{kind}[]" for kind in types)
    columns = zip(*rows, strict=True)
    return f"SELECT * FROM unnest({casts})", [to_array(column) for column in columns]  # noqa: S608


def takes_arrays(count: int) -> bool:
    """Tell whether so many rows go as arrays: a text of thousands of marks takes longer to read than they to write."""
    return count >= ARRAYS_FROM and connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def to_array(values: Sequence[Any]) -> str:
    """Return values of one column as PostgreSQL writes an array: whole numbers, texts, truths, days and instants."""
    return "{" + ",".join([_ELEMENTS.get(type(value), _write_other)(value) for value in values]) + "}"


def _write_other(value: Any) -> str:
    """Write a choice as its text, a number of another library as the whole number that it is."""
    return _quote(str(value)) if isinstance(value, str) else str(index(value))


def _quote(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


_ELEMENTS: dict[type, Callable[[Any], str]] = {
    int: str,
    str: _quote,
    bool: lambda value: "t" if value else "f",
    # rows of one statement share their days and instants
    date: lru_cache(maxsize=256)(date.isoformat),
    datetime: lru_cache(maxsize=256)(datetime.isoformat),
    type(None): lambda _none: "NULL",
}


def _open(values: Sequence[Any]) -> CursorWrapper:
    database = connections[DEFAULT_DB_ALIAS]
    opened: CursorWrapper = (
        database.prepared_cursor() if _is_kept(database, values) else database.cursor()  # type: ignore[attr-defined]
    )
    return opened


def _is_kept(database: BaseDatabaseWrapper, values: Sequence[Any]) -> bool:
    return database.vendor == "postgresql" and len(values) <= LARGEST
