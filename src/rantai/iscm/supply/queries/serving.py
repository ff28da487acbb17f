"""Who leans on a thing: from a purchase, a lot or a production order up to the customers whose units come from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db.models import Q

from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import GoodsReceiptLine, ShipmentLine, TransferLine
from rantai.iscm.inventory.models import Lot, Reservation, StockMove, WorkReservation
from rantai.iscm.inventory.queries import layers
from rantai.iscm.production.models import ProductionOrder, ProductionPeg
from rantai.iscm.supply.queries import keys, pegged
from rantai.iscm.supply.queries.graph import Node
from rantai.iscm.supply.queries.walking import Walk
from rantai.kernel.refs import DocRef

Finder = Callable[[Walk, Node], Iterable[Node]]


def walk_up(walk: Walk, start: Node) -> None:
    """Follow who leans on a node to the customers, the forecast and the stock targets."""
    waiting = [start]
    while waiting:
        node = waiting.pop(0)
        finder = _FINDERS.get(node.key.partition(":")[0])
        if finder:
            waiting += finder(walk, node)


def _above_purchase(walk: Walk, node: Node) -> Iterator[Node]:
    supply = walk.supplies.get(node.key)
    yield from _above_cause(walk, node, supply.cause if supply else None)
    if supply is None:
        return
    if supply.open_units:
        yield from _promised(walk, node, Q(takes__slot__kind="purchase", takes__slot__supply_line=node.pk))
        yield from pegged.serve_receipt(walk, node, keys.SCHEDULE)
    if supply.received:
        lines = GoodsReceiptLine.objects.filter(receipt__ref_kind="purchase_order", receipt__ref_id=supply.ref.id)
        lines = lines.filter(ref_line=supply.ref.line, receipt__reversed_by=None, receipt__reverses=None)
        for line in lines.select_related("receipt").order_by("id"):
            yield from _link(walk, node, walk.receipt(line), line.units, reason="received")


def _above_requisition(walk: Walk, node: Node) -> Iterator[Node]:
    supply = walk.supplies.get(node.key)
    yield from _above_cause(walk, node, supply.cause if supply else None)
    yield from pegged.serve_receipt(walk, node, keys.REQUISITION)


def _above_cause(walk: Walk, node: Node, cause: DocRef | None) -> Iterator[Node]:
    """Follow what something was bought for, where that was one thing."""
    if cause is not None and cause.kind == "demand":
        demand = Demand.objects.select_related("promise").filter(pk=cause.id).first()
        if demand:
            yield from _link(walk, node, walk.demand(demand), node.units, reason="bought")
    if cause is not None and cause.kind == "production_order":
        order = ProductionOrder.objects.filter(pk=cause.id).exclude(state="cancelled").first()
        if order:
            yield from _link(walk, node, walk.production(order), node.units, reason="bought")


def _above_receipt(walk: Walk, node: Node) -> Iterator[Node]:
    line = GoodsReceiptLine.objects.select_related("receipt", "lot").get(pk=node.pk)
    if line.lot:
        yield from _link(walk, node, walk.lot(line.lot, node.place_id, line.units), line.units, reason="received")
        return
    moves = StockMove.objects.filter(ref_kind="goods_receipt", ref_id=line.receipt_id, ref_line=line.pk)
    yield from _above_arrivals(walk, node, moves.filter(reversed_by=None, reverses=None))


def _above_arrivals(walk: Walk, node: Node, moves: Iterable[StockMove]) -> Iterator[Node]:
    """Follow units from their arrival to what took them, first in, first out; the rest is still here."""
    for move in moves:
        left = move.units
        for layer in layers.list_ahead(move):
            left -= layer.units
            yield from _departed(walk, node, layer)
        if left > 0:
            yield from _link(walk, node, walk.stock(move.item_id, move.to_location_id), left, reason="first_in")


def _departed(walk: Walk, node: Node, layer: layers.Layer) -> Iterator[Node]:
    move = layer.move
    taker = _taker(walk, DocRef(move.ref_kind, move.ref_id, move.ref_line))
    if taker is not None:
        yield from _link(walk, node, taker, layer.units, reason="first_in" if move.lot_id is None else "shipped")


def _taker(walk: Walk, ref: DocRef) -> Node | None:
    """Return what took units from stock: a shipment, production, a transfer; None for a count or a loss."""
    if ref.kind == "shipment" and ref.line:
        line = ShipmentLine.objects.select_related("shipment").filter(pk=ref.line).first()
        return walk.shipment(line) if line else None
    if ref.kind == "production_order":
        order = ProductionOrder.objects.filter(pk=ref.id).first()
        return walk.production(order) if order else None
    if ref.kind == "transfer_order":
        row = TransferLine.objects.select_related("transfer").filter(pk=ref.line).first()
        return walk.transfer(row) if row else None
    return None


def _above_lot(walk: Walk, node: Node) -> Iterator[Node]:
    lot = Lot.objects.get(pk=node.pk)
    for layer in layers.list_of_lot(lot.pk, location_id=node.place_id):
        yield from _departed(walk, node, layer)
    yield from _reserved(walk, node, Q(balance__lot=lot, balance__location=node.place_id))


def _above_stock(walk: Walk, node: Node) -> Iterator[Node]:
    here = Q(balance__item=node.item_id, balance__location=node.place_id, balance__lot=None)
    yield from _reserved(walk, node, here)
    slot = Q(takes__slot__kind="stock", takes__slot__item=node.item_id, takes__slot__location=node.place_id)
    yield from _promised(walk, node, slot)
    yield from pegged.serve_stock(walk, node)


def _above_production(walk: Walk, node: Node) -> Iterator[Node]:
    order = ProductionOrder.objects.select_related("supplies__order").get(pk=node.pk)
    if order.supplies:
        yield from _link(walk, node, walk.production(order.supplies.order), node.units, reason="made")
        return
    if order.state in ("finished", "closed"):
        moves = StockMove.objects.filter(ref_kind="production_order", ref_id=order.pk, reason="production")
        moves = moves.filter(reversed_by=None, reverses=None)
        if order.lot_id is None:
            yield from _above_arrivals(walk, node, moves)
        for move in moves.select_related("lot"):
            if move.lot:
                lot = walk.lot(move.lot, order.location_id, move.units)
                yield from _link(walk, node, lot, move.units, reason="made")
        return
    for peg in ProductionPeg.objects.filter(order=order, ended_at=None).order_by("id"):
        demand = Demand.objects.select_related("promise").get(pk=peg.demand_id)
        if not walk.find_outcome(demand):
            yield from _link(walk, node, walk.demand(demand), peg.units, reason="made")
    yield from _promised(walk, node, Q(takes__slot__kind="production", takes__slot__supply_id=order.pk))
    yield from pegged.serve_receipt(walk, node, keys.PRODUCTION)


def _above_transfer(walk: Walk, node: Node) -> Iterator[Node]:
    line = TransferLine.objects.get(pk=node.pk)
    if line.received:
        moves = StockMove.objects.filter(ref_kind="transfer_order", ref_line=line.pk, reason="transfer_in")
        yield from _above_arrivals(walk, node, moves.filter(lot=None, reversed_by=None, reverses=None))
    if line.units > line.received:
        yield from _promised(walk, node, Q(takes__slot__kind="transfer", takes__slot__supply_line=line.pk))
        yield from pegged.serve_receipt(walk, node, keys.TRANSFER)


def _above_accepted(walk: Walk, node: Node) -> Iterable[Node]:
    return pegged.serve_receipt(walk, node, keys.PLANNED)


def _above_shipment(walk: Walk, node: Node) -> Iterator[Node]:
    line = ShipmentLine.objects.get(pk=node.pk)
    demand = Demand.objects.select_related("promise").filter(pk=line.demand_id).first()
    if demand:
        yield from _link(walk, node, walk.demand(demand), line.units, reason="shipped")


def _reserved(walk: Walk, node: Node, here: Q) -> Iterator[Node]:
    """Follow what is held in stock for customers and for work of our own."""
    for row in Reservation.objects.filter(here, state="held").select_related("pick__line__shipment").order_by("id"):
        pick = getattr(row, "pick", None)
        if pick is not None:
            yield from _link(walk, node, walk.shipment(pick.line), row.units, reason="reserved")
            continue
        demand = Demand.objects.select_related("promise").filter(pk=row.demand_id).first()
        if demand:
            yield from _link(walk, node, walk.demand(demand), row.units, reason="reserved")
    for work in WorkReservation.objects.filter(here, state="held").order_by("id"):
        taker = _taker(walk, DocRef(work.holder_kind, work.holder_id, work.holder_line))
        if taker is not None:
            yield from _link(walk, node, taker, work.units, reason="held")


def _promised(walk: Walk, node: Node, slot: Q) -> Iterator[Node]:
    """Follow the demands whose promise took from a supply and that the plan does not know as they are now."""
    demands = Demand.objects.filter(slot, state="open").select_related("promise").distinct()
    for demand in demands.order_by("id"):
        if walk.find_outcome(demand):
            continue
        takes = demand.takes.filter(**_of_take(slot))
        units = sum(take.units for take in takes)
        if units:
            yield from _link(walk, node, walk.demand(demand), units, reason="promised")


def _of_take(slot: Q) -> dict[str, object]:
    """Return the same condition as a take states it of itself."""
    return {name.removeprefix("takes__"): value for name, value in slot.children}  # type: ignore[misc]


def _link(walk: Walk, supplier: Node, consumer: Node, units: int, *, reason: str) -> Iterator[Node]:
    """Let units flow; yield the consumer where it is new."""
    is_new = walk.graph.add(consumer)
    day = consumer.start or consumer.promised or consumer.due
    slack = (day - supplier.due).days if day and supplier.due else None
    walk.graph.link(supplier.key, consumer.key, units, slack=slack, reason=reason)
    if is_new:
        yield consumer


_FINDERS: dict[str, Finder] = {
    "purchase": _above_purchase,
    "requisition": _above_requisition,
    "receipt": _above_receipt,
    "lot": _above_lot,
    "stock": _above_stock,
    "production": _above_production,
    "transfer": _above_transfer,
    "planned": _above_accepted,
    "order": pegged.serve_order,
    "shipment": _above_shipment,
}
