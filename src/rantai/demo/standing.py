"""What business customers come back for: agreements with call-offs, rounds of purchase, budgets, renewed equipment.

Written from how such a market buys. It knows nothing of how anybody forecasts it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from rantai.demo import days
from rantai.demo.catalogue import DemoItem
from rantai.demo.past import YEARS_IN_DAYS, Need, Shelf, count_lines, count_units
from rantai.demo.people import Customer

TOLD_AHEAD_DAYS = 28
"""Customers with a rhythm say four weeks ahead what they will take."""

_WEIGHTS = {"reseller": 4.0, "company": 1.0, "government": 0.7, "school": 0.5}
"""How likely a customer is to have settled how it buys."""
_SIZES = {"reseller": 24.0, "company": 12.0, "government": 12.0, "school": 10.0}
"""Units of an item in a usual call-off: a dealer sells on, the others use."""
_TERM = timedelta(days=365)
_RENEWED, _REPLACED, _SKIPPED, _FLEXED = 0.88, 0.1, 0.02, 0.2
"""Of agreements that end; of items at a renewal; of call-offs; of quantities that differ from the plan."""
_ROUND_DAYS = (30, 45, 60, 90)
_STEADY = 12.0
"""Shape of the days between rounds: they vary by about three tenths."""
BUDGETS = {"school": ((1, 0.06), (7, 0.12)), "government": ((4, 0.06), (11, 0.18))}
"""Months in which budgets begin to be spent, and the share of customers that buys then in a year."""
_RENEWAL_DAYS, _RENEWING = 3 * 365, 0.15
"""Equipment serves three years; one of seven companies replaces all of it at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A year of an agreement as both sides know it: what is called off, how often, from which day to which."""

    customer: Customer
    begins: date
    ends: date
    """The first day without it."""
    first: date
    """Of the first call-off on or after the day on which it begins, if no office were ever closed."""
    interval: timedelta
    plan: tuple[tuple[DemoItem, float], ...]
    """Units of a call-off before the season of its quarter."""
    is_renewal: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What comes back, by day, and the agreements behind a part of it, by customer and time."""

    needs: tuple[Need, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, kw_only=True)
class _Market:
    chance: random.Random
    shelf: Shelf
    first: date
    last: date
    closed: frozenset[date]
    terms: list[Term] = field(default_factory=list)

    def find_open(self, day: date) -> date:
        """Return the day, or the next one on which offices work."""
        while day.weekday() > 4 or day in self.closed:
            day += timedelta(days=1)
        return day

    def find_age(self, day: date) -> float:
        """Return how far into the two years a day is."""
        return min(1.0, max(0.0, (day - self.first).days / YEARS_IN_DAYS))

    def place(self, share: float) -> date:
        """Return the day at a share of the two years; what ends with them goes on."""
        return self.last if share >= 1.0 else self.first + timedelta(days=int(share * YEARS_IN_DAYS))


def make_needs(
    chance: random.Random, *, customers: Sequence[Customer], shelf: Shelf, as_of: date, agreements: int, rounds: int
) -> Standing:
    """Write what comes back in the two years and in the weeks ahead."""
    first, last = as_of - timedelta(days=YEARS_IN_DAYS), as_of + timedelta(days=TOLD_AHEAD_DAYS)
    closed = frozenset(day for day, _name in days.list_holidays(first, last + timedelta(days=14)))
    market = _Market(chance=chance, shelf=shelf, first=first, last=last, closed=closed)
    firms = [row for row in customers if row.segment in _WEIGHTS]
    settled = _choose(chance, firms, agreements + rounds)
    found = [need for customer in settled[:agreements] for need in _call_off(market, customer)]
    found += [need for customer in settled[agreements:] for need in _go_round(market, customer)]
    found += [need for customer in firms for need in _spend(market, customer)]
    kept = [need for need in found if need.lines and first <= need.day <= last]
    return Standing(
        needs=tuple(sorted(kept, key=lambda need: (need.day, need.customer.key))), terms=tuple(market.terms)
    )


def find_season(day: date) -> float:
    """Return what a month of a day's quarter sells against the mean: agreements are planned by quarter."""
    return sum(days.MONTHS[(day.month - 1) // 3 * 3 + month] for month in range(3)) / 3


def _choose(chance: random.Random, firms: Sequence[Customer], count: int) -> list[Customer]:
    ranked = sorted(firms, key=lambda row: chance.random() ** (1 / _WEIGHTS[row.segment]), reverse=True)
    return ranked[:count]


def _call_off(market: _Market, customer: Customer) -> Iterator[Need]:
    """An agreement of a year, renewed or not: every so many weeks what was planned for the quarter."""
    chance = market.chance
    interval = timedelta(weeks=chance.choices((2, 4), (3, 7))[0])
    begun, until = market.place(customer.joined), market.place(customer.left)
    day = begun + timedelta(days=chance.randrange(interval.days))
    ends = begun + _TERM * (chance.random() if customer.joined == 0 else 1.0)
    size = _SIZES[customer.segment] * chance.lognormvariate(0, 0.6)
    count = chance.choices((1, 2, 3, 4), (15, 35, 30, 20))[0]
    plan = {item.code: (item, _agree(chance, item, size)) for item in _pick(market, count, begun)}
    begins = begun if customer.joined else ends - _TERM
    _sign(market, customer, (begins, ends), day - (day - begins) // interval * interval, interval, plan)
    while day <= until:
        if day >= ends:
            if chance.random() > _RENEWED:
                return
            plan, ends = _renew(market, plan, size, day), ends + _TERM
            _sign(market, customer, (ends - _TERM, ends), day, interval, plan, is_renewal=True)
        if chance.random() > _SKIPPED:
            season = find_season(day)
            lines = tuple((item, _flex(chance, units * season)) for item, units in plan.values())
            yield Need(customer=customer, day=market.find_open(day), lines=lines, kind="agreement")
        day += interval


def _sign(
    market: _Market, customer: Customer, term: tuple[date, date], first: date, interval: timedelta,
    plan: dict[str, tuple[DemoItem, float]], *, is_renewal: bool = False,
) -> None:  # fmt: skip
    market.terms.append(
        Term(
            customer=customer, begins=term[0], ends=term[1], first=first, interval=interval,
            plan=tuple(plan.values()), is_renewal=is_renewal,
        )
    )  # fmt: skip


def _agree(chance: random.Random, item: DemoItem, size: float) -> float:
    return max(1.0, size * chance.uniform(0.4, 1.6) * (0.6 if item.price > 6_000 else 1.0))


def _renew(
    market: _Market, plan: dict[str, tuple[DemoItem, float]], size: float, day: date
) -> dict[str, tuple[DemoItem, float]]:
    """Quantities are settled anew; now and then an item gives way to another."""
    found = {}
    for code, (item, units) in plan.items():
        others = _pick(market, 1, day) if market.chance.random() < _REPLACED else []
        if others and others[0].code not in plan:
            found[others[0].code] = (others[0], _agree(market.chance, others[0], size))
        else:
            found[code] = (item, max(1.0, units * market.chance.uniform(0.85, 1.3)))
    return found


def _flex(chance: random.Random, planned: float) -> int:
    share = chance.uniform(0.8, 1.2) if chance.random() < _FLEXED else 1.0
    return max(1, round(planned * share))


def _go_round(market: _Market, customer: Customer) -> Iterator[Need]:
    """A buyer who looks through its shelf when it is time: most of its usual items, about as many as sell."""
    chance = market.chance
    mean = chance.choice(_ROUND_DAYS)
    begun, until = market.place(customer.joined), market.place(customer.left)
    day = begun + timedelta(days=int(chance.random() * mean))
    size = 0.3 * _SIZES[customer.segment] * chance.lognormvariate(0, 0.6)
    usual = [(item, _agree(chance, item, size)) for item in _pick(market, chance.randint(2, 4), begun)]
    while day <= until:
        month = days.MONTHS[day.month - 1]
        lines = tuple(
            (item, max(1, round(units * month * chance.lognormvariate(0, 0.25))))
            for item, units in usual
            if chance.random() < 0.7
        )
        yield Need(customer=customer, day=market.find_open(day), lines=lines, kind="round")
        day += timedelta(days=max(3, round(chance.gammavariate(_STEADY, mean / _STEADY))))


def _spend(market: _Market, customer: Customer) -> Iterator[Need]:
    """Budgets of the year, and equipment that has served its time."""
    chance = market.chance
    begun, until = market.place(customer.joined), market.place(customer.left)
    for month, share in BUDGETS.get(customer.segment, ()):
        for year in range(market.first.year, market.last.year + 1):
            day = market.find_open(date(year, month, 1) + timedelta(days=chance.randrange(40)))
            if chance.random() < share and begun <= day <= until:
                yield _take(market, customer, day, "budget", count_lines(chance, customer))
    if customer.segment == "company" and chance.random() < _RENEWING:
        day = market.find_open(market.first + timedelta(days=chance.randrange(_RENEWAL_DAYS)))
        if begun <= day <= until:
            yield _take(market, customer, day, "renewal", 2)


def _take(market: _Market, customer: Customer, day: date, kind: str, count: int) -> Need:
    times, is_wanted = _BUNDLES[kind]
    items = [item for item in _pick(market, 3 * count, day) if is_wanted(item)][:count]
    lines = tuple((item, math.ceil(count_units(market.chance, customer, item) * times)) for item in items)
    return Need(customer=customer, day=day, lines=lines, kind=kind)


def _pick(market: _Market, count: int, day: date) -> list[DemoItem]:
    return market.shelf.choose(market.chance, count, age=market.find_age(day))


def _anything(_item: DemoItem) -> bool:
    return True


def _is_equipment(item: DemoItem) -> bool:
    return bool(item.parts)


_BUNDLES: dict[str, tuple[float, Callable[[DemoItem], bool]]] = {
    "budget": (2.0, _anything),
    "renewal": (4.0, _is_equipment),
}
"""How many times a usual quantity is bought at once, and of what."""
