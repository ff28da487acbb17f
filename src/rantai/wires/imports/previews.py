"""Judge a file before it is imported, and keep what its page shows: columns, wrong lines, what would add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import columns, files, past_orders, references, sheets, uploads
from rantai.wires.imports.columns import Match
from rantai.wires.imports.files import SourceTable
from rantai.wires.imports.kinds.registry import KINDS
from rantai.wires.imports.models import ImportRun

SHOWN = 20
_SAMPLES = 3
_LONGEST = 60


def judge(job: jobs.Run, run: ImportRun) -> dict[str, Any]:
    """Read the file of an import and keep its preview; what is wrong with the file is kept too, not raised."""
    job.progress(0, None, _("Reading the file"))
    with TemporaryDirectory(prefix="rantai-import-") as folder:
        path = uploads.fetch_file(run.file, Path(folder), name=run.file_name)
        try:
            preview = read(run, path)
        except (files.UnreadableFile, columns.UnknownColumn) as error:
            preview = {"error": str(error)}
    run_atomic(partial(_keep, run, preview))
    return {"lines_read": preview.get("account", {}).get("lines_read", 0)}


def read(run: ImportRun, path: Path) -> dict[str, Any]:
    """Return the preview of a file; raises UnreadableFile or UnknownColumn."""
    table = files.read_table(path)
    way = past_orders if run.kind == "orders" else sheets
    matches = way.match(run, table.frame)
    try:
        found, account = _judge(run, table.frame, matches)
    except columns.MissingColumns as error:
        return {**_describe(run, table, matches, pl.DataFrame()), "error": str(error), "missing": list(error.fields)}
    return {
        **_describe(run, table, matches, found),
        "account": account,
        "lines": _list_wrong(run, table, matches, found),
    }


def _judge(run: ImportRun, frame: pl.DataFrame, matches: Mapping[str, Match]) -> tuple[pl.DataFrame, dict[str, Any]]:
    if run.kind == "orders":
        today = clock.business_date(clock.now(), run.company.zone)
        reading = past_orders.judge(run, frame, matches, until=today)
        return reading.findings, past_orders.foresee(reading)
    kind = sheets.SHEETS[run.kind]
    sheet = sheets.judge(kind, frame, matches, sheets.view_of(run))
    return sheet.findings, sheets.foresee(sheet)


def _describe(run: ImportRun, table: SourceTable, matches: Mapping[str, Match], found: pl.DataFrame) -> dict[str, Any]:
    field_of = {match.column: (name, match.how) for name, match in matches.items()}
    wrong = Counter(found["field"]) if found.width else Counter()
    empty = table.frame.null_count().row(0, named=True)
    return {
        "format": table.format,
        "encoding": table.encoding,
        "height": table.frame.height,
        "columns": [
            {
                "column": name,
                "field": field_of.get(name, ("", ""))[0],
                "how": field_of.get(name, ("", ""))[1],
                "samples": [_short(text) for text in table.frame[name].drop_nulls().head(_SAMPLES)],
                "empty": empty[name],
                "wrong": wrong[field_of[name][0]] if name in field_of else 0,
            }
            for name in table.frame.columns
        ],
        "fields": [field.name for field in KINDS[run.kind].fields],
    }


def _list_wrong(
    run: ImportRun, table: SourceTable, matches: Mapping[str, Match], found: pl.DataFrame
) -> list[dict[str, Any]]:
    """Return the first lines that are wrong, those of each reason in turn, each with the cells that are read."""
    first = found.with_columns(turn=pl.int_range(pl.len()).over("reason"))
    rows = first.sort("turn", "row")["row"].unique(maintain_order=True).head(SHOWN).sort().to_list()
    types = {field.name: field.type for field in KINDS[run.kind].fields}
    shown = found.filter(pl.col("row").is_in(rows))
    told: dict[int, list[dict[str, str]]] = {row: [] for row in rows}
    for row, reason, field, detail in shown.iter_rows():
        near = references.find_near(types.get(field, ""), detail) if reason.startswith("unknown_") and detail else ""
        told[row].append({"reason": reason, "field": field, "detail": _short(detail or ""), "near": near})
    cells = {name: match.column for name, match in matches.items()}
    return [
        {
            "line": row + 2,
            "cells": {name: _short(table.frame[column][row] or "") for name, column in cells.items()},
            "why": why,
        }
        for row, why in told.items()
    ]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _keep(run: ImportRun, preview: dict[str, Any]) -> None:
    ImportRun.objects.filter(pk=run.pk).update(preview=preview, updated_at=clock.now())
