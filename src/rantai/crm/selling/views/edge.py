"""The edge of these pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import QueryDict

from rantai.crm.orders.queries.drafts import OrderRefused
from rantai.crm.selling.actions import agreements, drafts, opportunities
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import clicks

REFUSALS: tuple[type[Exception], ...] = (
    IllegalTransition,
    drafts.RowsRefused,
    agreements.NothingPlanned,
    agreements.WrongDay,
    opportunities.ForeignOrder,
    OrderRefused,
)
"""What may be refused for a reason that the reader can do something about."""

attempt = partial(clicks.attempt, refusals=REFUSALS)


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)


def with_more_rows(posted: QueryDict, *, prefix: str, most: int) -> Any:
    """Return what was posted, with five more empty rows where they were asked for."""
    if posted.get("do") != "more":
        return posted
    data = posted.copy()
    count = clicks.read_id(data.get(f"{prefix}-TOTAL_FORMS"))
    data[f"{prefix}-TOTAL_FORMS"] = str(min(count + 5, most))
    return data
