"""The cheaper rendering of migrations makes the same schema as Django's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

PROGRAM = """
import sys, time
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands import migrate as plain
from django.db import connection
from rantai.config.management.commands import migrate as ours

call_command({"plain": plain, "ours": ours}[sys.argv[1]].Command(), verbosity=0, interactive=False)
with connection.cursor() as cursor:
    cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    print(*cursor.fetchall(), sep="\\n")
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    print(*cursor.fetchall(), sep="\\n")
"""


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the rendering knows no database; one of them shows it")
def test_the_schema_is_the_one_that_django_makes(tmp_path):
    assert read_schema("ours", tmp_path / "ours") == read_schema("plain", tmp_path / "plain")


def read_schema(which: str, home: Path) -> str:
    """Migrate an empty database in a process of its own and return what it holds."""
    environment = {
        **os.environ,
        "RANTAI_HOME": str(home),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "rantai.config.settings",
    }
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, which], env=environment, capture_output=True, text=True, check=True
    )
    assert "iscm_demand_demand" in made.stdout
    return made.stdout
