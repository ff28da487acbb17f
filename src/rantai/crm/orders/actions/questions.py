"""Take what a customer asks by the tracking page, and write to the customer."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from rantai.crm.orders.actions import letters
from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.queries import orders
from rantai.foundation.access.models import User
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents import queries as conversations
from rantai.foundation.documents.models import Comment
from rantai.kernel import audit
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

MOST_WAITING = 5
"""So many questions of one order wait at most: more are no questions but noise."""


class TooManyQuestions(ValueError):
    """A customer whose questions nobody has answered yet asks on and on."""

    def __init__(self, order: SalesOrder) -> None:
        self.order = order
        super().__init__(
            _("%(n)s of your questions wait for our answer already. We write to you as soon as we can.")
            % {"n": MOST_WAITING}
        )


def ask_question(order: SalesOrder, *, text: str) -> Comment | None:
    """Keep a customer's question and tell who looks after the order; the same again while it waits is kept once.

    Raises TooManyQuestions.
    """
    require_transaction()
    ref = DocRef("sales_order", order.pk)
    waiting = list(conversations.list_questions(ref.kind).filter(ref_id=order.pk).values_list("text", flat=True))
    if text in waiting:
        return None
    if len(waiting) >= MOST_WAITING:
        raise TooManyQuestions(order)
    return documents.add_question(ref, party_id=order.party_id, text=text, told=_list_keepers(order))


def write_to_customer(order: SalesOrder, *, author: User, text: str, at: datetime) -> Comment:
    """Keep what the customer is told, mail it with the link, and let what was asked wait no more."""
    require_transaction()
    ref = DocRef("sales_order", order.pk)
    asked = conversations.list_questions(ref.kind).filter(ref_id=order.pk).last()
    said = documents.add_answer(ref, author=author, party_id=order.party_id, text=text)
    letters.tell_answer(order, said, asked=asked.text if asked else "")
    audit.record(ref, action="written", by=author.actor)
    return said


def close_questions(order_id: int, *, by: str) -> int:
    """Let a customer's questions wait no more without an answer; return how many that were."""
    require_transaction()
    ref = DocRef("sales_order", order_id)
    closed = documents.close_questions(ref)
    if closed:
        audit.record(ref, action="questions_closed", by=by)
    return closed


def _list_keepers(order: SalesOrder) -> list[User]:
    """Return who looks after an order: the customer's owner and who took it down."""
    ids = [order.account.owner_id or 0, orders.find_writer_id(order) or 0]
    return list(User.objects.filter(pk__in=ids, is_active=True, kind="staff").order_by("id"))
