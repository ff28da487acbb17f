"""Two years of closed orders of the demonstration: who bought what, when, at what price, and what came back."""

from __future__ import annotations

import itertools
import random
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from rantai.demo import days
from rantai.demo.catalogue import Catalogue, DemoItem
from rantai.demo.people import Customer

YEARS_IN_DAYS = 730
LIVE_DAYS = 28
"""The last four weeks are no history: they are done again through the front doors."""

_SITES = {"ID-W": "JKT", "ID-E": "SUB", "ID-S": "MES", "EXP": "JKT"}
_LINES = {
    "shop": (1, 2),
    "company": (1, 2),
    "reseller": (1, 3),
    "school": (1, 2),
    "government": (1, 2),
    "export": (2, 4),
}
_MEAN_UNITS = {"shop": 1.2, "company": 2.5, "reseller": 3.0, "school": 5.0, "government": 5.0, "export": 10.0}
_RETURNED = 0.018
_SOMETHING_NEW = 0.2
"""Of a firm's orders after its first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastLine:
    """A line of a closed order or (negative units) a return; the price in whole rupiah."""

    invoice: str
    item: DemoItem
    units: int
    at: datetime
    price: int
    customer: Customer
    site: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What a customer takes on a day; kind: 'agreement', 'round', 'budget' or 'renewal'."""

    customer: Customer
    day: date
    lines: tuple[tuple[DemoItem, int], ...]
    kind: str


@dataclass(frozen=True)
class Shelf:
    """What is sold, with how popular it is to organisations and to persons."""

    items: Sequence[DemoItem]
    popularity: Sequence[float]
    births: Sequence[float]

    def keep_stocked(self) -> Shelf:
        """Return the part that is kept in stock and not short."""
        kept = [place for place, item in enumerate(self.items) if item.decoupling == "stock" and not item.is_short]
        return Shelf(
            [self.items[place] for place in kept],
            [self.popularity[place] for place in kept],
            [self.births[place] for place in kept],
        )

    def choose(self, chance: random.Random, count: int, *, age: float) -> list[DemoItem]:
        """Return different items that are on the market at an age of the two years."""
        found: dict[str, DemoItem] = {}
        for place in chance.choices(range(len(self.items)), self.popularity, k=count * 3):
            if self.births[place] <= age and len(found) < count:
                found[self.items[place].code] = self.items[place]
        return list(found.values())


def site_of(customer: Customer) -> str:
    """Return the warehouse that usually serves a customer."""
    return _SITES[customer.territory]


def make_shelf(chance: random.Random, catalogue: Catalogue) -> Shelf:
    """Rank what is sold: few items make most sales, some came in the second year."""
    items = list(catalogue.sold)
    ranks = list(range(1, len(items) + 1))
    chance.shuffle(ranks)
    made = [item.decoupling in ("make", "assemble") for item in items]
    popularity = [1 / rank**1.0 * (0.3 if is_made else 1.0) for rank, is_made in zip(ranks, made, strict=True)]
    births = [chance.uniform(0.3, 0.8) if chance.random() < 0.12 else 0.0 for _item in items]
    return Shelf(items=items, popularity=popularity, births=births)


def make_history(
    chance: random.Random, *, customers: Sequence[Customer], needs: Sequence[Need], shelf: Shelf, as_of: date
) -> list[PastLine]:
    """Write the closed orders before the last four weeks, oldest first: what comes back, and what comes once."""
    first, last = as_of - timedelta(days=YEARS_IN_DAYS), as_of - timedelta(days=LIVE_DAYS)
    weights = list(itertools.accumulate(days.weigh_days(first, YEARS_IN_DAYS - LIVE_DAYS)))
    orders = [
        (datetime.combine(need.day, time(chance.randint(8, 16), chance.randint(0, 59))), need.customer, need.lines)
        for need in needs
        if need.day < last
    ]
    orders += [order for customer in customers for order in _order_singly(chance, customer, shelf, weights, first)]
    orders.sort(key=lambda order: (order[0], order[1].key))
    numbers = itertools.count(100_001)
    lines: list[PastLine] = []
    for moment, customer, taken in orders:
        lines += _write_order(f"H{next(numbers)}", moment, customer, taken, first)
    returned = list(_return_some(chance, lines, datetime.combine(last, time())))
    return sorted([*lines, *returned], key=lambda line: (line.at, line.invoice, line.item.code))


def _order_singly(
    chance: random.Random, customer: Customer, shelf: Shelf, weights: Sequence[float], first: date
) -> Iterator[tuple[datetime, Customer, tuple[tuple[DemoItem, int], ...]]]:
    usual: list[DemoItem] = []
    for moment in sorted(_choose_moments(chance, customer, weights, first)):
        items = _choose_items(chance, customer, shelf, usual, (moment.date() - first).days / YEARS_IN_DAYS)
        yield moment, customer, tuple((item, count_units(chance, customer, item)) for item in items)


def _choose_items(
    chance: random.Random, customer: Customer, shelf: Shelf, usual: list[DemoItem], age: float
) -> list[DemoItem]:
    """Return what is ordered this time: firms know what they use and take it again, persons want something else."""
    count = count_lines(chance, customer)
    if customer.kind == "person":
        return shelf.choose(chance, count, age=age)
    if not usual or chance.random() < _SOMETHING_NEW:
        usual += [item for item in shelf.choose(chance, count, age=age) if item not in usual]
        return usual[-count:]
    return chance.sample(usual, min(count, len(usual)))


def count_units(chance: random.Random, customer: Customer, item: DemoItem) -> int:
    """Return how many a customer takes of an item: fewer of what is dear."""
    mean = _MEAN_UNITS[customer.segment] * (0.6 if item.price > 6_000 else 1.0)
    return max(1, round(chance.gammavariate(2.5, mean / 2.5)))


def count_lines(chance: random.Random, customer: Customer) -> int:
    """Return how many lines an order has."""
    return chance.randint(*_LINES[customer.segment])


def _choose_moments(
    chance: random.Random, customer: Customer, weights: Sequence[float], first: date
) -> Iterator[datetime]:
    low = _reach(weights, customer.joined)
    high = max(low + 1e-6, _reach(weights, customer.left))
    for _order in range(customer.orders):
        place = min(bisect(weights, chance.uniform(low, high)), len(weights) - 1)
        hour = chance.choices(range(7, 23), (2, 5, 8, 9, 8, 5, 6, 8, 8, 7, 6, 5, 5, 6, 5, 3))[0]
        yield datetime.combine(first + timedelta(days=place), time(hour, chance.randint(0, 59)))


def _reach(weights: Sequence[float], share: float) -> float:
    """Return the summed weight at a share of the time."""
    place = int(share * len(weights))
    return weights[place - 1] if place else 0.0


def _write_order(
    invoice: str, at: datetime, customer: Customer, taken: Iterable[tuple[DemoItem, int]], first: date
) -> Iterator[PastLine]:
    age = (at.date() - first).days / YEARS_IN_DAYS
    discount = days.find_discount(at.date()) + (0.06 if customer.segment == "reseller" else 0.0)
    for item, units in taken:
        yield PastLine(
            invoice=invoice,
            item=item,
            units=units,
            at=at,
            price=round(item.price * (0.94 + 0.06 * age) * (1 - discount)) * 1_000,
            customer=customer,
            site=site_of(customer),
        )


def _return_some(chance: random.Random, lines: Sequence[PastLine], end: datetime) -> Iterator[PastLine]:
    for number, line in enumerate(lines):
        if chance.random() < _RETURNED:
            at = line.at + timedelta(days=chance.randint(3, 21))
            units = chance.randint(1, line.units)
            if at < end:
                yield PastLine(
                    invoice=f"R{200_001 + number}", item=line.item, units=-units, at=at, price=line.price,
                    customer=line.customer, site=line.site,
                )  # fmt: skip
