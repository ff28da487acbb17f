"""Ask the planner process for dates beyond stock and confirmed supply; standard library alone, nothing compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime

from django.conf import settings

from rantai.kernel import sockets

BUDGET_SECONDS = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class DeepLine:
    """Units (1/10,000) of an item that stock and confirmed supply do not cover, and the sites that may send them.

    `wanted_on` is the day on which they would have to leave.
    """

    line: int
    item_id: int
    units: int
    wanted_on: date
    location_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """Units of stock or of a receipt that the asker takes for units of which it does not ask."""

    item_id: int
    location_id: int
    kind: str
    supply_id: int
    supply_line: int
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeepPart:
    """A part of a line: in by the end of `there_on`, can leave on `leaves_on`; basis stock, receipt or plan."""

    location_id: int
    units: int
    basis: str
    source_id: int | None
    leaves_on: date
    there_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class DeepAnswer:
    """What the plan of a revision can give, by line number; a line without parts has no date."""

    revision: int
    parts: dict[int, tuple[DeepPart, ...]]


def ask(
    lines: Sequence[DeepLine], *, as_of: datetime, held: Sequence[Held] = (), without: Sequence[int] = (),
    timeout: float = BUDGET_SECONDS,
) -> DeepAnswer | None:  # fmt: skip
    """Return dates from the published plan, or None where no planner answers in time or there is no plan yet.

    `without` are ids of demands that are about to let go of what they have.
    """
    question = {
        "op": "ask",
        "as_of": as_of.isoformat(),
        "lines": [_write(line) for line in lines],
        "held": [astuple(row) for row in held],
        "without": list(without),
    }
    try:
        answer = sockets.ask(settings.PLANNER_URL, question, timeout=timeout)
    except sockets.NobodyAnswers:
        return None
    if not answer.get("ok") or answer.get("revision") is None:
        return None
    return DeepAnswer(
        revision=answer["revision"],
        parts={line["line"]: tuple(_read(part) for part in line["parts"]) for line in answer["lines"]},
    )


def _write(line: DeepLine) -> dict[str, object]:
    return {**asdict(line), "wanted_on": line.wanted_on.isoformat()}


def _read(part: dict[str, object]) -> DeepPart:
    days = {name: date.fromisoformat(str(part[name])) for name in ("leaves_on", "there_on")}
    return DeepPart(**{**part, **days})  # type: ignore[arg-type]
