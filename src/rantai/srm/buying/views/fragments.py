"""What buying knows of a supplier, loaded into the supplier's page and readable by itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.parties.models import Party
from rantai.kernel.measures import Kpi
from rantai.srm.buying import measures
from rantai.srm.buying.models import PurchaseOrder
from rantai.srm.buying.queries import figures
from rantai.srm.buying.views import edge

SHOWN = 50


@require_safe
@access.permission_required("purchasing.view")
def supplier(request: HttpRequest, party_id: int) -> HttpResponseBase:
    """Show a supplier's figures with their parts, its open lines and last orders."""
    party = get_object_or_404(Party, pk=party_id)
    today = edge.today()
    since = today - measures.WINDOW
    rows = figures.list_awaited().filter(line__order__supplier=party)
    lines = rows.select_related("line__order", "line__item__base_unit").order_by("expected_on", "id")
    context = {
        "house": "suppliers",
        "party": party,
        "today": today,
        "window": measures.WINDOW.days,
        "otd": _say(measures.measure_otd(party.pk, since=since, until=today), "percent"),
        "commits": _say(
            measures.measure_commit_reliability(party.pk, since=since, until=today), "percent", scale=10_000
        ),
        "lead": _say(measures.measure_lead_time(party.pk, since=since, until=today)[0], "days"),
        "late": figures.list_late(on=today).filter(line__order__supplier=party).count(),
        "open": rows.count(),
        "lines": [
            {
                "order": row.line.order,
                "item": row.line.item,
                "left": row.open_units,
                "row": row,
                "is_late": row.expected_on > row.requested_on or row.expected_on < today,
            }
            for row in lines[:SHOWN]
        ],
        "orders": PurchaseOrder.objects.filter(supplier=party).order_by("-id")[:10],
    }
    template = "srm/buying/supplier.html"
    return render(request, f"{template}#body" if request.headers.get("HX-Request") else template, context)


def _say(kpi: Kpi, kind: str, *, scale: int = 1) -> dict[str, object]:
    """Return a figure with its parts as the page shows it: nothing where there was no activity."""
    value: object = None
    if kpi.value is not None:
        value = f"{kpi.value * 100:.1f}" if kind == "percent" else f"{kpi.value:.1f}"
    return {
        "value": value,
        "unit": "%" if kind == "percent" else _("days"),
        "numerator": None if kpi.numerator is None else round(kpi.numerator / scale),
        "denominator": None if kpi.denominator is None else round(kpi.denominator / scale),
    }
