"""Wishes to buy become orders, and orders supply."""

from datetime import date

import pytest
from django.db import transaction

from rantai.foundation.messages.models import OutgoingMessage
from rantai.kernel import jobs
from rantai.kernel.models import ApprovalPolicy, Event, Job
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transitions import IllegalTransition
from rantai.srm import facade as srm
from rantai.srm.buying.actions import requisitions, sending
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from rantai.srm.messages import PurchaseChange
from tests.factories import foundation
from tests.factories import srm as make

pytestmark = pytest.mark.django_db(transaction=True)

NOV_20, NOV_25 = date(2026, 11, 20), date(2026, 11, 25)


def facts(kind: str) -> list[dict]:
    return [event.payload for event in Event.objects.filter(kind=kind).order_by("id")]


def assert_sound() -> None:
    assert list(srm.list_violations()) == []


def policy(max_amount: int) -> ApprovalPolicy:
    return ApprovalPolicy.objects.create(
        kind="purchase", max_amount=max_amount, horizon_days=30, set_by="user:1", set_at=make.NOW
    )


def run_jobs() -> None:
    while jobs.run_next(worker="test"):
        pass


def change(ref: DocRef, units: int, due_on: date = NOV_20, **more) -> None:
    with transaction.atomic():
        srm.change_purchases([PurchaseChange(ref=ref, units=Quantity.of(units), due_on=due_on, reason="less", **more)])


def test_a_dismissed_cause_stays_dismissed():
    item = foundation.make_item()
    wish = make.make_request(item, supplier=make.make_supplier())
    ids = make.request(wish)
    srm.dismiss_requisitions(ids, by=make.BUYER)

    make.request(wish)

    assert PurchaseRequisition.objects.get().state == "dismissed"
    assert srm.list_open_supply() == ()


@pytest.mark.parametrize(
    ("facts_", "text"),
    [
        ({"units": Quantity(0)}, "must be above zero"),
        ({"units": Quantity(-1)}, "must be above zero"),
        ({"units": Quantity(10**13 + 1)}, "above the largest quantity"),
        ({"due_on": date(1900, 1, 1)}, "between 2000 and 2199"),
        ({"due_on": date(2999, 1, 1)}, "between 2000 and 2199"),
        ({"item_id": 999_999}, "there is none"),
        ({"unit_cost": -1}, "cannot be negative"),
    ],
)
def test_a_wish_that_cannot_be_meant_is_refused_and_nothing_written(facts_, text):
    wish = make.make_request(foundation.make_item(), supplier=make.make_supplier(), **facts_)

    with pytest.raises(requisitions.BadRequest, match=text), transaction.atomic():
        srm.request_purchase([make.make_request(foundation.make_item()), wish])

    assert PurchaseRequisition.objects.count() == 0


def test_a_blocked_item_is_not_bought():
    item = foundation.make_item(is_blocked=True)

    with pytest.raises(requisitions.BadRequest, match="blocked"):
        make.request(make.make_request(item))


def test_requisitions_are_bundled_by_supplier_place_currency_and_customer_order():
    one, two = make.make_supplier(), make.make_supplier()
    a, b = foundation.make_item(), foundation.make_item()
    home = foundation.make_address(foundation.make_party())
    drop = {"location_id": None, "drop_to_address_id": home.pk, "unit_cost": 10_000}
    ids = make.request(
        make.make_request(a, supplier=one),
        make.make_request(b, supplier=one),
        make.make_request(a, supplier=one, due_on=NOV_25),
        make.make_request(a, supplier=two),
        make.make_request(a, supplier=one, currency="USD"),
        make.make_request(a, supplier=one, drop_for_number="SO-1", **drop),
        make.make_request(a, supplier=one, drop_for_number="SO-2", **drop),
    )

    made = srm.order_requisitions(ids, by=make.BUYER, as_of=make.NOW)

    assert len(made) == 5
    first = PurchaseOrder.objects.get(pk=made[0])
    assert [(line.item_id, line.ordered, line.schedules.count()) for line in first.lines.order_by("position")] == [
        (a.pk, 200_000, 2),
        (b.pk, 100_000, 1),
    ]
    assert first.total == 30 * 50_000 * 10_000
    assert_sound()


def test_further_requisitions_join_the_open_draft():
    supplier, item = make.make_supplier(), foundation.make_item()
    draft = make.make_draft(supplier, [(item, 5)])

    again = make.make_draft(supplier, [(item, 7)])

    assert again.pk == draft.pk
    assert again.lines.get().ordered == 120_000


def test_without_supplier_or_with_a_blocked_one_nothing_is_ordered():
    item = foundation.make_item(code="KEY-1")
    blocked = make.make_supplier("Slow Ltd", is_blocked=True)
    ids = make.request(make.make_request(item), make.make_request(item, supplier=blocked))

    with pytest.raises(requisitions.NotOrderable) as caught:
        srm.order_requisitions(ids, by=make.BUYER, as_of=make.NOW)

    assert len(caught.value.problems) == 2
    assert "KEY-1 has no supplier" in caught.value.problems[0]
    assert "Slow Ltd gets no new orders" in caught.value.problems[1]
    assert PurchaseOrder.objects.count() == 0
    assert set(PurchaseRequisition.objects.values_list("state", flat=True)) == {"open"}


def test_open_supply_shows_requisitions_drafts_and_sent_orders():
    supplier, item = make.make_supplier(), foundation.make_item()
    make.request(make.make_request(item, 3, supplier=supplier))
    make.make_draft(make.make_supplier(), [(item, 4)])
    sent = make.make_sent(make.make_supplier(), [(item, 5)])

    found = srm.list_open_supply([item.pk])

    assert [(row.open_units, row.is_firm) for row in found] == [
        (Quantity.of(4), False),
        (Quantity.of(5), True),
        (Quantity.of(3), False),
    ]
    assert found[1].ref == DocRef("purchase_order", sent.pk, sent.lines.get().pk)
    assert found[1].schedule_id == make.list_schedules(sent)[0].pk
    assert found[1].order_number == sent.number == "PO-00001"
    assert found[1].cause is not None
    assert found[1].cause.kind == "planned_order"
    assert srm.list_open_supply([]) == ()


def test_sending_makes_supply_and_a_letter_with_paper_and_link():
    supplier = make.make_supplier("Suzhou Light", language="zh-hans")
    order = make.make_draft(supplier, [(foundation.make_item(), 5)])
    srm.approve_order(order.pk, by=make.BUYER, as_of=make.NOW)
    srm.send_order(order.pk, by=make.BUYER, as_of=make.NOW)
    order.refresh_from_db()

    (ordered,) = facts("PurchaseOrdered")

    assert (ordered["purchase_order_id"], ordered["units"], ordered["due_on"]) == (order.pk, 50_000, "2026-11-20")
    assert (order.state, order.asked_revision, order.answer_due_on) == ("sent", 1, date(2026, 11, 4))
    letter = OutgoingMessage.objects.get(ref_kind="purchase_order")
    assert (letter.key, letter.language, letter.state) == ("purchase.order", "zh-hans", "queued")
    assert len(letter.attachments) == 1
    assert make.find_link(order).startswith("/dock/a/")
    assert_sound()


def test_a_supplier_without_address_is_not_sent_and_stays_approved():
    supplier = make.make_supplier()
    supplier.email = ""
    supplier.save()
    order = make.make_draft(supplier, [(foundation.make_item(), 5)])
    srm.approve_order(order.pk, by=make.BUYER, as_of=make.NOW)

    with pytest.raises(sending.NobodyToSendTo, match="no e-mail address"):
        srm.send_order(order.pk, by=make.BUYER, as_of=make.NOW)

    order.refresh_from_db()
    assert order.state == "approved"
    assert facts("PurchaseOrdered") == []


def test_an_order_is_sent_once():
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 5)])

    with pytest.raises(IllegalTransition):
        srm.send_order(order.pk, by=make.BUYER, as_of=make.NOW)

    assert len(facts("PurchaseOrdered")) == 1


def test_what_a_policy_covers_is_ordered_approved_and_sent(monkeypatch):
    rule = policy(10**12)
    item, supplier = foundation.make_item(), make.make_supplier()
    monkeypatch.setattr("rantai.srm.buying.tasks.today", lambda: make.TODAY)
    with transaction.atomic():
        (row,) = srm.request_purchase([make.make_request(item, 5, supplier=supplier, policy_id=rule.pk)])

    run_jobs()

    order = PurchaseOrder.objects.get()
    assert row.order_ref == DocRef("purchase_order", order.pk, order.lines.get().pk)
    assert (order.state, order.approved_by) == ("sent", f"policy:{rule.pk}")
    assert_sound()


def test_a_whole_order_above_the_policy_waits_for_a_person(monkeypatch):
    rule = policy(10 * 50_000 * 10_000)
    item, supplier = foundation.make_item(), make.make_supplier()
    monkeypatch.setattr("rantai.srm.buying.tasks.today", lambda: make.TODAY)
    make.request(
        make.make_request(item, 6, supplier=supplier, policy_id=rule.pk),
        make.make_request(item, 6, supplier=supplier, policy_id=rule.pk),
    )

    run_jobs()

    assert PurchaseOrder.objects.get().state == "draft"
    assert facts("PurchaseOrdered") == []


def test_a_sent_line_asks_the_supplier_and_stays_supply_until_answered():
    order = make.make_sent(make.make_supplier(), [(foundation.make_item(), 10)])

    change(order.lines.get().ref, 6)

    request = make.list_schedules(order)[0].change_requests.get()
    assert (request.state, request.units) == ("proposed", 60_000)
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(10)]
    assert Job.objects.filter(task="srm.ask_purchase_changes").count() == 0

    assert srm.ask_changes(order.pk, by=make.BUYER, as_of=make.NOW)
    make.answer(order, (6, NOV_20))
    (cancelled,) = facts("PurchaseCancelled")
    assert cancelled["units"] == 40_000
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(6)]
    request.refresh_from_db()
    assert request.state == "accepted"
    assert_sound()
