"""The work on a shipment: what it moves, what it tells, and what it refuses."""

from __future__ import annotations

import pytest
from django.db import transaction

from rantai.iscm import facade as iscm
from rantai.iscm import handlers
from rantai.iscm.fulfilment import queries
from rantai.iscm.fulfilment.actions import returns, shipments, withdrawals
from rantai.iscm.fulfilment.models import PickTask, Shipment, ShipmentLine
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.promising.models import SlotTake
from rantai.kernel import outbox
from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transitions import IllegalTransition
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
BY = {"at": factory.MONDAY, "by": "user:1"}


@pytest.fixture
def shipment() -> Shipment:
    site, item = foundation.make_site(), foundation.make_item("BRK-200")
    factory.make_stock(item, site, 5)
    factory.make_demand(item, 4)
    return factory.release()[0]


def stock() -> dict[str, tuple[int, int]]:
    rows = StockBalance.objects.filter(is_account=False).values_list("status", "on_hand", "reserved")
    return {status: (on_hand // 10_000, reserved // 10_000) for status, on_hand, reserved in rows}


def status_of(shipment: Shipment):
    factory.drain()
    return iscm.list_demand_status(DocRef("sales_order", shipment.order_id))[0]


def test_shipping_moves_stock_to_the_customer_and_fulfils_the_demand(shipment) -> None:
    assert stock() == {"available": (5, 4)}

    shipments.pack(shipment, packages=2, **BY)
    shipments.ship(shipment, carrier="JNE", tracking="42", **BY)

    assert stock() == {"available": (1, 0)}
    status = status_of(shipment)
    assert (status.fulfilled, status.milestone) == (Quantity.of(4), "handed_to_carrier")
    shipment.refresh_from_db()
    assert (shipment.state, shipment.packages, shipment.carrier) == ("shipped", 2, "JNE")


def test_each_stage_is_told_once(shipment) -> None:
    for task in queries.list_picks(shipment):
        shipments.pick(task, **BY)
        shipments.pick(task, **BY)
    shipment.refresh_from_db()
    shipments.pack(shipment, **BY)
    shipments.ship(shipment, **BY)
    shipments.note_in_transit(shipment, at=factory.MONDAY)
    shipments.deliver(shipment, proof="signature", **BY)
    factory.drain()

    told = Event.objects.filter(kind="MilestoneReached").order_by("id").values_list("payload__milestone", flat=True)
    assert list(told) == ["picking", "packed", "handed_to_carrier", "in_transit", "delivered"]


def test_reversed_shipment_stands_packed_and_reserved_again(shipment) -> None:
    shipments.pack(shipment, **BY)
    shipments.ship(shipment, **BY)

    shipments.reverse_shipment(shipment, **BY)

    assert (shipment.state, stock()) == ("packed", {"available": (5, 4)})
    status = status_of(shipment)
    assert (status.fulfilled, status.reserved) == (Quantity(0), Quantity.of(4))
    shipments.ship(shipment, **BY)
    assert status_of(shipment).fulfilled == Quantity.of(4)


def test_facts_in_the_wrong_order_settle_to_the_same(shipment) -> None:
    shipments.pack(shipment, **BY)
    shipments.ship(shipment, **BY)
    shipments.reverse_shipment(shipment, **BY)

    facts = [outbox.read(row) for row in Event.objects.filter(kind__in=["Shipped", "ShipmentReversed"]).order_by("-id")]
    for fact in (*facts, *facts):
        handlers.on_shipped(fact) if type(fact).__name__ == "Shipped" else handlers.on_shipment_reversed(fact)

    status = iscm.list_demand_status(DocRef("sales_order", shipment.order_id))[0]
    assert (status.fulfilled, status.reserved) == (Quantity(0), Quantity.of(4))


def test_delivered_shipment_is_not_reversed(shipment) -> None:
    shipments.pack(shipment, **BY)
    shipments.ship(shipment, **BY)
    shipments.deliver(shipment, proof="signature", **BY)

    with pytest.raises(IllegalTransition), transaction.atomic():
        shipments.reverse_shipment(shipment, **BY)
    assert stock() == {"available": (1, 0)}


def test_shipment_leaves_once_though_two_people_press_the_button(shipment) -> None:
    shipments.pack(shipment, **BY)
    seen_by_another = Shipment.objects.get(pk=shipment.pk)
    shipments.ship(shipment, **BY)

    with pytest.raises(IllegalTransition), transaction.atomic():
        shipments.ship(seen_by_another, **BY)
    assert stock() == {"available": (1, 0)}


def test_cancelled_shipment_frees_its_stock_and_its_demand_waits_again(shipment) -> None:
    withdrawals.cancel_shipment(shipment, **BY)

    status = status_of(shipment)
    assert (status.reserved, status.basis, stock()) == (Quantity(0), "stock", {"available": (5, 0)})
    assert [row.units for row in SlotTake.objects.all()] == [40_000]
    assert len(factory.release()) == 1


def test_short_pick_ships_what_was_found_and_sets_the_rest_aside(shipment) -> None:
    task = PickTask.objects.get()

    shipments.pick(task, found=30_000, **BY)
    shipment.refresh_from_db()
    shipments.pack(shipment, **BY)
    shipments.ship(shipment, **BY)

    assert ShipmentLine.objects.get().units == 30_000
    assert stock() == {"available": (1, 0), "quarantine": (1, 0)}
    status = status_of(shipment)
    assert (status.fulfilled, status.reserved, status.short) == (Quantity.of(3), Quantity(0), Quantity(0))
    assert [(row.basis, row.units) for row in SlotTake.objects.all()] == [("stock", 10_000)]


def test_pick_of_nothing_cancels_the_shipment(shipment) -> None:
    shipments.pick(PickTask.objects.get(), found=0, **BY)

    shipment.refresh_from_db()
    status = status_of(shipment)
    assert (shipment.state, status.short, stock()) == (
        "cancelled", Quantity.of(3), {"available": (1, 0), "quarantine": (4, 0)},
    )  # fmt: skip


def test_pick_of_more_than_asked_is_refused(shipment) -> None:
    with pytest.raises(shipments.WrongQuantity):
        shipments.pick(PickTask.objects.get(), found=50_000, **BY)


def test_return_comes_back_with_its_lot_and_no_more_than_was_delivered() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 2, lot="A")
    factory.make_stock(item, site, 5, lot="B")
    factory.make_demand(item, 4)
    shipment = factory.release()[0]
    line = ShipmentLine.objects.get()
    shipments.pack(shipment, **BY)
    shipments.ship(shipment, **BY)
    returned = [returns.ReturnedLine(line_id=line.pk, units=30_000)]
    with pytest.raises(returns.CannotReturn), transaction.atomic():
        returns.receive_return(shipment, lines=returned, reason="wrong", **BY)
    shipments.deliver(shipment, proof="signature", **BY)

    returns.receive_return(shipment, lines=returned, reason="wrong", **BY)
    with pytest.raises(returns.CannotReturn), transaction.atomic():
        returns.receive_return(shipment, lines=returned, reason="wrong", **BY)

    back = StockBalance.objects.filter(status="quarantine").order_by("lot__code").values_list("lot__code", "on_hand")
    assert list(back) == [("A", 20_000), ("B", 10_000)]
    assert Event.objects.get(kind="ReturnReceived").payload["units"] == 30_000
    assert status_of(shipment).fulfilled == Quantity.of(4)


def test_pages_cannot_ship_what_is_not_packed(shipment) -> None:
    with pytest.raises(IllegalTransition):
        shipments.ship(shipment, **BY)
    assert shipment.state == "released"


def test_packing_what_has_left_and_reversing_what_has_not_are_refused(shipment) -> None:
    with pytest.raises(IllegalTransition):
        shipments.reverse_shipment(shipment, **BY)
    shipments.pick(PickTask.objects.get(), **BY)
    shipment.refresh_from_db()
    with pytest.raises(IllegalTransition):
        shipments.reverse_shipment(shipment, **BY)
    shipments.pack(shipment, **BY)
    shipments.ship(shipment, **BY)
    with pytest.raises(IllegalTransition):
        shipments.pack(shipment, **BY)
    assert (shipment.state, stock()) == ("shipped", {"available": (1, 0)})
    factory.drain()
