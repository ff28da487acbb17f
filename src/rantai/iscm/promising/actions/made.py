"""Let promises lean on what is made: slots of production orders, parts held for them, demand that they are made for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, Sum

from rantai.iscm.demand import queries as demands
from rantai.iscm.inventory import queries as stock
from rantai.iscm.production import states
from rantai.iscm.production.actions import components
from rantai.iscm.production.models import ProductionComponent, ProductionOrder
from rantai.iscm.production.queries import orders
from rantai.iscm.promising.actions import covering, leaning, slots
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.kernel import changes
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.srm import events as srm_events
from rantai.srm import facade as srm

Pair = slots.Pair


def follow_order(order_id: int, *, as_of: datetime) -> None:
    """Set the slot of a production order, hold its parts, and let those lean on it for whom it is made.

    Called after each change of an order; the same change twice does nothing. Locks the order and those that wait for
    the same parts, then the slots of all of them, each in ascending id order; then demands, then stock.
    """
    require_transaction()
    known = ProductionOrder.objects.get(pk=order_id)
    pair = (known.item_id, known.location_id)
    wanted = {pair, *((row.item_id, known.location_id) for row in orders.list_components(known))}
    lock_waiting(wanted, order_ids=[order_id])
    slots.lock_items({item_id for item_id, _place in wanted}, kinds=("production", "stock"))
    order = orders.lock_order(order_id)
    if order.state in states.OPEN:
        _lean(order, as_of=as_of)
    if order.state in ("finished", "closed"):
        slots.follow_arrival("production", lambda: _read(order_id), pair=pair, as_of=as_of)
    else:
        slots.settle(lambda: [*_read(order_id), *slots.read_stock([pair])], cause="production", as_of=as_of)
    serve_components(wanted, as_of=as_of)
    if order.state in ("released", "cancelled"):
        slots.follow_stock(wanted - {pair}, cause="production", as_of=as_of)


def lock_waiting(pairs: Iterable[Pair], *, order_ids: Iterable[int] = ()) -> None:
    """Lock orders, and each that may be given parts of these pairs, with the tops of their trees, by ascending id.

    Before any slot is locked: later it would be too late to wait for an order whose holder waits for a slot.
    """
    waiting = (row.order_id for pair in set(pairs) for row in orders.list_waiting_components(*pair))
    orders.lock_orders(orders.list_above([*order_ids, *waiting]))


def serve_components(pairs: Iterable[Pair], *, as_of: datetime) -> None:
    """Hold stock that nobody was promised for the parts that orders under way wait for, the first needed first.

    The caller called `lock_waiting` first; an order that began to wait since is served when its own change is told.
    """
    require_transaction()
    for item_id, location_id in sorted(set(pairs)):
        waiting = orders.list_waiting_components(item_id, location_id)
        free = count_unpromised(item_id, location_id) if waiting else 0
        if free > 0:
            _hold(waiting, free, pair=(item_id, location_id), as_of=as_of)


def note_ordered(fact: srm_events.PurchaseOrdered, *, at: datetime) -> None:
    """Note that a supplier has the order for a component; the last of a tree tells the customer."""
    require_transaction()
    cause = DocRef.parse(fact.cause) if ":" in fact.cause else None
    if cause is not None and cause.kind == "production_order":
        components.note_ordered(cause.id, cause.line, at=at)


def serve_bought(purchase_order_id: int, *, pair: Pair, as_of: datetime) -> None:
    """Hold what arrived for the parts that it was bought for, before anybody else is given it."""
    require_transaction()
    for row in srm.list_open_supply(order_ids=[purchase_order_id]):
        if row.cause is None or row.cause.kind != "production_order" or (row.item_id, row.location_id) != pair:
            continue
        component = ProductionComponent.objects.filter(pk=row.cause.line, order_id=row.cause.id).first()
        if component is not None and component.short and row.received.amount:
            _hold([component], row.received.amount, pair=pair, as_of=as_of)


def _hold(waiting: Sequence[ProductionComponent], units: int, *, pair: Pair, as_of: datetime) -> None:
    """Hold units for components in their order, as far as they go; the stock slot follows."""
    held: set[int] = set()
    locked = {order.pk: order for order in orders.lock_free_orders(row.order_id for row in waiting)}
    rows = ProductionComponent.objects.filter(pk__in=[row.pk for row in waiting], order_id__in=locked)
    for component in rows.order_by("needed_on", "id"):
        component.order = locked[component.order_id]
        if component.order.state in states.OPEN and units > 0:
            count = components.hold_component(component, units=units, at=as_of)
            units -= count
            held |= {component.order_id} if count else set()
    if held:
        slots.follow_stock([pair], cause="production", as_of=as_of)
    for order_id in sorted(held):
        components.note_arrived(order_id, at=as_of)


def count_unpromised(item_id: int, location_id: int) -> int:
    """Return free stock that no promise leans on, here or at a site to which it is to be moved."""
    free = stock.sum_free([item_id], [location_id])[item_id, location_id]
    promised = SupplySlot.objects.filter(item_id=item_id, location_id=location_id, kind="stock")
    return free - (promised.aggregate(units=Sum(F("promised") + F("moving")))["units"] or 0)


def _lean(order: ProductionOrder, *, as_of: datetime) -> None:
    """Let demand that was promised by bill, lead time or plan lean on the order made for it: its promise stays."""
    pegs = orders.list_pegs(order)
    waiting = SlotTake.objects.filter(slot=None, basis__in=covering.WAITING, location_id=order.location_id)
    loose = list(waiting.filter(demand_id__in=[peg.demand_id for peg in pegs]).order_by("id"))
    if not loose:
        return
    demands.lock(take.demand_id for take in loose)
    seq = changes.next_change()
    ((slot, supply),) = slots.lock_slots(lambda: [_to_supply(order)])
    slots.raise_slot(slot, supply.units, seq=seq)
    left = {peg.demand_id: peg.units for peg in pegs}
    wanted: list[tuple[SlotTake, int]] = []
    for take in loose:
        units = min(take.units, left[take.demand_id])
        left[take.demand_id] -= units
        wanted.append((take, units))
    slots.date_anew(leaning.attach(wanted, slot, seq=seq), slot, cause="production", as_of=as_of)


def _read(order_id: int) -> list[slots.Supply]:
    return [_to_supply(ProductionOrder.objects.get(pk=order_id))]


def _to_supply(order: ProductionOrder) -> slots.Supply:
    """Return what an order still brings; a proposal, or one made for another order, brings nobody anything."""
    is_open = order.state in states.OPEN and order.supplies_id is None
    return slots.Supply(
        kind="production",
        supply_id=order.pk,
        item_id=order.item_id,
        location_id=order.location_id,
        company_id=order.company_id,
        available_on=order.due_on,
        units=max(0, order.units - order.scrap) if is_open else 0,
    )
