"""Tell who looks after an order what may go wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import override

from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.queries import orders
from rantai.foundation.access.models import User
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents import queries as rooms
from rantai.iscm import events
from rantai.iscm import facade as iscm
from rantai.kernel import clock
from rantai.kernel.refs import DocRef
from rantai.kernel.transactions import require_transaction

KIND = "shortage"


def tell_shortage(fact: events.ShortageForeseen) -> int:
    """Let the order's owner and its followers see which units have no date and why; return how many were told."""
    require_transaction()
    order = SalesOrder.objects.select_related("account__owner").get(pk=fact.order_id)
    ref = DocRef("sales_order", order.pk)
    told = 0
    for user in dict.fromkeys([*_list_owners(order), *rooms.list_followers(ref)]):
        with override(user.language or None):
            text = iscm.say_shortage(fact.demand_id, units=fact.short_units, cause=fact.leaf_cause, as_of=clock.now())
        told += len(documents.notify_once([user], kind=KIND, ref=ref, text=text))
    return told


def _list_owners(order: SalesOrder) -> Iterator[User]:
    """Yield who looks after the customer, else who wrote the order."""
    if order.account.owner is not None:
        yield order.account.owner
        return
    yield from User.objects.filter(pk=orders.find_writer_id(order) or 0, is_active=True)
