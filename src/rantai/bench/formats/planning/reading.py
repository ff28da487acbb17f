"""Read one field of a thing: its text, with the default where it is missing, and the thing's name where it is wrong."""

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


class UnreadableField(Exception):
    """A field of a thing that says nothing that can be planned with."""

    def __init__(self, thing: Thing, name: str, reason: object) -> None:
        super().__init__(f"line {thing.line}: {thing.kind} '{thing.name}', {name}: {reason}")


def number(thing: Thing, name: str, default: float) -> float:
    """Return a number."""
    try:
        return read_number(thing.fields[name]) if thing.fields.get(name) else default
    except UnreadableValue as error:
        raise UnreadableField(thing, name, error) from error


def seconds(thing: Thing, name: str, default: float) -> float:
    """Return a duration in seconds."""
    try:
        return read_duration(thing.fields[name]) if thing.fields.get(name) else default
    except UnreadableValue as error:
        raise UnreadableField(thing, name, error) from error


def instant(thing: Thing, name: str) -> int | None:
    """Return an instant, or None where none is given."""
    try:
        return read_instant(thing.fields[name]) if thing.fields.get(name) else None
    except UnreadableValue as error:
        raise UnreadableField(thing, name, error) from error


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
    if calendar is None:
        return None
    try:
        return read_steps(calendar, now=now, is_bucketed=is_bucketed)
    except UnreadableValue as error:
        raise UnreadableField(calendar, "buckets", error) from error


def name_of(thing: Thing, link: str) -> str:
    """Return the name of a linked thing, empty where there is none."""
    linked = thing.links.get(link)
    return linked.name if linked is not None else ""
