"""Stock by item and place, a page at a time: for machines."""

from __future__ import annotations

from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Concat

from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.reports import StockView
from rantai.kernel.quantities import Quantity


def list_stock(
    *, item_code: str = "", location_code: str = "", after: str = "", limit: int = 200
) -> tuple[StockView, ...]:
    """Return available stock of ours by item and location code, those after the cursor `after`."""
    rows = StockBalance.objects.filter(is_account=False, status="available", owner=None)
    if item_code:
        rows = rows.filter(item__code=item_code)
    if location_code:
        rows = rows.filter(location__code=location_code)
    item, _tab, location = after.partition("\t")
    if item:
        rows = rows.filter(Q(item__code__gt=item) | Q(item__code=item, location__code__gt=location))
    sums = (
        rows.values(item_code=F("item__code"), location_code=F("location__code"))
        .annotate(
            on_hand=Sum("on_hand"), held=Sum("reserved"), cursor=Concat("item_code", Value("\t"), "location_code")
        )
        .order_by("item_code", "location_code")[:limit]
    )
    return tuple(
        StockView(
            item_code=row["item_code"],
            location_code=row["location_code"],
            on_hand=Quantity(row["on_hand"]),
            reserved=Quantity(row["held"]),
            available=Quantity(row["on_hand"] - row["held"]),
            cursor=row["cursor"],
        )
        for row in sums
    )
