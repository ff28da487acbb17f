"""The few figures by which the loop shows the customers' side, with their parts in words."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import lists
from rantai.foundation.parties.models import Company
from rantai.kernel.money import Money
from rantai.kernel.needs import Figure
from rantai.ui import formats

WEEKS = timedelta(days=28)


def list_figures(on: date, *, company: Company) -> tuple[Figure, ...]:
    """Return lines on time and in full, late orders, and what open orders are worth."""
    url = reverse("crm_orders:orders")
    kept, due = count_on_time_in_full(on, zone=company.zone)
    standing = lists.count_standing(on)
    opened = standing.late + standing.kept + standing.undated
    worth, late_worth = _sum_worth(on)
    return (
        Figure(
            code="crm.otif_requested",
            label=_("On time in full, as asked"),
            value=formats.percent(kept / due) if due else "",
            of=_("%(part)s of %(whole)s lines due in four weeks")
            % {"part": formats.number(kept), "whole": formats.number(due)},
            url=url,
            numerator=kept if due else None,
            denominator=due,
            form="percent",
        ),
        Figure(
            code="crm.late",
            label=_("Late orders"),
            value=formats.number(standing.late) if opened else "",
            of=_("of %(whole)s open orders, %(worth)s")
            % {
                "whole": formats.number(opened),
                "worth": formats.money(Money(late_worth, company.currency), short=True),
            },
            url=f"{url}?state=confirmed&late=1",
            is_hurt=standing.late > 0,
            numerator=standing.late if opened else None,
            denominator=opened,
        ),
        Figure(
            code="crm.open",
            label=_("Open orders"),
            value=formats.money(Money(worth, company.currency), short=True) if opened else "",
            of=_("%(whole)s orders, tax included") % {"whole": formats.number(opened)},
            url=f"{url}?state=confirmed",
            numerator=worth if opened else None,
            form="money",
            currency=company.currency,
        ),
    )


def count_on_time_in_full(on: date, *, zone: str) -> tuple[int, int]:
    """Count lines asked for the last four weeks: delivered whole by their day, and all; open overdue ones fail."""
    due = ScheduleLine.objects.filter(
        order__state__in=["confirmed", "closed"],
        requested_on__gte=on - WEEKS,
        requested_on__lt=on,
        units__gt=F("cancelled"),
    ).annotate(delivered_on=TruncDate("milestone_at", tzinfo=ZoneInfo(zone)))
    whole = Q(delivered__gte=F("units") - F("cancelled"), milestone="delivered", delivered_on__lte=F("requested_on"))
    found = due.aggregate(kept=Count("pk", filter=whole), due=Count("pk"))
    return found["kept"], found["due"]


def _sum_worth(on: date) -> tuple[int, int]:
    """Sum confirmed orders and the late of them in our currency: by rate in SQL, for amount × rate leaves 64 bits."""
    rows = SalesOrder.objects.filter(state="confirmed").order_by().values("rate")
    found = rows.annotate(whole=Sum("total"), late=Sum("total", filter=lists.late(on)))
    sums = [(row["rate"], int(row["whole"]), int(row["late"] or 0)) for row in found]
    whole = sum(amount * rate // 10**9 for rate, amount, _late in sums)
    return whole, sum(late * rate // 10**9 for rate, _amount, late in sums)
