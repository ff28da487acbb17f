"""Write very many rows of one table from columns of plain values: no object for a row, no statement for a thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import repeat
from typing import Any

import numpy as np
from django.db import connection, models

from rantai.kernel import statements
from rantai.kernel.transactions import require_transaction


def add(model: type[models.Model], columns: Mapping[str, Any]) -> int:
    """Write new rows of one table and return how many; every column of the table is named by its `attname`.

    A column is a sequence or an array of values as the driver takes them (JSON as text), or one value for all rows.
    Keys stand among the columns where `reserve_keys` gave them; otherwise the database gives them and nobody learns
    them. Raises IntegrityError as any insert does.
    """
    require_transaction()
    count = max((len(values) for values in columns.values() if _is_column(values)), default=0)
    if not count:
        return 0
    fields = {name: model._meta.get_field(name) for name in columns}
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields.values())  # type: ignore[union-attr]
    table = connection.ops.quote_name(model._meta.db_table)
    rows = zip(*(_to_values(fields[name], values) for name, values in columns.items()), strict=False)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 (our own names)
    return count


def change(model: type[models.Model], keys: Sequence[int], columns: Mapping[str, Any]) -> int:
    """Write values into the rows with given keys, in one statement; columns as in `add`. Return how many there were."""
    require_transaction()
    if not keys:
        return 0
    quote = connection.ops.quote_name
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in columns}
    key: Any = model._meta.pk
    types = [_type_of(field) for field in (key, *fields.values())]
    values = (_to_values(field, columns[name]) for name, field in fields.items())
    rows = list(zip(keys, *values, strict=False))
    names = [quote(field.column) for field in fields.values()]
    # both databases name the columns of a VALUES list so
    sets = ", ".join(f"{name} = told.column{place}" for place, name in enumerate(names, start=2))
    table, own = quote(model._meta.db_table), quote(key.column)
    return statements.write(
        f"UPDATE {table} SET {sets} FROM ({statements.list_values(len(rows), *types)}) AS told"  # noqa: S608
        f" WHERE {table}.{own} = told.column1",
        [value for row in rows for value in row],
    )


def _type_of(field: Any) -> str:
    """Return the type to which a value is cast; SQLite keeps days as text and would make numbers of them."""
    is_text = connection.vendor == "sqlite" and isinstance(field, models.DateField)
    return "text" if is_text else str(field.rel_db_type(connection))


def reserve_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Return keys that nobody else gets, for rows that are written in this transaction, rising."""
    require_transaction()
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        text = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
        name = connection.ops.quote_name(table)
        with connection.cursor() as cursor:
            cursor.execute(text, [name, model._meta.pk.column, count])
            return [key for (key,) in cursor.fetchall()]
    # The transaction holds the one writer's lock from its beginning.
    known = statements.read("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    first = known[0][0] + 1 if known else 1
    return range(first, first + count)


def cut(columns: Mapping[str, Any], low: int, high: int) -> dict[str, Any]:
    """Return some rows of columns."""
    return {name: values[low:high] if _is_column(values) else values for name, values in columns.items()}


def _is_column(values: Any) -> bool:
    return isinstance(values, np.ndarray | list | tuple | range)


def _to_values(field: Any, values: Any) -> Iterable[Any]:
    if not _is_column(values):
        return repeat(_adapt(values))
    found = values.tolist() if isinstance(values, np.ndarray) else values
    is_plain = connection.vendor == "postgresql" or not isinstance(field, models.DateField)
    return found if is_plain else map(_Texts().__getitem__, found)


class _Texts(dict[Any, Any]):
    """Days and instants as SQLite keeps them: the few there are are turned once."""

    def __missing__(self, value: Any) -> Any:
        self[value] = found = _adapt(value)
        return found


def _adapt(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
