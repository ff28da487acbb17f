"""One order through the house: promised, taken, released, shipped, delivered."""

from __future__ import annotations

from datetime import date

import pytest

from rantai.iscm import facade as iscm
from rantai.iscm.fulfilment.actions import shipments
from rantai.iscm.inventory.models import StockBalance
from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from tests.factories import foundation
from tests.factories import iscm as factory

pytestmark = pytest.mark.django_db


def test_order_goes_from_promise_to_delivery() -> None:
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory)
    customer = foundation.make_party(territory=territory)
    item = foundation.make_item("BRK-200")
    factory.make_stock(item, site, 10)
    address = customer.addresses.get()

    offer = iscm.promise(factory.make_ask([(item, 4)], address_id=address.pk))
    assert [(part.units, part.basis, part.promised_on) for part in offer.lines[0].slices] == [
        (Quantity.of(4), "stock", date(2026, 11, 3))
    ]

    order = factory.make_demand_order([(item, 4)], party=customer, offer=offer)
    recorded = iscm.record_demand(order)[0]
    assert (recorded.promise_changed, recorded.unpromised) == (False, Quantity(0))

    shipment = factory.release()[0]
    at, by = factory.MONDAY, "user:1"
    shipments.pack(shipment, at=at, by=by)
    shipments.ship(shipment, carrier="JNE", tracking="42", at=at, by=by)
    factory.drain()
    status = iscm.list_demand_status(DocRef("sales_order", order.ref.id))[0]
    assert (status.fulfilled, status.reserved, status.milestone) == (Quantity.of(4), Quantity(0), "handed_to_carrier")

    shipments.deliver(shipment, proof="signature", at=at, by=by)
    factory.drain()
    assert iscm.list_demand_status(order.ref)[0].milestone == "delivered"
    balance = StockBalance.objects.get(item=item, location=site)
    assert (balance.on_hand, balance.reserved) == (60_000, 0)
    kinds = list(Event.objects.filter(stream=f"sales_order.demand:{order.ref.id}").values_list("kind", flat=True))
    assert kinds == ["PromiseRevised", *["MilestoneReached"] * 3, "Shipped", "MilestoneReached"]
