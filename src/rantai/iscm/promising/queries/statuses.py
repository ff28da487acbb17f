"""Where the demands of a document stand, for the house that cited them."""

from __future__ import annotations

from rantai.iscm import messages, milestones
from rantai.iscm.demand import queries as demands
from rantai.iscm.demand.models import Demand, Milestone
from rantai.iscm.promising.models import Promise
from rantai.kernel.compiled import Compiled
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


def list_demand_status(ref: DocRef) -> tuple[messages.DemandStatus, ...]:
    """Return the standing of each demand, by line, in three queries."""
    rows = demands.list_of_order(ref)
    ids = [row.pk for row in rows]
    heads = {head.pk: head for head in _HEADS.read(ids)}
    stages = demands.list_last_milestones(ids)
    return tuple(_to_status(row, heads.get(row.pk), stages.get(row.pk)) for row in rows)


_HEADS = Compiled(lambda ids: Promise.objects.filter(pk__in=ids))


def _to_status(demand: Demand, head: Promise | None, stage: Milestone | None) -> messages.DemandStatus:
    promised = head is not None and head.promised_on is not None
    first = milestones.DATE_PROMISED if promised else milestones.ORDER_RECEIVED
    return messages.DemandStatus(
        key=demands.key_of(demand),
        demand_id=demand.pk,
        units=Quantity(demand.units),
        fulfilled=Quantity(demand.fulfilled),
        cancelled=Quantity(demand.cancelled),
        reserved=Quantity(demand.reserved),
        short=Quantity(head.unpromised if head else 0),
        milestone=stage.code if stage else first,
        milestone_at=stage.at if stage else demand.recorded_at,
        promised_on=head.promised_on if head else None,
        expected_on=head.expected_on if head else None,
        p80_on=head.p80_on if head else None,
        basis=head.basis if head else "",
        location_id=demand.location_id,
    )
