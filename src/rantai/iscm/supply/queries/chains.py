"""Trace units: from an order to what it leans on, from a supply to whom it serves; by facts, by promise, by plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rantai.iscm import messages
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import GoodsReceiptLine, ShipmentLine, TransferLine
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import graph, keys, leaning, naming, pegged, plans, serving
from rantai.iscm.supply.queries.graph import Node
from rantai.iscm.supply.queries.walking import Walk
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm


def trace(ref: DocRef, *, as_of: datetime | None = None) -> messages.Chain | None:
    """Return the chain of a thing in both directions; None where nothing is known of it.

    Kinds: any document kind that recorded demand (or one line of it), demand, shipment, goods_receipt, stock (item,
    location), planned_order, purchase_order (or line), purchase_requisition, production_order, transfer_order.
    What was shipped, reserved and received is told by its documents. Open units follow the published plan where it
    knows the demand as it is now; where the plan is older, the supplies that the promise itself took.
    """
    walk = Walk(as_of=as_of or clock.now(), run=plans.find_run())
    roots = _ROOTS.get(ref.kind, _find_demands)(walk, ref)
    for root in roots:
        walk.graph.add(root)
        walk.graph.roots.append(root.key)
    for root in roots:
        leaning.walk_down(walk, root)
        serving.walk_up(walk, root)
    return _finish(walk) if roots else None


def _find_demands(walk: Walk, ref: DocRef) -> list[Node]:
    demands = Demand.objects.filter(kind=ref.kind, order_id=ref.id).exclude(state="cancelled")
    demands = demands.filter(line=ref.line) if ref.line else demands
    return [walk.demand(row) for row in demands.select_related("promise").order_by("line", "id")]


def _find_demand(walk: Walk, ref: DocRef) -> list[Node]:
    return [walk.demand(row) for row in Demand.objects.filter(pk=ref.id).select_related("promise")]


def _find_shipment(walk: Walk, ref: DocRef) -> list[Node]:
    lines = ShipmentLine.objects.filter(shipment_id=ref.id).select_related("shipment").order_by("order_line", "id")
    return [walk.shipment(line) for line in lines if ref.line in (0, line.pk)]


def _find_receipt(walk: Walk, ref: DocRef) -> list[Node]:
    lines = GoodsReceiptLine.objects.filter(receipt_id=ref.id).select_related("receipt").order_by("id")
    return [walk.receipt(line) for line in lines if ref.line in (0, line.pk)]


def _find_transfer(walk: Walk, ref: DocRef) -> list[Node]:
    lines = TransferLine.objects.filter(transfer_id=ref.id).select_related("transfer").order_by("id")
    return [walk.transfer(line) for line in lines if ref.line in (0, line.pk)]


def _find_production(walk: Walk, ref: DocRef) -> list[Node]:
    return [walk.production(order) for order in ProductionOrder.objects.filter(pk=ref.id)]


def _find_purchase(walk: Walk, ref: DocRef) -> list[Node]:
    found = walk.keep(srm.list_open_supply(order_ids=[ref.id]))
    return [walk.to_purchase(supply) for supply in found if ref.line in (0, supply.ref.line)]


def _find_requisition(walk: Walk, ref: DocRef) -> list[Node]:
    return walk.requisition(ref.id)


def _find_stock(walk: Walk, ref: DocRef) -> list[Node]:
    return [walk.stock(ref.id, ref.line)]


def _find_proposal(walk: Walk, ref: DocRef) -> list[Node]:
    proposal = PlannedOrder.objects.filter(pk=ref.id).first()
    if proposal is None:
        return []
    if proposal.document_kind in _ROOTS and proposal.document_id:
        return _ROOTS[proposal.document_kind](walk, DocRef(proposal.document_kind, proposal.document_id))
    if walk.run and proposal.run_id == walk.run.pk:
        return [pegged.to_order(walk, keys.pair_of(proposal.item_id, proposal.location_id), proposal.plan_row)]
    return [walk.accepted(proposal)]


_ROOTS: dict[str, Callable[[Walk, DocRef], list[Node]]] = {
    "demand": _find_demand,
    "shipment": _find_shipment,
    "goods_receipt": _find_receipt,
    "transfer_order": _find_transfer,
    "production_order": _find_production,
    "purchase_order": _find_purchase,
    "purchase_requisition": _find_requisition,
    "planned_order": _find_proposal,
    "stock": _find_stock,
}


def _finish(walk: Walk) -> messages.Chain:
    found = walk.graph
    pegged.name_proposals(walk)
    graph.rank(found)
    root = max(found.roots, key=lambda key: _weight(found.nodes[key]))
    way = graph.find_critical(found, root)
    names = naming.Names(found)
    links = tuple(
        messages.ChainLink(
            supplier=supplier, consumer=consumer, units=Quantity(flow.units), slack_days=flow.slack, reason=flow.reason
        )
        for (supplier, consumer), flow in found.links.items()
    )
    return messages.Chain(
        root=root,
        nodes=tuple(names.name(node, is_critical=node.key in way) for node in found.nodes.values()),
        links=links,
        leaf_cause=_find_cause(walk, found.nodes[root], found.nodes[way[0]]),
        leaf=way[0],
        plan_revision=walk.run.revision if walk.run else None,
        as_of=walk.run.as_of if walk.run else None,
    )


def _weight(node: Node) -> tuple[bool, object, str]:
    """Order roots: the one that hurts most last, else the last to be there."""
    return bool(node.note) and node.kind == "demand", (node.due or node.promised, node.units), node.key


def _find_cause(walk: Walk, root: Node, leaf: Node) -> str:
    """Return why the root is late or short, as the leaf of its critical path says; empty where it is not."""
    if root.kind == "demand":
        outcome = walk.find_outcome(Demand.objects.get(pk=root.pk))
        if outcome is not None and (outcome.late_days or outcome.short):
            return outcome.cause
        if root.note:
            return root.note
        ends = max(day for day in (root.due, root.promised, root.wanted) if day)
        if root.wanted and ends <= root.wanted:
            return ""
    if leaf.is_late and not leaf.done:
        return f"late_{leaf.kind}"
    return _CAUSES.get(leaf.kind, "") if root.kind == "demand" else ""


_CAUSES = {
    "source": "lead_time",
    "planned_order": "lead_time",
    "purchase_requisition": "lead_time",
    "purchase_order": "awaits_receipt",
    "production_order": "awaits_receipt",
    "transfer_order": "awaits_receipt",
}
