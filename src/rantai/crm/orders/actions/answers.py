"""Do what a person decided about orders that waited: let held ones go, bill, close what needs no answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from rantai.crm.orders.actions import fulfilling, holding, invoicing, questions
from rantai.crm.orders.models import OrderHold
from rantai.crm.orders.queries import needs as waiting
from rantai.kernel import needs
from rantai.kernel.needs import Answer, NoSuchNeed
from rantai.kernel.transactions import require_transaction

AT_ONCE = 15
"""Orders of one transaction: an invoice takes its number from the gapless series, which others wait for."""


def list_ids(key: str, answer: Answer, *, on: date) -> list[int]:
    """Return the orders that an answer is for: those named, one by its key, or all of a bundle."""
    kind, rest = needs.split_key(key)
    if answer.ids:
        return sorted(set(answer.ids))
    if rest:
        return [needs.read_id(rest, key)]
    return list(waiting.list_waiting(kind, on).order_by("id").values_list("pk", flat=True))


def decide(key: str, answer: Answer, ids: Sequence[int], *, at: datetime) -> int:
    """Do it for some orders in the caller's transaction; return for how many. Locks them. Raises NoSuchNeed."""
    require_transaction()
    match needs.split_key(key)[0], answer.code:
        case "held_order", "release":
            return _release(ids, by=answer.by)
        case "unbilled_order", "bill":
            return sum(_bill(order_id, at=at, by=answer.by) for order_id in ids)
        case "question", "close":
            return sum(bool(questions.close_questions(order_id, by=answer.by)) for order_id in ids)
    raise NoSuchNeed(key)


def _release(ids: Sequence[int], *, by: str) -> int:
    holds = list(OrderHold.objects.filter(order_id__in=ids, released_at=None).order_by("id"))
    for hold in holds:
        holding.release_hold(hold, by=by)
    return len({hold.order_id for hold in holds})


def _bill(order_id: int, *, at: datetime, by: str) -> int:
    """Bill what was shipped of an order; one that somebody billed meanwhile counts for nothing."""
    try:
        fulfilling.bill_by_hand(order_id, at=at, by=by)
    except invoicing.NothingToBill:
        return 0
    return 1
