"""The edge of the buyers' pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.foundation.documents.papers import PaperNotPrintable
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.srm.buying.actions import asked_changes, orders, requisitions, sending
from rantai.ui import shapes, toasts

Result = TypeVar("Result")

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


def attempt(request: HttpRequest, work: Callable[[], Result], *, said: str, back: str, undo: str = "") -> HttpResponse:
    """Do one thing in a transaction, say so, and go back; a refusal is said there, a conflict gets its page."""
    try:
        run_atomic(work)
    except RevisionConflict as conflict:
        return show_conflict(request, conflict, back=back)
    except REFUSALS as problem:
        toasts.hurt(request, str(problem))
    else:
        toasts.say(request, said, undo=undo)
    return redirect(back)


def show_conflict(request: HttpRequest, conflict: RevisionConflict, *, back: str) -> HttpResponse:
    """Show that somebody else was first."""
    context = {
        "house": "suppliers",
        "asked": _("Somebody else changed this first"),
        "truth": str(conflict),
        "choices": [shapes.Way(label=_("See what is stored now"), href=back)],
    }
    return render(request, "409.html", context, status=409)


def read_revision(request: HttpRequest) -> int:
    """Return the revision that the page showed; 0, which no document has, where it is missing."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def read_ids(request: HttpRequest) -> list[int]:
    """Return the ticked rows; an undo names them in its address."""
    given = request.POST.getlist("ids") or request.GET.getlist("ids")
    return [int(text) for text in given[:500] if text.isascii() and text.isdigit() and len(text) < 19]


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)


def order_url(order_id: int) -> str:
    """Return the page of an order."""
    return reverse("srm_buying:order", args=[order_id])
