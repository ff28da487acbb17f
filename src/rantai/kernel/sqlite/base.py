"""SQLite as Django knows it, and a word in the log on who held its one writer too long."""

from __future__ import annotations

import time
import traceback
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from django.db.backends.sqlite3 import base

log = structlog.get_logger("rantai.transactions")

LONGEST_SECONDS = 0.25
"""What holds the writer longer makes others wait that a person feels (DESIGN.md §5)."""
_OURS = str(Path(__file__).resolve().parents[2])
_EDGES = ("kernel/sqlite/base.py", "kernel/transactions.py")
"""They end transactions for others: who called them is the better answer."""
SHOWN = 3


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which times each transaction from the moment that it is the writer until it is durable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._began = self._worked = 0.0

    def create_cursor(self, name: str | None = None) -> Any:
        """Open Django's cursor, which knows the statements that come again."""
        return self.connection.cursor(factory=_Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc]
        self._began, self._worked = time.perf_counter(), time.thread_time()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        began, self._began = self._began, 0.0
        if began and (seconds := time.perf_counter() - began) > LONGEST_SECONDS:
            worked = time.thread_time() - self._worked
            log.warning("writer_held", ms=round(seconds * 1000), cpu_ms=round(worked * 1000), where=find_caller())


class _Cursor(base.SQLiteCursorWrapper):
    """Django's, which need not look for the marks of a statement that it had before: a long one has thousands."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """Return a statement with SQLite's own marks."""
        converted: str = super().convert_query(query, param_names=param_names) if param_names else _mark(query)
        return converted


@lru_cache(maxsize=256)
def _mark(query: str) -> str:
    return str(base.FORMAT_QMARK_REGEX.sub("?", query)).replace("%%", "%")


def find_caller() -> str:
    """Return which of our functions opened the transaction that ends here, and who called that."""
    stack = [frame for frame in traceback.extract_stack() if frame.filename.startswith(_OURS)]
    told = [frame for frame in reversed(stack) if not frame.filename.endswith(_EDGES)][:SHOWN]
    named = (f"{Path(frame.filename).relative_to(_OURS)}:{frame.lineno} {frame.name}" for frame in told)
    return " < ".join(named) or "?"
