"""Questions about dates, between the days of whoever asks and the instants of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rantai.iscm.supply import bridge
from rantai.iscm.supply.management.bridge import asking
from rantai.iscm.supply.management.bridge.following import Follower
from rantai.iscm.supply.management.news import list_held
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.sites import Sites


def ask_held(
    follower: Follower | None, question: dict[str, Any], sites: Sites
) -> tuple[list[dict[str, Any]], float] | None:
    """Answer the lines from the plan that is followed, and say in how many seconds the plan did.

    None where nobody follows or it does not know by now; a plan of another day has other fences.
    """
    if follower is None or not sites.is_same_day(follower.run.as_of):
        return None
    lines, rows = question["lines"], dict[int, int]()
    asked: list[asking.Asked] = []
    for number, line in enumerate(lines):
        places = [place for place in _list_places(line, sites) if follower.find_row(place[0]) is not None]
        if places:
            rows[number] = len(asked)
            asked.append(asking.Asked(units=line["units"], places=tuple(places)))
    found = asking.ask(
        follower, asked, list(list_held(question)), at=begin(sites), without=question.get("without", ())
    )  # fmt: skip
    if found is None:
        return None
    had = [found.had[rows[number]] if number in rows else asking.NOTHING for number in range(len(lines))]
    answers = [
        describe(line, keys.split(each.place)[1], each.parts, sites) for line, each in zip(lines, had, strict=True)
    ]
    return answers, found.seconds


def describe(
    line: dict[str, Any], location_id: int, parts: Sequence[bridge.Answered], sites: Sites
) -> dict[str, Any]:  # fmt: skip
    """Return the parts of a line as they are told: days for instants."""
    told = [
        {
            "location_id": location_id,
            "units": part.quantity,
            "basis": part.basis,
            "source_id": part.source_id or None,
            "leaves_on": sites.leave_after(location_id, part.time).isoformat(),
            "there_on": days.day_of(part.time, sites.zone(location_id)).isoformat(),
        }
        for part in parts
    ]
    return {"line": line["line"], "parts": told}


def begin(sites: Sites) -> int:
    """Return the first instant of which may be told."""
    return int(sites.as_of.timestamp()) + days.TICK


def find_due(line: dict[str, Any], location_id: int, sites: Sites) -> int:
    """Return the instant by which units would do at a site: as the day begins on which they should leave."""
    wanted_on = datetime.fromisoformat(line["wanted_on"]).date()
    return max(begin(sites), days.midnight(wanted_on, sites.zone(location_id)))


def _list_places(line: dict[str, Any], sites: Sites) -> list[tuple[int, int]]:
    """Return the item-locations (keys) from which a line may be sent, and by when units should be there."""
    found = line["location_ids"]
    return [(keys.pair_of(line["item_id"], one), find_due(line, one, sites)) for one in found]
