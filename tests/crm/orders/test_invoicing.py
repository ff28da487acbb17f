from datetime import date, timedelta

import pytest
from django.db import transaction

from rantai.crm import facade
from rantai.crm.messages import OrderLineDraft
from rantai.crm.orders.actions import invoicing
from rantai.crm.orders.models import Invoice, InvoiceLine, Payment
from rantai.crm.orders.queries import orders, papers
from rantai.foundation.companies import actions as companies
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties.models import Company, PaymentTerm
from rantai.iscm.fulfilment.actions import returns, shipments
from rantai.iscm.fulfilment.models import ShipmentLine
from rantai.kernel.money import Money
from rantai.kernel.needs import Answer
from rantai.kernel.quantities import Quantity
from tests.factories import crm, foundation

pytestmark = pytest.mark.django_db
UNIT = 10_000
LATER = crm.NOW + timedelta(days=12)


def test_one_invoice_for_a_shipment_of_many_lines():
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), number) for number in (1, 2, 3)])
    [shipment] = crm.release(LATER)

    crm.send(shipment, at=crm.NOW)

    invoice = Invoice.objects.get(order=order)
    assert InvoiceLine.objects.filter(invoice=invoice).count() == 3
    assert invoice.total == order.total
    assert OutgoingMessage.objects.filter(key="order.delivered").count() == 1


def test_a_company_may_bill_when_goods_leave():
    foundation.make_company()
    Company.objects.update(invoice_on="shipped")
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 1), (crm.make_stocked_item(), 2)])
    [shipment] = crm.release(LATER)
    crm.pack(shipment, at=crm.NOW)
    crm.ship(shipment, at=crm.NOW)

    crm.settle()

    invoice = Invoice.objects.get(order=order)
    assert (invoice.total, InvoiceLine.objects.filter(invoice=invoice).count()) == (order.total, 2)
    order.refresh_from_db()
    assert order.state == "confirmed"


def test_parts_of_an_order_add_up_to_it():
    item = crm.make_stocked_item(price="3333.33")
    days = [date(2026, 11, 4), date(2026, 12, 4), date(2026, 12, 24)]
    lines = [OrderLineDraft(item_id=item.pk, quantity=Quantity.of(3), requested_on=day) for day in days]
    order = crm.make_confirmed(crm.make_customer(), lines)
    for day in days:
        [shipment] = crm.release(crm.NOW + (day - crm.TODAY))
        crm.send(shipment, at=crm.NOW + (day - crm.TODAY))

    order.refresh_from_db()
    assert order.state == "closed"
    assert sum(invoice.net for invoice in Invoice.objects.filter(order=order)) == order.net == 30_000 * UNIT
    assert [row.number for row in Invoice.objects.order_by("id")] == ["INV-00001", "INV-00002", "INV-00003"]


def test_a_charge_is_billed_with_the_first_shipment():
    item, postage = crm.make_stocked_item(), crm.make_priced_item(kind="charge", price="25000")
    order = crm.make_confirmed(crm.make_customer(), [(item, 1), (postage, 1)])
    [shipment] = crm.release(LATER)

    crm.send(shipment, at=crm.NOW)

    order.refresh_from_db()
    assert Invoice.objects.get(order=order).net == 125_000 * UNIT
    assert order.state == "closed"


def test_a_return_is_credited_against_the_open_invoice():
    account = crm.make_customer()
    item = crm.make_stocked_item()
    order = crm.make_confirmed(account, [(item, 4)])
    [shipment] = crm.release(LATER)
    crm.send(shipment, at=crm.NOW)
    line = ShipmentLine.objects.get(shipment=shipment)
    with transaction.atomic():
        _return(shipment, line, units=1)

    crm.settle()

    invoice, note = Invoice.objects.filter(order=order).order_by("id")
    assert (note.kind, note.number, note.total, note.state) == ("credit_note", "CN-00001", 111_000 * UNIT, "paid")
    assert invoice.open_amount == 333_000 * UNIT
    account.refresh_from_db()
    assert account.open_amount == 333_000 * UNIT
    assert OutgoingMessage.objects.filter(key="invoice.credited").count() == 1


def test_a_shipment_taken_back_takes_its_invoice_with_it_and_is_billed_again():
    foundation.make_company()
    Company.objects.update(invoice_on="shipped")
    account = crm.make_customer()
    order = crm.make_confirmed(account, [(crm.make_stocked_item(), 2)])
    [shipment] = crm.release(LATER)
    crm.pack(shipment, at=crm.NOW)
    crm.ship(shipment, at=crm.NOW)
    crm.settle()

    with transaction.atomic():
        shipments.reverse_shipment(shipment, at=crm.NOW + timedelta(hours=1), by=crm.BY)
    crm.settle()

    account.refresh_from_db()
    assert account.open_amount == 0
    assert [row.kind for row in Invoice.objects.order_by("id")] == ["invoice", "credit_note"]
    shipment.refresh_from_db()
    crm.ship(shipment, at=crm.NOW + timedelta(hours=2))
    crm.deliver(shipment, at=crm.NOW + timedelta(hours=3))
    crm.settle()
    order.refresh_from_db()
    account.refresh_from_db()
    assert order.state == "closed"
    assert [row.kind for row in Invoice.objects.order_by("id")] == ["invoice", "credit_note", "invoice"]
    assert account.open_amount == order.total


def test_an_invoice_is_due_by_the_term_of_its_customer():
    net30 = PaymentTerm.objects.filter(code="NET30").first()
    if net30 is None:
        foundation.make_company()
        net30 = PaymentTerm.objects.get(code="NET30")
    account = crm.make_customer(terms={"payment_term": net30})
    order = crm.make_confirmed(account, [(crm.make_stocked_item(), 1)])
    [shipment] = crm.release(LATER)
    crm.send(shipment, at=crm.NOW)

    invoice = Invoice.objects.get(order=order)

    assert (invoice.issued_on, invoice.due_on) == (crm.TODAY, crm.TODAY + timedelta(days=30))


def test_nothing_shipped_means_nothing_to_bill():
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 1)])

    with pytest.raises(invoicing.NothingToBill), transaction.atomic():
        invoicing.issue_invoice(orders.get_locked(order.pk), at=crm.NOW, by=crm.BY)

    assert not Invoice.objects.exists()


def test_a_refused_transaction_leaves_no_gap_in_the_series():
    item = crm.make_stocked_item()
    for number in range(3):
        order = crm.make_confirmed(crm.make_customer(), [(item, 1)])
        [shipment] = crm.release(LATER)
        if number == 1:
            _send_and_fail(shipment)
        crm.send(shipment, at=crm.NOW)
        assert Invoice.objects.get(order=order).number == f"INV-{number + 1:05d}"


def test_payments_lower_what_is_open_and_never_below_zero():
    account = crm.make_customer()
    order = crm.make_confirmed(account, [(crm.make_stocked_item(), 1)])
    [shipment] = crm.release(LATER)
    crm.send(shipment, at=crm.NOW)
    invoice = Invoice.objects.get(order=order)

    facade.record_payment(invoice.pk, amount=Money(11_000 * UNIT, "IDR"), received_on=date(2026, 11, 20), by=crm.BY)
    with pytest.raises(invoicing.PaymentTooLarge):
        facade.record_payment(invoice.pk, amount=Money(invoice.total, "IDR"), received_on=date(2026, 11, 20), by=crm.BY)
    with pytest.raises(ValueError, match="above zero"):
        facade.record_payment(invoice.pk, amount=Money(0, "IDR"), received_on=date(2026, 11, 20), by=crm.BY)

    invoice.refresh_from_db()
    account.refresh_from_db()
    assert (invoice.open_amount, invoice.state) == (100_000 * UNIT, "issued")
    assert account.open_amount == 100_000 * UNIT
    assert Payment.objects.count() == 1


def test_a_foreign_order_keeps_its_rate_and_the_account_counts_in_our_currency():
    company = foundation.make_company()
    with transaction.atomic():
        companies.set_exchange_rate(
            "USD", to_currency="IDR", rate=16_000 * 10**9, valid_from=date(2026, 1, 1), by=crm.BY
        )
    dollars = crm.make_price_list("EXPORT", currency="USD")
    item = crm.make_stocked_item()
    crm.make_price(item, "10.55", price_list=dollars)
    account = crm.make_customer(terms={"currency": "USD", "tax_treatment": "export"})
    order = crm.make_confirmed(account, [(item, 2)])
    with transaction.atomic():
        companies.set_exchange_rate(
            "USD", to_currency="IDR", rate=17_000 * 10**9, valid_from=date(2026, 11, 3), by=crm.BY
        )
    [shipment] = crm.release(LATER)
    crm.send(shipment, at=LATER)

    invoice = Invoice.objects.get(order=order)

    assert (invoice.currency, invoice.total, invoice.tax) == ("USD", 211_000, 0)
    account.refresh_from_db()
    assert account.open_amount == invoice.open_base == 337_600 * UNIT
    assert company.currency == "IDR"


def test_the_paper_shows_the_base_of_the_tax():
    order = crm.make_confirmed(crm.make_customer(language="id"), [(crm.make_stocked_item(price="10000000"), 1)])
    [shipment] = crm.release(LATER)
    crm.send(shipment, at=crm.NOW)

    shown = papers.describe_invoice(Invoice.objects.select_related("order__party", "order__account").get(order=order))

    assert shown["taxes"] == [
        {
            "label": "PPN 12\N{NO-BREAK SPACE}%",
            "base": "Rp\N{NO-BREAK SPACE}9.166.667",
            "tax": "Rp\N{NO-BREAK SPACE}1.100.000",
        }
    ]
    assert shown["lines"][0]["quantity"] == "1\N{NO-BREAK SPACE}buah"


def _send_and_fail(shipment):
    """Bill in a transaction that is rolled back."""
    sid = transaction.savepoint()
    crm.send(shipment, at=crm.NOW)
    transaction.savepoint_rollback(sid)
    shipment.refresh_from_db()


def _return(shipment, line, *, units):
    shipment.refresh_from_db()
    back = returns.ReturnedLine(line_id=line.pk, units=units * UNIT)
    returns.receive_return(shipment, lines=[back], reason="damaged", at=LATER, by=crm.BY)


def ship_by_hand(**facts):
    foundation.make_company()
    Company.objects.update(invoice_on="hand")
    order = crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)], **facts)
    for shipment in crm.release(LATER):
        crm.send(shipment, at=crm.NOW)
    return order


def list_unbilled() -> list[str]:
    return [need.key for need in facade.list_needs(crm.NOW) if need.kind == "unbilled_order"]


def test_what_left_waits_for_finance_where_invoices_are_issued_by_hand():
    order = ship_by_hand()
    assert not Invoice.objects.exists()

    (need,) = [need for need in facade.list_needs(crm.NOW) if need.kind == "unbilled_order"]
    assert (need.key, need.duty, need.permission) == (f"unbilled_order:{order.pk}", "finance", "invoices.issue")
    assert (need.stake, need.stake_note) == (Money(order.total, order.currency), "to bill")

    done = facade.decide_need(need.key, Answer(code="bill", by="user:1"), as_of=crm.NOW)
    crm.settle()

    invoice = Invoice.objects.get(order=order)
    assert (done.count, invoice.total, invoice.issued_by) == (1, order.total, "user:1")
    assert list_unbilled() == []
    order.refresh_from_db()
    assert order.state == "closed"


def test_issuing_twice_bills_once():
    order = ship_by_hand()
    answer = Answer(code="bill", by="user:1", ids=(order.pk,))

    first = facade.decide_need(f"unbilled_order:{order.pk}", answer, as_of=crm.NOW)
    second = facade.decide_need(f"unbilled_order:{order.pk}", answer, as_of=crm.NOW)

    assert (first.count, second.count, Invoice.objects.count()) == (1, 0, 1)


def test_many_that_left_unbilled_are_one_thing_to_decide():
    orders_made = [ship_by_hand() for _number in range(4)]

    (key,) = list_unbilled()
    sheet = facade.describe_need(key, as_of=crm.NOW)
    done = facade.decide_need(key, Answer(code="bill", by="user:1"), as_of=crm.NOW)

    assert (key, sheet.total, len(sheet.rows)) == ("unbilled_order", 4, 4)
    assert sheet.need.stake == Money(sum(order.total for order in orders_made), "IDR")
    assert (done.count, Invoice.objects.count()) == (4, 4)


def test_what_the_companys_policy_bills_by_itself_waits_for_nobody():
    foundation.make_company()
    crm.make_confirmed(crm.make_customer(), [(crm.make_stocked_item(), 2)])
    [shipment] = crm.release(LATER)
    crm.pack(shipment, at=crm.NOW)
    crm.ship(shipment, at=crm.NOW)
    crm.settle()

    assert list_unbilled() == []
