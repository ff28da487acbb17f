"""Goods that a customer sends back: begun at the order, awaited and taken in by the warehouse, seen at the order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rantai.crm.orders.actions import returns
from rantai.crm.orders.models import SalesOrder
from rantai.crm.orders.queries import tracking
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment.models import ReturnAuthorization, ReturnReceipt, Shipment, ShipmentLine
from rantai.iscm.messages import WantedReturn
from rantai.kernel.models import AuditEntry
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from tests.factories import crm as make
from tests.factories import foundation

SOON = make.NOW + timedelta(days=9)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def wired() -> Iterator[None]:
    make.wire()
    with time_machine.travel(make.NOW):
        yield


@pytest.fixture
def service(client: Client) -> Client:
    client.force_login(foundation.make_user(roles=("service",)))
    return client


def make_delivered(units: int = 3, *, language: str = "en") -> SalesOrder:
    account = make.make_customer("Toko Sinar", email="toko@example.com", language=language)
    item = make.make_stocked_item("MON-15", name={"en": "15-inch monitor"})
    order = make.make_confirmed(account, [(item, units)])
    for shipment in make.release(SOON):
        make.send(shipment, at=SOON)
    return order


def begin(client: Client, order: SalesOrder, units: str = "2", reason: str = "damaged", note: str = "", **more: str):
    line = ShipmentLine.objects.filter(shipment__order_id=order.pk).first()
    said = {f"l{line.pk}-units": units, "reason": reason, "note": note} | more
    return client.post(reverse("crm_orders:new_return", args=[order.pk]), said)


def receive(client: Client, order: SalesOrder, units: str):
    line = ShipmentLine.objects.get(shipment__order_id=order.pk)
    said = {"reason": "damaged", f"l{line.pk}-units": units, f"l{line.pk}-status": "quarantine"}
    answer = client.post(reverse("iscm_fulfilment:return", args=[line.shipment_id]), said)
    make.settle()
    return answer


def section(client: Client, order: SalesOrder) -> str:
    page = client.get(reverse("crm_orders:order_returns", args=[order.pk]), headers={"HX-Request": "true"})
    return page.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def as_role(role: str) -> Client:
    client = Client()
    client.force_login(foundation.make_user(f"{role}@example.com", roles=(role,)))
    return client


def test_a_return_is_begun_at_the_order_awaited_by_the_warehouse_and_told_to_the_customer(service):
    order = make_delivered()

    answer = begin(service, order, "2", note="cracked corner")

    assert answer.url == reverse("crm_orders:order", args=[order.pk])
    row = ReturnAuthorization.objects.get()
    assert (row.number, row.state, row.reason, row.note) == ("RA-00001", "open", "damaged", "cracked corner")
    text = section(service, order)
    for words in ("RA-00001", "2 pcs 15-inch monitor", "Damaged, cracked corner", "Awaited"):
        assert words in text
    letter = OutgoingMessage.objects.get(key="order.return_authorized")
    assert (letter.values["return"], "15-inch monitor" in letter.values["lines"]) == ("RA-00001", True)
    hall = as_role("warehouse")
    assert "1 return is awaited" in hall.get(reverse("iscm_fulfilment:returns")).content.decode()
    form = hall.get(reverse("iscm_fulfilment:return", args=[row.shipment_id])).content.decode()
    assert "RA-00001 is awaited:" in form
    assert 'value="2"' in form
    assert '<option value="damaged" selected>' in form


def test_what_the_warehouse_takes_in_is_seen_at_the_order_part_by_part(service):
    order = make_delivered()
    begin(service, order, "2")
    hall = as_role("warehouse")

    assert receive(hall, order, "1").status_code == 302
    assert "1 of 2 pcs 15-inch monitor" in section(service, order)
    assert ReturnAuthorization.objects.get().state == "open"
    receive(hall, order, "1")

    assert ReturnAuthorization.objects.get().state == "received"
    text = section(service, order)
    assert "Came back" in text
    assert "Awaited" not in text
    assert "Came back: 1 of MON-15" in service.get(reverse("crm_orders:order", args=[order.pk])).content.decode()
    assert ReturnReceipt.objects.count() == 2
    assert list(iscm.list_violations()) == []


def test_what_comes_unannounced_counts_on_no_return(service):
    order = make_delivered()

    receive(as_role("warehouse"), order, "1")

    assert ReturnAuthorization.objects.count() == 0
    assert [line.units for line in iscm.list_returnable(DocRef("sales_order", order.pk))] == [Quantity.of(2)]


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("4", "3 can still be sent back"),
        ("0", "Give at least"),
        ("-1", "Give at least"),
        ("1e30", "larger than any"),
        ("NaN", "Write a figure"),
        ("", "how much comes back"),
    ],
)
def test_what_cannot_come_back_is_named_and_nothing_kept(service, units, words):
    order = make_delivered()

    answer = begin(service, order, units)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ReturnAuthorization.objects.count() == 0
    assert not OutgoingMessage.objects.filter(key="order.return_authorized").exists()


def test_what_is_awaited_already_is_not_offered_again(service):
    order = make_delivered()
    begin(service, order, "2")

    again = begin(service, order, "2")

    assert again.status_code == 422
    assert "1 can still be sent back" in again.content.decode()
    assert begin(service, order, "1").status_code == 302
    page = service.get(reverse("crm_orders:new_return", args=[order.pk])).content.decode()
    assert "Nothing can come back now" in page


def test_nothing_comes_back_before_it_was_delivered(service):
    account = make.make_customer("Toko", email="toko@example.com")
    order = make.make_confirmed(account, [(make.make_stocked_item("MON-15"), 3)])
    shipment = make.release(SOON)[0]

    page = service.get(reverse("crm_orders:new_return", args=[order.pk])).content.decode()

    assert "Nothing can come back now" in page
    assert "Begin a return" not in section(service, order)
    line = ShipmentLine.objects.get(shipment=shipment)
    with pytest.raises(iscm.REFUSALS), transaction.atomic():
        returns.authorize_return(
            order, wanted=[WantedReturn(line_id=line.pk, units=Quantity.of(1))], reason="wrong", by="user:1",
            as_of=make.NOW,
        )  # fmt: skip


def test_goods_of_another_order_are_none_of_this_one(service):
    order = make_delivered()
    other = make.make_confirmed(order.account, [(order.lines.get().item, 1)])
    line = ShipmentLine.objects.get(shipment__order_id=order.pk)

    with pytest.raises(iscm.REFUSALS), transaction.atomic():
        returns.authorize_return(
            other, wanted=[WantedReturn(line_id=line.pk, units=Quantity.of(1))], reason="wrong", by="user:1",
            as_of=make.NOW,
        )  # fmt: skip

    assert ReturnAuthorization.objects.count() == 0


def test_a_return_that_will_not_come_is_ended_and_its_goods_can_be_returned_again(service):
    order = make_delivered()
    begin(service, order, "3")
    row = ReturnAuthorization.objects.get()

    service.post(reverse("crm_orders:end_return", args=[order.pk, row.pk]))
    twice = service.post(reverse("crm_orders:end_return", args=[order.pk, row.pk]), follow=True)

    row.refresh_from_db()
    assert row.state == "ended"
    assert "cannot become" in twice.content.decode()
    assert "Did not come" in section(service, order)
    assert begin(service, order, "3").status_code == 302
    acts = AuditEntry.objects.filter(ref_kind="sales_order", ref_id=order.pk, action__startswith="return_")
    assert list(acts.order_by("id").values_list("action", flat=True)) == [
        "return_authorized", "return_ended", "return_authorized",
    ]  # fmt: skip


def test_a_return_is_ended_from_its_own_order_only(service):
    order = make_delivered()
    begin(service, order, "1")
    other = make.make_confirmed(order.account, [(order.lines.get().item, 1)])
    row = ReturnAuthorization.objects.get()

    service.post(reverse("crm_orders:end_return", args=[other.pk, row.pk]))

    row.refresh_from_db()
    assert row.state == "open"


def test_a_shipment_of_two_parcels_makes_a_return_for_each(service):
    order = make_delivered(2)
    item = order.lines.get().item
    second = Shipment.objects.get(order_id=order.pk)
    other = make.make_confirmed(order.account, [(item, 2)])
    for shipment in make.release(SOON):
        make.send(shipment, at=SOON)
    # what the warehouse sent in two parcels for one order
    Shipment.objects.filter(order_id=other.pk).update(order_id=order.pk)
    ShipmentLine.objects.filter(shipment__order_id=order.pk).update(order_line=order.lines.get().pk)
    said = {f"l{line.pk}-units": "1" for line in ShipmentLine.objects.filter(shipment__order_id=order.pk)}

    begin(service, order, **said)

    assert ReturnAuthorization.objects.count() == 2
    assert {row.shipment_id for row in ReturnAuthorization.objects.all()} >= {second.pk}


def test_the_customer_sees_the_return_on_the_page_of_the_order(service):
    order = make_delivered()
    begin(service, order, "2", note="they were rude")
    page = "/" + tracking.find_url(order).split("/", 3)[3]

    text = Client().get(page).content.decode()

    assert "Return RA-00001" in text
    assert "can be sent back" in text
    assert "Write RA-00001 on the parcel" in text
    assert "rude" not in text
    receive(as_role("warehouse"), order, "2")
    assert "is back with us" in Client().get(page).content.decode()


@pytest.mark.parametrize("role", ["warehouse", "planner", "finance"])
def test_only_who_may_change_orders_begins_or_ends_a_return(role):
    order = make_delivered()
    stranger = as_role(role)

    assert begin(stranger, order).status_code == 403
    assert stranger.post(reverse("crm_orders:end_return", args=[order.pk, 1])).status_code == 403
    assert ReturnAuthorization.objects.count() == 0
    assert "Begin a return" not in section(stranger, order)


def test_the_page_by_itself_and_the_form_need_no_script(service):
    order = make_delivered()
    begin(service, order, "1")

    page = service.get(reverse("crm_orders:order_returns", args=[order.pk])).content.decode()

    assert "What the customer may send back" in page
    assert reverse("crm_orders:new_return", args=[order.pk]) in page
    whole = service.get(reverse("crm_orders:order", args=[order.pk])).content.decode()
    assert reverse("crm_orders:order_returns", args=[order.pk]) in whole
