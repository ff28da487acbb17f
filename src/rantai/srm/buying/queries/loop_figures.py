"""The few figures by which the loop shows the suppliers' side, with their parts in words."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from rantai.kernel.needs import Figure
from rantai.srm.buying import states
from rantai.srm.buying.models import PurchaseOrder, PurchaseScheduleLine
from rantai.srm.buying.queries import figures
from rantai.ui import formats

WEEKS = timedelta(days=28)


def list_figures(on: date) -> tuple[Figure, ...]:
    """Return lines confirmed as asked, orders waiting for an answer, and lines late."""
    url = reverse("srm_buying:orders")
    confirmed, answered = _count_confirmed(on)
    waiting = figures.list_unanswered(on=on).count()
    sent = PurchaseOrder.objects.filter(state__in=states.AWAITED).count()
    lines = figures.list_awaited().aggregate(late=Count("pk", filter=figures.late(on)), awaited=Count("pk"))
    late, awaited = lines["late"], lines["awaited"]
    return (
        Figure(
            code="srm.confirmed_as_asked",
            label=_("Confirmed for the day asked"),
            value=formats.percent(confirmed / answered) if answered else "",
            of=_("%(part)s of %(whole)s lines answered in four weeks")
            % {"part": formats.number(confirmed), "whole": formats.number(answered)},
            url=url,
            numerator=confirmed if answered else None,
            denominator=answered,
            form="percent",
        ),
        Figure(
            code="srm.waiting",
            label=_("Wait for an answer"),
            value=formats.number(waiting) if sent else "",
            of=_("overdue, of %(whole)s orders with suppliers") % {"whole": formats.number(sent)},
            url=f"{url}?waits=1",
            numerator=waiting if sent else None,
            denominator=sent,
        ),
        Figure(
            code="srm.late",
            label=_("Lines late"),
            value=formats.number(late) if awaited else "",
            of=_("of %(whole)s lines on order") % {"whole": formats.number(awaited)},
            url=f"{url}?late=1",
            numerator=late if awaited else None,
            denominator=awaited,
        ),
    )


def _count_confirmed(on: date) -> tuple[int, int]:
    rows = PurchaseScheduleLine.objects.filter(
        line__order__answered_at__date__gte=on - WEEKS, first_committed_on__isnull=False, root=None
    )
    kept = Q(first_committed_on__lte=F("requested_on"), committed__gte=F("ordered") - F("cancelled"))
    found = rows.aggregate(kept=Count("pk", filter=kept), answered=Count("pk"))
    return found["kept"], found["answered"]
