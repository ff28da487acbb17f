"""Read suppliers, their working days and the graph behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from rantai.foundation.calendars import queries as calendars
from rantai.foundation.calendars.queries import WorkingDays
from rantai.foundation.messages import queries as messages
from rantai.foundation.parties import queries as parties
from rantai.foundation.parties.models import Party
from rantai.srm.suppliers.models import Supplier, SupplierOf

MAX_TIERS = 6
ORDER_PURPOSE = "purchase"
"""What a contact is for who is sent orders: the first part of the letters' keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """One step upstream: who supplies whom, with what, on which tier."""

    tier: int
    supplier_id: int
    customer_id: int
    item_id: int | None
    part: str


def find_supplier(party_id: int) -> Supplier | None:
    """Return the supplier that a party is, under its canonical name, or None."""
    rows = Supplier.objects.select_related("party", "calendar", "payment_term")
    return rows.filter(party_id=parties.canonical_id(party_id)).first()


def list_suppliers() -> QuerySet[Supplier]:
    """Return suppliers that are in use."""
    return Supplier.objects.filter(archived_at=None, party__archived_at=None, party__canonical=None)


def get_working_days(party_id: int) -> WorkingDays:
    """Return the days on which a supplier works: its own calendar, else the company's."""
    supplier = Supplier.objects.filter(party_id=party_id).first()
    if supplier is not None and supplier.calendar_id is not None:
        return calendars.get_working_days(supplier.calendar_id)
    company = parties.find_company()
    return calendars.get_working_days(company.calendar_id if company else None)


def find_mailbox(party_id: int) -> str:
    """Return where orders are sent: the contact for orders, else the supplier itself; '' if there is no address."""
    return messages.find_mailbox(Party.objects.get(pk=parties.canonical_id(party_id)), purpose=ORDER_PURPOSE)


def list_upstream(party_ids: Iterable[int]) -> tuple[Edge, ...]:
    """Return the graph above some parties, tier 1 first; a circle in the data ends where it closes."""
    found: list[Edge] = []
    layer, seen = set(party_ids), set(party_ids)
    for tier in range(1, MAX_TIERS + 1):
        rows = SupplierOf.objects.filter(customer_id__in=layer, archived_at=None).order_by("supplier_id", "id")
        found += [
            Edge(
                tier=tier,
                supplier_id=row.supplier_id,
                customer_id=row.customer_id,
                item_id=row.item_id,
                part=row.part,
            )
            for row in rows
        ]
        layer = {row.supplier_id for row in rows} - seen
        if not layer:
            break
        seen |= layer
    return tuple(found)
