"""Let a customer send delivered goods back: the site expects them, the customer is told how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rantai.crm.orders.actions import letters
from rantai.crm.orders.models import SalesOrder
from rantai.iscm import facade as iscm
from rantai.iscm import messages, reports
from rantai.kernel import audit
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


def authorize_return(
    order: SalesOrder, *, wanted: Sequence[messages.WantedReturn], reason: str, note: str = "", by: str, as_of: datetime
) -> tuple[reports.ReturnView, ...]:
    """Allow units of delivered lines to come back and tell the customer; their money follows when they are here.

    Raises iscm's REFUSALS before anything is written.
    """
    require_transaction()
    ref = DocRef("sales_order", order.pk)
    made = iscm.authorize_returns(ref, wanted=wanted, reason=reason, note=note, by=by, as_of=as_of)
    for row in made:
        audit.record(ref, action="return_authorized", by=by, changes={"return": [None, row.number]})
        letters.tell_return_authorized(order, row)
    return made


def end_return(order: SalesOrder, return_id: int, *, by: str, as_of: datetime) -> None:
    """Expect nothing more of a return that was allowed; raises iscm's REFUSALS, IllegalTransition."""
    require_transaction()
    ref = DocRef("sales_order", order.pk)
    iscm.end_return(ref, return_id, by=by, as_of=as_of)
    audit.record(ref, action="return_ended", by=by)
