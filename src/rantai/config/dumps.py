"""Copy a database to files and back: SQLite by its own online backup, PostgreSQL by streamed COPY.

The copy of PostgreSQL is ours and not pg_dump's: it needs no client program of the server's version, and the
schema comes from the migrations that the manifest names.
"""

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from rantai.config import laying_out, schema
from rantai.kernel.console import Refused, Screen

SQLITE_NAME = "database.sqlite3"
TABLES_FOLDER = "tables"
PAGES_A_STEP = 4096


def dump(folder: Path, *, screen: Screen) -> None:
    """Write a consistent copy of the database into the folder while others go on working."""
    if connection.vendor == "sqlite":
        dump_sqlite(folder, screen=screen)
    else:
        dump_postgresql(folder, screen=screen)


def load(folder: Path, *, migrations: list[schema.Migration], screen: Screen) -> None:
    """Replace the whole database by the copy in the folder; nobody may be working on it."""
    if connection.vendor == "sqlite":
        load_sqlite(folder)
    else:
        load_postgresql(folder, migrations=migrations, screen=screen)


def is_empty() -> bool:
    return "django_migrations" not in connection.introspection.table_names()


def dump_sqlite(folder: Path, *, screen: Screen) -> None:
    target = sqlite3.connect(folder / SQLITE_NAME)
    source = sqlite3.connect(connection.settings_dict["NAME"])
    try:
        source.backup(
            target,
            pages=PAGES_A_STEP,
            progress=lambda _status, left, total: screen.progress(total - left, total, "database pages"),
        )
        # One file and no journal beside it, so that the sum of the file is the sum of the data.
        target.execute("PRAGMA journal_mode=DELETE")
        problem = target.execute("PRAGMA quick_check").fetchone()[0]
    finally:
        source.close()
        target.close()
    if problem != "ok":
        raise Refused(f"The database is damaged, and its copy too: {problem}. Restore an earlier backup.")


def load_sqlite(folder: Path) -> None:
    connection.close()
    live = Path(connection.settings_dict["NAME"])
    live.parent.mkdir(parents=True, exist_ok=True)
    source = sqlite3.connect(f"file:{folder / SQLITE_NAME}?mode=ro", uri=True)
    draft = live.with_name(f"{live.name}.restoring")
    draft.unlink(missing_ok=True)
    target = sqlite3.connect(draft)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    # The old journal would be replayed into the new file.
    for suffix in ("-wal", "-shm", "-journal"):
        live.with_name(live.name + suffix).unlink(missing_ok=True)
    draft.replace(live)


def dump_postgresql(folder: Path, *, screen: Screen) -> None:
    (folder / TABLES_FOLDER).mkdir()
    with open_postgresql() as server, server.transaction():
        # Every table as of one instant, whatever is written meanwhile.
        server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = list_tables(server)
        for number, table in enumerate(tables, start=1):
            dump_table(server, table, folder / TABLES_FOLDER / f"{table}.gz")
            screen.progress(number, len(tables), "database tables")


def dump_table(server: psycopg.Connection, table: str, path: Path) -> None:
    """Write the column names as a first line, then the rows in PostgreSQL's text form."""
    columns = list_columns(server, table)
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), join_names(columns))
    with gzip.open(path, "wb", compresslevel=3) as file, server.cursor().copy(statement) as rows:
        file.write(("\t".join(columns) + "\n").encode())
        for row in rows:
            file.write(row)


def load_postgresql(folder: Path, *, migrations: list[schema.Migration], screen: Screen) -> None:
    with open_postgresql() as server:
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")
    migrate_to(migrations)
    files = sorted((folder / TABLES_FOLDER).glob("*.gz"))
    with open_postgresql() as server, server.transaction():
        # What the migrations themselves wrote is in the copy as well.
        server.execute(sql.SQL("TRUNCATE {} CASCADE").format(join_names(list_tables(server))))
        server.execute("SET CONSTRAINTS ALL DEFERRED")
        for number, file in enumerate(files, start=1):
            load_table(server, file.name.removesuffix(".gz"), file)
            screen.progress(number, len(files), "database tables")
        for statement in list_sequence_resets(server):
            server.execute(statement)


def load_table(server: psycopg.Connection, table: str, path: Path) -> None:
    with gzip.open(path, "rb") as file:
        columns = file.readline().decode().rstrip("\n").split("\t")
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), join_names(columns))
        with server.cursor().copy(statement) as rows:
            while block := file.read(2**20):
                rows.write(block)


def migrate_to(migrations: list[schema.Migration]) -> None:
    """Build the schema as it was when the copy was made: at once where that is the schema of today."""
    if set(migrations) == set(MigrationLoader(None).graph.nodes):
        laying_out.lay_out(connection)
        connection.close()
        return
    latest = {app: max(name for label, name in migrations if label == app) for app, _name in migrations}
    # The executor and not the command: what the command adds to new tables comes with the copy.
    executor = MigrationExecutor(connection)
    executor.migrate(sorted(latest.items()))
    connection.close()


def open_postgresql() -> psycopg.Connection[Any]:
    """Open a connection outside Django's pool, which keeps none of this session's settings."""
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in CONNECTION_KEYS}
    return psycopg.connect(**parameters, autocommit=True)


CONNECTION_KEYS = {"dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey"}


def list_tables(server: psycopg.Connection) -> list[str]:
    rows = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [row[0] for row in rows]


def list_columns(server: psycopg.Connection, table: str) -> list[str]:
    rows = server.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in rows]


def list_sequence_resets(server: psycopg.Connection) -> Iterator[sql.Composed]:
    rows = server.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (is_identity = 'YES' OR column_default LIKE 'nextval(%')"
    ).fetchall()
    for table, column in rows:
        yield sql.SQL(
            "SELECT setval(pg_get_serial_sequence({name}, {column}),"
            " COALESCE((SELECT MAX({field}) FROM {table}), 0) + 1, false)"
        ).format(
            name=sql.Literal(f'"{table}"'),
            column=sql.Literal(column),
            field=sql.Identifier(column),
            table=sql.Identifier(table),
        )


def join_names(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
