"""Goods on their order lines."""

from datetime import date

import pytest

from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.buying.actions import receipts
from rantai.srm.buying.models import PurchaseOrder, PurchaseReceipt
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)

NOV_20, NOV_25 = date(2026, 11, 20), date(2026, 11, 25)


def assert_sound() -> None:
    assert list(srm.list_violations()) == []


def test_receipts_fill_schedules_by_date_and_end_the_order():
    supplier, item = make.make_supplier(), foundation.make_item()
    ids = make.request(
        make.make_request(item, 10, supplier=supplier), make.make_request(item, 10, supplier=supplier, due_on=NOV_25)
    )
    (pk,) = srm.order_requisitions(ids, by=make.BUYER, as_of=make.NOW)
    srm.approve_order(pk, by=make.BUYER, as_of=make.NOW)
    srm.send_order(pk, by=make.BUYER, as_of=make.NOW)
    order = PurchaseOrder.objects.get(pk=pk)

    assert make.receive(order, 12, on=NOV_20) == 1

    assert [row.received for row in make.list_schedules(order)] == [100_000, 20_000]
    assert [row.open_units for row in srm.list_open_supply([item.pk])] == [Quantity.of(8)]
    make.receive(order, 9, on=NOV_25)
    order.refresh_from_db()
    assert order.state == "received"
    assert [row.received for row in make.list_schedules(order)] == [100_000, 110_000]
    assert srm.list_open_supply() == ()
    assert_sound()


def test_the_same_receipt_twice_counts_once():
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10)])

    assert make.receive(order, 4, on=NOV_20, receipt=77) == 1
    assert make.receive(order, 4, on=NOV_20, receipt=77) == 0

    assert make.list_schedules(order)[0].received == 40_000


def test_a_receipt_is_taken_back_in_part_once_and_never_beyond_it():
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10)])
    make.receive(order, 10, on=NOV_20, receipt=77)

    make.receive(order, 3, on=NOV_25, receipt=78, reverses=77)
    make.receive(order, 3, on=NOV_25, receipt=78, reverses=77)

    order.refresh_from_db()
    assert make.list_schedules(order)[0].received == 70_000
    assert order.state == "confirmed"
    with pytest.raises(receipts.ReceiptNotFound):
        make.receive(order, 8, on=NOV_25, receipt=79, reverses=77)
    assert PurchaseReceipt.objects.count() == 2
    assert_sound()


def test_goods_are_not_received_for_an_order_that_nobody_has():
    order = make.make_draft(make.make_supplier(), [(foundation.make_item(), 10)])

    with pytest.raises(receipts.NotReceivable, match="the order is draft"):
        make.receive(order, 1, on=NOV_20)

    assert PurchaseReceipt.objects.count() == 0


@pytest.mark.parametrize(("units", "accepted"), [(0, 0), (-1, 0), (5, 6)])
def test_a_receipt_of_nothing_is_refused(units, accepted):
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10)])

    with pytest.raises(receipts.BadReceipt):
        make.receive(order, units, on=NOV_20, accepted=Quantity.of(accepted))


def test_a_line_cited_for_a_receipt_tells_what_is_open():
    item = foundation.make_item()
    order = make.make_sent(make.make_supplier("Bright"), [(item, 10)])
    make.receive(order, 4, on=NOV_20)

    (line,) = srm.get_purchase_lines([DocRef("purchase_order", order.pk)])

    assert (line.order_number, line.supplier_name, line.item_id) == (order.number, "Bright", item.pk)
    assert (line.ordered, line.received, line.open_units) == (Quantity.of(10), Quantity.of(4), Quantity.of(6))
    assert line.is_receivable
    assert [row.ref for row in srm.list_receivable()] == [line.ref]


def test_lateness_is_counted_in_the_suppliers_working_days_from_the_first_commit():
    supplier, item = make.make_supplier(), foundation.make_item()
    order = make.make_sent(supplier, [(item, 10)])
    make.answer(order, (10, NOV_20))  # a Friday
    make.answer(order, (10, NOV_25))  # later: the first date counts
    make.receive(order, 10, on=date(2026, 11, 24))  # Tuesday

    (found,) = srm.list_lateness(until=date(2026, 12, 1))

    assert (found.supplier_id, found.item_id, found.days) == (supplier.pk, item.pk, (2,))
