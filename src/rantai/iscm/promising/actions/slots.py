"""Let slots follow their supplies, and re-evaluate exactly the promises that lean on what moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from rantai.foundation.locations.models import Location
from rantai.foundation.locations.rules import SITES
from rantai.iscm import events, messages
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.models import Demand
from rantai.iscm.inventory import queries as stock
from rantai.iscm.promising.actions import covering, keeping, leaning, promises, records, takes
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.iscm.promising.queries import offers, sheets
from rantai.kernel import changes, inserts, outbox
from rantai.kernel.transactions import require_transaction
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply

Pair = tuple[int, int]
"""Item and location."""
AT_ONCE = 12
"""How many promises are looked at under one lock: SQLite has one writer, and each may ask and take anew."""
SlotKey = tuple[int, int, str, int, int]
"""Item, location, kind, supply and its line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """What is true of a supply now."""

    kind: str
    supply_id: int = 0
    supply_line: int = 0
    ref_line: int = 0
    item_id: int
    location_id: int
    company_id: int
    supplier_id: int | None = None
    available_on: date | None = None
    units: int


def follow_stock(pairs: Iterable[Pair], *, cause: str, as_of: datetime) -> None:
    """Set the stock slots of items at locations from the balances, and tell whom it moves."""
    wanted = sorted(set(pairs))
    settle(lambda: read_stock(wanted), cause=cause, as_of=as_of)


def open_stock(pairs: Iterable[Pair], *, as_of: datetime) -> None:
    """Set stock slots in bulk where nothing can be promised yet: opening stock."""
    require_transaction()
    wanted = sorted(set(pairs))
    _write(lock_slots(lambda: read_stock(wanted)), seq=changes.next_change())
    keeping.keep_items({item for item, _place in wanted}, today=as_of.date())


def follow_purchases(order_ids: Sequence[int], *, cause: str, as_of: datetime) -> None:
    """Set the slots of purchase orders from what SRM knows; those whom they were bought for have them first."""
    rows = srm.list_open_supply(order_ids=order_ids)
    first = [row.cause.id for row in rows if row.cause and row.cause.kind == "demand" and row.location_id]
    settle(lambda: _read_purchases(order_ids), cause=cause, as_of=as_of, first=first)


def follow_receipt(order_id: int, *, pair: Pair, as_of: datetime) -> None:
    """Let takes go from a purchase to the stock that it has become, the soonest to leave first; then as above."""
    require_transaction()

    def read() -> list[Supply]:
        return [row for row in _read_purchases([order_id]) if (row.item_id, row.location_id) == pair]

    follow_arrival("purchase", read, pair=pair, as_of=as_of)


def follow_arrival(kind: str, coming: Callable[[], list[Supply]], *, pair: Pair, as_of: datetime) -> None:
    """Let takes go from supplies that came to the stock that they have become; then as for any change of them."""
    require_transaction()

    def read() -> list[Supply]:
        return [*read_stock([pair]), *coming()]

    rows = lock_slots(read)
    seq = changes.next_change()
    target, arrived = next((slot, supply) for slot, supply in rows if supply.kind == "stock")
    raise_slot(target, arrived.units, seq=seq)
    moved: list[SlotTake] = []
    for slot, supply in rows:
        if supply.kind == kind and slot.available > supply.units:
            moved += leaning.pass_on(slot, target, units=slot.available - supply.units, seq=seq)
    date_anew(moved, target, cause="supply_arrived", as_of=as_of)
    settle(read, cause="supply_late", as_of=as_of)


def follow(fact: events.SupplyUnsettled, *, as_of: datetime) -> None:
    """Go on with stock or a purchase that shrank; what is made or moved is followed where it is known."""
    if fact.kind == "stock":
        follow_stock([(fact.item_id, fact.location_id)], cause=fact.cause, as_of=as_of)
    elif fact.kind == "purchase":
        follow_purchases([fact.supply_id], cause=fact.cause, as_of=as_of)


def date_left(fact: events.PromisesUndated, *, as_of: datetime) -> None:
    """Go on to date what leaned on a supply whose day moved, as far as it still does."""
    require_transaction()
    slot = SupplySlot.objects.select_for_update().get(pk=fact.slot_id)
    taken = leaning.list_takes(slot).filter(pk__in=fact.take_ids[:AT_ONCE])
    date_anew(list(taken), slot, left=fact.take_ids[AT_ONCE:], cause=fact.cause, as_of=as_of)


def settle(read: Callable[[], list[Supply]], *, cause: str, as_of: datetime, first: Collection[int] = ()) -> None:
    """Write what is true of supplies: takes that no longer fit are given back first, then promised anew.

    Where more than AT_ONCE do not fit, a supply sinks as far as this transaction gives back, so that nothing of it is
    free meanwhile. Records SupplyUnsettled for the rest.
    """
    require_transaction()
    rows = lock_slots(read)
    seq = changes.next_change()
    displaced: list[tuple[str, list[SlotTake]]] = []
    moved = []
    budget = AT_ONCE
    for slot, supply in rows:
        excess = slot.promised + slot.moving - supply.units
        if excess > 0:
            lost = leaning.displace(slot, excess, most=budget, seq=seq)
            budget -= len(lost)
            displaced.append((str(offers.cite(slot)), lost))
        if slot.available_on and supply.available_on and slot.available_on != supply.available_on:
            moved.append((slot, "supply_late" if supply.available_on > slot.available_on else "supply_early"))
    _write(rows, seq=seq)
    keeping.keep_items({slot.item_id for slot, _supply in rows}, today=as_of.date())
    for ref, lost in displaced:
        _promise_lost(lost, cause=cause, cause_ref=ref, as_of=as_of)
    for slot, why in moved:
        budget -= _date_all(slot, most=budget, cause=why, as_of=as_of)
    unsettled = [slot for slot, supply in rows if slot.available > supply.units]
    _announce_unsettled(unsettled, cause=cause)
    busy = {(slot.item_id, slot.location_id) for slot in unsettled}
    for pair in sorted({(slot.item_id, slot.location_id) for slot, _supply in rows} - busy):
        budget -= covering.cover(pair, cause="supply_found", as_of=as_of, most=budget, first=first)


def _announce_unsettled(unsettled: Sequence[SupplySlot], *, cause: str) -> None:
    """Say of which supplies more is promised than there is: once for each order, and for each place of stock."""
    once = {(slot.kind, slot.supply_id, slot.item_id if slot.kind == "stock" else 0): slot for slot in unsettled}
    outbox.record(
        *(
            events.SupplyUnsettled(
                item_id=slot.item_id, location_id=slot.location_id, kind=slot.kind, supply_id=slot.supply_id,
                cause=cause,
            )
            for slot in once.values()
        )
    )  # fmt: skip


def _date_all(slot: SupplySlot, *, most: int, cause: str, as_of: datetime) -> int:
    """Date anew what leans on a slot, the first of it in this transaction; return how many these were."""
    rows = leaning.list_takes(slot)
    taken, ids = list(rows[:most]), rows.values_list("pk", flat=True)
    date_anew(taken, slot, left=tuple(ids[most:]), cause=cause, as_of=as_of)
    return len(taken)


def date_anew(
    taken: Sequence[SlotTake], slot: SupplySlot, *, left: tuple[int, ...] = (), cause: str, as_of: datetime
) -> None:
    """Give takes the dates of the slot on which they lean; where a promise is lost look for another supply first.

    An earlier supply moves the expected date only: what was promised stays, unless a policy says otherwise. Units
    that are to be moved from a supply that is late are looked for anew. Records PromisesUndated for the ids `left`,
    and for what is beyond AT_ONCE.
    """
    beyond = (*(take.pk for take in taken[AT_ONCE:]), *left)
    if beyond:
        outbox.record(events.PromisesUndated(slot_id=slot.pk, take_ids=beyond, cause=cause))
    now = taken[:AT_ONCE]
    _date_here([take for take in now if take.slot_id], slot, cause=cause, as_of=as_of)
    lost = [take for take in now if take.moved_from_id and cause == "supply_late"]
    if lost:
        takes.give_back(lost, seq=changes.next_change())
        _promise_lost(lost, cause=cause, cause_ref=str(offers.cite(slot)), as_of=as_of)


def _date_here(taken: Sequence[SlotTake], slot: SupplySlot, *, cause: str, as_of: datetime) -> None:
    """Date what ships from where a supply is."""
    if not taken:
        return
    locked = {demand.pk: demand for demand in demands.lock({take.demand_id for take in taken})}
    sheet = _sheet_of(list(locked.values()), slot, as_of)
    broken = [take for take in taken if leaning.redate(take, slot, sheet)]
    kept = [take for take in taken if take not in broken]
    SlotTake.objects.bulk_update(kept, ["ship_on", "p50_on", "p80_on", "p90_on"], batch_size=500)
    if takes.give_back(broken, seq=changes.next_change()):
        keeping.keep_items({slot.item_id}, today=as_of.date())
    ref = str(offers.cite(slot))
    _promise_lost(broken, cause=cause, cause_ref=ref, as_of=as_of)
    lost = {take.demand_id for take in broken}
    steady = [demand for pk, demand in locked.items() if pk not in lost]
    promises.revise(promises.read_standings(steady), cause=cause, cause_ref=ref, at=as_of)


def _promise_lost(lost: Sequence[SlotTake], *, cause: str, cause_ref: str, as_of: datetime) -> None:
    """Promise anew what takes held that were given back; a date that was said does not become earlier by it."""
    floors: dict[int, date] = {}
    for take in lost:
        floors[take.demand_id] = min(take.promised_on, floors.get(take.demand_id, take.promised_on))
    records.promise_again(demands.lock(floors), cause=cause, cause_ref=cause_ref, floors=floors, as_of=as_of)


def read_stock(pairs: Sequence[Pair]) -> list[Supply]:
    free = stock.sum_free({item for item, _place in pairs}, {place for _item, place in pairs})
    companies = dict(
        Location.objects.filter(pk__in={place for _item, place in pairs}, kind__in=SITES).values_list(
            "pk", "company_id"
        )
    )
    return [
        Supply(kind="stock", item_id=item, location_id=place, company_id=companies[place], units=free[item, place])
        for item, place in pairs
        if companies.get(place)
    ]


def _read_purchases(order_ids: Sequence[int]) -> list[Supply]:
    rows = [row for row in srm.list_open_supply(order_ids=order_ids) if row.schedule_id and row.location_id]
    companies = dict(Location.objects.filter(pk__in={row.location_id for row in rows}).values_list("pk", "company_id"))
    return [
        Supply(
            kind="purchase",
            supply_id=row.ref.id,
            supply_line=row.schedule_id,
            ref_line=row.ref.line,
            item_id=row.item_id,
            location_id=row.location_id or 0,
            company_id=companies[row.location_id or 0],
            supplier_id=row.supplier_id,
            available_on=row.expected_on,
            # what was not sent yet is a wish; what is dropped at a customer or bought for an order of ours is taken
            units=row.open_units.amount if row.is_firm and not _is_spoken_for(row) else 0,
        )
        for row in rows
    ]


def _is_spoken_for(row: OpenSupply) -> bool:
    is_component = row.cause is not None and row.cause.kind == "production_order"
    return row.drop_to_address_id is not None or is_component


def lock_items(item_ids: Collection[int], *, kinds: Collection[str]) -> None:
    """Lock every slot of these kinds of items at once, in ascending id order: who takes them in turn may not."""
    rows = SupplySlot.objects.select_for_update().filter(item_id__in=item_ids, kind__in=kinds)
    list(rows.order_by("id").values_list("pk"))


def lock_slots(read: Callable[[], list[Supply]]) -> list[tuple[SupplySlot, Supply]]:
    """Return the slots of supplies, made where they are missing, locked in ascending id order.

    What is true is read again under the lock: a release may have changed stock and slot in between.
    """
    require_transaction()
    by_key = _by_key(read())
    found = _find(by_key)
    missing = by_key.keys() - found
    if missing:
        inserts.add_missing([_new_slot(by_key[key]) for key in sorted(missing)])
        found = _find(by_key)
    by_key |= _by_key(read())
    return [(slot, by_key[key]) for key, slot in sorted(found.items(), key=lambda pair: pair[1].pk)]


def _by_key(supplies: Iterable[Supply]) -> dict[SlotKey, Supply]:
    return {
        (supply.item_id, supply.location_id, supply.kind, supply.supply_id, supply.supply_line): supply
        for supply in supplies
    }


def _find(keys: Iterable[SlotKey]) -> dict[SlotKey, SupplySlot]:
    wanted = set(keys)
    items = sorted({key[0] for key in wanted})
    found = {}
    for start in range(0, len(items), 900):
        rows = SupplySlot.objects.select_for_update().filter(
            item_id__in=items[start : start + 900], kind__in={key[2] for key in wanted}
        )
        for slot in rows.order_by("id"):
            key = (slot.item_id, slot.location_id, slot.kind, slot.supply_id, slot.supply_line)
            if key in wanted:
                found[key] = slot
    return found


def _new_slot(supply: Supply) -> SupplySlot:
    return SupplySlot(
        company_id=supply.company_id,
        kind=supply.kind,
        supply_id=supply.supply_id,
        supply_line=supply.supply_line,
        ref_line=supply.ref_line,
        item_id=supply.item_id,
        location_id=supply.location_id,
        supplier_id=supply.supplier_id,
        available_on=supply.available_on,
    )


def _write(rows: Sequence[tuple[SupplySlot, Supply]], *, seq: int) -> None:
    for slot, supply in rows:
        slot.available = max(supply.units, slot.promised + slot.moving)
        slot.available_on, slot.changed_seq = supply.available_on, seq
    adapt = connection.ops.adapt_datefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE iscm_promising_supplyslot SET available = %s, available_on = %s, changed_seq = %s WHERE id = %s",
            [(slot.available, adapt(slot.available_on), seq, slot.pk) for slot, _supply in rows],
        )


def raise_slot(slot: SupplySlot, units: int, *, seq: int) -> None:
    """Make room on a slot; lowering it is for `_settle`, which looks after those who lean on it."""
    if units > slot.available:
        slot.available = units
        SupplySlot.objects.filter(pk=slot.pk).update(available=units, changed_seq=seq)


def _sheet_of(locked: Sequence[Demand], slot: SupplySlot, as_of: datetime) -> sheets.Sheet:
    lines = tuple(records.to_ask_line(demand, demand.units) for demand in locked)
    return sheets.read_sheet(messages.Ask(company_id=slot.company_id, lines=lines, as_of=as_of))
