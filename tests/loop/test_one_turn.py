"""The loop told as a story: three orders, from stock, made and sent by a partner; a late supplier; a cancellation.

It runs on both databases.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.storage import default_storage

from rantai.crm import facade as crm
from rantai.crm.orders.models import Invoice, ScheduleLine
from rantai.foundation.documents import queries as documents
from rantai.foundation.documents.models import Attachment
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm import facade as iscm
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.promising.models import PromiseRevision, SlotTake, SupplySlot
from rantai.iscm.supply.management import planning
from rantai.kernel.models import DecisionRecord, Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm.buying.models import PurchaseRequisition
from rantai.srm.messages import PurchaseChange
from tests.factories import crm as sales
from tests.factories import production
from tests.factories import srm as suppliers
from tests.loop import telling
from tests.loop.telling import MONDAY, Scene, letters, status, tell_everybody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

TUESDAY_10 = date(2026, 11, 10)
FRIDAY_20 = date(2026, 11, 20)


def test_the_first_order_goes_out_from_stock(scene: Scene) -> None:
    # The sales person sees a date before anything is firm.
    account = sales.Account.objects.get(party_id=scene.customer)
    order_id = crm.capture_order(sales.make_draft(account, [(scene.monitor, 4)], in_days=3))
    offer = crm.ask_dates(order_id, as_of=MONDAY)
    assert [(part.units, part.basis) for part in offer.lines[0].slices] == [(Quantity.of(4), "stock")]
    assert not Event.objects.filter(kind__in=["OrderConfirmed", "PromiseRevised"]).exists()

    # Confirmed: one transaction gives the number, the demand, the promise and the units.
    order = crm.confirm_order(order_id, revision=1, by=telling.SALES, as_of=MONDAY)
    assert (order.state, bool(order.number)) == ("confirmed", True)
    assert (status(order).units, status(order).promised_on) == (
        Quantity.of(4), offer.lines[0].slices[0].promised_on,
    )  # fmt: skip

    # The promise comes back up as an event; the customer is told in their language.
    tell_everybody()
    assert ScheduleLine.objects.get(line__order_id=order.id).promised_on == status(order).promised_on
    assert letters(order) == ["order.received"]
    assert OutgoingMessage.objects.get().language == "id"

    # The ship date comes: stock is reserved for this order, and the warehouse has work.
    ship_day = telling.at_ten(offer.lines[0].slices[0].ship_on)
    (shipment,) = iscm.release_for_shipping(ship_day)
    assert status(order).reserved == Quantity.of(4)

    # Picked, packed, handed over; each stage is a milestone that the customer hears of.
    iscm.pick_shipment(shipment, by=telling.WAREHOUSE, as_of=ship_day)
    iscm.pack_shipment(shipment, by=telling.WAREHOUSE, as_of=ship_day)
    iscm.ship_shipment(shipment, carrier="JNE", tracking="JN-42", by=telling.WAREHOUSE, as_of=ship_day)
    tell_everybody()
    assert letters(order)[1:] == ["order.picking", "order.packed", "order.handed_to_carrier"]
    note = Attachment.objects.get(ref_kind="shipment", ref_id=shipment, purpose="delivery_note")
    assert OutgoingMessage.objects.get(key="order.handed_to_carrier").attachments == [note.pk]

    # Delivered: the invoice leaves its gapless series, with its PDF, and the letter carries it.
    next_day = ship_day + timedelta(days=1)
    iscm.deliver_shipment(shipment, proof="signature", by=telling.WAREHOUSE, as_of=next_day)
    tell_everybody()
    invoice = Invoice.objects.get(order_id=order.id)
    assert letters(order)[4:] == ["order.delivered", "invoice.issued"]
    assert invoice.total == order.total == sum(line.net + line.tax for line in invoice.lines.all())
    paper = Attachment.objects.get(ref_kind="sales_order", ref_id=order.id, purpose="invoice")
    with default_storage.open(documents.get_path(paper.file.sha256)) as file:
        assert file.read(5) == b"%PDF-"

    # Every unit is where the ledger says, and nothing is open any more.
    done = status(order)
    assert (done.fulfilled, done.reserved, done.milestone) == (Quantity.of(4), Quantity(0), "delivered")
    assert crm.get_order(order.id).state == "closed"
    assert telling.broken_rules() == []


def test_the_second_order_is_made_over_two_levels(scene: Scene) -> None:
    # Nothing is there: the date comes from the processor's five days, the board and the computer.
    account = sales.Account.objects.get(party_id=scene.customer)
    order_id = crm.capture_order(sales.make_draft(account, [(scene.parts.computer, 2)], in_days=3))
    offer = crm.ask_dates(order_id, as_of=MONDAY).lines[0]
    assert [(part.units, part.basis) for part in offer.slices] == [(Quantity.of(2), "make")]
    # Monday 2 November: the processor comes on the 9th, both are made that day and leave on the 10th.
    assert (offer.slices[0].ship_on, offer.slices[0].promised_on) == (TUESDAY_10, date(2026, 11, 11))
    order = crm.confirm_order(order_id, revision=1, by=telling.SALES, as_of=MONDAY)
    tell_everybody()
    assert letters(order) == ["order.received"]

    # Confirmed demand proposes what has to be made and bought, and why; nothing is done yet.
    computer, board = iscm.list_production(telling.ref_of(order))
    assert [(row.item_id, row.state, row.units) for row in (computer, board)] == [
        (scene.parts.computer.pk, "planned", Quantity.of(2)),
        (scene.parts.board.pk, "planned", Quantity.of(2)),
    ]
    wanted = PurchaseRequisition.objects.order_by("item__code").values_list("item__code", "units", "state")
    assert list(wanted) == [("CASE-A", 20_000, "open"), ("CPU-7", 20_000, "open"), ("PCB-2", 40_000, "open")]
    assert sorted(DecisionRecord.objects.values_list("kind", "state")) == [
        ("production", "proposed"), *[("purchase", "proposed")] * 3,
    ]  # fmt: skip

    # The planner releases, the buyer orders: the customer hears once that the material is ordered.
    assert len(iscm.release_production(computer.id, by=telling.PLANNER, as_of=MONDAY)) == 2
    tell_everybody()
    assert status(order).basis == "receipt"
    (purchase,) = telling.buy_everything(MONDAY)
    assert letters(order)[1:] == ["order.material_ordered"]

    # All parts arrive and are held for this order; nobody else is offered them.
    later = MONDAY + timedelta(days=7)
    telling.receive(purchase, scene.site, later)
    assert letters(order)[2:] == ["order.material_arrived"]
    assert telling.on_hand(scene.parts.processor, scene.site) == (2, 2)
    assert status(order).promised_on == date(2026, 11, 11)

    # The board is a part: the customer hears of the computer's steps only.
    telling.work_off(board.id, later)
    assert telling.on_hand(scene.parts.board, scene.site) == (2, 2)
    assert letters(order)[3:] == []
    telling.work_off(computer.id, later + timedelta(hours=3))
    assert letters(order)[3:] == [
        "order.production_started", "order.operation_finished", "order.operation_finished", "order.quality_passed",
    ]  # fmt: skip
    made = iscm.list_production(telling.ref_of(order))[0]
    assert (made.state, made.good, made.steps) == ("finished", Quantity.of(2), ("finished", "finished"))
    assert status(order).basis == "stock"

    # From here on it goes as from stock; the promise was kept to the day.
    telling.ship(order, TUESDAY_10)
    assert telling.milestones(order) == [
        "material_ordered", "material_arrived", "production_started", "operation_finished 1/2",
        "operation_finished 2/2", "quality_passed", "picking", "packed", "handed_to_carrier", "delivered",
    ]  # fmt: skip
    assert letters(order)[7:] == [
        "order.packed", "order.handed_to_carrier", "order.delivered", "invoice.issued",
    ]  # fmt: skip
    assert crm.get_order(order.id).state == "closed"
    parts = (scene.parts.computer, scene.parts.board, scene.parts.case)
    assert [telling.on_hand(item, scene.site) for item in parts] == [(0, 0)] * 3
    assert telling.broken_rules() == []


def test_the_third_order_is_sent_by_a_partner(scene: Scene) -> None:
    partner = suppliers.make_supplier("CV Mitra Layar")
    monitor = production.make_dropshipped(partner)
    order = telling.place_order(scene.customer, monitor, 3)
    assert (status(order).basis, status(order).promised_on) == ("dropship", date(2026, 11, 5))
    (wish,) = PurchaseRequisition.objects.all()
    assert (wish.units, wish.drop_for_number, wish.state) == (30_000, order.number, "open")

    # The buyer passes it on; the partner answers by its link, then tells each stage.
    (purchase,) = telling.buy_everything(MONDAY)
    assert purchase.drop_to_address_id is not None
    assert letters(order) == ["order.received", "order.passed_to_partner"]
    telling.answer_by_link(telling.open_mail(purchase), purchase, 3, date(2026, 11, 5))
    tell_everybody()
    assert letters(order)[2:] == ["order.partner_accepted"]
    for stage, days in (("packed", 1), ("handed_to_carrier", 2), ("in_transit", 2), ("delivered", 3)):
        tracking = "SC-9" if days > 1 else ""
        telling.notice(purchase, stage, MONDAY + timedelta(days=days), tracking=tracking)

    # Never our stock: the goods went from the suppliers' account to the customers'.
    assert not StockBalance.objects.filter(item=monitor, is_account=False).exists()
    assert telling.milestones(order) == [
        "passed_to_partner", "partner_accepted", "partner_packed", "handed_to_carrier", "in_transit", "delivered",
    ]  # fmt: skip
    assert letters(order)[3:] == [
        "order.partner_packed", "order.handed_to_carrier", "order.in_transit", "order.delivered", "invoice.issued",
    ]  # fmt: skip
    done = status(order)
    assert (done.fulfilled, done.reserved, done.milestone) == (Quantity.of(3), Quantity(0), "delivered")
    purchase.refresh_from_db()
    assert purchase.state == "received"
    assert Invoice.objects.get(order_id=order.id).total == order.total
    assert crm.get_order(order.id).state == "closed"
    assert telling.broken_rules() == []


def test_a_late_supplier_moves_exactly_what_leans_on_it(scene: Scene) -> None:
    # Two suppliers promise goods for the 10th, by the link in their mail.
    glass, keys = suppliers.make_supplier("Suzhou Light"), suppliers.make_supplier("PT Papan Tik")
    screen, keyboard = sales.make_priced_item("MON-17"), sales.make_priced_item("KEY-2")
    late, punctual = (
        telling.buy(glass, screen, 10, due_on=TUESDAY_10), telling.buy(keys, keyboard, 10, due_on=TUESDAY_10),
    )  # fmt: skip
    link = telling.open_mail(late)
    for purchase in (late, punctual):
        telling.answer_by_link(telling.open_mail(purchase), purchase, 10, TUESDAY_10)
    tell_everybody()

    # Two orders lean on the screens and want them at once; one of them leans on them and has time.
    school, hotel, shop = (
        telling.meet_customer(name, f"buyer@{name.lower()}.example") for name in ("School", "Hotel", "Shop")
    )
    hurried = [telling.place_order(school, screen, 4), telling.place_order(hotel, screen, 3)]
    patient = telling.place_order(shop, screen, 3, in_days=40)
    # One leans on stock, one on the other purchase.
    stocked = telling.place_order(scene.customer, scene.monitor, 2)
    beside = telling.place_order(shop, keyboard, 2)
    first_day = date(2026, 11, 12)
    assert [(status(order).basis, status(order).promised_on) for order in hurried] == [("receipt", first_day)] * 2
    assert (status(patient).basis, status(beside).basis, status(stocked).basis) == ("receipt", "receipt", "stock")

    # On Wednesday the supplier opens the link again: the screens come ten days later.
    wednesday = MONDAY + timedelta(days=2)
    sent_before = len(mail.outbox)
    with telling.on(wednesday):
        code, page = telling.answer_by_link(link, late, 10, FRIDAY_20, reason="glass")
    assert (code, "1 line comes later" in page) == (200, True)
    tell_everybody(wednesday)

    # Exactly the two whose slack is used up are revised, and the ledger says why.
    cause = f"purchase_order:{late.pk}/{late.lines.get().pk}"
    for order in hurried:
        assert telling.ledger(order) == [
            ("first", first_day, ""), ("supply_late", date(2026, 11, 24), cause),
        ]  # fmt: skip
    for order in (patient, stocked, beside):
        assert [row[0] for row in telling.ledger(order)] == ["first"]

    # Both were written to, and sent, long before the day that they had been promised; nobody else was.
    assert [letters(order)[1:] for order in hurried] == [["order.promise_moved"]] * 2
    assert [letters(order)[1:] for order in (patient, stocked, beside)] == [[]] * 3
    told = OutgoingMessage.objects.filter(key="order.promise_moved")
    assert [(row.state, row.sent_at.date() < first_day) for row in told] == [("sent", True)] * 2
    written = {address for letter in mail.outbox[sent_before:] for address in letter.to}
    assert {"buyer@school.example", "buyer@hotel.example"} <= written
    assert "buyer@shop.example" not in written

    # The same answer again changes nothing and says so.
    before = telling.freeze()
    with telling.on(wednesday):
        _code, page = telling.answer_by_link(link, late, 10, FRIDAY_20, reason="glass")
    tell_everybody(wednesday)
    assert "exactly this before" in page
    assert telling.freeze() == before

    # Our buyer asks for other terms; whoever answers what was asked before is told what it is now.
    change = PurchaseChange(
        ref=late.lines.get().ref, units=Quantity.of(10), due_on=date(2026, 11, 17), reason="customers wait",
        by=telling.BUYER,
    )  # fmt: skip
    telling.ask_to_change(late, change, at=wednesday)
    before = telling.freeze()
    with telling.on(wednesday):
        code, page = telling.answer_by_link(link, late, 10, date(2026, 12, 1), revision=1)
    assert (code, "We changed this order" in page) == (409, True)
    assert telling.freeze() == before

    # Explain shows it both ways: from each order down to the purchase, from the purchase up to the orders.
    with telling.on(wednesday):
        planning.make_plan(wednesday, builder="test")
        down = [iscm.trace(telling.ref_of(order)) for order in hurried]
        up = iscm.trace(DocRef("purchase_order", late.pk))
    assert all(("purchase_order", late.pk) in telling.cited(chain) for chain in down)
    leaning = {("sales_order", order.id) for order in (*hurried, patient)}
    assert {ref for ref in telling.cited(up) if ref[0] == "sales_order"} == leaning
    assert telling.broken_rules() == []


def test_a_cancelled_order_lets_its_supply_go(scene: Scene) -> None:
    # Ten screens come on the 10th; two orders take all of them, a third gets the lead time of the next ones.
    glass = suppliers.make_supplier("Suzhou Light")
    screen = sales.make_priced_item("MON-17")
    telling.sell_after(screen, glass, lead_time_days=15)
    purchase = telling.buy(glass, screen, 10, due_on=TUESDAY_10)
    telling.answer_by_link(telling.open_mail(purchase), purchase, 10, TUESDAY_10)
    tell_everybody()
    school, hotel = (telling.meet_customer(name, f"buyer@{name.lower()}.example") for name in ("School", "Hotel"))
    big, small = telling.place_order(school, screen, 7), telling.place_order(hotel, screen, 3)
    waiting = telling.place_order(scene.customer, screen, 4)
    said = status(waiting).promised_on
    assert (status(waiting).basis, status(waiting).expected_on) == ("lead_time", said)

    # The school wants three instead of seven: what it lets go, the clinic gets, and sooner than it was told.
    telling.change_units(big, 3)
    assert [row[0] for row in telling.ledger(waiting)] == ["first", "supply_found"]
    better = status(waiting)
    assert (better.basis, better.promised_on, better.expected_on) == ("receipt", said, date(2026, 11, 12))
    assert SlotTake.objects.filter(slot__supply_id=purchase.pk).count() == 3

    # The hotel and the clinic cancel: nothing is held for them, and they are told.
    for order in (small, waiting):
        crm.cancel_order(order.id, revision=crm.get_order(order.id).revision, by=telling.SALES, as_of=MONDAY)
    tell_everybody()
    assert [letters(order)[-1] for order in (small, waiting)] == ["order.cancelled"] * 2
    slot = SupplySlot.objects.get(kind="purchase", supply_id=purchase.pk)
    assert (slot.available, slot.promised) == (100_000, 30_000)
    (leaning,) = {
        ref for ref in telling.cited(iscm.trace(DocRef("purchase_order", purchase.pk))) if ref[0] == "sales_order"
    }
    assert leaning == ("sales_order", big.id)

    # The school cancels too: the plan shows a purchase that nobody wants any more.
    crm.cancel_order(big.id, revision=crm.get_order(big.id).revision, by=telling.SALES, as_of=MONDAY)
    tell_everybody()
    run = planning.make_plan(MONDAY, builder="test").run
    orphan = run.exceptions.get(kind="cancel")
    assert (orphan.ref_kind, orphan.ref_id, orphan.units) == ("purchase_order", purchase.pk, 100_000)
    assert SupplySlot.objects.get(pk=slot.pk).promised == 0
    assert PromiseRevision.objects.filter(demand__state="open").count() == 0
    assert telling.broken_rules() == []
