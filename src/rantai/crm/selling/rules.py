"""Who may see and write what sales people know of demand ahead, and how likely a stage becomes an order. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.kernel.money import round_half_up
from rantai.kernel.quantities import SCALE

PERMISSIONS: dict[str, tuple[str, ...]] = {
    "selling.view": ("sales", "service", "planner", "finance", "manager"),
    "selling.edit": ("sales", "manager"),
    "selling.sign": ("sales", "manager"),
}

SHARE = 10_000
"""A probability is kept as a whole number of these."""

PRIOR_RATES: Mapping[str, float] = {"lead": 0.1, "qualified": 0.25, "quoted": 0.5}
"""What each open stage, in their order, is taken for before anything was closed; the rule of thumb of the trade."""

PRIOR_DEALS = 4
"""How many closed deals the rule of thumb weighs as: after forty of our own it is a tenth."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """How many closed deals went from one stage to another at the furthest, and whether they were won."""

    first: str
    last: str
    is_won: bool
    deals: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WinRate:
    """Of the closed deals that were at a stage or went past it, how many were won; and what we count with."""

    stage: str
    won: int
    closed: int

    @property
    def probability(self) -> float:
        """The measured share, drawn to the rule of thumb while few deals have closed."""
        return (self.won + PRIOR_RATES[self.stage] * PRIOR_DEALS) / (self.closed + PRIOR_DEALS)


def measure_win_rates(passages: Iterable[Passage]) -> dict[str, WinRate]:
    """Return the win rate of each open stage; a deal counts at the stages from its first to its furthest one."""
    stages = tuple(PRIOR_RATES)
    won, closed = dict.fromkeys(stages, 0), dict.fromkeys(stages, 0)
    for passage in passages:
        for stage in stages[stages.index(passage.first) : stages.index(passage.last) + 1]:
            closed[stage] += passage.deals
            won[stage] += passage.deals if passage.is_won else 0
    return {stage: WinRate(stage=stage, won=won[stage], closed=closed[stage]) for stage in stages}


RENEWAL_DAYS = 60
"""So long before its end a frame contract should be renewed: a tender, an offer and a signature take that."""


def is_renewal_time(valid_from: date, valid_to: date, *, today: date) -> bool:
    """Tell whether an agreement should be renewed by now; of a short one the last quarter is its renewal time."""
    return (valid_to - today).days <= min(RENEWAL_DAYS, (valid_to - valid_from).days // 4)


MOST_CALL_OFFS = 520
"""Of one line: ten years of weeks."""

WEEK, MONTH = "week", "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """How often a customer means to call off: every so many weeks or months from a first day."""

    first: date
    every: int
    period: str
    quarters: tuple[int, int, int, int] = (100, 100, 100, 100)
    """Percent of a usual call-off in each quarter of the year; 0: none."""


def plan_call_offs(rhythm: Rhythm, *, units: int, valid_to: date) -> list[tuple[date, int]]:
    """Return (day, base units) of each call-off from the rhythm's first day up to the agreement's end.

    A month that is too short has it on its last day, and the next month on the day that was meant. A quarter that is
    planned with nothing has no row.
    """
    found = []
    step = SCALE if units % SCALE == 0 else 1  # who calls off whole pieces does so in every season
    for place in range(MOST_CALL_OFFS):
        day = _step(rhythm, place)
        if day >= valid_to:
            break
        found.append((day, round_half_up(units * rhythm.quarters[(day.month - 1) // 3], 100 * step) * step))
    return [(day, planned) for day, planned in found if planned]


def _step(rhythm: Rhythm, place: int) -> date:
    if rhythm.period == WEEK:
        return rhythm.first + timedelta(weeks=rhythm.every * place)
    months = rhythm.first.month - 1 + rhythm.every * place
    year, month = rhythm.first.year + months // 12, months % 12 + 1
    return date(year, month, min(rhythm.first.day, monthrange(year, month)[1]))


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOff:
    """A row of a schedule and how much of it was called off, in base units."""

    slot: int
    planned_on: date
    units: int
    called: int
    is_overdue: bool


def match_call_offs(rows: Iterable[tuple[int, date, int]], *, came: int, today: date) -> list[CallOff]:
    """Serve planned rows (slot, day, units), earliest first, from what came; a row is overdue from the day after it."""
    found = []
    for slot, planned_on, units in rows:
        called = min(units, max(came, 0))
        came -= called
        is_overdue = called < units and planned_on < today
        found.append(CallOff(slot=slot, planned_on=planned_on, units=units, called=called, is_overdue=is_overdue))
    return found
