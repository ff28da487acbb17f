"""Gather what an explanation says, from the front doors of the houses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rantai.crm import facade as crm
from rantai.iscm import facade as iscm
from rantai.iscm import messages
from rantai.kernel.models import DecisionReason, DecisionRecord
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm

Node = messages.ChainNode


@dataclass(frozen=True, kw_only=True)
class Story:
    """A chain with what makes it readable: who is on either side of whom, and what lines are called."""

    ref: DocRef
    chain: messages.Chain
    nodes: dict[str, Node]
    below: dict[str, list[messages.ChainLink]]
    """By consumer."""
    above: dict[str, list[messages.ChainLink]]
    """By supplier."""
    numbers: dict[str, str]
    """What people call a node: SO-00012/2, by key."""

    @property
    def root(self) -> Node:
        """What was asked about."""
        return self.nodes[self.chain.root]

    @property
    def way(self) -> list[Node]:
        """The critical path, the furthest upstream first."""
        return sorted((node for node in self.nodes.values() if node.is_critical), key=lambda node: -node.tier)

    @property
    def leaf(self) -> Node:
        """Where the cause lies."""
        return self.nodes[self.chain.leaf]

    @property
    def roots(self) -> list[Node]:
        """The parts of what was asked about: its lines."""
        found = [node for node in self.nodes.values() if node.ref and is_part(self.ref, node)]
        return sorted(found, key=lambda node: (self.numbers[node.key], node.key)) or [self.root]

    def list_served(self) -> list[Node]:
        """Return the customers' demands that lean on the root, the soonest first."""
        found: dict[str, Node] = {}
        waiting = [node.key for node in self.roots]
        while waiting:
            for link in self.above[waiting.pop()]:
                if link.consumer not in found:
                    found[link.consumer] = self.nodes[link.consumer]
                    waiting.append(link.consumer)
        served = [node for node in found.values() if node.kind == "demand"]
        return sorted(served, key=lambda node: (node.promised_on is None, node.promised_on, node.key))

    def flow(self, node: Node) -> Quantity:
        """Return the units of a node that this chain is about: what it gives, else what it takes."""
        links = self.above[node.key] or self.below[node.key]
        return Quantity(sum(link.units.amount for link in links)) if links else node.units


def find_story(ref: DocRef, *, as_of: datetime) -> Story | None:
    """Return the chain of a thing, ready to be told; None where nothing is known of it."""
    chain = iscm.trace(ref, as_of=as_of)
    if chain is None:
        return None
    below, above = defaultdict(list), defaultdict(list)
    for link in chain.links:
        below[link.consumer].append(link)
        above[link.supplier].append(link)
    return Story(
        ref=ref, chain=chain, nodes={node.key: node for node in chain.nodes}, below=below, above=above,
        numbers=_number(chain.nodes),
    )  # fmt: skip


def list_reasons(ref: DocRef) -> list[DecisionReason]:
    """Return the reasons of the newest decision about a thing; they add up to its units."""
    decision = DecisionRecord.objects.filter(subject_kind=ref.kind, subject_id=ref.id).order_by("-id").first()
    return list(DecisionReason.objects.filter(decision=decision).order_by("id")) if decision else []


def is_part(ref: DocRef, node: Node) -> bool:
    """Tell whether a node is the thing asked about, or a line of it."""
    if ref.kind == "demand":
        return node.key == f"demand:{ref.id}"
    assert node.ref is not None
    return (node.ref.kind, node.ref.id) == (ref.kind, ref.id) and ref.line in (0, node.ref.line)


def _number(nodes: Iterable[Node]) -> dict[str, str]:
    """Return the numbers of nodes; a line carries its position, as on paper."""
    cited = {"sales_order": crm.number_lines, "purchase_order": srm.number_lines}
    positions: dict[tuple[str, int], tuple[int, int]] = {}
    for kind, number_lines in cited.items():
        orders = {node.ref.id for node in nodes if node.ref and node.ref.kind == kind}
        for line, place in (number_lines(orders) if orders else {}).items():
            positions[kind, line] = place
    found = {}
    for node in nodes:
        at = positions.get((node.ref.kind, node.ref.line)) if node.ref else None
        found[node.key] = f"{node.detail}/{at[1]}" if at and node.detail else node.detail
    return found
