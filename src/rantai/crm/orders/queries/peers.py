"""Facts that were told together: a shipment's stage is told for each of its lines, a customer hears it once."""

from __future__ import annotations

from rantai.iscm import events, milestones
from rantai.kernel.compiled import Compiled
from rantai.kernel.models import Event


def list_peers(fact: events.MilestoneReached) -> list[events.MilestoneReached]:
    """Return the facts of all lines of the order that reached this stage with the same shipment, itself included."""
    if not fact.shipment_id:
        return [fact]
    found = _list_told(fact.stream, fact.shipment_id, fact.milestone)
    return [told for told in found if told.at == fact.at] or [fact]


def list_handed_over(fact: events.DeliveryNotePrinted) -> list[events.MilestoneReached]:
    """Return the facts of the lines that left with a shipment when its note was printed."""
    found = _list_told(fact.stream, fact.shipment_id, milestones.HANDED_TO_CARRIER)
    return [told for told in found if told.at == fact.shipped_at]


def _list_told(stream: str, shipment_id: int, milestone: str) -> list[events.MilestoneReached]:
    return [
        events.MilestoneReached.from_payload(payload)
        for (payload,) in _REACHED.read(stream)
        if payload.get("shipment_id") == shipment_id and payload.get("milestone") == milestone
    ]


_REACHED = Compiled(
    lambda stream: Event.objects.filter(stream=stream, kind="MilestoneReached").order_by("id").values_list("payload")
)
