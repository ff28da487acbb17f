"""What waits for a sales person, and the few figures by which the loop shows the customers' side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.crm.orders.models import SalesOrder, ScheduleLine
from rantai.crm.orders.queries import lists
from rantai.kernel.money import Money
from rantai.kernel.needs import Figure, Need
from rantai.kernel.refs import DocRef
from rantai.ui import formats

SHOWN = 20
WEEKS = timedelta(days=28)


def list_needs(on: date) -> Iterator[Need]:
    """Yield orders that will be late, then orders held, the worthiest first."""
    late = lists.list_late_orders(on).select_related("party").order_by("-total", "id")[:SHOWN]
    for order in late:
        yield _order_need(
            order,
            kind="late_order",
            title=_("%(order)s for %(customer)s is late"),
            why=_("Asked for %(asked)s, expected %(promised)s."),
            permission="orders.change",
            on=on,
            is_hurt=True,
        )
    held = SalesOrder.objects.filter(state="draft", holds__released_at=None, holds__isnull=False).distinct()
    for order in held.select_related("party").order_by("-total", "id")[:SHOWN]:
        yield _order_need(
            order,
            kind="held_order",
            title=_("An order of %(customer)s is held"),
            why=_("Asked for %(asked)s. Release it or talk to the customer."),
            permission="orders.release_hold",
            on=on,
            is_hurt=False,
        )


def list_figures(on: date, *, zone: str) -> tuple[Figure, ...]:
    """Return lines on time and in full, late orders, and what open orders are worth, with their parts in words."""
    url = reverse("crm_orders:orders")
    kept, due = count_on_time_in_full(on, zone=zone)
    standing = lists.count_standing(on)
    opened = standing.late + standing.kept + standing.undated
    worth = (
        SalesOrder.objects.filter(state="confirmed")
        .values("currency")
        .annotate(total=Sum("total"))
        .order_by("currency")
    )
    return (
        Figure(
            code="crm.otif_requested",
            label=_("On time in full, as asked"),
            value=formats.percent(kept / due) if due else "",
            of=_("%(part)s of %(whole)s lines due in four weeks")
            % {"part": formats.number(kept), "whole": formats.number(due)},
            url=url,
        ),
        Figure(
            code="crm.late",
            label=_("Late orders"),
            value=formats.number(standing.late) if opened else "",
            of=_("of %(whole)s open orders") % {"whole": formats.number(opened)},
            url=f"{url}?view=late",
            is_hurt=standing.late > 0,
        ),
        Figure(
            code="crm.open",
            label=_("Open orders"),
            value=" + ".join(formats.money(Money(row["total"], row["currency"]), short=True) for row in worth),
            of=_("%(whole)s orders, tax included") % {"whole": formats.number(opened)},
            url=url,
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
    whole = Q(delivered__gte=F("units") - F("cancelled"), milestone="delivered")
    return due.filter(whole, delivered_on__lte=F("requested_on")).count(), due.count()


def _order_need(
    order: SalesOrder, *, kind: str, title: str, why: str, permission: str, on: date, is_hurt: bool
) -> Need:
    facts = {
        "order": order.number or _("a draft"),
        "customer": order.party.name,
        "asked": formats.day(order.requested_on, today=on),
        "promised": formats.day(order.promised_on, today=on),
    }
    return Need(
        kind=kind,
        house="customers",
        title=title % facts,
        why=why % facts,
        permission=permission,
        url=reverse("crm_orders:order", args=[order.pk]),
        ref=DocRef("sales_order", order.pk),
        stake=Money(order.total, order.currency),
        due_on=order.requested_on,
        is_hurt=is_hurt,
    )
