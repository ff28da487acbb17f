"""An order that grows is looked at as when it was confirmed: what the credit limit does not cover waits for finance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rantai.crm import facade
from rantai.crm.accounts.models import Account
from rantai.crm.facade import LineChange
from rantai.crm.orders.actions import holding
from rantai.crm.orders.models import OrderHold, SalesOrder, ScheduleLine
from rantai.crm.orders.queries import needs
from rantai.desk import check
from rantai.foundation.items.models import Item
from rantai.iscm.promising.models import SupplySlot
from rantai.kernel.transactions import run_atomic
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db
UNIT = 10_000
LIMIT = 500_000 * UNIT
"""Four units of 100,000 with 11 % tax are below, five above."""


def make_limited(units: int = 4, *, code: str = "", **facts: Any) -> tuple[SalesOrder, Item]:
    item = crm.make_stocked_item(code)
    account = crm.make_customer(terms={"credit_limit": LIMIT}, **facts)
    return crm.make_confirmed(account, [(item, units)]), item


def change(order: SalesOrder, *, by: str = crm.BY, **wanted: Any) -> None:
    order.refresh_from_db()
    changes = [LineChange(line_id=order.lines.order_by("number").first().pk, **wanted)]
    facade.change_order(order.pk, changes=changes, revision=order.revision, by=by, as_of=crm.NOW)
    crm.settle()


def promised(item: Item) -> int:
    return SupplySlot.objects.get(item=item).promised // UNIT


def test_an_order_that_outgrows_the_limit_stays_as_it_was_and_is_held() -> None:
    order, item = make_limited(code="LAMP-1")

    with pytest.raises(facade.CreditExceeded):
        change(order, quantity=5 * UNIT)

    order.refresh_from_db()
    assert (order.revision, order.total, promised(item)) == (2, 444_000 * UNIT, 4)
    hold = order.holds.get()
    assert (hold.kind, hold.amount, hold.released_at) == ("credit", 555_000 * UNIT, None)
    assert hold.reason.endswith("LAMP-1 4 → 5")
    assert check.list_violations() == []


def test_finance_sees_it_and_once_it_is_let_go_the_change_is_made() -> None:
    order, item = make_limited()
    with pytest.raises(facade.CreditExceeded):
        change(order, quantity=5 * UNIT)
    assert order in needs._read_held(crm.TODAY)

    # while it waits it grows by nothing, not even by what the limit would cover
    with pytest.raises(facade.OrderHeld):
        change(order, quantity=5 * UNIT)
    run_atomic(lambda: holding.release_hold(OrderHold.objects.get(), by="user:2"))
    change(order, quantity=5 * UNIT)

    order.refresh_from_db()
    assert (order.total, promised(item)) == (555_000 * UNIT, 5)
    # what was let go covers no more than it named
    with pytest.raises(facade.CreditExceeded):
        change(order, quantity=6 * UNIT)


def test_another_item_at_a_higher_price_is_looked_at_too() -> None:
    order, item = make_limited()
    dear = crm.make_stocked_item("DEAR", price="150000")

    with pytest.raises(facade.CreditExceeded) as refused:
        change(order, item_id=dear.pk)

    assert refused.value.exposure == 666_000 * UNIT
    assert (order.lines.count(), promised(item), promised(dear)) == (1, 4, 0)
    assert order.holds.get().reason.endswith("→ DEAR 4")


def test_what_does_not_grow_is_never_held() -> None:
    order, _item = make_limited()
    like = crm.make_stocked_item(price="100000")
    Account.objects.filter(pk=order.account_id).update(credit_limit=0)

    change(order, quantity=3 * UNIT)
    change(order, requested_on=crm.TODAY.replace(day=20))
    change(order, item_id=like.pk)

    order.refresh_from_db()
    assert (order.total, order.holds.count(), promised(like)) == (333_000 * UNIT, 0, 3)


def test_what_is_billed_already_counts_once() -> None:
    item = crm.make_stocked_item(units=3)
    order = crm.make_confirmed(crm.make_customer(terms={"credit_limit": LIMIT}), [(item, 4)])
    (shipment,) = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW)
    assert Account.objects.get(pk=order.account_id).open_amount == 333_000 * UNIT

    with pytest.raises(facade.CreditExceeded) as refused:
        change(order, quantity=5 * UNIT)

    assert refused.value.exposure == 555_000 * UNIT


@pytest.fixture
def sales(client: Client) -> Client:
    client.force_login(foundation.make_user(roles=["sales"]), backend="rantai.foundation.access.backends.RoleBackend")
    return client


def test_the_page_says_it_before_and_asks_finance(sales: Client) -> None:
    item = crm.make_stocked_item()
    account = crm.make_customer(terms={"credit_limit": LIMIT})
    order = crm.make_confirmed(account, [(item, 4)], as_of=timezone.now())
    page = reverse("crm_orders:change_order", args=[order.pk])
    row = f"line-{order.lines.get().pk}"
    day = ScheduleLine.objects.get(order=order).requested_on.isoformat()
    typed = {"revision": order.revision, f"{row}-quantity": "5", f"{row}-requested_on": day}

    small = sales.post(page, typed | {f"{row}-quantity": "4"}).content.decode()
    shown = sales.post(page, typed).content.decode()
    assert OrderHold.objects.count() == 0
    done = sales.post(page, typed | {"do": "apply"}, follow=True).content.decode()
    again = sales.post(page, typed).content.decode()

    assert "Above the credit limit" not in small
    assert "Above the credit limit" in shown
    assert "Ask finance to let it go" in shown
    assert "finance has to let it go" in done
    assert "the limit is" in done
    assert "Ask finance to let it go" not in again
    order.refresh_from_db()
    assert (order.holds.count(), order.total) == (1, 444_000 * UNIT)
