"""What else can happen to an order that is made or that a partner sends; how it goes well is in test_one_turn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rantai.crm import facade as crm
from rantai.crm.orders.models import Invoice
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment.models import Shipment, TransferOrder
from rantai.iscm.messages import TransferRequest
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.models import SupplySlot
from rantai.kernel import relay
from rantai.kernel.models import ApprovalPolicy, DecisionRecord
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from tests.factories import crm as sales
from tests.factories import foundation, production
from tests.factories import iscm as operations
from tests.factories import srm as suppliers
from tests.loop import telling
from tests.loop.telling import MONDAY, Scene, letters, status, tell_everybody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def start_computers(scene: Scene):
    """Two computers are ordered, released and their parts bought: the order, its computer, its board, the purchase."""
    order = telling.place_order(scene.customer, scene.parts.computer, 2)
    computer, board = iscm.list_production(telling.ref_of(order))
    iscm.release_production(computer.id, by=telling.PLANNER, as_of=MONDAY)
    (purchase,) = telling.buy_everything(MONDAY)
    return order, computer, board, purchase


def test_facts_told_twice_change_nothing(scene: Scene) -> None:
    order, _computer, _board, purchase = start_computers(scene)
    telling.receive(purchase, scene.site, MONDAY + timedelta(days=7))
    before = letters(order), telling.on_hand(scene.parts.processor, scene.site)

    relay.Delivery.objects.update(state="waiting")
    tell_everybody(MONDAY + timedelta(days=8))

    assert (letters(order), telling.on_hand(scene.parts.processor, scene.site)) == before
    assert len(iscm.list_production(telling.ref_of(order))) == 2
    assert PurchaseRequisition.objects.count() == 3
    assert telling.broken_rules() == []


def test_the_last_units_are_promised_once(scene: Scene) -> None:
    first, second = (telling.place_order(scene.customer, scene.monitor, 7) for _order in range(2))

    dates = [iscm.list_demand_status(telling.ref_of(order))[0] for order in (first, second)]

    assert [row.basis for row in dates] == ["stock", "lead_time"]
    assert dates[0].promised_on == date(2026, 11, 5) < dates[1].promised_on
    assert telling.broken_rules() == []


def test_a_policy_lets_it_all_go_at_once(scene: Scene) -> None:
    for kind in ("production", "purchase"):
        ApprovalPolicy.objects.create(
            kind=kind, max_amount=10**15, horizon_days=60, role="manager", set_at=MONDAY, set_by="user:1"
        )

    order = telling.place_order(scene.customer, scene.parts.computer, 2)

    made = iscm.list_production(telling.ref_of(order))
    assert [row.state for row in made] == ["released", "released"]
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) == {"sent"}
    assert letters(order) == ["order.received", "order.material_ordered"]
    assert set(DecisionRecord.objects.values_list("state", flat=True)) == {"accepted"}
    assert telling.broken_rules() == []


def test_what_a_customer_no_longer_wants_is_not_proposed(scene: Scene) -> None:
    order = telling.place_order(scene.customer, scene.parts.computer, 2)

    crm.cancel_order(order.id, revision=crm.get_order(order.id).revision, by=telling.SALES, as_of=MONDAY)
    tell_everybody()

    assert iscm.list_production(telling.ref_of(order)) == ()
    assert set(ProductionOrder.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(PurchaseRequisition.objects.values_list("state", flat=True)) == {"dismissed"}
    assert telling.broken_rules() == []


def test_lost_units_are_told_and_promised_again(scene: Scene) -> None:
    order, computer, board, purchase = start_computers(scene)
    later = MONDAY + timedelta(days=7)
    telling.receive(purchase, scene.site, later)
    telling.work_off(board.id, later)

    iscm.finish_step(computer.id, 1, scrap=Quantity.of(1), by=telling.FLOOR, as_of=later + timedelta(hours=3))
    iscm.finish_step(computer.id, 2, by=telling.FLOOR, as_of=later + timedelta(hours=4))
    iscm.finish_production(computer.id, by=telling.FLOOR, as_of=later + timedelta(hours=5))
    tell_everybody(later + timedelta(hours=5))

    row = ProductionOrder.objects.get(pk=computer.id)
    assert (row.good, row.scrap) == (10_000, 10_000)
    # the good unit bears what went into both: two cases, two boards of a processor and two circuits
    assert row.unit_cost == 2 * (200_000 + 1_500_000 + 2 * 300_000) * 10_000
    assert ProductionOrder.objects.get(pk=board.id).unit_cost == (1_500_000 + 2 * 300_000) * 10_000
    # one unit is there, the other is made again
    assert telling.on_hand(scene.parts.computer, scene.site) == (1, 0)
    again = [row for row in iscm.list_production(telling.ref_of(order)) if row.state == "planned"]
    assert [(row.units, row.is_for_order) for row in again] == [(Quantity.of(1), True), (Quantity.of(1), False)]
    assert telling.broken_rules() == []


def test_goods_go_from_one_site_to_another(scene: Scene) -> None:
    other = foundation.make_site("SUB", serves=foundation.make_territory())
    circuit = scene.parts.circuit
    operations.make_stock(circuit, scene.site, 5)
    request = TransferRequest(
        company_id=foundation.make_company().pk, origin_id=scene.site.pk, destination_id=other.pk,
        ship_on=date(2026, 11, 3), due_on=date(2026, 11, 5), lines=((circuit.pk, Quantity.of(4)),),
        cause=DocRef("manual", 0),
    )  # fmt: skip
    transfer = iscm.plan_transfer(request, by=telling.PLANNER, as_of=MONDAY)
    iscm.release_transfer(transfer, by=telling.PLANNER, as_of=MONDAY)
    tell_everybody()
    assert telling.on_hand(circuit, scene.site) == (5, 4)
    assert telling.broken_rules() == []

    iscm.ship_transfer(transfer, carrier="own lorry", by=telling.WAREHOUSE, as_of=MONDAY + timedelta(days=1))
    tell_everybody(MONDAY + timedelta(days=1))
    assert (telling.on_hand(circuit, scene.site), telling.on_hand(circuit, other)) == ((1, 0), (0, 0))
    slot = SupplySlot.objects.get(kind="transfer")
    assert (slot.available, slot.available_on, slot.location_id) == (40_000, date(2026, 11, 5), other.pk)
    assert telling.broken_rules() == []

    iscm.receive_transfer(transfer, by=telling.WAREHOUSE, as_of=MONDAY + timedelta(days=3))
    tell_everybody(MONDAY + timedelta(days=3))
    assert telling.on_hand(circuit, other) == (4, 0)
    assert SupplySlot.objects.get(kind="transfer").available == 0
    assert SupplySlot.objects.get(kind="stock", location=other, item=circuit).available == 40_000
    assert telling.broken_rules() == []


def pass_to_partner(scene: Scene, *units: int) -> tuple[telling.OrderView, PurchaseOrder]:
    """An order of lines that a partner sends, which the partner has accepted."""
    partner = suppliers.make_supplier("CV Mitra Layar")
    monitor = production.make_dropshipped(partner)
    account = sales.Account.objects.get(party_id=scene.customer)
    draft = sales.make_draft(account, [(monitor, count) for count in units], in_days=3)
    order = crm.confirm_order(crm.capture_order(draft), revision=1, by=telling.SALES, as_of=MONDAY)
    tell_everybody()
    (purchase,) = telling.buy_everything(MONDAY)
    for row, count in zip(suppliers.list_schedules(purchase), units, strict=True):
        suppliers.answer(purchase, (count, date(2026, 11, 5)), schedule=row)
    tell_everybody()
    return order, purchase


def test_a_partner_who_cancels_leaves_the_order_without_a_date_and_the_customer_hears_it(scene: Scene) -> None:
    order, purchase = pass_to_partner(scene, 3)

    srm.cancel_order(purchase.pk, by=telling.BUYER)
    tell_everybody()

    now = status(order)
    assert (now.promised_on, now.short, now.basis) == (None, Quantity.of(3), "")
    assert [row[0] for row in telling.ledger(order)][-1] == "partner_cancelled"
    assert letters(order)[-1] == "order.date_lost"
    letter = OutgoingMessage.objects.get(key="order.date_lost")
    assert "Mitra Layar" not in letter.body + str(letter.values)
    # nobody asks the same partner again by himself
    assert not PurchaseRequisition.objects.filter(state="open").exists()
    assert telling.broken_rules() == []


def test_what_a_partner_lets_go_another_sends(scene: Scene) -> None:
    order, purchase = pass_to_partner(scene, 3)
    second = suppliers.make_supplier("PT Layar Dua")
    item = purchase.lines.get().item
    foundation.make_source(item, kind="dropship", supplier=second, lead_time_days=9, rank=2)

    srm.cancel_order(purchase.pk, by=telling.BUYER)
    tell_everybody()

    assert (status(order).basis, status(order).promised_on) == ("dropship", date(2026, 11, 11))
    assert letters(order)[-1] == "order.promise_moved"
    (wish,) = PurchaseRequisition.objects.filter(state="open")
    assert (wish.supplier_id, wish.units) == (second.pk, 30_000)
    assert telling.broken_rules() == []


def test_lines_that_a_partner_sends_together_are_one_shipment(scene: Scene) -> None:
    order, purchase = pass_to_partner(scene, 3, 2)

    for stage, days in (("handed_to_carrier", 2), ("in_transit", 2), ("delivered", 3)):
        telling.notice(purchase, stage, MONDAY + timedelta(days=days), tracking="SC-9")

    (shipment,) = Shipment.objects.all()
    assert [line.units for line in shipment.lines.order_by("id")] == [30_000, 20_000]
    assert [row.fulfilled for row in iscm.list_demand_status(telling.ref_of(order))] == [
        Quantity.of(3), Quantity.of(2),
    ]  # fmt: skip
    assert letters(order)[-4:] == [
        "order.handed_to_carrier", "order.in_transit", "order.delivered", "invoice.issued",
    ]  # fmt: skip
    assert Invoice.objects.get(order_id=order.id).total == order.total
    purchase.refresh_from_db()
    assert (purchase.state, crm.get_order(order.id).state) == ("received", "closed")
    assert telling.broken_rules() == []


def test_a_parcel_that_turned_round_is_the_partners_to_send_again(scene: Scene) -> None:
    order, purchase = pass_to_partner(scene, 3, 2)
    tuesday = MONDAY + timedelta(days=1)
    telling.notice(purchase, "handed_to_carrier", tuesday, tracking="SC-9")
    (shipment,) = iscm.list_shipments(telling.ref_of(order))

    iscm.reverse_shipment(shipment.id, by=telling.WAREHOUSE, as_of=tuesday)
    tell_everybody(tuesday)

    rows = iscm.list_demand_status(telling.ref_of(order))
    assert [(row.fulfilled, row.short, row.basis) for row in rows] == [(Quantity(0), Quantity(0), "dropship")] * 2
    assert [row.open_units for row in srm.list_open_supply()] == [Quantity.of(3), Quantity.of(2)]
    assert not PurchaseRequisition.objects.filter(state="open").exists()
    assert telling.broken_rules() == []

    telling.notice(purchase, "handed_to_carrier", tuesday + timedelta(hours=5), tracking="SC-10")
    telling.notice(purchase, "delivered", MONDAY + timedelta(days=3), tracking="SC-10")
    assert sorted(Shipment.objects.values_list("state", flat=True)) == ["cancelled", "delivered"]
    assert crm.get_order(order.id).state == "closed"
    assert telling.broken_rules() == []


def test_a_part_that_lies_elsewhere_is_moved_for_the_order(scene: Scene) -> None:
    other = foundation.make_site("SUB")
    operations.make_stock(scene.parts.case, other, 5)
    foundation.make_source(
        scene.parts.case, kind="move", origin=other, location=scene.site, lead_time_days=2,
        calendar=foundation.make_company().calendar,
    )  # fmt: skip

    order = telling.place_order(scene.customer, scene.parts.computer, 2)

    transfer = TransferOrder.objects.get()
    (line,) = transfer.lines.all()
    assert (transfer.state, transfer.origin_id, transfer.destination_id) == ("planned", other.pk, scene.site.pk)
    assert (line.item_id, line.units, transfer.cause_kind) == (scene.parts.case.pk, 20_000, "production_order")
    assert DecisionRecord.objects.get(kind="transfer").units == 20_000
    assert not PurchaseRequisition.objects.filter(item=scene.parts.case).exists()

    # released, sent and received, the cases are held for this order
    computer = iscm.list_production(telling.ref_of(order))[0]
    iscm.release_production(computer.id, by=telling.PLANNER, as_of=MONDAY)
    iscm.release_transfer(transfer.pk, by=telling.PLANNER, as_of=MONDAY)
    tell_everybody()
    iscm.ship_transfer(transfer.pk, carrier="lorry", by=telling.WAREHOUSE, as_of=MONDAY + timedelta(days=1))
    iscm.receive_transfer(transfer.pk, by=telling.WAREHOUSE, as_of=MONDAY + timedelta(days=3))
    tell_everybody(MONDAY + timedelta(days=3))
    assert telling.on_hand(scene.parts.case, scene.site) == (2, 2)
    assert telling.broken_rules() == []


def test_a_transfer_for_an_order_that_is_cancelled_is_not_made(scene: Scene) -> None:
    other = foundation.make_site("SUB")
    operations.make_stock(scene.parts.case, other, 5)
    foundation.make_source(scene.parts.case, kind="move", origin=other, location=scene.site, lead_time_days=2)
    order = telling.place_order(scene.customer, scene.parts.computer, 2)

    crm.cancel_order(order.id, revision=crm.get_order(order.id).revision, by=telling.SALES, as_of=MONDAY)
    tell_everybody()

    assert TransferOrder.objects.get().state == "cancelled"
    assert telling.broken_rules() == []
