"""`rantai demo`: a company to look at, to learn with, to test with."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from rantai.demo import making, tables
from rantai.demo.founding import ZONE
from rantai.demo.world import SIZES, make_world
from rantai.kernel import clock
from rantai.kernel.console import Refused, Screen, long_command


@click.command("demo")
@click.option("--size", type=click.Choice(sorted(SIZES)), default="medium", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed is another world.")
@click.option("--as-of", default=None, metavar="DATE", help="The day that is today in the world; default today.")
@click.option("--export", "folder", default=None, type=click.Path(path_type=Path), help="Write CSV files instead.")
@click.option("--remove", is_flag=True, help="Empty the whole database of a demonstration company.")
@long_command
def demo(
    screen: Screen, *, size: str, seed: int, as_of: str | None, folder: Path | None, remove: bool
) -> dict[str, Any]:
    """Make the demonstration company in an empty database, export its world, or remove it.

    Removing empties every table and deletes the stored files: a demonstration shares its database with nobody.
    """
    day = _read_day(as_of)
    if folder:
        world = make_world(size=size, seed=seed, as_of=day)
        return {"folder": str(folder), "as_of": day.isoformat(), "rows": tables.write_tables(world, folder)}
    try:
        if remove:
            return making.remove_demo()
        return making.make_demo(size=size, seed=seed, as_of=day, report=screen.progress)
    except making.CompanyExists as problem:
        raise Refused(str(problem)) from problem


def _read_day(text: str | None) -> date:
    if text is None:
        return clock.business_date(clock.now(), ZONE)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"'{text}' is no date. Write it as 2026-11-23.") from error
