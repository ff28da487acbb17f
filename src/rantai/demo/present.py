"""The last four weeks of the demonstration and all that is open at the as-of day, as plain plans."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.demo import past
from rantai.demo.catalogue import DemoItem
from rantai.demo.past import Need, Shelf
from rantai.demo.people import Customer

OPEN_ORDERS = 150
LATE_LINES = 40
ANSWERS = ("draft", "", "confirmed", "delayed", "received")
"""How far a purchase has come: not sent, sent, answered, in the warehouse."""

_STAGES = (("picking", 6), ("packed", 5), ("handed_to_carrier", 6), ("in_transit", 3))
_ON_THE_WAY = (-4, 1)
"""Days from the as-of day between which orders in hand are wanted."""
_MADE, _DROPSHIPPED, _LATE_ORDERS = 8, 6, 36


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveLine:
    """A line of an order of the last weeks."""

    item: DemoItem
    units: int
    requested_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveOrder:
    """An order of the last weeks and how far it has come.

    stage: 'confirmed', a stage of its shipment, 'delivered' or 'paid'; kind: 'stock', 'late', 'made', 'dropship'.
    """

    reference: str
    customer: Customer
    placed_on: date
    stage: str
    kind: str
    lines: tuple[LiveLine, ...]

    @property
    def is_open(self) -> bool:
        """Whether something of it still has to arrive."""
        return self.stage not in ("delivered", "paid")

    @property
    def is_handled(self) -> bool:
        """Whether the warehouse has begun with it."""
        return self.stage != "confirmed"


@dataclass(frozen=True, kw_only=True, slots=True)
class LivePurchase:
    """A purchase of the last weeks; `answer` is one of ANSWERS, with `expected_on` where the supplier said a day."""

    number: str
    supplier: str
    item: DemoItem
    site: str
    units: int
    due_on: date
    answer: str
    expected_on: date


def make_orders(
    chance: random.Random,
    *,
    customers: Sequence[Customer],
    needs: Sequence[Need],
    shelf: Shelf,
    as_of: date,
    closed: int,
) -> list[LiveOrder]:
    """Write exactly 150 open orders with 40 late lines, and some that are closed, by day.

    What comes back in these weeks is among them; orders of other customers fill them up.
    """
    buyers = [row for row in customers if row.country == "ID"]
    weights = [0.1 + row.orders for row in buyers]
    writer = _Writer(chance, buyers, weights, shelf, as_of)
    arrived, afoot, ahead = _split(needs, as_of)
    found = [writer.close(number, need) for number, need in enumerate(_fill_up(arrived, closed))]
    stages = [stage for stage, count in _STAGES for _number in range(count)]
    found += [writer.stage(stage, need) for stage, need in zip(stages, _fill_up(afoot, len(stages)), strict=False)]
    found += [writer.late(1 + (number < LATE_LINES - _LATE_ORDERS)) for number in range(_LATE_ORDERS)]
    found += [writer.special("made", ("make", "assemble"), 45) for _number in range(_MADE)]
    found += [writer.special("dropship", ("dropship",), 20) for _number in range(_DROPSHIPPED)]
    waiting = OPEN_ORDERS - sum(order.is_open for order in found)
    found += [writer.wait(need) for need in _fill_up(ahead, waiting)[:waiting]]
    return sorted(found, key=lambda order: (order.placed_on, order.reference))


def _split(needs: Sequence[Need], as_of: date) -> tuple[list[Need], list[Need], list[Need]]:
    """Return what should have arrived by now, what is on its way, and what is wanted later."""
    first, arrives, leaves = (as_of + timedelta(days=days) for days in (-past.LIVE_DAYS, *_ON_THE_WAY))
    arrived = [need for need in needs if first <= need.day <= arrives]
    afoot = [need for need in needs if arrives < need.day <= leaves]
    return arrived, afoot, [need for need in needs if need.day > leaves]


def _fill_up(needs: Sequence[Need], count: int) -> list[Need | None]:
    return [*needs, *[None] * (count - len(needs))]


def make_purchases(
    chance: random.Random, *, orders: Sequence[LiveOrder], bought: Sequence[tuple[DemoItem, str, str]], as_of: date,
    count: int,
) -> list[LivePurchase]:  # fmt: skip
    """Write open purchases: what the late lines wait for, delayed by its suppliers, then others at each answer.

    `bought` tells item, supplier and site of what is regularly bought.
    """
    wanted: dict[str, int] = defaultdict(int)
    for order in orders:
        for line in order.lines if order.kind == "late" else ():
            wanted[line.item.code] += line.units
    found: list[LivePurchase] = []
    for item, supplier, site in bought:
        if item.code in wanted:
            found.append(_delay(chance, f"P{len(found) + 50_001}", item, supplier, site, wanted[item.code], as_of))
    others = [row for row in bought if row[0].code not in wanted]
    for item, supplier, site in chance.sample(others, min(count, len(others))):
        found.append(_order_more(chance, f"P{len(found) + 50_001}", item, supplier, site, as_of))
    return found


def sum_needs(orders: Iterable[LiveOrder]) -> dict[tuple[str, str], int]:
    """Return the units that these orders take from stock, by item and site."""
    needs: dict[tuple[str, str], int] = defaultdict(int)
    for order in orders:
        for line in order.lines if order.kind == "stock" else ():
            needs[line.item.code, past.site_of(order.customer)] += line.units
    return needs


class _Writer:
    """Writes orders of one kind after the other."""

    def __init__(
        self, chance: random.Random, buyers: Sequence[Customer], weights: Sequence[float], shelf: Shelf, as_of: date
    ) -> None:
        self.chance, self.buyers, self.weights, self.shelf, self.as_of = chance, buyers, weights, shelf, as_of
        self.number = 0
        self.stocked = shelf.keep_stocked()
        self.short = [item for item in shelf.items if item.is_short][:12]

    def close(self, number: int, need: Need | None) -> LiveOrder:
        """An order that arrived, two of three paid."""
        stage = "paid" if number % 3 else "delivered"
        if need is None:
            placed = self.as_of - timedelta(days=self.chance.randint(9, past.LIVE_DAYS))
            return self._from_stock(placed, min(placed + timedelta(days=4), self._ago(4)), stage)
        placed = max(need.day - timedelta(days=6), self._ago(past.LIVE_DAYS))
        return self._fulfil(need, placed, max(need.day, placed + timedelta(days=4)), stage)

    def stage(self, stage: str, need: Need | None) -> LiveOrder:
        """An order that the warehouse has in hand."""
        placed, wanted = self._ago(self.chance.randint(10, 13)), self._ago(-1)
        return self._fulfil(need, placed, wanted, stage) if need else self._from_stock(placed, wanted, stage)

    def wait(self, need: Need | None) -> LiveOrder:
        """An order that is wanted later, and in stock."""
        placed = self._ago(self.chance.randint(1, 12))
        if need is None:
            return self._from_stock(placed, self._ago(-self.chance.randint(14, 40)), "confirmed")
        return self._fulfil(need, min(placed, need.day - timedelta(days=8)), need.day, "confirmed")

    def late(self, lines: int) -> LiveOrder:
        """An order of what is missing: its goods were due, and its suppliers said later."""
        items = self.chance.sample(self.short, min(lines, len(self.short)))
        wanted = self.as_of - timedelta(days=self.chance.randint(0, 3))
        rows = tuple(LiveLine(item=item, units=self.chance.randint(1, 6), requested_on=wanted) for item in items)
        west = [row for row in self.buyers if row.territory == "ID-W" and row.segment != "shop"]
        return self._order(self.chance.choice(west), self.as_of - timedelta(days=self.chance.randint(18, 26)),
                           "confirmed", "late", rows)  # fmt: skip

    def special(self, kind: str, decouplings: tuple[str, ...], in_days: int) -> LiveOrder:
        """An order of one thing that is made for it or sent straight by a partner."""
        item = self.chance.choice([item for item in self.shelf.items if item.decoupling in decouplings])
        wanted = self.as_of + timedelta(days=in_days + self.chance.randint(5, 20))
        rows = (LiveLine(item=item, units=self.chance.randint(1, 4), requested_on=wanted),)
        return self._order(self._buyer(), self.as_of - timedelta(days=self.chance.randint(1, 9)),
                           "confirmed", kind, rows)  # fmt: skip

    def _from_stock(self, placed: date, wanted: date, stage: str) -> LiveOrder:
        buyer = self._buyer()
        items = self.stocked.choose(self.chance, min(3, past.count_lines(self.chance, buyer)), age=1.0)
        rows = tuple(
            LiveLine(item=item, units=past.count_units(self.chance, buyer, item), requested_on=wanted) for item in items
        )
        return self._order(buyer, placed, stage, "stock", rows)

    def _fulfil(self, need: Need, placed: date, wanted: date, stage: str) -> LiveOrder:
        rows = tuple(LiveLine(item=item, units=units, requested_on=wanted) for item, units in need.lines)
        return self._order(need.customer, placed, stage, "stock", rows)

    def _ago(self, days: int) -> date:
        return self.as_of - timedelta(days=days)

    def _buyer(self) -> Customer:
        return self.chance.choices(self.buyers, self.weights)[0]

    def _order(self, customer: Customer, placed: date, stage: str, kind: str, rows: tuple[LiveLine, ...]) -> LiveOrder:
        self.number += 1
        prefix = "WEB" if customer.segment == "shop" else "PO"
        return LiveOrder(
            reference=f"{prefix}-{self.number:04d}", customer=customer, placed_on=placed, stage=stage, kind=kind,
            lines=rows,
        )  # fmt: skip


def _delay(
    chance: random.Random, number: str, item: DemoItem, supplier: str, site: str, wanted: int, as_of: date
) -> LivePurchase:
    return LivePurchase(
        number=number, supplier=supplier, item=item, site=site, units=wanted + chance.randint(5, 15),
        due_on=as_of - timedelta(days=chance.randint(6, 8)), answer="delayed",
        expected_on=as_of + timedelta(days=chance.randint(9, 16)),
    )  # fmt: skip


def _order_more(
    chance: random.Random, number: str, item: DemoItem, supplier: str, site: str, as_of: date
) -> LivePurchase:
    answer = chance.choices(ANSWERS, (2, 3, 6, 2, 3))[0]
    due = as_of + timedelta(days=-chance.randint(1, 6) if answer == "received" else chance.randint(3, 30))
    late = chance.randint(4, 9) if answer == "delayed" else 0
    return LivePurchase(
        number=number, supplier=supplier, item=item, site=site, units=10 * chance.randint(2, 20), due_on=due,
        answer=answer, expected_on=due + timedelta(days=late),
    )  # fmt: skip
