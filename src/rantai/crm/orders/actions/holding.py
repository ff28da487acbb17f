"""Hold an order, above all one that would take its customer above the credit limit, until somebody lets it go."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rantai.crm.orders.models import OrderHold, SalesOrder
from rantai.crm.orders.queries import orders
from rantai.kernel import audit, clock
from rantai.kernel.compiled import Compiled
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction
from rantai.ui import formats


class OrderHeld(Exception):
    """An order that somebody must release first."""

    def __init__(self, order: SalesOrder, hold: OrderHold) -> None:
        self.order, self.hold = order, hold
        super().__init__(
            _("This order is held (%(reason)s). Somebody who may release holds has to let it go.")
            % {"reason": hold.reason or hold.kind}
        )


class CreditExceeded(Exception):
    """An order that would take its customer above the credit limit; amounts in the company's currency."""

    def __init__(self, order: SalesOrder, exposure: int, limit: int) -> None:
        self.order, self.exposure, self.limit = order, exposure, limit
        currency = order.company.currency
        super().__init__(
            _("With this order the customer would owe %(exposure)s; the limit is %(limit)s. Ask finance to release it.")
            % {"exposure": formats.money(exposure, currency), "limit": formats.money(limit, currency)}
        )


def place_hold(order_id: int, *, kind: str, reason: str, amount: int = 0, by: str) -> OrderHold:
    """Hold an order until somebody releases it; a hold of that kind that stands already is kept."""
    require_transaction()
    hold, made = OrderHold.objects.get_or_create(
        order_id=order_id,
        kind=kind,
        released_at=None,
        defaults={"amount": amount, "reason": reason, "placed_at": clock.now(), "placed_by": by},
    )
    if made:
        audit.record(DocRef("sales_order", order_id), action="held", by=by, changes={"hold": ["", kind]})
    return hold


def release_hold(hold: OrderHold, *, by: str) -> None:
    """Let a held order go; a credit hold covers the exposure that it named."""
    require_transaction()
    if OrderHold.objects.filter(pk=hold.pk, released_at=None).update(released_at=clock.now(), released_by=by):
        audit.record(DocRef("sales_order", hold.order_id), action="released", by=by, changes={"hold": [hold.kind, ""]})


def place_credit_hold(exceeded: CreditExceeded, *, wanted: str = "", by: str) -> OrderHold:
    """Hold the order that was refused, or whose change was (`wanted` says it to finance).

    Released, the hold covers what the customer would have owed.
    """
    reason = " ".join(filter(None, (str(exceeded), wanted)))[:300]
    return place_hold(exceeded.order.pk, kind="credit", reason=reason, amount=exceeded.exposure, by=by)


_HOLDS = Compiled(lambda order_id: OrderHold.objects.filter(order_id=order_id))


def require_release(order: SalesOrder) -> None:
    """Raise OrderHeld, or CreditExceeded where the customer would owe more than the limit and any hold let go."""
    holds = _HOLDS.read(order.pk)
    for hold in holds:
        if hold.released_at is None:
            raise OrderHeld(order, hold)
    limit = order.account.credit_limit
    if limit is None:
        return
    exposed = orders.exposure(order)
    covered = max((hold.amount for hold in holds if hold.kind == "credit"), default=0)
    if exposed > max(limit, covered):
        raise CreditExceeded(order, exposed, limit)
