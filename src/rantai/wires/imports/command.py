"""`rantai import KIND FILE`: the same import as the page's, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from django.utils.module_loading import autodiscover_modules

from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Company
from rantai.kernel import jobs, worker
from rantai.kernel.console import Refused, Screen, long_command
from rantai.kernel.transactions import run_atomic
from rantai.wires.imports import blanks, columns, files, newcomers, past_orders, sheets, uploads
from rantai.wires.imports.history import NoSite
from rantai.wires.imports.kinds.registry import KINDS
from rantai.wires.imports.models import ImportRun
from rantai.wires.imports.openings import DEFAULT_LEAD_TIME_DAYS
from rantai.wires.imports.presets import PRESETS
from rantai.wires.imports.tasks import TASK

REFUSALS = (files.UnreadableFile, columns.MissingColumns, columns.UnknownColumn, NoSite)


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preset", type=click.Choice(sorted(PRESETS)), default=None, help="A format that we know.")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help="Name a column; may be repeated.")
@click.option("--source", default="", help="Whose keys these are: the same source upserts.")
@click.option("--opening-stock", default="none", metavar="none|weeks=N", help="Stock to begin with.")
@click.option(
    "--lead-time",
    type=click.IntRange(0, 1000),
    default=DEFAULT_LEAD_TIME_DAYS,
    show_default=True,
    help="Working days assumed for items without a source.",
)
@click.option("--dry-run", is_flag=True, help="Read and judge; write nothing.")
@click.option("--template", is_flag=True, help="Print an empty file of this kind, with two example lines.")
@click.option("--language", type=click.Choice(columns.LANGUAGES), default="en", help="Of the template's header.")
@long_command
def import_file(screen: Screen, *, kind: str, file: Path | None, **asked: Any) -> dict[str, Any]:
    """Import a CSV, CSV.gz, Excel or Parquet file."""
    if asked["template"]:
        return give_template(screen, kind, language=asked["language"])
    if file is None:
        raise Refused("Name the file to import, or ask for --template.")
    autodiscover_modules("tasks")
    details = read_details(find_company(screen, asked), kind, file, asked)
    try:
        return judge(file, details) if asked["dry_run"] else bring(screen, file, details)
    except REFUSALS as error:
        raise Refused(str(error)) from error


def find_company(screen: Screen, asked: dict[str, Any]) -> Company:
    """Return our company, or set one up where a preset says enough of it; raises Refused."""
    found = parties.find_company()
    if found:
        return found
    preset = PRESETS.get(asked["preset"] or "")
    if preset is None or asked["dry_run"]:
        raise Refused("There is no company yet. Run `rantai demo`, or import with a --preset, which sets one up.")
    screen.say(f"Setting up a company in {preset.CURRENCY}; its name and taxes are yours to change")
    return run_atomic(lambda: newcomers.found_company(preset))


def read_details(company: Company, kind: str, file: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what an import is opened with, as it was asked on the command line."""
    preset = PRESETS.get(asked["preset"] or "")
    if preset and kind != "orders":
        raise Refused(f"The preset {asked['preset']} is one of past orders: import orders, not {kind}.")
    options = {
        "opening_weeks": read_cover(asked["opening_stock"]),
        "lead_time_days": asked["lead_time"],
        **({"currency": preset.CURRENCY, "zone": preset.ZONE} if preset else {}),
    }
    return {
        "company_id": company.pk,
        "kind": kind,
        "file_name": file.name,
        "preset": asked["preset"] or "",
        "source": asked["source"],
        "mapping": read_mapping(asked["mapped"]),
        "options": options if kind == "orders" else {},
    }


def give_template(screen: Screen, kind: str, *, language: str) -> dict[str, Any]:
    """Print the template, or hold it in the JSON result."""
    text = blanks.write_template(KINDS[kind], language=language)
    if not screen.as_json:
        click.echo(text.lstrip("\ufeff"), nl=False)
        return {}
    return {"kind": kind, "template": text}


def judge(file: Path, details: dict[str, Any]) -> dict[str, Any]:
    """Return the account of a file as it would be imported."""
    run = ImportRun(**{**details, "source": details["source"] or details["preset"] or uploads.USUAL_SOURCE})
    if run.kind == "orders":
        return past_orders.foresee(past_orders.read(run, file))
    return sheets.foresee(sheets.read(run, file))


def bring(screen: Screen, file: Path, details: dict[str, Any]) -> dict[str, Any]:
    """Keep the file and run its import here, as a job that a worker takes over if this process is killed."""
    screen.say(f"Keeping {file.name}")
    stored = uploads.keep_file(file)
    run = run_atomic(lambda: uploads.open_import(stored, by="command", **details))
    job = jobs.run_here(
        TASK,
        {"import_id": run.pk},
        worker=worker.name(),
        key=f"import:{run.pk}",
        actor="command",
        listener=screen.progress,
    )
    if job.state != "done":
        raise Refused(
            f"The import is {job.state} in another process (job {job.pk}): {job.error or 'see the jobs page'}."
        )
    return {"import": run.pk, **(job.result or {})}


def read_mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read `field=column` pairs."""
    mapping = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(mapping) != len(pairs):
        raise Refused("Write each --map as FIELD=COLUMN, such as --map customer='Client no'.")
    return mapping


def read_cover(text: str) -> float | None:
    """Read `none` or `weeks=N`."""
    if text == "none":
        return None
    name, _sign, number = text.partition("=")
    try:
        weeks = float(number)
    except ValueError:
        weeks = 0.0
    if name != "weeks" or not 0 < weeks <= 104:
        raise Refused("Write --opening-stock as none or weeks=N, with N from 0.1 to 104.")
    return weeks
