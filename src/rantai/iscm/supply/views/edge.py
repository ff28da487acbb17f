"""The edge of the planners' pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rantai.foundation.parties import queries as parties
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.production.actions import orders as production
from rantai.iscm.supply.actions import exceptions, proposals
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import conflicts, toasts

Result = TypeVar("Result")

REFUSALS = (
    proposals.ProposalGone,
    proposals.BadFigure,
    exceptions.NotDecided,
    IllegalTransition,
    production.NotMade,
    transfers.NotATransfer,
)


def read_day(text: str) -> date | None:
    """Return the day that an address names; None where it names none, or one that no plan reaches."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 2000 <= day.year <= 2999 else None


def attempt(request: HttpRequest, work: Callable[[], Result], *, said: str, back: str, undo: str = "") -> HttpResponse:
    """Do one thing in a transaction, say so, and go back; a refusal is said there, a conflict gets its page."""
    try:
        run_atomic(work)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=back)
    except REFUSALS as problem:
        toasts.hurt(request, str(problem))
    else:
        toasts.say(request, said, undo=undo)
    return redirect(back)


def read_ids(request: HttpRequest) -> list[int]:
    """Return the ticked rows."""
    values = [*request.POST.getlist("ids"), *request.GET.getlist("ids")][:500]
    return [int(text) for text in values if text.isascii() and text.isdigit() and len(text) < 19]


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)
