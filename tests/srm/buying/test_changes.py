"""Less, later, or not at all."""

from datetime import date

import pytest
from django.db import transaction

from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel import jobs
from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.buying.models import PurchaseRequisition
from rantai.srm.messages import OpenPurchaseRows, PurchaseChange
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)

NOV_20, NOV_25 = date(2026, 11, 20), date(2026, 11, 25)


def facts(kind: str) -> list[dict]:
    return [event.payload for event in Event.objects.filter(kind=kind).order_by("id")]


def assert_sound() -> None:
    assert list(srm.list_violations()) == []


def run_jobs() -> None:
    while jobs.run_next(worker="test"):
        pass


def change(ref: DocRef, units: int, due_on: date = NOV_20, **more) -> None:
    with transaction.atomic():
        srm.change_purchases([PurchaseChange(ref=ref, units=Quantity.of(units), due_on=due_on, reason="less", **more)])


def test_a_repeated_cause_changes_nothing():
    item, supplier = foundation.make_item(), make.make_supplier()
    wish = make.make_request(item, 10, supplier=supplier)

    first = make.request(wish)
    again = make.request(wish, make.make_request(item, 3, supplier=supplier))

    assert again[0] == first[0]
    assert PurchaseRequisition.objects.count() == 2


def test_an_open_requisition_shrinks_and_zero_dismisses_it():
    (pk,) = make.request(make.make_request(foundation.make_item(), 10, supplier=make.make_supplier()))
    ref = DocRef("purchase_requisition", pk)

    change(ref, 4, NOV_25)
    row = PurchaseRequisition.objects.get()
    assert (row.units, row.due_on, row.state) == (40_000, NOV_25, "open")

    change(ref, 0)
    assert PurchaseRequisition.objects.get().state == "dismissed"


def test_an_unsent_line_shrinks_and_takes_the_approval_back():
    order = make.make_draft(make.make_supplier(), [(foundation.make_item(), 10)])
    srm.approve_order(order.pk, by=make.BUYER, as_of=make.NOW)

    change(order.lines.get().ref, 6)

    order.refresh_from_db()
    assert (order.state, order.total) == ("draft", 6 * 50_000 * 10_000)
    assert order.lines.get().ordered == 60_000
    change(order.lines.get().ref, 0)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert srm.list_open_supply() == ()
    assert_sound()


def test_a_decided_change_asks_the_supplier_by_itself(monkeypatch):
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10)])
    monkeypatch.setattr("rantai.srm.buying.tasks.today", lambda: make.TODAY)

    change(order.lines.get().ref, 0, by="user:7")
    run_jobs()

    order.refresh_from_db()
    assert order.asked_revision == 2
    make.answer(order)
    assert [fact["units"] for fact in facts("PurchaseCancelled")] == [100_000]
    assert facts("PurchaseCommitChanged") == []
    assert srm.list_open_supply() == ()
    assert_sound()


def test_a_supplier_may_refuse_a_change():
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10)])
    make.answer(order, (10, NOV_20))
    change(order.lines.get().ref, 4)
    srm.ask_changes(order.pk, by=make.BUYER, as_of=make.NOW)

    make.answer(order, (10, NOV_20))

    assert make.list_schedules(order)[0].change_requests.get().state == "refused"
    assert facts("PurchaseCancelled") == []
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(10)]
    order.refresh_from_db()
    assert order.state == "confirmed"


def test_cancelling_an_unsent_order_frees_its_requisitions():
    order = make.make_draft(make.make_supplier(), [(foundation.make_item(), 10)])

    srm.cancel_order(order.pk, by=make.BUYER)

    assert PurchaseRequisition.objects.get().state == "open"
    assert facts("PurchaseCancelled") == []
    assert [row.ref.kind for row in srm.list_open_supply()] == ["purchase_requisition"]
    assert_sound()


def test_cancelling_a_sent_order_tells_everybody():
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10), (foundation.make_item(), 2)])
    make.receive(order, 4, on=NOV_20)

    srm.cancel_order(order.pk, by=make.BUYER, reason="no demand")

    order.refresh_from_db()
    assert order.state == "closed"
    assert [fact["units"] for fact in facts("PurchaseCancelled")] == [60_000, 20_000]
    assert OutgoingMessage.objects.filter(key="purchase.cancelled").count() == 1
    assert order.total == 4 * 50_000 * 10_000
    assert srm.list_open_supply() == ()
    assert_sound()


def test_open_orders_are_taken_over_once_and_can_be_taken_back():
    supplier, item = make.make_supplier(), foundation.make_item()
    rows = OpenPurchaseRows(
        run_key="import:1",
        company_id=foundation.make_company().pk,
        numbers=("4711", "4711", "4712"),
        supplier_ids=(supplier.pk,) * 3,
        item_ids=(item.pk,) * 3,
        location_ids=(make.make_site().pk,) * 3,
        units=(50_000, 60_000, 70_000),
        due_on=(NOV_20, NOV_25, NOV_25),
        unit_costs=(10_000,) * 3,
        currency="IDR",
    )
    with transaction.atomic():
        assert srm.import_open_purchases(rows) == 2
    with transaction.atomic():
        assert srm.import_open_purchases(rows) == 0

    assert [row.open_units.amount for row in srm.list_open_supply()] == [50_000, 60_000, 70_000]
    assert len(facts("PurchaseOrdered")) == 3
    assert_sound()
    with transaction.atomic():
        assert srm.remove_open_purchases("import:1", by=make.BUYER) == 2
    assert srm.list_open_supply() == ()
    assert len(facts("PurchaseCancelled")) == 3
    assert_sound()
