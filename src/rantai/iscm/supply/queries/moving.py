"""Judge what moving a planned order would do, by the plan as it stands: who slips, whose parts are not there, cost.

Seen from this plan only: work that slips pushes what leans on it by as much as its slack does not hold. What a new
plan would do about it (other sources, other machines, other lots) is not known before it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import days, keys, loads, pegsteps, reading
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.iscm.supply.queries.sites import Sites

_DAY = 86_400
FULL = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """A customer's order line that would come later, or could come sooner."""

    demand: Demand
    outcome: PlanOutcome
    planned_on: date
    days_late: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A part that would not be there when the moved work begins."""

    item_id: int
    there_on: date
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FullDay:
    """A resource without room on a day on which the moved work would run."""

    code: str
    resource_id: int
    day: date
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What moving a planned order by days would do."""

    order: PlannedOrder
    shift: int
    start_on: date
    due_on: date
    today: date
    slips: list[Slip] = field(default_factory=list)
    """Order lines that come later than planned; those past their promised day are late."""
    gains: list[Slip] = field(default_factory=list)
    """Late order lines that wait for it, and how much sooner they could come at best."""
    pushed: int = 0
    """Other planned orders that begin later."""
    gaps: list[Gap] = field(default_factory=list)
    full: list[FullDay] = field(default_factory=list)
    holding: int = 0
    """Cost of holding it longer (below zero: less long), 1/10,000 of the company's currency unit."""

    @property
    def late(self) -> list[Slip]:
        """Those that would be late and are not now, or later still."""
        return [slip for slip in self.slips if slip.days_late]

    @property
    def stake(self) -> int:
        """What is at stake in those that would be late."""
        return sum(slip.outcome.stake for slip in self.late)

    @property
    def is_past(self) -> bool:
        """Whether it would have to begin before today."""
        return self.start_on < self.today


def judge_move(order: PlannedOrder, *, due_on: date, today: date) -> Judgement:
    """Return what the plan says of an order that is there on another day: a few queries for each level above it."""
    run, reader = order.run, PlanReader(order.run)
    zones = Sites(as_of=run.as_of, company_zone=parties.get_company().zone)
    shift = (due_on - order.due_on).days
    found = Judgement(
        order=order, shift=shift, start_on=order.start_on + timedelta(days=shift), due_on=due_on, today=today,
        holding=_holding(order, -shift),
    )  # fmt: skip
    if not shift:
        return found
    pair = keys.pair_of(order.item_id, order.location_id)
    if shift > 0:
        late_by, pushed = _push(reader, pair, order.plan_row, shift * _DAY)
        found.slips.extend(_list_slips(run, late_by))
        found = _with(found, pushed=pushed)
    else:
        served = pegsteps.list_served(run, {0: [pegsteps.Supply(pair=pair, order=order.plan_row)]})
        found.gains.extend(_list_gains(run, served[0], -shift))
        found.gaps.extend(_list_gaps(reader, zones, pair, order.plan_row, shift))
    if order.kind == "production":
        found.full.extend(_list_full(run, order, shift))
    return found


def _with(found: Judgement, *, pushed: int) -> Judgement:
    return Judgement(
        order=found.order, shift=found.shift, start_on=found.start_on, due_on=found.due_on, today=found.today,
        slips=found.slips, gains=found.gains, pushed=pushed, gaps=found.gaps, full=found.full, holding=found.holding,
    )  # fmt: skip


def _push(reader: PlanReader, pair: int, row: int, seconds: int) -> tuple[dict[int, int], int]:
    """Return seconds by which customers' demands slip, by demand id, and how many other orders are pushed."""
    late_by: dict[int, int] = {}
    slip = {(pair, row): seconds}
    waiting = [(pair, row)]
    for _level in range(pegsteps.DEEPEST):
        if not waiting:
            break
        reader.preload(("pegs",), [where for where, _row in waiting])
        steps = [
            (slip[where, number], peg)
            for where, number in waiting
            for peg in reader.select("pegs", where, supply_kind=reading.ORDER, supply=number)
        ]
        places = [reader.pair(peg["consumer_place"]) for _seconds, peg in steps]
        reader.preload(("demands",), places)
        waiting = []
        for (moved, peg), where in zip(steps, places, strict=True):
            left = moved - max(0, peg["need_time"] - peg["supply_time"])
            if left <= 0:
                continue
            if peg["consumer_kind"] == reading.FOR_DEMAND:
                _note_demand(reader, late_by, peg["consumer"], where, left)
            elif peg["consumer_kind"] == reading.FOR_ORDER and left > slip.get((where, peg["consumer"]), 0):
                slip[where, peg["consumer"]] = left
                waiting.append((where, peg["consumer"]))
    return late_by, len(slip) - 1


def _note_demand(reader: PlanReader, late_by: dict[int, int], row: int, pair: int, seconds: int) -> None:
    for demand in reader.select("demands", pair, row=row):
        pk, kind = keys.untag(demand["key"])
        if kind == keys.ORDER:
            late_by[pk] = max(late_by.get(pk, 0), seconds)


def _list_slips(run: PlanRun, late_by: dict[int, int]) -> Iterator[Slip]:
    for row in _outcomes(run, late_by):
        if row.planned_on is None:
            continue
        planned_on = row.planned_on + timedelta(days=-(-late_by[row.demand_id] // _DAY))
        yield Slip(
            demand=row.demand, outcome=row, planned_on=planned_on, days_late=max(0, (planned_on - row.due_on).days)
        )


def _list_gains(run: PlanRun, ids: list[int], sooner: int) -> Iterator[Slip]:
    for row in _outcomes(run, ids):
        if row.planned_on is None or not row.late_days:
            continue
        planned_on = row.planned_on - timedelta(days=min(sooner, row.late_days))
        yield Slip(
            demand=row.demand, outcome=row, planned_on=planned_on, days_late=max(0, (planned_on - row.due_on).days)
        )


def _outcomes(run: PlanRun, ids: dict[int, int] | list[int]) -> list[PlanOutcome]:
    rows = PlanOutcome.objects.filter(run=run, demand_id__in=list(ids)).select_related("demand__party")
    return list(rows.order_by("-stake", "pk"))


def _list_gaps(reader: PlanReader, zones: Sites, pair: int, row: int, shift: int) -> Iterator[Gap]:
    """Yield the parts that come later than the moved work begins."""
    reader.preload(("orders", "consumption"), [pair])
    start = reader.row_of("orders", pair, row)["start"] + shift * _DAY
    places = {reader.pair(one["item_location"]) for one in reader.select("consumption", pair, order=row)}
    reader.preload(("pegs",), places)
    for where in places:
        item_id, place = keys.split(where)
        pegs = reader.select(
            "pegs", where, consumer_kind=reading.FOR_ORDER, consumer=row, item_location=reader.find_row(where) or 0
        )
        for peg in pegs:
            if peg["supply_kind"] != reading.ON_HAND and peg["supply_time"] > start:
                there_on = days.day_of(peg["supply_time"], zones.zone(place))
                yield Gap(item_id=item_id, there_on=there_on, units=peg["quantity"])


def _list_full(run: PlanRun, order: PlannedOrder, shift: int) -> Iterator[FullDay]:
    """Yield days on which a resource of the order has no room for it, what it takes now put aside."""
    book = loads.read(run)
    for line in book.resources:
        mine = [
            one for one in book.list_runs(line.resource_id, run.now, run.horizon_end) if one.order == order.plan_row
        ]
        for one in mine:
            day = days.day_of(one.start + 1, line.zone) + timedelta(days=shift)
            (load,) = book.list_days(line.resource_id, day, 1)
            taken = load.loaded_seconds + min(one.end - one.start, load.capacity_seconds)
            if load.capacity_seconds and taken > load.capacity_seconds:
                share = load.loaded_seconds / load.capacity_seconds
                yield FullDay(code=line.code, resource_id=line.resource_id, day=day, share=share)


def _holding(order: PlannedOrder, longer: int) -> int:
    """Return the cost of holding an order's goods `longer` days: its amount at the company's yearly rate."""
    rate = parties.get_company().settings.get("holding_rate", 0)
    return round(order.amount * int(rate) * longer / 10_000 / 365)
