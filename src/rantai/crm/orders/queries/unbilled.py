"""Orders of which goods have left and nobody has billed: what the company's own policy will not bill by itself."""

from __future__ import annotations

from django.db.models import Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from rantai.crm.orders.models import InvoiceLine, SalesOrder, ShipmentShare

_ONE_RATE = 10.0**9


def list_orders() -> QuerySet[SalesOrder]:
    """Return the orders that wait for an invoice: billed by hand, or past the stage that should have billed them."""
    return SalesOrder.objects.filter(pk__in=_list_shares().values("order_id"))


def sum_orders() -> tuple[int, int]:
    """Return how many orders wait and what they are worth in the company's currency, tax included."""
    worth = _worth() * Cast(F("order__rate"), FloatField()) / _ONE_RATE
    found = _list_shares().aggregate(n=Count("order_id", distinct=True), worth=Sum(worth))
    return found["n"], round(found["worth"] or 0)


def sum_order(order: SalesOrder) -> int:
    """Return what an order has to bill, tax included, in its own currency."""
    found = _list_shares().filter(order=order).aggregate(worth=Sum(_worth()))
    return min(round(found["worth"] or 0), order.total)


def _list_shares() -> QuerySet[ShipmentShare]:
    billed = InvoiceLine.objects.filter(share=OuterRef("pk"), invoice__kind="invoice")
    policy = "order__company__invoice_on"
    due = Q(**{policy: "hand"}) | Q(**{policy: "shipped"}) | Q(**{policy: "delivered"}, delivered_at__isnull=False)
    return ShipmentShare.objects.filter(~Exists(billed), due, reversed_at=None)


def _worth() -> Combinable:
    """Return what a share is of its line, tax included: near enough for a list, the invoice itself is exact."""
    line = "schedule_line__line"
    whole = Cast(F(f"{line}__net"), FloatField()) + Cast(F(f"{line}__tax"), FloatField())
    return whole * Cast(F("units"), FloatField()) / Cast(F(f"{line}__units"), FloatField())
