"""Find what a supplier asks for an item."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from rantai.srm.contracts.models import SupplierPrice


def list_prices(supplier_id: int, *, on: date) -> QuerySet[SupplierPrice]:
    """Return a supplier's prices that hold on a day, breaks in order."""
    holds = Q(valid_to=None) | Q(valid_to__gt=on)
    rows = SupplierPrice.objects.filter(holds, supplier_id=supplier_id, valid_from__lte=on, archived_at=None)
    return rows.select_related("item", "agreement").order_by("item__code", "currency", "from_units", "-valid_from")


def find_price(supplier_id: int, *, item_id: int, units: int, on: date, currency: str) -> int | None:
    """Return the cost of a base unit at a quantity, in 1/10,000: the highest break reached, the newest of it."""
    rows = list_prices(supplier_id, on=on).filter(item_id=item_id, currency=currency, from_units__lte=units)
    return rows.order_by("-from_units", "-valid_from").values_list("unit_cost", flat=True).first()
