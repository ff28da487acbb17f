"""`rantai check`: everything that must always hold, over the whole database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import click

from rantai.crm import facade as crm
from rantai.foundation import facade as foundation
from rantai.iscm import facade as iscm
from rantai.kernel import invariants
from rantai.kernel.console import Screen, long_command
from rantai.kernel.invariants import Violation
from rantai.srm import facade as srm

HOUSES: dict[str, Callable[[], Iterator[Violation]]] = {
    "kernel": invariants.list_violations,
    "foundation": foundation.list_violations,
    "srm": srm.list_violations,
    "iscm": iscm.list_violations,
    "crm": crm.list_violations,
}
_SHOWN = 50


def list_violations(screen: Screen | None = None) -> list[Violation]:
    """Return every broken rule of every house."""
    found: list[Violation] = []
    for place, (house, check) in enumerate(HOUSES.items(), start=1):
        found.extend(check())
        if screen:
            screen.progress(place, len(HOUSES), house)
    return found


@click.command()
@long_command
def check(screen: Screen) -> dict[str, Any]:
    """Check every invariant over the whole database; exit 1 with a list where one is broken."""
    found = list_violations(screen)
    by_rule = dict(Counter(violation.rule for violation in found))
    if found:
        for violation in found[:_SHOWN]:
            screen.say(f"{violation.rule}: {violation.subject}: {violation.message}")
        if len(found) > _SHOWN:
            screen.say(f"… and {len(found) - _SHOWN:,} more")
        screen.fail(f"{len(found):,} violations of {len(by_rule)} rules", violations=len(found), by_rule=by_rule)
    return {"violations": 0, **iscm.count_awaiting_plan()}
