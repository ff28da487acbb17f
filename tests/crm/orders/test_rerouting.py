"""A late confirmed order shows what else could be done, and a click does what a promise alone can do."""

from __future__ import annotations

import re
import threading
from html import unescape

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rantai.crm.orders.actions import rerouting
from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import asking
from rantai.desk import check
from rantai.foundation.items.models import Item, Source
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm.promising.models import SlotTake, SupplySlot
from rantai.kernel.revisions import RevisionConflict
from rantai.kernel.transactions import run_atomic
from rantai.srm.buying.models import PurchaseRequisition
from tests.factories import crm, foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(client: Client) -> Client:
    client.force_login(foundation.make_user(roles=["sales"], language="en"))
    return client


def make_late_item() -> Item:
    """Four are here; more come in three weeks, or from a partner in three days."""
    item = crm.make_stocked_item("MON-15", price="1500000", units=4)
    foundation.make_source(item, lead_time_days=20)
    return item


def confirm(item: Item, units: int) -> SalesOrder:
    order = crm.make_order(crm.make_customer(), [(item, units)], as_of=timezone.now(), in_days=8)
    crm.crm.confirm_order(order.pk, revision=1, by=crm.BY, as_of=timezone.now())
    factory.drain()
    order.refresh_from_db()
    return order


def read_page(seller: Client, order: SalesOrder) -> str:
    return unescape(seller.get(reverse("crm_orders:order_ways", args=[order.pk])).content.decode())


def take(seller: Client, order: SalesOrder, page: str, kind: str) -> str:
    found = re.search(rf'name="take" value="({kind}\|[^"]+)"', page)
    assert found, page
    return post(seller, order, found.group(1))


def post(seller: Client, order: SalesOrder, value: str) -> str:
    form = {"take": value, "revision": str(order.revision)}
    answer = seller.post(reverse("crm_orders:order_ways", args=[order.pk]), form, follow=True)
    assert answer.status_code == 200
    factory.drain()
    return unescape(answer.content.decode())


def test_a_partner_takes_a_late_line_over_with_a_click(seller: Client) -> None:
    item = make_late_item()
    order = confirm(item, 10)
    assert set(SlotTake.objects.values_list("basis", flat=True)) == {"stock", "lead_time"}
    partner = foundation.make_party(role="supplier")
    foundation.make_source(item, kind="dropship", supplier=partner, lead_time_days=2)

    take(seller, order, read_page(seller, order), "dropship")

    assert list(SlotTake.objects.values_list("basis", "units")) == [("dropship", 100_000)]
    assert SupplySlot.objects.get().promised == 0
    row = ScheduleLine.objects.get()
    assert row.promised_on is not None
    assert row.promised_on <= row.requested_on
    assert PurchaseRequisition.objects.filter(item=item).exists()
    assert "Take this" not in read_page(seller, order)


def test_a_later_day_that_the_customer_agrees_to_is_what_the_line_wants_from_then_on(seller: Client) -> None:
    order = confirm(make_late_item(), 10)
    promised_on = ScheduleLine.objects.get().promised_on
    page = read_page(seller, order)
    assert "A part now, the rest later" in page

    take(seller, order, page, "later")

    row = ScheduleLine.objects.get()
    assert row.requested_on == row.promised_on == promised_on
    assert "Take this" not in read_page(seller, order)


def test_what_is_not_offered_any_more_changes_nothing(seller: Client) -> None:
    order = confirm(make_late_item(), 10)
    before = list(SlotTake.objects.order_by("id").values_list("pk", "units"))

    said = post(seller, order, f"dropship|{ScheduleLine.objects.get().pk}|7|2026-12-01")

    assert "not there any more" in said
    assert list(SlotTake.objects.order_by("id").values_list("pk", "units")) == before


def test_an_order_in_time_and_a_reader_without_the_right_see_no_ways(seller: Client, client: Client) -> None:
    order = confirm(crm.make_stocked_item("MON-17", units=20), 2)
    url = reverse("crm_orders:order_ways", args=[order.pk])
    assert "Take this" not in read_page(seller, order)

    client.force_login(foundation.make_user(roles=["warehouse"], language="en"))

    assert client.get(url).status_code == 403
    assert client.post(url, {"take": "x"}).status_code == 403


def make_faster(item: Item) -> None:
    """A dearer supplier brings it in two days."""
    Source.objects.filter(item=item).update(cost=1_000_000 * 10_000, supplier=foundation.make_party(role="supplier"))
    dear = foundation.make_party("PT Kilat", role="supplier")
    foundation.make_source(item, supplier=dear, lead_time_days=2, rank=2, cost=1_200_000 * 10_000)


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(foundation.make_user(roles=["manager"], language="en"))
    return client


def test_who_may_lets_a_faster_supplier_be_asked_with_a_click(boss: Client) -> None:
    item = make_late_item()
    make_faster(item)
    order = confirm(item, 10)
    late = ScheduleLine.objects.get().promised_on
    page = read_page(boss, order).replace("\xa0", " ")
    assert "From a faster source: PT Kilat" in page
    assert "expediting Rp 1,200,000" in page

    said = take(boss, order, page, "expedite")

    assert "Purchasing is asked to buy it" in said
    wish = PurchaseRequisition.objects.get()
    assert wish.supplier is not None
    assert (wish.supplier.name, wish.units, wish.state, wish.cause_kind) == ("PT Kilat", 60_000, "open", "demand")
    row = ScheduleLine.objects.get()
    assert late is not None
    assert row.promised_on is not None
    assert row.promised_on < late
    assert (row.promise_cause, row.demand_revision) == ("expedited", 2)
    assert (
        OutgoingMessage.objects.filter(key="order.promise_moved", values__cause="We found a faster way.").count() == 1
    )
    shown = unescape(boss.get(reverse("crm_orders:order", args=[order.pk])).content.decode())
    assert "a faster supplier" in shown
    assert check.list_violations() == []


def test_of_two_who_take_it_at_once_one_requisition_comes(boss: Client) -> None:
    item = make_late_item()
    make_faster(item)
    order = confirm(item, 10)
    page = read_page(boss, order)
    take(boss, order, page, "expedite")

    # the second page still shows what the first one took
    found = re.search(r'name="take" value="(expedite\|[^"]+)"', page)
    assert found
    said = post(boss, order, found.group(1))

    assert "not there any more" in said
    assert PurchaseRequisition.objects.count() == 1


def test_who_may_not_spend_more_asks_purchasing(seller: Client) -> None:
    item = make_late_item()
    make_faster(item)
    order = confirm(item, 10)
    page = read_page(seller, order)
    assert "ask purchasing" in page
    assert 'value="expedite|' not in page
    before = ScheduleLine.objects.get().promise_revision
    boss = Client()
    boss.force_login(foundation.make_user(roles=["manager"], language="en"))
    found = re.search(r'name="take" value="(expedite\|[^"]+)"', read_page(boss, order))
    assert found

    said = post(seller, order, found.group(1))

    assert "not there any more" in said
    assert not PurchaseRequisition.objects.exists()
    assert ScheduleLine.objects.get().promise_revision == before


@pytest.mark.django_db(transaction=True)
def test_of_two_who_click_in_one_moment_one_buys() -> None:
    item = make_late_item()
    make_faster(item)
    order = confirm(item, 10)
    ((row, ways),) = asking.list_order_ways(order, as_of=timezone.now())
    (way,) = [way for way in ways if way.kind == "expedite"]
    together, said = threading.Barrier(2), []

    def click(number: int) -> None:
        together.wait()
        try:
            run_atomic(
                lambda: rerouting.take_way(
                    row, way, expected_revision=order.revision, by=f"user:{number}", as_of=timezone.now()
                )
            )
            said.append("bought")
        except RevisionConflict:
            said.append("conflict")
        finally:
            connections.close_all()

    people = [threading.Thread(target=click, args=(number,)) for number in (1, 2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    factory.drain()

    assert sorted(said) == ["bought", "conflict"]
    assert PurchaseRequisition.objects.count() == 1
    assert check.list_violations() == []
