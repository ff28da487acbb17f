"""Explain as a picture: the links from tier 2 to the customer as a staircase in time, drawn on the server."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WIDTH = 880
LABELS = 224
RIGHT = 96
TOP = 26
ROW = 38
BAR = 8
POINT = 6
"""Width of what happens on one day."""
MAX_TICKS = 9
MIN_SPAN_DAYS = 7
WORDS = 130
NAME, REF = 31, 14
"""Letters that fit beside the picture, and for a number."""
FAR = 0.72
"""Share of the width beyond which words stand before their bar."""

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain; spans are (from, to); a leaf is where the lateness begins."""

    label: str
    note: str = ""
    ref: str = ""
    house: str = ""
    promised: Span | None = None
    expected: Span | None = None
    critical: bool = False
    leaf: bool = False
    cause: str = ""
    href: str = ""
    slack_days: int | None = None
    here: bool = False
    """What was asked about."""
    done: bool = False

    @property
    def slip_days(self) -> int:
        """Days by which this link ends later than promised."""
        return (self.expected[1] - self.promised[1]).days if self.expected and self.promised else 0


@dataclass(frozen=True, slots=True)
class Chain:
    """Links from the furthest upstream to the customer, with the dates that matter to the customer."""

    title: str
    links: Sequence[Link]
    promised_on: date | None = None
    p80_on: date | None = None
    today: date | None = None
    others: str = ""

    @property
    def downstream_first(self) -> list[Link]:
        """Return the links as the ladder shows them: the customer on top."""
        return list(reversed(self.links))

    @property
    def picture(self) -> dict[str, Any]:
        """Return everything the drawing needs, in its own units."""
        return draw_staircase(self)


@dataclass(frozen=True, slots=True)
class _Axis:
    start: date
    end: date

    def x(self, day: date) -> float:
        share = (day - self.start).days / max((self.end - self.start).days, 1)
        return round(LABELS + share * (WIDTH - LABELS - RIGHT), 1)


def draw_staircase(chain: Chain) -> dict[str, Any]:
    """Place bars, steps, ticks and marks; a bar covers its last day."""
    axis = _span_days(chain)
    steps = [_place_link(link, row, axis) for row, link in enumerate(chain.links)]
    bottom = TOP + ROW * len(steps)
    return {
        "width": WIDTH,
        "height": bottom + 34,
        "bottom": bottom,
        "right": WIDTH - RIGHT,
        "ticks": _draw_ticks(axis),
        "steps": steps,
        "path": _draw_critical_path(steps),
        "title": chain.title,
        "today_x": axis.x(chain.today) if chain.today else None,
        "promise_x": axis.x(chain.promised_on) if chain.promised_on else None,
        "promised_on": chain.promised_on,
        "p80_x": axis.x(chain.p80_on) if chain.p80_on else None,
        "p80_on": chain.p80_on,
        "marks_touch": _do_marks_touch(chain, axis),
        "has_promised": any(step["was"] for step in steps),
        "others": chain.others,
    }


def _span_days(chain: Chain) -> _Axis:
    days = [day for link in chain.links for span in (link.promised, link.expected) if span for day in span]
    days += [day for day in (chain.promised_on, chain.p80_on, chain.today) if day]
    if not days:
        days = [date(2000, 1, 3)]
    start, end = min(days) - timedelta(days=1), max(days) + timedelta(days=1)
    return _Axis(start, max(end, start + timedelta(days=MIN_SPAN_DAYS)))


def _draw_ticks(axis: _Axis) -> list[dict[str, Any]]:
    """Return the days of the axis; a year is said once, where it begins."""
    days = _list_ticks(axis)
    begun = [None, *days]
    return [
        {"x": axis.x(day), "day": day, "style": "short" if before and before.year == day.year else ""}
        for before, day in zip(begun, days, strict=False)
    ]


def _list_ticks(axis: _Axis) -> list[date]:
    monday = axis.start + timedelta(days=-axis.start.weekday() % 7)
    mondays = [monday + timedelta(weeks=week) for week in range((axis.end - monday).days // 7 + 1)]
    return mondays[:: max(1, -(-len(mondays) // MAX_TICKS))]


def _place_link(link: Link, row: int, axis: _Axis) -> dict[str, Any]:
    y = TOP + ROW * row + 6
    bar = _place_span(link.expected, axis)
    return {
        "link": link,
        "y": y,
        "name_y": y + 7,
        "note_y": y + 21,
        "bar_y": y + 1,
        "was_y": y + 1 + BAR + 4,
        "bar": bar,
        "word_x": round(bar["right"] + 6, 1) if bar else LABELS,
        "before_x": round(bar["x"] - 6, 1) if bar else LABELS,
        "was": _place_span(link.promised, axis) if link.slip_days else None,
        "word": link.cause,
        "end": link.expected[1] if link.expected else None,
        "is_far": bool(bar and bar["right"] > WIDTH * FAR and bar["x"] > LABELS + WORDS),
        "name": _cut(link.label, NAME - (len(link.ref[:REF]) + 2 if link.ref else 0)),
        "note": _cut(link.note, NAME),
        "ref": _cut(link.ref, REF),
    }


def _cut(text: str, letters: int) -> str:
    """Shorten a text to a width; what is written in squares takes two letters."""
    left = letters
    for place, letter in enumerate(text):
        left -= 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if left < 0:
            return f"{text[: max(place - 1, 1)].rstrip()}…"
    return text


def _place_span(span: Span | None, axis: _Axis) -> dict[str, float] | None:
    if not span:
        return None
    left, right = axis.x(span[0]), axis.x(span[1])
    if right - left < POINT:
        return {"x": round(right - POINT / 2, 1), "width": POINT, "right": round(right + POINT / 2, 1)}
    return {"x": left, "width": round(right - left, 1), "right": right}


def _draw_critical_path(steps: list[dict[str, Any]]) -> str:
    """Run under the critical bars and down from the end of one to the beginning of the next."""
    critical = [step for step in steps if step["link"].critical and step["bar"]]
    parts = []
    for position, step in enumerate(critical):
        bar, base = step["bar"], step["bar_y"] + BAR + 1.5
        parts.append(f"M{bar['x']} {base}" if not position else f"V{base}")
        parts.append(f"H{bar['right']}")
    return "".join(parts)


def _do_marks_touch(chain: Chain, axis: _Axis) -> bool:
    if not (chain.promised_on and chain.p80_on):
        return False
    return abs(axis.x(chain.promised_on) - axis.x(chain.p80_on)) < 190
