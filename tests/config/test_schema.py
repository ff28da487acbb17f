"""A database laid out from the models has the schema that the migrations make one after the other."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests import databases

# Each step lays every model out anew, and asks each field how it is made: that a field says once, as it never changes.
ONE_BY_ONE = """
import django
django.setup()
from django.apps import apps
from django.db.models import Field
import functools
def clone(field):
    if "made" not in vars(field):
        field.made = field.deconstruct()[2:]
    arguments, facts = field.made
    return type(field)(*arguments, **facts)
Field.clone = clone
apps.get_swappable_settings_name = functools.cache(apps.get_swappable_settings_name)
from django.core.management import call_command
from django.core.management.commands import migrate
call_command(migrate.Command(), verbosity=0, interactive=False)
"""

POSTGRESQL = (
    """
    SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
           pg_get_expr(adbin, adrelid), attcollation::regcollation::text
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    """,
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    """,
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
    "SELECT app, name FROM django_migrations",
)
#: Django's own join of groups and permissions, which nothing here fills, has wider numbers than it once had.
NUMBERED = [("auth_group_permissions", "id", kind, True, "d", None, "-") for kind in ("integer", "bigint")]


@pytest.fixture
def migrated(db: None, tmp_path: Path) -> Iterator[str]:
    """Give the name of a database to which Django applied one migration after the other."""
    with databases.make_empty(tmp_path) as (name, url):
        environment = {
            **os.environ,
            "RANTAI_HOME": str(tmp_path),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "rantai.config.settings",
        }
        subprocess.run([sys.executable, "-c", ONE_BY_ONE], env=environment, check=True)
        yield url if connection.vendor == "postgresql" else name


@pytest.mark.slow
def test_the_schema_is_the_one_that_migrations_make(migrated):
    read = read_postgresql if connection.vendor == "postgresql" else read_sqlite
    laid_out = os.environ["DATABASE_URL"] if connection.vendor == "postgresql" else connection.settings_dict["NAME"]

    found, wanted = set(read(laid_out)), set(read(migrated))

    assert len(found) > 500
    assert sorted(found - wanted) == []
    assert sorted(wanted - found) == []


def read_postgresql(url: str) -> list[str]:
    """List columns, indexes, constraints and triggers; a check casts its column as the column was when it was made."""
    with psycopg.connect(url) as reader:
        rows = [row for query in POSTGRESQL for row in reader.execute(query).fetchall()]
    return [re.sub(r"::(text|character varying)(\[\])?|[()]", "", str(row)) for row in rows if row not in NUMBERED]


def read_sqlite(file: str) -> list[str]:
    """List every part of every table, index and trigger; the order of a table's columns says nothing."""
    with sqlite3.connect(file) as reader:
        made = reader.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        applied = reader.execute("SELECT app, name FROM django_migrations").fetchall()
    parts = [f"{name}: {part}" for kind, name, sql in made for part in (split(sql) if kind == "table" else [sql])]
    return sorted([*parts, *map(str, applied)])


def split(sql: str) -> list[str]:
    """Split the columns and constraints of a CREATE TABLE at the commas that no parenthesis or quotation holds."""
    inside = sql[sql.index("(") + 1 : sql.rindex(")")]
    parts, depth = [""], 0
    for token in re.findall(r"'[^']*'|\"[^\"]*\"|.", inside, flags=re.DOTALL):
        depth += (token == "(") - (token == ")")
        if token == "," and not depth:
            parts.append("")
        else:
            parts[-1] += token
    return [part.strip() for part in parts]
