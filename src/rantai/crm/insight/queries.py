"""Read what customers bought, as the valuation needs it, and what they are worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.db.models.fields import FloatField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from rantai.crm.accounts import queries as accounts
from rantai.crm.insight.models import AccountValue, Valuation
from rantai.crm.orders.models import Invoice, SalesOrder, SalesOrderLine, ScheduleLine
from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import Party

LEAVING_BELOW = 0.5
"""Probability of being alive under which a customer counts as about to leave."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a party bought (or brought back) on a day (its ordinal), in 1/10,000 of a currency."""

    party_id: int
    day: int
    currency: str
    amount: int


def find_current(company_id: int) -> Valuation | None:
    """Return the valuation that counts, or None before the first."""
    return Valuation.objects.filter(company_id=company_id, state="current").first()


def list_values(valuation: Valuation) -> QuerySet[AccountValue]:
    """Return the values of a valuation with customers that are no alias."""
    return AccountValue.objects.filter(valuation=valuation, account__in=accounts.list_accounts())


def list_top(valuation: Valuation) -> QuerySet[AccountValue]:
    """Return customers by value, the most valuable first."""
    return list_values(valuation).order_by("rank")


def list_leaving(valuation: Valuation) -> QuerySet[AccountValue]:
    """Return customers that are more likely gone than not, those first with whom most is at risk."""
    return list_values(valuation).filter(probability_alive__lt=LEAVING_BELOW, at_risk__gt=0).order_by("-at_risk")


def find_value(account_id: int) -> AccountValue | None:
    """Return what the current valuation says of an account, or None."""
    rows = AccountValue.objects.filter(account_id=account_id, valuation__state="current")
    return rows.select_related("valuation").first()


def list_buyers() -> list[tuple[int, int]]:
    """Return (account id, party id) of every named customer, by account."""
    rows = accounts.list_accounts().filter(party__is_anonymous=False).order_by("id")
    return list(rows.values_list("id", "party_id"))


def list_open_schedule(account_ids: Sequence[int]) -> list[int]:
    """Return the schedule lines of confirmed orders of some accounts."""
    rows = ScheduleLine.objects.filter(order__state="confirmed", order__account_id__in=account_ids)
    return list(rows.order_by("id").values_list("pk", flat=True))


def read_aliases() -> dict[int, int]:
    """Return alias → canonical party, followed to its end."""
    links = dict(Party.objects.exclude(canonical=None).values_list("id", "canonical_id"))
    found = {}
    for alias in links:
        current, seen = alias, set()
        while current in links and current not in seen:
            seen.add(current)
            current = links[current]
        found[alias] = current
    return found


def list_purchases(company_id: int, *, until: date) -> Iterator[Purchase]:
    """Yield purchases by party, day (UTC for history) and currency; what came back apart, negative.

    History and our own orders and credit notes, each summed by the database.
    """
    yield from _list_history(company_id, until)
    orders = SalesOrder.objects.filter(
        company_id=company_id, state__in=["confirmed", "closed"], ordered_on__lte=until
    ).values_list("party_id", "ordered_on", "currency")
    for party_id, day, currency, amount in orders.annotate(Sum("net")):
        yield Purchase(party_id, day.toordinal(), currency, amount)
    notes = Invoice.objects.filter(
        company_id=company_id, kind="credit_note", issued_on__lte=until, lines__returned__isnull=False
    )
    for party_id, day, currency, amount in notes.values_list("party_id", "issued_on", "currency").annotate(
        Sum("lines__net")
    ):
        yield Purchase(party_id, day.toordinal(), currency, -amount)


def read_item_purchases(company_id: int, *, until: date) -> NDArray[np.int64]:
    """Return what parties bought of items, a row each time: party × 2^31 + item, day, 1/10,000 base units.

    History by the day it was ordered (UTC), our own orders by the day they were wanted for, as operations count both.
    Days are ordinals; returns are not taken off.
    """
    end = datetime.combine(until + timedelta(days=1), time(), UTC)
    return _read_rows(
        f"SELECT (p.party_id << 31) + p.item_id, {_sql_ordinal('p.ordered_at')}, p.units"  # noqa: S608
        " FROM crm_orders_pastorderline p JOIN crm_orders_pastrun r ON r.id = p.run_id"
        " WHERE r.state = 'current' AND r.company_id = %s"
        " AND p.ordered_at < %s AND p.units > 0"
        f" UNION ALL SELECT (o.party_id << 31) + l.item_id, {_sql_ordinal('s.requested_on')}, s.units - s.cancelled"
        " FROM crm_orders_scheduleline s JOIN crm_orders_salesorderline l ON l.id = s.line_id"
        " JOIN crm_orders_salesorder o ON o.id = s.order_id WHERE o.company_id = %s"
        " AND o.state IN ('confirmed', 'closed') AND s.requested_on <= %s AND s.units > s.cancelled",
        [company_id, connection.ops.adapt_datetimefield_value(end), company_id, until],
    )


def _sql_ordinal(column: str) -> str:
    """Return SQL for the ordinal of the day (UTC) of an instant or a date: Julian days begin at noon."""
    if connection.vendor == "postgresql":
        return f"(({column} AT TIME ZONE 'UTC')::date - DATE '0001-01-01') + 1"
    return f"CAST(julianday({column}) + 0.5 AS INTEGER) - 1721425"


def _read_rows(statement: str, values: Sequence[Any]) -> NDArray[np.int64]:
    """Return rows of whole numbers as `(n, columns)`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        width = len(cursor.description)
        flat = np.fromiter(chain.from_iterable(cursor), dtype=np.int64)
    return flat.reshape(-1, width)


def list_stocked() -> NDArray[np.int64]:
    """Return the items that operations keep and forecast."""
    rows = Item.objects.filter(kind="stocked", archived_at=None).order_by("id")
    return np.fromiter(rows.values_list("id", flat=True), dtype=np.int64)


def read_alive(company_id: int) -> dict[int, float]:
    """Return how likely parties still buy, by the current valuation."""
    rows = AccountValue.objects.filter(valuation__company_id=company_id, valuation__state="current")
    return dict(rows.values_list("account__party_id", "probability_alive"))


def measure_margin(company_id: int, *, until: date) -> float | None:
    """Return the share of the price that was margin in orders of the last year, or None where costs are unknown."""
    rows = SalesOrderLine.objects.filter(
        order__company_id=company_id, order__state__in=["confirmed", "closed"],
        order__ordered_on__gt=until - timedelta(days=365), order__ordered_on__lte=until, unit_cost__gt=0, net__gt=0,
    )  # fmt: skip
    sums = rows.aggregate(
        net=Sum(Cast("net", FloatField()) * F("order__rate") / 1e9),
        cost=Sum(Cast("unit_cost", FloatField()) * F("units") / 10_000),
    )
    if not sums["net"]:
        return None
    return float(min(max(1 - sums["cost"] / sums["net"], 0.0), 1.0))


def _list_history(company_id: int, until: date) -> Iterator[Purchase]:
    """Yield sums by day as UTC counts it: a zone's arithmetic takes SQLite ten times as long."""
    end = datetime.combine(until + timedelta(days=1), time(), UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.party_id, {_sql_ordinal('p.ordered_at')} AS day, r.currency, SUM(p.amount)"  # noqa: S608
            " FROM crm_orders_pastorderline p"
            " JOIN crm_orders_pastrun r ON r.id = p.run_id WHERE r.state = 'current' AND r.company_id = %s"
            " AND p.ordered_at < %s GROUP BY p.party_id, day, r.currency, p.is_return",
            [company_id, connection.ops.adapt_datetimefield_value(end)],
        )
        for party_id, on, currency, amount in cursor:
            yield Purchase(party_id, on, currency, int(amount))
