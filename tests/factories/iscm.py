"""Make stock, demand and shipments for tests, through the front door, so that they obey the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.db import transaction

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.parties.models import Address, Party
from rantai.iscm import facade as iscm
from rantai.iscm import handlers, messages
from rantai.iscm.demand.models import Demand
from rantai.iscm.fulfilment import tasks  # noqa: F401 (goods that leave have their note printed)
from rantai.iscm.fulfilment.actions import receipts
from rantai.iscm.fulfilment.actions.receipts import Arrival, ArrivedLine
from rantai.iscm.fulfilment.models import GoodsReceipt, Shipment
from rantai.kernel import outbox, relay
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm.buying.models import PurchaseOrder
from tests.factories import foundation

MONDAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""Ten in the morning in Jakarta."""
_numbers = count(1)


def wire() -> None:
    """Subscribe the house's handlers, as config.wiring does."""
    for fact, handler in handlers.HANDLED:
        outbox.subscribe(fact, handler)


@transaction.atomic
def make_stock(item: Item, location: Location, units: int, *, lot: str = "") -> None:
    """Opening stock in whole units."""
    iscm.set_opening_stock(
        messages.OpeningStock(
            run_key=f"test {next(_numbers)}",
            item_ids=(item.pk,),
            location_ids=(location.pk,),
            units=(Quantity.of(units).amount,),
            lots=(lot,) if lot else (),
        )
    )


def make_ask(lines: Sequence[tuple[Item, int]], **facts: Any) -> messages.Ask:
    """A question for whole units, wanted at once."""
    company = foundation.make_company()
    described = {"requested_on": date(2026, 11, 2)} | {name: facts.pop(name) for name in list(facts) if name in LINE}
    return messages.Ask(
        company_id=company.pk,
        lines=tuple(
            messages.AskLine(line=place, item_id=item.pk, units=Quantity.of(units), **described)
            for place, (item, units) in enumerate(lines, start=1)
        ),
        as_of=facts.pop("as_of", MONDAY),
        **facts,
    )


LINE = ("requested_on", "address_id", "location_id", "allow_partial")


def make_demand_order(
    lines: Sequence[tuple[Item, int]], *, requested_on: date = date(2026, 11, 2), party: Party | None = None,
    offer: messages.Offer | None = None, ships_complete: bool = False, as_of: datetime = MONDAY, **facts: Any,
) -> messages.DemandOrder:  # fmt: skip
    """Firm demand of one order, not recorded yet."""
    company = foundation.make_company()
    party = party or foundation.make_party()
    order_id = facts.pop("order_id", next(_numbers))
    address = Address.objects.filter(party=party).first()
    return messages.DemandOrder(
        company_id=company.pk,
        ref=DocRef("sales_order", order_id),
        number=f"SO-{order_id:05d}",
        party_id=party.pk,
        lines=tuple(
            messages.DemandLine(
                key=messages.DemandKey(kind="sales_order", order_id=order_id, line=place),
                item_id=item.pk,
                units=Quantity.of(units),
                requested_on=requested_on,
                ships_complete=ships_complete,
                address_id=address.pk if address else None,
                offer=offer.lines[place - 1] if offer else None,
                **facts,
            )
            for place, (item, units) in enumerate(lines, start=1)
        ),
        as_of=as_of,
        by="user:1",
    )


@transaction.atomic
def make_demands(lines: Sequence[tuple[Item, int]], **facts: Any) -> list[Demand]:
    """Recorded demand of one order."""
    order = make_demand_order(lines, **facts)
    recorded = iscm.record_demand(order)
    rows = Demand.objects.in_bulk([row.demand_id for row in recorded])
    return [rows[row.demand_id] for row in recorded]


def make_demand(item: Item, units: int, **facts: Any) -> Demand:
    """Recorded demand for one line."""
    return make_demands([(item, units)], **facts)[0]


@transaction.atomic
def release(as_of: datetime = MONDAY) -> list[Shipment]:
    """Release everything that is due."""
    return list(Shipment.objects.filter(pk__in=iscm.release_for_shipping(as_of)).order_by("id"))


def drain() -> int:
    """Deliver every fact."""
    wire()
    return relay.drain()


def list_violations() -> list[str]:
    """Return what is wrong, as text."""
    return [f"{found.rule} {found.subject}: {found.message}" for found in iscm.list_violations()]


def make_arrival(order: PurchaseOrder, units: int, *, good: int | None = None, **facts: Any) -> Arrival:
    """Goods of the first line of a purchase order at its site."""
    line = order.lines.order_by("position").first()
    assert line is not None
    arrived = {name: facts.pop(name) for name in ("lot_code", "serials") if name in facts}
    return Arrival(
        company_id=order.company_id,
        location_id=order.location_id,
        supplier_id=order.supplier_id,
        order_id=order.pk,
        order_number=order.number,
        lines=(
            ArrivedLine(
                ref=line.ref,
                item_id=line.item_id,
                units=Quantity.of(units).amount,
                accepted=Quantity.of(units if good is None else good).amount,
                **arrived,
            ),
        ),
        **facts,
    )


@transaction.atomic
def receive(order: PurchaseOrder, units: int, *, at: datetime = MONDAY, **facts: Any) -> GoodsReceipt:
    """A posted goods receipt."""
    return receipts.post_receipt(make_arrival(order, units, **facts), at=at, by="user:1")
