"""Add to many rows in one statement, in id order, where a condition holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, models

from rantai.kernel import statements
from rantai.kernel.transactions import require_transaction

_CHUNK = 1000


def add(
    model: type[models.Model],
    deltas: Mapping[int, Sequence[int]],
    *,
    columns: Sequence[str],
    guard: str = "",
    changed_seq: int | None = None,
) -> set[int]:
    """Add each row's deltas to its columns and return the ids that were changed.

    `guard` is SQL over `t` (the row) and `d.c0, d.c1 …` (its deltas): a row that fails it is left alone and is
    missing from the answer. On PostgreSQL the rows are locked in ascending id order before any is changed, so
    that two bulk changes of the same rows wait for each other instead of deadlocking.
    """
    require_transaction()
    changed: set[int] = set()
    ordered = sorted(deltas)
    for start in range(0, len(ordered), _CHUNK):
        chunk = {pk: deltas[pk] for pk in ordered[start : start + _CHUNK]}
        changed |= _add_chunk(model, chunk, columns, guard, changed_seq)
    return changed


def _add_chunk(
    model: type[models.Model],
    deltas: Mapping[int, Sequence[int]],
    columns: Sequence[str],
    guard: str,
    changed_seq: int | None,
) -> set[int]:
    table = model._meta.db_table
    names = ", ".join(f"c{place}" for place in range(len(columns)))
    kinds = ["bigint"] * (len(columns) + 1)
    rows, params = statements.list_rows([(pk, *values) for pk, values in deltas.items()], *kinds)
    sets = [f"{column} = t.{column} + d.c{place}" for place, column in enumerate(columns)]
    if changed_seq is not None:
        sets.append("changed_seq = %s")
        params.append(changed_seq)
    locks = connection.vendor == "postgresql"
    locked = f", k AS (SELECT x.id FROM {table} x JOIN d ON d.id = x.id ORDER BY x.id FOR UPDATE OF x)" if locks else ""  # noqa: S608
    # Names come from models and from callers' constants; values are parameters.
    statement = (
        f"WITH d(id, {names}) AS ({rows}){locked}"  # noqa: S608
        f" UPDATE {table} AS t SET {', '.join(sets)} FROM d{', k' if locks else ''}"
        f" WHERE t.id = d.id{' AND t.id = k.id' if locks else ''}{f' AND ({guard})' if guard else ''}"
        # SQLite knows no alias here, PostgreSQL three columns of that name
        f" RETURNING {'t.id' if locks else 'id'}"
    )
    return {pk for (pk,) in statements.read(statement, params)}
