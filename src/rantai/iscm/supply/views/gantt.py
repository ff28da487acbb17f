"""Draw lanes of bars over days on the server: bars are links, those that may be moved say so to the script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries.timelines import Bar, Lane
from rantai.ui import formats

WIDTH, LABELS, RIGHT = 1080, 168, 8
TOP, ROW, HEIGHT, PAD = 30, 18, 14, 6
MOST_ROWS = 14
"""Bars beside each other in time that a lane stacks; more share the last row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The days that a picture shows."""

    first: date
    count: int

    @property
    def day_width(self) -> float:
        """Width of a day in the drawing's units."""
        return (WIDTH - LABELS - RIGHT) / self.count

    def x(self, day: date, part: float = 0.0) -> float:
        """Return where a day begins (part 0) or ends (part 1)."""
        return round(LABELS + ((day - self.first).days + part) * self.day_width, 1)


def draw(
    lanes: Sequence[Lane], span: Span, *, today: date, names: Mapping[int, str], movable: Mapping[int, PlannedOrder],
    hrefs: Mapping[int, str], lane_hrefs: Mapping[int, str],
) -> dict[str, Any]:  # fmt: skip
    """Return everything the drawing needs; bars are cut where the picture ends."""
    y, drawn = TOP, []
    for lane in lanes:
        rows = _stack(lane.bars)
        height = max(1, max(rows, default=0) + 1) * ROW + 2 * PAD
        drawn.append(
            {
                "lane": lane,
                "href": lane_hrefs.get(lane.key, ""),
                "y": y,
                "name_y": y + PAD + 11,
                "note_y": y + PAD + 24,
                "height": height,
                "due_x": span.x(lane.due_on, 1) if lane.due_on and _is_inside(lane.due_on, span) else None,
                "due_bottom": y + height,
                "label": _cut(lane.label),
                "note": _cut(lane.note),
                "bars": [
                    bar
                    for row, one in zip(rows, lane.bars, strict=True)
                    if (bar := _place(one, span, y + PAD + row * ROW, today, names, movable, hrefs))
                ],
            }
        )
        y += max(height, 34 if lane.note else 0)
    return {
        "width": WIDTH,
        "height": y + 6,
        "bottom": y,
        "labels": LABELS,
        "lanes": drawn,
        "day_width": round(span.day_width, 3),
        "weeks": [
            {"x": span.x(day), "day": day}
            for day in (span.first + timedelta(days=n) for n in range(span.count))
            if day.weekday() == 0
        ],
        "weekends": [
            {"x": span.x(day), "width": round(span.day_width, 1)}
            for day in (span.first + timedelta(days=n) for n in range(span.count))
            if day.weekday() > 4
        ],
        "today_x": span.x(today) if _is_inside(today, span) else None,
    }


def _stack(bars: Sequence[Bar]) -> list[int]:
    """Return the row of each bar within its lane, so that no two cover each other."""
    ends: list[tuple[date, float]] = []
    rows = []
    for bar in bars:
        begins = (bar.starts_on, bar.since or 0.0)
        row = next((n for n, end in enumerate(ends) if end <= begins), len(ends))
        if row >= MOST_ROWS:
            row = MOST_ROWS - 1
        end = (bar.ends_on, bar.until if bar.until is not None else 1.0)
        if row == len(ends):
            ends.append(end)
        else:
            ends[row] = max(ends[row], end)
        rows.append(row)
    return rows


def _place(
    bar: Bar, span: Span, y: float, today: date, names: Mapping[int, str], movable: Mapping[int, PlannedOrder],
    hrefs: Mapping[int, str],
) -> dict[str, Any] | None:  # fmt: skip
    last = span.first + timedelta(days=span.count - 1)
    if bar.ends_on < span.first or bar.starts_on > last:
        return None
    left = span.x(bar.starts_on, bar.since or 0.0) if bar.starts_on >= span.first else float(LABELS)
    right = span.x(bar.ends_on, 1.0 if bar.until is None else bar.until) if bar.ends_on <= last else WIDTH - RIGHT
    order = movable.get(bar.order)
    name = names.get(bar.item_id, "")
    width = max(3.0, right - left)
    days = f"{formats.day(bar.starts_on, today=today)} – {formats.day(bar.ends_on, today=today)}"
    return {
        "x": round(left, 1),
        "y": y,
        "width": round(width, 1),
        "height": HEIGHT,
        "kind": bar.kind,
        "href": hrefs.get(bar.order if bar.order >= 0 else -bar.receipt, ""),
        "move": reverse("iscm_supply:move", args=[order.pk]) if order else "",
        "label": " · ".join(filter(None, (name, formats.quantity(bar.units) if bar.units else "", days))),
        "text": _cut(name, int(width / 6.5)) if width > 40 else "",
        "text_x": round(left + 4, 1),
        "text_y": y + 10.5,
        "is_critical": bar.slack_days == 0,
    }


def _is_inside(day: date, span: Span) -> bool:
    return span.first <= day < span.first + timedelta(days=span.count)


def _cut(text: str, letters: int = 22) -> str:
    return text if len(text) <= letters else f"{text[: max(letters - 1, 1)].rstrip()}…"
