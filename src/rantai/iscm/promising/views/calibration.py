"""How often what we said came true, by who supplied it and by class of item."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rantai.foundation.access import rules as access
from rantai.foundation.items.models import Category
from rantai.foundation.parties.models import Party
from rantai.iscm.inventory.views import edge
from rantai.iscm.promising import measures
from rantai.kernel.texts import pick
from rantai.ui import formats

DAYS = 180
"""Back from today, of first promises."""


@require_safe
@access.permission_required("demand.view")
def calibration(request: access.StaffRequest) -> HttpResponseBase:
    """Show the share of P50, P80 and P90 days that were met; the title says it of all together."""
    today = edge.today()
    found = measures.calibrate(measures.read_said(since=today - timedelta(days=DAYS)), today=today)
    suppliers = Party.objects.in_bulk([row.supplier_id for row in found if row.supplier_id])
    categories = Category.objects.in_bulk([row.category_id for row in found if row.category_id])
    due, met = (sum(getattr(row, name)[80] for row in found) for name in ("due", "met"))
    rows = [_show(row, suppliers, categories) for row in found]
    context = {
        "house": "operations",
        "rows": rows,
        "share": formats.percent(met / due) if due else "",
        "due": due,
        "days": DAYS,
    }
    return render(request, "iscm/promising/calibration.html", context)


def _show(
    row: measures.Calibration, suppliers: dict[int, Party], categories: dict[int, Category]
) -> dict[str, Any]:  # fmt: skip
    category = categories.get(row.category_id or 0)
    return {
        "supplier": suppliers[row.supplier_id].name if row.supplier_id else _("Our stock and what we make"),
        "category": (pick(category.name) or category.code) if category else "–",
        "due": formats.number(row.due[80]),
        "shares": [
            {
                "share": formats.percent(row.met[quantile] / row.due[quantile]) if row.due[quantile] else "–",
                "of": f"{formats.number(row.met[quantile])} / {formats.number(row.due[quantile])}",
                "is_short": (row.off(quantile) or 0) < -0.03,
            }
            for quantile in measures.QUANTILES
        ],
    }
