"""Do what a buyer decided about something that waited: order, dismiss, approve, remind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from rantai.kernel import needs
from rantai.kernel.needs import Answer, NoSuchNeed
from rantai.kernel.transactions import require_transaction
from rantai.srm.buying.actions import orders, requisitions, sending
from rantai.srm.buying.models import PurchaseRequisition
from rantai.srm.buying.queries import needs as waiting

AT_ONCE = 40
PRINTED = ("send", "ask")
"""Acts that put a printed order into the letter, so that one document is one transaction."""


def list_ids(key: str, answer: Answer, *, on: date) -> list[int]:
    """Return the documents that an answer is for: those named, one by its key, or all of a bundle."""
    kind, rest = needs.split_key(key)
    if answer.ids:
        return sorted(set(answer.ids))
    if kind == waiting.WISHES:
        return list(waiting.filter_wishes(key).order_by("id").values_list("pk", flat=True))
    if rest:
        return [needs.read_id(rest, key)]
    return list(waiting.list_waiting(kind, on).order_by("id").values_list("pk", flat=True))


def decide(key: str, answer: Answer, ids: Sequence[int], *, on: date, papers: dict[int, bytes]) -> int:
    """Do it for some documents in the caller's transaction; return how many. Raises what the actions raise."""
    require_transaction()
    kind, _rest = needs.split_key(key)
    if kind in (waiting.WISH, waiting.WISHES):
        act = _WISHES.get(answer.code)
        if act is None:
            raise NoSuchNeed(key)
        return act(ids, answer, on)
    for order_id in ids:
        _decide_order(key, answer, order_id, on=on, paper=papers.get(order_id))
    return len(ids)


def _decide_order(key: str, answer: Answer, order_id: int, *, on: date, paper: bytes | None) -> None:
    if answer.code == "approve":
        orders.approve_order(order_id, revision=answer.revision, by=answer.by, on=on)
    elif answer.code == "send":
        sending.send_order(order_id, by=answer.by, on=on, paper=paper)
    elif answer.code == "ask":
        sending.ask_changes(order_id, by=answer.by, on=on, paper=paper)
    elif answer.code == "remind":
        sending.remind_supplier(order_id, by=answer.by, on=on)
    else:
        raise NoSuchNeed(key)


def _order(ids: Sequence[int], answer: Answer, on: date) -> int:
    rows = PurchaseRequisition.objects.filter(pk__in=ids).select_related("item", "company").order_by("id")
    found = list(rows)
    requisitions.order_requisitions(found, by=answer.by, on=on)
    return len(found)


def _dismiss(ids: Sequence[int], answer: Answer, on: date) -> int:
    rows = list(PurchaseRequisition.objects.filter(pk__in=ids, state="open").order_by("id"))
    for row in rows:
        requisitions.dismiss_requisition(row, by=answer.by, reason=answer.note[:200])
    return len(rows)


def _reopen(ids: Sequence[int], answer: Answer, on: date) -> int:
    rows = list(PurchaseRequisition.objects.filter(pk__in=ids, state="dismissed").order_by("id"))
    for row in rows:
        requisitions.reopen_requisition(row, by=answer.by)
    return len(rows)


_WISHES: dict[str, Callable[[Sequence[int], Answer, date], int]] = {
    "order": _order,
    "dismiss": _dismiss,
    "reopen": _reopen,
}
