"""What may be asked and told of demand: dates, firm demand, its changes, where it stands."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from rantai.iscm import messages, reports
from rantai.iscm.demand.actions import demands as demand_actions
from rantai.iscm.promising.actions import expediting, records, ripples, rules
from rantai.iscm.promising.queries import alternatives, asks, leanings, statuses
from rantai.kernel import clock
from rantai.kernel.refs import DocRef


def promise(ask: messages.Ask) -> messages.Offer:
    """Return when units can be at the customer's door: reads only, each unit offered once."""
    return asks.promise(ask)


def list_alternatives(
    ask: messages.Ask, *, offer: messages.Offer | None = None
) -> tuple[reports.LineAlternatives, ...]:
    """Return what else could be done for lines that cannot keep their day, with dates and cost to complete; reads only.

    The cheapest that keeps the wanted day stands first. Costs are for whoever may see them.
    """
    return alternatives.list_alternatives(ask, offer or asks.promise(ask))


def record_demand(order: messages.DemandOrder) -> tuple[messages.RecordedDemand, ...]:
    """Take an offer and record firm demand in the caller's transaction; one answer a line, in their order.

    Raises DemandExists. A line whose offer was taken by others meanwhile says `promise_changed`.
    """
    return records.record_demand(order)


def change_demand(
    changes: tuple[messages.DemandChange, ...], *, as_of: datetime | None = None, by: str = ""
) -> tuple[messages.RecordedDemand, ...]:
    """Change quantities and days of recorded demand in the caller's transaction.

    Raises RevisionConflict, CannotReduce, CannotWithdraw.
    """
    at = as_of or clock.now()
    return tuple(records.change_demand(change, as_of=at, by=by) for change in changes)


def expedite_demand(
    change: messages.DemandChange, *, as_of: datetime | None = None, by: str = ""
) -> messages.RecordedDemand:
    """Let a recorded demand have what a faster supplier would bring, and ask purchasing to buy it for it there.

    In the caller's transaction. The offer is an alternative that names a supplier; where it cannot be taken any more
    another one is (`promise_changed`) and nothing is bought. Raises as `change_demand` does.
    """
    return expediting.expedite_demand(change, as_of=as_of or clock.now(), by=by)


class _Undone(Exception):
    """Carries the answer of a trial out of the transaction that it undoes."""

    def __init__(self, ripple: reports.Ripple) -> None:
        self.ripple = ripple


def preview_change(
    changes: tuple[messages.DemandChange, ...],
    *,
    added: messages.DemandOrder | None = None,
    as_of: datetime | None = None,
    by: str = "",
) -> reports.Ripple:
    """Return what changes of recorded demand, and demand added with them, would move: who gains, what is frozen, cost.

    The change itself is made with all that follows in operations, in a transaction of its own, and undone: what was
    shown is what happens, while nobody else moves meanwhile. An edge; raises RevisionConflict.
    """
    at = as_of or clock.now()
    try:
        with transaction.atomic():
            raise _Undone(ripples.try_change(changes, added=added, as_of=at, by=by))
    except _Undone as undone:
        return undone.ripple


def cancel_demands(ref: DocRef, by: str, *, as_of: datetime | None = None) -> int:
    """Cancel what a document (or one line of it) still wants, in the caller's transaction; return how many demands.

    Raises CannotWithdraw where units are packed.
    """
    return records.cancel_demands(ref, as_of=as_of or clock.now(), by=by)


def update_stakes(update: messages.StakeUpdate) -> int:
    """Write what is at stake in bulk, in the caller's transaction; return how many demands were known."""
    return demand_actions.update_stakes(update)


def list_demand_status(ref: DocRef) -> tuple[messages.DemandStatus, ...]:
    """Return where the demands of a document stand, by line, in a fixed number of queries."""
    return statuses.list_demand_status(ref)


def list_leanings(ref: DocRef) -> tuple[reports.Leaning, ...]:
    """Return on which stock, receipt or source each part of a document's promises leans."""
    return tuple(leanings.list_leanings(ref))


def keep_for_class(
    demand_class: str, *, company_id: int, category_id: int | None, share: int, priority: int, by: str
) -> int:
    """Keep a share (1/10,000) of what comes of a category in each week for a class of demand; return the rule's id.

    In the caller's transaction; a job lays it out over the supplies there are. Priority 1 is the highest class; what is
    left when the week is over is everybody's.
    """
    terms = rules.RuleTerms(
        demand_class=demand_class, category_id=category_id, measure="share", share=share, priority=priority
    )
    return rules.add_rule(terms, company_id=company_id, by=by).pk
