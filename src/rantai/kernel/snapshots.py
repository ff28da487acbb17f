"""Read many tables as they were at one instant, without holding up whoever writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_PATIENCE_SECONDS = 5.0


def settle() -> int:
    """Wait for whoever is writing, and return what `read_consistently` takes as settled: for who holds a lock there."""
    is_postgres = connection.vendor == "postgresql" and not connection.in_atomic_block
    return _wait_for_writers() if is_postgres else 0


@contextmanager
def read_consistently(*, settled: int | None = None) -> Iterator[int]:
    """Give the block one state of the database; yield the newest `changed_seq` that this state surely holds.

    A transaction of the edge would take SQLite's one writer for the whole read, so this one is begun by hand:
    deferred on SQLite, REPEATABLE READ on PostgreSQL. Inside an open transaction it reads in that. `settled`: what
    `settle` returned before, on PostgreSQL, where otherwise this waits; 0: nothing is sure.
    """
    if connection.in_atomic_block:
        yield newest_change()
        return
    is_postgres = connection.vendor == "postgresql"
    if is_postgres and settled is None:
        settled = _wait_for_writers()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if is_postgres else "BEGIN DEFERRED")
        try:
            yield settled if is_postgres and settled is not None else newest_change()
        finally:
            cursor.execute("ROLLBACK")


def _wait_for_writers() -> int:
    """Return a number below which every change has been committed or given up.

    PostgreSQL gives numbers before their rows are seen: a reader that believes the newest number may miss a row
    below it. Waits for whoever was writing; one that takes too long leaves the mark at zero: nothing is sure.
    """
    newest = newest_change()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (begun,) = cursor.fetchone()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend' AND xact_start <= %s",
                [begun],
            )
            (writers,) = cursor.fetchone()
            if not writers:
                return newest
            time.sleep(0.02)
    return 0


def newest_change() -> int:
    """Return the newest number that `changes.next_change` gave."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM kernel_change_seq")
        else:
            cursor.execute("SELECT COALESCE(MAX(value), 0) FROM kernel_changecounter WHERE name = 'change'")
        row: tuple[int] = cursor.fetchone()
    return row[0]
