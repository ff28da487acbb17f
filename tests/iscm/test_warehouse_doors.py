"""The warehouse through the front door: what demonstrations, the API and stories call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rantai.iscm import facade as iscm
from rantai.iscm.messages import ReceiptLine, Stake
from rantai.iscm.promising.models import SupplySlot
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.kernel.transitions import IllegalTransition
from tests.factories import foundation, srm
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db
BY = {"by": "user:1", "as_of": factory.MONDAY}


def test_shipment_is_driven_by_id_and_described_with_its_lines() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 4)
    ref = DocRef("sales_order", demand.order_id)

    (shipment_id,) = iscm.release_for_shipping(factory.MONDAY)
    iscm.pick_shipment(shipment_id, **BY)
    iscm.pack_shipment(shipment_id, packages=2, **BY)
    iscm.ship_shipment(shipment_id, carrier="JNE", tracking="42", **BY)
    iscm.reverse_shipment(shipment_id, **BY)
    iscm.ship_shipment(shipment_id, carrier="JNE", tracking="43", **BY)
    iscm.deliver_shipment(shipment_id, **BY)
    with pytest.raises(IllegalTransition):
        iscm.cancel_shipment(shipment_id, **BY)
    factory.drain()

    (view,) = iscm.list_shipments(ref)
    assert (view.id, view.state, view.tracking, view.location_id) == (shipment_id, "delivered", "43", site.pk)
    assert [(line.demand_id, line.units) for line in view.lines] == [(demand.pk, Quantity.of(4))]
    assert iscm.list_demand_status(ref)[0].fulfilled == Quantity.of(4)


def test_cancelled_shipment_is_released_again() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 5)
    demand = factory.make_demand(item, 4)

    (shipment_id,) = iscm.release_for_shipping(factory.MONDAY)
    iscm.cancel_shipment(shipment_id, **BY)
    factory.drain()
    iscm.release_for_shipping(factory.MONDAY)

    states = [view.state for view in iscm.list_shipments(DocRef("sales_order", demand.order_id))]
    assert states == ["cancelled", "released"]


def test_purchase_is_received_once_for_a_key_and_taken_back() -> None:
    site, item = srm.make_site(), foundation.make_item()
    order = srm.make_sent(srm.make_supplier(), [(item, 10)])
    line = ReceiptLine(ref=order.lines.get().ref, item_id=item.pk, units=Quantity.of(6), accepted=Quantity.of(5))

    (first,) = iscm.receive_purchase([line], location_id=site.pk, key="ASN 7", **BY)
    (again,) = iscm.receive_purchase([line], location_id=site.pk, key="ASN 7", **BY)
    factory.drain()
    assert first == again
    assert SupplySlot.objects.get(kind="stock").available == 50_000

    iscm.reverse_receipt(first, **BY)
    factory.drain()
    assert SupplySlot.objects.get(kind="stock").available == 0
    assert SupplySlot.objects.get(kind="purchase").available == 100_000


def test_needs_name_the_work_and_the_promises_in_danger_with_their_stake() -> None:
    site, item = foundation.make_site(), foundation.make_item()
    factory.make_stock(item, site, 9)
    factory.make_demand(item, 4)
    factory.make_demand(foundation.make_item(), 2, stake=Stake(margin_per_unit=50_000 * 10_000))
    factory.release()

    later = factory.MONDAY + timedelta(days=3)
    needs = {need.kind: need for need in iscm.list_needs(later)}

    assert set(needs) == {"unpromised", "shipments", "overdue_promise"}
    assert (needs["unpromised"].title, needs["unpromised"].stake) == ("1 line has no date", Money(10**9, "IDR"))
    assert needs["shipments"].is_hurt
    assert needs["shipments"].permission == "shipments.work"


def test_needs_of_a_quiet_day_are_none() -> None:
    foundation.make_site()
    assert iscm.list_needs(factory.MONDAY) == ()


def test_figures_say_their_numerator_and_denominator_and_nothing_without_activity() -> None:
    site, item = foundation.make_site(), foundation.make_item(standard_cost=20_000 * 10_000)

    quiet = {figure.code: figure for figure in iscm.list_figures(factory.MONDAY)}
    assert [quiet[code].value for code in ("iscm.stock", "iscm.below_safety", "iscm.production_on_plan")] == [""] * 3

    factory.make_stock(item, site, 9)
    busy = {figure.code: figure for figure in iscm.list_figures(factory.MONDAY)}

    assert (busy["iscm.stock"].numerator, busy["iscm.stock"].of) == (9 * 20_000 * 10_000, "1 item, at standard cost")
