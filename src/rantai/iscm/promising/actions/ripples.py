"""Try a change of confirmed demand with everything that follows from it, and say what moved; the caller undoes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from rantai.iscm import messages, reports
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.actions import demands as demand_actions
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.actions import withdrawals
from rantai.iscm.inventory.models import Reservation
from rantai.iscm.production.queries import orders
from rantai.iscm.promising.actions import records
from rantai.iscm.promising.models import Promise, PromiseRevision, SlotTake, SupplySlot
from rantai.iscm.promising.queries import offers, partners
from rantai.iscm.promising.queries.costs import Costs
from rantai.kernel import clock, outbox
from rantai.kernel.models import Delivery
from rantai.kernel.quantities import ZERO, Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

REFUSALS = (withdrawals.CannotWithdraw, demand_actions.CannotReduce)
MOST_FACTS = 200
"""Of what follows: what is told after these stands in nobody's preview."""
_HOUSE = "iscm."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """Units of one supply that demands have."""

    kind: str
    ref: DocRef | None
    item_id: int
    units: int
    is_frozen: bool = False


def try_change(
    changes: Sequence[messages.DemandChange], *, added: messages.DemandOrder | None = None, as_of: datetime, by: str
) -> reports.Ripple:
    """Change and add demands as `records` does, let the house follow, and return what moved.

    The same code as the change itself, in the caller's transaction, which must be rolled back. Where a change is
    refused nothing is added. Raises RevisionConflict.
    """
    require_transaction()
    before = demands.find_by_keys([change.key for change in changes])
    rows = [before[change.key] for change in changes]
    held = _list_held(rows)
    last_revision = PromiseRevision.objects.aggregate(last=Max("pk"))["last"] or 0
    last_event = Delivery.objects.aggregate(last=Max("event_id"))["last"] or 0
    heads = Promise.objects.in_bulk([row.pk for row in rows])
    refusals = [_try_one(change, as_of=as_of, by=by) for change in changes]
    recorded = records.record_demand(added) if added and not any(refusals) else ()
    _follow(last_event)
    after = demands.find_by_keys([*(change.key for change in changes), *(one.key for one in recorded)])
    lines = tuple(
        _to_line(change.key, row, after[change.key], heads[row.pk], refusal)
        for change, row, refusal in zip(changes, rows, refusals, strict=True)
    )
    supplies = tuple(_compare(held, _list_held(list(after.values()))))
    return reports.Ripple(
        lines=(*lines, *(_to_new_line(after[one.key]) for one in recorded)),
        moves=tuple(_list_moves(last_revision, mine={row.pk for row in after.values()})),
        supplies=supplies,
        orphan_units=Quantity(_count_orphans(supplies)),
        cost=_count_cost(list(after.values()), as_of=as_of),
    )


def _try_one(change: messages.DemandChange, *, as_of: datetime, by: str) -> str:
    """Change one demand; return why not where it is refused, and then nothing of it moved."""
    try:
        with transaction.atomic():
            records.change_demand(change, as_of=as_of, by=by)
    except REFUSALS as refused:
        return str(refused)
    return ""


def _follow(last_event: int) -> None:
    """Tell the house's own handlers what happened, as the relay would a moment later."""
    handlers = outbox.handlers()
    done: set[int] = set()
    while len(done) < MOST_FACTS:
        rows = Delivery.objects.filter(event_id__gt=last_event, handler__startswith=_HOUSE, state="waiting")
        waiting = list(rows.exclude(pk__in=done).select_related("event").order_by("pk")[:20])
        if not waiting:
            return
        for row in waiting:
            done.add(row.pk)
            handlers[row.handler](outbox.read(row.event))


def _list_held(rows: Sequence[Demand]) -> dict[tuple[str, str], _Held]:
    """Return what demands lean on: slots, stock held for them, proposals to make, what partners were asked to send."""
    found: dict[tuple[str, str], _Held] = {}
    ids = [row.pk for row in rows]
    takes = SlotTake.objects.filter(demand_id__in=ids).select_related("slot", "moved_from").order_by("id")
    for take, slot in ((take, take.slot or take.moved_from) for take in takes):
        if slot is not None:
            _add(found, slot.kind, offers.cite(slot), slot.item_id, take.units)
    for kept in Reservation.objects.filter(demand_id__in=ids, state="held").select_related("balance").order_by("id"):
        stock = kept.balance
        _add(found, "stock", DocRef("stock", stock.location_id, stock.item_id), stock.item_id, kept.units)
    for peg in orders.list_of_demands(ids):
        if peg.order.state == "planned":
            _add(found, "make", peg.order.ref, peg.order.item_id, peg.units)
    for row in rows:
        for asked in partners.list_open(row):
            _add(found, "dropship", asked.supply.ref, row.item_id, asked.units, is_frozen=asked.supply.is_firm)
    return found


def _add(
    found: dict[tuple[str, str], _Held], kind: str, ref: DocRef, item_id: int, units: int, *, is_frozen: bool = False
) -> None:  # fmt: skip
    key = (kind, str(ref))
    known = found.get(key)
    frozen = is_frozen or kind in ("production", "transfer", "purchase")
    fresh = _Held(kind=kind, ref=ref, item_id=item_id, units=units, is_frozen=frozen)
    found[key] = replace(known, units=known.units + units) if known else fresh


def _compare(
    before: dict[tuple[str, str], _Held], after: dict[tuple[str, str], _Held]
) -> Iterator[reports.RippleSupply]:
    for key in sorted({*before, *after}):
        one = before.get(key) or after[key]
        was, now = (rows[key].units if key in rows else 0 for rows in (before, after))
        if was != now:
            yield reports.RippleSupply(
                kind=one.kind, ref=one.ref, item_id=one.item_id, before=Quantity(was), after=Quantity(now),
                is_frozen=one.is_frozen, outcome=_say_outcome(one) if now < was else "",
            )  # fmt: skip


def _say_outcome(held: _Held) -> str:
    if held.kind == "make":
        return "dropped"
    return "asked" if held.kind == "dropship" else "free"


def _count_orphans(supplies: Sequence[reports.RippleSupply]) -> int:
    """Count units let go of orders under way that no slot offers to others."""
    orphans = 0
    for row in supplies:
        freed = row.before.amount - row.after.amount
        if freed > 0 and row.kind == "production" and row.ref is not None:
            slot = SupplySlot.objects.filter(kind="production", supply_id=row.ref.id, item_id=row.item_id).first()
            orphans += max(0, freed - (slot.available if slot else 0))
    return orphans


def _list_moves(last_revision: int, *, mine: set[int]) -> Iterator[reports.RippleMove]:
    """Yield others whose expected day moved, the most urgent first."""
    fresh = PromiseRevision.objects.filter(pk__gt=last_revision).exclude(demand_id__in=mine).order_by("pk")
    first: dict[int, int] = {}
    for demand_id, revision in fresh.values_list("demand_id", "revision"):
        first.setdefault(demand_id, revision)
    heads = Promise.objects.select_related("demand").in_bulk(list(first))
    for demand_id, revision in first.items():
        old = PromiseRevision.objects.filter(demand_id=demand_id, revision=revision - 1).first()
        head = heads[demand_id]
        if old is not None and old.expected_on != head.expected_on:
            yield reports.RippleMove(
                demand_id=demand_id, number=head.demand.number, item_id=head.demand.item_id,
                units=Quantity(head.demand.units - head.demand.fulfilled - head.demand.cancelled),
                before_on=old.expected_on, after_on=head.expected_on,
            )  # fmt: skip


def _to_line(
    key: messages.DemandKey, before: Demand, after: Demand, head: Promise, refusal: str
) -> reports.RippleLine:  # fmt: skip
    now = Promise.objects.get(pk=after.pk)
    is_open = after.state == "open"
    return reports.RippleLine(
        key=key,
        before_units=Quantity(before.units - before.fulfilled - before.cancelled),
        after_units=Quantity(after.units - after.fulfilled - after.cancelled) if is_open else ZERO,
        unpromised=Quantity(now.unpromised) if is_open else ZERO,
        before_on=head.promised_on,
        after_on=now.promised_on if is_open else None,
        refusal=refusal,
    )


def _to_new_line(row: Demand) -> reports.RippleLine:
    head = Promise.objects.get(pk=row.pk)
    return reports.RippleLine(
        key=demands.key_of(row), before_units=ZERO, after_units=Quantity(row.units),
        unpromised=Quantity(head.unpromised), before_on=None, after_on=head.promised_on,
    )  # fmt: skip


def _count_cost(rows: Sequence[Demand], *, as_of: datetime) -> reports.CostToComplete:
    """Return what it costs to complete what the demands still want."""
    wanted: list[reports.CostToComplete] = []
    for row in rows:
        takes = SlotTake.objects.filter(demand=row).order_by("id")
        costs = Costs(row.company_id, on=clock.business_date(as_of, "UTC"))
        slices = tuple(_to_slice(take) for take in takes)
        if slices:
            offered = messages.OfferLine(line=row.line, schedule=row.schedule, item_id=row.item_id, slices=slices)
            wanted.append(costs.complete(records.to_ask_line(row, row.units), offered))
    return reports.CostToComplete(**{name: _add_up(wanted, name) for name in reports.CostToComplete.__slots__})


def _add_up(costs: Sequence[reports.CostToComplete], name: str) -> int | None:
    parts: list[Any] = [getattr(cost, name) for cost in costs]
    return None if any(part is None for part in parts) else sum(parts)


def _to_slice(take: SlotTake) -> messages.OfferSlice:
    return messages.OfferSlice(
        units=Quantity(take.units), basis=take.basis, location_id=take.location_id, ship_on=take.ship_on,
        promised_on=take.promised_on, p50_on=take.p50_on, p80_on=take.p80_on, p90_on=take.p90_on,
        source_id=take.source_id,
    )  # fmt: skip
