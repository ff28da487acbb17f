"""Walk along the pegs of the published plan: from a demand down to its supplies, from a supply up to whom it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rantai.foundation.items.models import Source
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment.models import TransferLine
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.models import PlannedOrder
from rantai.iscm.supply.queries import keys, reading
from rantai.iscm.supply.queries.graph import Node
from rantai.iscm.supply.queries.walking import SECONDS_A_DAY, Walk
from rantai.kernel.refs import DocRef

Row = dict[str, int]
_KINDS = {"buy": "purchase", "make": "production", "move": "transfer", "dropship": "dropship"}
"""Kinds of orders by the kind of their source."""


def lean_demand(walk: Walk, demand: Demand, key: str) -> Iterator[Node]:
    """Link what the plan pegs to a demand; yield what is new."""
    wanted = int(keys.tag(demand.pk, keys.ORDER))
    outcome = walk.find_outcome(demand)
    assert outcome is not None
    # A dropship stands at the direct place, whatever its demand says.
    pairs = {keys.pair_of(outcome.item_id, outcome.location_id), keys.pair_of(outcome.item_id, None)}
    for row in walk.reader.select("demands", min(pairs), key=wanted):
        yield from _link_below(walk, key, reading.FOR_DEMAND, row["row"], row["place"])
    if outcome.short:
        missing = Node(
            key=f"short:{demand.pk}", kind="short", item_id=demand.item_id, units=outcome.short, note=outcome.cause
        )
        walk.graph.add(missing)
        walk.graph.link(missing.key, key, outcome.short, reason="short")


def lean_requirement(walk: Walk, node: Node, kind: int, *, item_id: int, place_id: int) -> Iterator[Node]:
    """Link what the plan pegs to units of an item that an order under way still takes at a place; yield what is new."""
    if walk.run is None:
        return
    tag = int(keys.tag(node.pk, kind))
    for receipt in walk.reader.select("receipts", keys.pair_of(node.item_id, node.place_id), key=tag):
        pair = keys.pair_of(item_id, place_id)
        for row in walk.reader.select("demands", pair, receipt=receipt["row"], place=pair):
            yield from _link_below(walk, node.key, reading.FOR_DEMAND, row["row"], pair)


def lean_order(walk: Walk, node: Node) -> Iterator[Node]:
    """Link what the plan pegs to one of its own orders; yield what is new."""
    yield from _link_below(walk, node.key, reading.FOR_ORDER, node.pk, keys.pair_of(node.item_id, node.place_id))


def serve_order(walk: Walk, node: Node) -> Iterator[Node]:
    """Link whom the plan serves from one of its own orders; yield what is new."""
    yield from _link_above(walk, node, reading.ORDER, node.pk, keys.pair_of(node.item_id, node.place_id))


def serve_receipt(walk: Walk, node: Node, kind: int) -> Iterator[Node]:
    """Link whom the plan serves from what is under way; yield what is new."""
    if walk.run is None:
        return
    wanted = int(keys.tag(node.pk, kind))
    for place in {node.place_id, keys.DIRECT}:
        pair = keys.pair_of(node.item_id, place)
        for row in walk.reader.select("receipts", pair, key=wanted):
            if row["place"] == pair:
                yield from _link_above(walk, node, reading.RECEIPT, row["row"], pair)


def serve_stock(walk: Walk, node: Node) -> Iterator[Node]:
    """Link whom the plan serves from what is on hand at a place; yield what is new."""
    if walk.run is not None:
        yield from _link_above(walk, node, reading.ON_HAND, None, keys.pair_of(node.item_id, node.place_id))


def to_order(walk: Walk, pair: int, row: int) -> Node:
    """Return an order that the plan proposes as a node; `name_proposals` tells which proposal it is."""
    known = walk.graph.nodes.get(f"order:{row}")
    if known:
        return known
    order = walk.reader.row_of("orders", pair, row)
    source = walk.reader.row_of("sources", pair, order["source"])
    item_id, place_id = keys.split(pair)
    return Node(
        key=f"order:{row}", kind="planned_order", item_id=item_id, place_id=place_id, units=order["quantity"],
        source_id=keys.split(source["key"])[0], start=walk.planned_day(pair, order["start"]),
        due=walk.planned_day(pair, order["end"]),
    )  # fmt: skip


def name_proposals(walk: Walk) -> None:
    """Say of the plan's own orders what they are: by the proposal for them, else (later ones) the source."""
    nodes = {node.pk: node for node in walk.graph.nodes.values() if node.key.startswith("order:")}
    if not nodes:
        return
    for proposal in PlannedOrder.objects.filter(run=walk.run, plan_row__in=nodes):
        node = nodes.pop(proposal.plan_row)
        node.ref, node.note = DocRef("planned_order", proposal.pk), proposal.kind
        node.party_id = proposal.supplier_id or 0
    sources = Source.objects.in_bulk({node.source_id for node in nodes.values()})
    for node in nodes.values():
        source = sources.get(node.source_id)
        if source:
            node.note, node.party_id = _KINDS.get(source.kind, ""), source.supplier_id or 0


def _link_below(walk: Walk, consumer: str, kind: int, row: int, pair: int) -> Iterator[Node]:
    for below in _places_below(walk, kind, row, pair):
        for peg in walk.reader.select("pegs", below, consumer_kind=kind, consumer=row):
            node = _supply_of(walk, peg)
            if node is None:
                continue
            is_new = walk.graph.add(node)
            slack = (peg["need_time"] - peg["supply_time"]) // SECONDS_A_DAY
            walk.graph.link(node.key, consumer, peg["quantity"], slack=slack, reason="pegged")
            if is_new:
                yield node


def _places_below(walk: Walk, kind: int, row: int, pair: int) -> list[int]:
    """Return one item-location of each block that may hold the pegs of a consumer."""
    if kind == reading.FOR_DEMAND:
        return [pair]
    reader = walk.reader
    taken = {reader.pair(found["item_location"]) for found in reader.select("consumption", pair, order=row)}
    by_block = {keys.split(one)[0] % reader.run.blocks: one for one in sorted(taken)}
    return list(by_block.values())


def _link_above(walk: Walk, supplier: Node, kind: int, row: int | None, pair: int) -> Iterator[Node]:
    place = walk.reader.find_row(pair)
    wanted = {"supply_kind": kind} | ({} if row is None else {"supply": row})
    pegs = [peg for peg in walk.reader.select("pegs", pair, **wanted) if peg["item_location"] == place]
    walk.read_demands(_list_demands(walk, pegs))
    for peg in pegs:
        node = _consumer_of(walk, peg)
        if node is None:
            continue
        is_new = walk.graph.add(node)
        slack = (peg["need_time"] - peg["supply_time"]) // SECONDS_A_DAY
        walk.graph.link(supplier.key, node.key, peg["quantity"], slack=slack, reason="pegged")
        if is_new:
            yield node


def _list_demands(walk: Walk, pegs: Iterable[Row]) -> Iterator[int]:
    for peg in pegs:
        if peg["consumer_kind"] == reading.FOR_DEMAND:
            row = walk.reader.row_of("demands", walk.reader.pair(peg["consumer_place"]), peg["consumer"])
            pk, kind = keys.untag(row["key"])
            if kind == keys.ORDER:
                yield pk


def _supply_of(walk: Walk, peg: Row) -> Node | None:
    pair = walk.reader.pair(peg["item_location"])
    item_id, place_id = keys.split(pair)
    if peg["supply_kind"] == reading.ORDER:
        return to_order(walk, pair, peg["supply"])
    if peg["supply_kind"] == reading.RECEIPT:
        return _receipt_of(walk, walk.reader.row_of("receipts", pair, peg["supply"]))
    return walk.stock(item_id, place_id)


def _receipt_of(walk: Walk, row: Row) -> Node | None:
    """Return what was under way when the plan was made, as it stands now; None where it is gone."""
    pk, kind = keys.untag(row["key"])
    item_id, _place = keys.split(row["place"])
    if kind == keys.PRODUCTION:
        order = ProductionOrder.objects.filter(pk=pk).exclude(state="cancelled").first()
        return walk.production(order) if order else None
    if kind == keys.TRANSFER:
        line = TransferLine.objects.select_related("transfer").filter(pk=pk).first()
        return walk.transfer(line) if line else None
    if kind == keys.PLANNED:
        proposal = PlannedOrder.objects.filter(pk=pk).first()
        return walk.accepted(proposal) if proposal else None
    if kind == keys.REQUISITION:
        return next(iter(walk.requisition(pk)), None)
    return walk.purchase(pk, item_id=item_id)


def _consumer_of(walk: Walk, peg: Row) -> Node | None:
    pair = walk.reader.pair(peg["consumer_place"])
    if peg["consumer_kind"] == reading.FOR_ORDER:
        return to_order(walk, pair, peg["consumer"])
    if peg["consumer_kind"] == reading.FOR_DEMAND:
        return _demand_of(walk, walk.reader.row_of("demands", pair, peg["consumer"]))
    item_id, place_id = keys.split(pair)
    return Node(key=f"target:{pair}", kind="stock_target", item_id=item_id, place_id=place_id)


def _demand_of(walk: Walk, row: Row) -> Node | None:
    """Return for whom the plan pegs; None for an order that has changed since: its takes say more."""
    pk, kind = keys.untag(row["key"])
    item_id, place_id = keys.split(row["place"])
    if kind == keys.ORDER:
        if f"demand:{pk}" in walk.graph.nodes:
            return walk.graph.nodes[f"demand:{pk}"]
        demand = walk.find_demand(pk)
        return walk.demand(demand) if demand and walk.find_outcome(demand) else None
    if kind == keys.FORECAST:
        return Node(key=f"forecast:{row['place']}", kind="forecast", item_id=item_id, place_id=place_id)
    return _find_needer(walk, row["receipt"]) or Node(
        key=f"requirement:{row['key']}", kind="requirement", item_id=item_id, place_id=place_id
    )


def _find_needer(walk: Walk, receipt: int) -> Node | None:
    """Return the order under way that needs parts: a requirement names the receipt that it feeds."""
    key = walk.receipt_keys.get(receipt)
    pk, kind = keys.untag(key) if key is not None else (0, -1)
    if kind == keys.PRODUCTION:
        order = ProductionOrder.objects.filter(pk=pk).first()
        return walk.production(order) if order else None
    if kind == keys.TRANSFER:
        line = TransferLine.objects.select_related("transfer").filter(pk=pk).first()
        return walk.transfer(line) if line else None
    proposal = PlannedOrder.objects.filter(pk=pk).first() if kind == keys.PLANNED else None
    return walk.accepted(proposal) if proposal else None
