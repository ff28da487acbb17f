"""The plan as bars in time: runs by resource, and each customer's order from its purchases to its delivery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rantai.foundation.parties import queries as parties
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import days, keys, loads, reading, sourcing
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.iscm.supply.queries.sites import Sites
from rantai.kernel.texts import pick

BUY, MAKE, MOVE, SHIP = "purchase", "production", "transfer", "ship"
_OF_SOURCE = {sourcing.BUY: BUY, sourcing.MAKE: MAKE, sourcing.MOVE: MOVE}
_OF_RECEIPT = {0: BUY, 1: MAKE, 2: MOVE}
DEEPEST, MOST_BARS = 10, 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """Work that begins and ends; days as parts of days since the first shown, for drawing, and as dates to read."""

    kind: str
    starts_on: date
    ends_on: date
    """The day by whose end it is done."""
    item_id: int = 0
    units: int = 0
    order: int = -1
    """Row of a planned order, -1 of what is under way."""
    receipt: int = -1
    """Tag of what is under way."""
    since: float | None = None
    """Part of the first day that has gone when it begins; None: days are all that is known."""
    until: float | None = None
    slack_days: int | None = None
    demand_keys: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """One row of the picture: a resource, or a customer's order line."""

    key: int
    label: str
    note: str
    bars: tuple[Bar, ...]
    due_on: date | None = None
    is_late: bool = False
    outcome: PlanOutcome | None = None


def list_resources(book: loads.Book, *, first: date, count: int) -> list[Lane]:
    """Return the runs of every resource that has any in `count` days from the first."""
    found = []
    for line in book.resources:
        start, end = days.midnight(first, line.zone), days.midnight(first + timedelta(days=count), line.zone)
        bars = tuple(_of_run(one, line.zone) for one in book.list_runs(line.resource_id, start, end))
        if bars:
            found.append(Lane(key=line.resource_id, label=pick(line.name) or line.code, note=line.code, bars=bars))
    return found


def find_first_work(book: loads.Book, *, after: date, resource_id: int = 0) -> date | None:
    """Return the first day with load on a day or after it, of one resource or any; None where there is none."""
    zones = {line.resource_id: line.zone for line in book.resources if resource_id in (0, line.resource_id)}
    last = max((days.day_of(book.run.horizon_end, zone) for zone in zones.values()), default=after)
    weeks = max(0, (last - after).days // 7)
    for pk in zones:
        for week in book.list_weeks(pk, after, weeks):
            if week.loaded_seconds:
                last = min(last, week.day)
                break
    return last if zones and weeks and any(_has_load(book, pk, last) for pk in zones) else None


def _has_load(book: loads.Book, resource_id: int, monday: date) -> bool:
    return any(week.loaded_seconds for week in book.list_weeks(resource_id, monday, 1))


def list_deliveries(run: PlanRun, outcomes: Sequence[PlanOutcome]) -> list[Lane]:
    """Return what each order line leans on, from its purchases to its delivery: a few queries for each level."""
    reader = PlanReader(run)
    zones = Sites(as_of=run.as_of, company_zone=parties.get_company().zone)
    steps = _walk_down(reader, outcomes)
    found = []
    for row in outcomes:
        bars = list(_to_bars(reader, zones, steps.get(row.pk, ())))
        if row.ship_on and row.planned_on:
            bars.append(
                Bar(kind=SHIP, starts_on=row.ship_on, ends_on=row.planned_on, item_id=row.item_id, units=row.pegged)
            )
        found.append(
            Lane(
                key=row.pk, label=row.demand.number, note=row.demand.party.name, due_on=row.due_on, outcome=row,
                bars=tuple(sorted(bars, key=lambda bar: (bar.starts_on, bar.ends_on))[-MOST_BARS:]),
                is_late=bool(row.late_days or row.short),
            )
        )  # fmt: skip
    return found


def find_movable(run: PlanRun, lanes: Iterable[Lane]) -> dict[int, PlannedOrder]:
    """Return the open proposals among the bars, by the row of their planned order: these a person may move."""
    rows = {bar.order for lane in lanes for bar in lane.bars if bar.order >= 0}
    found = PlannedOrder.objects.filter(run=run, plan_row__in=rows, state="proposed") if rows else []
    return {order.plan_row: order for order in found}


def _of_run(one: loads.Run, zone: str) -> Bar:
    starts_on, ends_on = days.day_of(one.start + 1, zone), days.day_of(one.end, zone)
    return Bar(
        kind=MAKE, starts_on=starts_on, ends_on=ends_on, item_id=one.item_id, units=one.units, order=one.order,
        receipt=one.order_key, demand_keys=one.demand_keys,
        since=_part(one.start, starts_on, zone), until=_part(one.end, ends_on, zone),
    )  # fmt: skip


def _part(instant: int, day: date, zone: str) -> float:
    begins = days.midnight(day, zone)
    return min(1.0, max(0.0, (instant - begins) / (days.midnight(day + timedelta(days=1), zone) - begins)))


@dataclass(frozen=True, slots=True)
class _Step:
    pair: int
    kind: int
    supply: int
    units: int
    slack: int


def _walk_down(reader: PlanReader, outcomes: Sequence[PlanOutcome]) -> dict[int, list[_Step]]:
    """Return the supplies below each outcome, nearest first, each once."""
    waiting: list[tuple[int, int, int, int]] = []
    starts = {row.pk: keys.pair_of(row.item_id, row.location_id) for row in outcomes}
    direct = {row.pk: keys.pair_of(row.item_id, None) for row in outcomes}
    reader.preload(("demands", "pegs"), [*starts.values(), *direct.values()])
    for row in outcomes:
        tag = int(keys.tag(row.demand_id, keys.ORDER))
        for pair in {starts[row.pk], direct[row.pk]}:
            for demand in reader.select("demands", pair, key=tag, place=pair):
                waiting.append((row.pk, pair, reading.FOR_DEMAND, demand["row"]))
    found: dict[int, list[_Step]] = {row.pk: [] for row in outcomes}
    seen: set[tuple[int, int, int, int]] = set()
    for _level in range(DEEPEST):
        waiting = list(_descend(reader, waiting, found, seen))
        if not waiting:
            break
    return found


def _descend(
    reader: PlanReader, waiting: Sequence[tuple[int, int, int, int]], found: dict[int, list[_Step]],
    seen: set[tuple[int, int, int, int]],
) -> Iterator[tuple[int, int, int, int]]:  # fmt: skip
    """Add the supplies of consumers, and yield the orders among them, which consume in their turn."""
    below: list[tuple[int, int, int, int]] = []
    reader.preload(("consumption",), [pair for _pk, pair, kind, _row in waiting if kind == reading.FOR_ORDER])
    for pk, pair, kind, row in waiting:
        taken = {pair} if kind == reading.FOR_DEMAND else {
            reader.pair(one["item_location"]) for one in reader.select("consumption", pair, order=row)
        }  # fmt: skip
        below += [(pk, where, kind, row) for where in taken]
    reader.preload(("pegs", "orders", "receipts", "sources"), [pair for _pk, pair, _kind, _row in below])
    for pk, pair, kind, row in below:
        for peg in reader.select(
            "pegs", pair, consumer_kind=kind, consumer=row, item_location=reader.find_row(pair) or 0
        ):
            step = (pk, pair, peg["supply_kind"], peg["supply"])
            if peg["supply_kind"] == reading.ON_HAND or step in seen or len(found[pk]) >= MOST_BARS:
                continue
            seen.add(step)
            slack = (peg["need_time"] - peg["supply_time"]) // 86_400
            found[pk].append(_Step(pair, peg["supply_kind"], peg["supply"], peg["quantity"], slack))
            if peg["supply_kind"] == reading.ORDER:
                yield pk, pair, reading.FOR_ORDER, peg["supply"]


def _to_bars(reader: PlanReader, zones: Sites, steps: Iterable[_Step]) -> Iterator[Bar]:
    for step in steps:
        item_id, place = keys.split(step.pair)
        zone = zones.zone(place)
        if step.kind == reading.ORDER:
            order = reader.row_of("orders", step.pair, step.supply)
            source = reader.row_of("sources", step.pair, order["source"])
            yield Bar(
                kind=_OF_SOURCE.get(source["kind"], BUY), starts_on=days.day_of(order["start"], zone),
                ends_on=days.day_of(order["end"], zone), item_id=item_id, units=order["quantity"], order=step.supply,
                slack_days=step.slack,
            )  # fmt: skip
            continue
        for row in reader.select("receipts", step.pair, row=step.supply):
            there = days.day_of(row["time"], zone)
            yield Bar(
                kind=_OF_RECEIPT.get(row["kind"], BUY), starts_on=days.day_of(reader.run.now, zone), ends_on=there,
                item_id=item_id, units=row["quantity"], receipt=row["key"], slack_days=step.slack,
            )  # fmt: skip
