"""The purchase order as it is printed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import override

from rantai.foundation.documents import papers
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Address
from rantai.kernel import clock
from rantai.kernel.money import Money
from rantai.kernel.quantities import Quantity
from rantai.kernel.texts import pick
from rantai.srm.buying.models import PurchaseChangeRequest, PurchaseOrder, PurchaseScheduleLine
from rantai.ui import formats


def render_order(order_id: int) -> bytes:
    """Return the PDF of an order in its supplier's language: what is asked now, changes included.

    Takes a tenth of a second and more in a process of its own: call it before the transaction that sends.
    """
    order = PurchaseOrder.objects.select_related("supplier", "company", "location", "payment_term").get(pk=order_id)
    language = order.supplier.language
    return papers.render_paper(
        "purchase_order", language=language, values=describe_order(order, language), company_id=order.company_id
    )


def describe_order(order: PurchaseOrder, language: str) -> dict[str, Any]:
    """Return what the template prints, days, quantities and sums as the supplier writes them."""
    with override(language):
        return _describe(order, language)


def _describe(order: PurchaseOrder, language: str) -> dict[str, Any]:
    return {
        "number": order.number,
        "revision": order.asked_revision,
        "day": _day(clock.business_date(order.approved_at, order.company.zone)) if order.approved_at else "",
        "supplier": {"name": order.supplier.name, "address": _address(parties.find_address(order.supplier_id, "bill"))},
        "ship_to": describe_place(order),
        "is_dropship": order.drop_to_address_id is not None,
        "for_number": order.drop_for_number,
        "payment_term": pick(order.payment_term.name, language) if order.payment_term else "",
        "currency": order.currency,
        "total": formats.amount(order.total, order.currency),
        "note": order.note,
        "lines": _lines(order, language),
    }


def describe_place(order: PurchaseOrder) -> list[str]:
    """Return where the goods go, line by line: the customer for a drop-ship, else our place."""
    if order.drop_to_address_id:
        address = Address.objects.select_related("party").get(pk=order.drop_to_address_id)
        return [address.attention or address.party.name, *_address(address)]
    place = order.location
    return [place.name] if place else []


def _lines(order: PurchaseOrder, language: str) -> list[dict[str, str]]:
    asked = {
        row.schedule_id: row
        for row in PurchaseChangeRequest.objects.filter(schedule__line__order=order, state__in=["asked", "proposed"])
    }
    rows = PurchaseScheduleLine.objects.filter(line__order=order, root=None).prefetch_related("splits")
    found = []
    for row in rows.select_related("line__item__base_unit").order_by("line__position", "position"):
        request = asked.get(row.pk)
        units = request.units if request else row.asked + sum(part.asked for part in row.splits.all())
        found.append(
            {
                "position": str(row.line.position),
                "code": row.line.item.code,
                "name": pick(row.line.item.name, language),
                "units": formats.quantity(units),
                "unit": pick(row.line.item.base_unit.name, language) or row.line.item.base_unit.code,
                "due_on": _day(request.due_on if request else row.requested_on),
                "unit_cost": formats.amount(row.line.unit_cost, order.currency),
                "amount": formats.amount(Money(row.line.unit_cost, order.currency).times(Quantity(units))),
            }
        )
    return found


def _day(day: date) -> str:
    return formats.day(day, today=day, style="year")


def _address(address: Address | None) -> list[str]:
    if address is None:
        return []
    town, country = f"{address.postcode} {address.city}".strip(), formats.country(address.country)
    lines = [address.street, town, address.region, country]
    return [line for line in lines if line]
