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
from rantai.iscm.supply.queries.needs import Columns
from rantai.iscm.supply.queries.sites import ShipTo
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
_NOT = -1
_CAUSE_ROWS = ("item", "location", "source", "resource")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """The leaf of what is late or short: what it is, and the row at which it stands."""

    name: str = ""
    item_id: int | None = None
    location_id: int | None = None
    source_id: int | None = None
    resource_id: int | None = None


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


def list_outcomes(snapshot: Snapshot, solution: Tables) -> Columns:
    """Return what the plan says of each firm demand, as columns of its outcomes (`PlanOutcome`), in their order."""
    demands, firm = snapshot.tables["demands"], snapshot.firm
    count = len(firm.demand_ids)
    pegged, last = (column[firm.rows] for column in _sum_deliveries(solution, len(demands["key"])))
    ship_on, planned_on = _find_days(snapshot, np.where(pegged > 0, last, _NOT))
    due = np.fromiter((day.toordinal() for day in firm.due_on), np.int64, count)
    planned = np.fromiter((day.toordinal() if day else 0 for day in planned_on), np.int64, count)
    late, short = np.maximum(planned - due, 0), firm.units - pegged
    locations = np.array([row.location_id or None for row in firm.ship_tos], object)
    return {
        "demand_id": firm.demand_ids,
        "demand_seq": firm.seqs,
        "item_id": keys.items_of(demands["place"][firm.rows]),
        "location_id": locations[firm.ship_to],
        "units": firm.units,
        "pegged": pegged,
        "short": short,
        "due_on": firm.due_on,
        "ship_on": ship_on,
        "planned_on": planned_on,
        "late_days": late,
        "stake": snapshot.to_moneys(demands["stake"][firm.rows]),
        **_list_causes(snapshot, solution, np.flatnonzero((late > 0) | (short > 0))),
    }


def list_findings(snapshot: Snapshot, solution: Tables, outcomes: Columns) -> list[Finding]:
    """Return what a planner should do about orders under way, items without a source, and orders of customers."""
    return [
        *_on_receipts(snapshot, solution),
        *_on_awaited(snapshot, solution),
        *_on_notices(snapshot, solution),
        *_on_misfits(snapshot),
        *_on_orders(outcomes),
    ]


def _list_causes(snapshot: Snapshot, solution: Tables, hurt: Ints) -> Columns:
    """Return the columns of leaf causes: of who is late or short, and of what is too large to be planned."""
    firm = snapshot.firm
    count = len(firm.demand_ids)
    causes, subjects = (column[firm.rows] for column in _find_causes(solution, len(snapshot.tables["demands"]["key"])))
    found: dict[int, Cause] = {}
    known: dict[tuple[int, int], Cause] = {}
    for row in hurt.tolist():
        key = (int(causes[row]), int(subjects[row]))
        if key not in known:
            known[key] = _name_cause(snapshot, *key)
        found[row] = known[key]
    too_large = [row.ref.id for row in snapshot.misfits if row.cause == "too_large" and row.ref.kind == "demand"]
    for row in np.flatnonzero(np.isin(firm.demand_ids, np.array(too_large, np.int64))).tolist():
        found[row] = Cause(name="too_large")
    columns: dict[str, list[Any]] = {
        "cause": [""] * count,
        **{f"cause_{name}_id": [None] * count for name in _CAUSE_ROWS},
    }
    for row, cause in found.items():
        columns["cause"][row] = cause.name
        for name in _CAUSE_ROWS:
            columns[f"cause_{name}_id"][row] = getattr(cause, f"{name}_id")
    return columns


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
        causes[table["demand"][rows]] = table["cause"][rows]
        subjects[table["demand"][rows]] = table["subject"][rows]
    return causes, subjects


def _find_days(snapshot: Snapshot, last: Ints) -> tuple[list[date | None], list[date | None]]:
    """Return when the last unit of each demand leaves, and when it is at its ship-to; None where nothing comes.

    Every pair of a way and a day is found once.
    """
    firm, sites = snapshot.firm, snapshot.sites
    soon = int(sites.as_of.timestamp()) + days.TICK
    leaves, there = (np.full(len(last), None, object) for _side in range(2))
    rows = np.flatnonzero(last != _NOT)
    rows = rows[np.argsort(firm.ship_to[rows], kind="stable")]
    ways, first = np.unique(firm.ship_to[rows], return_index=True)
    for way, mine in zip(ways.tolist(), np.split(rows, first[1:]), strict=False):
        ship_to = firm.ship_tos[way]
        day = days.days_of(last[mine], sites.zone(ship_to.location_id))
        is_direct = ship_to.location_id == keys.DIRECT
        # What is there by now leaves first; so does, at most, what comes during the day.
        _codes, at, which = np.unique(
            day if is_direct else np.where(last[mine] <= soon, 0, day), return_index=True, return_inverse=True
        )
        found = [_find_way(snapshot, ship_to, int(last[mine[row]])) for row in at.tolist()]
        for column, side in ((leaves, 0), (there, 1)):
            column[mine] = np.array([pair[side] for pair in found] + [None], object)[which]
    return leaves.tolist(), there.tolist()


def _find_way(snapshot: Snapshot, ship_to: ShipTo, last: int) -> tuple[date, date]:
    sites = snapshot.sites
    if ship_to.location_id == keys.DIRECT:
        day = days.day_of(last, sites.company_zone)
        return day, day
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
    receipts, demands = snapshot.tables["receipts"], snapshot.tables["demands"]
    delays = solution["waits"] if "waits" in solution else _list_waits(snapshot, solution)
    wanted: dict[int, tuple[int, int, float]] = {}
    by_place = np.argsort(receipts["place"], kind="stable")
    held = receipts["place"][by_place]
    for row in range(len(delays["demand"])):
        place = snapshot.tables["item_locations"]["key"][delays["subject"][row]]
        own = by_place[np.searchsorted(held, place) : np.searchsorted(held, place, "right")]
        candidates = own[receipts["time"][own] > delays["since"][row]]
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


def _list_waits(snapshot: Snapshot, solution: Tables) -> Columns:
    """Return the delays of orders that wait for receipts."""
    delays = solution["delays"]
    is_firm = np.zeros(len(snapshot.tables["demands"]["key"]), np.bool_)
    is_firm[snapshot.firm.rows] = True
    mine = (delays["cause"] == AWAITS_RECEIPT) & is_firm[delays["demand"]]
    return {name: values[mine] for name, values in delays.items()}


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


def _on_orders(outcomes: Columns) -> Iterator[Finding]:
    short, late = outcomes["short"], outcomes["late_days"]
    for row in np.flatnonzero((short > 0) | (late > 0)).tolist():
        common: dict[str, Any] = {
            "item_id": int(outcomes["item_id"][row]), "location_id": outcomes["location_id"][row],
            "ref": DocRef("demand", int(outcomes["demand_id"][row])), "cause": outcomes["cause"][row],
            "stake": int(outcomes["stake"][row]), "wanted_on": outcomes["due_on"][row],
        }  # fmt: skip
        if short[row]:
            yield Finding(kind="short", units=int(short[row]), **common)
        else:
            yield Finding(kind="late", units=int(outcomes["pegged"][row]), is_on=outcomes["planned_on"][row], **common)
