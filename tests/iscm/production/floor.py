"""A shop floor and a warehouse that can be killed at any instruction: run it again and it goes on.

Each table is made, then moved to the warehouse; a line is printed after each step.
"""

from __future__ import annotations

from datetime import date

import django

django.setup()

from django.db import transaction  # noqa: E402 (settings first)

from rantai.foundation.parties import queries as parties  # noqa: E402
from rantai.iscm import facade as iscm  # noqa: E402
from rantai.iscm.fulfilment.models import TransferOrder  # noqa: E402
from rantai.iscm.messages import TransferRequest  # noqa: E402
from rantai.iscm.production.actions import orders  # noqa: E402
from rantai.iscm.production.models import ProductionOrder  # noqa: E402
from rantai.iscm.production.queries.structure import Ways  # noqa: E402
from rantai.kernel import relay  # noqa: E402
from rantai.kernel.quantities import Quantity  # noqa: E402
from rantai.kernel.refs import DocRef  # noqa: E402
from tests.factories.iscm import MONDAY  # noqa: E402

BY = "user:8"
DUE = date(2026, 11, 6)


def say(step: str) -> None:
    """Tell the parent that a step is done."""
    print(step, flush=True)


@transaction.atomic
def plan(table: int, plant: int, number: int) -> ProductionOrder:
    """The order that makes one table for a cause, written once."""
    cause = DocRef("planned_order", number)
    found = ProductionOrder.objects.filter(cause_kind=cause.kind, cause_id=cause.id).first()
    if found:
        return found
    draft = orders.ProductionDraft(
        company_id=parties.get_company().pk, item_id=table, location_id=plant, units=10_000, due_on=DUE, cause=cause,
    )  # fmt: skip
    return orders.plan_order(draft, Ways([table], on=date(2026, 11, 2)), at=MONDAY, by=BY)


def make_one(table: int, plant: int, number: int) -> None:
    """Bring one order from where it stands to its end."""
    order = plan(table, plant, number)
    if order.state == "planned":
        iscm.release_production(order.pk, by=BY, as_of=MONDAY)
        say(f"released {number}")
    relay.drain()
    for step in order.steps.order_by("position"):
        if step.state != "finished":
            iscm.finish_step(order.pk, step.position, by=BY, as_of=MONDAY)
            say(f"step {step.position} of {number}")
    order.refresh_from_db()
    if order.state == "started":
        iscm.finish_production(order.pk, by=BY, as_of=MONDAY)
        say(f"finished {number}")
    relay.drain()


def move_one(table: int, plant: int, warehouse: int, number: int) -> None:
    """Bring one transfer from where it stands to its end."""
    request = TransferRequest(
        company_id=parties.get_company().pk, origin_id=plant, destination_id=warehouse, ship_on=DUE, due_on=DUE,
        lines=((table, Quantity.of(1)),), cause=DocRef("production_order", number),
    )  # fmt: skip
    transfer = TransferOrder.objects.get(pk=iscm.plan_transfer(request, by=BY, as_of=MONDAY))
    if transfer.state == "planned":
        iscm.release_transfer(transfer.pk, by=BY, as_of=MONDAY)
    relay.drain()
    transfer.refresh_from_db()
    if transfer.state == "released":
        iscm.ship_transfer(transfer.pk, by=BY, as_of=MONDAY)
        say(f"shipped {number}")
    transfer.refresh_from_db()
    if transfer.state == "shipped":
        iscm.receive_transfer(transfer.pk, by=BY, as_of=MONDAY)
        say(f"received {number}")
    relay.drain()


def main(table: int, plant: int, warehouse: int, count: int) -> None:
    """Make and move so many tables."""
    for number in range(1, count + 1):
        make_one(table, plant, number)
        move_one(table, plant, warehouse, number)
    say("done")
