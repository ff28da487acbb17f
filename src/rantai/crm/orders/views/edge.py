"""The edge of the order pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.http import HttpRequest
from django.urls import reverse

from rantai.crm.orders.actions import confirming, holding, invoicing
from rantai.crm.orders.queries import asking, drafts
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import clicks

REFUSALS: tuple[type[Exception], ...] = (
    IllegalTransition,
    holding.CreditExceeded,
    holding.OrderHeld,
    drafts.OrderRefused,
    invoicing.NothingToBill,
    invoicing.PaymentTooLarge,
    *iscm.REFUSALS,
)
"""What may be refused for a reason that the reader can do something about."""

attempt = partial(clicks.attempt, refusals=REFUSALS)


def confirm(order_id: int, *, revision: int, by: str, as_of: datetime) -> confirming.Confirmation:
    """Ask dates and confirm; an order above the credit limit is left held, and CreditExceeded raised."""
    ready = confirming.prepare_order(asking.ask_order(order_id, as_of=as_of), by=by, as_of=as_of)
    try:
        return run_atomic(lambda: confirming.confirm_order(ready, expected_revision=revision, by=by, as_of=as_of))
    except holding.CreditExceeded as error:
        run_atomic(partial(holding.place_credit_hold, error, by=by))
        raise


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)


def order_url(order_id: int) -> str:
    """Return the page of an order."""
    return reverse("crm_orders:order", args=[order_id])
