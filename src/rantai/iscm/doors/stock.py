"""Stock as it opens, as it stands, and how sure it must be."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from rantai.iscm import messages, reports
from rantai.iscm.inventory.actions import openings, policies
from rantai.iscm.inventory.queries import excess, levels, vendors
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
    demand_class: str = "", safety_stock: Quantity | None = None, reason: str = "", by: str,
    as_of: datetime | None = None,
) -> int:  # fmt: skip
    """Say how sure stock must be (1/10,000) in the caller's transaction; return the policy's id. Raises BadPolicy."""
    subject = policies.Subject(
        item_id=item_id, location_id=location_id, category_id=category_id, demand_class=demand_class
    )
    terms = policies.Terms(
        service_level=service_level, safety_stock=None if safety_stock is None else safety_stock.amount
    )
    return policies.set_policy(subject, terms, reason=reason, by=by, at=as_of or clock.now()).pk


def list_promotion_candidates(
    *, item_ids: Collection[int] | None = None, after: int = 0, limit: int = 1000
) -> tuple[reports.PromotionCandidateView, ...]:
    """Return stock that will not be used in time and nobody put aside, by id, those after the cursor `after`."""
    rows = excess.list_candidates().exclude(state="dismissed").filter(pk__gt=after).select_related("lot")
    rows = rows if item_ids is None else rows.filter(item_id__in=item_ids)
    return tuple(
        reports.PromotionCandidateView(
            id=row.pk,
            revision=row.revision,
            item_id=row.item_id,
            location_id=row.location_id,
            lot_id=row.lot_id,
            lot_code=row.lot.code if row.lot else "",
            kind=row.kind,
            units=Quantity(row.units),
            on_hand=Quantity(row.on_hand),
            last_useful_on=row.last_useful_on,
            exhausted_on=row.exhausted_on,
            found_at=row.found_at,
        )
        for row in rows.order_by("id")[:limit]
    )


def list_vmi_agreements(*, supplier_id: int, on: date) -> tuple[reports.VmiView, ...]:
    """Return what a supplier keeps on our shelves on a day, with the levels agreed on and what stands there."""
    return tuple(
        reports.VmiView(
            id=row.pk,
            item_id=row.item_id,
            item_code=row.item.code,
            location_id=row.location_id,
            location_name=row.location.name,
            least=Quantity(row.least),
            most=Quantity(row.most),
            on_hand=Quantity(row.on_hand),  # type: ignore[attr-defined]  # annotated
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in vendors.list_with_stock(supplier_id=supplier_id, on=on)
    )
