"""What accepting an exception would do: to whom a letter goes, what is cancelled, what becomes a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rantai.foundation.parties.models import Party
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import TransferOrder
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.models import PlanException
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply

ASK, SET, CANCEL, RELEASE, TASK, PAGE, GONE = "ask", "set", "cancel", "release", "task", "page", "gone"
"""Ask a supplier by letter, change what nobody was sent, cancel our own work, release a proposal, hand a task over,
open a page (no click can mend it), or nothing: the order is not open any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Other figures than the exception's own; None leaves its own."""

    units: int | None = None
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What accepting one exception does."""

    row: PlanException
    way: str
    ref: DocRef | None = None
    """The document that changes, or on which the task is written."""
    schedule_id: int | None = None
    units: int = 0
    """The new whole of a purchase, what came included; of a proposal its quantity."""
    units_now: int = 0
    received: int = 0
    """Of a purchase: a person changes what is still to come."""
    due_on: date | None = None
    due_now: date | None = None
    party: str = ""


NOTHING = Change()


def list_steps(
    rows: Sequence[PlanException], *, today: date, changes: Mapping[int, Change] | None = None
) -> list[Step]:
    """Return what accepting exceptions would do, in their order."""
    supplies = _read_supplies(rows)
    suppliers = _name_suppliers(supplies.values())
    work = _read_work(rows)
    customers = _name_customers(rows)
    found = []
    for row in rows:
        change = (changes or {}).get(row.pk, NOTHING)
        if row.kind in ("no_source", "circle", "bad_row"):
            found.append(Step(row=row, way=PAGE, ref=DocRef("item", row.item_id)))
        elif row.kind == "release":
            found.append(_release(row, change))
        elif row.ref_kind in ("purchase_order", "purchase_requisition"):
            lines = supplies.get(_key(row), [])
            found.append(_buy(row, lines, change, today=today, party=suppliers.get(_supplier(lines), "")))
        else:
            found.append(_hand_over(row, change, work.get((row.ref_kind, row.ref_id), ""), customers, today=today))
    return found


def _release(row: PlanException, change: Change) -> Step:
    return Step(
        row=row, way=RELEASE, ref=DocRef("planned_order", row.ref_id), units=change.units or row.units,
        units_now=row.units, due_on=change.due_on or row.wanted_on, due_now=row.wanted_on,
    )  # fmt: skip


def _buy(row: PlanException, lines: Sequence[OpenSupply], change: Change, *, today: date, party: str) -> Step:
    """Return the change of a purchase; what a supplier split is changed whole."""
    mine = next((line for line in lines if line.expected_on == row.is_on and line.open_units.amount), None)
    if mine is None:
        return Step(row=row, way=GONE)
    group = [line for line in lines if line.requested_on == mine.requested_on]
    is_whole = len(group) == len(lines)
    ordered, received = (sum(getattr(line, name).amount for line in group) for name in ("ordered", "received"))
    units = received if row.kind == "cancel" else ordered
    wanted = max(row.wanted_on or today, today)
    return Step(
        row=row,
        way=ASK if mine.is_firm else SET,
        ref=mine.ref,
        schedule_id=None if is_whole or not mine.schedule_id else mine.schedule_id,
        units=max(received, received + change.units) if change.units is not None else units,
        units_now=ordered,
        received=received,
        due_on=change.due_on or (mine.requested_on if row.kind == "cancel" else wanted),
        due_now=mine.expected_on,
        party=party,
    )


def _hand_over(row: PlanException, change: Change, state: str, customers: Mapping[int, Demand], *, today: date) -> Step:
    demand = customers.get(row.ref_id) if row.ref_kind == "demand" else None
    due_on = change.due_on or (row.wanted_on if demand is None else None) or today
    if demand is not None:
        ref = DocRef(demand.kind, demand.order_id)
        return Step(row=row, way=TASK, ref=ref, units=row.units, due_on=change.due_on or today, party=demand.party.name)
    if not row.ref_id or state in ("", "cancelled", "finished", "received", "closed"):
        return Step(row=row, way=GONE)
    ref = DocRef(row.ref_kind, row.ref_id)
    way = CANCEL if row.kind == "cancel" and state == "planned" else TASK
    return Step(
        row=row, way=way, ref=ref, units=0 if row.kind == "cancel" else row.units, units_now=row.units,
        due_on=max(due_on, today), due_now=row.is_on,
    )  # fmt: skip


def _key(row: PlanException) -> tuple[str, int, int]:
    return row.ref_kind, row.ref_id, row.ref_line


def _read_supplies(rows: Iterable[PlanException]) -> dict[tuple[str, int, int], list[OpenSupply]]:
    """Return what purchases and requisitions stand behind exceptions, in two queries of the suppliers' house."""
    orders = {row.ref_id for row in rows if row.ref_kind == "purchase_order"}
    items = {row.item_id for row in rows if row.ref_kind == "purchase_requisition"}
    found: dict[tuple[str, int, int], list[OpenSupply]] = defaultdict(list)
    for line in (
        *(srm.list_open_supply(order_ids=sorted(orders)) if orders else ()),
        *(srm.list_open_supply(sorted(items)) if items else ()),
    ):
        mine = found[line.ref.kind, line.ref.id, line.ref.line]
        if line not in mine:
            mine.append(line)
    return found


def _read_work(rows: Iterable[PlanException]) -> dict[tuple[str, int], str]:
    """Return the state of production orders and transfers."""
    found: dict[tuple[str, int], str] = {}
    for kind, model in (("production_order", ProductionOrder), ("transfer_order", TransferOrder)):
        ids = {row.ref_id for row in rows if row.ref_kind == kind}
        if ids:
            states = model.objects.filter(pk__in=ids).values_list("pk", "state")
            found |= {(kind, pk): state for pk, state in states}
    return found


def _name_suppliers(supplies: Iterable[Sequence[OpenSupply]]) -> dict[int, str]:
    ids = {_supplier(lines) for lines in supplies}
    return dict(Party.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _supplier(lines: Sequence[OpenSupply]) -> int:
    return lines[0].supplier_id if lines else 0


def _name_customers(rows: Iterable[PlanException]) -> dict[int, Demand]:
    ids = {row.ref_id for row in rows if row.ref_kind == "demand"}
    return Demand.objects.select_related("party").in_bulk(ids) if ids else {}
