"""A click: what its form or address names, one short transaction, and what to say when it was refused."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.ui import conflicts, toasts

Refusals = tuple[type[Exception], ...]
"""What may be refused for a reason that the reader can do something about; its text tells it."""

KEY_DIGITS = 18
"""Keys and revisions are read up to as many digits as every database holds: no overflow behind an odd address."""

REVISION_DIGITS = 9
MOST_IDS = 500


def attempt(
    request: HttpRequest, work: Callable[[], object], *, refusals: Refusals, said: str, back: str, undo: str = ""
) -> HttpResponse:
    """Do one thing in a transaction, say so, and go back; a refusal is said there, a conflict gets its page."""
    try:
        refused = run_unless_refused(work, refusals=refusals)
    except RevisionConflict as conflict:
        return conflicts.answer(request, conflict, href=back)
    if refused:
        toasts.hurt(request, refused)
    elif said:
        toasts.say(request, said, undo=undo)
    return redirect(back)


def run_unless_refused(work: Callable[[], object], *, refusals: Refusals) -> str:
    """Do one thing in a transaction; return why it was refused, or nothing."""
    try:
        run_atomic(work)
    except refusals as problem:
        return str(problem)
    return ""


def read_id(text: str | None) -> int:
    """Return the key that a text names; 0, which no row has, for anything else."""
    return _read_number(text, digits=KEY_DIGITS)


def read_ids(request: HttpRequest, name: str = "ids", *, most: int = MOST_IDS) -> list[int]:
    """Return the rows that were ticked; an undo or a link names them in its address."""
    given = [*request.POST.getlist(name), *request.GET.getlist(name)][:most]
    return [found for text in given if (found := read_id(text))]


def read_revision(request: HttpRequest) -> int:
    """Return the revision that the page showed; 0, which no document has, where it is missing."""
    return _read_number(request.POST.get("revision"), digits=REVISION_DIGITS)


def _read_number(text: str | None, *, digits: int) -> int:
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else 0
