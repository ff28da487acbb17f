"""What a thing leans on: from an order down to the stock, the purchase or the receipt that its units come from.

Facts first: what was shipped, reserved, issued and received has its documents and its moves. Units that are still
open follow the plan where it knows the demand as it is now, else the takes of the promise itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import GoodsReceiptLine, ShipmentLine, TransferLine
from rantai.iscm.inventory.models import Lot, Reservation, StockBalance, StockMove, WorkReservation
from rantai.iscm.inventory.queries import layers
from rantai.iscm.production.models import ProductionComponent, ProductionOrder, ProductionPeg
from rantai.iscm.supply.queries import keys, pegged
from rantai.iscm.supply.queries.graph import Node
from rantai.iscm.supply.queries.walking import Walk
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply

Finder = Callable[[Walk, Node], Iterable[Node]]
_MOST_LAYERS = 8


def walk_down(walk: Walk, start: Node) -> None:
    """Follow what a node leans on to the leaves."""
    waiting = [start]
    while waiting:
        node = waiting.pop(0)
        finder = _FINDERS.get(node.key.partition(":")[0])
        if finder:
            waiting += finder(walk, node)


def _below_demand(walk: Walk, node: Node) -> Iterator[Node]:
    demand = Demand.objects.get(pk=node.pk)
    for line in walk.shipped(demand.pk):
        yield from _link(walk, walk.shipment(line), node, line.units, reason="shipped")
    loose = Reservation.objects.filter(demand_id=demand.pk, state="held", pick=None).select_related("balance__lot")
    for row in loose:
        yield from _from_balance(walk, node, row.balance, row.units)
    if demand.units - demand.fulfilled - demand.cancelled - demand.reserved > 0:
        outcome = walk.find_outcome(demand)
        yield from pegged.lean_demand(walk, demand, node.key) if outcome else _below_promise(walk, demand, node)


def _below_promise(walk: Walk, demand: Demand, node: Node) -> Iterator[Node]:
    """Follow what the promise took."""
    for take in demand.takes.select_related("slot").order_by("promised_on", "id"):
        below = _of_slot(walk, take.slot) if take.slot else None
        if below is not None:
            yield from _link(walk, below, node, take.units, reason="promised", needed=take.ship_on)
        elif take.slot is None:
            yield from _below_loose(walk, demand, node, take)
    promise = getattr(demand, "promise", None)
    if promise and promise.unpromised:
        missing = Node(
            key=f"short:{demand.pk}", kind="short", item_id=demand.item_id, units=promise.unpromised,
            note=promise.reason,
        )  # fmt: skip
        yield from _link(walk, missing, node, promise.unpromised, reason="short")


def _of_slot(walk: Walk, slot: Any) -> Node | None:
    """Return the supply that a take took from; rows of promising, which stands above, come by the reverse relation."""
    kind, pk, line = slot.kind, slot.supply_id, slot.supply_line
    if kind == "purchase":
        return walk.purchase(line, order_id=pk)
    if kind == "production":
        order = ProductionOrder.objects.filter(pk=pk).first()
        return walk.production(order) if order else None
    if kind == "transfer":
        row = TransferLine.objects.select_related("transfer").filter(pk=line).first()
        return walk.transfer(row) if row else None
    return walk.stock(slot.item_id, slot.location_id)


def _below_loose(walk: Walk, demand: Demand, node: Node, take: Any) -> Iterator[Node]:
    """Follow a take without a slot: what is made or bought for it, else the lead time that it was promised by."""
    basis, units, ship_on = take.basis, take.units, take.ship_on
    found = 0
    if basis == "make":
        pegs = ProductionPeg.objects.filter(demand_id=demand.pk, ended_at=None).exclude(order__state="cancelled")
        for peg in pegs.select_related("order"):
            found += peg.units
            yield from _link(walk, walk.production(peg.order), node, peg.units, reason="made", needed=ship_on)
    if basis == "dropship":
        for supply in walk.keep(srm.list_supply_for("demand", [demand.pk])):
            found += supply.ordered.amount
            yield from _link(walk, walk.to_purchase(supply), node, supply.ordered.amount, reason="bought")
    if not found:
        source = Node(
            key=f"source:{take.source_id or 0}", kind="source", item_id=demand.item_id,
            place_id=take.location_id or 0, units=units, due=ship_on, promised=ship_on, note=basis,
        )  # fmt: skip
        yield from _link(walk, source, node, units, reason="promised", needed=ship_on)


def _below_shipment(walk: Walk, node: Node) -> Iterator[Node]:
    line = ShipmentLine.objects.select_related("shipment__location").get(pk=node.pk)
    if line.shipment.location.kind == "supplier":
        # A partner sent it: it never stood with us.
        for supply in walk.keep(srm.list_supply_for("demand", [line.demand_id])):
            yield from _link(walk, walk.to_purchase(supply), node, line.units, reason="bought")
        return
    moved = _list_moves(DocRef("shipment", line.shipment_id, line.pk), "shipment")
    for move in moved:
        yield from _behind_move(walk, node, move)
    if not moved:
        for pick in line.picks.exclude(state="cancelled").select_related("reservation__balance__lot"):
            yield from _from_balance(walk, node, pick.reservation.balance, pick.units)


def _below_production(walk: Walk, node: Node) -> Iterator[Node]:
    order = ProductionOrder.objects.get(pk=node.pk)
    for part in ProductionComponent.objects.filter(order=order).order_by("position", "id"):
        yield from _below_component(walk, node, part)


def _below_component(walk: Walk, node: Node, part: ProductionComponent) -> Iterator[Node]:
    """Follow a component: what was made or bought for it, what stock gave or holds, what the plan pegs to the rest."""
    left = part.needed
    for child in part.made_by.exclude(state="cancelled").order_by("id"):
        units = min(left, child.good or child.units)
        left -= units
        yield from _link(walk, walk.production(child), node, units, reason="made", needed=part.needed_on)
    for supply in _bought_for(walk, part):
        units = min(left, supply.ordered.amount)
        left -= units
        yield from _link(walk, walk.to_purchase(supply), node, units, reason="bought", needed=part.needed_on)
    holder = DocRef("production_order", part.order_id, part.pk)
    for below, units in _list_taken(walk, holder, "issue", left):
        left -= units
        yield from _link(walk, below, node, units, reason="held", needed=part.needed_on)
    if left > 0:
        yield from pegged.lean_requirement(
            walk, node, keys.PRODUCTION, item_id=part.item_id, place_id=part.order.location_id
        )


def _bought_for(walk: Walk, part: ProductionComponent) -> list[OpenSupply]:
    found = srm.list_supply_for("production_order", [part.order_id])
    return walk.keep(supply for supply in found if supply.cause and supply.cause.line == part.pk)


def _below_transfer(walk: Walk, node: Node) -> Iterator[Node]:
    line = TransferLine.objects.select_related("transfer").get(pk=node.pk)
    left, needed = line.units, line.transfer.ship_on
    for below, units in _list_taken(walk, DocRef("transfer_order", line.transfer_id, line.pk), "transfer_out", left):
        left -= units
        yield from _link(walk, below, node, units, reason="held", needed=needed)
    if left > 0:
        origin = line.transfer.origin_id
        yield from pegged.lean_requirement(walk, node, keys.TRANSFER, item_id=line.item_id, place_id=origin)


def _list_taken(walk: Walk, holder: DocRef, reason: str, most: int) -> Iterator[tuple[Node, int]]:
    """Yield where the units of own work came from: what was issued to it, then what is held for it."""
    for move in _list_moves(holder, reason):
        for node, units in _behind(walk, move):
            if most > 0:
                yield node, min(units, most)
                most -= min(units, most)
    held = WorkReservation.objects.filter(
        holder_kind=holder.kind, holder_id=holder.id, holder_line=holder.line, state="held"
    )
    for row in held.select_related("balance__lot").order_by("id"):
        if most > 0:
            yield _balance(walk, row.balance, row.units), min(row.units, most)
            most -= min(row.units, most)


def _below_lot(walk: Walk, node: Node) -> Iterator[Node]:
    lot = Lot.objects.get(pk=node.pk)
    if lot.origin_kind == "goods_receipt":
        lines = GoodsReceiptLine.objects.filter(lot=lot, receipt__reversed_by=None, receipt__reverses=None)
        for line in lines.select_related("receipt").order_by("id")[:_MOST_LAYERS]:
            yield from _link(walk, walk.receipt(line), node, min(node.units, line.units), reason="received")
        return
    arrivals = StockMove.objects.filter(lot=lot, reversed_by=None, reverses=None).order_by("id")
    first = arrivals.first()
    if first is not None:
        below = _arrival(walk, first)
        if below is not None:
            yield from _link(walk, below, node, min(node.units, first.units), reason="received")


def _below_stock(walk: Walk, node: Node) -> Iterator[Node]:
    """Follow what stands at a place to how it came there, the oldest first."""
    rows = StockBalance.objects.filter(item=node.item_id, location=node.place_id, is_account=False, on_hand__gt=0)
    for row in rows.exclude(lot=None).select_related("lot").order_by("first_in_at", "id")[:_MOST_LAYERS]:
        yield from _link(walk, _balance(walk, row, row.on_hand), node, row.on_hand, reason="on_hand")
    behind = layers.list_on_hand(node.item_id, node.place_id, skip=0, units=node.units)
    for layer in behind[:_MOST_LAYERS]:
        below = _arrival(walk, layer.move)
        if below is not None:
            yield from _link(walk, below, node, layer.units, reason="first_in")


def _below_receipt(walk: Walk, node: Node) -> Iterator[Node]:
    line = GoodsReceiptLine.objects.select_related("receipt").get(pk=node.pk)
    if line.receipt.ref_kind != "purchase_order":
        return
    left = line.units
    for supply in walk.keep(srm.list_open_supply(order_ids=[line.receipt.ref_id])):
        units = min(left, supply.received.amount)
        if supply.ref.line == line.ref_line and units:
            left -= units
            yield from _link(walk, walk.to_purchase(supply), node, units, reason="received")


def _from_balance(walk: Walk, consumer: Node, balance: StockBalance, units: int) -> Iterator[Node]:
    yield from _link(walk, _balance(walk, balance, units), consumer, units, reason="reserved")


def _balance(walk: Walk, balance: StockBalance, units: int) -> Node:
    if balance.lot:
        return walk.lot(balance.lot, balance.location_id, units)
    return walk.stock(balance.item_id, balance.location_id)


def _behind_move(walk: Walk, consumer: Node, move: StockMove) -> Iterator[Node]:
    for node, units in _behind(walk, move):
        yield from _link(walk, node, consumer, units, reason="shipped" if move.lot_id else "first_in")


def _behind(walk: Walk, move: StockMove) -> Iterator[tuple[Node, int]]:
    """Yield what the units of a departure came with: their lot, or by first in, first out."""
    if move.lot:
        yield walk.lot(move.lot, move.from_location_id, move.units), move.units
        return
    for layer in layers.list_behind(move):
        node = _arrival(walk, layer.move)
        if node is not None:
            yield node, layer.units


def _arrival(walk: Walk, move: StockMove) -> Node | None:
    """Return how units came to a place."""
    if move.ref_kind == "goods_receipt":
        line = GoodsReceiptLine.objects.select_related("receipt").filter(pk=move.ref_line).first()
        return walk.receipt(line) if line else None
    if move.ref_kind == "production_order":
        order = ProductionOrder.objects.filter(pk=move.ref_id).first()
        return walk.production(order) if order else None
    if move.ref_kind == "transfer_order":
        row = TransferLine.objects.select_related("transfer").filter(pk=move.ref_line).first()
        return walk.transfer(row) if row else None
    return walk.arrival(move)


def _list_moves(ref: DocRef, reason: str) -> list[StockMove]:
    moves = StockMove.objects.filter(ref_kind=ref.kind, ref_id=ref.id, ref_line=ref.line, reason=reason)
    return list(moves.filter(reversed_by=None, reverses=None).select_related("lot").order_by("id"))


def _link(
    walk: Walk, supplier: Node, consumer: Node, units: int, *, reason: str, needed: date | None = None
) -> Iterator[Node]:
    """Let units flow; yield the supplier where it is new. Without a day of need it is the consumer's own start."""
    is_new = walk.graph.add(supplier)
    day = needed or consumer.start or consumer.promised or consumer.due
    slack = (day - supplier.due).days if day and supplier.due else None
    walk.graph.link(supplier.key, consumer.key, units, slack=slack, reason=reason)
    if is_new:
        yield supplier


_FINDERS: dict[str, Finder] = {
    "demand": _below_demand,
    "shipment": _below_shipment,
    "production": _below_production,
    "transfer": _below_transfer,
    "lot": _below_lot,
    "stock": _below_stock,
    "receipt": _below_receipt,
    "order": pegged.lean_order,
}
