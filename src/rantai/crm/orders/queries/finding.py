"""Find what somebody looks for among customers, orders and invoices."""

from __future__ import annotations

from rantai.crm.accounts import queries as accounts
from rantai.crm.orders.models import Invoice, SalesOrder
from rantai.kernel import hits
from rantai.kernel.hits import Hit
from rantai.kernel.refs import DocRef

HOUSE = "customers"


def search(text: str, *, limit: int) -> tuple[Hit, ...]:
    """Return customers by name or e-mail, orders by number or the customer's reference, invoices by number."""
    return (*_find_orders(text, limit), *_find_invoices(text, limit), *_find_customers(text, limit))


def _find_orders(text: str, limit: int) -> list[Hit]:
    wanted = hits.like_number(text, prefix="SO-")
    if wanted is None:
        return []
    rows = SalesOrder.objects.select_related("party")
    found = list(rows.filter(wanted).exclude(number="").order_by("-id")[:limit])
    known = {row.pk for row in found}
    theirs = hits.like_number(text, prefix="", field="customer_reference")
    if theirs is not None and len(found) < limit:
        named = rows.filter(theirs).exclude(customer_reference="").order_by("-id")[:limit]
        found += [row for row in named if row.pk not in known]
    return [
        Hit(
            ref=DocRef("sales_order", row.pk), label=str(row), house=HOUSE, is_exact=hits.is_number(text, row.number),
            note=hits.join((row.party.name, row.customer_reference)),
        )
        for row in found[:limit]
    ]  # fmt: skip


def _find_invoices(text: str, limit: int) -> list[Hit]:
    wanted = hits.like_number(text, prefix="INV-")
    also = hits.like_number(text, prefix="CN-")
    if wanted is None or also is None:
        return []
    rows = Invoice.objects.filter(wanted | also).exclude(number="").select_related("party").order_by("-id")
    return [
        Hit(
            ref=DocRef("invoice", row.pk), label=row.number, note=row.party.name, house=HOUSE,
            is_exact=hits.is_number(text, row.number),
        )
        for row in rows[:limit]
    ]  # fmt: skip


def _find_customers(text: str, limit: int) -> list[Hit]:
    rows = accounts.list_accounts().select_related("party")
    if "@" in text:
        rows = rows.filter(party__email__gte=text.lower(), party__email__lt=f"{text.lower()}~")
        found = list(rows.order_by("party__email")[:limit])
    else:
        found = hits.find_named(rows, text, field="party__name", limit=limit)
    return [
        Hit(ref=DocRef("party", row.party_id), label=row.party.name, note=row.party.email, house=HOUSE) for row in found
    ]
