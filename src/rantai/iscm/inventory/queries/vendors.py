"""Stock that its supplier keeps between two levels."""

from __future__ import annotations

from datetime import date

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from rantai.iscm.inventory import queries
from rantai.iscm.inventory.models import VmiAgreement

Pair = tuple[int, int]


def list_agreements(*, on: date) -> QuerySet[VmiAgreement]:
    """Return the agreements that hold on a day."""
    return VmiAgreement.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


def load(*, on: date) -> dict[Pair, tuple[int, int, int]]:
    """Return (supplier, least, most) of each item-location under agreement, read once."""
    rows = list_agreements(on=on).order_by("id").values_list("item_id", "location_id", "supplier_id", "least", "most")
    return {(item, place): (supplier, least, most) for item, place, supplier, least, most in rows}


def find_agreement(item_id: int, location_id: int) -> VmiAgreement | None:
    """Return the agreement of an item-location that has no end yet, or None."""
    return VmiAgreement.objects.filter(item_id=item_id, location_id=location_id, valid_to=None).first()


def list_with_stock(*, supplier_id: int, on: date) -> QuerySet[VmiAgreement]:
    """Return a supplier's agreements with what stands on our shelf."""
    here = queries.usable().filter(item=OuterRef("item"), location=OuterRef("location")).order_by().values("item")
    units = Subquery(here.annotate(units=Sum("on_hand")).values("units"), output_field=BigIntegerField())
    rows = list_agreements(on=on).filter(supplier_id=supplier_id).annotate(on_hand=Coalesce(units, 0))
    return rows.select_related("item", "location").order_by("item__code", "location__code")
