"""The edge of the order pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from rantai.crm.orders.actions import confirming, holding, invoicing
from rantai.crm.orders.queries import asking, drafts
from rantai.foundation.parties import queries as parties
from rantai.iscm import facade as iscm
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import conflicts, toasts

Result = TypeVar("Result")

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


def attempt(request: HttpRequest, work: Callable[[], Result], *, said: str, back: str) -> HttpResponse:
    """Do one thing in a transaction, say so, and go back; a refusal is said there, a conflict gets its page."""
    try:
        run_atomic(work)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=back)
    except REFUSALS as problem:
        toasts.hurt(request, str(problem))
    else:
        toasts.say(request, said)
    return redirect(back)


def confirm(order_id: int, *, revision: int, by: str, as_of: datetime) -> confirming.Confirmation:
    """Ask dates and confirm; an order above the credit limit is left held, and CreditExceeded raised."""
    ready = confirming.prepare_order(asking.ask_order(order_id, as_of=as_of), by=by, as_of=as_of)
    try:
        return run_atomic(lambda: confirming.confirm_order(ready, expected_revision=revision, by=by, as_of=as_of))
    except holding.CreditExceeded as error:
        run_atomic(partial(holding.place_credit_hold, error, by=by))
        raise


def read_revision(request: HttpRequest) -> int:
    """Return the revision that the page showed; 0, which no document has, where it is missing."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)


def order_url(order_id: int) -> str:
    """Return the page of an order."""
    return reverse("crm_orders:order", args=[order_id])
