"""Change one row by a statement that is put together once, without the ORM's toll on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import connection, models

from rantai.kernel import statements

Fields = tuple[models.Field[Any, Any], ...]


def change(model: type[models.Model], *, where: Mapping[str, Any], to: Mapping[str, Any]) -> int:
    """Write values into the rows that hold others, as `filter(**where).update(**to)` does; return how many there were.

    Names are those of the table's own fields, and `where` has no nulls; an expression to write is left to the ORM.
    """
    if any(hasattr(value, "resolve_expression") for value in to.values()):
        return model._default_manager.filter(**where).update(**to)
    sql, fields = _prepare(model, tuple(to), tuple(where), connection.vendor)
    values = [
        field.get_db_prep_save(value.pk if isinstance(value, models.Model) else value, connection)
        for field, value in zip(fields, (*to.values(), *where.values()), strict=True)
    ]
    return statements.write(sql, values)


@lru_cache(maxsize=256)
def _prepare(
    model: type[models.Model], written: tuple[str, ...], held: tuple[str, ...], _vendor: str
) -> tuple[str, Fields]:
    """Return the statement with the fields of its values, in their order; quoting is the database's."""
    fields: Fields = tuple(model._meta.get_field(name) for name in (*written, *held))  # type: ignore[misc]
    marks = [f"{connection.ops.quote_name(str(field.column))} = %s" for field in fields]
    sets, conditions = ", ".join(marks[: len(written)]), " AND ".join(marks[len(written) :])
    table = connection.ops.quote_name(model._meta.db_table)
    return f"UPDATE {table} SET {sets} WHERE {conditions}", fields  # noqa: S608 (names of columns)
