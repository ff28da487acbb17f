"""Keep the data safe: back it up, bring it back, and carry it to a newer program."""

import hashlib
import importlib.metadata
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import click
from django.conf import settings
from django.db import connection

from rantai.config import cli, dumps, erasures, schema, serving
from rantai.kernel.console import Refused, Screen, long_command

FORMAT = 1
MANIFEST = "manifest.json"
FILES_FOLDER = "files"
KEY_NAME = "secret.key"


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@long_command
def backup(screen: Screen, folder: Path | None) -> dict[str, Any]:
    """Copy the database and its files into FOLDER (default: a new one in RANTAI_HOME/backups)."""
    target = make_backup(folder or name_backup("backup"), screen=screen)
    manifest = read_manifest(target)
    return {"folder": str(target), "files": len(manifest["files"]), "bytes": count_bytes(manifest)}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the data that is there; it is backed up first.")
@long_command
def restore(screen: Screen, folder: Path, *, replace: bool) -> dict[str, Any]:
    """Bring back the backup in FOLDER; Rantai must be stopped. Who was erased since is erased again."""
    manifest = check_backup(folder, screen=screen)
    with serving.hold_home(settings.HOME):
        known = erasures.collect(folder.resolve().parent, settings.HOME / "backups")
        saved = None
        if not dumps.is_empty():
            if not replace:
                raise Refused("There is data already. Add --replace to put the backup in its place; it is saved first.")
            saved = make_backup(name_backup("before-restore"), screen=screen)
        restore_files(folder, manifest)
        dumps.load(folder, migrations=list_migrations(manifest), screen=screen)
        migrated = schema.apply_migrations(screen)
        erased = erasures.apply(known, since=datetime.fromisoformat(manifest["made_at"]))
    return {
        "restored": str(folder),
        "migrations_applied": migrated,
        "erased_again": erased,
        "saved_before": saved and str(saved),
    }


@click.command()
@long_command
def upgrade(screen: Screen) -> dict[str, Any]:
    """Back up, migrate, check: what to run after installing a newer Rantai, which must be stopped."""
    schema.refuse_newer(schema.list_applied())
    with serving.hold_home(settings.HOME):
        saved = None if dumps.is_empty() else make_backup(name_backup("before-upgrade"), screen=screen)
        screen.say(f"Should anything fail: rantai restore --replace {saved}" if saved else "The database is new")
        applied = schema.apply_migrations(screen)
    # In a process of its own: only data that was committed counts.
    checked = subprocess.run([*cli.command_line("check"), "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if checked.returncode:
        screen.fail("The data breaks its rules after the upgrade; `rantai check` lists where.", backup=saved)
    return {
        "backup": saved and str(saved),
        "migrations_applied": applied,
        "check": json.loads(last_line(checked.stdout)),
    }


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def name_backup(kind: str) -> Path:
    home: Path = settings.HOME
    return home / "backups" / f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"


def make_backup(folder: Path, *, screen: Screen) -> Path:
    """Write a whole backup, or nothing: the folder gets its name once everything is in it."""
    if folder.exists():
        raise Refused(f"{folder} exists already. Name a folder that does not, or none.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    began = datetime.now(UTC)
    try:
        # The database first: a file that it names is written before its row.
        dumps.dump(draft, screen=screen)
        if not dumps.is_empty():
            erasures.write(draft)
        copy_files(settings.MEDIA_ROOT, draft / FILES_FOLDER)
        if (settings.HOME / KEY_NAME).exists():
            shutil.copy2(settings.HOME / KEY_NAME, draft / KEY_NAME)
        write_manifest(draft, made_at=began, screen=screen)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    draft.rename(folder)
    return folder


def copy_files(source: Path, target: Path) -> None:
    # Copied and not linked: what damages a file in use must not reach its backup.
    if source.exists():
        shutil.copytree(source, target)


def write_manifest(folder: Path, *, made_at: datetime, screen: Screen) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    entries = []
    for number, path in enumerate(files, start=1):
        name = path.relative_to(folder).as_posix()
        entries.append({"path": name, "bytes": path.stat().st_size, "sha256": hash_file(path)})
        screen.progress(number, len(files), "files summed")
    manifest = {
        "format": FORMAT,
        "program": importlib.metadata.version("rantai"),
        "made_at": made_at.isoformat(),
        "database": connection.vendor,
        "migrations": schema.list_applied(),
        "files": entries,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if manifest["format"] != FORMAT:
            raise Refused(f"{folder} has backup format {manifest['format']}; this program reads {FORMAT}.")
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise Refused(f"{folder} is no backup: its {MANIFEST} cannot be read.") from problem
    return manifest


def check_backup(folder: Path, *, screen: Screen) -> dict[str, Any]:
    """Return the manifest of a backup that is whole, of this database and not newer; else raise Refused."""
    manifest = read_manifest(folder)
    if manifest["database"] != connection.vendor:
        raise Refused(
            f"The backup is of {manifest['database']}, the database here is {connection.vendor}."
            " Set DATABASE_URL to a database of the backup's kind."
        )
    schema.refuse_newer(list_migrations(manifest))
    for number, entry in enumerate(manifest["files"], start=1):
        check_file(folder, entry)
        screen.progress(number, len(manifest["files"]), "files checked")
    return manifest


def check_file(folder: Path, entry: dict[str, Any]) -> None:
    name = PurePosixPath(entry["path"])
    if name.is_absolute() or ".." in name.parts:
        raise Refused(f"The manifest names {name}, which lies outside the backup. Nothing was changed.")
    path = folder / name
    if not path.is_file() or hash_file(path) != entry["sha256"]:
        raise Refused(f"{name} is missing or was altered since the backup was made. Nothing was changed.")


def restore_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Put back the files that the manifest names; others that are there stay, for nothing cites them."""
    for entry in manifest["files"]:
        name = PurePosixPath(entry["path"])
        if name.parts[0] == FILES_FOLDER:
            target = settings.MEDIA_ROOT / PurePosixPath(*name.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, target)
    if (folder / KEY_NAME).exists():
        shutil.copy2(folder / KEY_NAME, settings.HOME / KEY_NAME)


def list_migrations(manifest: dict[str, Any]) -> list[schema.Migration]:
    return [(app, name) for app, name in manifest["migrations"]]


def count_bytes(manifest: dict[str, Any]) -> int:
    return sum(entry["bytes"] for entry in manifest["files"])
