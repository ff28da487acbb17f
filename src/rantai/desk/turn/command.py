"""`rantai turn`: turn the loop in the terminal."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.utils.module_loading import autodiscover_modules

from rantai.desk.turn.tasks import TASK
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock, jobs, worker
from rantai.kernel.console import Refused, Screen, long_command


@click.command("turn")
@click.option("--as-of", default=None, metavar="DATE", help="The day to turn for, in the company's zone; default now.")
@long_command
def turn(screen: Screen, *, as_of: str | None) -> dict[str, Any]:
    """Value customers, forecast, set targets, plan, propose, share and tell."""
    autodiscover_modules("tasks")
    company = parties.find_company()
    if company is None:
        raise Refused("There is no company yet. Start `rantai serve` and answer the first page, or run `rantai demo`.")
    instant = read_instant(as_of, zone=company.zone)
    job = jobs.run_here(
        TASK,
        {"as_of": instant.isoformat()},
        worker=worker.name(),
        key="turn",
        actor="command",
        listener=screen.progress,
    )
    if job.state != "done":
        raise Refused(f"A turn is {job.state} already (job {job.pk}). Wait for it, or stop it on the jobs page.")
    return job.result or {}


def read_instant(text: str | None, *, zone: str) -> datetime:
    """Return now, or the end of the given day in the company's zone; raises Refused."""
    if text is None:
        return clock.now()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"'{text}' is no date. Write it as 2026-11-23.") from error
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC) - timedelta(seconds=1)
