"""`rantai bench NAME`: run one benchmark, or all, each in a process and a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from rantai.bench.options import Options
from rantai.bench.registry import BENCHES


@click.command()
@click.argument("name", type=click.Choice([*BENCHES, "all"]))
@click.option("--size", default="", help="How much; for `confirm` the number of orders.")
@click.option("--data", default="", type=click.Path(), help="A file or folder of the benchmark's format.")
@click.option("--database", default="", help="A PostgreSQL URL; empty is SQLite in a folder of its own.")
@click.option("--json", "as_json", is_flag=True, help="Only the JSON line.")
def bench(name: str, database: str, as_json: bool, **asked: Any) -> None:
    """Measure; the last line is one JSON object."""
    options = Options(**asked)
    names = list(BENCHES) if name == "all" else [name]
    lines = [run_stage(each, options, database=database, is_quiet=as_json) for each in names]
    if name == "all":
        keep_results([line for line in lines if line])
    if not all(lines):
        sys.exit(1)


def run_stage(name: str, options: Options, *, database: str, is_quiet: bool) -> str:
    """Run one benchmark in a child process and return its JSON line, empty where it could not run."""
    with tempfile.TemporaryDirectory(prefix="rantai-bench-") as home:
        environment = {**os.environ, "RANTAI_HOME": home, "DATABASE_URL": database, "RANTAI_LOG_LEVEL": "WARNING"}
        command = [sys.executable, "-m", "rantai.bench.stage", name, json.dumps(options.to_json())]
        stage = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    line = stage.stdout.strip().splitlines()[-1] if stage.returncode == 0 and stage.stdout.strip() else ""
    if line:
        click.echo(line)
    elif not is_quiet:
        click.echo(f"{name}: did not run", err=True)
    return line


def keep_results(lines: list[str]) -> None:
    """Append a day's results to bench/results."""
    folder = Path("bench/results")
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    with (folder / f"{day}.jsonl").open("a") as file:
        file.writelines(f"{line}\n" for line in lines)
