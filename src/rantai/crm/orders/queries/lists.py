"""What the lists show: orders, invoices, payments, and the figures in their titles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from rantai.crm.orders.models import Invoice, Payment, SalesOrder
from rantai.crm.orders.queries import segments
from rantai.crm.pricing import rules as amounts


@dataclass(frozen=True, slots=True)
class Standing:
    """How many confirmed orders will be late, how many keep their date, how many wait for a date, how many drafts."""

    late: int
    kept: int
    undated: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Debts:
    """Open invoices: how many, how many past their day, and their sums in the company's currency."""

    open: int
    overdue: int
    owed: int
    overdue_owed: int


def late(today: date) -> Q:
    """Return the condition of an order that hurts: confirmed, and expected after the date asked for, or overdue."""
    return Q(state="confirmed") & (Q(is_late=True) | Q(promised_on__lt=today))


def list_orders(today: date) -> QuerySet[SalesOrder]:
    """Return every order, saying which ones hurt."""
    return SalesOrder.objects.annotate(
        hurts=Case(When(late(today), then=True), default=False), segment=segments.find_segment()
    )


def list_late_orders(today: date) -> QuerySet[SalesOrder]:
    """Return confirmed orders that are or will be late."""
    return SalesOrder.objects.filter(late(today))


def count_standing(today: date) -> Standing:
    """Count confirmed orders by what becomes of their date, in one query."""
    confirmed = Q(state="confirmed")
    found = SalesOrder.objects.filter(state__in=["confirmed", "draft"]).aggregate(
        late=Count("id", filter=late(today)),
        kept=Count("id", filter=confirmed & Q(is_late=False, promised_on__gte=today)),
        undated=Count("id", filter=confirmed & Q(is_late=False, promised_on__isnull=True)),
        drafts=Count("id", filter=Q(state="draft")),
    )
    return Standing(**found)


def list_invoices(today: date) -> QuerySet[Invoice]:
    """Return invoices and credit notes with how many days they are past their day."""
    return Invoice.objects.annotate(paid=F("total") - F("open_amount"))


def count_debts(today: date) -> Debts:
    """Sum what is open and what is overdue."""
    rows = Invoice.objects.filter(kind="invoice", state="issued")
    overdue = Q(due_on__lt=today)
    found = rows.aggregate(
        open=Count("id"),
        overdue=Count("id", filter=overdue),
        owed=Coalesce(Sum("open_base"), 0),
        overdue_owed=Coalesce(Sum("open_base", filter=overdue), 0),
    )
    return Debts(**{name: int(value) for name, value in found.items()})


def list_payments() -> QuerySet[Payment]:
    """Return money that came in; what a credit note settled is no money."""
    return Payment.objects.filter(credit_note=None)


def sum_payments(since: date) -> int:
    """Return what came in since a day, in the company's currency."""
    rows = list_payments().filter(received_on__gte=since, invoice__kind="invoice")
    sums = rows.values_list("invoice__rate", "invoice__company__currency").annotate(Sum("amount"))
    # By rate and then in Python: amount × rate leaves 64 bits.
    return sum(amounts.convert(amount, rate=rate, currency=currency) for rate, currency, amount in sums)
