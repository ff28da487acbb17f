"""Read closed past orders: only what a finished import made current."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from rantai.crm.accounts import queries as accounts
from rantai.crm.orders.models import PastOrderLine, PastRun


def list_past_lines() -> QuerySet[PastOrderLine]:
    """Return the lines of current imports."""
    return PastOrderLine.objects.filter(run__state="current")


def list_customer_past(party_id: int) -> QuerySet[PastOrderLine]:
    """Return a customer's past lines, newest first."""
    return list_past_lines().filter(accounts.scope(party_id)).order_by("-ordered_at", "-id")


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
