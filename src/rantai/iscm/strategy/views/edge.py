"""The edge of the scenarios' pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.actions import overrides
from rantai.iscm.inventory.actions import policies
from rantai.iscm.strategy.actions import runs, scenarios, takeovers, writing
from rantai.iscm.strategy.queries import resolving
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import conflicts, toasts

Result = TypeVar("Result")

REFUSALS = (
    runs.NothingToSolve, scenarios.TooManyChanges, takeovers.NothingToTake, writing.HasMoved, resolving.NothingMeant,
    IllegalTransition, overrides.BadOverride, policies.BadPolicy,
)  # fmt: skip


def attempt(request: HttpRequest, work: Callable[[], Result], *, said: str, back: str, undo: str = "") -> HttpResponse:
    """Do one thing in a transaction, say so, and go back; a refusal is said there, a conflict gets its page."""
    try:
        run_atomic(work)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=back)
    except REFUSALS as problem:
        toasts.hurt(request, str(problem))
    else:
        if said:
            toasts.say(request, said, undo=undo)
    return redirect(back)


def read_ids(request: HttpRequest, name: str) -> list[int]:
    """Return the numbers that an address or a form names."""
    values = [*request.GET.getlist(name), *request.POST.getlist(name)][:50]
    return [int(text) for text in values if text.isascii() and text.isdigit() and len(text) < 19]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)
