"""Make suppliers, requisitions and orders for tests, through the actions, so that they obey the rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.db import transaction

from rantai.foundation.items.models import Item
from rantai.foundation.locations.models import Location
from rantai.foundation.messages.models import OutgoingMessage
from rantai.foundation.parties.models import Party
from rantai.kernel.quantities import Quantity
from rantai.kernel.refs import DocRef
from rantai.srm import facade as srm
from rantai.srm.buying.actions import sending
from rantai.srm.buying.models import PurchaseOrder, PurchaseScheduleLine
from rantai.srm.messages import AnswerLine, AnswerOutcome, AnswerPart, PurchaseAnswer, PurchaseRequest, ReceivedLine
from rantai.srm.suppliers import actions as suppliers
from tests.factories import foundation

TODAY = date(2026, 11, 2)
"""A Monday."""
NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
BUYER = "user:1"
_causes = count(1)


@transaction.atomic
def make_supplier(name: str = "", *, language: str = "en", **terms: Any) -> Party:
    """A party that sells to us and works on the company's days."""
    company = foundation.make_company()
    party = foundation.make_party(name, role="supplier", language=language)
    suppliers.add_supplier(party.pk, by=BUYER, **{"calendar_id": company.calendar_id} | terms)
    return party


def make_site() -> Location:
    """The warehouse JKT, made once."""
    return Location.objects.filter(code="JKT").first() or foundation.make_site("JKT")


def make_request(
    item: Item,
    units: int | Quantity = 10,
    *,
    supplier: Party | None = None,
    due_on: date = date(2026, 11, 20),
    **facts: Any,
) -> PurchaseRequest:
    """A wish for whole units of an item at JKT."""
    known: dict[str, Any] = {
        "company_id": foundation.make_company().pk,
        "cause": DocRef("planned_order", next(_causes)),
        "item_id": item.pk,
        "supplier_id": supplier.pk if supplier else None,
        "source_id": None,
        "location_id": make_site().pk,
        "units": Quantity.of(units) if isinstance(units, int) else units,
        "due_on": due_on,
        "order_on": date(2026, 11, 9),
        "unit_cost": 50_000 * 10_000,
        "by": "plan",
    }
    return PurchaseRequest(**known | facts)


def request(*requests: PurchaseRequest) -> list[int]:
    """Record wishes; return the ids of their requisitions."""
    with transaction.atomic():
        return [row.requisition_id for row in srm.request_purchase(requests)]


def make_draft(supplier: Party, lines: Sequence[tuple[Item, int]], **facts: Any) -> PurchaseOrder:
    """A draft order of items and whole units."""
    ids = request(*(make_request(item, units, supplier=supplier, **facts) for item, units in lines))
    (order_id,) = srm.order_requisitions(ids, by=BUYER, as_of=NOW)
    return PurchaseOrder.objects.get(pk=order_id)


def make_sent(supplier: Party, lines: Sequence[tuple[Item, int]], **facts: Any) -> PurchaseOrder:
    """An order that its supplier has."""
    order = make_draft(supplier, lines, **facts)
    srm.approve_order(order.pk, by=BUYER, as_of=NOW)
    with transaction.atomic():
        # without its paper, which takes longer than all the rest; tests of the paper send through the facade
        sending.send_order(order.pk, by=BUYER, on=TODAY, paper=None)
    order.refresh_from_db()
    return order


def list_schedules(order: PurchaseOrder) -> list[PurchaseScheduleLine]:
    """The schedules of an order as they now stand."""
    rows = PurchaseScheduleLine.objects.filter(line__order=order).select_related("line__order")
    return list(rows.order_by("line__position", "position"))


def answer(
    order: PurchaseOrder, *parts: tuple[int, date], schedule: PurchaseScheduleLine | None = None, **facts: Any
) -> AnswerOutcome:
    """The supplier answers the first schedule (or the one named) with whole units by day."""
    order.refresh_from_db()
    row = schedule or list_schedules(order)[0]
    line = AnswerLine(
        schedule_id=row.pk,
        parts=tuple(AnswerPart(units=Quantity.of(units), on=day) for units, day in parts),
        reason=facts.pop("reason", ""),
    )
    return srm.record_answer(make_answer(order, line, **facts))


def make_answer(order: PurchaseOrder, *lines: AnswerLine, **facts: Any) -> PurchaseAnswer:
    """An answer to an order as it was last sent."""
    known: dict[str, Any] = {
        "order_id": order.pk,
        "supplier_id": order.supplier_id,
        "asked_revision": order.asked_revision,
        "lines": lines,
        "source": "link",
        "by": "link:1",
    }
    return PurchaseAnswer(**known | facts)


def receive(
    order: PurchaseOrder, units: int, *, on: date, receipt: int = 0, reverses: int = 0, position: int = 1, **facts: Any
) -> int:
    """The warehouse receives whole units of a line at noon in Jakarta."""
    line = order.lines.get(position=position)
    row = ReceivedLine(
        ref=line.ref,
        receipt=DocRef("goods_receipt", receipt or next(_causes), 1),
        units=Quantity.of(units),
        accepted=facts.pop("accepted", Quantity.of(units)),
        received_at=datetime(on.year, on.month, on.day, 5, tzinfo=UTC),
        reverses=DocRef("goods_receipt", reverses, 1) if reverses else None,
        **facts,
    )
    with transaction.atomic():
        return srm.record_receipts([row])


def find_link(order: PurchaseOrder) -> str:
    """The path of the answer link in the newest letter of an order."""
    row = OutgoingMessage.objects.filter(ref_kind="purchase_order", ref_id=order.pk).order_by("-id").first()
    assert row is not None
    found = re.search(r"/dock/a/[^/]+/", row.values["link"])
    assert found is not None
    return found[0]
