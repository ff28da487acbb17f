"""Which kind of customer an order is from: the few groups in which the chain is shown."""

from __future__ import annotations

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from rantai.foundation.parties.models import PartyRole

NAMES = {
    "shop": _("Online shop"),
    "reseller": _("Resellers"),
    "company": _("Companies"),
    "person": _("Private customers"),
}


def find_segment(prefix: str = "") -> Case:
    """Return the expression of an order's group; `prefix` leads from the queried row to the order."""
    resells = Exists(PartyRole.objects.filter(party=OuterRef(f"{prefix}party_id"), role="reseller", ended_on=None))
    return Case(
        When(Q(**{f"{prefix}channel": "shop"}), then=Value("shop")),
        When(resells, then=Value("reseller")),
        When(Q(**{f"{prefix}party__kind": "organisation"}), then=Value("company")),
        default=Value("person"),
        output_field=CharField(),
    )
