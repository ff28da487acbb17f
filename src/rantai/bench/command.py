"""`rantai bench NAME`: run one benchmark, or all, each in a process and a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from rantai.bench import servers
from rantai.bench.options import Options
from rantai.bench.registry import BENCHES


@click.command()
@click.argument("name", type=click.Choice([*BENCHES, "all"]))
@click.option("--size", default="", help="How much: orders for confirm and promise, lines for import and turn.")
@click.option("--data", default="", type=click.Path(), help="A file or folder of the benchmark's format.")
@click.option("--out", default="", type=click.Path(), help="Where what was found is written, besides the figures.")
@click.option("--horizon", default=0, type=click.IntRange(0, 400), help="Buckets ahead (forecast).")
@click.option("--season", default=0, type=click.IntRange(0, 1000), help="Buckets in a season (forecast).")
@click.option("--freq", default="", help="H, D, W, M, Q or Y (forecast).")
@click.option("--effort", default="operational", type=click.Choice(["operational", "best"]), help="Which tournament.")
@click.option("--seconds", default=0.0, type=click.FloatRange(0, 86400), help="Most time for a search (lot-sizing).")
@click.option("--events", default=0, type=click.IntRange(0, 1_000_000), help="How many (netchange); 0: 10,000.")
@click.option("--database", default="", help="Only this: sqlite, postgresql, or the URL of an empty PostgreSQL.")
@click.option("--json", "as_json", is_flag=True, help="Only the JSON lines.")
def bench(name: str, database: str, as_json: bool, **asked: Any) -> None:
    """Measure; the last line is one JSON object, with one for each database before it."""
    options = Options(**asked)
    names = list(BENCHES) if name == "all" else [name]
    with ExitStack() as stack:
        lines = [
            run_stage(each, shorten(each, options) if name == "all" else options, url=url, is_quiet=as_json)
            for each in names
            for url in list_databases(each, database, stack, is_quiet=as_json)
        ]
    if name == "all":
        keep_results([line for line in lines if line])
    if not all(lines):
        sys.exit(1)


def shorten(name: str, options: Options) -> Options:
    """Return the options of a benchmark among all: brief where nothing else was asked."""
    plain = Options()
    return replace(
        options,
        **{one: value for one, value in BENCHES[name].brief.items() if getattr(options, one) == getattr(plain, one)},
    )


def list_databases(name: str, asked: str, stack: ExitStack, *, is_quiet: bool) -> list[str]:
    """Return the URLs of the databases to run on; empty is SQLite in a folder of its own."""
    kinds = BENCHES[name].databases or ("sqlite",)
    if "://" in asked:
        return [asked]
    urls = []
    for kind in kinds if not asked else [kind for kind in kinds if kind == asked]:
        if kind == "sqlite":
            urls.append("")
        elif servers.can_start():
            urls.append(stack.enter_context(servers.serve_postgresql()))
        elif not is_quiet:
            click.echo(f"{name}: no PostgreSQL to start here; name one with --database URL", err=True)
    return urls


def run_stage(name: str, options: Options, *, url: str, is_quiet: bool) -> str:
    """Run one benchmark in a child process and return its JSON line, empty where it could not run."""
    with tempfile.TemporaryDirectory(prefix="rantai-bench-") as home:
        environment = {**os.environ, "RANTAI_HOME": home, "DATABASE_URL": url, "RANTAI_LOG_LEVEL": "WARNING"}
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
