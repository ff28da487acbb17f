"""Who looks after an order hears that units of it have no date."""

from __future__ import annotations

import pytest
from django.db import transaction

from rantai.crm import handlers
from rantai.foundation.documents import actions as documents
from rantai.foundation.documents.models import Notification
from rantai.iscm import events
from rantai.iscm import handlers as operations
from rantai.iscm.demand.models import Demand
from rantai.kernel.refs import DocRef
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db


def make_short_order(**facts):
    account = crm.make_customer()
    order = crm.make_confirmed(account, [(crm.make_stocked_item(), 4)], **facts)
    return account, order


def foresee(order) -> events.ShortageForeseen:
    demand = Demand.objects.get(order_id=order.pk)
    fact = events.ShortageForeseen(
        order_kind="sales_order", order_id=order.pk, line=demand.line, schedule=demand.schedule, demand_id=demand.pk,
        short_units=40_000, leaf_cause="no_source",
    )  # fmt: skip
    with transaction.atomic():
        handlers.on_shortage_foreseen(fact)
    return fact


def told() -> list[str]:
    rows = Notification.objects.filter(kind="shortage").order_by("id")
    return [row.user.name for row in rows.select_related("user")]


def test_the_owner_of_the_customer_and_the_followers_are_told() -> None:
    account, order = make_short_order()
    owner, follower = (foundation.make_user(roles=["sales"], name=name) for name in ("Rina", "Budi"))
    type(account).objects.filter(pk=account.pk).update(owner=owner)
    with transaction.atomic():
        documents.follow(DocRef("sales_order", order.pk), users=[follower, owner])

    foresee(order)

    assert told() == ["Rina", "Budi"]
    assert order.number in Notification.objects.first().text


def test_without_an_owner_who_wrote_the_order_is_told() -> None:
    _account, order = make_short_order()
    writer = foundation.make_user(roles=["sales"], name="Sari")
    type(order).objects.filter(pk=order.pk).update(sales_person=writer.actor)

    foresee(order)

    assert told() == ["Sari"]


def test_a_planner_who_owns_the_order_is_told_once() -> None:
    account, order = make_short_order()
    both = foundation.make_user(roles=["planner", "sales"], name="Ani")
    type(account).objects.filter(pk=account.pk).update(owner=both)

    fact = foresee(order)
    with transaction.atomic():
        operations.on_shortage_foreseen(fact)

    assert told() == ["Ani"]
