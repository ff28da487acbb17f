"""The edge: short durable transactions that may be tried again."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

Result = TypeVar("Result")

_PASSING_STATES = ("40001", "40P01", "55P03")
"""PostgreSQL's: serialization failure, deadlock detected, lock not available."""

_PASSING_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_passing(error: DatabaseError) -> bool:
    """Tell whether trying again may succeed: another writer was in the way, and nothing was written.

    By the database's code, never by its words: a connection that breaks may say that it was "busy", and what it
    was asked to commit may be committed.
    """
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _PASSING_CODES
    return getattr(cause, "sqlstate", None) in _PASSING_STATES


def run_atomic(work: Callable[[], Result], *, tries: int = 3) -> Result:
    """Run idempotent `work` in a durable transaction, again when another writer was in the way."""
    for left in range(tries - 1, -1, -1):
        try:
            with transaction.atomic(durable=True):
                return work()
        except DatabaseError as error:
            if not left or not is_passing(error):
                raise
            time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 (a pause, not a secret)
    raise AssertionError("unreachable")


def require_transaction() -> None:
    """Assert that an edge opened a transaction: actions never do."""
    if not connection.in_atomic_block:
        raise RuntimeError("An action needs the transaction of its edge: wrap the call in transaction.atomic().")


def join_atomic(work: Callable[[], Result]) -> Result:
    """Run idempotent `work` in the caller's transaction, or else in a durable one of its own."""
    return work() if connection.in_atomic_block else run_atomic(work)
