"""The date gauge: asked, promised and P80 as marks on one scale of days that a whole table shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

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
