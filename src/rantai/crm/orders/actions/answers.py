"""Do what a person decided about orders that waited: let held ones go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rantai.crm.orders.actions import confirming
from rantai.crm.orders.models import OrderHold
from rantai.crm.orders.queries import needs as waiting
from rantai.kernel import needs
from rantai.kernel.needs import Answer, NoSuchNeed
from rantai.kernel.transactions import require_transaction

AT_ONCE = 40


def list_ids(key: str, answer: Answer, *, on: date) -> list[int]:
    """Return the orders that an answer is for: those named, one by its key, or all of a bundle."""
    kind, rest = needs.split_key(key)
    if answer.ids:
        return sorted(set(answer.ids))
    if rest:
        return [needs.read_id(rest, key)]
    return list(waiting.list_waiting(kind, on).order_by("id").values_list("pk", flat=True))


def decide(key: str, answer: Answer, ids: Sequence[int]) -> int:
    """Do it for some orders in the caller's transaction; return how many holds ended. Raises NoSuchNeed."""
    require_transaction()
    if needs.split_key(key)[0] != "held_order" or answer.code != "release":
        raise NoSuchNeed(key)
    holds = list(OrderHold.objects.filter(order_id__in=ids, released_at=None).order_by("id"))
    for hold in holds:
        confirming.release_hold(hold, by=answer.by)
    return len({hold.order_id for hold in holds})
