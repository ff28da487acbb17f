"""Read closed past orders: only what a finished import made current."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from rantai.crm.accounts import queries as accounts
from rantai.crm.orders.models import PastOrderLine, PastRun, SalesOrder


def list_past_lines() -> QuerySet[PastOrderLine]:
    """Return the lines of current imports."""
    return PastOrderLine.objects.filter(run__state="current")


def list_customer_past(party_id: int) -> QuerySet[PastOrderLine]:
    """Return a customer's past lines, newest first."""
    return list_past_lines().filter(accounts.scope(party_id)).order_by("-ordered_at", "-id")


def sum_months(party_id: int, *, since: datetime, currency: str) -> dict[str, int]:
    """Return year-month → what a customer bought in a currency, before and in our own books, returns taken off."""
    lines = (
        list_past_lines()
        .filter(accounts.scope(party_id), run__currency=currency, ordered_at__gte=since)
        .values_list("ordered_at", "amount")
    )
    own = SalesOrder.objects.filter(
        accounts.scope(party_id), state__in=["confirmed", "closed"], currency=currency, ordered_at__gte=since
    ).values_list("ordered_at", "net")
    months: dict[str, int] = {}
    for at, amount in (*lines, *own):
        months[f"{at:%Y-%m}"] = months.get(f"{at:%Y-%m}", 0) + amount
    return months


def find_run(import_id: int) -> PastRun | None:
    """Return the run of an import, or None."""
    return PastRun.objects.filter(import_id=import_id).first()


def find_known_lines(company_id: int, invoices: Iterable[str]) -> set[tuple[str, int]]:
    """Return which (invoice, line number) of these invoices a current import holds already."""
    known: set[tuple[str, int]] = set()
    wanted = sorted(set(invoices))
    for start in range(0, len(wanted), 500):
        rows = list_past_lines().filter(run__company_id=company_id, invoice__in=wanted[start : start + 500])
        known.update(rows.values_list("invoice", "line_number"))
    return known
