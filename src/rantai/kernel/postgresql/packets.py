"""Statements that the server keeps already, sent and answered in one packet: the driver prepares nothing twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from psycopg import Connection, errors, generators
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

COMMIT = b"COMMIT"
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A statement by the name under which the server keeps it, with its values."""

    name: bytes
    values: list[bytes | None]


def find(connection: Connection[Any], statement: bytes, values: Sequence[Any]) -> Kept | None:
    """Return a statement as the driver let the server keep it; None where it has not yet, or a value is no text.

    What the driver forgets, because a table changed or there are too many, is not found here either.
    """
    names = connection._prepared._names
    key = (statement, (0,) * len(values))
    name = names.get(key)
    if name is None:
        return None
    try:
        texts = [None if value is None else value.encode() for value in values]
    except AttributeError:  # bytes, which have a type of their own
        return None
    names.move_to_end(key)
    return Kept(name=name, values=texts)


def exchange(connection: Connection[Any], batch: Sequence[Kept], *, ending: bytes = b"") -> PGresult:
    """Run statements in their order, in a transaction where the connection keeps one; return the last one's result.

    Raises what the server has against the first that it refused; those after it were not run.
    """
    pgconn = connection.pgconn
    begins = not connection.autocommit and pgconn.transaction_status == TransactionStatus.IDLE
    with connection.lock:
        if len(batch) == 1 and not begins and not ending:
            return _check(connection.wait(_ask(pgconn, batch[0])))
        before = [partial(pgconn.send_query_params, connection._get_tx_start_command(), None)] if begins else []
        after = [partial(pgconn.send_query_params, ending, None)] if ending else []
        told = [partial(pgconn.send_query_prepared, kept.name, kept.values) for kept in batch]
        *answers, _sync = connection.wait(_pipe(pgconn, [*before, *told, *after]))
    return [_check(results) for results in answers][-1]


def _ask(pgconn: PGconn, kept: Kept) -> PQGen[list[PGresult]]:
    pgconn.send_query_prepared(kept.name, kept.values)
    results: list[PGresult] = yield from generators.execute(pgconn)
    return results


def _pipe(pgconn: PGconn, commands: Sequence[Any]) -> PQGen[list[list[PGresult]]]:
    pgconn.enter_pipeline_mode()
    try:
        answers: list[list[PGresult]] = yield from generators.pipeline_communicate(
            pgconn, deque([*commands, pgconn.pipeline_sync])
        )
        while len(answers) <= len(commands):
            answers.append((yield from generators.fetch_many(pgconn)))
        pgconn.exit_pipeline_mode()
    except BaseException:
        # Nobody knows what is still on its way: such a connection answers the wrong question.
        pgconn.finish()
        raise
    return answers


def _check(results: Sequence[PGresult]) -> PGresult:
    if not results:
        raise errors.InternalError("got no result from the query")
    for result in results:
        if result.status in _FAILED:
            raise errors.error_from_result(result)
    return results[-1]
