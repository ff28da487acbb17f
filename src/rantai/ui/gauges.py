"""The date gauge: asked, promised and P80 as marks on one scale of days that a whole table shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rantai.ui import formats

WIDTH = 142
EDGE = 4.0
MAX_DAYS = 90
MIN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Scale:
    """Days from `start` to `end`, drawn over the width of a gauge."""

    start: date
    end: date
    today: date | None = None

    @classmethod
    def around(cls, days: Iterable[date | None], *, today: date | None = None) -> Scale:
        """Span all known days, two weeks at least, 90 days at most (later marks stand at the edge)."""
        known = sorted(day for day in days if day)
        if not known:
            known = [today or date(2000, 1, 3)]
        start, end = known[0] - timedelta(days=1), known[-1] + timedelta(days=1)
        end = max(end, start + timedelta(days=MIN_DAYS))
        return cls(start, min(end, start + timedelta(days=MAX_DAYS)), today)

    @property
    def days(self) -> int:
        """Number of steps between the ends."""
        return max((self.end - self.start).days, 1)

    def x(self, day: date) -> float:
        """Return where a day stands; days outside stand at the edge."""
        share = (day - self.start).days / self.days
        return round(EDGE + min(max(share, 0), 1) * (WIDTH - 2 * EDGE), 1)

    @property
    def day_path(self) -> str:
        """Draw a short tick for each day (none when they would touch)."""
        return _draw_ticks(self)[0]

    @property
    def week_path(self) -> str:
        """Draw a longer tick for each Monday."""
        return _draw_ticks(self)[1]


@lru_cache(maxsize=64)
def _draw_ticks(scale: Scale) -> tuple[str, str]:
    """Draw days and Mondays once for the whole table; days are left out where they would touch."""
    days = [scale.start + timedelta(days=step) for step in range(scale.days + 1)]
    short = "".join(f"M{scale.x(day)} 12v3" for day in days if day.weekday() and scale.days <= 45)
    return short, "".join(f"M{scale.x(day)} 10v5" for day in days if not day.weekday())


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where the marks of one row stand."""

    scale: Scale
    asked: date | None
    promised: date | None
    p80: date | None

    @property
    def kind(self) -> str:
        """Hurt when promised after asked, to be looked at when only P80 is after it."""
        if not (self.asked and self.promised):
            return ""
        if self.promised > self.asked:
            return "hurt"
        return "look" if self.p80 and self.p80 > self.asked else ""

    @property
    def asked_path(self) -> str:
        """Draw the triangle below the axis."""
        return f"M{self.scale.x(self.asked) - 3.5} 20h7l-3.5-4.5Z" if self.asked else ""

    @property
    def promised_x(self) -> float | None:
        """Left edge of the square."""
        return self.scale.x(self.promised) - 4 if self.promised else None

    @property
    def p80_x(self) -> float | None:
        """Centre of the ring."""
        return self.scale.x(self.p80) if self.p80 else None

    @property
    def span(self) -> tuple[float, float] | None:
        """From promised to P80."""
        return (self.scale.x(self.promised), self.scale.x(self.p80)) if self.promised and self.p80 else None

    @property
    def today_x(self) -> float | None:
        """Where today stands, if the scale holds it."""
        today = self.scale.today
        return self.scale.x(today) if today and self.scale.start <= today <= self.scale.end else None


def draw(gauge: Gauge) -> SafeString:
    """Draw the marks, with the three days in words for who cannot see them."""
    return _draw(gauge, timezone.localdate(), get_language())


# Lists show the same days again and again; the language is that of the words, today decides on the year.
@lru_cache(maxsize=2048)
def _draw(gauge: Gauge, today: date, _language: str | None) -> SafeString:
    kind = f" gauge--{gauge.kind}" if gauge.kind else ""
    marks = [
        '<path class="gauge-axis" d="M4 15.5h134"/>',
        f'<path class="gauge-day" d="{gauge.scale.day_path}"/><path class="gauge-week" d="{gauge.scale.week_path}"/>',
        _mark('<path class="gauge-now" d="M{} 0v16"/>', gauge.today_x),
        '<path class="gauge-span" d="M{} 7H{}"/>'.format(*gauge.span) if gauge.span else "",
        _mark('<path class="gauge-asked" d="{}"/>', gauge.asked_path),
        _mark('<circle class="gauge-p80" cx="{}" cy="7" r="3"/>', gauge.p80_x),
        _mark('<rect class="gauge-promised" x="{}" y="3" width="8" height="8" rx="1.5"/>', gauge.promised_x),
    ]
    words = escape(_describe(gauge, today))
    svg = f'<svg class="gauge{kind}" viewBox="0 0 142 20" role="img" aria-label="{words}">{"".join(marks)}</svg>'
    return mark_safe(svg)  # noqa: S308 figures of ours and escaped words


def _describe(gauge: Gauge, today: date) -> str:
    asked, promised, p80 = (
        formats.day(day, today=today) if day else "" for day in (gauge.asked, gauge.promised, gauge.p80)
    )
    return "".join(
        [
            f"{_('Asked')} {asked}" if asked else "",
            f", {_('promised')} {promised}" if promised else "",
            f", P80 {p80}" if p80 else "",
        ]
    )


def _mark(shape: str, value: Any) -> str:
    return shape.format(value) if value is not None and value != "" else ""
