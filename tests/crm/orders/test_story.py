"""An order from the first question to the last rupiah."""

from datetime import date, timedelta

import pytest

from rantai.crm import facade
from rantai.crm.orders.models import Invoice, ScheduleLine
from rantai.foundation.documents.models import Attachment
from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel.money import Money
from tests.factories import crm

pytestmark = pytest.mark.django_db
RUPIAH = 10_000


def test_an_order_is_promised_confirmed_shipped_delivered_billed_and_paid():
    account = crm.make_customer("PT Maju", language="id")
    monitor = crm.make_stocked_item("MON-15", price="1500000", name={"en": "15-inch monitor", "id": "Monitor 15 inci"})
    cable = crm.make_stocked_item("CAB-1", price="50000")
    order_id = facade.capture_order(crm.make_draft(account, [(monitor, 2), (cable, 3)], customer_reference="PO-77"))

    offer = facade.ask_dates(order_id, as_of=crm.NOW)
    assert [part.basis for line in offer.lines for part in line.slices] == ["stock", "stock"]

    view = facade.confirm_order(order_id, revision=1, by=crm.BY, as_of=crm.NOW)
    assert (view.state, view.number, view.revision) == ("confirmed", "SO-00001", 2)
    crm.settle()
    rows = ScheduleLine.objects.filter(order_id=order_id).order_by("id")
    assert [row.promised_on for row in rows] == [line.slices[0].promised_on for line in offer.lines]
    assert {row.milestone for row in rows} == {"date_promised"}

    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW + timedelta(days=1))

    view = facade.get_order(order_id)
    assert (view.state, [line.milestone for line in view.lines]) == ("closed", ["delivered", "delivered"])
    invoice = Invoice.objects.get(order_id=order_id)
    assert (invoice.number, invoice.total, invoice.state) == ("INV-00001", view.total, "issued")
    account.refresh_from_db()
    assert account.open_amount == view.total == 3_496_500 * RUPIAH
    facade.record_payment(invoice.pk, amount=Money(view.total, "IDR"), received_on=date(2026, 11, 20), by=crm.BY)
    invoice.refresh_from_db()
    account.refresh_from_db()
    assert (invoice.state, invoice.open_amount, account.open_amount) == ("paid", 0, 0)

    told = OutgoingMessage.objects.filter(party=account.party).order_by("id")
    assert [message.key for message in told] == [
        "order.received", "order.picking", "order.packed", "order.handed_to_carrier", "order.delivered",
        "invoice.issued",
    ]  # fmt: skip
    assert {message.language for message in told} == {"id"}
    assert "2\N{NO-BREAK SPACE}buah · Monitor 15 inci (MON-15)" in told[3].values["lines"]
    assert "3\N{NO-BREAK SPACE}buah" in told[3].values["lines"]
    paper = Attachment.objects.get(pk=told[5].attachments[0])
    assert (paper.name, paper.purpose, paper.file.media_type) == ("INV-00001.pdf", "invoice", "application/pdf")
    assert Attachment.objects.filter(ref_kind="sales_order", ref_id=order_id, purpose="order_confirmation").count() == 1


def test_facts_told_twice_change_nothing():
    account = crm.make_customer()
    order = crm.make_confirmed(account, [(crm.make_stocked_item(), 2), (crm.make_stocked_item(), 1)])
    [shipment] = crm.release(crm.NOW + timedelta(days=12))
    crm.send(shipment, at=crm.NOW)
    before = _state(order.pk)

    crm.tell_again()

    assert _state(order.pk) == before


def _state(order_id):
    return (
        list(ScheduleLine.objects.filter(order_id=order_id).values()),
        list(Invoice.objects.filter(order_id=order_id).values()),
        OutgoingMessage.objects.count(),
    )
