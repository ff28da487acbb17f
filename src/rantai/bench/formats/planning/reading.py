"""Read one field of a thing; what is missing is its default, what says nothing as well, and the thing remembers it."""

from __future__ import annotations

from rantai.bench.formats.planning.calendars import read_steps
from rantai.bench.formats.planning.collecting import Thing
from rantai.bench.formats.planning.model import FOREVER, Steps
from rantai.bench.formats.planning.values import (
    BEGINNING,
    UnreadableValue,
    read_duration,
    read_instant,
    read_number,
)


def number(thing: Thing, name: str, default: float) -> float:
    """Return a number."""
    try:
        return read_number(thing.fields[name]) if thing.fields.get(name) else default
    except UnreadableValue as error:
        thing.complain(name, error)
        return default


def seconds(thing: Thing, name: str, default: float) -> float:
    """Return a duration in seconds."""
    try:
        return read_duration(thing.fields[name]) if thing.fields.get(name) else default
    except UnreadableValue as error:
        thing.complain(name, error)
        return default


def instant(thing: Thing, name: str) -> int | None:
    """Return an instant, or None where none is given."""
    try:
        return read_instant(thing.fields[name]) if thing.fields.get(name) else None
    except UnreadableValue as error:
        thing.complain(name, error)
        return None


def flag(thing: Thing, name: str, *, default: bool) -> bool:
    """Return whether a field says yes."""
    text = thing.fields.get(name, "").lower()
    return text in ("1", "true", "yes") if text else default


def since(thing: Thing) -> int:
    """Return where a thing's range of effect begins."""
    found = instant(thing, "effective_start")
    return BEGINNING if found is None else max(found, BEGINNING)


def until(thing: Thing) -> int:
    """Return where a thing's range of effect ends."""
    found = instant(thing, "effective_end")
    return FOREVER if found is None else min(found, FOREVER)


def steps(thing: Thing, name: str, *, now: int, is_bucketed: bool = False) -> Steps | None:
    """Return a calendar's value over time, or None where none is linked."""
    calendar = thing.links.get(name)
    return None if calendar is None else read_steps(calendar, now=now, is_bucketed=is_bucketed)


def hours(*things: Thing | None, now: int) -> list[Steps]:
    """Return the working hours of those of the things that have any."""
    found = [steps(thing, "available", now=now) for thing in things if thing is not None]
    return [each for each in found if each is not None]


def name_of(thing: Thing, link: str) -> str:
    """Return the name of a linked thing, empty where there is none."""
    linked = thing.links.get(link)
    return linked.name if linked is not None else ""
