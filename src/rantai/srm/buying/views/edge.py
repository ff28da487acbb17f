"""The edge of the buyers' pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.http import HttpRequest
from django.urls import reverse

from rantai.foundation.documents.papers import PaperNotPrintable
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.transitions import IllegalTransition
from rantai.srm.buying.actions import asked_changes, orders, requisitions, sending
from rantai.ui import clicks

REFUSALS = (
    IllegalTransition,
    PaperNotPrintable,
    asked_changes.BadChange,
    orders.NoExchangeRate,
    orders.NothingToOrder,
    orders.SupplierBlocked,
    orders.TooManyUnits,
    requisitions.BadRequest,
    requisitions.NotOrderable,
    sending.NobodyToSendTo,
)
"""What may be refused for a reason that the buyer can do something about."""

attempt = partial(clicks.attempt, refusals=REFUSALS)


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)


def order_url(order_id: int) -> str:
    """Return the page of an order."""
    return reverse("srm_buying:order", args=[order_id])
