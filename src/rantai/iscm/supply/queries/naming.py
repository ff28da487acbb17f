"""Say what the nodes of a trace are called, in a few queries."""

from __future__ import annotations

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Party
from rantai.iscm import messages
from rantai.iscm.supply.queries.graph import Graph, Node
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick


class Names:
    """Items, parties and places of a graph."""

    def __init__(self, graph: Graph) -> None:
        nodes = graph.nodes.values()
        self._items = Item.objects.in_bulk({node.item_id for node in nodes})
        self._parties = dict(
            Party.objects.filter(pk__in={node.party_id for node in nodes if node.party_id}).values_list("pk", "name")
        )
        self._places = dict(
            Location.objects.filter(pk__in={node.place_id for node in nodes if node.place_id}).values_list("pk", "name")
        )

    def name(self, node: Node, *, is_critical: bool) -> messages.ChainNode:
        """Return a node as it crosses the door."""
        item = self._items.get(node.item_id)
        return messages.ChainNode(
            key=node.key,
            kind=node.kind,
            label=item.code if item else "",
            detail=node.number,
            ref=node.ref,
            item_id=node.item_id,
            units=Quantity(node.units),
            starts_on=node.start,
            due_on=node.due,
            promised_on=node.promised,
            slack_days=node.slack,
            is_critical=is_critical,
            is_late=node.is_late,
            tier=node.tier,
            name=pick(item.name) if item else "",
            party=self._parties.get(node.party_id, ""),
            place=self._places.get(node.place_id, ""),
            wanted_on=node.wanted,
            p80_on=node.p80,
            is_done=node.done,
            note=node.note,
        )
