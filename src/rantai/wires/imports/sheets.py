"""A file of masters or open documents: read, judged line by line, written in batches, accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from rantai.kernel import clock, jobs
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import account, asides, cells, columns, files, masters, scope, states, uploads
from rantai.wires.imports.columns import Match
from rantai.wires.imports.kinds import units
from rantai.wires.imports.kinds.kind import Kind, Record, Written, parts
from rantai.wires.imports.kinds.registry import SHEETS
from rantai.wires.imports.models import ImportRun
from rantai.wires.imports.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file read and judged, before anything is written."""

    frame: pl.DataFrame
    matches: Mapping[str, Match]
    cells: pl.DataFrame
    """Typed columns with `row`, `raw_<field>` and `key`."""
    findings: pl.DataFrame
    """Everything that is wrong: row, reason, field, detail; a row may stand there more than once."""

    @property
    def kept(self) -> pl.DataFrame:
        """The lines that will be imported."""
        return self.cells.join(self.findings.select("row").unique(), on="row", how="anti", maintain_order="left")


def match(run: ImportRun, frame: pl.DataFrame) -> dict[str, Match]:
    """Return which column is taken for which field; raises UnknownColumn."""
    return columns.match_columns(frame, SHEETS[run.kind].fields, run.mapping)


def read(run: ImportRun, path: Path) -> Sheet:
    """Read and judge a file; raises UnreadableFile, MissingColumns or UnknownColumn."""
    frame = files.read_table(path).frame
    return judge(SHEETS[run.kind], frame, match(run, frame), view_of(run))


def view_of(run: ImportRun) -> Scope:
    """Return the scope of an import, today."""
    return scope.of_run(run, today=clock.business_date(clock.now(), run.company.zone))


def judge(kind: Kind, frame: pl.DataFrame, matches: Mapping[str, Match], view: Scope) -> Sheet:
    """Type every cell and name what is wrong, line by line; raises MissingColumns."""
    mapping = {name: match.column for name, match in matches.items()}
    columns.require(mapping, kind.fields, frame.columns)
    typed, found = cells.read_cells(frame, mapping, kind.fields, scope=view)
    typed = typed.with_columns(key=_key(kind))
    broken = [
        cells.note(typed.select(check.test).to_series(), check.reason, check.field, typed[f"raw_{check.field}"])
        for check in kind.checks
    ]
    found = cells.gather([found, *broken, *_repeats(kind, typed), *kind.judge(typed, view)])
    return Sheet(
        frame=frame, matches=matches, cells=typed, findings=cells.gather([found, *_spread(kind, typed, found)])
    )


def bring(job: jobs.Run, run: ImportRun) -> dict[str, Any]:
    """Import the file of `run` in short transactions; one that was killed goes on where it stopped."""
    kind, view = SHEETS[run.kind], view_of(run)
    with TemporaryDirectory(prefix="rantai-import-") as folder:
        job.progress(0, None, _("Reading the file"))
        path = uploads.fetch_file(run.file, Path(folder), name=run.file_name)
        sheet = read(run, path)
        write(job, run, kind, sheet, view)
        run.refresh_from_db()
        sheet = _with_refused(sheet, run.account.get("refused", {}))
        aside = asides.keep(sheet.frame, sheet.findings, Path(folder))
    figures = summarise(sheet, run.account)
    run_atomic(lambda: _finish(run, figures, sheet.matches, aside))
    return figures


def write(job: jobs.Run, run: ImportRun, kind: Kind, sheet: Sheet, view: Scope) -> None:
    """Write what is kept, a batch of rows to a transaction, its account in the same one."""
    kept = sheet.kept
    if "unit" in kept.columns and "quantity" in kept.columns:
        kept = units.to_base(kept, item="component" if "component" in kept.columns else "item", quantity="quantity")
    rows = _group(kept)
    counts = {key: len(lines) for key, lines in rows}
    done = 0
    for part in parts(rows, kind.batch):
        kind.write(kind.rows(part, view), view, _noting(run, counts))
        done += sum(counts[key] for key, _lines in part)
        job.progress(done, kept.height, _("Writing lines"))


def summarise(sheet: Sheet, written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account; lines read are imported, changed, unchanged or set aside."""
    kept = sheet.kept.height
    new, changed = written.get("new", 0), written.get("changed", 0)
    reasons = (
        asides.first_findings(sheet.findings).group_by("reason").len().sort("len", "reason", descending=[True, False])
    )
    figures = {
        "lines_read": sheet.cells.height,
        "lines_imported": new,
        "lines_changed": changed,
        "lines_unchanged": kept - new - changed,
        "lines_set_aside": sheet.cells.height - kept,
        "set_aside_by_reason": dict(reasons.iter_rows()),
        "changed_keys": written.get("changed_keys", []),
        **written.get("counts", {}),
    }
    account.require_lines_closed(figures)
    return figures


def foresee(sheet: Sheet) -> dict[str, Any]:
    """Return the account as a dry run can know it: `lines_imported` is what would be written."""
    kept = sheet.kept.height
    return {
        **summarise(sheet, {"new": kept}),
        "rows": sheet.kept["key"].n_unique(),
        "mapping": {name: match.column for name, match in sheet.matches.items()},
        "dry_run": True,
    }


def _key(kind: Kind) -> pl.Expr:
    texts = [pl.col(f"raw_{name}").str.replace(r"^(\d+)\.0$", "$1").fill_null("") for name in kind.key]
    whole = pl.concat_str(texts, separator="/") if len(texts) > 1 else texts[0]
    return pl.when(whole.str.replace_all("/", "") == "").then(None).otherwise(whole.str.slice(0, 150))


def _repeats(kind: Kind, typed: pl.DataFrame) -> list[pl.DataFrame]:
    """Return findings: a line that stands there twice, and a key whose lines contradict each other."""
    raw = [name for name in typed.columns if name.startswith("raw_")]
    again = typed.select(~pl.struct(raw).is_first_distinct()).to_series()
    names = ["key", *(f"raw_{name}" for name in kind.lines)]
    first = typed.filter(~again)
    twice = first.select((pl.len().over(names) > 1) & pl.col("key").is_not_null()).to_series()
    return [
        cells.note(again, "repeat", "", typed["key"]),
        _numbered(cells.note(twice, "key_twice", kind.key[0], first["key"]), first),
    ]


def _numbered(found: pl.DataFrame, of: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(row=of["row"].gather(found["row"]).cast(pl.Int64))


def _spread(kind: Kind, typed: pl.DataFrame, found: pl.DataFrame) -> list[pl.DataFrame]:
    """Set aside the other lines of a document that has a wrong one: half of it would be another document."""
    if not kind.lines:
        return []
    wrong = found.filter(pl.col("reason") != "repeat").select("row").unique()
    keys = typed.join(wrong, on="row", how="semi")["key"].drop_nulls().unique()
    sound = ~typed["row"].is_in(found["row"].implode())
    return [cells.note(typed["key"].is_in(keys.implode()) & sound, "document_incomplete", kind.key[0], typed["key"])]


def _group(kept: pl.DataFrame) -> list[tuple[str, list[Record]]]:
    grouped: dict[str, list[Record]] = {}
    plain = kept.select(name for name in kept.columns if not name.startswith("raw_"))
    for record in plain.iter_rows(named=True):
        grouped.setdefault(record["key"], []).append(record)
    return list(grouped.items())


def _noting(run: ImportRun, counts: Mapping[str, int]) -> Callable[[Written], None]:
    """Return what a batch calls in its transaction: its figures are kept with what it wrote, killed or not."""

    def note(written: Written) -> None:
        held = ImportRun.objects.values_list("account", flat=True).get(pk=run.pk)
        held["new"] = held.get("new", 0) + sum(counts[key] for key in written.new)
        held["changed"] = held.get("changed", 0) + sum(counts[key] for key in written.changed)
        held["changed_keys"] = (held.get("changed_keys", []) + sorted(written.changed))[:200]
        held["refused"] = {**held.get("refused", {}), **written.refused}
        for name, count in written.counts.items():
            held.setdefault("counts", {})[name] = held.get("counts", {}).get(name, 0) + count
        ImportRun.objects.filter(pk=run.pk).update(account=held)
        for kind, ids in written.masters.items():
            masters.remember(run, kind, ids)

    return note


def _with_refused(sheet: Sheet, refused: Mapping[str, str]) -> Sheet:
    """Return the sheet with what a house refused while it was written among the findings."""
    if not refused:
        return sheet
    detail = sheet.cells["key"].replace_strict(dict(refused), default=None, return_dtype=pl.String)
    found = cells.note(detail.is_not_null(), "refused", "", detail)
    return Sheet(
        frame=sheet.frame, matches=sheet.matches, cells=sheet.cells, findings=cells.gather([sheet.findings, found])
    )


def _finish(run: ImportRun, figures: dict[str, Any], matches: Mapping[str, Match], aside: Any) -> None:
    held = {**figures, "mapping": {name: match.column for name, match in matches.items()}}
    ImportRun.objects.filter(pk=run.pk).update(account=held, aside=aside, updated_at=clock.now())
    states.IMPORTS.move(run, "done")
