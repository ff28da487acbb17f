"""A late confirmed order shows what else could be done, and a click does what a promise alone can do."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.foundation.items.models import Item
from rantai.iscm.promising.models import SlotTake, SupplySlot
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
