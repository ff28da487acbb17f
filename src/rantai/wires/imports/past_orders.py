"""The import of past orders from its file to its account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from rantai.foundation.documents.models import StoredFile
from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import account, asides, cells, columns, files, history, openings, reasons, states, uploads
from rantai.wires.imports.columns import Match
from rantai.wires.imports.kinds import order_columns, orders
from rantai.wires.imports.kinds.orders import Rules
from rantai.wires.imports.models import ImportRun
from rantai.wires.imports.presets import PRESETS


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A file read and judged, before anything is written."""

    frame: pl.DataFrame
    matches: Mapping[str, Match]
    lines: pl.DataFrame

    @property
    def kept(self) -> pl.DataFrame:
        """The lines that will be imported."""
        return self.lines.filter(pl.col("reason").is_null())

    @property
    def mapping(self) -> dict[str, str]:
        """Field → column."""
        return {name: match.column for name, match in self.matches.items()}

    @property
    def findings(self) -> pl.DataFrame:
        """What is wrong, one row a line set aside."""
        wrong = self.lines.filter(pl.col("reason").is_not_null()).select("row", "reason")
        fields = wrong["reason"].replace_strict(reasons.ORDER_FIELDS, default="", return_dtype=pl.String)
        return wrong.select(
            pl.col("row").cast(pl.Int64), "reason", fields.alias("field"), pl.lit("").alias("detail")
        ).cast(cells.FINDINGS)  # type: ignore[arg-type]


def match(run: ImportRun, frame: pl.DataFrame) -> dict[str, Match]:
    """Return which column is taken for which field; raises UnknownColumn."""
    preset = PRESETS.get(run.preset)
    # a file of a preset may come with fewer columns; what a person chose must be there
    usual = {name: column for name, column in (preset.COLUMNS if preset else {}).items() if column in frame.columns}
    return columns.match_columns(frame, order_columns.FIELDS, {**usual, **run.mapping})


def judge(run: ImportRun, frame: pl.DataFrame, matches: Mapping[str, Match], *, until: date) -> Reading:
    """Judge every line of a table; raises MissingColumns."""
    mapping = {name: match.column for name, match in matches.items()}
    columns.require(mapping, order_columns.FIELDS, frame.columns)
    if not mapping.get("price") and not mapping.get("amount"):
        raise columns.MissingColumns(["price"], frame.columns)
    lines = orders.read_lines(frame, mapping, currency=_currency(run), until=until, rules=_rules(run))
    return Reading(frame=frame, matches=matches, lines=orders.tie_returns(history.mark_known(lines, run=run)))


def read(run: ImportRun, path: Path) -> Reading:
    """Read and judge a file; raises UnreadableFile, MissingColumns or UnknownColumn."""
    frame = files.read_table(path).frame
    return judge(run, frame, match(run, frame), until=clock.business_date(clock.now(), run.company.zone))


def bring(job: jobs.Run, run: ImportRun) -> dict[str, Any]:
    """Import the file of `run`: resumable, and current only when its account closes."""
    job.progress(0, None, _("Reading the file"))
    kept, figures, mapping, aside = _judge(run)
    total = kept.height
    if not run.account:  # else an earlier try was killed after its history had become current
        if total:
            report = partial(_report, job, total)
            stored = history.write_history(run, kept, rules=_rules(run), report=report)
            account.require_closed(figures, stored_lines=stored[0], stored_amount=stored[1])
        run_atomic(partial(_publish, run, figures, mapping, aside, has_lines=bool(total)))
    job.progress(total, total, _("Opening stock and sources"))
    figures |= openings.open_stock(run, kept) if total else {}
    run_atomic(partial(_finish, run, figures))
    return figures


def _judge(run: ImportRun) -> tuple[pl.DataFrame, dict[str, Any], dict[str, str], StoredFile | None]:
    """Return what is kept, the account, the mapping and the file of what is set aside; the table itself is let go."""
    with TemporaryDirectory(prefix="rantai-import-") as folder:
        path = uploads.fetch_file(run.file, Path(folder), name=run.file_name)
        reading = read(run, path)
        aside = asides.keep(reading.frame, reading.findings, Path(folder))
        return reading.kept.drop("reason"), account.summarise(reading.lines), reading.mapping, aside


def foresee(reading: Reading) -> dict[str, Any]:
    """Return the account as a dry run knows it."""
    return {**account.summarise(reading.lines), "mapping": reading.mapping, "dry_run": True}


def _report(job: jobs.Run, total: int, done: int, note: str) -> None:
    job.progress(done, total, note)


def _publish(
    run: ImportRun, figures: dict[str, Any], mapping: dict[str, str], aside: StoredFile | None, *, has_lines: bool
) -> None:
    if has_lines:
        history.publish_history(run)
    ImportRun.objects.filter(pk=run.pk).update(
        account={**figures, "mapping": mapping}, aside=aside, updated_at=clock.now()
    )


def _finish(run: ImportRun, figures: dict[str, Any]) -> None:
    held = ImportRun.objects.values_list("account", flat=True).get(pk=run.pk)
    ImportRun.objects.filter(pk=run.pk).update(account={**held, **figures})
    states.IMPORTS.move(run, "done")


def _rules(run: ImportRun) -> Rules:
    preset = PRESETS.get(run.preset)
    return preset.RULES if preset else Rules()


def _currency(run: ImportRun) -> str:
    currency: str = run.options.get("currency") or run.company.currency
    return currency
