"""The edge of these pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from rantai.crm.orders.queries.drafts import OrderRefused
from rantai.crm.selling.actions import agreements, drafts, opportunities
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import conflicts, toasts

REFUSALS: tuple[type[Exception], ...] = (
    IllegalTransition,
    drafts.RowsRefused,
    agreements.NothingPlanned,
    agreements.WrongDay,
    opportunities.ForeignOrder,
    OrderRefused,
)
"""What may be refused for a reason that the reader can do something about."""


def attempt(request: HttpRequest, work: Callable[[], object], *, said: str, back: str) -> HttpResponse:
    """Do one thing in a transaction, say so, and go back; a refusal is said there, a conflict gets its page."""
    try:
        run_atomic(work)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=back)
    except REFUSALS as problem:
        texts = [found.text for found in getattr(problem, "problems", ())]
        toasts.hurt(request, " ".join(texts) or str(problem))
    else:
        toasts.say(request, said)
    return redirect(back)


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)


def read_id(text: str | None) -> int:
    """Return a key that the address names; 0 for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def read_revision(request: HttpRequest) -> int:
    """Return the revision that the page showed."""
    return read_id(request.POST.get("revision"))


def with_more_rows(posted: QueryDict, *, prefix: str, most: int) -> Any:
    """Return what was posted, with five more empty rows where they were asked for."""
    if posted.get("do") != "more":
        return posted
    data = posted.copy()
    count = read_id(data.get(f"{prefix}-TOTAL_FORMS"))
    data[f"{prefix}-TOTAL_FORMS"] = str(min(count + 5, most))
    return data
