"""A chain goes from a customer's line down to stock, a receipt or a purchase, and from any of these back up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils.module_loading import autodiscover_modules

from rantai.crm import facade as crm
from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment.models import GoodsReceiptLine
from rantai.iscm.messages import Chain, ReceiptLine, TransferRequest
from rantai.iscm.production.models import ProductionOrder
from rantai.iscm.supply.management import planning
from rantai.iscm.supply.models import PlannedOrder
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


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """Let the handlers' clock stand on a Monday, with every task known."""
    autodiscover_modules("tasks")
    with time_machine.travel(MONDAY, tick=False):
        yield


def trace(ref: DocRef, at: datetime = MONDAY) -> Chain:
    found = iscm.trace(ref, as_of=at)
    assert found is not None
    return found


def kinds(chain: Chain) -> dict[str, int]:
    """Return how many nodes there are of each kind."""
    found: dict[str, int] = defaultdict(int)
    for node in chain.nodes:
        found[node.kind] += 1
    return dict(found)


def flows(chain: Chain) -> dict[tuple[str, str], tuple[int, str]]:
    """Return whole units and reason by kinds of supplier and consumer."""
    kind = {node.key: node.kind for node in chain.nodes}
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for link in chain.links:
        pair = kind[link.supplier], kind[link.consumer]
        found[pair] = (found.get(pair, (0, ""))[0] + link.units.amount // 10_000, link.reason)
    return found


def settle(at: datetime = MONDAY) -> None:
    with time_machine.travel(at, tick=False):
        sales.settle()


def buy(item: foundation.Item, units: int, *, due_on: date, **facts: object) -> PurchaseOrder:
    """A purchase that its supplier has confirmed."""
    supplier = suppliers.make_supplier()
    order = suppliers.make_sent(supplier, [(item, units)], due_on=due_on, **facts)
    suppliers.answer(order, (units, due_on))
    settle()
    return order


def receive(order: PurchaseOrder, *, at: datetime, lot: str = "") -> None:
    lines = tuple(
        ReceiptLine(ref=line.ref, item_id=line.item_id, units=Quantity(line.ordered), lot=lot)
        for line in order.lines.all()
    )
    iscm.receive_purchase(lines, location_id=order.location_id or 0, by="user:7", as_of=at)
    settle(at)


def ship(at: datetime) -> None:
    for shipment in operations.release(at):
        sales.send(shipment, at=at)
    settle(at + timedelta(hours=3))


def test_a_fresh_order_leans_on_the_stock_that_its_promise_took() -> None:
    item = sales.make_stocked_item("MON", units=9)
    order = sales.make_confirmed(sales.make_customer(), [(item, 4)])

    chain = trace(DocRef("sales_order", order.pk))

    assert kinds(chain) == {"demand": 1, "stock": 1, "opening": 1}
    assert flows(chain)["stock", "demand"] == (4, "promised")
    assert chain.plan_revision is None
    assert chain.leaf_cause == ""


def test_a_fresh_order_leans_on_the_purchase_that_its_promise_took_and_the_purchase_serves_it() -> None:
    item, _site = sales.make_stocked_item("MON", units=0), sales.make_warehouse()
    purchase = buy(item, 10, due_on=date(2026, 11, 12))
    order = sales.make_confirmed(sales.make_customer("Klinik"), [(item, 6)], in_days=3)
    line = order.lines.get()

    chain = trace(DocRef("sales_order", order.pk, line.pk))

    assert flows(chain) == {("purchase_order", "demand"): (6, "promised")}
    bought = next(node for node in chain.nodes if node.kind == "purchase_order")
    assert (bought.ref, bought.due_on, bought.is_critical) == (purchase.lines.get().ref, date(2026, 11, 12), True)
    assert (chain.leaf, chain.leaf_cause) == (bought.key, "awaits_receipt")

    up = trace(DocRef("purchase_order", purchase.pk, purchase.lines.get().pk))
    assert flows(up) == {("purchase_order", "demand"): (6, "promised")}
    assert next(node for node in up.nodes if node.kind == "demand").ref == DocRef("sales_order", order.pk, line.pk)


def test_a_late_purchase_is_the_cause_where_the_path_ends() -> None:
    item, _site = sales.make_stocked_item("MON", units=0), sales.make_warehouse()
    purchase = buy(item, 10, due_on=date(2026, 11, 12))
    order = sales.make_confirmed(sales.make_customer(), [(item, 6)], in_days=3)
    suppliers.answer(purchase, (10, date(2026, 11, 19)))
    settle()

    chain = trace(DocRef("sales_order", order.pk))

    assert chain.leaf_cause == "late_purchase_order"
    late = next(node for node in chain.nodes if node.key == chain.leaf)
    assert (late.promised_on, late.due_on) == (date(2026, 11, 12), date(2026, 11, 19))
    demand = next(node for node in chain.nodes if node.kind == "demand")
    assert demand.promised_on is not None
    assert demand.promised_on > date(2026, 11, 19)


def test_the_plan_is_told_where_it_knows_the_order_and_the_promise_where_it_does_not() -> None:
    item = sales.make_stocked_item("MON", units=20)
    first = sales.make_confirmed(sales.make_customer(), [(item, 4)])
    planning.make_plan(MONDAY, builder="test")
    second = sales.make_confirmed(sales.make_customer(), [(item, 5)])

    assert flows(trace(DocRef("sales_order", first.pk)))["stock", "demand"] == (4, "pegged")
    assert flows(trace(DocRef("sales_order", second.pk)))["stock", "demand"] == (5, "promised")

    # From the stock up both are there, each counted once.
    stock = trace(DocRef("stock", item.pk, sales.make_warehouse().pk))
    units = {node.ref.id: 0 for node in stock.nodes if node.kind == "demand" and node.ref}
    node = {node.key: node for node in stock.nodes}
    for link in stock.links:
        if node[link.consumer].kind == "demand":
            units[node[link.consumer].ref.id] += link.units.amount // 10_000  # type: ignore[union-attr]
    assert units == {first.pk: 4, second.pk: 5}


def test_what_was_shipped_is_followed_to_the_purchase_of_its_lot() -> None:
    item, _site = sales.make_stocked_item("MON", units=0, tracking="lot"), sales.make_warehouse()
    purchase = buy(item, 10, due_on=date(2026, 11, 6))
    order = sales.make_confirmed(sales.make_customer(), [(item, 6)])
    receive(purchase, at=MONDAY + timedelta(days=3), lot="L-77")
    ship(MONDAY + timedelta(days=9))

    chain = trace(DocRef("sales_order", order.pk), MONDAY + timedelta(days=10))

    assert flows(chain) == {
        ("shipment", "demand"): (6, "shipped"),
        ("lot", "shipment"): (6, "shipped"),
        ("goods_receipt", "lot"): (6, "received"),
        ("purchase_order", "goods_receipt"): (10, "received"),
    }
    lot = next(node for node in chain.nodes if node.kind == "lot")
    assert lot.detail == "L-77"
    assert all(node.is_done for node in chain.nodes)

    up = trace(DocRef("purchase_order", purchase.pk), MONDAY + timedelta(days=10))
    assert flows(up)["lot", "shipment"] == (6, "shipped")
    assert flows(up)["shipment", "demand"] == (6, "shipped")


def test_without_lots_what_came_first_goes_first() -> None:
    item, _site = sales.make_stocked_item("MON", units=0), sales.make_warehouse()
    first, second = (buy(item, units, due_on=date(2026, 11, 6)) for units in (5, 8))
    customer = sales.make_customer()
    one = sales.make_confirmed(customer, [(item, 3)])
    two = sales.make_confirmed(customer, [(item, 6)])
    receive(first, at=MONDAY + timedelta(days=2))
    receive(second, at=MONDAY + timedelta(days=3))
    ship(MONDAY + timedelta(days=9))

    by_purchase = {}
    for order in (one, two):
        chain = trace(DocRef("sales_order", order.pk), MONDAY + timedelta(days=10))
        node = {found.key: found for found in chain.nodes}
        by_purchase[order.pk] = {
            node[link.supplier].ref: link.units.amount // 10_000
            for link in chain.links
            if node[link.supplier].kind == "goods_receipt"
        }
    lines = {
        line.receipt.ref_id: DocRef("goods_receipt", line.receipt_id, line.pk)
        for line in GoodsReceiptLine.objects.all()
    }
    assert by_purchase == {
        one.pk: {lines[first.pk]: 3},
        two.pk: {lines[first.pk]: 2, lines[second.pk]: 4},
    }

    # And up: of the second purchase four left, four stand here.
    up = trace(DocRef("purchase_order", second.pk), MONDAY + timedelta(days=10))
    assert flows(up)["goods_receipt", "shipment"] == (4, "first_in")
    assert flows(up)["goods_receipt", "stock"] == (4, "first_in")


def make_scene() -> tuple[production.Computer, object]:
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory, kind="plant")
    return production.make_computer(site), sales.make_customer("Klinik Harapan", territory=territory)


def test_an_order_made_over_two_levels_is_followed_before_during_and_after() -> None:
    parts, customer = make_scene()
    order = sales.make_confirmed(customer, [(parts.computer, 2)], in_days=3)
    ref = DocRef("sales_order", order.pk)

    # Proposed: both orders, and the wishes to buy.
    found = flows(trace(ref))
    assert found["production_order", "demand"] == (2, "made")
    assert found["production_order", "production_order"] == (2, "made")
    assert found["purchase_requisition", "production_order"] == (2 + 2 + 4, "bought")

    computer, board = iscm.list_production(ref)
    iscm.release_production(computer.id, by="user:5", as_of=MONDAY)
    settle()
    ids = srm.order_requisitions(
        list(PurchaseRequisition.objects.filter(state="open").values_list("pk", flat=True)), by="user:4", as_of=MONDAY
    )
    for pk in ids:
        srm.approve_order(pk, by="user:4", as_of=MONDAY)
        srm.send_order(pk, by="user:4", as_of=MONDAY)
    settle()
    (purchase,) = PurchaseOrder.objects.all()
    found = flows(trace(ref))
    assert found["production_order", "demand"] == (2, "promised")
    assert found["purchase_order", "production_order"] == (8, "bought")

    # Who leans on the processor's line: the board, the computer, the customer.
    line = purchase.lines.get(item=parts.processor)
    up = trace(DocRef("purchase_order", purchase.pk, line.pk))
    assert kinds(up) == {"purchase_order": 1, "production_order": 2, "demand": 1}
    assert {node.tier for node in up.nodes} == {0, 1, 2, 3}

    later = MONDAY + timedelta(days=7)
    receive(purchase, at=later)
    for pk in (board.id, computer.id):
        iscm.finish_step(pk, 1, by="user:8", as_of=later)
        iscm.finish_step(pk, 2, by="user:8", as_of=later)
        iscm.finish_production(pk, by="user:8", as_of=later)
        settle(later)
    ship(MONDAY + timedelta(days=8))
    at = MONDAY + timedelta(days=9)
    done = trace(ref, at)
    found = flows(done)
    assert found["shipment", "demand"] == (2, "shipped")
    assert found["production_order", "shipment"] == (2, "first_in")
    assert found["production_order", "production_order"] == (2, "made")
    assert found["purchase_order", "production_order"] == (8, "bought")
    assert ProductionOrder.objects.get(pk=board.id).supplies_id is not None


def test_what_a_partner_sends_leans_on_its_order_before_and_after() -> None:
    _parts, customer = make_scene()
    partner = suppliers.make_supplier("CV Mitra Layar")
    monitor = production.make_dropshipped(partner)
    order = sales.make_confirmed(customer, [(monitor, 3)], in_days=3)
    ref = DocRef("sales_order", order.pk)
    assert flows(trace(ref)) == {("purchase_requisition", "demand"): (3, "bought")}

    (wish,) = PurchaseRequisition.objects.all()
    (pk,) = srm.order_requisitions([wish.pk], by="user:4", as_of=MONDAY)
    srm.approve_order(pk, by="user:4", as_of=MONDAY)
    srm.send_order(pk, by="user:4", as_of=MONDAY)
    settle()
    assert flows(trace(ref)) == {("purchase_order", "demand"): (3, "bought")}
    assert flows(trace(DocRef("purchase_requisition", wish.pk))) == {("purchase_order", "demand"): (3, "bought")}

    suppliers.answer(PurchaseOrder.objects.get(), (3, date(2026, 11, 5)))
    srm.notice_stage(
        StageNotice(
            order_id=pk, supplier_id=partner.pk, schedule_ids=(), stage="handed_to_carrier", arrives_on=None,
            carrier="SiCepat", tracking="SC-9", at=MONDAY + timedelta(days=2), by="link:1",
        )
    )  # fmt: skip
    settle(MONDAY + timedelta(days=2))
    sent = flows(trace(ref, MONDAY + timedelta(days=2)))
    assert sent == {("shipment", "demand"): (3, "shipped"), ("purchase_order", "shipment"): (3, "bought")}


def test_a_transfer_leans_on_the_stock_at_its_origin_and_serves_what_takes_it_at_its_end() -> None:
    site, other = foundation.make_site(), foundation.make_site("SUB", serves=foundation.make_territory())
    item = sales.make_priced_item("CABLE")
    operations.make_stock(item, site, 5)
    request = TransferRequest(
        company_id=foundation.make_company().pk, origin_id=site.pk, destination_id=other.pk,
        ship_on=date(2026, 11, 3), due_on=date(2026, 11, 5), lines=((item.pk, Quantity.of(4)),),
        cause=DocRef("manual", 0),
    )  # fmt: skip
    transfer = iscm.plan_transfer(request, by="user:5", as_of=MONDAY)
    iscm.release_transfer(transfer, by="user:5", as_of=MONDAY)
    settle()
    assert flows(trace(DocRef("transfer_order", transfer)))["stock", "transfer_order"] == (4, "held")

    iscm.ship_transfer(transfer, by="user:7", as_of=MONDAY + timedelta(days=1))
    iscm.receive_transfer(transfer, by="user:7", as_of=MONDAY + timedelta(days=3))
    settle(MONDAY + timedelta(days=3))
    found = flows(trace(DocRef("transfer_order", transfer), MONDAY + timedelta(days=3)))
    assert found["opening", "transfer_order"] == (4, "held")
    assert found["transfer_order", "stock"] == (4, "first_in")


def test_a_proposal_names_the_demands_behind_it() -> None:
    item = sales.make_priced_item("MON")
    foundation.make_site()
    foundation.make_source(item, supplier=foundation.make_party(role="supplier"), lead_time_days=5)
    order = sales.make_confirmed(sales.make_customer(), [(item, 7)], in_days=20)
    planning.make_plan(MONDAY, builder="test")

    chain = trace(DocRef("planned_order", PlannedOrder.objects.get().pk))

    assert flows(chain) == {("planned_order", "demand"): (7, "pegged")}
    assert next(node for node in chain.nodes if node.kind == "planned_order").note == "purchase"
    assert next(node for node in chain.nodes if node.kind == "demand").ref == DocRef(
        "sales_order", order.pk, order.lines.get().pk
    )


def test_units_into_a_demand_add_up_whatever_they_lean_on() -> None:
    item, _site = sales.make_stocked_item("MON", units=4), sales.make_warehouse()
    buy(item, 5, due_on=date(2026, 11, 12))
    order = sales.make_confirmed(sales.make_customer(), [(item, 15)], in_days=3)

    chain = trace(DocRef("sales_order", order.pk))

    demand = next(node for node in chain.nodes if node.kind == "demand")
    into = [link for link in chain.links if link.consumer == demand.key]
    assert sum(link.units.amount for link in into) == demand.units.amount == 150_000
    assert {node.kind for node in chain.nodes} >= {"stock", "purchase_order", "source"}


def test_nothing_is_said_of_what_is_not_there_or_was_cancelled() -> None:
    item = sales.make_stocked_item("MON")
    order = sales.make_confirmed(sales.make_customer(), [(item, 4)])
    crm.cancel_order(order.pk, revision=order.revision, by="user:3", as_of=MONDAY)

    assert iscm.trace(DocRef("sales_order", order.pk), as_of=MONDAY) is None
    for kind in ("demand", "shipment", "purchase_order", "planned_order", "production_order", "transfer_order"):
        assert iscm.trace(DocRef(kind, 999_999), as_of=MONDAY) is None


def test_a_reversed_receipt_leaves_no_layer() -> None:
    item, _site = sales.make_stocked_item("MON", units=0), sales.make_warehouse()
    first, second = (buy(item, 5, due_on=date(2026, 11, 6)) for _n in range(2))
    receive(first, at=MONDAY)
    iscm.reverse_receipt(GoodsReceiptLine.objects.get().receipt_id, by="user:7", as_of=MONDAY)
    settle()
    receive(second, at=MONDAY)

    here = trace(DocRef("stock", item.pk, sales.make_warehouse().pk))

    bought = [node.ref.id for node in here.nodes if node.kind == "purchase_order" and node.ref]
    assert bought == [second.pk]
