"""Trace units through the published plan: from an order to what it leans on, from a supply to whom it serves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.iscm import messages
from rantai.iscm.demand.models import Demand
from rantai.iscm.supply.models import PlannedOrder, PlanOutcome, PlanRun
from rantai.iscm.supply.queries import days, keys, plans, reading
from rantai.iscm.supply.queries.reading import PlanReader
from rantai.iscm.supply.queries.sites import Sites
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.messages import OpenSupply

MOST_NODES = 200
_DAY = 86_400


@dataclass(kw_only=True, slots=True)
class _Node:
    """A place in the walk, before it is named."""

    key: str
    kind: str
    pair: int
    tier: int
    ref: DocRef | None = None
    units: int = 0
    start: int | None = None
    due: int | None = None
    slack: int | None = None
    """Seconds by which it may slip before the root does."""


@dataclass(kw_only=True, slots=True)
class _Walk:
    """Nodes and links found so far."""

    reader: PlanReader
    nodes: dict[str, _Node] = field(default_factory=dict)
    links: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """(supplier, consumer) → units, slack in seconds."""

    def add(self, node: _Node) -> bool:
        """Take a node in; return whether it is new and there is room to walk on from it."""
        known = self.nodes.get(node.key)
        if known is None:
            self.nodes[node.key] = node
            return len(self.nodes) < MOST_NODES
        known.tier = max(known.tier, node.tier)
        return False

    def link(self, supplier: str, consumer: str, units: int, slack: int) -> None:
        """Let units flow from one node to another."""
        before, least = self.links.get((supplier, consumer), (0, slack))
        self.links[supplier, consumer] = (before + units, min(least, slack))


def trace(ref: DocRef) -> messages.Chain | None:
    """Return the chain of an order (or one line), a demand, a proposal or a supply; None where the plan knows nothing.

    Kinds: any document kind that recorded demand, demand, planned_order, purchase_order (line), purchase_requisition.
    """
    run = plans.find_run()
    if run is None:
        return None
    walk = _Walk(reader=PlanReader(run))
    if ref.kind == "planned_order":
        root = _from_proposal(walk, ref, run)
    elif ref.kind in ("purchase_order", "purchase_requisition"):
        root = _from_supply(walk, ref)
    else:
        root = _from_demands(walk, ref, run)
    return _finish(walk, root, run) if root else None


def _from_demands(walk: _Walk, ref: DocRef, run: PlanRun) -> str | None:
    outcomes = PlanOutcome.objects.filter(run=run)
    if ref.kind == "demand":
        outcomes = outcomes.filter(demand_id=ref.id)
    else:
        outcomes = outcomes.filter(demand__kind=ref.kind, demand__order_id=ref.id)
        outcomes = outcomes.filter(demand__line=ref.line) if ref.line else outcomes
    root = None
    for outcome in outcomes.order_by("demand__line", "demand_id"):
        wanted = int(keys.tag(outcome.demand_id, keys.ORDER))
        # A dropship stands at the direct place, whatever its demand says.
        pairs = {keys.pair_of(outcome.item_id, outcome.location_id), keys.pair_of(outcome.item_id, None)}
        for row in walk.reader.select("demands", min(pairs), key=wanted):
            node = _demand_node(row, tier=0)
            walk.add(node)
            _go_down(walk, node.key, reading.FOR_DEMAND, row["row"], row["place"], tier=1)
            root = root or node.key
    return root


def _from_proposal(walk: _Walk, ref: DocRef, run: PlanRun) -> str | None:
    proposal = PlannedOrder.objects.filter(pk=ref.id).first()
    if proposal is None:
        return None
    pair = keys.pair_of(proposal.item_id, proposal.location_id)
    if proposal.run_id == run.pk:
        node = _order_node(walk.reader, pair, proposal.plan_row, tier=1)
        walk.add(node)
        _go_down(walk, node.key, reading.FOR_ORDER, proposal.plan_row, pair, tier=2)
        _go_up(walk, node.key, reading.ORDER, proposal.plan_row, pair, tier=0)
        return node.key
    if proposal.document_kind == "purchase_requisition":
        return _from_supply(walk, DocRef("purchase_requisition", proposal.document_id or 0))
    kind, pk = keys.PLANNED, proposal.pk
    if proposal.document_kind == "production_order":
        kind, pk = keys.PRODUCTION, proposal.document_id or 0
    return _from_receipt(walk, pair, int(keys.tag(pk, kind)))


def _from_supply(walk: _Walk, ref: DocRef) -> str | None:
    root = None
    for supply in srm.list_open_supply():
        if (supply.ref.kind, supply.ref.id) != (ref.kind, ref.id) or (ref.line and supply.ref.line != ref.line):
            continue
        kind, pk = (keys.SCHEDULE, supply.schedule_id) if supply.schedule_id else (keys.REQUISITION, supply.ref.id)
        place = None if supply.drop_to_address_id else supply.location_id
        found = _from_receipt(walk, keys.pair_of(supply.item_id, place), int(keys.tag(pk, kind)))
        root = root or found
    return root


def _from_receipt(walk: _Walk, pair: int, key: int) -> str | None:
    for row in walk.reader.select("receipts", pair, key=key):
        node = _receipt_node(row, tier=1)
        walk.add(node)
        _go_up(walk, node.key, reading.RECEIPT, row["row"], pair, tier=0)
        return node.key
    return None


def _go_down(walk: _Walk, consumer: str, kind: int, row: int, pair: int, *, tier: int) -> None:
    """Walk from a demand or an order to what supplies it."""
    for below in _places_below(walk.reader, kind, row, pair):
        for peg in walk.reader.select("pegs", below, consumer_kind=kind, consumer=row):
            at = walk.reader.pair(peg["item_location"])
            node = _supply_node(walk.reader, peg, at, tier=tier)
            is_new = walk.add(node)
            walk.link(node.key, consumer, peg["quantity"], peg["need_time"] - peg["supply_time"])
            if is_new and peg["supply_kind"] == reading.ORDER:
                _go_down(walk, node.key, reading.FOR_ORDER, peg["supply"], at, tier=tier + 1)


def _places_below(reader: PlanReader, kind: int, row: int, pair: int) -> list[int]:
    """Return one item-location of each block that may hold the pegs of a consumer."""
    if kind == reading.FOR_DEMAND:
        return [pair]
    taken = {reader.pair(found["item_location"]) for found in reader.select("consumption", pair, order=row)}
    by_block = {keys.split(one)[0] % reader.run.blocks: one for one in sorted(taken)}
    return list(by_block.values())


def _go_up(walk: _Walk, supplier: str, kind: int, row: int, pair: int, *, tier: int) -> None:
    """Walk from a supply to the demands and stock targets that its units end in."""
    for peg in walk.reader.select("pegs", pair, supply_kind=kind, supply=row):
        if peg["item_location"] != walk.reader.find_row(pair):
            continue
        node = _consumer_node(walk.reader, peg, tier=tier)
        is_new = walk.add(node)
        walk.link(supplier, node.key, peg["quantity"], peg["need_time"] - peg["supply_time"])
        if is_new and peg["consumer_kind"] == reading.FOR_ORDER:
            above = walk.reader.pair(peg["consumer_place"])
            _go_up(walk, node.key, reading.ORDER, peg["consumer"], above, tier=tier)


def _supply_node(reader: PlanReader, peg: dict[str, int], pair: int, *, tier: int) -> _Node:
    if peg["supply_kind"] == reading.ORDER:
        return _order_node(reader, pair, peg["supply"], tier=tier)
    if peg["supply_kind"] == reading.RECEIPT:
        return _receipt_node(reader.row_of("receipts", pair, peg["supply"]), tier=tier)
    return _Node(key=f"stock:{pair}", kind="stock", pair=pair, tier=tier)


def _consumer_node(reader: PlanReader, peg: dict[str, int], *, tier: int) -> _Node:
    pair = reader.pair(peg["consumer_place"])
    if peg["consumer_kind"] == reading.FOR_ORDER:
        return _order_node(reader, pair, peg["consumer"], tier=tier)
    if peg["consumer_kind"] == reading.FOR_DEMAND:
        return _demand_node(reader.row_of("demands", pair, peg["consumer"]), tier=tier)
    return _Node(key=f"target:{pair}", kind="stock_target", pair=pair, tier=tier)


def _demand_node(row: dict[str, int], *, tier: int) -> _Node:
    pk, kind = keys.untag(row["key"])
    common: dict[str, Any] = {"pair": row["place"], "tier": tier, "units": row["quantity"], "due": row["due"]}
    if kind == keys.ORDER:
        return _Node(key=f"demand:{pk}", kind="demand", ref=DocRef("demand", pk), **common)
    if kind == keys.FORECAST:
        return _Node(key=f"forecast:{row['place']}", kind="forecast", **common)
    return _Node(key=f"requirement:{row['key']}", kind="requirement", **common)


def _order_node(reader: PlanReader, pair: int, row: int, *, tier: int) -> _Node:
    order = reader.row_of("orders", pair, row)
    return _Node(
        key=f"order:{row}", kind="planned_order", pair=pair, tier=tier, units=order["quantity"], start=order["start"],
        due=order["end"],
    )  # fmt: skip


def _receipt_node(row: dict[str, int], *, tier: int) -> _Node:
    return _Node(
        key=f"receipt:{row['key']}", kind="receipt", pair=row["place"], tier=tier, units=row["quantity"],
        due=row["time"],
    )  # fmt: skip


def _finish(walk: _Walk, root: str, run: PlanRun) -> messages.Chain:
    critical = _find_critical(walk, root)
    names = _Names(walk, run)
    is_late = any(outcome.late_days or outcome.short for outcome in names.outcomes.values())
    nodes = tuple(
        _name_node(node, names, is_critical=node.key in critical, is_late=is_late) for node in walk.nodes.values()
    )
    links = tuple(
        messages.ChainLink(
            supplier=supplier, consumer=consumer, units=Quantity(units), slack_days=slack // _DAY, reason="pegged"
        )
        for (supplier, consumer), (units, slack) in walk.links.items()
    )
    causes = [outcome.cause for outcome in names.outcomes.values() if outcome.cause]
    return messages.Chain(
        root=root,
        nodes=nodes,
        links=links,
        leaf_cause=causes[0] if causes else "",
        plan_revision=run.revision,
        as_of=run.as_of,
    )


def _find_critical(walk: _Walk, root: str) -> set[str]:
    """Return the nodes on the way from the root to the leaf that may slip least; note everyone's slack."""
    below: dict[str, list[tuple[str, int]]] = {}
    for (supplier, consumer), (_units, slack) in walk.links.items():
        below.setdefault(consumer, []).append((supplier, slack))
    came_from: dict[str, str] = {}
    waiting = [root]
    walk.nodes[root].slack = 0
    while waiting:
        node = waiting.pop()
        for supplier, slack in below.get(node, ()):
            total = (walk.nodes[node].slack or 0) + slack
            known = walk.nodes[supplier].slack
            if known is None or total < known:
                walk.nodes[supplier].slack = total
                came_from[supplier] = node
                waiting.append(supplier)
    leaves = [key for key in came_from if not below.get(key)]
    if not leaves:
        return {root}
    at = min(leaves, key=lambda key: (walk.nodes[key].slack or 0, key))
    way = {root}
    while at != root:
        way.add(at)
        at = came_from[at]
    return way


class _Names:
    """What the nodes of a walk are called, read in a few queries."""

    def __init__(self, walk: _Walk, run: PlanRun) -> None:
        items = {keys.split(node.pair)[0] for node in walk.nodes.values()}
        self.sites = Sites(as_of=run.as_of, company_zone=parties.get_company().zone)
        self.items = Item.objects.in_bulk(items)
        demand_ids = [node.ref.id for node in walk.nodes.values() if node.ref and node.kind == "demand"]
        self.demands = Demand.objects.in_bulk(demand_ids)
        rows = PlanOutcome.objects.filter(run=run, demand_id__in=demand_ids)
        self.outcomes = {row.demand_id: row for row in rows}
        self.supplies = _read_supplies(walk, items)
        orders = [int(key.partition(":")[2]) for key in walk.nodes if key.startswith("order:")]
        proposals = PlannedOrder.objects.filter(run=run, plan_row__in=orders)
        self.proposals = {row.plan_row: row for row in proposals}

    def day(self, pair: int, instant: int | None) -> date | None:
        """Return the day by whose end something is there."""
        return days.day_of(instant, self.sites.zone(keys.split(pair)[1])) if instant is not None else None


def _read_supplies(walk: _Walk, items: Iterable[int]) -> dict[int, OpenSupply]:
    if not any(node.kind == "receipt" for node in walk.nodes.values()):
        return {}
    found = {}
    for row in srm.list_open_supply(sorted(items)):
        kind, pk = (keys.SCHEDULE, row.schedule_id) if row.schedule_id else (keys.REQUISITION, row.ref.id)
        found[int(keys.tag(pk, kind))] = row
    return found


def _name_node(node: _Node, names: _Names, *, is_critical: bool, is_late: bool) -> messages.ChainNode:
    item_id, _place = keys.split(node.pair)
    item = names.items.get(item_id)
    plain = messages.ChainNode(
        key=node.key,
        kind=node.kind,
        label=item.code if item else "",
        detail="",
        ref=node.ref,
        item_id=item_id,
        units=Quantity(node.units),
        starts_on=names.day(node.pair, node.start),
        due_on=names.day(node.pair, node.due),
        promised_on=None,
        slack_days=None if node.slack is None else node.slack // _DAY,
        is_critical=is_critical,
        is_late=is_late and is_critical,
        tier=node.tier,
    )
    if node.kind == "demand" and node.ref:
        return _name_demand(plain, node.ref.id, names)
    if node.kind == "receipt":
        return _name_receipt(plain, int(node.key.partition(":")[2]), names)
    if node.kind == "planned_order":
        proposal = names.proposals.get(int(node.key.partition(":")[2]))
        return replace(plain, ref=DocRef("planned_order", proposal.pk)) if proposal else plain
    return plain


def _name_demand(plain: messages.ChainNode, pk: int, names: _Names) -> messages.ChainNode:
    demand, outcome = names.demands.get(pk), names.outcomes.get(pk)
    if demand is None:
        return plain
    return replace(
        plain,
        detail=str(demand),
        ref=DocRef(demand.kind, demand.order_id, demand.line),
        due_on=outcome.planned_on if outcome else demand.requested_on,
        promised_on=outcome.due_on if outcome else None,
        is_late=bool(outcome and (outcome.late_days or outcome.short)),
    )


def _name_receipt(plain: messages.ChainNode, key: int, names: _Names) -> messages.ChainNode:
    supply = names.supplies.get(key)
    if supply is None:
        pk, kind = keys.untag(key)
        return replace(plain, ref=DocRef("planned_order", pk)) if kind == keys.PLANNED else plain
    return replace(
        plain,
        kind=supply.ref.kind,
        detail=supply.order_number,
        ref=supply.ref,
        due_on=supply.expected_on,
        promised_on=supply.requested_on,
    )
