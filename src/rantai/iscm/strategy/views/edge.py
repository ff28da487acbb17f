"""The edge of the scenarios' pages: one short transaction a click, and what to say when it was refused."""

from __future__ import annotations

from datetime import date
from functools import partial

from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.actions import overrides
from rantai.iscm.inventory.actions import policies
from rantai.iscm.strategy.actions import runs, scenarios, takeovers, writing
from rantai.iscm.strategy.queries import resolving
from rantai.kernel import clock
from rantai.kernel.transitions import IllegalTransition
from rantai.ui import clicks

REFUSALS = (
    runs.NothingToSolve, scenarios.TooManyChanges, takeovers.NothingToTake, writing.HasMoved, resolving.NothingMeant,
    IllegalTransition, overrides.BadOverride, policies.BadPolicy,
)  # fmt: skip
"""What may be refused for a reason that the reader can do something about."""

attempt = partial(clicks.attempt, refusals=REFUSALS)


def today() -> date:
    """Return the company's business date."""
    return clock.business_date(clock.now(), parties.get_company().zone)
