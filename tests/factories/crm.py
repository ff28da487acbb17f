"""Make customers, prices and orders for tests, through the actions, so that they obey the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from rantai.crm import facade as crm
from rantai.crm import handlers
from rantai.crm.accounts import actions as accounts
from rantai.crm.accounts.models import Account
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.crm.orders.actions import capturing
from rantai.crm.orders.models import SalesOrder
from rantai.crm.pricing import actions as pricing
from rantai.crm.pricing.models import PriceList
from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.iscm.fulfilment.actions import shipments
from rantai.iscm.fulfilment.models import Shipment
from rantai.kernel import clock, jobs, outbox, relay
from rantai.kernel.models import Delivery, Event, Job
from rantai.kernel.quantities import Quantity
from tests.factories import foundation, iscm

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Jakarta."""
TODAY = date(2026, 11, 2)
BY = "user:1"


@transaction.atomic
def make_customer(name: str = "", *, terms: dict[str, Any] | None = None, **facts: Any) -> Account:
    """A customer with an account; `terms` are fields of Account such as credit_limit."""
    foundation.make_company()
    party = foundation.make_party(name, **facts)
    account = accounts.open_account(party.pk, by=BY)
    if terms:
        accounts.change_terms(account, values=terms, expected_revision=1, by=BY)
    return account


@transaction.atomic
def make_price_list(code: str = "STANDARD", *, currency: str = "IDR", **facts: Any) -> PriceList:
    """A price list, or the one that is there; the first of its currency is the default."""
    company = foundation.make_company()
    found = PriceList.objects.filter(code=code, company=company).first()
    return found or pricing.add_price_list(
        code, company_id=company.pk, currency=currency, name={"en": code}, by=BY, **facts
    )


@transaction.atomic
def make_price(item: Item, amount: str, *, price_list: PriceList | None = None, **facts: Any) -> None:
    """A price in currency units for one base unit of an item."""
    price_list = price_list or make_price_list()
    unit_price = Quantity.parse(amount).amount
    row = pricing.PriceRow(item_id=item.pk, unit_price=unit_price, **facts)
    pricing.upsert_prices(price_list.pk, [row], by=BY)


@transaction.atomic
def make_priced_item(code: str = "", *, price: str = "100000", cost: int = 60_000, **facts: Any) -> Item:
    """An item that is sold at a price in rupiah and costs us something."""
    item = foundation.make_item(code, standard_cost=cost * 10_000, **facts)
    make_price(item, price)
    return item


def make_draft(
    account: Account, lines: Sequence[tuple[Item, int] | OrderLineDraft], *, as_of: datetime = NOW, in_days: int = 10,
    **facts: Any,
) -> OrderDraft:  # fmt: skip
    """What a customer wants: items with whole units, wanted in ten days."""
    company = foundation.make_company()
    wanted = as_of.date() + timedelta(days=in_days)
    made = [
        line
        if isinstance(line, OrderLineDraft)
        else OrderLineDraft(item_id=line[0].pk, quantity=Quantity.of(line[1]), requested_on=wanted)
        for line in lines
    ]
    return OrderDraft(company_id=company.pk, party_id=account.party_id, lines=tuple(made), as_of=as_of, by=BY, **facts)


@transaction.atomic
def make_order(account: Account, lines: Sequence[tuple[Item, int]], **facts: Any) -> SalesOrder:
    """A draft order."""
    return capturing.capture_order(make_draft(account, lines, **facts))


def wire() -> None:
    """Subscribe the handlers of CRM and of operations, as config.wiring does."""
    iscm.wire()
    for fact, handler in handlers.HANDLED:
        outbox.subscribe(fact, handler)


def settle() -> None:
    """Deliver every fact and run every job, until nothing is left to do."""
    while relay.drain() or jobs.run_next(worker="test"):
        pass
    assert not Delivery.objects.exclude(state="done").exists(), list(
        Delivery.objects.exclude(state="done").values_list("handler", "error")
    )
    # what is meant for later waits, such as the next look at what orders say of demand
    left = Job.objects.filter(state__in=["failed", "queued"], run_at__lte=clock.now())
    assert not left.exists(), list(left.values("task", "error"))


def make_confirmed(
    account: Account, lines: Sequence[tuple[Item, int]], *, as_of: datetime = NOW, **facts: Any
) -> SalesOrder:
    """A confirmed order, with every fact told."""
    order = make_order(account, lines, as_of=as_of, **facts)
    crm.confirm_order(order.pk, revision=order.revision, by=BY, as_of=as_of)
    settle()
    order.refresh_from_db()
    return order


def make_stocked_item(code: str = "", *, units: int = 100, price: str = "100000", **facts: Any) -> Item:
    """A priced item with a source and stock at the warehouse in Jakarta that serves everyone."""
    item = make_priced_item(code, price=price, **facts)
    foundation.make_source(item)
    if units:
        iscm.make_stock(item, make_warehouse(), units)
    return item


def make_warehouse() -> Location:
    """The warehouse in Jakarta, or the one that is there."""
    return Location.objects.filter(code="JKT").first() or foundation.make_site("JKT")


def release(as_of: datetime = NOW) -> list[Shipment]:
    """Release everything that is due."""
    made = iscm.release(as_of)
    settle()
    return made


@transaction.atomic
def pack(shipment: Shipment, *, at: datetime) -> None:
    """Pick and pack a shipment."""
    shipments.start_picking(shipment, at=at, by=BY)
    shipments.pack(shipment, at=at, by=BY)


@transaction.atomic
def ship(shipment: Shipment, *, at: datetime) -> None:
    """Hand a shipment to the carrier."""
    shipments.ship(shipment, carrier="JNE", tracking="JNE-1", at=at, by=BY)


@transaction.atomic
def deliver(shipment: Shipment, *, at: datetime) -> None:
    """Deliver a shipment."""
    shipments.deliver(shipment, proof="signature", at=at, by=BY)


def send(shipment: Shipment, *, at: datetime) -> None:
    """Take a shipment all the way to the customer, an hour for each step."""
    pack(shipment, at=at)
    ship(shipment, at=at + timedelta(hours=1))
    settle()
    deliver(shipment, at=at + timedelta(hours=2))
    settle()


def tell_again() -> None:
    """Tell our handlers every fact a second time, as a relay that lost its mark would."""
    for event in Event.objects.order_by("id"):
        for fact, handler in handlers.HANDLED:
            if fact.__name__ == event.kind:
                with transaction.atomic():
                    handler(outbox.read(event))
