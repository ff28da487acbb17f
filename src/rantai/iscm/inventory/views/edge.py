"""The edge of the house's pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory.actions import counts, moves, reservations
from rantai.kernel import clock
from rantai.kernel.transactions import run_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import toasts

Result = TypeVar("Result")

REFUSALS: tuple[type[Exception], ...] = (
    IllegalTransition,
    moves.NotEnoughStock,
    counts.CountedBelowReserved,
    counts.StockMovedMeanwhile,
    reservations.ReservationChanged,
)
"""What may be refused for a reason that the reader can do something about."""


def attempt(
    request: HttpRequest,
    work: Callable[[], Result],
    *,
    said: str,
    back: str,
    refusals: tuple[type[Exception], ...] = (),
) -> HttpResponse:
    """Do one thing in a transaction, say so, and go back; a refusal is said there and changes nothing."""
    try:
        run_atomic(work)
    except (*REFUSALS, *refusals) as problem:
        toasts.hurt(request, str(problem))
    else:
        toasts.say(request, said)
    return redirect(back)


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)
