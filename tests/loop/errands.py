"""A program that turns the loop for some orders and can be killed at any instruction: run it again and it goes on.

It prints a line after each step, so that a test can kill it between any two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import django

django.setup()

from django.utils.module_loading import autodiscover_modules  # noqa: E402 (settings first)

from rantai.crm import facade as crm  # noqa: E402 (settings first)
from rantai.crm.messages import OrderDraft, OrderLineDraft  # noqa: E402
from rantai.crm.orders.models import SalesOrder  # noqa: E402
from rantai.foundation.parties import queries as parties  # noqa: E402
from rantai.iscm import facade as iscm  # noqa: E402
from rantai.kernel import worker  # noqa: E402
from rantai.kernel.quantities import Quantity  # noqa: E402
from rantai.kernel.refs import DocRef  # noqa: E402

MONDAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
NEXT_STEP = {
    "released": lambda pk, at: iscm.pick_shipment(pk, by="user:7", as_of=at),
    "picking": lambda pk, at: iscm.pack_shipment(pk, by="user:7", as_of=at),
    "packed": lambda pk, at: iscm.ship_shipment(pk, carrier="JNE", tracking=str(pk), by="user:7", as_of=at),
    "shipped": lambda pk, at: iscm.deliver_shipment(pk, proof="signature", by="user:7", as_of=at),
}


def say(step: str) -> None:
    """Tell the parent that a step is done."""
    print(step, flush=True)


def place(party: int, item: int, reference: str) -> int:
    """Capture and confirm the order of this reference, once."""
    found = SalesOrder.objects.filter(customer_reference=reference).first()
    if found is None:
        line = OrderLineDraft(item_id=item, quantity=Quantity.of(2), requested_on=date(2026, 11, 5))
        draft = OrderDraft(
            company_id=parties.get_company().pk, party_id=party, lines=(line,), customer_reference=reference,
            as_of=MONDAY, by="user:3",
        )  # fmt: skip
        found = SalesOrder.objects.get(pk=crm.capture_order(draft))
        say(f"captured {reference}")
    if found.state == "draft":
        crm.confirm_order(found.pk, revision=found.revision, by="user:3", as_of=MONDAY)
        say(f"confirmed {reference}")
    return found.pk


def work_shipments(order: int, at: datetime) -> None:
    """Bring each shipment of an order one step further until it is delivered."""
    for shipment in iscm.list_shipments(DocRef("sales_order", order)):
        state = shipment.state
        while state in NEXT_STEP:
            NEXT_STEP[state](shipment.id, at)
            say(f"shipment {shipment.id} was {state}")
            state = next(
                row.state for row in iscm.list_shipments(DocRef("sales_order", order)) if row.id == shipment.id
            )


def main(party: int, item: int, orders: int) -> None:
    """Turn the loop for each order, with the worker between the steps."""
    autodiscover_modules("tasks")
    placed = [place(party, item, f"R{number}") for number in range(orders)]
    worker.run(once=True)
    say("told")
    ship_day = MONDAY + timedelta(days=3)
    iscm.release_for_shipping(ship_day)
    say("released")
    for order in placed:
        work_shipments(order, ship_day)
        worker.run(once=True)
        say(f"order {order} told")
    say("done")
