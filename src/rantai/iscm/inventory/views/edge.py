"""The edge of the house's pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.http import HttpRequest

from rantai.foundation.parties import queries as parties
from rantai.iscm.inventory.actions import counts, moves, reservations
from rantai.kernel import clock
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import clicks

REFUSALS: tuple[type[Exception], ...] = (
    IllegalTransition,
    moves.NotEnoughStock,
    counts.CountedBelowReserved,
    counts.StockMovedMeanwhile,
    reservations.ReservationChanged,
)
"""What may be refused for a reason that the reader can do something about."""

attempt = partial(clicks.attempt, refusals=REFUSALS)


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)
