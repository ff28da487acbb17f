"""Stock by machine."""

from __future__ import annotations

from ninja import Query, Router

from rantai.iscm import facade as iscm
from rantai.wires.api.keys import ApiRequest, allow
from rantai.wires.api.shapes import StockOut, StockPage, show_quantity

router = Router()

PAGE = 200


@router.get("", auth=allow("stock.read", "stock.view"), response=StockPage, operation_id="listStock")
def list_stock(
    request: ApiRequest, item: str = "", location: str = "", cursor: str = Query("", max_length=40)
) -> StockPage:
    """List stock by item and place, a page at a time."""
    rows = iscm.list_stock(item_code=item, location_code=location, after=cursor, limit=PAGE + 1)
    shown = [
        StockOut(
            item=row.item_code,
            location=row.location_code,
            on_hand=show_quantity(row.on_hand.amount),
            reserved=show_quantity(row.reserved.amount),
            available=show_quantity(row.available.amount),
        )
        for row in rows[:PAGE]
    ]
    return StockPage(rows=shown, next=rows[PAGE - 1].cursor if len(rows) > PAGE else None)
