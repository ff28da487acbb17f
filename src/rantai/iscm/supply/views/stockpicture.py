"""Draw projected stock on the server: what comes above, what goes below, the level as a stair; every bar is a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rantai.iscm.supply.queries.projection import Bucket, Projection
from rantai.kernel.quantities import SCALE
from rantai.ui import formats

WIDTH, HEIGHT = 880, 260
LEFT, RIGHT, TOP, BOTTOM = 4, 56, 14, 22
GAP = 0.28
"""Share of a bucket that stays empty beside its bars."""
TICKS = 9
DEPTH = 0.6
"""How far below zero the picture goes, as a share of what it shows above."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def draw(found: Projection, *, unit: str, today: date, chosen: date | None, query: str) -> dict[str, Any]:
    """Return bars, lines and labels in the drawing's own units; figures stay in base units."""
    buckets = found.buckets
    scale = _span(found)
    step = (WIDTH - LEFT - RIGHT) / len(buckets)
    places = [LEFT + n * step for n in range(len(buckets))]
    every = max(1, -(-len(buckets) // TICKS))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "right": WIDTH - RIGHT,
        "bottom": HEIGHT - BOTTOM,
        "zero": scale.y(0),
        "safety": scale.y(found.safety / SCALE) if found.safety else None,
        "bars": [
            _draw_bucket(one, x, step, scale, unit=unit, today=today, is_chosen=one.start == chosen, query=query)
            for one, x in zip(buckets, places, strict=True)
        ],
        "level": _stair([one.closing for one in buckets], places, step, scale),
        "alone": _stair([one.alone for one in buckets], places, step, scale),
        "ticks": [
            {"x": round(x + step / 2, 1), "day": one.start}
            for n, (one, x) in enumerate(zip(buckets, places, strict=True))
            if n % every == 0
        ],
        "grid": [{"y": scale.y(value), "label": formats.number(value)} for value in _list_steps(scale)],
        "step": round(step, 1),
    }


def _span(found: Projection) -> _Scale:
    levels = [level for one in found.buckets for level in (one.closing, one.alone, one.opening)]
    coming = [one.receipt + one.planned for one in found.buckets]
    going = [-(one.orders + one.forecast + one.requirement + one.taken) for one in found.buckets]
    high = max(1, found.safety, *levels, *coming) * 1.04
    # What would be missing if nothing more were ordered falls for half a year; the picture follows it a little way.
    return _Scale(low=max(min(0, *levels, *going), min(-high * DEPTH, *going)) / SCALE, high=high / SCALE)


def _draw_bucket(
    one: Bucket, x: float, step: float, scale: _Scale, *, unit: str, today: date, is_chosen: bool, query: str
) -> dict[str, Any]:
    parts = []
    for names, sign in ((("receipt", "planned"), 1), (("orders", "forecast", "requirement", "taken"), -1)):
        at = 0.0
        for name in names:
            units = getattr(one, name) / SCALE
            if units:
                y = scale.y(at + units) if sign > 0 else scale.y(-at)
                height = abs(scale.y(sign * (at + units)) - scale.y(sign * at))
                parts.append({"kind": name, "y": y, "height": round(max(height, 0.5), 1)})
                at += units
    return {
        "x": round(x + step * GAP / 2, 1),
        "left": round(x, 1),
        "width": round(step * (1 - GAP), 1),
        "parts": parts,
        "href": f"?{query}{'&' if query else ''}at={one.start.isoformat()}#moves",
        "is_chosen": is_chosen,
        "is_short": bool(one.missing),
        "label": f"{formats.day(one.start, today=today)}: {formats.quantity(one.closing, unit)}",
    }


def _stair(levels: Sequence[int], places: Sequence[float], step: float, scale: _Scale) -> str:
    parts = []
    for n, (level, x) in enumerate(zip(levels, places, strict=True)):
        y = scale.y(max(level / SCALE, scale.low))
        parts.append(f"M{round(x, 1)} {y}" if not n else f"V{y}")
        parts.append(f"H{round(x + step, 1)}")
    return "".join(parts)


def _list_steps(scale: _Scale) -> list[int]:
    """Return round figures beside the picture: three or four of them."""
    span = max(scale.high - scale.low, 1)
    size = 10 ** (len(str(int(span))) - 1)
    size = next(one for one in (size / 5, size / 2, size, size * 2, size * 5) if span / one <= 4.5)
    size = max(1, int(size))
    first = int(scale.low // size) * size
    return [value for value in range(first, int(scale.high) + 1, size) if value >= scale.low]
