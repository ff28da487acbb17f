"""Orders by machine: capture, confirm, cancel, read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja import Query, Router

from rantai.crm import facade as crm
from rantai.crm.messages import OrderDraft, OrderLineDraft
from rantai.foundation.items.models import Item
from rantai.foundation.parties import queries as parties
from rantai.kernel import clock
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.wires.api.idempotency import once
from rantai.wires.api.keys import ApiRequest, allow
from rantai.wires.api.shapes import (
    ChangeIn,
    LineIn,
    OrderIn,
    OrderOut,
    OrderPage,
    RevisionIn,
    show_header,
    show_order,
)

router = Router()

PAGE = 100


class UnknownItem(ValueError):
    """Codes that are no items of ours."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(
            _("There is no item %(codes)s. Use the codes of the items list.") % {"codes": ", ".join(codes)}
        )


@router.post("", auth=allow("orders.write", "orders.capture"), response={201: OrderOut}, operation_id="addOrder")
def add_order(request: ApiRequest, body: OrderIn) -> tuple[int, dict[str, Any]]:
    """Capture an order, and confirm it where asked. Needs an Idempotency-Key."""
    return once(request, request.auth.actor, lambda: (201, _add(body, request.auth.actor)))


@router.get("", auth=allow("orders.read", "orders.view"), response=OrderPage, operation_id="listOrders")
def list_orders(
    request: ApiRequest,
    state: str = Query("", max_length=10),
    customer: int | None = None,
    reference: str = Query("", max_length=80, description="the customer's own number"),
    cursor: int | None = Query(None, description="`next` of the page before"),
) -> OrderPage:
    """List orders, newest first, a page at a time."""
    rows = crm.list_orders(state=state, party_id=customer, reference=reference, before=cursor, limit=PAGE + 1)
    return OrderPage(
        rows=[show_header(row) for row in rows[:PAGE]], next=rows[PAGE - 1].id if len(rows) > PAGE else None
    )


@router.patch("/{order_id}", auth=allow("orders.write", "orders.change"), response=OrderOut, operation_id="changeOrder")
def change_order(request: ApiRequest, order_id: int, body: ChangeIn) -> OrderOut:
    """Change quantities, days and items of a confirmed order's lines; zero cancels what is open of a line.

    Another item stands on a line of its own, which the answer shows.
    """
    items = find_items({line.item for line in body.lines if line.item})
    changes = [
        crm.LineChange(
            line_id=line.line,
            quantity=Quantity.parse(line.quantity).amount if line.quantity is not None else None,
            requested_on=line.requested_on,
            item_id=items.get(line.item),
        )
        for line in body.lines
    ]
    by, as_of = request.auth.actor, clock.now()
    return show_order(crm.change_order(order_id, changes=changes, revision=body.revision, by=by, as_of=as_of))


@router.post(
    "/{order_id}/confirm", auth=allow("orders.write", "orders.confirm"), response=OrderOut, operation_id="confirmOrder"
)
def confirm_order(request: ApiRequest, order_id: int, body: RevisionIn) -> OrderOut:
    """Make a draft firm with the dates that are offered now."""
    order = crm.confirm_order(order_id, revision=body.revision, by=request.auth.actor, as_of=clock.now())
    return show_order(order)


@router.post(
    "/{order_id}/cancel", auth=allow("orders.write", "orders.cancel"), response=OrderOut, operation_id="cancelOrder"
)
def cancel_order(request: ApiRequest, order_id: int, body: RevisionIn) -> OrderOut:
    """Cancel what has not left yet."""
    return show_order(crm.cancel_order(order_id, revision=body.revision, by=request.auth.actor))


@router.get("/{order_id}", auth=allow("orders.read", "orders.view"), response=OrderOut, operation_id="getOrder")
def get_order(request: ApiRequest, order_id: int) -> OrderOut:
    """Read an order as it stands."""
    return show_order(crm.get_order(order_id))


def find_items(codes: set[str]) -> dict[str, int]:
    """Return code → id; raises UnknownItem with every code that is missing."""
    found = dict(Item.objects.filter(code__in=codes).values_list("code", "id"))
    missing = sorted(codes - found.keys())
    if missing:
        raise UnknownItem(missing)
    return found


def _add(body: OrderIn, actor: str) -> dict[str, Any]:
    now, company = clock.now(), parties.get_company()
    items = find_items({line.item for line in body.lines})
    draft = OrderDraft(
        company_id=company.pk,
        party_id=body.customer,
        lines=tuple(_line(line, items, company.currency) for line in body.lines),
        customer_reference=body.reference,
        channel="api",
        as_of=now,
        by=actor,
    )
    order = crm.get_order(crm.capture_order(draft))
    if body.confirm:
        order = crm.confirm_order(order.id, revision=order.revision, by=actor, as_of=now)
    return show_order(order).model_dump(mode="json")


def _line(line: LineIn, items: dict[str, int], currency: str) -> OrderLineDraft:
    return OrderLineDraft(
        item_id=items[line.item],
        quantity=Quantity.parse(line.quantity),
        unit_code=line.unit,
        requested_on=line.requested_on,
        unit_price=Money.parse(line.unit_price, currency).amount if line.unit_price is not None else None,
    )
