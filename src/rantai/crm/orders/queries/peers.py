"""Facts that were told together: a shipment's stage is told for each of its lines, a customer hears it once."""

from __future__ import annotations

from rantai.iscm import events, milestones
from rantai.kernel.models import Event


def list_peers(fact: events.MilestoneReached) -> list[events.MilestoneReached]:
    """Return the facts of all lines of the order that reached this stage with the same shipment, itself included."""
    if not fact.shipment_id:
        return [fact]
    rows = Event.objects.filter(
        stream=fact.stream, kind="MilestoneReached", payload__shipment_id=fact.shipment_id,
        payload__milestone=fact.milestone, payload__at=fact.at.isoformat(),
    )  # fmt: skip
    found = [
        events.MilestoneReached.from_payload(payload)
        for payload in rows.order_by("id").values_list("payload", flat=True)
    ]
    return found or [fact]


def list_handed_over(fact: events.DeliveryNotePrinted) -> list[events.MilestoneReached]:
    """Return the facts of the lines that left with a shipment when its note was printed."""
    rows = Event.objects.filter(
        stream=fact.stream, kind="MilestoneReached", payload__shipment_id=fact.shipment_id,
        payload__milestone=milestones.HANDED_TO_CARRIER,
    )  # fmt: skip
    found = [
        events.MilestoneReached.from_payload(payload)
        for payload in rows.order_by("id").values_list("payload", flat=True)
    ]
    return [told for told in found if told.at == fact.shipped_at]
