"""What stands on papers for customers, in their language and ready to be set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import override

from rantai.crm.orders.models import Invoice, InvoiceLine, SalesOrder, SalesOrderLine, ScheduleLine
from rantai.crm.orders.queries import orders, tracking, units
from rantai.crm.pricing import rules as amounts
from rantai.foundation.parties.models import Address, PaymentTerm, TaxCode
from rantai.iscm import messages
from rantai.kernel import texts
from rantai.kernel.money import Money
from rantai.ui import formats

QUOTE_DAYS = 14
"""For how long a quotation holds unless the company's settings say otherwise (`quote_days`)."""


def describe_invoice(invoice: Invoice) -> dict[str, Any]:
    """Return the values of an invoice's or a credit note's paper."""
    order = invoice.order
    rows = list(
        InvoiceLine.objects.filter(invoice=invoice)
        .select_related("line", "line__item", "line__tax_code", "share")
        .order_by("number")
    )
    with override(order.party.language):
        lines = [
            _describe_line(row.line, number=row.number, quantity=row.quantity, net=row.net, tax=row.tax, order=order)
            for row in rows
        ]
        term = PaymentTerm.objects.filter(pk=order.payment_term_id or 0).first()
        notes = sorted({row.share.shipment_number for row in rows if row.share})
        return _describe(order, lines, [(row.line, row.net, row.tax) for row in rows]) | {
            "kind": invoice.kind,
            "number": invoice.number,
            "day": _day(invoice.issued_on),
            "due_on": _day(invoice.due_on) if invoice.kind == "invoice" else "",
            "term": texts.pick(term.name) if term and invoice.kind == "invoice" else "",
            "corrects": invoice.corrects.number if invoice.corrects else "",
            "deliveries": ", ".join(filter(None, notes)),
            "net": formats.money(invoice.net, invoice.currency),
            "total": formats.money(invoice.total, invoice.currency),
        }


def describe_confirmation(order: SalesOrder) -> dict[str, Any]:
    """Return the values of an order confirmation."""
    promised = dict(ScheduleLine.objects.filter(order=order).values_list("line_id", "promised_on"))
    rows = orders.list_lines(order.pk)
    with override(order.party.language):
        lines = [
            _describe_line(row, number=row.number, quantity=row.quantity, net=row.net, tax=row.tax, order=order)
            | {"promised_on": _day(promised.get(row.pk))}
            for row in rows
        ]
        return _describe(order, lines, [(row, row.net, row.tax) for row in rows]) | {
            "number": order.number,
            "day": _day(order.ordered_on),
            "link": tracking.find_url(order),
            "net": formats.money(order.net, order.currency),
            "total": formats.money(order.total, order.currency),
        }


def describe_quotation(order: SalesOrder, offer: messages.Offer, *, today: date) -> dict[str, Any]:
    """Return the values of a quotation: a draft with the dates that operations offer now, and until when it holds."""
    offered = {line.line: max((part.promised_on for part in line.slices), default=None) for line in offer.lines}
    lasts = timedelta(days=int(order.company.settings.get("quote_days", QUOTE_DAYS)))
    number = f"Q-{order.pk:05d}"
    rows = orders.list_lines(order.pk)
    with override(order.party.language):
        lines = [
            _describe_line(row, number=row.number, quantity=row.quantity, net=row.net, tax=row.tax, order=order)
            | {"promised_on": _day(offered.get(row.pk))}
            for row in rows
        ]
        return _describe(order, lines, [(row, row.net, row.tax) for row in rows]) | {
            "number": number,
            "order": number,
            "day": _day(today),
            "valid_until": _day(today + lasts),
            "net": formats.money(order.net, order.currency),
            "total": formats.money(order.total, order.currency),
        }


def _describe(
    order: SalesOrder, lines: Sequence[dict[str, str]], taxed: Sequence[tuple[SalesOrderLine, int, int]]
) -> dict[str, Any]:
    places = {
        place.pk: place for place in Address.objects.filter(pk__in=[order.ship_to_id or 0, order.bill_to_id or 0])
    }
    return {
        "customer": {"name": order.party.name, "tax_id": order.account.tax_id},
        "bill_to": _address(places.get(order.bill_to_id or 0)),
        "ship_to": _address(places.get(order.ship_to_id or 0)),
        "order": order.number,
        "reference": order.customer_reference,
        "deliveries": "",
        "due_on": "",
        "term": "",
        "lines": lines,
        "taxes": list(_describe_taxes(order, taxed)),
        "is_inclusive": any(line.is_inclusive for line, _net, _tax in taxed),
        "is_reverse_charge": any(line.is_reverse_charge for line, _net, _tax in taxed),
    }


def _describe_line(
    line: SalesOrderLine, *, number: int, quantity: int, net: int, tax: int, order: SalesOrder
) -> dict[str, str]:
    return {
        "position": str(number),
        "code": line.item.code,
        "name": texts.pick(line.item.name) or line.item.code,
        "quantity": formats.quantity(quantity, units.name_units().get(line.unit_code, line.unit_code)),
        "unit_price": formats.amount(Money(line.unit_price, order.currency)),
        "discount": formats.percent(line.discount / amounts.SHARE_SCALE) if line.discount else "",
        "amount": formats.amount(Money(net + tax if line.is_inclusive else net, order.currency)),
        "promised_on": "",
    }


def _describe_taxes(order: SalesOrder, taxed: Iterable[tuple[SalesOrderLine, int, int]]) -> Iterable[dict[str, str]]:
    names = {code.pk: texts.pick(code.name) for code in TaxCode.objects.filter(company_id=order.company_id)}
    sums: dict[amounts.TaxTerms, tuple[int, int]] = {}
    for line, net, tax in taxed:
        terms = orders.terms_of(line)
        held = sums.get(terms, (0, 0))
        sums[terms] = (held[0] + net, held[1] + tax)
    for terms, (net, tax) in sums.items():
        base = amounts.tax_base(net, terms, currency=order.currency)
        rate = formats.percent(terms.rate / amounts.SHARE_SCALE)
        yield {
            "label": f"{names.get(terms.tax_code_id or 0, '')} {rate}".strip(),
            "base": formats.money(base, order.currency) if base != net or len(sums) > 1 else "",
            "tax": formats.money(tax, order.currency),
        }


def _address(place: Address | None) -> list[str]:
    if place is None:
        return []
    town, country = f"{place.postcode} {place.city}".strip(), formats.country(place.country)
    lines = [place.attention, place.street, town, place.region, country]
    return [line for line in lines if line]


def _day(day: date | None) -> str:
    return formats.day(day, today=day, style="year") if day else ""
