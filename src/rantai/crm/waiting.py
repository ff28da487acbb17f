"""The part of the front door that the desk asks: what waits for sales and finance, what goes to customers."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from rantai.crm.accounts import queries as accounts
from rantai.crm.orders.actions import answers
from rantai.crm.orders.queries import figures, flows, lists, needs
from rantai.crm.selling.queries import needs as selling
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.flows import Reach
from rantai.kernel.needs import Answer, Done, Figure, Need, NoSuchNeed, Sheet
from rantai.kernel.transactions import join_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.ui.nav import Count

NEED_REFUSALS = (IllegalTransition,)
"""Why `decide_need` may refuse, in words for the person who decided."""


def list_needs(as_of: datetime) -> tuple[Need, ...]:
    """Return what waits for a person of this house, those alike as one, in the reader's language."""
    on = _today(as_of)
    return (*needs.list_needs(on), *selling.list_needs(parties.get_company(), on))


def describe_need(key: str, *, as_of: datetime, page: int = 1) -> Sheet:
    """Return all there is to know of a need. Raises NoSuchNeed."""
    try:
        return needs.describe_need(key, _today(as_of), page=page)
    except NoSuchNeed:
        return selling.describe_need(key, parties.get_company(), _today(as_of), page=page)


def decide_need(key: str, answer: Answer, *, as_of: datetime) -> Done:
    """Do what a person decided, some orders at a time: an edge. Raises NoSuchNeed, NEED_REFUSALS."""
    ids = answers.list_ids(key, answer, on=_today(as_of))
    done = 0
    for start in range(0, len(ids), answers.AT_ONCE):
        work = partial(answers.decide, key, answer, ids[start : start + answers.AT_ONCE], at=as_of)
        done += join_atomic(work)
    return Done(count=done, ids=tuple(ids))


def list_figures(as_of: datetime) -> tuple[Figure, ...]:
    """Return the figures by which the loop shows the customers' side."""
    return figures.list_figures(_today(as_of), company=parties.get_company())


def get_reach(as_of: datetime) -> Reach:
    """Return what goes to customers within the horizon of the loop's picture."""
    return flows.get_reach(parties.get_company(), today=_today(as_of))


def count_orders(user: object) -> Count | None:
    """Count orders that will be late, in red, else open ones; for the rail."""
    if parties.find_company() is None:
        return None
    standing = lists.count_standing(_today(clock.now()))
    if standing.late:
        return Count(standing.late, hurt=True)
    return Count(standing.kept + standing.undated)


def count_customers(user: object) -> int:
    """Count customers, for the rail."""
    return accounts.list_accounts().count()


def _today(as_of: datetime) -> date:
    return clock.business_date(as_of, parties.get_company().zone)
