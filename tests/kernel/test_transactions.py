"""What an edge tries again: only what another writer stopped before anything was written."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from django.db import DatabaseError, OperationalError

from rantai.kernel.transactions import is_passing, run_atomic


def fail(error: Exception, cause: Exception | None = None) -> None:
    raise error from cause


def of_sqlite(code: int) -> sqlite3.OperationalError:
    cause = sqlite3.OperationalError("some words")
    cause.sqlite_errorcode = code
    return cause


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (psycopg.errors.DeadlockDetected("deadlock detected"), True),
        (psycopg.errors.SerializationFailure("could not serialize"), True),
        (psycopg.errors.LockNotAvailable("not available"), True),
        (psycopg.OperationalError("cannot exit pipeline mode while busy"), False),
        (psycopg.errors.AdminShutdown("terminating connection; a tuple was locked"), False),
        (of_sqlite(sqlite3.SQLITE_BUSY), True),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (of_sqlite(sqlite3.SQLITE_LOCKED), True),
        (of_sqlite(sqlite3.SQLITE_IOERR), False),
        (None, False),
    ],
)
def test_only_the_database_s_code_says_that_another_writer_was_in_the_way(cause, expected):
    with pytest.raises(DatabaseError) as caught:
        fail(OperationalError(str(cause)), cause)

    assert is_passing(caught.value) is expected


@pytest.mark.django_db(transaction=True)
def test_a_broken_commit_that_says_busy_is_not_tried_again():
    tries = []

    def commit_and_break() -> None:
        tries.append(1)
        fail(OperationalError("busy"), psycopg.OperationalError("cannot exit pipeline mode while busy"))

    with pytest.raises(OperationalError):
        run_atomic(commit_and_break)

    assert len(tries) == 1
