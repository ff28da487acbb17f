"""Read from a plan what people must know: the outcome of each order, and what to do about what is under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from rantai.iscm.supply import rules
from rantai.iscm.supply.queries import days, keys
from rantai.iscm.supply.queries.days import Ints
from rantai.iscm.supply.queries.snapshot import Snapshot, Tables
from rantai.kernel.refs import DocRef

CAUSES = (
    "", "lead_time", "no_source", "supplier_maximum", "effectivity", "awaits_receipt", "fence", "size",
    "shipment_rule", "max_lateness", "calendar", "circle", "horizon", "due_in_past", "capacity",
)  # fmt: skip
"""Leaf causes by the planner's number."""
AWAITS_RECEIPT = CAUSES.index("awaits_receipt")
_BY_SOURCE = frozenset(
    CAUSES.index(name) for name in ("lead_time", "supplier_maximum", "effectivity", "size", "calendar")
)
_BY_PLACE = frozenset(CAUSES.index(name) for name in ("no_source", "awaits_receipt", "fence", "circle", "horizon"))
_RECEIPT = 1
_NO_SOURCE_NOTICE, _CIRCLE_NOTICE = 3, 0
_DAY = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """The leaf of what is late or short: what it is, and the row at which it stands."""

    name: str = ""
    item_id: int | None = None
    location_id: int | None = None
    source_id: int | None = None
    resource_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the plan says of one firm demand."""

    demand_id: int
    seq: int
    item_id: int
    location_id: int | None
    units: int
    pegged: int
    due_on: date
    ship_on: date | None
    planned_on: date | None
    late_days: int
    cause: str
    cause_item_id: int | None
    cause_location_id: int | None
    cause_source_id: int | None
    cause_resource_id: int | None
    stake: int

    @property
    def short(self) -> int:
        """Units without a date."""
        return self.units - self.pegged


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something to do about a receipt, an item or an order."""

    kind: str
    item_id: int
    location_id: int | None
    ref: DocRef | None = None
    number: str = ""
    units: int = 0
    is_on: date | None = None
    wanted_on: date | None = None
    cause: str = ""
    stake: int = 0


def list_outcomes(snapshot: Snapshot, solution: Tables) -> list[Outcome]:
    """Return one outcome for each firm demand, in their order."""
    demands, firm = snapshot.tables["demands"], snapshot.firm
    count = len(firm.demand_ids)
    pegged, last = _sum_deliveries(solution, len(demands["key"]))
    causes, subjects = _find_causes(solution, count)
    items, units, stakes = keys.items_of(demands["place"]), firm.units, demands["stake"]
    too_large = {row.ref.id for row in snapshot.misfits if row.cause == "too_large" and row.ref.kind == "demand"}
    found = []
    for row in range(count):
        ship_on, planned_on = _find_days(snapshot, row, int(last[row]) if pegged[row] else None)
        late = max(0, (planned_on - firm.due_on[row]).days) if planned_on else 0
        is_hurt = bool(late) or pegged[row] < units[row]
        cause = _name_cause(snapshot, int(causes[row]), int(subjects[row])) if is_hurt else Cause()
        if int(firm.demand_ids[row]) in too_large:
            cause = Cause(name="too_large")
        found.append(
            Outcome(
                demand_id=int(firm.demand_ids[row]),
                seq=int(firm.seqs[row]),
                item_id=int(items[row]),
                location_id=firm.ship_tos[row].location_id or None,
                units=int(units[row]),
                pegged=int(pegged[row]),
                due_on=firm.due_on[row],
                ship_on=ship_on,
                planned_on=planned_on,
                late_days=late,
                cause=cause.name,
                cause_item_id=cause.item_id,
                cause_location_id=cause.location_id,
                cause_source_id=cause.source_id,
                cause_resource_id=cause.resource_id,
                stake=snapshot.to_money(float(stakes[row])),
            )
        )
    return found


def list_findings(snapshot: Snapshot, solution: Tables, outcomes: list[Outcome]) -> list[Finding]:
    """Return what a planner should do about orders under way, items without a source, and orders of customers."""
    return [
        *_on_receipts(snapshot, solution),
        *_on_awaited(snapshot, solution),
        *_on_notices(snapshot, solution),
        *_on_misfits(snapshot),
        *_on_orders(outcomes),
    ]


def _sum_deliveries(solution: Tables, count: int) -> tuple[Ints, Ints]:
    pegged, last = np.zeros(count, np.int64), np.full(count, -1, np.int64)
    rows = solution["deliveries"]
    np.add.at(pegged, rows["demand"], rows["quantity"])
    np.maximum.at(last, rows["demand"], rows["time"])
    return pegged, last


def _find_causes(solution: Tables, count: int) -> tuple[Ints, Ints]:
    """Return the leaf cause by demand: of what is short, else of the longest delay that is not the due date itself."""
    causes, subjects = np.zeros(count, np.int64), np.zeros(count, np.int64)
    delays = solution["delays"]
    is_overdue = delays["cause"] == CAUSES.index("due_in_past")
    order = np.lexsort((delays["until"] - delays["since"], ~is_overdue))
    for name, rows in (("delays", order), ("shortages", np.arange(len(solution["shortages"]["demand"])))):
        table = solution[name]
        mine = rows[table["demand"][rows] < count]
        causes[table["demand"][mine]] = table["cause"][mine]
        subjects[table["demand"][mine]] = table["subject"][mine]
    return causes, subjects


def _find_days(snapshot: Snapshot, row: int, last: int | None) -> tuple[date | None, date | None]:
    if last is None:
        return None, None
    ship_to, sites = snapshot.firm.ship_tos[row], snapshot.sites
    if ship_to.location_id == keys.DIRECT:
        there = days.day_of(last, sites.company_zone)
        return there, there
    ship_on = sites.leave_after(ship_to.location_id, last)
    return ship_on, sites.arrive(ship_to, ship_on)


def _name_cause(snapshot: Snapshot, cause: int, subject: int) -> Cause:
    name = CAUSES[cause]
    if name == "capacity":
        return _name_limit(snapshot, subject)
    if cause in _BY_SOURCE:
        sources = snapshot.tables["sources"]
        item, place = keys.split(int(sources["place"][subject]))
        return Cause(name=name, item_id=item, location_id=place or None, source_id=int(sources["source_id"][subject]))
    if cause in _BY_PLACE:
        item, place = keys.split(int(snapshot.tables["item_locations"]["key"][subject]))
        return Cause(name=name, item_id=item, location_id=place or None)
    return Cause(name=name)


def _name_limit(snapshot: Snapshot, subject: int) -> Cause:
    """Name the resource that has no room; what a supplier takes in a week is a limit of its source."""
    resources, sources = snapshot.tables["resources"], snapshot.tables["sources"]
    key = int(resources["key"][subject])
    if key > 0:
        return Cause(name="capacity", resource_id=key)
    (row,) = np.flatnonzero(sources["key"] == -key)
    item, place = keys.split(int(sources["place"][row]))
    source_id = int(sources["source_id"][row])
    return Cause(name="supplier_maximum", item_id=item, location_id=place or None, source_id=source_id)


def _on_receipts(snapshot: Snapshot, solution: Tables) -> Iterator[Finding]:
    """Say which receipts nobody needs, come long before they are needed, or should have come already."""
    receipts, pegs, awaited = snapshot.tables["receipts"], solution["pegs"], snapshot.awaited
    count = len(receipts["key"])
    first, used = np.full(count, days.NEVER, np.int64), np.zeros(count, np.int64)
    mine = pegs["supply_kind"] == _RECEIPT
    np.minimum.at(first, pegs["supply"][mine], pegs["need_time"][mine])
    np.add.at(used, pegs["supply"][mine], pegs["quantity"][mine])
    for row in range(count):
        item, place = keys.split(int(receipts["place"][row]))
        due = awaited.days[row]
        common: dict[str, Any] = {
            "item_id": item, "location_id": place or None, "ref": awaited.refs[row], "number": awaited.numbers[row],
            "is_on": due,
        }  # fmt: skip
        zone = snapshot.sites.zone(place)
        if due < snapshot.sites.today(place):
            yield Finding(kind="overdue", units=int(receipts["quantity"][row]), **common)
        if not used[row]:
            yield Finding(kind="cancel", units=int(receipts["quantity"][row]), **common)
        elif first[row] - receipts["time"][row] > rules.DEFER_DAYS * _DAY:
            wanted_on = days.day_of(int(first[row]), zone)
            yield Finding(kind="defer", units=int(receipts["quantity"][row]), wanted_on=wanted_on, **common)


def _on_awaited(snapshot: Snapshot, solution: Tables) -> Iterator[Finding]:
    """Say which receipts would, if they came sooner, keep the dates of orders that now wait for them."""
    delays, receipts, demands = solution["delays"], snapshot.tables["receipts"], snapshot.tables["demands"]
    firm = len(snapshot.firm.demand_ids)
    wanted: dict[int, tuple[int, int, float]] = {}
    for row in np.flatnonzero((delays["cause"] == AWAITS_RECEIPT) & (delays["demand"] < firm)).tolist():
        place = snapshot.tables["item_locations"]["key"][delays["subject"][row]]
        candidates = np.flatnonzero((receipts["place"] == place) & (receipts["time"] > delays["since"][row]))
        if not len(candidates):
            continue
        receipt = int(candidates[np.argmin(np.abs(receipts["time"][candidates] - delays["until"][row]))])
        since, units, stake = wanted.get(receipt, (days.NEVER, 0, 0.0))
        wanted[receipt] = (
            min(since, int(delays["since"][row])),
            units + int(delays["quantity"][row]),
            stake + float(demands["stake"][delays["demand"][row]]),
        )
    for receipt, (since, units, stake) in wanted.items():
        item, location = keys.split(int(receipts["place"][receipt]))
        yield Finding(
            kind="expedite",
            item_id=item,
            location_id=location or None,
            ref=snapshot.awaited.refs[receipt],
            number=snapshot.awaited.numbers[receipt],
            units=min(units, int(receipts["quantity"][receipt])),
            is_on=snapshot.awaited.days[receipt],
            wanted_on=max(days.day_of(since, snapshot.sites.zone(location)), snapshot.sites.today(location)),
            cause="awaits_receipt",
            stake=snapshot.to_money(stake),
        )


def _on_notices(snapshot: Snapshot, solution: Tables) -> Iterator[Finding]:
    notices = solution["notices"]
    for kind, subject in zip(notices["kind"].tolist(), notices["subject"].tolist(), strict=True):
        if kind == _NO_SOURCE_NOTICE:
            item, place = keys.split(int(snapshot.tables["item_locations"]["key"][subject]))
            yield Finding(kind="no_source", item_id=item, location_id=place or None, cause="no_source")
        elif kind == _CIRCLE_NOTICE:
            item, place = keys.split(int(snapshot.tables["sources"]["place"][subject]))
            yield Finding(kind="circle", item_id=item, location_id=place or None, cause="circle")


def _on_misfits(snapshot: Snapshot) -> Iterator[Finding]:
    """Say which rows were planned around because of what stands in them."""
    for row in dict.fromkeys(snapshot.misfits):
        yield Finding(
            kind="bad_row", item_id=row.item_id, location_id=row.location_id, ref=row.ref, number=row.number,
            cause=row.cause,
        )  # fmt: skip


def _on_orders(outcomes: list[Outcome]) -> Iterator[Finding]:
    for row in outcomes:
        common: dict[str, Any] = {
            "item_id": row.item_id, "location_id": row.location_id, "ref": DocRef("demand", row.demand_id),
            "cause": row.cause, "stake": row.stake, "wanted_on": row.due_on,
        }  # fmt: skip
        if row.short:
            yield Finding(kind="short", units=row.short, **common)
        elif row.late_days:
            yield Finding(kind="late", units=row.pegged, is_on=row.planned_on, **common)
