"""Take all data out, in a form that any program reads: one CSV file a table, one description of them, the files."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from django.apps import apps
from django.conf import settings
from django.db import models

from rantai.config import keeping
from rantai.kernel import snapshots
from rantai.kernel.console import Refused, Screen, long_command
from rantai.kernel.fields import MoneyField, QuantityField

DESCRIPTION = "tables.json"
SECRET = frozenset({"password", "secret_hash", "token_hash", "request_hash"})
"""Columns that open doors; what is binary (keys of erasure, the plan's blocks) stays behind too."""
_AT_ONCE = 5_000
_SCALE = Decimal(10_000)


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@long_command
def export(screen: Screen, folder: Path) -> dict[str, Any]:
    """Write everything into FOLDER: a CSV file a table, tables.json that describes them, and the stored files.

    Rantai may go on working: all tables are read as they were at one instant. Nothing is left out but passwords,
    tokens and the planner's own arrays; the cells are written as they are, so open unknown text with care.
    """
    if folder.exists():
        raise Refused(f"{folder} exists already. Name a folder that does not.")
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        counts = write_tables(draft, screen=screen)
        keeping.copy_files(settings.MEDIA_ROOT, draft / keeping.FILES_FOLDER)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    draft.rename(folder)
    return {"folder": str(folder), "tables": len(counts), "rows": sum(counts.values())}


def write_tables(folder: Path, *, screen: Screen) -> dict[str, int]:
    """Write each table of ours and return its rows by name."""
    tables = [model for model in apps.get_models() if model.__module__.startswith("rantai.")]
    counts: dict[str, int] = {}
    with snapshots.read_consistently():
        for place, model in enumerate(tables, start=1):
            name = model._meta.db_table
            counts[name] = _write_table(model, folder / f"{name}.csv")
            screen.progress(place, len(tables), name)
    described = [describe_table(model, counts[model._meta.db_table]) for model in tables]
    (folder / DESCRIPTION).write_text(json.dumps(described, indent=1, ensure_ascii=False), encoding="utf-8")
    return counts


def describe_table(model: type[models.Model], count: int) -> dict[str, Any]:
    """Return what a table and its columns mean, and which table a column points to."""
    columns = [
        {
            "name": str(field.column),
            "type": field.get_internal_type(),
            "meaning": str(field.help_text),
            "points_to": field.related_model._meta.db_table if isinstance(field, models.ForeignKey) else "",
        }
        for field in list_columns(model)
    ]
    meaning = (model.__doc__ or "").strip().splitlines()[0]
    return {"table": model._meta.db_table, "meaning": meaning, "rows": count, "columns": columns}


def list_columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the columns that may leave."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in SECRET and not isinstance(field, models.BinaryField)
    ]


def _write_table(model: type[models.Model], path: Path) -> int:
    fields = list_columns(model)
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.column for field in fields])
        for row in _read_rows(model, fields):
            writer.writerow([_say(field, value) for field, value in zip(fields, row, strict=True)])
            count += 1
    return count


def _read_rows(model: type[models.Model], fields: list[models.Field[Any, Any]]) -> Iterator[tuple[Any, ...]]:
    """Walk a table by its key, so that memory does not grow with it."""
    rows = model._default_manager.order_by("pk").values_list("pk", *(field.attname for field in fields))
    last: Any = None
    while True:
        page = list(rows.filter(pk__gt=last)[:_AT_ONCE] if last is not None else rows[:_AT_ONCE])
        for key, *values in page:
            last = key
            yield tuple(values)
        if len(page) < _AT_ONCE:
            return


def _say(field: models.Field[Any, Any], value: Any) -> Any:
    """Return a value as it stands in the file: money and quantities in their units, instants in ISO 8601."""
    if value is None:
        return ""
    if isinstance(field, MoneyField | QuantityField):
        return format(Decimal(value) / _SCALE, "f")
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else value
