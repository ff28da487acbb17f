"""Tell planners of units that no plan can give a date."""

from __future__ import annotations

from django.utils.translation import override

from rantai.foundation.access import queries as access
from rantai.foundation.documents import actions as documents
from rantai.foundation.parties import queries as parties
from rantai.iscm import events
from rantai.iscm.demand.models import Demand
from rantai.iscm.promising.queries import shortages
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

KIND = "shortage"
PLANNER = "planner"


def tell_planners(fact: events.ShortageForeseen) -> int:
    """Let planners see which order is short, from when, by how much and for what; return how many were told.

    Who was told the same already, as the owner of the order may be, is not told twice.
    """
    require_transaction()
    demand = Demand.objects.select_related("item__base_unit").get(pk=fact.demand_id)
    outcome = shortages.find_outcomes([demand.pk]).get(demand.pk)
    today = clock.business_date(clock.now(), parties.get_company().zone)
    ref = DocRef(fact.order_kind, fact.order_id)
    told = 0
    for user in access.list_in_role(PLANNER):
        with override(user.language or None):
            text = shortages.say_shortage(
                demand, units=fact.short_units, cause=fact.leaf_cause, outcome=outcome, today=today
            )
        told += len(documents.notify_once([user], kind=KIND, ref=ref, text=text))
    return told
