"""PostgreSQL as Django knows it, and what comes often: statements that it plans once, and those nobody waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import Connection, RawCursor

PREPARED_AT = 2
"""How often a statement comes before the server keeps it: what comes once is not worth the place."""

Sent = list[tuple[str, Sequence[Any]]]


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with cursors for statements that come again and again.

    What is sent waits here until anything else is asked of this connection, or until the commit, and goes before it
    in the same packet: one way to the server and back less for each.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sent: Sent = []

    def prepared_cursor(self) -> CursorWrapper:
        """Open a cursor whose statements the server reads and plans once: `%s` for each value, as everywhere."""
        return self._wrap(_PreparedCursor)

    def sending_cursor(self) -> CursorWrapper:
        """Open a cursor whose statements go when something else goes; what they bring, nobody learns but an error."""
        return self._wrap(_SendingCursor)

    def get_connection_params(self) -> dict[str, Any]:
        """Let the driver prepare; Django's own cursors put values into the text of a statement and never do."""
        return {**super().get_connection_params(), "prepare_threshold": PREPARED_AT}

    def create_cursor(self, name: str | None = None) -> Any:
        """Open Django's cursor: what was sent goes first."""
        with self.after_sent():
            return super().create_cursor(name)

    def close(self) -> None:
        """Close the connection: what was sent in a transaction that did not end is gone with it."""
        self._sent.clear()
        super().close()

    @contextmanager
    def after_sent(self) -> Iterator[None]:
        """Let what was sent go before what the block asks; raises what the server has against it."""
        sent = self._sent[:]
        self._sent.clear()
        if not sent:
            yield
            return
        with self.connection.pipeline():
            for statement, values in sent:
                RawCursor.execute(_PreparedCursor(self), statement, values)
            yield

    def _wrap(self, kind: type[_PreparedCursor]) -> CursorWrapper:
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor: CursorWrapper = self._prepare_cursor(kind(self))  # type: ignore[attr-defined]
        return cursor

    def _commit(self) -> None:
        with self.wrap_database_errors, self.after_sent():
            super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self._sent.clear()
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        # Making a savepoint lets everything go: what is left here was sent after it.
        self._sent.clear()
        super()._savepoint_rollback(sid)  # type: ignore[misc]


class _PreparedCursor(RawCursor[Any]):
    """A cursor that hands values to the server beside the statement, as texts without a type.

    The server gives each the type of the column that it meets, just as it does with a literal in quotes. The driver
    would name the smallest type that a value fits: sums of such parameters overflow at 32 bits, and the same statement
    with a larger value, or with none, would be another one. Where a parameter meets no column (a VALUES list) the
    statement says its type; if it does not, the server refuses it.
    """

    def __init__(self, owner: DatabaseWrapper) -> None:
        connection: Connection[Any] = owner.connection
        super().__init__(connection)
        self.owner = owner

    def execute(  # type: ignore[override]
        self, query: str, params: Sequence[Any] | None = None, **how: Any
    ) -> Any:
        """Run a statement with Django's marks."""
        with self.owner.after_sent():
            return super().execute(_number(query), _to_texts(params), **how)


class _SendingCursor(_PreparedCursor):
    """A cursor whose statements wait for company."""

    def execute(  # type: ignore[override]
        self, query: str, params: Sequence[Any] | None = None, **how: Any
    ) -> Any:
        """Keep the statement until its connection is asked something."""
        self.owner._sent.append((_number(query), _to_texts(params)))
        return self


_TEXTS: dict[type, Callable[[Any], str]] = {
    int: str,
    bool: lambda value: "t" if value else "f",
    date: date.isoformat,
    datetime: datetime.isoformat,
}


def _to_texts(values: Sequence[Any] | None) -> list[Any]:
    return [_TEXTS[kind](value) if (kind := type(value)) in _TEXTS else value for value in values or ()]


@lru_cache(maxsize=1024)
def _number(statement: str) -> str:
    """Return a statement with the server's own marks: a dollar and a number."""
    first, *rest = statement.split("%s")
    return "".join([first, *(f"${place}{part}" for place, part in enumerate(rest, start=1))]).replace("%%", "%")
