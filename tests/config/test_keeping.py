import json
import os
import shutil
import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.config import programs

INSERT = "INSERT INTO kernel_streamhead (stream, seq) VALUES ('%s', 1)"


CONTENT_TYPE = "INSERT INTO django_content_type (app_label, model) VALUES ('a', '%s')"


def write_row(url: str, stream: str) -> None:
    run_sql(url, INSERT % stream)


def read_streams(url: str) -> list[str]:
    return [row[0] for row in run_sql(url, "SELECT stream FROM kernel_streamhead ORDER BY stream")]


def run_sql(url: str, statement: str) -> list[tuple]:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            return connection.execute(statement).fetchall()
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def make_file(home: Path, text: str) -> Path:
    file = home / "files" / "ab" / "invoice.pdf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_restored_backup_has_every_row_and_file_as_they_were(spare_database, rantai_home):
    file = make_file(rantai_home, "first")
    write_row(spare_database, "before")
    run_sql(spare_database, CONTENT_TYPE % "one")
    folder = programs.run_json("backup")["folder"]
    file.write_text("second")
    write_row(spare_database, "after")

    restored = programs.run_json("restore", "--replace", folder)

    assert "error" not in restored
    assert (read_streams(spare_database), file.read_text()) == (["before"], "first")
    assert Path(restored["saved_before"]).is_dir()
    # A key that was given already is not given again.
    run_sql(spare_database, CONTENT_TYPE % "two")
    assert len(run_sql(spare_database, "SELECT 1 FROM django_content_type WHERE app_label = 'a'")) == 2


def test_data_that_is_there_is_not_replaced_unasked(spare_database, rantai_home):
    write_row(spare_database, "kept")
    folder = programs.call_json("backup")["folder"]

    refused = programs.call("restore", folder)

    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    assert read_streams(spare_database) == ["kept"]


@pytest.mark.parametrize("damage", ["altered", "missing", "outside"])
def test_a_damaged_backup_changes_nothing(spare_database, rantai_home, damage):
    make_file(rantai_home, "first")
    folder = Path(programs.call_json("backup")["folder"])
    file = folder / "files" / "ab" / "invoice.pdf"
    if damage == "altered":
        file.write_text("other")
    elif damage == "missing":
        file.unlink()
    else:
        rewrite_manifest(folder, lambda manifest: manifest["files"].append({"path": "../x", "bytes": 0, "sha256": ""}))

    refused = programs.call_json("restore", "--replace", str(folder))

    assert "Nothing was changed" in refused["error"]
    assert not list((rantai_home / "backups").glob("before-restore*"))


def test_a_backup_of_a_newer_program_is_refused(spare_database, rantai_home):
    folder = Path(programs.call_json("backup")["folder"])
    rewrite_manifest(folder, lambda manifest: manifest["migrations"].append(["crm_orders", "9999_from_the_future"]))

    refused = programs.call_json("restore", "--replace", str(folder))

    assert "crm_orders.9999_from_the_future" in refused["error"]


@pytest.mark.parametrize("command", ["migrate", "upgrade", "serve"])
def test_a_database_of_a_newer_program_is_refused(spare_database, rantai_home, command):
    run_sql(
        spare_database,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('kernel', '9999_future', '2030-01-01 00:00:00')",
    )

    refused = programs.call(command)

    assert refused.exit_code == 1
    assert "kernel.9999_future" in refused.stderr


def test_an_upgrade_saves_the_data_first(spare_database, rantai_home):
    write_row(spare_database, "kept")

    upgraded = programs.call_json("upgrade")

    manifest = json.loads((Path(upgraded["backup"]) / "manifest.json").read_text())
    assert manifest["database"] == ("sqlite" if spare_database.startswith("sqlite") else "postgresql")
    assert read_streams(spare_database) == ["kept"]


def test_a_restore_into_an_empty_database_needs_no_permission(spare_database, rantai_home, tmp_path, monkeypatch):
    if not spare_database.startswith("sqlite"):
        pytest.skip("an empty PostgreSQL is made by its operator")
    write_row(spare_database, "kept")
    folder = programs.call_json("backup")["folder"]
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite3")

    restored = programs.call_json("restore", folder)

    assert restored["saved_before"] is None
    assert read_streams(os.environ["DATABASE_URL"]) == ["kept"]


def test_a_backup_never_overwrites(spare_database, rantai_home, tmp_path):
    target = tmp_path / "mine"
    programs.call_json("backup", str(target))

    again = programs.call_json("backup", str(target))

    assert "exists already" in again["error"]
    shutil.rmtree(target)


def rewrite_manifest(folder: Path, change) -> None:
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))
