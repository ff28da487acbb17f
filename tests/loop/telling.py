"""What the stories of the loop are told with: the stage, the people who act, and what can be seen of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client

from rantai.crm import facade as crm
from rantai.crm.messages import OrderView
from rantai.crm.orders.actions.changing import LineChange
from rantai.crm.orders.models import SalesOrderLine
from rantai.desk import check
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties.models import Party
from rantai.iscm import facade as iscm
from rantai.iscm.demand.models import Milestone
from rantai.iscm.inventory.models import StockBalance
from rantai.iscm.messages import Chain, DemandStatus, ReceiptLine
from rantai.iscm.promising.models import PromiseRevision, SupplySlot
from rantai.kernel.models import Event
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.buying.models import PurchaseOrder, PurchaseRequisition
from rantai.srm.messages import PurchaseChange, StageNotice
from tests.factories import crm as sales
from tests.factories import foundation, production
from tests.factories import iscm as operations
from tests.factories import srm as suppliers

MONDAY = sales.NOW
FLOOR = "user:8"
BUYER = "user:4"
PLANNER = "user:5"
SALES = "user:3"
WAREHOUSE = "user:7"


@dataclass
class Scene:
    """A site in Jakarta that trades monitors and makes computers, and a clinic that buys."""

    site: Location
    monitor: Item
    """Ten stand on the shelf; more come in five days."""
    parts: production.Computer
    """Of it there is nothing."""
    customer: int


def set_the_stage() -> Scene:
    """Ten monitors, bills and routings of two levels, a lane of a day to the customer."""
    territory = foundation.make_territory()
    site = foundation.make_site(serves=territory, kind="plant")
    clinic = sales.make_customer("Klinik Harapan", territory=territory, language="id", email="beli@klinik.example")
    monitor = sales.make_priced_item(
        "MON-15-XG", price="2150000", name={"en": "15-inch monitor", "id": "Monitor 15 inci"}
    )
    foundation.make_source(monitor, lead_time_days=5)
    operations.make_stock(monitor, site, 10)
    return Scene(site=site, monitor=monitor, parts=production.make_computer(site), customer=clinic.party_id)


def at_ten(day: date) -> datetime:
    """Return ten in the morning of a day in Jakarta."""
    return datetime.combine(day, MONDAY.timetz()).astimezone(UTC)


def tell_everybody(at: datetime = MONDAY) -> None:
    """Let every fact reach its handlers and every job run, as the worker does at that time."""
    with time_machine.travel(at, tick=False):
        sales.settle()


def meet_customer(name: str, email: str) -> int:
    """Another customer in the same town, who reads English."""
    return sales.make_customer(name, territory=foundation.make_territory(), email=email).party_id


def place_order(customer: int, item: Item, units: int, *, in_days: int = 3, at: datetime = MONDAY) -> OrderView:
    """A sales person types an order and confirms it with the offered date."""
    account = sales.Account.objects.get(party_id=customer)
    draft = sales.make_draft(account, [(item, units)], as_of=at, in_days=in_days)
    order = crm.confirm_order(crm.capture_order(draft), revision=1, by=SALES, as_of=at)
    tell_everybody(at)
    return order


@contextmanager
def on(at: datetime) -> Iterator[None]:
    """Let the clock stand at another time."""
    with time_machine.travel(at, tick=False):
        yield


def ref_of(order: OrderView) -> DocRef:
    """Return how operations cite an order."""
    return DocRef("sales_order", order.id)


def status(order: OrderView) -> DemandStatus:
    """Return where the only demand of an order stands."""
    return iscm.list_demand_status(ref_of(order))[0]


def letters(order: OrderView) -> list[str]:
    """Return what the customer was told of an order, in order."""
    rows = OutgoingMessage.objects.filter(ref_kind="sales_order", ref_id=order.id).order_by("id")
    return list(rows.values_list("key", flat=True))


def ledger(order: OrderView) -> list[tuple[str, date | None, str]]:
    """Return every date that was given for the only line of an order, with its cause and what caused it."""
    rows = PromiseRevision.objects.filter(demand_id=status(order).demand_id).order_by("revision")
    return [(row.cause, row.promised_on, row.cause_ref) for row in rows]


def milestones(order: OrderView) -> list[str]:
    """Return the stages that the demand reached, in order."""
    rows = Milestone.objects.filter(demand_id=status(order).demand_id).order_by("at", "id")
    return [f"{row.code} {row.position}/{row.of}" if row.of else row.code for row in rows]


def on_hand(item: Item, place: Location) -> tuple[int, int]:
    """Return whole units on hand and held."""
    rows = StockBalance.objects.filter(item=item, location=place, status="available")
    return sum(row.on_hand for row in rows) // 10_000, sum(row.reserved for row in rows) // 10_000


def broken_rules() -> list[str]:
    """Return every invariant that does not hold."""
    return [f"{found.rule} {found.subject}: {found.message}" for found in check.list_violations()]


def buy(supplier: Party, item: Item, units: int, *, due_on: date, at: datetime = MONDAY) -> PurchaseOrder:
    """The buyer orders units and sends the order; its link goes out by mail."""
    order = suppliers.make_draft(supplier, [(item, units)], due_on=due_on)
    srm.approve_order(order.pk, by=BUYER, as_of=at)
    srm.send_order(order.pk, by=BUYER, as_of=at)
    tell_everybody(at)
    order.refresh_from_db()
    return order


def buy_everything(at: datetime) -> list[PurchaseOrder]:
    """The buyer accepts every requisition; the orders go to their suppliers."""
    wanted = list(PurchaseRequisition.objects.filter(state="open").values_list("pk", flat=True))
    ids = srm.order_requisitions(wanted, by=BUYER, as_of=at)
    for pk in ids:
        srm.approve_order(pk, by=BUYER, as_of=at)
        srm.send_order(pk, by=BUYER, as_of=at)
    tell_everybody(at)
    return list(PurchaseOrder.objects.filter(pk__in=ids).order_by("id"))


def open_mail(order: PurchaseOrder) -> str:
    """Return the link of the newest mail that a supplier got about an order."""
    for letter in reversed(mail.outbox):
        found = re.search(r"/dock/a/[^/\s]+/", str(letter.body))
        if found and order.number in f"{letter.subject}{letter.body}":
            return found[0]
    raise AssertionError(f"nobody was written about {order.number}")


def answer_by_link(
    link: str, order: PurchaseOrder, units: int, on: date, *, revision: int = 1, reason: str = ""
) -> tuple[int, str]:
    """The supplier opens the link, without an account, and answers one line; return the status and the page."""
    supplier = Client()
    assert supplier.get(link).status_code == 200
    pk = suppliers.list_schedules(order)[0].pk
    said = {
        "asked_revision": revision, "do": "lines", "note": "", f"reason_{pk}": reason, f"units_{pk}_1": str(units),
        f"on_{pk}_1": on.isoformat(),
    }  # fmt: skip
    page = supplier.post(link, said, follow=True)
    return page.status_code, page.content.decode()


def notice(
    order: PurchaseOrder, stage: str, at: datetime, *, tracking: str = "", schedules: tuple[int, ...] = ()
) -> None:
    """The partner says by its link which stage its goods reached."""
    srm.notice_stage(
        StageNotice(
            order_id=order.pk, supplier_id=order.supplier_id, schedule_ids=schedules, stage=stage, arrives_on=None,
            carrier="SiCepat", tracking=tracking, at=at, by="link:1",
        )
    )  # fmt: skip
    tell_everybody(at)


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
    at = at_ten(day)
    iscm.release_for_shipping(at)
    for row in iscm.list_shipments(ref_of(order)):
        iscm.pack_shipment(row.id, by=WAREHOUSE, as_of=at)
        iscm.ship_shipment(row.id, carrier="JNE", tracking="JN-7", by=WAREHOUSE, as_of=at)
    tell_everybody(at)
    for row in iscm.list_shipments(ref_of(order)):
        iscm.deliver_shipment(row.id, proof="signature", by=WAREHOUSE, as_of=at + timedelta(days=1))
    tell_everybody(at + timedelta(days=1))


def change_units(order: OrderView, units: int, *, at: datetime = MONDAY) -> None:
    """The customer wants another quantity of the only line; a sales person takes the dates that are offered."""
    known = crm.get_order(order.id)
    line = SalesOrderLine.objects.get(order_id=order.id)
    change = LineChange(line_id=line.pk, quantity=Quantity.of(units).amount)
    crm.change_order(order.id, changes=[change], revision=known.revision, by=SALES, as_of=at)
    tell_everybody(at)


def ask_to_change(order: PurchaseOrder, change: PurchaseChange, *, at: datetime) -> None:
    """The buyer asks a supplier for another quantity or day."""
    with on(at), transaction.atomic():
        srm.change_purchases([change])
    tell_everybody(at)
    order.refresh_from_db()


def sell_after(item: Item, supplier: Party, *, lead_time_days: int) -> None:
    """Let a supplier bring more of an item in some days."""
    foundation.make_source(item, supplier=supplier, lead_time_days=lead_time_days, cost=10_000)


def cited(chain: Chain | None) -> set[tuple[str, int]]:
    """Return the documents that a trace names."""
    assert chain is not None
    return {(node.ref.kind, node.ref.id) for node in chain.nodes if node.ref}


def freeze() -> tuple[object, ...]:
    """Return what must not move: promises, supplies, letters, facts."""
    supplies = SupplySlot.objects.order_by("id").values_list("id", "available", "promised", "available_on")
    counts = (PromiseRevision.objects.count(), OutgoingMessage.objects.count(), Event.objects.count())
    return (*supplies, *counts)
