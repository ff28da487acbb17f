"""Give each test process a migrated database of its own, copied from a template made once per set of migrations."""

import contextlib
import fcntl
import functools
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

TEMPLATES = Path(tempfile.gettempdir()) / f"rantai-templates-{os.getuid()}"
KEPT_TEMPLATES = 4
NUMBERS = itertools.count()
#: What migrations put in, and no test changes.
KEPT = ("django_content_type", "django_migrations", "auth_permission")


@contextlib.contextmanager
def provide() -> Iterator[None]:
    """Point the default connection at a fresh copy, and drop the copy at the end."""
    origin = connection.settings_dict["NAME"]
    os.environ.setdefault("RANTAI_TEST_SERVER", os.environ.get("DATABASE_URL", ""))
    with copy() as (name, url):
        use_database(name)
        os.environ["DATABASE_URL"] = url
        yield
        use_database(origin)


def copy() -> contextlib.AbstractContextManager[tuple[str, str]]:
    """Make one more migrated database; yield its name and its URL, and drop it at the end."""
    return copy_sqlite() if connection.vendor == "sqlite" else copy_postgresql()


@contextlib.contextmanager
def visit(url: str) -> Iterator[None]:
    """Work on another copy for a while, as its programs see it."""
    origin = connection.settings_dict["NAME"]
    use_database(url.removeprefix("sqlite:///") if connection.vendor == "sqlite" else urlsplit(url).path[1:])
    try:
        yield
    finally:
        use_database(origin)


def empty() -> None:
    """Take out what a test committed.

    Django's flush would empty two hundred tables that mostly hold nothing, and make every permission anew: a second.
    """
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(ask_what_is_held())
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@functools.cache
def ask_what_is_held() -> str:
    """Write the statement that names every table with a row."""
    tables = [table for table in connection.introspection.table_names() if table not in KEPT]
    quote = connection.ops.quote_name
    return " UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT 1 FROM {quote(each)})" for each in tables)


def fingerprint_migrations() -> str:
    """Return a hash of every migration of every app: another hash, another template."""
    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.name):
        for file in sorted(Path(config.path).glob("migrations/*.py")):
            digest.update(f"{config.label}/{file.name}".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def lock_templates() -> Iterator[None]:
    TEMPLATES.mkdir(mode=0o700, exist_ok=True)
    with (TEMPLATES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def use_database(name: str) -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    connection.close()


@contextlib.contextmanager
def copy_sqlite() -> Iterator[tuple[str, str]]:
    template = TEMPLATES / f"{fingerprint_migrations()}.sqlite3"
    with lock_templates():
        if not template.exists():
            make_sqlite_template(template)
        template.touch()
    folder = Path(tempfile.mkdtemp(prefix="database-", dir=os.environ["RANTAI_TEST_HOME"]))
    file = folder / "test.sqlite3"
    shutil.copyfile(template, file)
    yield str(file), f"sqlite:///{file}"
    shutil.rmtree(folder)


def make_sqlite_template(template: Path) -> None:
    draft = template.with_suffix(".draft")
    for leftover in TEMPLATES.glob(f"{draft.name}*"):
        leftover.unlink()
    origin = connection.settings_dict["NAME"]
    use_database(str(draft))
    migrate()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    use_database(origin)
    draft.rename(template)
    aged = sorted(TEMPLATES.glob("*.sqlite3"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in aged[KEPT_TEMPLATES:]:
        old.unlink()


@contextlib.contextmanager
def copy_postgresql() -> Iterator[tuple[str, str]]:
    server = os.environ["RANTAI_TEST_SERVER"]
    template = f"rantai_template_{fingerprint_migrations()}"
    name = f"rantai_test_{os.getpid()}_{next(NUMBERS)}"
    with lock_templates(), psycopg.connect(server, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            make_postgresql_template(admin, template)
        run_sql(admin, "DROP DATABASE IF EXISTS {name}", name=name)
        run_sql(admin, "CREATE DATABASE {name} TEMPLATE {template}", name=name, template=template)
    yield name, replace_database(server, name)
    with psycopg.connect(server, autocommit=True) as admin:
        run_sql(admin, "DROP DATABASE {name} WITH (FORCE)", name=name)


def make_postgresql_template(admin: psycopg.Connection, template: str) -> None:
    draft = f"{template}_draft"
    run_sql(admin, "DROP DATABASE IF EXISTS {name}", name=draft)
    run_sql(admin, "CREATE DATABASE {name}", name=draft)
    origin = connection.settings_dict["NAME"]
    use_database(draft)
    migrate()
    # A database with a connection open cannot be renamed.
    use_database(origin)
    run_sql(admin, "ALTER DATABASE {name} RENAME TO {template}", name=draft, template=template)


@contextlib.contextmanager
def make_empty(folder: Path) -> Iterator[tuple[str, str]]:
    """Make a database that holds nothing; yield its name and its URL, and drop it at the end."""
    if connection.vendor == "sqlite":
        yield str(folder / "empty.sqlite3"), f"sqlite:///{folder / 'empty.sqlite3'}"
        return
    server, name = os.environ["RANTAI_TEST_SERVER"], f"rantai_empty_{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as admin:
        run_sql(admin, "CREATE DATABASE {name}", name=name)
        yield name, replace_database(server, name)
        run_sql(admin, "DROP DATABASE {name} WITH (FORCE)", name=name)


def run_sql(admin: psycopg.Connection, statement: str, **names: str) -> None:
    admin.execute(sql.SQL(statement).format(**{key: sql.Identifier(value) for key, value in names.items()}))


def replace_database(url: str, name: str) -> str:
    head, question, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}{question}{query}"
