"""Let a late line of a confirmed order be served another way than it was promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rantai.crm import events
from rantai.crm.orders.actions import changing, confirming
from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking
from rantai.iscm import facade as iscm
from rantai.iscm import messages, reports
from rantai.kernel import audit, outbox, revisions
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


def is_ours(way: reports.Alternative) -> bool:
    """Tell whether a promise alone makes it happen: what a partner sends or we make is ordered for it at once."""
    return way.kind == "dropship" or (way.kind == "expedite" and all(_is_backed(part) for part in way.slices))


def is_bought(way: reports.Alternative) -> bool:
    """Tell whether a supplier has to be asked for it: purchasing is, and who asks spends more than was planned."""
    return way.kind == "expedite" and way.supplier_id is not None


def take_way(
    row: ScheduleLine, way: reports.Alternative, *, expected_revision: int, by: str, as_of: datetime
) -> tuple[SalesOrder, bool]:
    """Give a line's supply back and take the way's; tell whether others were faster and it got something else.

    The customer wants the same units on the same day; only where they come from changes. What has to be bought is asked
    of purchasing in the same transaction. Locks the order, then
    operations' rows. Records OrderChanged. Raises RevisionConflict, IllegalTransition, iscm's REFUSALS.
    """
    require_transaction()
    assert is_ours(way) or is_bought(way), f"{way.kind} is somebody else's to do"
    order = changing.get_confirmed(row.order_id)
    revisions.take(order, expected=expected_revision)
    offer = messages.OfferLine(line=row.line_id, schedule=row.number, item_id=way.item_id, slices=way.slices)
    change = messages.DemandChange(
        key=asking.key_of(row), expected_revision=row.demand_revision, units=Quantity(row.units - row.cancelled),
        requested_on=row.requested_on, offer=offer, cause="plan",
    )  # fmt: skip
    if is_bought(way):
        source = next(part.source_id for part in way.slices if part.source_id)
        change = replace(change, cause="expedited", cause_ref=str(DocRef("source", source)))
        recorded: tuple[messages.RecordedDemand, ...] = (iscm.expedite_demand(change, as_of=as_of, by=by),)
    else:
        recorded = iscm.change_demand((change,), as_of=as_of, by=by)
    confirming.note_demands([row], recorded)
    audit.record(DocRef("sales_order", order.pk), action="rerouted", by=by, changes={"way": ["", way.kind]})
    outbox.record(events.OrderChanged(sales_order_id=order.pk, revision=order.revision, cancelled=False))
    return order, any(one.promise_changed for one in recorded)


def _is_backed(part: messages.OfferSlice) -> bool:
    return bool(part.slots) or part.basis in ("make", "dropship")
