"""On what the promises of a document lean, for the page of the house that made them."""

from __future__ import annotations

from collections.abc import Iterator

from rantai.iscm.promising.models import SlotTake
from rantai.iscm.promising.queries.offers import SUPPLY_KINDS
from rantai.iscm.reports import Leaning
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef


def list_leanings(ref: DocRef) -> Iterator[Leaning]:
    """Yield the parts of each line's promise with what they take, soonest first; one query."""
    takes = SlotTake.objects.filter(demand__kind=ref.kind, demand__order_id=ref.id).select_related(
        "demand", "slot__location", "slot__supplier", "location", "source__supplier"
    )
    for take in takes.order_by("demand__line", "promised_on", "id"):
        slot, place = take.slot, take.slot.location if take.slot else take.location
        supplier = (slot.supplier if slot else None) or (take.source.supplier if take.source else None)
        kind = SUPPLY_KINDS.get(slot.kind, "") if slot else ""
        yield Leaning(
            line=take.demand.line,
            units=Quantity(take.units),
            basis=take.basis,
            ref=DocRef(kind, slot.supply_id, slot.ref_line) if slot and kind else None,
            place=place.name if place else "",
            partner=supplier.name if supplier else "",
            available_on=slot.available_on if slot else None,
            promised_on=take.promised_on,
        )
