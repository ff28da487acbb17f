"""`rantai explain REF`: why something comes when it does, in the terminal."""

from __future__ import annotations

from typing import Any

import click

from rantai.desk.explain import finding, queries, telling
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.console import Refused, Screen, long_command


@click.command("explain")
@click.argument("ref", metavar="REF")
@long_command
def explain(screen: Screen, *, ref: str) -> dict[str, Any]:
    """Show what a thing leans on and who leans on it: SO-00012/2, PO-00016/1, MO-00003, P-12, or kind:id/line."""
    company = parties.find_company()
    if company is None:
        raise Refused("There is no company yet. Start `rantai serve` and answer the first page, or run `rantai demo`.")
    try:
        found = finding.find_ref(ref)
    except finding.UnknownReference as error:
        screen.fail(str(error), asked=ref, close=list(error.close))
    now = clock.now()
    today = clock.business_date(now, company.zone)
    story = queries.find_story(found, as_of=now)
    if story is None:
        screen.fail(f"{ref}: nothing leans on it and it leans on nothing: a draft, or something cancelled.", asked=ref)
    if screen.as_json:
        return telling.to_data(story, today=today)
    for line in telling.tell(story, today=today):
        click.echo(line)
    return {}
