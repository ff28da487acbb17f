"""The second and third order of the loop, told as stories: one is made over two levels, one a partner sends.

They run on both databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils.module_loading import autodiscover_modules

from rantai.crm import facade as crm
from rantai.crm.messages import OrderView
from rantai.crm.orders.models import Invoice
from rantai.desk import check
from rantai.foundation.locations.models import Location
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import Milestone
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.messages import DemandStatus, ReceiptLine, TransferRequest
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.promising.models import SupplySlot
from rantai.kernel import relay
from rantai.kernel.models import ApprovalPolicy, DecisionRecord
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from rantai.srm.messages import StageNotice
from tests.factories import crm as sales
from tests.factories import foundation, production
from tests.factories import iscm as operations
from tests.factories import srm as suppliers

pytestmark = pytest.mark.django_db

MONDAY = sales.NOW
FLOOR = "user:8"
BUYER = "user:4"
WAREHOUSE = "user:7"


@dataclass
class Scene:
    """A site in Jakarta that makes computers, and a clinic that buys."""

    site: Location
    parts: production.Computer
    customer: int


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """Let the handlers' clock stand on the Monday of the story, with every task known."""
    autodiscover_modules("tasks")
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Set the stage: bills and routings of two levels, no stock of anything."""
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory, kind="plant")
    clinic = sales.make_customer("Klinik Harapan", territory=territory, language="id", email="beli@klinik.example")
    return Scene(site=site, parts=production.make_computer(site), customer=clinic.party_id)


def tell_everybody(at: datetime = MONDAY) -> None:
    """Let every fact reach its handlers and every job run, as the worker does at that time."""
    with time_machine.travel(at, tick=False):
        sales.settle()


def letters(order: OrderView) -> list[str]:
    """Return what the customer was told, in order."""
    rows = OutgoingMessage.objects.filter(party_id=order.party_id).order_by("id")
    return list(rows.values_list("key", flat=True))


def broken_rules() -> list[str]:
    """Return every invariant that does not hold."""
    return [f"{found.rule} {found.subject}: {found.message}" for found in check.list_violations()]


def place_order(scene: Scene, item: foundation.Item, units: int, *, in_days: int = 3) -> OrderView:
    """A sales person types an order and confirms it with the offered date."""
    account = sales.Account.objects.get(party_id=scene.customer)
    draft = sales.make_draft(account, [(item, units)], as_of=MONDAY, in_days=in_days)
    order_id = crm.capture_order(draft)
    order = crm.confirm_order(order_id, revision=1, by="user:3", as_of=MONDAY)
    tell_everybody()
    return order


def status(order: OrderView) -> DemandStatus:
    """Return where the only demand of an order stands."""
    return iscm.list_demand_status(DocRef("sales_order", order.id))[0]


def milestones(order: OrderView) -> list[str]:
    """Return the stages that the demand reached, in order."""
    rows = Milestone.objects.filter(demand_id=status(order).demand_id).order_by("at", "id")
    return [f"{row.code} {row.position}/{row.of}" if row.of else row.code for row in rows]


def on_hand(item: foundation.Item, place: Location) -> tuple[int, int]:
    """Return whole units on hand and held."""
    rows = StockBalance.objects.filter(item=item, location=place, status="available")
    return sum(row.on_hand for row in rows) // 10_000, sum(row.reserved for row in rows) // 10_000


def buy_everything(at: datetime) -> list[PurchaseOrder]:
    """The buyer accepts every requisition; the orders go to their suppliers."""
    wanted = list(PurchaseRequisition.objects.filter(state="open").values_list("pk", flat=True))
    ids = srm.order_requisitions(wanted, by=BUYER, as_of=at)
    for pk in ids:
        srm.approve_order(pk, by=BUYER, as_of=at)
        srm.send_order(pk, by=BUYER, as_of=at)
    tell_everybody()
    return list(PurchaseOrder.objects.filter(pk__in=ids).order_by("id"))


def receive(order: PurchaseOrder, place: Location, at: datetime) -> None:
    """The warehouse receives all lines of an order."""
    iscm.receive_purchase(
        tuple(
            ReceiptLine(ref=line.ref, item_id=line.item_id, units=Quantity(line.ordered)) for line in order.lines.all()
        ),
        location_id=place.pk, by=WAREHOUSE, as_of=at,
    )  # fmt: skip
    tell_everybody(at)


def work_off(order_id: int, at: datetime) -> None:
    """The shop floor works through the steps of an order and brings it to stock."""
    iscm.finish_step(order_id, 1, by=FLOOR, as_of=at)
    iscm.finish_step(order_id, 2, by=FLOOR, as_of=at + timedelta(hours=1))
    iscm.finish_production(order_id, by=FLOOR, as_of=at + timedelta(hours=2))
    tell_everybody(at + timedelta(hours=2))


def ship(order: OrderView, day: date) -> None:
    """The warehouse sends what is due and the carrier delivers it."""
    at = datetime.combine(day, MONDAY.timetz())
    iscm.release_for_shipping(at)
    for row in iscm.list_shipments(DocRef("sales_order", order.id)):
        iscm.pack_shipment(row.id, by=WAREHOUSE, as_of=at)
        iscm.ship_shipment(row.id, carrier="JNE", tracking="JN-7", by=WAREHOUSE, as_of=at)
        iscm.deliver_shipment(row.id, proof="signature", by=WAREHOUSE, as_of=at + timedelta(days=1))
    tell_everybody(at + timedelta(days=1))


def test_an_order_is_made_over_two_levels(scene: Scene) -> None:
    # Nothing is there: the date comes from the processor's five days, the board and the computer.
    account = sales.Account.objects.get(party_id=scene.customer)
    order_id = crm.capture_order(sales.make_draft(account, [(scene.parts.computer, 2)], in_days=3))
    offer = crm.ask_dates(order_id, as_of=MONDAY).lines[0]
    assert [(part.units, part.basis) for part in offer.slices] == [(Quantity.of(2), "make")]
    # Monday 2 November: the processor comes on the 9th, both are made that day and leave on the 10th.
    assert (offer.slices[0].ship_on, offer.slices[0].promised_on) == (date(2026, 11, 10), date(2026, 11, 11))

    order = crm.confirm_order(order_id, revision=1, by="user:3", as_of=MONDAY)
    tell_everybody()
    assert letters(order) == ["order.received"]

    # Confirmed demand proposes what has to be made and bought, and why; nothing is done yet.
    computer, board = iscm.list_production(DocRef("sales_order", order.id))
    assert [(row.item_id, row.state, row.units) for row in (computer, board)] == [
        (scene.parts.computer.pk, "planned", Quantity.of(2)),
        (scene.parts.board.pk, "planned", Quantity.of(2)),
    ]
    wanted = PurchaseRequisition.objects.order_by("item__code").values_list("item__code", "units", "state")
    assert list(wanted) == [("CASE-A", 20_000, "open"), ("CPU-7", 20_000, "open"), ("PCB-2", 40_000, "open")]
    assert sorted(DecisionRecord.objects.values_list("kind", "state")) == [
        ("production", "proposed"), ("purchase", "proposed"), ("purchase", "proposed"), ("purchase", "proposed"),
    ]  # fmt: skip

    # The planner releases, the buyer orders: the customer hears once that the material is ordered.
    assert len(iscm.release_production(computer.id, by="user:5", as_of=MONDAY)) == 2
    tell_everybody()
    assert status(order).basis == "receipt"
    (purchase,) = buy_everything(MONDAY)
    assert letters(order)[1:] == ["order.material_ordered"]

    # All parts arrive and are held for this order; nobody else is offered them.
    later = MONDAY + timedelta(days=7)
    receive(purchase, scene.site, later)
    assert letters(order)[2:] == ["order.material_arrived"]
    assert on_hand(scene.parts.processor, scene.site) == (2, 2)
    assert status(order).promised_on == date(2026, 11, 11)

    # The board is a part: the customer hears of the computer's steps only.
    work_off(board.id, later)
    assert on_hand(scene.parts.board, scene.site) == (2, 2)
    assert letters(order)[3:] == []
    work_off(computer.id, later + timedelta(hours=3))
    assert letters(order)[3:] == [
        "order.production_started", "order.operation_finished", "order.operation_finished", "order.quality_passed",
    ]  # fmt: skip
    assert status(order).basis == "stock"
    made = iscm.list_production(DocRef("sales_order", order.id))[0]
    assert (made.state, made.good, made.steps) == ("finished", Quantity.of(2), ("finished", "finished"))

    # From here on it goes as from stock; the promise was kept to the day.
    ship(order, date(2026, 11, 10))
    assert milestones(order) == [
        "material_ordered", "material_arrived", "production_started", "operation_finished 1/2",
        "operation_finished 2/2", "quality_passed", "picking", "packed", "handed_to_carrier", "delivered",
    ]  # fmt: skip
    assert letters(order)[7:] == [
        "order.picking", "order.packed", "order.handed_to_carrier", "order.delivered", "invoice.issued",
    ]  # fmt: skip
    assert crm.get_order(order.id).state == "closed"
    assert [on_hand(item, scene.site) for item in (scene.parts.computer, scene.parts.board, scene.parts.case)] == [
        (0, 0), (0, 0), (0, 0),
    ]  # fmt: skip
    assert broken_rules() == []


def test_a_partner_sends_the_order(scene: Scene) -> None:
    partner = suppliers.make_supplier("CV Mitra Layar")
    monitor = production.make_dropshipped(partner)
    order = place_order(scene, monitor, 3)
    assert (status(order).basis, status(order).promised_on) == ("dropship", date(2026, 11, 5))
    (wish,) = PurchaseRequisition.objects.all()
    assert (wish.units, wish.drop_for_number, wish.state) == (30_000, order.number, "open")

    # The buyer passes it on; the partner answers by its link, then tells each stage.
    (purchase,) = buy_everything(MONDAY)
    assert purchase.drop_to_address_id is not None
    assert letters(order) == ["order.received", "order.passed_to_partner"]
    suppliers.answer(purchase, (3, date(2026, 11, 5)))
    tell_everybody()
    assert letters(order)[2:] == ["order.partner_accepted"]
    for stage, days in (("packed", 1), ("handed_to_carrier", 2), ("in_transit", 2), ("delivered", 3)):
        srm.notice_stage(
            StageNotice(
                order_id=purchase.pk, supplier_id=partner.pk, schedule_ids=(), stage=stage, arrives_on=None,
                carrier="SiCepat", tracking="SC-9" if days > 1 else "", at=MONDAY + timedelta(days=days), by="link:1",
            )
        )  # fmt: skip
        tell_everybody(MONDAY + timedelta(days=days))

    # Never our stock: the goods went from the suppliers' account to the customers'.
    assert not StockBalance.objects.filter(item=monitor, is_account=False).exists()
    assert milestones(order) == [
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
    assert broken_rules() == []


def test_facts_told_twice_change_nothing(scene: Scene) -> None:
    order = place_order(scene, scene.parts.computer, 2)
    computer, _board = iscm.list_production(DocRef("sales_order", order.id))
    iscm.release_production(computer.id, by="user:5", as_of=MONDAY)
    (purchase,) = buy_everything(MONDAY)
    receive(purchase, scene.site, MONDAY + timedelta(days=7))
    told, held = letters(order), on_hand(scene.parts.processor, scene.site)

    relay.Delivery.objects.update(state="waiting")
    tell_everybody(MONDAY + timedelta(days=8))

    assert (letters(order), on_hand(scene.parts.processor, scene.site)) == (told, held)
    assert len(iscm.list_production(DocRef("sales_order", order.id))) == 2
    assert PurchaseRequisition.objects.count() == 3
    assert broken_rules() == []


def test_a_policy_lets_it_all_go_at_once(scene: Scene) -> None:
    for kind in ("production", "purchase"):
        ApprovalPolicy.objects.create(
            kind=kind, max_amount=10**15, horizon_days=60, role="manager", set_at=MONDAY, set_by="user:1"
        )

    order = place_order(scene, scene.parts.computer, 2)

    made = iscm.list_production(DocRef("sales_order", order.id))
    assert [row.state for row in made] == ["released", "released"]
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) == {"sent"}
    assert letters(order) == ["order.received", "order.material_ordered"]
    assert set(DecisionRecord.objects.values_list("state", flat=True)) == {"accepted"}
    assert broken_rules() == []


def test_what_a_customer_no_longer_wants_is_not_proposed(scene: Scene) -> None:
    order = place_order(scene, scene.parts.computer, 2)

    crm.cancel_order(order.id, revision=crm.get_order(order.id).revision, by="user:3", as_of=MONDAY)
    tell_everybody()

    assert iscm.list_production(DocRef("sales_order", order.id)) == ()
    assert set(ProductionOrder.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(PurchaseRequisition.objects.values_list("state", flat=True)) == {"dismissed"}
    assert broken_rules() == []


def test_lost_units_are_told_and_promised_again(scene: Scene) -> None:
    order = place_order(scene, scene.parts.computer, 2)
    computer, board = iscm.list_production(DocRef("sales_order", order.id))
    iscm.release_production(computer.id, by="user:5", as_of=MONDAY)
    (purchase,) = buy_everything(MONDAY)
    later = MONDAY + timedelta(days=7)
    receive(purchase, scene.site, later)
    work_off(board.id, later)

    iscm.finish_step(computer.id, 1, scrap=Quantity.of(1), by=FLOOR, as_of=later + timedelta(hours=3))
    iscm.finish_step(computer.id, 2, by=FLOOR, as_of=later + timedelta(hours=4))
    iscm.finish_production(computer.id, by=FLOOR, as_of=later + timedelta(hours=5))
    tell_everybody(later + timedelta(hours=5))

    row = ProductionOrder.objects.get(pk=computer.id)
    assert (row.good, row.scrap) == (10_000, 10_000)
    # the good unit bears what went into both: two cases, two boards of a processor and two circuits
    assert row.unit_cost == 2 * (200_000 + 1_500_000 + 2 * 300_000) * 10_000
    assert ProductionOrder.objects.get(pk=board.id).unit_cost == (1_500_000 + 2 * 300_000) * 10_000
    # one unit is there, the other is made again
    assert on_hand(scene.parts.computer, scene.site) == (1, 0)
    again = [row for row in iscm.list_production(DocRef("sales_order", order.id)) if row.state == "planned"]
    assert [(row.units, row.is_for_order) for row in again] == [(Quantity.of(1), True), (Quantity.of(1), False)]
    assert broken_rules() == []


def test_goods_go_from_one_site_to_another(scene: Scene) -> None:
    other = foundation.make_site("SUB", serves=foundation.make_territory())
    circuit = scene.parts.circuit
    operations.make_stock(circuit, scene.site, 5)
    request = TransferRequest(
        company_id=foundation.make_company().pk, origin_id=scene.site.pk, destination_id=other.pk,
        ship_on=date(2026, 11, 3), due_on=date(2026, 11, 5), lines=((circuit.pk, Quantity.of(4)),),
        cause=DocRef("manual", 0),
    )  # fmt: skip
    transfer = iscm.plan_transfer(request, by="user:5", as_of=MONDAY)
    iscm.release_transfer(transfer, by="user:5", as_of=MONDAY)
    tell_everybody()
    assert on_hand(circuit, scene.site) == (5, 4)
    assert broken_rules() == []

    iscm.ship_transfer(transfer, carrier="own lorry", by=WAREHOUSE, as_of=MONDAY + timedelta(days=1))
    tell_everybody(MONDAY + timedelta(days=1))
    assert (on_hand(circuit, scene.site), on_hand(circuit, other)) == ((1, 0), (0, 0))
    slot = SupplySlot.objects.get(kind="transfer")
    assert (slot.available, slot.available_on, slot.location_id) == (40_000, date(2026, 11, 5), other.pk)
    assert broken_rules() == []

    iscm.receive_transfer(transfer, by=WAREHOUSE, as_of=MONDAY + timedelta(days=3))
    tell_everybody(MONDAY + timedelta(days=3))
    assert on_hand(circuit, other) == (4, 0)
    assert SupplySlot.objects.get(kind="transfer").available == 0
    assert SupplySlot.objects.get(kind="stock", location=other, item=circuit).available == 40_000
    assert broken_rules() == []
