"""The trace of a unit as nodes and links: what is found on a walk, how far each may slip, which way is critical."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from rantai.kernel.refs import DocRef

MOST_NODES = 200


@dataclass(kw_only=True, slots=True)
class Node:
    """A place on the walk, before it is named; `key` is its kind of row and id, so that every way to it meets."""

    key: str
    kind: str
    item_id: int
    place_id: int = 0
    ref: DocRef | None = None
    number: str = ""
    party_id: int = 0
    source_id: int = 0
    units: int = 0
    start: date | None = None
    due: date | None = None
    """Expected, or the day on which it happened."""
    promised: date | None = None
    wanted: date | None = None
    p80: date | None = None
    note: str = ""
    """A code that says more: the reason of a shortage, the state of a document."""
    done: bool = False
    slack: int | None = None
    """Days by which it may slip before the root does (or until the root's slip is felt here)."""
    tier: int = 0

    @property
    def pk(self) -> int:
        """The id in its key."""
        return int(self.key.partition(":")[2])

    @property
    def is_late(self) -> bool:
        """Whether it comes after the day on which it was promised."""
        return bool(self.due and self.promised and self.due > self.promised)


@dataclass(kw_only=True, slots=True)
class Flow:
    """Units that go from one node to another, the days between ready and needed, and how we know."""

    units: int = 0
    slack: int | None = None
    reason: str = "pegged"


@dataclass(kw_only=True, slots=True)
class Graph:
    """Nodes and links found so far."""

    roots: list[str] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[tuple[str, str], Flow] = field(default_factory=dict)
    """By (supplier, consumer)."""

    def add(self, node: Node) -> bool:
        """Take a node in; return whether it is new and there is room to walk on from it."""
        if node.key in self.nodes:
            return False
        self.nodes[node.key] = node
        return len(self.nodes) < MOST_NODES

    def link(self, supplier: str, consumer: str, units: int, *, slack: int | None = None, reason: str) -> None:
        """Let units flow from one node to another; ways that are found twice keep the tighter slack."""
        flow = self.links.setdefault((supplier, consumer), Flow(slack=slack, reason=reason))
        flow.units += units
        if slack is not None:
            flow.slack = slack if flow.slack is None else min(flow.slack, slack)

    def suppliers(self, key: str) -> list[str]:
        """Return what a node leans on."""
        return [supplier for supplier, consumer in self.links if consumer == key]

    def consumers(self, key: str) -> list[str]:
        """Return who leans on a node."""
        return [consumer for supplier, consumer in self.links if supplier == key]


def rank(graph: Graph) -> None:
    """Give every node its tier: 0 the customer, one more for each link upstream, the longest way counted."""
    known: dict[str, int] = {}
    above = _neighbours(graph.links)

    def tier(key: str, on_the_way: frozenset[str]) -> int:
        if key not in known and key not in on_the_way:
            ahead = [tier(consumer, on_the_way | {key}) for consumer in above[key]]
            known[key] = 1 + max(ahead) if ahead else int(graph.nodes[key].kind not in SINKS)
        return known.get(key, 0)

    for node in graph.nodes.values():
        node.tier = tier(node.key, frozenset())


SINKS = ("demand", "forecast", "stock_target", "requirement")
"""Where units end: whatever else has no consumer stands one step upstream."""


def find_critical(graph: Graph, root: str) -> list[str]:
    """Note everybody's slack seen from the root; return the tightest way through it, the furthest upstream first."""
    down = _tightest(graph, root, _neighbours((consumer, supplier) for supplier, consumer in graph.links), "suppliers")
    up = _tightest(graph, root, _neighbours(graph.links), "consumers")
    return [*reversed(down), root, *up]


def _tightest(graph: Graph, root: str, ahead: dict[str, list[str]], side: str) -> list[str]:
    """Return the way from the root (without it) to the end that may slip least."""
    slack: dict[str, int] = {root: 0}
    came_from: dict[str, str] = {}
    waiting = [root]
    while waiting:
        key = waiting.pop()
        for other in ahead[key]:
            pair = (other, key) if side == "suppliers" else (key, other)
            total = slack[key] + (graph.links[pair].slack or 0)
            if other != root and (other not in slack or total < slack[other]) and other not in _way(came_from, key):
                slack[other], came_from[other] = total, key
                waiting.append(other)
    for key, days in slack.items():
        node = graph.nodes[key]
        node.slack = days if node.slack is None else min(node.slack, days)
    ends = [key for key in came_from if not any(came_from.get(other) == key for other in ahead[key])]
    return _way(came_from, min(ends, key=_urgency(graph, slack))) if ends else []


def _urgency(graph: Graph, slack: dict[str, int]) -> Callable[[str], tuple[int, bool, int, str]]:
    """Order ends: the least slack first; of equals what is late, then what carries the most units."""
    return lambda key: (slack[key], not graph.nodes[key].is_late, -graph.nodes[key].units, key)


def _way(came_from: dict[str, str], key: str) -> list[str]:
    """Return the nodes from behind the root to a node."""
    way = [key]
    while way[-1] in came_from:
        way.append(came_from[way[-1]])
    return way[-2::-1] if len(way) > 1 else []


def _neighbours(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return found
