"""PostgreSQL as Django knows it, and what comes often: statements that it plans once, and those nobody waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper, debug_transaction
from psycopg import Connection, RawCursor
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGresult

from rantai.kernel.postgresql import packets

PREPARED_AT = 2
"""How often a statement comes before the server keeps it: what comes once is not worth the place."""

KEPT_AT_MOST = 400
"""Statements that a connection keeps: a confirmation needs two dozen for each number of lines that is common."""

Sent = list[tuple[bytes, Sequence[Any]]]


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

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """Connect, with room for the statements that come again and again."""
        connection: Connection[Any] = super().get_new_connection(conn_params)
        connection.prepared_max = KEPT_AT_MOST
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """Open Django's cursor: what was sent goes first."""
        with self.after_sent():
            return super().create_cursor(name)

    def close(self) -> None:
        """Close the connection: what was sent in a transaction that did not end is gone with it."""
        self._sent.clear()
        super().close()

    def ask(self, statement: bytes, values: Sequence[Any]) -> PGresult | None:
        """Run a statement after what was sent, all in one packet; None, and nothing done, where one is not kept yet."""
        batch = self._find_kept([*self._sent, (statement, values)])
        if batch is None:
            return None
        self._sent.clear()
        return packets.exchange(self.connection, batch)

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
                RawCursor(self.connection).execute(statement, values)
            yield

    def _wrap(self, kind: type[_PreparedCursor]) -> CursorWrapper:
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor: CursorWrapper = self._prepare_cursor(kind(self))  # type: ignore[attr-defined]
        return cursor

    def _commit(self) -> None:
        batch = self._find_kept(self._sent) if self._sent else None
        if batch is None:
            with self.wrap_database_errors, self.after_sent():
                super()._commit()  # type: ignore[misc]
            return
        self._sent.clear()
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            packets.exchange(self.connection, batch, ending=packets.COMMIT)

    def _find_kept(self, statements: Sent) -> list[packets.Kept] | None:
        kept = [packets.find(self.connection, statement, values) for statement, values in statements]
        return None if None in kept else kept  # type: ignore[return-value]

    def _rollback(self) -> None:
        self._sent.clear()
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        # Making a savepoint lets everything go: what is left here was sent after it.
        self._sent.clear()
        super()._savepoint_rollback(sid)  # type: ignore[misc]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """A statement where Django looks for it when it writes down what was asked."""

    query: bytes


class _PreparedCursor:
    """A cursor that hands values to the server beside the statement, as texts without a type.

    The server gives each the type of the column that it meets, just as it does with a literal in quotes. The driver
    would name the smallest type that a value fits: sums of such parameters overflow at 32 bits, and the same statement
    with a larger value, or with none, would be another one. Where a parameter meets no column (a VALUES list) the
    statement says its type; if it does not, the server refuses it.

    Until the server keeps the statement it goes the driver's way, and after that straight to it.
    """

    def __init__(self, owner: DatabaseWrapper) -> None:
        self.owner = owner
        self._query: _Shown | None = None
        self._result: PGresult | None = None
        self._cursor: RawCursor[Any] | None = None

    def execute(self, query: str, params: Sequence[Any] | None = None) -> None:
        """Run a statement with Django's marks."""
        statement, values = _number(query), _to_texts(params)
        self._query, self._cursor = _Shown(query=statement), None
        self._result = self.owner.ask(statement, values)
        if self._result is None:
            with self.owner.after_sent():
                self._cursor = RawCursor(self.owner.connection)
                self._cursor.execute(statement, values)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that the statement brought."""
        if self._cursor is not None:
            return self._cursor.fetchall()
        assert self._result is not None, "a statement was run"
        loader = Transformer(self.owner.connection)
        loader.set_pgresult(self._result)
        return loader.load_rows(0, self._result.ntuples, tuple)

    @property
    def rowcount(self) -> int:
        """How many rows the statement brought or changed."""
        if self._cursor is not None:
            return self._cursor.rowcount
        assert self._result is not None, "a statement was run"
        return self._result.ntuples or self._result.command_tuples or 0

    def close(self) -> None:
        """Forget what the statement brought."""
        self._cursor = self._result = None


class _SendingCursor(_PreparedCursor):
    """A cursor whose statements wait for company."""

    def execute(self, query: str, params: Sequence[Any] | None = None) -> None:
        """Keep the statement until its connection is asked something."""
        self._query = _Shown(query=_number(query))
        self.owner._sent.append((self._query.query, _to_texts(params)))


_TEXTS: dict[type, Callable[[Any], str]] = {
    int: str,
    bool: lambda value: "t" if value else "f",
    date: date.isoformat,
    datetime: datetime.isoformat,
}


def _to_texts(values: Sequence[Any] | None) -> list[Any]:
    return [_TEXTS[kind](value) if (kind := type(value)) in _TEXTS else value for value in values or ()]


@lru_cache(maxsize=1024)
def _number(statement: str) -> bytes:
    """Return a statement with the server's own marks: a dollar and a number."""
    first, *rest = statement.split("%s")
    text = "".join([first, *(f"${place}{part}" for place, part in enumerate(rest, start=1))])
    return text.replace("%%", "%").encode()
