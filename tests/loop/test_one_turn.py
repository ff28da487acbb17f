"""One turn of the loop, told as a story: an order, its promise, the goods, the papers, the messages.

This is docs/explanation/loop.md in code. It runs on both databases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils.module_loading import autodiscover_modules

from rantai.crm import facade as crm
from rantai.crm.messages import OrderView
from rantai.crm.orders.models import Invoice, ScheduleLine
from rantai.desk import check
from rantai.foundation.documents import queries as documents
from rantai.foundation.documents.models import Attachment
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.messages.models import OutgoingMessage
from rantai.iscm import facade as iscm
from rantai.kernel import jobs, relay
from rantai.kernel.models import Delivery, Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from tests.factories import crm as sales
from tests.factories import foundation
from tests.factories import iscm as operations

pytestmark = pytest.mark.django_db
autodiscover_modules("tasks")

MONDAY = sales.NOW
WAREHOUSE = "user:7"


@dataclass
class Scene:
    """A company with one warehouse in Jakarta and a clinic that buys monitors."""

    site: Location
    monitor: Item
    customer: int


@pytest.fixture
def scene() -> Scene:
    """Set the stage: ten monitors on the shelf, a price, a lane of a day to the customer."""
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory)
    clinic = sales.make_customer("Klinik Harapan", territory=territory, language="id", email="beli@klinik.example")
    monitor = sales.make_priced_item(
        "MON-15-XG", price="2150000", name={"en": "15-inch monitor", "id": "Monitor 15 inci"}
    )
    foundation.make_source(monitor, lead_time_days=5)
    operations.make_stock(monitor, site, 10)
    return Scene(site=site, monitor=monitor, customer=clinic.party_id)


def tell_everybody() -> None:
    """Let every fact reach its handlers and every job run, as the worker does."""
    relay.drain()
    while jobs.run_next(worker="test"):
        relay.drain()


def letters(order: OrderView) -> list[str]:
    """Return what the customer was told, in order."""
    rows = OutgoingMessage.objects.filter(party_id=order.party_id).order_by("id")
    return list(rows.values_list("key", flat=True))


def broken_rules() -> list[str]:
    """Return every invariant that does not hold."""
    return [f"{found.rule} {found.subject}: {found.message}" for found in check.list_violations()]


def place_order(scene: Scene, units: int, *, at: datetime = MONDAY) -> OrderView:
    """A sales person types an order and confirms it with the offered date."""
    account = sales.Account.objects.get(party_id=scene.customer)
    draft = sales.make_draft(account, [(scene.monitor, units)], as_of=at, in_days=3)
    order_id = crm.capture_order(draft)
    return crm.confirm_order(order_id, revision=1, by="user:3", as_of=at)


def test_an_order_from_stock_goes_once_round(scene: Scene) -> None:
    # The sales person sees a date before anything is firm.
    account = sales.Account.objects.get(party_id=scene.customer)
    order_id = crm.capture_order(sales.make_draft(account, [(scene.monitor, 4)], in_days=3))
    offer = crm.ask_dates(order_id, as_of=MONDAY)
    assert [(part.units, part.basis) for part in offer.lines[0].slices] == [(Quantity.of(4), "stock")]
    assert Event.objects.count() == Event.objects.exclude(kind__in=["OrderConfirmed", "PromiseRevised"]).count()

    # Confirmed: one transaction gives the number, the demand, the promise and the units.
    order = crm.confirm_order(order_id, revision=1, by="user:3", as_of=MONDAY)
    assert order.state == "confirmed"
    assert order.number
    demand = iscm.list_demand_status(DocRef("sales_order", order.id))[0]
    assert (demand.units, demand.promised_on) == (Quantity.of(4), offer.lines[0].slices[0].promised_on)

    # The promise comes back up as an event; the customer is told in their language.
    tell_everybody()
    row = ScheduleLine.objects.get(line__order_id=order.id)
    assert row.promised_on == demand.promised_on
    assert letters(order) == ["order.received"]
    assert OutgoingMessage.objects.get().language == "id"

    # The ship date comes: stock is reserved for this order, and the warehouse has work.
    ship_day = datetime.combine(offer.lines[0].slices[0].ship_on, MONDAY.timetz())
    (shipment,) = iscm.release_for_shipping(ship_day)
    assert iscm.list_demand_status(DocRef("sales_order", order.id))[0].reserved == Quantity.of(4)

    # Picked, packed, handed over; each stage is a milestone that the customer hears of.
    iscm.pick_shipment(shipment, by=WAREHOUSE, as_of=ship_day)
    iscm.pack_shipment(shipment, by=WAREHOUSE, as_of=ship_day)
    iscm.ship_shipment(shipment, carrier="JNE", tracking="JN-42", by=WAREHOUSE, as_of=ship_day)
    tell_everybody()
    assert letters(order)[1:] == ["order.picking", "order.packed", "order.handed_to_carrier"]

    # Delivered: the invoice leaves its gapless series, with its PDF, and the letter carries it.
    iscm.deliver_shipment(shipment, proof="signature", by=WAREHOUSE, as_of=ship_day + timedelta(days=1))
    tell_everybody()
    invoice = Invoice.objects.get(order_id=order.id)
    assert letters(order)[4:] == ["order.delivered", "invoice.issued"]
    assert invoice.total == order.total == sum(line.net + line.tax for line in invoice.lines.all())
    paper = Attachment.objects.get(ref_kind="sales_order", ref_id=order.id, purpose="invoice")
    with default_storage.open(documents.get_path(paper.file.sha256)) as file:
        assert file.read(5) == b"%PDF-"

    # Every unit is where the ledger says, and nothing is open any more.
    done = iscm.list_demand_status(DocRef("sales_order", order.id))[0]
    assert (done.fulfilled, done.reserved, done.milestone) == (Quantity.of(4), Quantity(0), "delivered")
    assert crm.get_order(order.id).state == "closed"
    assert broken_rules() == []


def test_facts_told_twice_change_nothing(scene: Scene) -> None:
    order = place_order(scene, 4)
    tell_everybody()
    told = letters(order)

    Delivery.objects.update(state="waiting")
    tell_everybody()

    assert letters(order) == told
    assert broken_rules() == []


def test_the_last_units_are_promised_once(scene: Scene) -> None:
    first = place_order(scene, 7)
    second = place_order(scene, 7)

    dates = [iscm.list_demand_status(DocRef("sales_order", order.id))[0] for order in (first, second)]
    assert dates[0].basis == "stock"
    assert dates[1].basis != "stock" or dates[1].short > Quantity(0)
    assert date(2026, 11, 2) < dates[0].promised_on
    assert broken_rules() == []
