"""Give a customer the address at which an order can be followed, and take it back."""

from __future__ import annotations

from rantai.crm.orders.queries import tracking
from rantai.foundation.access import actions as access
from rantai.kernel import audit
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction


def get_tracking_url(order_id: int, *, party_id: int) -> str:
    """Return the address of an order's tracking page: one for each order, in every letter the same."""
    ref = DocRef("sales_order", order_id)
    token = access.get_lasting_link(tracking.PURPOSE, ref=ref, party_id=party_id)
    return tracking.make_url(token)


def renew_tracking(order_id: int, *, by: str) -> int:
    """End the address that an order has, because it fell into wrong hands; the next letter carries a new one."""
    require_transaction()
    ended = access.revoke_links(DocRef("sales_order", order_id), purpose=tracking.PURPOSE)
    audit.record(DocRef("sales_order", order_id), action="link_ended", by=by)
    return ended
