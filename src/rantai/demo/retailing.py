"""What dealers of the demonstration sell and have on their shelves, and the files in which they tell it.

Nothing here changes what anybody orders. Who tells, how late and how wrong, and how a dealer orders by its shelf was
settled from how dealers work before anybody measured what a forecast makes of it; it stays as it is whatever that
shows.

- Asked are dealers (segment `reseller`) that buy by agreement or go rounds; nobody asks who buys now and then. Seven
  of ten of them tell, the others have no till that could. Half of these have always done so (from four weeks after
  they came), the others began some time before the last half year. Who is no longer a customer tells for five weeks.
- A file holds a week (Monday to Sunday) and each of our items that was in the shop or sold in the eight weeks before.
  Seven of ten come within three days, two of ten within six, one with the next one. One of 25 never comes.
- Figures: one unit of a hundred is lost, which shows at the counts of June and December. One shelf of thirty is
  misbooked by up to a seventh. One dealer of six has a shop that does not tell: 70 to 90 of a hundred are told.
- Consumers come by the season of the market; what a shop sells of one item runs hot and cold (three tenths of its
  mean, a tenth of it gone every week) with chance purchases on top.
- A dealer that goes rounds takes an item when about a third of its usual lot is left; half of what it takes more than
  usual is because there was less. Two of three keep to that by a list (a tenth of a lot off), the third by eye (three
  tenths). Who has an agreement takes what is planned on its date, whatever lies there: about half a lot, half a lot
  off. Goods are there after one to five days. A shop that is empty sells nothing.

Orders are given; what was sold is drawn from what could have gone before such orders (a Gaussian process, conditioned
on the shelf at each order). A week's sales depend on orders after it as a cause depends on its effect; what a file
holds is known from the day on which it comes, and not before.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rantai.demo import days
from rantai.demo.catalogue import DemoItem
from rantai.demo.past import YEARS_IN_DAYS, PastLine
from rantai.demo.people import Customer
from rantai.demo.present import LiveOrder
from rantai.demo.standing import TOLD_AHEAD_DAYS, Standing

Floats = NDArray[np.float64]

_TELLS, _ALWAYS, _BY_LIST, _ONE_SHOP = 0.7, 0.5, 2 / 3, 5 / 6
_SETTLING, _FAREWELL = timedelta(weeks=4), timedelta(weeks=5)
_LATEST_START = timedelta(days=182)
_DELAYS = ((7, 1, 3), (2, 4, 6), (1, 8, 10))
"""Weight, from and to how many days after the week's Sunday a file comes."""
_NEVER, _LISTED_WEEKS = 0.04, 8
_LOST, _COUNTED_MONTHS = 0.01, (6, 12)
_MISBOOKED, _MISBOOKED_BY, _TOLD_SHARES = 1 / 30, 1 / 7, (0.7, 0.9)
_MOOD, _LASTING = 0.3, 0.9
"""Of the mean; of the mood of the week before."""
_ORDERS_AT, _FILLS = 1 / 3, 0.5
_LIST_OFF, _EYE_OFF = 0.1, 0.3
_PLANNED_AT, _PLANNED_OFF = 0.5, 0.5
"""Of the usual lot."""
_WAY_DAYS = (1, 5)
_LEAST = 1e-6
_SLOW_WEEKS = 9.0
"""In which a lot goes that was ordered once."""
_WEEK = timedelta(days=7)

_NEW_AFTER_WEEKS = 26
"""What was taken first so long after the beginning was not in the shop before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lot:
    """Units of an item that a dealer ordered, and whether they are there or on their way."""

    day: date
    units: int
    has_left: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SellOut:
    """What a dealer told of an item and a week: units sold, and on the shelf at its end."""

    customer: Customer
    item: DemoItem
    monday: date
    sold: int
    on_shelf: int
    told_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class _Dealer:
    """A dealer that tells, and how it orders."""

    customer: Customer
    is_planned: bool
    off: float
    share: float
    way: timedelta
    told: dict[int, date]
    """By week, the day on which its file came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weeks:
    """Full weeks of the world, and as many after it as orders are known of; `season` about 1."""

    first: date
    told: int
    season: Floats

    def find(self, day: date) -> int:
        return (day - self.first).days // _WEEK.days

    def find_monday(self, week: int) -> date:
        return self.first + week * _WEEK


def make_sell_outs(
    chance: random.Random, *, customers: Sequence[Customer], settled: Standing, history: Sequence[PastLine],
    orders: Sequence[LiveOrder], as_of: date,
) -> list[SellOut]:  # fmt: skip
    """Write what dealers told by a day, by the day on which it came."""
    weeks = _lay_weeks(as_of)
    planned = {term.customer.key for term in settled.terms}
    rounds = {need.customer.key for need in settled.needs if need.kind == "round"}
    lots = _list_lots(history, orders)
    told: list[SellOut] = []
    for customer in customers:
        is_asked = customer.segment == "reseller" and customer.key in planned | rounds
        if is_asked and chance.random() < _TELLS:
            dealer = _meet(chance, customer, customer.key in planned, weeks, as_of)
            for code in sorted(lots[customer.key]):
                item, mine = lots[customer.key][code]
                told += _tell(chance, dealer, item, mine, weeks)
    return sorted(told, key=lambda row: (row.told_on, row.customer.key, row.item.code, row.monday))


def _lay_weeks(as_of: date) -> _Weeks:
    begin = as_of - timedelta(days=YEARS_IN_DAYS)
    first = begin + timedelta(days=-begin.weekday() % 7)
    told = (as_of + timedelta(days=1) - first).days // 7
    count = told + TOLD_AHEAD_DAYS // 7 + 1
    weights = np.array(days.weigh_days(first, 7 * count)).reshape(count, 7).sum(axis=1)
    return _Weeks(first=first, told=told, season=weights / weights.mean())


def _list_lots(
    history: Sequence[PastLine], orders: Sequence[LiveOrder]
) -> dict[str, dict[str, tuple[DemoItem, list[_Lot]]]]:
    found: dict[str, dict[str, tuple[DemoItem, list[_Lot]]]] = defaultdict(dict)
    taken = [(line.customer, line.item, line.at.date(), line.units, True) for line in history if line.units > 0]
    taken += [
        (order.customer, line.item, line.requested_on, line.units, not order.is_open)
        for order in orders
        for line in order.lines
    ]
    for customer, item, day, units, has_left in taken:
        found[customer.key].setdefault(item.code, (item, []))[1].append(_Lot(day=day, units=units, has_left=has_left))
    return found


def _meet(chance: random.Random, customer: Customer, is_planned: bool, weeks: _Weeks, as_of: date) -> _Dealer:
    begin = as_of - timedelta(days=YEARS_IN_DAYS)
    joined = begin + timedelta(days=int(customer.joined * YEARS_IN_DAYS)) if customer.joined else begin - _SETTLING
    left = begin + timedelta(days=int(customer.left * YEARS_IN_DAYS)) if customer.left < 1 else as_of
    always, span = chance.random() < _ALWAYS, (as_of - _LATEST_START - begin).days
    start = joined + _SETTLING if always else max(joined + _SETTLING, begin + timedelta(days=chance.randrange(span)))
    off = _LIST_OFF if chance.random() < _BY_LIST else _EYE_OFF
    share = 1.0 if chance.random() < _ONE_SHOP else chance.uniform(*_TOLD_SHARES)
    way = timedelta(days=chance.randint(*_WAY_DAYS))
    told = {}
    for week in range(weeks.told):
        sunday = weeks.find_monday(week) + timedelta(days=6)
        ((_weight, low, high),) = chance.choices(_DELAYS, [row[0] for row in _DELAYS])
        on = sunday + timedelta(days=chance.randint(low, high))
        is_sent = chance.random() >= _NEVER and start <= sunday - timedelta(days=6) and sunday <= left + _FAREWELL
        if is_sent and on <= as_of:
            told[week] = on
    return _Dealer(customer=customer, is_planned=is_planned, off=off, share=share, way=way, told=told)


def _tell(
    chance: random.Random, dealer: _Dealer, item: DemoItem, lots: Sequence[_Lot], weeks: _Weeks
) -> Iterator[SellOut]:
    known = sorted((lot for lot in lots if 0 <= weeks.find(lot.day) < len(weeks.season)), key=lambda lot: lot.day)
    if not known:
        return
    is_new = dealer.customer.joined > 0 or weeks.find(known[0].day) > _NEW_AFTER_WEEKS
    left = _draw_left(chance, dealer, known, is_new=is_new)
    wanted = _draw_wanted(chance, known, left, weeks, is_new=is_new)
    came = np.zeros(len(weeks.season))
    for lot in known:
        if lot.has_left and weeks.find(lot.day + dealer.way) < came.size:
            came[weeks.find(lot.day + dealer.way)] += lot.units
    before = 0.0 if is_new else left[0] + float(_reach(known[0].day, weeks) @ np.diff(wanted, prepend=0.0))
    yield from _keep_book(chance, dealer, item, weeks, wanted=wanted, came=came, before=before)


def _draw_left(chance: random.Random, dealer: _Dealer, lots: Sequence[_Lot], *, is_new: bool) -> list[float]:
    """Return what lay on the shelf at each order."""
    usual = sum(lot.units for lot in lots) / len(lots)
    found: list[float] = []
    for lot in lots:
        if dealer.is_planned:
            level = usual * (_PLANNED_AT + chance.gauss(0, _PLANNED_OFF))
        else:
            level = usual * (_ORDERS_AT + chance.gauss(0, dealer.off)) - _FILLS * (lot.units - usual)
        # nobody has more than there was
        most = found[-1] + lots[len(found) - 1].units if found else usual
        found.append(0.0 if is_new and not found else min(max(0.0, level), most))
    return found


def _draw_wanted(
    chance: random.Random, lots: Sequence[_Lot], left: Sequence[float], weeks: _Weeks, *, is_new: bool
) -> Floats:
    """Return what consumers want of an item by each week's end, such that the shelf is what it was at each order.

    Conditional simulation: a draw of the process, corrected by the regression on what it must sum up to.
    """
    draws = np.random.default_rng(chance.getrandbits(64))
    first, last = lots[0].day, lots[-1].day
    taken = sum(lot.units for lot in lots[:-1]) or lots[0].units
    rate = taken / max((last - first).days / _WEEK.days, _SLOW_WEEKS)
    mean = rate * weeks.season * (np.arange(weeks.season.size) >= weeks.find(first) if is_new else 1.0)
    apart = np.abs(np.subtract.outer(np.arange(mean.size), np.arange(mean.size)))
    spread = np.diag(mean) + _MOOD**2 * np.outer(mean, mean) * _LASTING**apart
    mood = _MOOD * mean * _draw_mood(draws, mean.size)
    drawn = mean + mood + np.sqrt(mean) * draws.standard_normal(mean.size)
    if len(lots) == 1:
        return np.cumsum(np.maximum(drawn, 0.0))
    between = np.array([_reach(lot.day, weeks) - _reach(first, weeks) for lot in lots[1:]])
    asked = np.cumsum([lot.units for lot in lots[:-1]]) + left[0] - np.array(left[1:])
    held = between @ spread @ between.T + np.eye(len(asked))
    drawn += spread @ between.T @ np.linalg.solve(held, asked - between @ drawn)
    return _meet_orders(drawn, np.array([_reach(lot.day, weeks) for lot in lots]), asked)


def _meet_orders(drawn: Floats, reach: Floats, asked: Floats) -> Floats:
    """Return sums by week's end of a draw without its negative weeks, stretched to what it must sum up to."""
    kept = np.maximum(drawn, 0.0) + _LEAST
    upto, ends = reach @ kept, np.cumsum(kept)
    wanted = upto[0] + np.insert(asked, 0, 0.0)
    found = np.interp(ends, upto, wanted)
    found = np.where(ends < upto[0], ends, found)
    return np.where(ends > upto[-1], ends - upto[-1] + wanted[-1], found)


def _draw_mood(draws: np.random.Generator, count: int) -> Floats:
    mood = draws.standard_normal(count)
    for week in range(1, count):
        mood[week] = _LASTING * mood[week - 1] + np.sqrt(1 - _LASTING**2) * mood[week]
    return mood


def _reach(day: date, weeks: _Weeks) -> Floats:
    """Return which share of each week lies before a day."""
    return np.clip(((day - weeks.first).days - 7 * np.arange(weeks.season.size)) / 7, 0.0, 1.0)


def _keep_book(
    chance: random.Random, dealer: _Dealer, item: DemoItem, weeks: _Weeks, *, wanted: Floats, came: Floats,
    before: float,
) -> Iterator[SellOut]:  # fmt: skip
    """Live through the weeks as the dealer's book has them, and tell those of which a file came."""
    stock, lost, quiet = round(before), 0, _LISTED_WEEKS
    for week, asked in enumerate(np.diff(np.rint(wanted[: weeks.told]), prepend=0.0)):
        out = int(min(stock + came[week], asked))
        stock += int(came[week]) - out
        stolen = sum(chance.random() < _LOST for _unit in range(out))
        lost = 0 if _is_counted(weeks.find_monday(week)) else lost + stolen
        book = round((stock + lost) * dealer.share)
        if chance.random() < _MISBOOKED:
            book = round(book * chance.uniform(1 - _MISBOOKED_BY, 1 + _MISBOOKED_BY))
        quiet = 0 if out or stock else quiet + 1
        if week in dealer.told and quiet < _LISTED_WEEKS:
            yield SellOut(
                customer=dealer.customer, item=item, monday=weeks.find_monday(week),
                sold=round((out - stolen) * dealer.share), on_shelf=book, told_on=dealer.told[week],
            )  # fmt: skip


def _is_counted(monday: date) -> bool:
    """Whether a month in which shops are counted ends with the week."""
    return monday.month in _COUNTED_MONTHS and (monday + _WEEK).month != monday.month
