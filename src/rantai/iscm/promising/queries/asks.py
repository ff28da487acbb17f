"""Answer when units can be at a customer's door: reads only, takes nothing."""

from __future__ import annotations

from datetime import timedelta

from rantai.iscm import messages
from rantai.iscm.promising.queries import offers, sheets

VALID_FOR = timedelta(minutes=15)


def promise(ask: messages.Ask) -> messages.Offer:
    """Return dates for the lines of an ask, each unit offered once.

    Lines are served in their order. The number of queries depends on addresses and calendars, not on lines.
    """
    sheet = sheets.read_sheet(ask)
    return messages.Offer(
        lines=tuple(offers.make_offer_line(line, sheet) for line in ask.lines),
        plan_revision=None,
        made_at=ask.as_of,
        expires_at=ask.as_of + VALID_FOR,
    )


def promise_without_slots(ask: messages.Ask) -> messages.Offer:
    """Answer as if every slot were taken: what is left to offer when others were faster twice."""
    sheet = sheets.read_sheet(ask)
    sheet.free.clear()
    sheet.slots.clear()
    return messages.Offer(
        lines=tuple(offers.make_offer_line(line, sheet) for line in ask.lines),
        plan_revision=None,
        made_at=ask.as_of,
        expires_at=ask.as_of + VALID_FOR,
    )
