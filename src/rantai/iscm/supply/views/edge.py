"""The edge of the planners' pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.http import HttpRequest

from rantai.foundation.parties import queries as parties
from rantai.iscm.fulfilment.actions import transfers
from rantai.iscm.production.actions import orders as production
from rantai.iscm.supply.actions import exceptions, proposals
from rantai.kernel import clock
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import clicks

REFUSALS = (
    proposals.ProposalGone,
    proposals.BadFigure,
    exceptions.NotDecided,
    IllegalTransition,
    production.NotMade,
    transfers.NotATransfer,
)
"""What may be refused for a reason that the reader can do something about."""

attempt = partial(clicks.attempt, refusals=REFUSALS)


def read_day(text: str) -> date | None:
    """Return the day that an address names; None where it names none, or one that no plan reaches."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 2000 <= day.year <= 2999 else None


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)
