"""Stock as it opens, as it stands, and how sure it must be."""

from __future__ import annotations

from datetime import datetime

from rantai.iscm import messages, reports
from rantai.iscm.inventory.actions import openings, policies
from rantai.iscm.inventory.queries import levels
from rantai.iscm.promising.actions import slots
from rantai.kernel import clock
from rantai.kernel.quantities import Quantity


def set_opening_stock(opening: messages.OpeningStock, *, by: str = "import") -> bool:
    """Post opening stock in the caller's transaction; the same run key twice changes nothing."""
    at = clock.now()
    posted = openings.set_opening_stock(opening, at=at, by=by)
    if posted:
        slots.open_stock(zip(opening.item_ids, opening.location_ids, strict=True), as_of=at)
    return posted


def remove_opening_stock(run_key: str, *, by: str = "import") -> bool:
    """Take opening stock back in the caller's transaction; raises NotEnoughStock where it was used."""
    at = clock.now()
    pairs = openings.list_pairs(run_key)
    removed = openings.remove_opening_stock(run_key, at=at, by=by)
    if removed:
        slots.follow_stock(pairs, cause="stock_count", as_of=at)
    return removed


def list_stock(
    *, item_code: str = "", location_code: str = "", after: str = "", limit: int = 200
) -> tuple[reports.StockView, ...]:
    """Return our available stock by item and place, at most `limit` rows after a cursor."""
    return levels.list_stock(item_code=item_code, location_code=location_code, after=after, limit=limit)


def set_stock_policy(
    *, service_level: int, item_id: int | None = None, location_id: int | None = None, category_id: int | None = None,
    safety_stock: Quantity | None = None, reason: str = "", by: str, as_of: datetime | None = None,
) -> int:  # fmt: skip
    """Say how sure stock must be (1/10,000) in the caller's transaction; return the policy's id. Raises BadPolicy."""
    policy = policies.set_policy(
        item_id=item_id,
        location_id=location_id,
        category_id=category_id,
        service_level=service_level,
        safety_stock=None if safety_stock is None else safety_stock.amount,
        reason=reason,
        by=by,
        at=as_of or clock.now(),
    )
    return policy.pk
