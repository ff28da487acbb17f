"""The edge of the planners' pages: who clicked, and what day it is for the company."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.http import HttpRequest

from rantai.foundation.access.models import User
from rantai.foundation.parties import queries as parties
from rantai.iscm.demand.actions.consensus import BadConsensus
from rantai.iscm.demand.actions.events import BadEvent
from rantai.iscm.demand.actions.launches import BadLaunch
from rantai.iscm.demand.actions.overrides import BadOverride
from rantai.iscm.inventory.actions.policies import BadPolicy
from rantai.kernel import clock
from rantai.ui import clicks

REFUSALS = (BadConsensus, BadEvent, BadLaunch, BadOverride, BadPolicy)
"""What may be refused for a reason that the planner can do something about."""

attempt = partial(clicks.run_unless_refused, refusals=REFUSALS)


def actor(request: HttpRequest) -> str:
    """Return the name under which the kernel knows who clicked."""
    return request.user.actor  # type: ignore[union-attr]


def name_actors(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of colleagues; what is no colleague keeps its own word."""
    named = {actor: actor for actor in actors}
    ids = {int(actor.partition(":")[2]): actor for actor in named if actor.startswith("user:")}
    named.update({ids[pk]: name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name") if name})
    return named


def today() -> date:
    """Return the company's business date."""
    company = parties.find_company()
    return clock.business_date(clock.now(), company.zone if company else "UTC")


def currency() -> str:
    """Return the currency of standard costs."""
    company = parties.find_company()
    return company.currency if company else ""
