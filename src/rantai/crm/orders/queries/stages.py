"""The stages that a customer sees, in order, with their names."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from rantai.iscm import milestones

NAMES = {
    milestones.ORDER_RECEIVED: _("Order received"),
    milestones.DATE_PROMISED: _("Date promised"),
    milestones.MATERIAL_ORDERED: _("Material ordered"),
    milestones.MATERIAL_ARRIVED: _("Material arrived"),
    milestones.PRODUCTION_STARTED: _("Production started"),
    milestones.OPERATION_FINISHED: _("In production"),
    milestones.QUALITY_PASSED: _("Quality passed"),
    milestones.PASSED_TO_PARTNER: _("Passed to partner"),
    milestones.PARTNER_ACCEPTED: _("Partner accepted"),
    milestones.PARTNER_PACKED: _("Partner packed"),
    milestones.PICKING: _("Picking"),
    milestones.PACKED: _("Packed"),
    milestones.HANDED_TO_CARRIER: _("Handed to carrier"),
    milestones.IN_TRANSIT: _("In transit"),
    milestones.DELIVERED: _("Delivered"),
}

_RANKS = {code: place for place, code in enumerate(NAMES, start=1)}


def rank_of(code: str) -> int:
    """Return how far a stage is; an empty one is before all."""
    return _RANKS.get(code, 0)


def list_stages(*, decoupling: str, basis: str) -> tuple[str, ...]:
    """Return the stages of a line by the way it is supplied."""
    if basis == "dropship" or decoupling == "dropship":
        return milestones.BY_SUPPLY["dropship"]
    return milestones.BY_SUPPLY["make" if decoupling in {"make", "assemble"} else "stock"]


def find_place(codes: Sequence[str], reached: str) -> int:
    """Return the place of a stage among those of a line, or of the last one before it."""
    if reached in codes:
        return codes.index(reached)
    return max((place for place, code in enumerate(codes) if rank_of(code) <= rank_of(reached)), default=0)
