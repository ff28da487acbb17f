"""The stock of an item at a place as it will be: by day or week, what comes, what goes, to which papers it leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.models import PlanRun
from rantai.iscm.supply.queries import days, keys, reading
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.iscm.supply.queries.sites import Sites

DAY, WEEK = "day", "week"
COUNTS = {DAY: 42, WEEK: 26}
RECEIPT, PLANNED, ORDERS, FORECAST, REQUIREMENT, TAKEN = (
    "receipt", "planned", "orders", "forecast", "requirement", "taken"
)  # fmt: skip
"""Why stock moves: what is under way comes, what is planned comes; customers' orders, expected demand, orders under
way and planned orders of ours take."""
COMING = (RECEIPT, PLANNED)
_OF_DEMAND = {keys.ORDER: ORDERS, keys.FORECAST: FORECAST, keys.REQUIREMENT: REQUIREMENT}


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """Units that come (above zero) or go at an instant; `key` says what they are: see `Papers`."""

    at: int
    day: date
    units: int
    why: str
    key: int
    """The tag of a receipt or demand, the row of a planned order."""
    pair: int = 0
    """Of a planned order: where it stands."""
    missing: int = 0
    """Of a demand: units that nobody serves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """A day or week of an item-location, in 1/10,000 base units."""

    start: date
    end: date
    """The day after its last."""
    opening: int
    receipt: int
    planned: int
    orders: int
    forecast: int
    requirement: int
    taken: int
    missing: int
    closing: int
    lowest: int
    alone: int
    """At its end, if nothing more were ordered."""

    @property
    def used(self) -> int:
        """What orders under way and planned orders of ours take."""
        return self.requirement + self.taken


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """The plan's outlook of an item-location."""

    buckets: tuple[Bucket, ...]
    movements: tuple[Movement, ...]
    on_hand: int
    safety: int
    reorder: int
    up_to: int

    @property
    def first_below(self) -> Bucket | None:
        """The first bucket in which stock is below its safety level."""
        return next((one for one in self.buckets if one.lowest < self.safety), None)

    @property
    def first_short(self) -> Bucket | None:
        """The first bucket in which customers, or our own orders, would find nothing if nothing more were ordered."""
        return next((one for one in self.buckets if one.alone < 0), None)

    def list_movements(self, start: date) -> list[Movement]:
        """Return what moves in the bucket that begins on a day, in time."""
        found = next((one for one in self.buckets if one.start == start), None)
        return [row for row in self.movements if found and found.start <= row.day < found.end]


def read(run: PlanRun, item_id: int, location_id: int, *, by: str = WEEK) -> Projection | None:
    """Return the projected stock of an item-location by day or week, None where the plan does not know it.

    What is overdue, and what moved before today in the running week, counts in the first bucket. Five queries.
    """
    reader, pair = PlanReader(run), keys.pair_of(item_id, location_id)
    if reader.find_row(pair) is None:
        return None
    reader.preload(("item_locations", "receipts", "orders", "pegs", "demands", "deliveries"), [pair])
    zone = Sites(as_of=run.as_of, company_zone=parties.get_company().zone).zone(location_id)
    first = days.usable_day(run.now, zone)
    (place,) = reader.select("item_locations", pair, key=pair)
    moves = sorted(_list_moves(reader, pair, zone, first), key=lambda row: (row.at, -row.units, row.key))
    return Projection(
        buckets=tuple(_cut(moves, place["on_hand"], _list_spans(first, by))),
        movements=tuple(moves),
        on_hand=place["on_hand"],
        safety=place["safety_stock"],
        reorder=place["reorder_level"],
        up_to=place["order_up_to"],
    )


def _list_spans(first: date, by: str) -> list[tuple[date, date]]:
    step = timedelta(days=1 if by == DAY else 7)
    begin = first if by == DAY else first - timedelta(days=first.weekday())
    return [(begin + n * step, begin + (n + 1) * step) for n in range(COUNTS[by])]


def _list_moves(reader: PlanReader, pair: int, zone: str, first: date) -> Iterator[Movement]:
    for row in reader.select("receipts", pair, place=pair):
        yield _come(row, RECEIPT, row["time"], row["key"], zone, first)
    for row in reader.select("orders", pair, item_location=reader.find_row(pair) or 0):
        yield _come(row, PLANNED, row["end"], row["row"], zone, first)
    served: dict[int, int] = defaultdict(int)
    demands = {row["row"]: row for row in reader.select("demands", pair, place=pair)}
    for peg in reader.select("pegs", pair, item_location=reader.find_row(pair) or 0):
        at, units = peg["need_time"], -peg["quantity"]
        day = max(days.day_of(at, zone), first)
        if peg["consumer_kind"] == reading.FOR_ORDER:
            where = reader.pair(peg["consumer_place"])
            yield Movement(at=at, day=day, units=units, why=TAKEN, key=peg["consumer"], pair=where)
        elif peg["consumer_kind"] == reading.FOR_DEMAND and peg["consumer"] in demands:
            demand = demands[peg["consumer"]]
            served[demand["row"]] += peg["quantity"]
            yield Movement(at=at, day=day, units=units, why=_why(demand), key=demand["key"])
    for number, demand in demands.items():
        left = demand["quantity"] - served[number]
        if left > 0:
            day = max(days.day_of(demand["due"], zone), first)
            yield Movement(at=demand["due"], day=day, units=0, why=_why(demand), key=demand["key"], missing=left)


def _come(row: dict[str, int], why: str, at: int, key: int, zone: str, first: date) -> Movement:
    return Movement(at=at, day=max(days.day_of(at, zone), first), units=row["quantity"], why=why, key=key)


def _why(demand: dict[str, int]) -> str:
    return _OF_DEMAND.get(keys.untag(demand["key"])[1], REQUIREMENT)


def _cut(moves: Sequence[Movement], on_hand: int, spans: Sequence[tuple[date, date]]) -> Iterator[Bucket]:
    stock = alone = on_hand
    at = 0
    for start, end in spans:
        sums: dict[str, int] = defaultdict(int)
        opening = lowest = stock
        while at < len(moves) and moves[at].day < end:
            row = moves[at]
            sums[row.why] += abs(row.units)
            sums["missing"] += row.missing
            stock += row.units
            lowest = min(lowest, stock)
            alone += (0 if row.why == PLANNED else row.units) - row.missing
            at += 1
        yield Bucket(
            start=start, end=end, opening=opening, closing=stock, lowest=lowest, alone=alone, missing=sums["missing"],
            receipt=sums[RECEIPT], planned=sums[PLANNED], orders=sums[ORDERS], forecast=sums[FORECAST],
            requirement=sums[REQUIREMENT], taken=sums[TAKEN],
        )  # fmt: skip
