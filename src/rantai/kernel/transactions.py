"""The edge: short durable transactions that may be tried again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, OperationalError, connection, transaction

Result = TypeVar("Result")

_PASSING = ("locked", "deadlock", "could not serialize", "busy")


def is_passing(error: DatabaseError) -> bool:
    """Tell whether trying again may succeed: another writer was in the way."""
    text = str(error).lower()
    return isinstance(error, OperationalError) and any(word in text for word in _PASSING)


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
