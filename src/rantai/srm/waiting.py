"""The part of the front door that the desk asks: what waits for buyers, what suppliers send, in figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from rantai.foundation.documents.papers import PaperNotPrintable
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.flows import Reach
from rantai.kernel.needs import Answer, Done, Figure, Need, Sheet
from rantai.kernel.transactions import join_atomic
from rantai.kernel.transitions import IllegalTransition
from rantai.srm.buying import states
from rantai.srm.buying.actions import answers, orders, requisitions, sending
from rantai.srm.buying.models import PurchaseOrder
from rantai.srm.buying.queries import flows, loop_figures, needs, paper
from rantai.srm.collaboration import queries as collaboration
from rantai.srm.suppliers import queries as suppliers

NEED_REFUSALS = (
    IllegalTransition,
    PaperNotPrintable,
    orders.NoExchangeRate,
    orders.NothingToOrder,
    orders.SupplierBlocked,
    orders.TooManyUnits,
    requisitions.NotOrderable,
    sending.NobodyToSendTo,
)
"""Why `decide_need` may refuse, in words for the person who decided."""


def list_needs(as_of: datetime) -> tuple[Need, ...]:
    """Return what waits for a buyer, those alike as one, in the reader's language."""
    return tuple(needs.list_needs(_today(as_of)))


def describe_need(key: str, *, as_of: datetime, page: int = 1) -> Sheet:
    """Return all there is to know of a need. Raises NoSuchNeed."""
    return needs.describe_need(key, _today(as_of), page=page)


def decide_need(key: str, answer: Answer, *, as_of: datetime) -> Done:
    """Do what a buyer decided, some rows at a time: an edge. Raises NoSuchNeed, NEED_REFUSALS, RevisionConflict."""
    on = _today(as_of)
    ids = answers.list_ids(key, answer, on=on)
    is_printed = answer.code in answers.PRINTED
    step = 1 if is_printed else answers.AT_ONCE
    done = 0
    for start in range(0, len(ids), step):
        chunk = ids[start : start + step]
        # Printing is slow, so it happens outside the transaction.
        papers = {order_id: paper.render_order(order_id) for order_id in chunk} if is_printed else {}
        work = partial(answers.decide, key, answer, chunk, on=on, papers=papers)
        done += join_atomic(work)
    return Done(count=done, ids=tuple(ids))


def list_figures(as_of: datetime) -> tuple[Figure, ...]:
    """Return the suppliers' figures of the loop with their parts in words."""
    return loop_figures.list_figures(_today(as_of))


def get_reach(as_of: datetime) -> Reach:
    """Return what suppliers send within the horizon of the loop's picture, and who stands behind them."""
    reach = flows.get_reach(parties.get_company(), today=_today(as_of))
    return replace(reach, sayings=(*reach.sayings, *collaboration.list_sayings()))


def count_suppliers(user: object) -> int:
    """Count suppliers in use, for the rail."""
    return suppliers.list_suppliers().count()


def count_orders(user: object) -> int:
    """Count orders whose goods are still to come, for the rail."""
    return PurchaseOrder.objects.filter(state__in=states.AWAITED).count()


def _today(as_of: datetime) -> date:
    return clock.business_date(as_of, parties.get_company().zone)
